"""`partita db status`, `partita db stop`, `partita db run`: the database under the books."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.core.refusal import Reason, refused
from partita.settings import Settings

Json = Annotated[bool, Parameter(name="--json")]

# what each fact is called; the order is the order on the screen
_NAMES = {
    "kind": ("Database", "数据库"),
    "running": ("Running", "运行中"),
    "in_use": ("In use", "使用中"),
    "version": ("PostgreSQL", "PostgreSQL 版本"),
    "schema": ("Schema", "结构版本"),
    "schema_known": ("Schema this program knows", "程序支持的结构版本"),
    "where": ("Address", "地址"),
    "folder": ("Folder", "目录"),
    "log": ("Log", "日志"),
    "server_process": ("Server process", "服务器进程"),
    "supervisor_process": ("Supervisor process", "守护进程"),
}


def status(*, as_json: Json = False) -> None:
    """Show which database holds the books, whether it runs, and where it lies. Starts nothing."""
    settings = screen.settings()
    facts = _external(settings.database_url) if settings.database_url else _embedded(settings)
    screen.answer(facts, as_json=as_json, render=lambda console: _show(console, facts))


def stop(*, force: bool = False, dry_run: bool = False, as_json: Json = False) -> None:
    """Stop the embedded server cleanly. It also stops by itself some minutes after the last command.

    With --force it is stopped even while another command uses it; what is committed stays.
    """
    from partita.store import postgres  # noqa: PLC0415 - a command starts fast

    settings = screen.settings()
    if settings.database_url:
        screen.refuse(refused(Reason.DATABASE_NOT_OURS), as_json=as_json)
    before = postgres.status(settings.home)
    running = before.server is not None or before.supervisor is not None
    stopped = running and not dry_run and postgres.stop(settings.home, only_unused=not force)
    if running and not force and (before.in_use if dry_run else not stopped):
        screen.refuse(refused(Reason.DATABASE_IN_USE), as_json=as_json)
    said = {
        (False, False): screen.say("The embedded server is not running.", "内嵌数据库未在运行。"),
        (False, True): screen.say("The embedded server is not running.", "内嵌数据库未在运行。"),
        (True, False): screen.say("The embedded server has stopped.", "内嵌数据库已停止。"),
        (True, True): screen.say("The embedded server would be stopped.", "将会停止内嵌数据库。"),
    }[running, dry_run]
    facts = {"was_running": running, "stopped": stopped, "dry_run": dry_run}
    screen.answer(facts, as_json=as_json, render=lambda console: console.print(said))


def run(
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
) -> None:
    """Run COMMAND, such as `pg_dump --file books.sql` or `psql`, on the books' database as its owner.

    The server is started if need be and kept running meanwhile; PostgreSQL's own programs are found first.
    """
    from partita.store import db, postgres  # noqa: PLC0415 - a command starts fast

    if not command:
        screen.misuse("Which command? Such as: partita db run psql", "请给出命令，例如：partita db run psql")
    settings = screen.settings()
    where = db.address(settings)
    environment = os.environ | db.variables(where.owner)
    if where.embedded:
        environment["PATH"] = os.pathsep.join((str(postgres.programs(settings.home)), environment.get("PATH", "")))
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        screen.refuse(refused(Reason.PROGRAM_NOT_FOUND, program=command[0]))
    done = subprocess.run([program, *command[1:]], env=environment, check=False)  # noqa: S603 - the user's command
    where.release()
    raise SystemExit(done.returncode)


def _embedded(settings: Settings) -> dict[str, object]:
    from partita.store import postgres  # noqa: PLC0415 - a command starts fast

    found = postgres.status(settings.home)
    return {
        "kind": "embedded",
        "running": found.server is not None,
        "in_use": found.in_use,
        "version": str(found.major) if found.major else None,
        "folder": found.folder,
        "log": found.log,
        "server_process": found.server,
        "supervisor_process": found.supervisor,
    }


def _external(url: str) -> dict[str, object]:
    from partita.store import db, migrate  # noqa: PLC0415 - a command starts fast

    seen = db.look(url)
    return {
        "kind": "external",
        "running": True,
        "version": seen.server,
        "schema": seen.schema,
        "schema_known": migrate.HEAD,
        "where": seen.where,
    }


def _show(console: Console, facts: Mapping[str, object]) -> None:
    grid = screen.table(screen.say("Fact", "项目"), screen.say("Value", "内容"))
    for name, titles in _NAMES.items():
        if name in facts:
            grid.add_row(screen.say(*titles), _text(facts[name]))
    console.print(grid)


def _text(value: object) -> str:
    match value:
        case None:
            return screen.say("none yet", "尚无")
        case "embedded":
            return screen.say("embedded", "内嵌")
        case "external":
            return screen.say("external (DATABASE_URL)", "外部（DATABASE_URL）")
        case bool():
            return screen.say("yes", "是") if value else screen.say("no", "否")
        case _:
            return str(value)
