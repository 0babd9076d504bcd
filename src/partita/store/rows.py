"""Many rows in few statements: a column goes as one text, a value a line, and PostgreSQL takes it apart.

That is as fast as COPY, which PostgreSQL allows nobody into a table with row-level security (TENANT-3). Owns no table.
Rules: TENANT-3 (`docs/rules/tenant.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from psycopg import sql

from partita.core.ledger import instant_text
from partita.store.db import Transaction

AT_ONCE = 5_000
"""Rows a statement: more gain nothing, and all of them are in memory as text."""
_NULL = "\\N"
_TYPES = """
    select attname, format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""


def add(tx: Transaction, into: str, rows: Iterable[Sequence[object]]) -> None:
    """Append rows to the columns named, in the order given: `into` is `table (column, column)`.

    Values are text, whole numbers, instants, truth values, bytes and None; what is neither is sent as its `str`.
    """
    waiting = iter(rows)
    some = list(islice(waiting, AT_ONCE))
    if not some:
        return
    table, _, listed = into.rstrip(")").partition(" (")
    names = [name.strip() for name in listed.split(",")]
    types: dict[str, str] = dict(tx.execute(_TYPES, (table,)).fetchall())
    head = sql.SQL("insert into {} ({}) select * from unnest(").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    while some:
        columns = [[_text(value) for value in column] for column in zip(*some, strict=True)]
        parts = [_part(column, types[name]) for name, column in zip(names, columns, strict=True)]
        tx.execute(head + sql.SQL(", ").join(part for part, _ in parts) + sql.SQL(")"), [value for _, value in parts])
        some = list(islice(waiting, AT_ONCE))


def _part(column: list[str | None], kind: str) -> tuple[sql.Composable, str | list[str | None]]:
    """Return a column as an expression and its value: a text of lines, or, where a value is no line, a list."""
    lines = "\n".join(_NULL if value is None else value for value in column)
    cast = sql.SQL("::{}[]").format(sql.SQL(kind))
    if lines.count("\n") == len(column) - 1 and column.count(None) == lines.count(_NULL) and lines:
        return sql.SQL("string_to_array(%s, E'\\n', {})").format(sql.Literal(_NULL)) + cast, lines
    return sql.SQL("%s::text[]") + cast, column


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case str():
            return value
        case datetime():
            return instant_text(value)
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            return str(value)
