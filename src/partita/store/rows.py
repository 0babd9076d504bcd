"""Many rows in few statements: a column goes as one text, a value a line, and PostgreSQL takes it apart.

That is as fast as COPY, which PostgreSQL allows nobody into a table with row-level security (TENANT-3). Owns no table.
Rules: TENANT-3 (`docs/rules/tenant.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from weakref import WeakKeyDictionary

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
_KNOWN: WeakKeyDictionary[Transaction, dict[str, dict[str, str]]] = WeakKeyDictionary()


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
    types = _types_of(tx, table)
    while some:
        columns = [[_text(value) for value in column] for column in zip(*some, strict=True)]
        values = [_value(column) for column in columns]
        plain = tuple(isinstance(value, str) for value in values)
        tx.execute(_statement(table, tuple(names), tuple(types[name] for name in names), plain), values)
        some = list(islice(waiting, AT_ONCE))


def _types_of(tx: Transaction, table: str) -> dict[str, str]:
    """Return the types of a table's columns; a connection asks once."""
    known = _KNOWN.setdefault(tx, {})
    if table not in known:
        known[table] = dict(tx.execute(_TYPES, (table,)).fetchall())
    return known[table]


@lru_cache(maxsize=512)
def _statement(table: str, names: tuple[str, ...], types: tuple[str, ...], plain: tuple[bool, ...]) -> bytes:
    """Return the statement; `plain`: which columns come as a text of lines, the others as lists."""
    lines, listed = "string_to_array(%s, E'\\n', '{}')::{}[]", "%s::text[]::{}[]"
    parts = (lines.format(_NULL, kind) if one else listed.format(kind) for kind, one in zip(types, plain, strict=True))
    head = sql.SQL("insert into {} ({})").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)))
    return head.as_bytes() + f" select * from unnest({', '.join(parts)})".encode()


def _value(column: list[str | None]) -> str | list[str | None]:
    """Return a column as a text of lines, or, where a value is no line, as a list."""
    lines = "\n".join(_NULL if value is None else value for value in column)
    is_plain = lines.count("\n") == len(column) - 1 and column.count(None) == lines.count(_NULL) and lines
    return lines if is_plain else column


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
