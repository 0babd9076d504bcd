"""Stored usage, as whoever asks whether a record is new reads it: few files, however many came in.

Does not own what makes a record new (`columnar.usage`). Rules: USAGE-1, FILE-3 (`docs/rules/files.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from partita.columnar import usage as columns
from partita.columnar.tables import USAGE, column_list
from partita.formats.quoting import literal, path_literal
from partita.store import merged
from partita.store import usage as usage_store
from partita.store.db import Transaction
from partita.store.files import FileRoom
from partita.store.usage import UsageFile
from partita.usecases.work import Books


def stored_sql(tx: Transaction, room: FileRoom, engine: duckdb.DuckDBPyConnection) -> str | None:
    """SQL of the stored records with which the new ones may collide; None when there are none."""
    months, buckets = columns.touched(engine)
    parts = []
    for month in months:
        paths: list[Path] = []
        for bucket, files in _by_bucket(usage_store.files(tx, month=month), buckets):
            paths += _reading(room, engine, (month, bucket), files).paths(room)
        if paths:
            source = f"read_parquet([{_listed(paths)}])"
            parts.append(f"select {column_list(USAGE)}, {month}::integer as month from {source}")
    return " union all ".join(parts) or None


def _reading(
    room: FileRoom, engine: duckdb.DuckDBPyConnection, place: tuple[int, int], files: Sequence[UsageFile]
) -> merged.Reading:
    """Return what to read; a copy that cannot be read is thrown away, and the files themselves are read."""
    reading = merged.reading(room, *place, files)
    if reading.copy is None or _sound(engine, reading.copy):
        return reading
    merged.forget(room, *place)
    return merged.reading(room, *place, files)


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
    for month, bucket in places:
        with books.work() as work:
            files = [one for one in usage_store.files(work.tx, month=month) if one.bucket == bucket]
        reading = _reading(books.room, engine, (month, bucket), files)
        if len(reading.rest) < merged.MANY:
            continue
        with books.room.incoming() as folder:
            made = folder / "merged.parquet"
            source = f"read_parquet([{_listed(reading.paths(books.room))}])"
            engine.execute(
                f"copy (select {column_list(USAGE)} from {source} order by {columns.ORDER}) to {literal(made)} "
                "(format parquet, compression zstd, row_group_size 20480)"
            )
            merged.keep(books.room, made, month, bucket, files[-1].sequence)


def _by_bucket(files: Sequence[UsageFile], buckets: Iterable[int]) -> Iterator[tuple[int, list[UsageFile]]]:
    for bucket in buckets:
        if of_bucket := [one for one in files if one.bucket == bucket]:
            yield bucket, of_bucket


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(map(path_literal, paths))
