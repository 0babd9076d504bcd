"""Stored usage, as whoever asks whether a record is new reads it: few files, however many came in.

Does not own what makes a record new (`columnar.usage`). Rules: USAGE-1, FILE-3 (`docs/rules/files.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import duckdb

from partita.columnar import usage as columns
from partita.columnar.tables import USAGE, column_list
from partita.formats.quoting import literal, path_literal
from partita.store import merged
from partita.store import usage as usage_store
from partita.store.db import Transaction
from partita.store.files import FileRoom
from partita.usecases.work import Books


def stored_sql(tx: Transaction, room: FileRoom, engine: duckdb.DuckDBPyConnection) -> str | None:
    """SQL of the stored records with which the new ones may collide; None when there are none."""
    months, buckets = columns.touched(engine)
    parts = []
    for month in months:
        readings = _readings(tx, room, engine, (month, buckets))
        paths = [path for reading in readings.values() for path in reading.paths(room)]
        if paths:
            source = f"read_parquet([{_listed(paths)}])"
            parts.append(f"select {column_list(USAGE)}, {month}::integer as month from {source}")
    return " union all ".join(parts) or None


def _readings(
    tx: Transaction, room: FileRoom, engine: duckdb.DuckDBPyConnection, places: tuple[int, Collection[int]]
) -> dict[int, merged.Reading]:
    """Return what to read for buckets of a month: the newest copy of each, and what came in since."""
    month, buckets = places
    last = usage_store.last_of(tx, month, buckets)
    copies = {bucket: _copy(room, engine, (month, bucket), last[bucket]) for bucket in sorted(last)}
    since = usage_store.files_after(tx, month, {bucket: copy[0] if copy else 0 for bucket, copy in copies.items()})
    return {bucket: merged.Reading(copy[1] if copy else None, tuple(since[bucket])) for bucket, copy in copies.items()}


def _copy(
    room: FileRoom, engine: duckdb.DuckDBPyConnection, place: tuple[int, int], last: int
) -> tuple[int, Path] | None:
    """Return the newest copy; those of a place where it cannot be read are thrown away."""
    found = merged.newest(room, *place, last)
    if found is None or _sound(engine, found[1]):
        return found
    merged.forget(room, *place)
    return None


def _sound(engine: duckdb.DuckDBPyConnection, copy: Path) -> bool:
    try:
        engine.execute(f"select * from parquet_file_metadata({path_literal(copy)})").fetchall()
    except duckdb.Error:
        return False
    return True


def merge(books: Books, engine: duckdb.DuckDBPyConnection, places: Iterable[tuple[int, int]]) -> None:
    """Make new copies of (month, bucket) where many files are in none; the caller holds no lock.

    Writers commit in the order of sequences, so the files through the last one seen are all there will ever be.
    """
    by_month: dict[int, list[int]] = {}
    for month, bucket in places:
        by_month.setdefault(month, []).append(bucket)
    for month, buckets in by_month.items():
        with books.work() as work:
            readings = _readings(work.tx, books.room, engine, (month, buckets))
        for bucket, reading in readings.items():
            if len(reading.rest) >= merged.MANY:
                _merge(books.room, engine, (month, bucket), reading)


def _merge(room: FileRoom, engine: duckdb.DuckDBPyConnection, place: tuple[int, int], reading: merged.Reading) -> None:
    with room.incoming() as folder:
        made = folder / "merged.parquet"
        source = f"read_parquet([{_listed(reading.paths(room))}])"
        engine.execute(
            f"copy (select {column_list(USAGE)} from {source} order by {columns.ORDER}) to {literal(made)} "
            "(format parquet, compression zstd, row_group_size 20480)"
        )
        merged.keep(room, made, *place, reading.rest[-1].sequence)


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(map(path_literal, paths))
