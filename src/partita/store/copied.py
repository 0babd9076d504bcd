"""Rows of a query as columns of an Arrow table: out of PostgreSQL by COPY, in by the CSV reader.

Rows never become Python objects. Owns no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pyarrow as pa
from pyarrow import csv

from partita.columnar.tables import arrow_schema
from partita.store.db import Transaction


def copied(
    tx: Transaction, query: str, schema: Mapping[str, str], values: Mapping[str, object] | None = None
) -> pa.Table:
    """Return what a query gives, as columns of a schema of `columnar.tables`; an empty text stays one, not NULL.

    Instants are asked for `at time zone 'UTC'`. No text has a line break in it.
    """
    with tx.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv)", values) as copy:
        rows = BytesIO(b"".join(copy))
    kinds = arrow_schema(dict(schema))
    if not rows.getbuffer().nbytes:
        return kinds.empty_table()
    return csv.read_csv(
        rows,
        csv.ReadOptions(column_names=kinds.names),
        csv.ParseOptions(newlines_in_values=False),
        csv.ConvertOptions(
            column_types=kinds,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
            timestamp_parsers=[csv.ISO8601],
        ),
    )
