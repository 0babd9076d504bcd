"""The digest of whole books: every row of every table and every file, so that two books are equal or are not.

One SQL statement reads all tables: of each the MD5 of its rows in order, once of all rows and once of those that name
each tenant. Of the outbox the order of its messages counts, not their numbers: a number that the database gave out in
a dry run is not given back, so books that had the dry run and books that had not differ in them by nature.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5
from pathlib import Path

import psycopg

_TABLES = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' order by 1
"""
_ROW = 't::text collate "C"'
_ROW_OF = {
    "outbox": "(to_jsonb(t) - 'sequence' - 'row_hash' || jsonb_build_object('place', rank() over (order by sequence)))"
    '::text collate "C"'
}
Digest = dict[str, tuple[str, ...]]
"""By table or file: the digest of all of it, and of the rows that name each tenant."""


def statement_of(owner: psycopg.Connection, tenants: Sequence[str]) -> str:
    """Return the statement that digests all tables there are."""
    parts = []
    for (table,) in owner.execute(_TABLES).fetchall():
        of_tenants = ", ".join(
            f"md5(string_agg(line, e'\\n' order by line) filter (where strpos(line, '{one}-') > 0))" for one in tenants
        )
        parts.append(
            f"select '{table}', md5(string_agg(line, e'\\n' order by line)), {of_tenants} "
            f'from (select {_ROW_OF.get(table, _ROW)} as line from "{table}" t) as lines'
        )
    return " union all ".join(parts)


def digest(owner: psycopg.Connection, statement: str, room: Path) -> Digest:
    """Return the digest of a database and of the files of its books."""
    found: Digest = {row[0]: tuple(row[1:]) for row in owner.execute(statement.encode(), prepare=True)}
    for path in sorted(room.rglob("*")):
        if path.is_file():
            found[path.relative_to(room).as_posix()] = (md5(path.read_bytes(), usedforsecurity=False).hexdigest(),)
    return found


def differing(one: Digest, two: Digest) -> list[str]:
    """Return the tables and files in which two digests differ."""
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
