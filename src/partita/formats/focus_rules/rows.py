"""A file as rows: the table `focus` over a Parquet or CSV file, with the number of each row.

Owns how the types of a CSV are found (as the official validator finds them: from the values) and the column
`ROW_NUMBER`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from partita.formats.quoting import literal

ROW_NUMBER = "row of the file"
"""The column that numbers the rows; the first row of values is 1. No FOCUS column can have this name."""

_CSV_TYPES = "['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']"


class RowsUnreadable(Exception):  # noqa: N818 - it names what is wrong, as refusals do
    """The file holds no rows that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The open file: `types` are its columns in order, `count` its rows; `engine` has the table `focus`."""

    engine: duckdb.DuckDBPyConnection
    types: dict[str, str]
    count: int


@contextmanager
def opened_rows(path: Path, *, memory: str) -> Iterator[Rows]:
    """Open a Parquet or CSV file as the table `focus`; raises RowsUnreadable with the reason."""
    with (
        tempfile.TemporaryDirectory(prefix="partita-focus-") as spill,
        duckdb.connect(":memory:", config={"memory_limit": memory, "temp_directory": spill}) as engine,
    ):
        try:
            engine.execute("SET TimeZone = 'UTC'")
            engine.execute(_parquet(path) if _is_parquet(path) else _csv(path))
            described = engine.execute("DESCRIBE focus").fetchall()
            types = {str(row[0]): str(row[1]) for row in described if row[0] != ROW_NUMBER}
            counted = engine.execute("SELECT count(*) FROM focus").fetchone()
        except (duckdb.Error, OSError) as error:
            raise RowsUnreadable(f"{str(error).splitlines()[0].rstrip('.')}.") from error
        assert counted is not None, "count(*) gives one row"
        yield Rows(engine, types, int(counted[0]))


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _parquet(path: Path) -> str:
    source = f"read_parquet({literal(path)}, file_row_number = true)"
    return f'CREATE VIEW focus AS SELECT file_row_number + 1 AS "{ROW_NUMBER}", * EXCLUDE file_row_number FROM {source}'


def _csv(path: Path) -> str:
    source = (
        f"read_csv({literal(path)}, header = true, delim = ',', quote = '\"', sample_size = -1, "
        f"nullstr = ['', 'NULL'], allow_quoted_nulls = false, auto_type_candidates = {_CSV_TYPES})"
    )
    return f'CREATE TABLE focus AS SELECT row_number() OVER () AS "{ROW_NUMBER}", * FROM {source}'
