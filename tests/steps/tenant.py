"""Plays the cases of tenants: people and accounts as in `steps.people`, and what PostgreSQL shows whoever asks.

rows     TABLE        the accounts or enterprises whose rows are seen in a table
rights   TABLE        what a tenant may do to a table: nothing, or some of read, add, change
claim    NAME TABLE   `rows` after the ticket was overwritten by one that names another enterprise
twice    NAME         `rows account` with a ticket that was taken in a transaction before
"""

from __future__ import annotations

from psycopg import sql

from case_file import Case
from partita.store.db import Transaction
from partita.usecases.work import Books
from steps.people import People, played_by

_OWNERS = ("payer_id", "account_id", "management_id", "enterprise_id")
_RIGHTS = {"read": "select", "add": "insert", "change": "update", "take away": "delete"}


class Tenants(People):
    """Plays what is seen of tables."""

    def rows(self, table: str) -> None:
        with self.books.work() as work:
            self._shown(work.tx, table)

    def claim(self, name: str, table: str) -> None:
        with self.books.work() as work:
            work.tx.execute(
                "select set_config('partita.tenant', "
                "split_part(current_setting('partita.tenant'), ' ', 1) || ' ' || %s, true)",
                (name,),
            )
            self._shown(work.tx, table)

    def twice(self, table: str) -> None:
        with self.books.work() as work:
            ticket = work.tx.execute("select current_setting('partita.tenant')").fetchone()
        with self.books.work() as work:
            work.tx.execute("select set_config('partita.tenant', %s, true)", ticket)
            self._shown(work.tx, table)

    def rights(self, table: str) -> None:
        with self.books.work() as work:
            row = work.tx.execute(
                "select array_agg(has_table_privilege('partita_tenant', %s::regclass, asked) order by place) "
                "from unnest(%s::text[]) with ordinality as one (asked, place)",
                (table, list(_RIGHTS.values())),
            ).fetchone()
        assert row is not None
        has = [word for word, one in zip(_RIGHTS, row[0], strict=True) if one]
        self.said.append(f"{table}: {', '.join(has) or 'nothing'}")

    def _shown(self, tx: Transaction, table: str) -> None:
        known = {
            row[0]
            for row in tx.execute("select attname from pg_attribute where attrelid = %s::regclass", (table,)).fetchall()
        }
        owner = next(name for name in (_OWNERS if table != "account" else ("account_id",)) if name in known)
        found = tx.execute(
            sql.SQL("select distinct {} from {} order by 1").format(sql.Identifier(owner), sql.Identifier(table))
        ).fetchall()
        self.said.append(f"{table}: {' '.join(name for (name,) in found) or 'nothing'}")


def run(case: Case, books: Books) -> list[str]:
    return played_by(Tenants(books), case)
