"""The bulk engine: one DuckDB connection in memory, within limits, whose overflow stays in the room of files.

Owns the settings of the engine and the folders it spills into. Figures come out the same on every machine: the zone is
UTC, extensions are never fetched. The caller closes the connection.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import duckdb

from partita.store import locks
from partita.store.files import FileRoom


def open_engine(room: FileRoom, *, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    """Open an engine with a memory limit such as `1GB`; what does not fit spills into a folder of its own in the room.

    The engine makes that folder when it first spills and removes it when the connection closes; two processes that
    shared one would take each other's files.
    """
    engine = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(room.spill / uuid.uuid4().hex),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    engine.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    return engine


_BESIDE_BYTES = 270_000_000
_LEAST_BYTES = 240_000_000
_UNITS = {"bytes": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}


def leave_room(engine: duckdb.DuckDBPyConnection) -> None:
    """Lower the engine's limit by what the process holds beside it while it reads text, and the engine does not count.

    So a process that reads a file larger than memory stays within the limit it was given, from 512 MB on.
    """
    row = engine.execute("select current_setting('memory_limit')").fetchone()
    assert row is not None, "a setting has a value"
    number, unit = str(row[0]).split()
    limit = int(Decimal(number) * _UNITS[unit])
    lower = max(limit - _BESIDE_BYTES, min(limit, _LEAST_BYTES))
    engine.execute(f"set memory_limit = '{lower} bytes'")


@contextmanager
def spilling(room: FileRoom) -> Iterator[None]:
    """Say that this process may spill; the first one to come removes what killed processes left behind."""
    lock = room.spill / "in-use.lock"
    unused = locks.seize(lock)
    if unused:
        with unused:
            room.tidy()
    with locks.share(lock):
        yield
