"""Accounts in PostgreSQL: registration, state, legal entity, invoice title, tier.

Owns the SQL of `account_registration`, `account_step`, `legal_entity`, `verification`, `invoice_profile` and
`customer_tier`. The last row of an account counts. Decides nothing. Rules: ACCOUNT-1 … ACCOUNT-6.
"""

from __future__ import annotations

from partita.core.account import AccountState
from partita.store.db import Transaction


def state_of(tx: Transaction, account_id: str) -> AccountState:
    """Return the state of an account; an account without a step is open."""
    row = tx.execute(
        "select state from account_step where account_id = %s order by step desc limit 1", (account_id,)
    ).fetchone()
    return AccountState.OPEN if row is None else AccountState(row[0])
