"""What every test may ask for: a database of its own, cloned from a migrated template, and the open books on it.

`books` are open books at 2026-11-02T04:00:00Z on a fresh database and a fresh room. `clock` is what they read: set
`clock.now` to move. `settings` open the same books in another process or with `open_books`; `owner_url` is the database
as its owner, for tests that tamper with rows. The server is the embedded one, or the one that `DATABASE_URL` names.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from laws import books_tally
from partita.settings import Settings
from partita.store import cluster, db, migrate, postgres
from partita.usecases.work import Books
from partita.wiring import open_books
from servers import clone, drop

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
_LOCK = 4_200_001


@dataclass
class Clock:
    """The books' clock: it stands until a test sets `now`."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database whose login may create databases: one server for all workers and all runs."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    home = _kept_home(request.config) or tmp_path_factory.getbasetemp() / "partita"
    address = postgres.ensure_running(home)
    _do_without_fsync(home)
    with address.lease:
        yield address.owner_url


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no server running, unless another run of the tests uses it."""
    home = _kept_home(session.config)
    if home and not hasattr(session.config, "workerinput"):
        postgres.stop(home, only_unused=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say with which seeds the books were tried, how many steps that were, and what was done and refused."""
    reports = [one for found in terminalreporter.stats.values() for one in found if hasattr(one, "user_properties")]
    told = {value for one in reports for name, value in one.user_properties if name == books_tally.PROPERTY}
    failed = [one for one in reports if getattr(one, "failed", False)]
    seeds = {value for one in failed for name, value in one.user_properties if name == books_tally.SEED}
    if told:
        terminalreporter.section("what the books were put through")
        for line in books_tally.summary(map(books_tally.of_text, told)):
            terminalreporter.line(line)
    for seed in sorted(seeds):
        terminalreporter.line(f"failed with seed {seed}: PARTITA_SEED={seed}")


def _do_without_fsync(home: Path) -> None:
    """Let the server of the tests, which no power cut has to survive, write without waiting for the disk.

    Every test makes a database and drops it, and both wait for every file. Tests of kills start servers of their own,
    as users get them.
    """
    folder = cluster.Place(home / "database").cluster
    (folder / "postgresql.auto.conf").write_text("fsync = off\nfull_page_writes = off\n", encoding="utf-8")
    os.kill(int((folder / "postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGHUP)


def _kept_home(config: pytest.Config) -> Path | None:
    """Where the embedded server of the tests lives: it is made once and serves all later runs."""
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("partita")) if cache else None


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a database that is migrated once for each state of the migrations."""
    texts = b"".join(
        path.read_bytes() for path in sorted(migrate.FOLDER.rglob("*.*")) if path.suffix in {".sql", ".py"}
    )
    name = f"partita_template_{sha256(texts).hexdigest()[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        if connection.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
            making = f"{name}_{uuid.uuid4().hex[:8]}"
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(making)))
            migrate.migrate(make_conninfo(server, dbname=making))
            statement = sql.SQL("alter database {} rename to {}")
            connection.execute(statement.format(sql.Identifier(making), sql.Identifier(name)))
    return name


@pytest.fixture
def owner_url(server: str, template: str) -> Iterator[str]:
    """A fresh database as its owner; it is dropped afterwards."""
    name = f"partita_test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        clone(connection, name, template)
        yield make_conninfo(server, dbname=name)
        drop(connection, name)


@pytest.fixture
def settings(owner_url: str, tmp_path: Path) -> Settings:
    """Settings of the test's own database and home, for other processes (`environment`) and other books."""
    return Settings(home=tmp_path / "home", database_url=owner_url, memory="512MB", threads=2, language="en", now=NOW)


@pytest.fixture
def clock() -> Clock:
    """The clock that `books` read."""
    return Clock()


@pytest.fixture
def books(settings: Settings, clock: Clock) -> Iterator[Books]:
    """Open books on the test's own database, as the application's role."""
    with open_books(settings) as opened:
        yield replace(opened, clock=clock)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The environment in which another process opens the same books."""
    assert settings.database_url is not None
    source = Path(db.__file__).parents[2]
    return os.environ | {
        "PYTHONPATH": str(source),
        "PARTITA_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "PARTITA_NOW": NOW.isoformat(),
        "PARTITA_LANG": "en",
    }
