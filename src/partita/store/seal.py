"""The seals: which rows of the append-only tables are no longer what was written.

Owns the check of `row_hash`, the SHA-256 that the database itself puts on each row when it is added. A later change of
a row, by whatever hand, leaves the hash behind. Journal entries have their own chain (`ledger`). Rules: VERIFY-2.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from partita.store.db import Transaction
from partita.store.proof import row_count


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A row that was changed after it was written: its table and its key as text."""

    table: str
    key: str


_SEALED = """
    select c.relname, array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey::int2[])
    where t.tgname = 'seal' group by c.relname order by c.relname
"""


def sealed_rows(tx: Transaction) -> int:
    """Return how many rows carry a seal."""
    return sum(row_count(tx, table) for table, _ in tx.execute(_SEALED).fetchall())


def broken(tx: Transaction) -> list[BrokenSeal]:
    """Return rows whose seal is broken, at most twenty of each table."""
    found: list[BrokenSeal] = []
    tx.execute("set local timezone = 'UTC'")
    for table, key in tx.execute(_SEALED).fetchall():
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in key)
        statement = sql.SQL(
            "select concat_ws(' ', {columns}) from {table} t where row_hash is distinct from "
            "sha256(convert_to((to_jsonb(t) - 'row_hash')::text, 'UTF8')) order by {columns} limit 20"
        ).format(columns=columns, table=sql.Identifier(table))
        found += [BrokenSeal(table, name) for (name,) in tx.execute(statement)]
    return found
