"""Who holds funds: an account with its calendar, its currency, and who pays for it now. Rules: FUNDS-1, FUNDS-2."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partita.core.account import AccountState
from partita.store.db import Transaction, named

_HOLDERS = """
    select a.account_id, e.zone, e.currency,
           (select r.payer_id from payment_relation r where r.account_id = a.account_id and r.effective_from <= %(at)s
            order by r.effective_from desc limit 1) as payer_id,
           coalesce((select s.state from account_step s where s.account_id = a.account_id order by s.step desc limit 1),
                    'open')
    from account a join enterprise e on e.enterprise_id = a.enterprise_id where a.account_id {named}
    order by a.account_id
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that holds funds: its calendar, its currency, who pays for it now, and its state."""

    account_id: str
    zone: str
    currency: str
    payer_id: str
    state: AccountState


@dataclass(frozen=True, slots=True)
class By:
    """Who records a fact, and when."""

    name: str
    at: datetime


def holder(tx: Transaction, account_id: str, at: datetime) -> Holder | None:
    """Return the holder of funds that an account is at an instant, if there is such an account."""
    return holders(tx, [account_id], at).get(account_id)


def holders(tx: Transaction, account_ids: Collection[str], at: datetime) -> dict[str, Holder]:
    """Return the holders of funds that these accounts are at an instant, by id; unknown accounts are left out."""
    which, values = named(account_ids)
    rows = tx.execute(_HOLDERS.format(named=which), values | {"at": at})
    return {row[0]: Holder(row[0], row[1], row[2], row[3] or row[0], AccountState(row[4])) for row in rows}
