"""Migrations: the schema's version, and how it is brought up to date.

Alembic runs the plain SQL files in `migrations/`, each once and in order, in one transaction, under a lock, so that two
processes may try at once. Looking at the version is one cheap query; Alembic is loaded only when there is work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from partita.store.unavailable import DatabaseUnavailable

FOLDER = Path(__file__).with_name("migrations")
KNOWN = tuple(sorted(path.stem.partition("_")[0] for path in FOLDER.glob("[0-9]*.sql")))
HEAD = KNOWN[-1]
APP = "partita_app"
TENANT = "partita_tenant"
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
    """Bring the schema up to date as the owner that `url` names; make the application's roles if they are missing.

    Raises DatabaseUnavailable when the owner may not make the roles, or may not act as them; psycopg.Error otherwise.
    """
    from partita.store.migrations import run  # noqa: PLC0415 - Alembic is slow to load and rarely needed

    with run.transaction(url) as (borrowed, connection):
        connection.execute("set local timezone = 'UTC'")
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        _make_roles(connection)
        _close_schema(connection)
        if version(connection) != HEAD:
            run.upgrade(borrowed)
        connection.execute(sql.SQL("grant select on alembic_version to {}").format(sql.Identifier(APP)))


def _make_roles(connection: Connection[Any]) -> None:
    """Make the roles without a login, and let the owner act as them. Roles belong to the server: they may be there."""
    wanted = list(_missing(connection))
    for place, statement in enumerate(wanted):
        try:
            with connection.transaction():
                connection.execute(statement.encode())
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            pass  # made for another database of this server just now
        except psycopg.errors.InsufficientPrivilege as error:
            raise _ask_administrator(connection, wanted[place:]) from error


def _missing(connection: Connection[Any]) -> Iterator[str]:
    """Yield what has to be done so that the owner can act as the application, and the application for a tenant."""
    app, tenant = (_exists(connection, role) for role in (APP, TENANT))
    if not app:
        yield f"create role {APP} nologin noinherit"  # it acts as the other, and has none of its rights by the way
    if not tenant:
        yield f"create role {TENANT} nologin"
    if not (app and tenant and _is_member(connection)):
        yield f"grant {TENANT} to {APP}"
    if not (app and _can_act(connection)):
        yield f"grant {APP} to {sql.Identifier(connection.info.user).as_string(connection)}"


def _close_schema(connection: Connection[Any]) -> None:
    """Make sure that the application cannot make tables: databases from before PostgreSQL 15 let everybody."""
    row = connection.execute("select has_schema_privilege(%s, 'public', 'create')", (APP,)).fetchone()
    if row and row[0]:
        connection.execute("revoke create on schema public from public")


def _exists(connection: Connection[Any], role: str) -> bool:
    return connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None


def _is_member(connection: Connection[Any]) -> bool:
    row = connection.execute(
        "select from pg_auth_members where roleid = %s::regrole and member = %s::regrole", (TENANT, APP)
    ).fetchone()
    return row is not None


def _can_act(connection: Connection[Any]) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(APP)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _ask_administrator(connection: Connection[Any], missing: Sequence[str]) -> DatabaseUnavailable:
    statements = "; ".join((*missing, ""))
    return DatabaseUnavailable(
        f"The login {connection.info.user} may not make the roles of the application. Ask an administrator of the "
        f"server to run: {statements}".rstrip(),
        f"登录用户 {connection.info.user} 无权创建应用角色。请让服务器管理员执行：{statements}".rstrip(),
        restart_helps=True,
    )
