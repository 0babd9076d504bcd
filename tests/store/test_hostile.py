"""A login that has the role of tenants, and no good intentions, on servers with all their roles (TENANT-2).

It holds no ticket, for only the application makes them, and what it holds of others' tickets is worth nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from partita.core.permission import Actor
from partita.settings import Settings
from partita.store import installation
from partita.store.db import Transaction
from partita.store.installation import Installation
from partita.usecases.work import Books
from partita.wiring import open_books
from servers import serving
from store.tenant_rows import NEVER_READ, ONLY, OPERATOR_ONLY, PRODUCT, SHARED, TENANT_HELD, inserts

DENIED = psycopg.errors.InsufficientPrivilege
DEBIAN = Installation(Path("/usr/lib/postgresql/15/bin"), 15)


@dataclass(frozen=True)
class Place:
    """A database with rows of red and blue: as its owner, as somebody hostile, and as the application has it open."""

    owner: str
    hostile: str
    books: Books


@pytest.fixture(scope="module", params=["embedded", "debian"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    found = DEBIAN if request.param == "debian" else installation.choose(None)
    if not (found.bin / "postgres").exists():
        pytest.skip("no PostgreSQL 15 on this system (Debian package postgresql)")
    folder = tmp_path_factory.mktemp(request.param)
    with serving(found, folder) as admin:
        password = secrets.token_hex(16)
        as_admin(
            admin, f"create role books login createrole password '{password}'", "create database books owner books"
        )
        owner = make_conninfo(admin, user="books", password=password, dbname="books")
        settings = Settings(folder / "home", owner, memory="512MB", threads=1, language="en", now=None)
        with open_books(settings) as books:
            fill(owner)
            as_admin(admin, f"create role hostile login password '{password}'", "grant partita_tenant to hostile")
            yield Place(owner, make_conninfo(owner, user="hostile"), books)


def as_admin(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def fill(owner: str) -> None:
    with psycopg.connect(owner) as connection:
        connection.execute(PRODUCT)
        for _, statement in (*inserts("red", 1), *inserts("blue", 1)):
            connection.execute(statement.encode())


@pytest.fixture
def hostile(place: Place) -> Iterator[Transaction]:
    with psycopg.connect(place.hostile, autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _unchanged(place: Place) -> Iterator[None]:
    before = _everything(place)
    yield
    assert _everything(place) == before, "somebody hostile changed something"


def _everything(place: Place) -> dict[str, list[str]]:
    with psycopg.connect(place.owner) as owner:
        return {
            table: [row[0] for row in owner.execute(f"select t::text from {table} t order by 1".encode())]
            for table in sorted(TENANT_HELD | SHARED | OPERATOR_ONLY)
        }


def sees_nothing(tx: Transaction) -> None:
    """Not a row of any table, by any way to read one, and nothing goes in."""
    assert tx.execute("select tenants()").fetchone() == (None,)
    for table in sorted(TENANT_HELD | SHARED | OPERATOR_ONLY):
        for statement in ("select count(*) from {}", "select count(*) from only {}"):
            count = _answer(tx, statement.format(table))
            assert count in (None, (0,)), table
        copied = _answer(tx, f"copy {table} to stdout")
        assert not copied, table
    for _, statement in inserts("blue", 3):
        assert _denied(tx, statement), statement


def _answer(tx: Transaction, statement: str) -> object:
    """What a statement answers; None when it is refused."""
    try:
        with tx.transaction():
            return _told(tx, statement)
    except DENIED:
        return None


def _told(tx: Transaction, statement: str) -> object:
    if not statement.startswith("copy"):
        return tx.cursor().execute(statement.encode()).fetchone()
    with tx.cursor().copy(statement.encode()) as copy:
        return b"".join(bytes(block) for block in copy)


def _denied(tx: Transaction, statement: str) -> bool:
    try:
        with tx.transaction():
            tx.execute(statement.encode())
    except DENIED:
        return True
    return False


def test_without_a_ticket_there_is_nothing(hostile: Transaction) -> None:
    sees_nothing(hostile)


@pytest.mark.parametrize("ticket", [
    "red", " red", "blue", f"{'0' * 64} red", f"{'0' * 64} ", "null", "{red}", f"{'0' * 64} red\n{'0' * 64}", "%", "''",
])  # fmt: skip
def test_a_ticket_that_one_writes_oneself(hostile: Transaction, ticket: str) -> None:
    hostile.execute("select set_config('partita.tenant', %s, false)", (ticket,))
    sees_nothing(hostile)
    with hostile.transaction():
        hostile.execute("select set_config('partita.tenant', %s, true), pg_current_xact_id()", (ticket,))
        sees_nothing(hostile)


def test_a_ticket_of_another_transaction_while_it_runs_and_afterwards(place: Place, hostile: Transaction) -> None:
    with replace(place.books, actor=Actor("red-user1")).work() as work:
        row = work.tx.execute("select current_setting('partita.tenant'), tenants()").fetchone()
        assert row is not None
        ticket, enterprises = row
        assert enterprises == ["red"]
        hostile.execute("select set_config('partita.tenant', %s, false)", (ticket,))
        sees_nothing(hostile)
    sees_nothing(hostile)
    with place.books.pool.connection() as connection, connection.transaction():
        connection.execute("select set_config('partita.tenant', %s, true), pg_current_xact_id()", (ticket,))
        connection.execute("set local role partita_tenant")
        sees_nothing(connection)


def test_a_ticket_is_not_lengthened_or_changed(place: Place) -> None:
    """Whoever holds a true ticket makes no other one of it in the same transaction."""
    with replace(place.books, actor=Actor("red-user1")).work() as work:
        row = work.tx.execute("select current_setting('partita.tenant')").fetchone()
        assert row is not None
        for other in (f"{row[0]} blue", row[0].replace("red", "blue"), f"{row[0]} ", row[0].upper(), row[0][1:]):
            work.tx.execute("select set_config('partita.tenant', %s, true)", (other,))
            assert work.tx.execute("select tenants()").fetchone() == (None,)
            assert work.tx.execute("select count(*) from account").fetchone() == (0,)
        work.tx.execute("select set_config('partita.tenant', %s, true)", (row[0],))
        assert work.tx.execute("select tenants()").fetchone() == (["red"],)


def test_it_ends_with_the_transaction(place: Place) -> None:
    as_user = replace(place.books, actor=Actor("red-user1"))
    with as_user.work():
        pass
    with place.books.pool.connection() as connection:
        row = connection.execute("select current_user::text, current_setting('partita.tenant', true)").fetchone()
        assert row == ("partita_app", "")


@pytest.mark.parametrize("statement", [
    "set role partita_app", "set role books", "set role admin", "set session authorization books",
    "set session authorization partita_app", "set local role pg_read_all_data",
    "select tenant_ticket('{blue}')", "select tenant_mark('blue')", "select * from tenant_secret",
    "copy tenant_secret to stdout", "select pg_read_file('PG_VERSION')", "copy (select 1) to program 'cat'",
    "create function public.sha256(bytea) returns bytea language sql as 'select $1'", "create schema mine",
    "create table public.mine (x text)", "create view public.mine as select * from account",
    "create policy mine on account using (true)", "drop policy tenant on account",
    "alter table account disable row level security", "alter function tenants() security invoker",
    "create or replace function tenants() returns text[] language sql as 'select null::text[]'",
    "grant select on tenant_secret to hostile", "grant partita_app to hostile", "alter role hostile bypassrls",
    "create rule mine as on select to account do instead nothing", "begin; lock table tenant_secret",
    "set session_replication_role = replica", "create trigger mine before insert on bill execute function seal_row()",
    "set row_security = off; select * from account", "truncate account", "delete from account",
    "update account set name = 'x'", "create publication mine for table account", "analyze tenant_secret, account",
])  # fmt: skip
def test_what_is_denied(hostile: Transaction, statement: str) -> None:
    if statement.startswith("analyze"):
        hostile.execute(statement.encode())  # it warns, and does nothing
        hidden = "select count(*) from pg_stats where schemaname = 'public'"
        assert hostile.execute(hidden.encode()).fetchone() == (0,), "what PostgreSQL knows of the values is hidden too"
        return
    try:
        if statement.startswith("copy"):
            _told(hostile, statement)
        else:
            hostile.execute(statement.encode())
    except (DENIED, psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):
        return
    pytest.fail(f"this went through: {statement}")


def test_reset_role_leads_nowhere(hostile: Transaction) -> None:
    hostile.execute("set role partita_tenant")
    sees_nothing(hostile)
    hostile.execute("reset role")
    assert hostile.execute("select current_user::text").fetchone() == ("hostile",)
    sees_nothing(hostile)


def test_a_search_path_with_ones_own_things_in_front(hostile: Transaction) -> None:
    """Functions, operators and tables of one's own, found first, change nothing for the functions of the books."""
    hostile.execute("create temp table tenant_secret (only_row boolean, secret bytea)")
    hostile.execute("insert into tenant_secret values (true, 'mine')")
    hostile.execute("create temp table account (account_id text, enterprise_id text)")
    hostile.execute("insert into account values ('blue-acct1', 'blue')")
    hostile.execute("create function pg_temp.sha256(bytea) returns bytea language sql as 'select $1'")
    hostile.execute("create function pg_temp.tenant_mark(text) returns text language sql as 'select repeat(''0'', 64)'")
    hostile.execute("create function pg_temp.same(text, text) returns boolean language sql as 'select true'")
    hostile.execute("create operator pg_temp.= (leftarg = text, rightarg = text, function = pg_temp.same)")
    hostile.execute("create operator pg_temp.<> (leftarg = text, rightarg = text, function = pg_temp.same)")
    hostile.execute("set search_path = pg_temp, public, pg_catalog")
    with hostile.transaction():
        mark = hostile.execute(
            "select encode(pg_catalog.sha256(s.secret || pg_catalog.sha256(s.secret || convert_to("
            "pg_current_xact_id()::text || ' blue', 'UTF8'))), 'hex') from pg_temp.tenant_secret s"
        ).fetchone()
        assert mark is not None
        hostile.execute("select set_config('partita.tenant', %s, true)", (f"{mark[0]} blue",))
        assert hostile.execute("select public.tenants()").fetchone() == (None,)
        assert hostile.execute("select count(*) from public.bill").fetchone() == (0,)
        assert _denied(hostile, "insert into public.balance values ('blue-acct1', 'cash', 'CNY', 1)")


def test_cheap_functions_and_errors_tell_nothing(hostile: Transaction) -> None:
    told: list[str] = []
    hostile.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    hostile.execute(
        "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 as "
        "'begin raise notice ''%'', $1; return true; end'"
    )
    for table in sorted(TENANT_HELD - {*ONLY, *NEVER_READ}):
        hostile.execute(f"select from {table} t where pg_temp.tell(t::text)".encode())
        hostile.execute(f"select from {table} t where 1 / (length(t::text) - length(t::text)) = 1".encode())
        hostile.execute(f"explain (costs off) select from {table} t where pg_temp.tell(t::text)".encode())
    assert told == []


def test_only_what_is_meant_may_be_called(hostile: Transaction) -> None:
    rows = hostile.execute(
        "select proname::text from pg_proc where pronamespace = 'public'::regnamespace "
        "and prorettype <> 'trigger'::regtype and has_function_privilege(oid, 'execute') order by 1"
    ).fetchall()
    assert rows == [("tenants",)]
    definers = hostile.execute(
        "select proname::text, proconfig from pg_proc "
        "where pronamespace = 'public'::regnamespace and prosecdef order by 1"
    ).fetchall()
    safe = ["search_path=pg_catalog, pg_temp"]
    assert definers == [("tenant_ticket", safe), ("tenants", safe)]
