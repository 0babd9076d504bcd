"""Runs Alembic, and the plain SQL files, in one transaction of the owner.

Owns the bridge between psycopg, SQLAlchemy and Alembic. Does not own the lock and the roles (`migrate`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool

_FOLDER = Path(__file__).parent
_FILES = _FOLDER


@contextmanager
def transaction(url: str) -> Iterator[tuple[sqlalchemy.Connection, psycopg.Connection[Any]]]:
    """Yield one transaction in two views: Alembic's and the driver's. It commits unless an exception leaves it."""
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.begin() as borrowed:
        yield borrowed, _driver(borrowed)


def upgrade(borrowed: sqlalchemy.Connection) -> None:
    """Run every migration that is missing. The caller commits."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    configuration.attributes["connection"] = borrowed
    command.upgrade(configuration, "head")


def plain(borrowed: sqlalchemy.Connection, name: str) -> None:
    """Run all statements of a file as they stand: the driver gets no parameters, so `%` means itself."""
    _driver(borrowed).execute((_FILES / name).read_bytes())


def _driver(borrowed: sqlalchemy.Connection) -> psycopg.Connection[Any]:
    driver = borrowed.connection.driver_connection
    assert isinstance(driver, psycopg.Connection), "migrations run on psycopg"
    return driver
