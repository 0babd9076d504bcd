"""A close that is killed ten times at random points ends with the same books as one that was not, byte for byte."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.demo import generate
from partita.settings import Settings
from partita.store import org
from partita.usecases.close import Closed, close_month
from partita.usecases.funds import top_up
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.verify import verify
from partita.usecases.work import Books
from partita.wiring import open_books
from servers import clone, drop

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
KILLS = 10
MONTH = Month(2026, 8)


class _Pace(NamedTuple):
    """How many steps a whole close records, and how long it takes from start to end."""

    steps: int
    seconds: float


@contextmanager
def fresh_books(server: str, template: str, home: Path) -> Iterator[tuple[Settings, Books]]:
    """Open books on a database of their own, with the same demo set up and imported."""
    name = f"partita_killed_{home.name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        clone(connection, name, template)
        url = make_conninfo(server, dbname=name)
        settings = Settings(home, url, "512MB", 2, "en", NOW)
        try:
            with open_books(settings) as books:
                _furnish(books, home)
                yield settings, books
        finally:
            drop(connection, name)


def _furnish(books: Books, home: Path) -> None:
    made = generate(home.parent / "demo", seed=7, lines=60_000, months=2)
    with books.work() as work:
        assert not isinstance(apply_setup(work, made.setup), Refused)
        payers = sorted(set(org.payers_table(work.tx).column("payer_id").to_pylist()))
    for file in made.usage:
        assert not isinstance(import_usage(books, file.path, rejects=home / "rejects.csv"), Refused)
    for account in payers:
        with books.work() as work:
            answer = top_up(work, account_id=account, amount=Money(10_000_000, "CNY"), idempotency_key="start")
            assert not isinstance(answer, Refused)


def _environment(settings: Settings) -> dict[str, str]:
    source = Path(__file__).parents[2] / "src"
    return os.environ | {
        "PYTHONPATH": str(source), "PARTITA_HOME": str(settings.home), "DATABASE_URL": str(settings.database_url),
        "PARTITA_NOW": NOW.isoformat(), "PARTITA_MEMORY": settings.memory, "PARTITA_THREADS": "2",
    }  # fmt: skip


def _dump(settings: Settings, books: Books) -> dict[str, str]:
    """Return a digest of every table and every file."""
    assert settings.database_url is not None
    digests: dict[str, str] = {}
    with psycopg.connect(settings.database_url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
        for (table,) in tables:
            text = sql.SQL("select coalesce(string_agg(t::text, chr(10) order by t::text), '') from {} t")
            row = connection.execute(text.format(sql.Identifier(table))).fetchone()
            assert row is not None
            digests[f"table {table}"] = hashlib.sha256(row[0].encode()).hexdigest()
    with books.work() as work:
        named = [row[0] for row in work.tx.execute("select path from charge_file union select path from usage_file")]
    for path in named:
        digests[f"file {path}"] = hashlib.sha256(books.room.path(path).read_bytes()).hexdigest()
    return digests


@pytest.mark.slow
def test_a_close_killed_ten_times_ends_with_the_same_books(server: str, template: str, tmp_path: Path) -> None:
    with fresh_books(server, template, tmp_path / "whole") as (settings, books):
        command = [sys.executable, "-m", "partita.cli", "close", str(MONTH)]
        began = time.monotonic()
        subprocess.run(command, env=_environment(settings), check=True, capture_output=True)
        pace = _Pace(_steps(settings), time.monotonic() - began)
        expected = _dump(settings, books)

    with fresh_books(server, template, tmp_path / "cut") as (settings, books):
        killed = _kill_often(command, settings, pace)
        assert killed == KILLS, pace
        last = subprocess.run(command, env=_environment(settings), check=True, capture_output=True, text=True)
        assert "2026-08" in last.stdout
        assert _dump(settings, books) == expected
        assert [one.name for one in verify(books) if not one.holds] == []
        again = close_month(replace(books, clock=lambda: NOW), MONTH)
        assert isinstance(again, Closed)
        assert again.already_closed
        assert _dump(settings, books) == expected


def _kill_often(command: list[str], settings: Settings, pace: _Pace) -> int:
    """Kill the close at random points: one in each stretch of its steps, somewhere between two of them."""
    chance = random.Random(20261122)  # noqa: S311 - the points must be the same in each run, not secret
    stretch = pace.steps // (KILLS + 1)  # one more than kills: the last one must not come after the end
    assert stretch > 0
    killed = 0
    for number in range(KILLS):
        wanted = number * stretch + chance.randrange(stretch)
        process = subprocess.Popen(
            command, env=_environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and _steps(settings) < wanted:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, pace.seconds / pace.steps))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
    return killed


def _steps(settings: Settings) -> int:
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("select count(*) from close_step").fetchone()
    return row[0] if row else 0
