"""What ends: vouchers and cards that hold money, packages and plans, and bills that are not paid. Rules: ALERT-5.

Owns read-only SQL across nouns. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class DocumentEnding:
    """A voucher or card that holds money, or a package or plan (no sum): whose it is, when it is over, what is left."""

    what: str
    name: str
    account_id: str
    ends_at: datetime
    left_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class UnpaidBill:
    """A bill that is not paid in full, in minor units."""

    payer_id: str
    month: int
    currency: str
    unpaid_minor: int


def documents(tx: Transaction, accounts: Collection[str]) -> list[DocumentEnding]:
    """Return what accounts hold of vouchers, active cards with an end, packages (with renewals) and plans, by end."""
    rows = tx.execute(
        """
        select 'voucher', v.voucher_id, b.payer_id, v.valid_until, -b.amount_minor, b.currency
        from voucher v join balance b on b.ledger_account = 'voucher/' || v.voucher_id
        where b.payer_id = any(%(accounts)s) and b.amount_minor < 0
        union all
        select 'card', c.card_id, c.payer_id, a.activated_at + c.valid_days * interval '1 day', -b.amount_minor,
               b.currency
        from stored_value_card c join stored_value_activation a using (payer_id, card_id)
        join balance b on b.payer_id = c.payer_id and b.ledger_account = 'stored_value/' || c.card_id
        where c.payer_id = any(%(accounts)s) and c.valid_days is not null and b.amount_minor < 0
        union all
        select 'package', p.package_id, p.account_id, max(s.ends_at), null, p.currency
        from resource_package p join package_stretch s using (account_id, package_id)
        left join commitment_end e on e.commitment_id = p.package_id
        where p.account_id = any(%(accounts)s) and e.commitment_id is null
        group by p.package_id, p.account_id, p.currency
        union all
        select 'plan', p.plan_id, p.account_id, p.ends_at, null, p.currency
        from savings_plan p left join commitment_end e on e.commitment_id = p.plan_id
        where p.account_id = any(%(accounts)s) and e.commitment_id is null
        order by 4, 2, 3
        """,
        {"accounts": sorted(accounts)},
    )
    return [DocumentEnding(*row) for row in rows]


def unpaid_bills(tx: Transaction, payers: Collection[str]) -> list[UnpaidBill]:
    """Return the posted bills of payers that are not paid in full."""
    rows = tx.execute(
        """
        select payer_id, month, currency, payable_minor - drawn_minor - set_off_minor from bill_left
        where payer_id = any(%(payers)s) and payable_minor > drawn_minor + set_off_minor order by 2, 1, 3
        """,
        {"payers": sorted(payers)},
    )
    return [UnpaidBill(*row) for row in rows]
