"""Where a bench runs: new books on a server of their own, or on a new database of the server that DATABASE_URL names.

`books_at` opens them with the owner's connection beside them, on which the world is laid out and the bare reference
runs. `sized` gives the size that was asked for: `--small` is for the test that every bench still runs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from partita.settings import Settings
from partita.store import db, postgres
from partita.store.db import Transaction
from partita.usecases.work import Books
from partita.wiring import open_books

Size = TypeVar("Size")


@dataclass(frozen=True, slots=True)
class Ground:
    """Open books, the address and a connection of their owner, and a folder for the files of the bench."""

    books: Books
    owner_url: str
    owner: Transaction
    folder: Path


def sized(full: Size, small: Size) -> Size:
    """Return the size to measure: the full one, or with `--small` the one that only shows that the bench runs."""
    return small if is_small() else full


def is_small() -> bool:
    """Say whether only the small size was asked for."""
    return "--small" in sys.argv


@contextmanager
def settings_at(now: datetime, *, memory: str = "1GB") -> Iterator[Settings]:
    """Give the settings of new books, whose clock stands at `now`; their server stops afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, new_database() as url:
        settings = Settings(Path(folder) / "home", url, memory, 2, "en", now)
        try:
            yield settings
        finally:
            if url is None:
                postgres.stop(settings.home)


@contextmanager
def new_database() -> Iterator[str | None]:
    """Give the address of a new database on the server that DATABASE_URL names; None = the embedded server."""
    given = os.environ.get("DATABASE_URL")
    if given is None:
        yield None
        return
    name = sql.Identifier(f"partita_bench_{uuid.uuid4().hex[:16]}")
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        try:
            yield make_conninfo(given, dbname=name.as_string().strip('"'))
        finally:
            connection.execute(sql.SQL("drop database {}").format(name))


@contextmanager
def books_at(now: datetime, *, memory: str = "1GB") -> Iterator[Ground]:
    """Open new books, whose clock stands at `now`; the owner's connection commits every statement by itself."""
    with settings_at(now, memory=memory) as settings, open_books(settings) as books:
        where = db.address(settings)
        with psycopg.connect(where.owner, autocommit=True) as owner:
            yield Ground(books, where.owner, owner, settings.home.parent)
        where.release()
