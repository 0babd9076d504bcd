"""The pool, the role and the migrations, on the embedded server or on the one that DATABASE_URL names."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from partita.settings import Settings
from partita.store import db, migrate
from partita.store.db import DatabaseUnavailable, pool_at, ready_address
from partita.store.installation import Installation
from partita.usecases.work import Books
from servers import drop, serving

DENIED = psycopg.errors.InsufficientPrivilege
KEPT = (
    "ledger_head", "balance", "hold", "usage_reach", "usage_counter", "counted_through", "running_spend",
    "service_item", "quota_watch", "outbox_state", "commitment_running",
)  # fmt: skip
"""Running figures and states: every other table is append-only."""


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """A fresh database that was never migrated, as its owner."""
    name = f"partita_test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield make_conninfo(server, dbname=name)
        drop(connection, name)


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def tables(books: Books) -> list[str]:
    with books.work() as work:
        rows = work.tx.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    return [name for (name,) in rows]


def test_the_application_is_the_restricted_role(books: Books) -> None:
    with books.work() as work:
        row = work.tx.execute(
            "select current_user, current_setting('TimeZone'), rolsuper, rolcreatedb, rolcreaterole, rolbypassrls "
            "from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == ("partita_app", "UTC", False, False, False, False)


def test_the_application_cannot_change_what_is_append_only(books: Books) -> None:
    append_only = [name for name in tables(books) if name not in KEPT]
    assert {"entry", "posting", "bill", "charge_file", "price"} <= set(append_only)
    for table in append_only:
        for statement in ("update {} set {} = null", "delete from {} where {} is null", "truncate {}"):
            text = sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(_last_column(books, table)))
            with pytest.raises(DENIED), books.work() as work:
                work.tx.execute(text)


def _last_column(books: Books, table: str) -> str:
    with books.work() as work:
        row = work.tx.execute(
            "select attname from pg_attribute where attrelid = %s::regclass order by attnum desc limit 1", (table,)
        ).fetchone()
    assert row
    return str(row[0])


def test_the_application_makes_and_changes_no_tables(books: Books) -> None:
    for statement in (
        "create table mine (x integer)",
        "alter table entry add column mine integer",
        "drop table entry",
        "alter table posting disable trigger all",
        "create schema mine",
        "create role mine",
        "set session_replication_role = replica",
    ):
        with pytest.raises(DENIED), books.work() as work:
            work.tx.execute(statement)


def test_an_entry_that_does_not_sum_to_zero_is_refused_by_the_database(books: Books) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="does not sum to zero in CNY: 1"), books.work() as work:
        work.tx.execute(
            "insert into posting (payer_id, sequence, line, ledger_account, currency, amount_minor) "
            "values ('acme', 1, 1, 'cash', 'CNY', 101), ('acme', 1, 2, 'bank', 'CNY', -100)"
        )


def test_migrating_twice_at_once_migrates_once(empty: str) -> None:
    trouble: list[BaseException] = []

    def migrate_it() -> None:
        try:
            migrate.migrate(empty)
        except BaseException as error:  # noqa: BLE001 - shown below
            trouble.append(error)

    threads = [threading.Thread(target=migrate_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert value(empty, "select version_num from alembic_version") == migrate.HEAD


def test_a_failing_migration_leaves_nothing(empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from partita.store.migrations import run  # noqa: PLC0415 - loads Alembic

    (tmp_path / "0001_books.sql").write_text("create table half (x integer); select 1 / 0;")
    monkeypatch.setattr(run, "_FILES", tmp_path)
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.migrate(empty)
    monkeypatch.undo()
    assert value(empty, "select to_regclass('half') is null and to_regclass('alembic_version') is null") is True
    migrate.migrate(empty)


def test_a_database_where_everybody_may_make_tables_is_closed(empty: str, settings: Settings) -> None:
    with psycopg.connect(empty) as connection:
        connection.execute("grant create on schema public to public")
    opened = pool_at(ready_address(replace(settings, database_url=empty)))
    with opened as pool, pool.connection() as connection, pytest.raises(DENIED):
        connection.execute("create table mine (x integer)")


def test_a_newer_schema_is_named(owner_url: str, settings: Settings) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseUnavailable, match=r"written by a newer partita \(schema 9999"):
        pool_at(ready_address(settings))


def test_an_old_server_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseUnavailable, match="partita needs 99 or later"):
        pool_at(ready_address(settings))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://somebody:secret@127.0.0.1:1/books", "Check DATABASE_URL"),
        ("host=/nowhere dbname=books", "Check DATABASE_URL"),
        ("my database: secret", "DATABASE_URL makes no sense"),
    ],
)
def test_a_server_that_is_not_there_is_named(settings: Settings, url: str, message: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=message) as raised:
        pool_at(ready_address(replace(settings, database_url=url)))
    assert "secret" not in str(raised.value)
    assert "DATABASE_URL" in raised.value.message("zh")


def test_the_pool_survives_the_kill_of_its_connection(books: Books, owner_url: str) -> None:
    with books.work() as work:
        backend = work.tx.info.backend_pid
    with psycopg.connect(owner_url) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", (backend,))
    with books.work() as work:
        assert work.tx.execute("select 1").fetchone() == (1,)


def test_work_that_raises_saves_nothing(books: Books) -> None:
    def spoil() -> None:
        with books.work() as work:
            work.tx.execute(
                "insert into balance (payer_id, ledger_account, currency, amount_minor) values ('a', 'cash', 'CNY', 1)"
            )
            _ = 1 // 0

    with pytest.raises(ZeroDivisionError):
        spoil()
    with books.work() as work:
        assert work.tx.execute("select count(*) from balance").fetchone() == (0,)


# a server of the system, as an enterprise runs it -------------------------------------------------------------------


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL 15 server that knows nothing of us, as its superuser."""
    found = Installation(Path("/usr/lib/postgresql/15/bin"), 15)
    if not (found.bin / "postgres").exists():
        pytest.skip("no PostgreSQL 15 on this system (Debian package postgresql)")
    with serving(found, tmp_path_factory.mktemp("debian")) as url:
        yield url


def test_an_external_server_and_a_login_that_may_too_little_then_enough(debian: str, settings: Settings) -> None:
    password = secrets.token_hex(16)
    with psycopg.connect(debian, autocommit=True) as admin:
        admin.execute(sql.SQL("create role books login password {}").format(password))
        admin.execute("create database books owner books")
    url = make_conninfo(debian, user="books", password=password, dbname="books")
    external = replace(settings, database_url=url)

    with pytest.raises(DatabaseUnavailable, match="run: create role partita_app nologin noinherit; ") as raised:
        pool_at(ready_address(external))
    assert str(raised.value).endswith("create role partita_tenant nologin; grant partita_tenant to partita_app; "
                                      'grant partita_app to "books";')  # fmt: skip

    with psycopg.connect(debian, autocommit=True) as admin:
        admin.execute("create role partita_app nologin")
        admin.execute("create role partita_tenant nologin")
    with pytest.raises(DatabaseUnavailable, match=r'run: grant partita_tenant to partita_app; grant .* to "books";'):
        pool_at(ready_address(external))

    with psycopg.connect(debian, autocommit=True) as admin:
        admin.execute("grant partita_tenant to partita_app")
        admin.execute("grant partita_app to books")
    with pool_at(ready_address(external)) as pool, pool.connection() as connection:
        assert connection.execute("select current_user, session_user").fetchone() == ("partita_app", "books")
        connection.rollback()
    assert db.look(url).schema == migrate.HEAD
    assert password not in db.look(url).where


def test_even_a_superuser_login_works_as_the_application(debian: str, settings: Settings) -> None:
    with psycopg.connect(debian, autocommit=True) as admin:
        admin.execute("create database super")
    url = make_conninfo(debian, dbname="super")
    with pool_at(ready_address(replace(settings, database_url=url))) as pool:
        with pool.connection() as connection:
            connection.execute("reset role")
            assert connection.execute("select current_user").fetchone() == ("partita_app",)
        with pool.connection() as connection, pytest.raises(DENIED):
            connection.execute("delete from entry")
