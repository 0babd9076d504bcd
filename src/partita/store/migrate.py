"""Migrations: the schema's version, and how it is brought up to date.

Alembic runs the plain SQL files in `migrations/`, each once and in order, in one transaction, under a lock, so that two
processes may try at once. Looking at the version is one cheap query; Alembic is loaded only when there is work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from partita.store.unavailable import DatabaseUnavailable

FOLDER = Path(__file__).with_name("migrations")
KNOWN = tuple(sorted(path.stem.partition("_")[0] for path in FOLDER.glob("[0-9]*.sql")))
HEAD = KNOWN[-1]
APP = "partita_app"
_LOCK = 7_277_482  # "partita" on a telephone's keys, shortened: any number that nobody else in this database uses


def version(connection: Connection[Any]) -> str | None:
    """Return the schema's version, such as `0001`; None when there is no schema."""
    try:
        with connection.transaction():
            row = connection.execute("select version_num from alembic_version").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return None
    return str(row[0]) if row else None


def migrate(url: str) -> None:
    """Bring the schema up to date as the owner that `url` names; make the application's role if it is missing.

    Raises DatabaseUnavailable when the owner may not make the role, or may not act as it; psycopg.Error otherwise.
    """
    from partita.store.migrations import run  # noqa: PLC0415 - Alembic is slow to load and rarely needed

    with run.transaction(url) as (borrowed, connection):
        connection.execute("set local timezone = 'UTC'")
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        _make_role(connection)
        _close_schema(connection)
        if version(connection) != HEAD:
            run.upgrade(borrowed)
        connection.execute(sql.SQL("grant select on alembic_version to {}").format(sql.Identifier(APP)))


def _make_role(connection: Connection[Any]) -> None:
    """Make the role without a login, and let the owner act as it. Roles belong to the whole server: it may be there."""
    if not _exists(connection):
        try:
            with connection.transaction():
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(APP)))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            pass  # made for another database of this server just now
        except psycopg.errors.InsufficientPrivilege as error:
            raise _ask_administrator(connection, f"create role {APP} nologin; ") from error
    if _can_act(connection):
        return
    try:
        with connection.transaction():
            connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(APP)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise _ask_administrator(connection, "") from error


def _close_schema(connection: Connection[Any]) -> None:
    """Make sure that the application cannot make tables: databases from before PostgreSQL 15 let everybody."""
    row = connection.execute("select has_schema_privilege(%s, 'public', 'create')", (APP,)).fetchone()
    if row and row[0]:
        connection.execute("revoke create on schema public from public")


def _exists(connection: Connection[Any]) -> bool:
    return connection.execute("select from pg_roles where rolname = %s", (APP,)).fetchone() is not None


def _can_act(connection: Connection[Any]) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(APP)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _ask_administrator(connection: Connection[Any], first: str) -> DatabaseUnavailable:
    statement = f"{first}grant {APP} to {connection.info.user};"
    return DatabaseUnavailable(
        f"The login {connection.info.user} may not make the role of the application. Ask an administrator of the "
        f"server to run: {statement}",
        f"登录用户 {connection.info.user} 无权创建应用角色。请让服务器管理员执行：{statement}",
    )
