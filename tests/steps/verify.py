"""Plays the cases of verify: build a closed month, harm it, and see what is named.

Further verbs: `flip usage` and `flip charges` change one byte in the middle of the first file of that kind; `change
TABLE COLUMN VALUE` changes every row of a table, and `delete TABLE` takes them away, as the owner of the database, past
all guards. One harm may break more
than one equation; `then` says which must be among them.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from case_file import Case
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.world import World


def drop_foreign_keys(connection: psycopg.Connection) -> None:
    """Drop every foreign key, as one does who wants to delete rows and leave those that refer to them."""
    keys = connection.execute("select conrelid::regclass::text, conname from pg_constraint where contype = 'f'")
    for table, key in keys.fetchall():
        connection.execute(
            sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(key))
        )


class _Harm(World):
    owner_url = ""

    def flip(self, kind: str) -> None:
        path = min((self.books.room.root / kind).rglob("*.parquet"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x01
        path.write_bytes(content)

    def change(self, table: str, column: str, value: str) -> None:
        statement = sql.SQL("update {} set {} = {}").format(
            sql.Identifier(table), sql.Identifier(column), sql.Literal(value)
        )
        with psycopg.connect(self.owner_url) as connection:
            connection.execute(statement)

    def delete(self, table: str) -> None:
        with psycopg.connect(self.owner_url) as connection:
            drop_foreign_keys(connection)
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    world = _Harm(books)
    world.owner_url = owner_url
    world.play([*case.given, *case.when])
    equations = verify(books)
    broken = [one for one in equations if not one.holds]
    if not broken:
        return [*world.said, "all equations hold"]
    found = [f"broken {one.name}" for one in broken]
    found += [f"named {finding.english.split(':')[0]}" for one in broken for finding in one.findings]
    return [*world.said, *(line for line in case.then if line in found)]
