"""Heads: the end of each payer's chain, and the lock of the payer.

Whoever appends or draws takes the heads in sorted order first, and balances change only under their head, so writers
never wait for each other in a circle, provided that a transaction makes one call for all its payers, or locks them all
first (`lock_payers`). Rules: LEDGER-6 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from collections.abc import Iterable

from partita.core.ledger import GENESIS
from partita.store.db import Transaction, named

Heads = dict[str, tuple[int, bytes]]

# Locks all or, where one does not exist yet, none: a transaction that waits to make a head must hold no other.
_LOCK = """
    select payer_id, sequence, hash from ledger_head
    where payer_id {named} and (select count(*) from ledger_head where payer_id {named}) = %(count)s
    order by payer_id for update
"""
_MAKE = """
    insert into ledger_head (payer_id, sequence, hash)
    select a.account_id, 0, %(genesis)s from account a
    where a.account_id = any(%(payers)s)
      and not exists (select from ledger_head h where h.payer_id = a.account_id)
    order by a.account_id on conflict do nothing
"""


def lock_payers(tx: Transaction, payer_ids: Iterable[str]) -> Heads:
    """Lock payers until the end of the transaction; return sequence and hash of the last entry of each.

    A payer without entries gets a head at sequence 0 with the hash of the beginning. Only an account has one: a name
    that is none is a mistake of the caller, who has checked names before.
    """
    payers = sorted(set(payer_ids))
    which, values = named(payers)
    lock, asked = _LOCK.format(named=which), values | {"count": len(payers)}
    rows = tx.execute(lock, asked).fetchall()
    if len(rows) != len(payers):
        tx.execute(_MAKE, {"payers": payers, "genesis": GENESIS})
        rows = tx.execute(lock, asked).fetchall()
    assert len(rows) == len(payers), f"only an account has a chain, and one of these is none: {payers}"
    return {payer: (sequence, hash_) for payer, sequence, hash_ in rows}
