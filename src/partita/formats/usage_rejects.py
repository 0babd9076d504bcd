"""The rejects file: the rows of a usage file that were not taken in, ready to be corrected and imported again.

Owns its form: CSV with `core.usage.REJECT_COLUMNS`, then the original columns. An import of it as it is works, for
the added columns are passed over. Rule: USAGE-6.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from partita.core.usage import REJECT_COLUMNS, Rejection, reason_of

_ROWS_AT_ONCE = 10_000


def default_path(usage: Path) -> Path:
    """Return where the rejects of a usage file go when nobody says otherwise: beside it."""
    return usage.with_name(usage.name + ".rejects.csv")


def is_rejects_file(path: Path) -> bool:
    """Say whether the file starts as one of ours does; only such a file is ever replaced or removed."""
    expected = ",".join(REJECT_COLUMNS).encode()
    with path.open("rb") as handle:
        return handle.read(len(expected)) == expected


def write_rejects(engine: duckdb.DuckDBPyConnection, rows: str, header: Sequence[str], path: Path) -> None:
    """Write the rejected rows (`columnar.usage.REJECTS`) to `path`: whole, or not at all.

    Line breaks within values become spaces, for a usage file has one row per line.
    """
    making = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with making.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow([*REJECT_COLUMNS, *header])
            for row, problem, value, original in _rows(engine, rows):
                one = _rejection(row, problem, value)
                said = (one.row, one.column, one.value, one.reason.code, one.reason.text(), one.reason.text("zh"))
                # A damaged row repeats no values: cut or filled up they might pass for a sound row.
                values = original or [""] * len(header)
                writer.writerow([_one_line(text) for text in (*said, *values)])
            handle.flush()
            os.fsync(handle.fileno())
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def first_rejections(engine: duckdb.DuckDBPyConnection, rows: str, limit: int) -> tuple[Rejection, ...]:
    """Return the first rejected rows, to be shown."""
    found = engine.execute(f"select row, problem, value from ({rows}) limit {limit}").fetchall()
    return tuple(_rejection(row, problem, value) for row, problem, value in found)


def _rows(engine: duckdb.DuckDBPyConnection, rows: str) -> Iterator[tuple[int, str, str | None, list[str] | None]]:
    result = engine.execute(rows)
    while some := result.fetchmany(_ROWS_AT_ONCE):
        yield from some


def _rejection(row: int, problem: str, value: str | None) -> Rejection:
    code, _, column = problem.partition(":")
    return Rejection(row, column, value or "", reason_of(code))


def _one_line(value: object) -> str:
    return "" if value is None else " ".join(str(value).splitlines())
