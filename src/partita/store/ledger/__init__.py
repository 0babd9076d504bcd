"""The ledger in PostgreSQL: append, balances, sources, statement, and the proof that nobody changed it.

`heads` locks payers, `append` writes, `read` asks, `proof` checks; the names below are the whole of it.
Rules: LEDGER-1 … LEDGER-8 (`docs/rules/ledger.md`).
"""

from partita.store.ledger.append import Appended, append, append_under
from partita.store.ledger.heads import Heads, lock_payers
from partita.store.ledger.proof import BalanceDifference, check_balances, verify_chain
from partita.store.ledger.read import (
    Balance,
    StatementLine,
    balance_of,
    balances_at,
    entry,
    entry_by_key,
    entry_count,
    is_known,
    keys_known,
    lock_sources,
    reversal_of,
    statement,
)

__all__ = [
    "Appended", "Balance", "BalanceDifference", "Heads", "StatementLine",
    "append", "append_under", "balance_of", "balances_at", "check_balances", "entry", "entry_by_key", "entry_count",
    "is_known", "keys_known", "lock_payers", "lock_sources", "reversal_of", "statement", "verify_chain",
]  # fmt: skip
