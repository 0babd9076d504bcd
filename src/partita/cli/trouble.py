"""Trouble at the edge: what happens when a command cannot go on.

A refusal has been said by then. What is left: the database is not there, the user interrupts, the reader of a pipe goes
away, or we have a bug, which says where its report is instead of filling the screen.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable

from cyclopts import CycloptsError

from partita.cli import screen
from partita.store.files import private_folder
from partita.store.unavailable import DatabaseUnavailable


def guarded(app: Callable[..., object]) -> int:
    """Run `app` and turn what it raises into an exit code."""
    try:
        return _run(app)
    except KeyboardInterrupt:
        screen.err().print(screen.say("Interrupted; what was committed stays.", "已中断；已提交的内容保留。"))
        return screen.EXIT_INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return screen.EXIT_BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said
        return _say(error)


def _run(app: Callable[..., object]) -> int:
    """Run `app`, and see that what it printed has really gone out."""
    code: object = None
    plain = not screen.json_wanted()
    try:
        app(exit_on_error=plain, print_error=plain)
    except CycloptsError as wrong:
        screen.misuse_document(str(wrong))
        code = screen.EXIT_USAGE
    except SystemExit as leaving:
        code = leaving.code
    sys.stdout.flush()
    return _code(code)


def _code(code: object) -> int:
    return code if isinstance(code, int) else (screen.EXIT_DONE if code is None else screen.EXIT_BUG)


def _forget_output() -> None:
    """Let nothing more go to standard output, not even what is still buffered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_full(error: Exception) -> bool:
    """Tell whether a disk is full, whoever noticed: we, DuckDB or PostgreSQL."""
    code = error.errno if isinstance(error, OSError) else None
    return code in {errno.ENOSPC, errno.EDQUOT} or "No space left on device" in str(error)


def _say(error: Exception) -> int:
    kind = type(error).__name__
    if _is_full(error):
        _forget_output()
        screen.complain("NO_SPACE_LEFT", _of_space())
        return screen.EXIT_NO_SPACE
    if isinstance(error, DatabaseUnavailable) or any(one.__name__ == "OperationalError" for one in type(error).__mro__):
        screen.complain("DATABASE_UNAVAILABLE", _of_database(error))
        return screen.EXIT_DATABASE
    if isinstance(error, ValueError) and str(error).startswith("PARTITA_"):
        screen.err().print(str(error))
        return screen.EXIT_USAGE
    report = screen.settings().home / "last-error.txt"
    private_folder(report.parent)
    report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    screen.err().print(
        screen.say(
            f"This is a bug in partita: {kind}: {error}\nNothing half done was kept. The report is in {report}.",
            f"这是 partita 的缺陷：{kind}: {error}\n没有保留任何半成品。报告见 {report}。",
        ),
    )
    return screen.EXIT_BUG


def _of_space() -> str:
    return screen.say(
        "The disk, or the place the output goes to, is full. Make room and run the command again; "
        "what was committed stays, nothing half done was kept.",
        "磁盘（或输出目标）空间已满。请清出空间后重新运行命令；已提交的内容保留，没有保留任何半成品。",
    )


def _of_database(error: Exception) -> str:
    """Say why the database cannot be used; the driver's own words come when it went away in the middle of a command."""
    if isinstance(error, DatabaseUnavailable):
        return error.message(screen.settings().language)
    said = " ".join(str(error).split())
    return screen.say(
        f"The database went away: {said} What was committed stays; run the command again.",
        f"数据库连接中断：{said} 已提交的内容保留，请重新运行命令。",
    )
