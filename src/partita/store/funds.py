"""Funds in PostgreSQL: whose funds an account's are, in which calendar and currency.

Owns no table: the sources themselves are kept balances (`store.ledger.lock_sources`). Rules: FUNDS-1, FUNDS-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.store.db import Transaction

_HOLDER = """
    select a.account_id, e.zone, e.currency,
           (select r.payer_id from payment_relation r where r.account_id = a.account_id and r.effective_from <= %(at)s
            order by r.effective_from desc limit 1) as payer_id
    from account a join enterprise e on e.enterprise_id = a.enterprise_id where a.account_id = %(account)s
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that holds funds: its calendar, its currency, and who pays for it now."""

    account_id: str
    zone: str
    currency: str
    payer_id: str


def holder(tx: Transaction, account_id: str, at: datetime) -> Holder | None:
    """Return the holder of funds that an account is at an instant, if there is such an account."""
    row = tx.execute(_HOLDER, {"account": account_id, "at": at}).fetchone()
    return None if row is None else Holder(row[0], row[1], row[2], row[3] or row[0])
