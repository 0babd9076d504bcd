"""The bulk engine: one DuckDB connection in memory, within limits, that reaches nothing outside the room of files.

Owns the settings of the engine. Integers and dates come out the same on every machine: the zone is UTC, extensions are
never fetched. The caller closes the connection.
"""

from __future__ import annotations

import uuid

import duckdb

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
