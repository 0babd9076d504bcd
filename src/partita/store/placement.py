"""Placements in PostgreSQL: where one account stands, and how it moves.

Owns the reading of one account's placements and the lock under which the tree changes; the bulk of them is written and
read by `store.org`. Decides nothing. Rules: ORG-2, PLACE-2
(`docs/rules/placement.md`).
"""

from __future__ import annotations

from partita.core.org import Placement
from partita.store.db import Transaction

_TREE_LOCK = 0x7061_7274_0102


def lock_tree(tx: Transaction) -> None:
    """Let nobody else add units, accounts or moves until the end of the transaction."""
    tx.execute("select pg_advisory_xact_lock(%s)", (_TREE_LOCK,))


def placements_of(tx: Transaction, account_id: str) -> list[Placement]:
    """Return the placements of an account in order of time."""
    rows = tx.execute(
        "select account_id, effective_from, enterprise_id, org_unit_id from placement where account_id = %s order by 2",
        (account_id,),
    )
    return [Placement(*row) for row in rows]
