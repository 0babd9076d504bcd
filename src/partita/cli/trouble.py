"""Trouble at the edge: what happens when a command cannot go on.

A refusal has been said by then. What is left: the database is not there, the user interrupts, the reader of a pipe goes
away, or we have a bug, which says where its report is instead of filling the screen.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable

from cyclopts import CycloptsError

from partita.cli import screen, wrong_usage
from partita.settings import WrongSetting, spoken_language
from partita.store.files import private_folder
from partita.store.unavailable import DatabaseUnavailable


def guarded(build: Callable[[str], Callable[..., object]]) -> int:
    """Run the command line that `build` makes for a language, and turn what it raises into an exit code."""
    try:
        return _run(build)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said
        # The engine says so in its own words when the user interrupts a statement.
        return _interrupted() if "Query interrupted" in str(error) else _say(error)


def _interrupted() -> int:
    screen.err().print(screen.say("Interrupted; what was committed stays.", "已中断；已提交的内容保留。"))
    return screen.EXIT_INTERRUPTED


def _run(build: Callable[[str], Callable[..., object]]) -> int:
    """Run the command line, and see that what it printed has really gone out."""
    code: object = None
    try:
        build(screen.settings().language)(exit_on_error=False, print_error=False)
    except CycloptsError as wrong:
        screen.tell_misuse(wrong_usage.told(wrong, screen.settings().language))
        code = screen.EXIT_USAGE
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # rich turns a closed pipe into an exit with 1
            return _pipe_closed()
        code = leaving.code
    sys.stdout.flush()
    return _code(code)


def _pipe_closed() -> int:
    _forget_output()
    return screen.EXIT_BROKEN_PIPE


def _code(code: object) -> int:
    return code if isinstance(code, int) else (screen.EXIT_DONE if code is None else screen.EXIT_BUG)


def _forget_output() -> None:
    """Let nothing more go to standard output, not even what is still buffered."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_full(error: Exception) -> bool:
    """Tell whether a disk is full, whoever noticed: we, DuckDB or PostgreSQL."""
    code = error.errno if isinstance(error, OSError) else None
    said = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), os.strerror(errno.EFBIG))
    return code in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or any(text in str(error) for text in said)


def _say(error: Exception) -> int:
    as_json = screen.json_wanted()
    if isinstance(error, WrongSetting):
        screen.complain("WRONG_SETTING", error.message(spoken_language()), as_json=as_json)
        return screen.EXIT_USAGE
    if _is_full(error):
        _forget_output()
        screen.complain("NO_SPACE_LEFT", _of_space(), as_json=False)  # where JSON goes to, there may be no room
        return screen.EXIT_NO_SPACE
    lineage = {f"{one.__module__.partition('.')[0].strip('_')}.{one.__name__}" for one in type(error).__mro__}
    if lineage & {"duckdb.OutOfMemoryException", "builtins.MemoryError"}:
        screen.complain("NOT_ENOUGH_MEMORY", _of_memory(), as_json=as_json)
        return screen.EXIT_NO_SPACE
    if isinstance(error, DatabaseUnavailable) or "psycopg.OperationalError" in lineage:
        screen.complain("DATABASE_UNAVAILABLE", _of_database(error), as_json=as_json)
        return screen.EXIT_DATABASE
    file = re.search(re.escape(str(screen.settings().home / "files")) + r"/[^'\"\s\\]+", str(error))
    if file and "duckdb.Error" in lineage:
        screen.complain("FILE_OF_THE_BOOKS_UNREADABLE", _of_file(file[0]), as_json=as_json)
        return screen.EXIT_DATABASE
    return _say_bug(error)


def _say_bug(error: Exception) -> int:
    kind = type(error).__name__
    report = screen.settings().home / "last-error.txt"
    private_folder(report.parent)
    report.unlink(missing_ok=True)
    report.touch(mode=0o600)  # what went wrong may hold names and amounts
    report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    said = screen.say(
        f"This is a bug in partita: {kind}: {error}\nNothing half done was kept. The report is in {report}.",
        f"这是 partita 的缺陷：{kind}: {error}\n没有保留任何半成品。报告见 {report}。",
    )
    screen.complain("BUG", said, as_json=screen.json_wanted())
    return screen.EXIT_BUG


def _of_space() -> str:
    return screen.say(
        "The disk, or the place the output goes to, is full. Make room and run the command again; "
        "what was committed stays, nothing half done was kept.",
        "磁盘（或输出目标）空间已满。请清出空间后重新运行命令；已提交的内容保留，没有保留任何半成品。",
    )


def _of_memory() -> str:
    limit = screen.settings().memory
    return screen.say(
        f"The memory limit PARTITA_MEMORY={limit} is too little for this work. Set it higher and run the command "
        "again; what was committed stays, nothing half done was kept.",
        f"内存上限 PARTITA_MEMORY={limit} 不足以完成该工作。请调高后重新运行；已提交的内容保留，没有保留任何半成品。",
    )


def _of_file(path: str) -> str:
    return screen.say(
        f"A file of the books is missing or damaged: {path}. `partita verify` names all such files; bring them back "
        "from your backup.",
        f"账簿的文件缺失或损坏：{path}。`partita verify` 会指出所有这样的文件；请从备份恢复。",
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
