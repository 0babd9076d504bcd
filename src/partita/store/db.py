"""The pool of connections to PostgreSQL: the embedded server or the one that `DATABASE_URL` names.

Owns `Transaction`, `pool_at` and how a connection is set up: role `partita_app` (no DDL, nothing to change in
append-only tables, never a superuser), times in UTC. Does not own the schema (`migrate`) or the server (`postgres`).
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection, Rollback
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from partita.settings import Settings
from partita.store import migrate, postgres
from partita.store.installation import OLDEST_MAJOR
from partita.store.postgres import ServerAddress
from partita.store.unavailable import DatabaseUnavailable

__all__ = [
    "Address",
    "DatabaseUnavailable",
    "Seen",
    "Transaction",
    "address",
    "attempt",
    "look",
    "named",
    "planned_once",
    "pool_at",
    "ready_address",
]

Transaction: TypeAlias = Connection[tuple[Any, ...]]
Answer = TypeVar("Answer")

_POOL_MAX = 8
_ATTEMPTS = 10
_PATIENCE_SECONDS = 60
_CONNECT_SECONDS = 10
_QUIET_SECONDS = 5
"""A connection that was taken so shortly ago is only asked whether it still stands when something came from it."""
# The server starts, stops, or recovers from the kill of one of its processes: it takes connections again soon. The
# driver keeps no error code of a refused connection, so the words decide; in another language there is no second try.
_SOON = "the database system is"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the books are: as the owner (migrations only), as the application, and the lease of the embedded server."""

    owner: str
    app: str
    embedded: ServerAddress | None

    def release(self) -> None:
        """Let the embedded server go: it stops by itself when nobody needs it."""
        if self.embedded:
            self.embedded.lease.close()


def attempt(tx: Transaction, decide: Callable[[], Answer], *, keep: Callable[[Answer], bool]) -> Answer:
    """Return what `decide` answers; unless `keep` says so of the answer, all that it wrote is undone.

    Locks that it took are then let go, rows that it made only to lock them are not there: the books are as before.
    """
    with tx.transaction() as saving:
        answer = decide()
        if not keep(answer):
            raise Rollback(saving)
    return answer


FEW = "in (%(first)s, %(last)s)"
MANY = "= any(%(asked)s)"


def named(names: Collection[str]) -> tuple[str, dict[str, object]]:
    """Return the SQL by which a column is one of these names, and its values.

    One or two names stand by themselves: how long an array is, the server only sees when it plans, so it would plan
    the statement anew each time.
    """
    asked = sorted(set(names))
    if 0 < len(asked) <= len(("first", "last")):
        return FEW, {"first": asked[0], "last": asked[-1]}
    return MANY, {"asked": asked}


@contextmanager
def planned_once(tx: Transaction) -> Iterator[None]:
    """Let prepared statements be planned once on a connection, not anew for each value.

    For views of many parts that are asked about few names: planning takes several times as long as running. Not for
    conditions that a value switches off (`%s is null or …`): one plan for all values cannot leave them out.
    """
    tx.execute("set local plan_cache_mode = force_generic_plan")
    yield
    tx.execute("set local plan_cache_mode = auto")


def pool_at(where: Address) -> ConnectionPool[Transaction]:
    """Open a pool, lazily: it holds no connection until one is asked for. It keeps the embedded server in use.

    Its role is `partita_app`, its times are in UTC. Close it after use.
    """
    taken: WeakKeyDictionary[Transaction, float] = WeakKeyDictionary()

    def keep(_: Transaction) -> None:
        assert where.embedded is None or not where.embedded.lease.closed, "the server's lease outlives the pool"

    def check(connection: Transaction) -> None:
        now = time.monotonic()
        if now - taken.get(connection, -_QUIET_SECONDS) >= _QUIET_SECONDS or _heard_from(connection):
            ConnectionPool.check_connection(connection)
        taken[connection] = now

    return ConnectionPool(
        where.app,
        min_size=0,
        max_size=_POOL_MAX,
        num_workers=1,
        open=True,
        configure=keep,
        check=check,
        name="partita",
    )


def _heard_from(connection: Transaction) -> bool:
    """Say whether a connection at rest has something to read: a server that went away has closed it, which shows here.

    It costs no round trip, which would be one of the dozen that a transfer takes.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def ready_address(settings: Settings) -> Address:
    """Return where the books are, with a current schema. A server that was killed just now is started again.

    Raises DatabaseUnavailable, with what to do, when the database cannot be reached, is too old, holds a newer schema,
    or does not let the roles be made.
    """
    for attempt in range(_ATTEMPTS):
        where = address(settings)
        try:
            _make_ready(where)
        except psycopg.Error as error:
            where.release()
            if where.embedded is None or attempt == _ATTEMPTS - 1:
                raise _unavailable(error, embedded=where.embedded is not None) from error
            time.sleep(0.05)
        except DatabaseUnavailable as error:
            where.release()
            # an embedded server that an earlier version started: the next start makes the roles
            if not (error.restart_helps and where.embedded and postgres.stop(settings.home, only_unused=True)):
                raise
        else:
            return where
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class Seen:
    """An external database as it is: where (no password), the server's version, the schema's version or None."""

    where: str
    server: str
    schema: str | None


def look(url: str) -> Seen:
    """Look at an external database, changing nothing. Raises DatabaseUnavailable."""
    try:
        with psycopg.connect(_as_given(url)) as connection:
            told = connection.info
            where = f"{told.user}@{told.host or 'local'}:{told.port}/{told.dbname}"
            version = connection.execute("select current_setting('server_version')").fetchone()
            assert version is not None, "a setting has one value"
            return Seen(where, str(version[0]), migrate.version(connection))
    except psycopg.Error as error:
        raise _unavailable(error, embedded=False) from error


def address(settings: Settings) -> Address:
    """Return where the books are, starting the embedded server when no `DATABASE_URL` is set."""
    if settings.database_url is None:
        server = postgres.ensure_running(settings.home)
        return Address(server.owner_url, _as_app(server.app_url), server)
    given = _as_given(settings.database_url)
    return Address(given, _as_app(given), None)


def variables(url: str) -> dict[str, str]:
    """Return the variables by which PostgreSQL's own programs find this database."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "options": "PGOPTIONS"}
    return {names[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in names}


def _as_given(url: str) -> str:
    """Return the external address with a limit for connecting, so that a wrong host does not hang."""
    try:
        return make_conninfo(url, connect_timeout=conninfo_to_dict(url).get("connect_timeout") or _CONNECT_SECONDS)
    except psycopg.ProgrammingError as error:
        # the driver's words may quote the password
        raise DatabaseUnavailable(
            "DATABASE_URL makes no sense. Write it like postgresql://user:password@host:5432/database",
            "DATABASE_URL 无效，请写成 postgresql://user:password@host:5432/database",
        ) from error


def _as_app(url: str) -> str:
    """Return the address with the role and the zone of every connection, whoever logs in."""
    known = conninfo_to_dict(url)
    given = str(known.get("options") or "")
    return make_conninfo(
        url,
        options=f"{given} -c role={migrate.APP} -c TimeZone=UTC".strip(),
        application_name=str(known.get("application_name") or "partita"),
    )


def _make_ready(where: Address) -> None:
    """Look at the server's and the schema's version in one query, and migrate when need be."""
    try:
        with _connected(where.app) as connection:
            state = _checked(connection)
    except psycopg.OperationalError:
        with _connected(where.owner) as connection:  # if this fails too, its error says why
            _check_server(connection)
        state = None  # the role is not there, or not granted to this login: the migration sees to it
    if state == migrate.HEAD:
        return
    if state is not None and state not in migrate.KNOWN:
        raise DatabaseUnavailable(
            f"The books were written by a newer partita (schema {state}; this one knows {migrate.HEAD}). Upgrade it.",
            f"账套由更新版本的 partita 写入（结构版本 {state}，当前程序支持 {migrate.HEAD}）。请升级 partita。",
        )
    migrate.migrate(where.owner)
    with _connected(where.app) as connection:
        _checked(connection)


def _connected(url: str) -> Transaction:
    """Connect; a server that is just starting or recovering is waited for."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(url)
        except psycopg.OperationalError as error:
            if _SOON not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _checked(connection: Transaction) -> str | None:
    """Return the schema's version; raises DatabaseUnavailable for a server that is too old."""
    _check_server(connection)
    return migrate.version(connection)


def _check_server(connection: Transaction) -> None:
    major = connection.info.server_version // 10_000
    if major < OLDEST_MAJOR:
        raise DatabaseUnavailable(
            f"The server is PostgreSQL {major}; partita needs {OLDEST_MAJOR} or later. Upgrade it, or unset "
            "DATABASE_URL to use the embedded one.",
            f"服务器版本为 PostgreSQL {major}，partita 需要 {OLDEST_MAJOR} 及以上。"
            "请升级，或取消 DATABASE_URL 以使用内嵌数据库。",
        )


def _unavailable(error: psycopg.Error, *, embedded: bool) -> DatabaseUnavailable:
    said = " ".join(str(error).split())
    if embedded:
        return DatabaseUnavailable(
            f"The embedded server does not take connections: {said} Try again; `partita db status` names its log.",
            f"内嵌数据库无法连接：{said} 请重试；`partita db status` 会显示日志位置。",
        )
    return DatabaseUnavailable(
        f"{said} Check DATABASE_URL, or unset it to use the embedded server.",
        f"{said} 请检查 DATABASE_URL，或取消该变量以使用内嵌数据库。",
    )
