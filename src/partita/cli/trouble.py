"""Trouble at the edge: what happens when a command cannot go on.

A refusal has been said by then. What is left: the database is not there, the user interrupts, the reader of a pipe goes
away, or we have a bug, which says where its report is instead of filling the screen.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

from partita.cli import screen
from partita.store.unavailable import DatabaseUnavailable


def guarded(app: Callable[[], object]) -> int:
    """Run `app` and turn what it raises into an exit code."""
    try:
        app()
    except SystemExit as leaving:
        return _code(leaving.code)
    except KeyboardInterrupt:
        screen.err().print(screen.say("Interrupted; what was committed stays.", "已中断；已提交的内容保留。"))
        return screen.EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return screen.EXIT_BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said
        return _say(error)
    return screen.EXIT_DONE


def _code(code: object) -> int:
    return code if isinstance(code, int) else (screen.EXIT_DONE if code is None else screen.EXIT_BUG)


def _say(error: Exception) -> int:
    kind = type(error).__name__
    if isinstance(error, DatabaseUnavailable) or any(one.__name__ == "OperationalError" for one in type(error).__mro__):
        screen.err().print("[bold red]DATABASE_UNAVAILABLE[/] ", end="")
        screen.err().print(_of_database(error), markup=False)
        return screen.EXIT_DATABASE
    if isinstance(error, ValueError) and str(error).startswith("PARTITA_"):
        screen.err().print(str(error), markup=False)
        return screen.EXIT_USAGE
    report = screen.settings().home / "last-error.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    screen.err().print(
        screen.say(
            f"This is a bug in partita: {kind}: {error}\nNothing half done was kept. The report is in {report}.",
            f"这是 partita 的缺陷：{kind}: {error}\n没有保留任何半成品。报告见 {report}。",
        ),
        markup=False,
    )
    return screen.EXIT_BUG


def _of_database(error: Exception) -> str:
    """Say why the database cannot be used; the driver's own words come when it went away in the middle of a command."""
    if isinstance(error, DatabaseUnavailable):
        return error.message(screen.settings().language)
    said = " ".join(str(error).split())
    return screen.say(
        f"The database went away: {said} What was committed stays; run the command again.",
        f"数据库连接中断：{said} 已提交的内容保留，请重新运行命令。",
    )
