"""Show bills: what a payer owes for a month, line by line, and what paid it.

Does not own how bills come to be (`close`). Rules: BILL-1 … BILL-4, PERM-5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import bill as bill_store
from partita.store import catalog as catalog_store
from partita.store import clearing as clearing_store
from partita.store import org as org_store
from partita.store.bill import BillLineRow, BillRow, DrawRow
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class BillSummary:
    """A bill without its lines: what it asks, what funds paid, what is outstanding (minor units).

    `set_off_minor`: what credits paid of it, or, of a bill below zero, what of it paid other bills (CLEAR-3).
    """

    bill: BillRow
    paid_minor: int
    outstanding_minor: int
    set_off_minor: int = 0


@dataclass(frozen=True, slots=True)
class BillShown:
    """A bill with its lines, its draws, and the names that its ids stand for."""

    summary: BillSummary
    lines: list[BillLineRow]
    draws: list[DrawRow]
    account_names: dict[str, str]
    product_names: dict[str, str]


def list_bills(work: Work, *, month: Month | None = None, payer_id: str | None = None) -> list[BillSummary] | Refused:
    """Return the bills of a month or payer, or all that the actor may see.

    A bill belongs to its payer: a main account sees those of a member under 财务管理 by CHECK_TARGET_CONSUMPTION
    (PERM-5). Refused: NOT_PERMITTED, TIER_LACKS, UNKNOWN_ACCOUNT.
    """
    if payer_id is not None:
        allowed = authorise(work, Action.VIEW_BILLS, payer_id)
        seen = allowed if isinstance(allowed, Refused) else Sight.of(payer_id)
    else:
        seen = sight(work, Action.VIEW_BILLS)
    if isinstance(seen, Refused):
        return seen
    found = bill_store.bills(work.tx, month=month.number if month else None, payer_id=payer_id)
    rows = [one for one in found if seen.sees(one.payer_id)]
    if not rows and payer_id is not None and payer_id not in org_store.accounts_of(work.tx):
        return refused(Reason.UNKNOWN_ACCOUNT, account=payer_id)
    return _summaries(work, rows)


def show_bills(work: Work, payer_id: str, month: Month) -> list[BillShown] | Refused:
    """Return the bills of one payer and month, one per currency.

    Refused: NOT_PERMITTED, TIER_LACKS, UNKNOWN_ACCOUNT, NO_BILL.
    """
    if isinstance(no := authorise(work, Action.VIEW_BILLS, payer_id), Refused):
        return no
    rows = bill_store.bills(work.tx, month=month.number, payer_id=payer_id)
    if not rows:
        if payer_id not in org_store.accounts_of(work.tx):
            return refused(Reason.UNKNOWN_ACCOUNT, account=payer_id)
        return refused(Reason.NO_BILL, payer=payer_id, month=month)
    accounts = {name: account.name for name, account in org_store.accounts_of(work.tx).items()}
    products = {name: product.name for name, product in catalog_store.products_of(work.tx).items()}
    return [
        BillShown(
            summary=one,
            lines=bill_store.lines(work.tx, one.bill.bill_id),
            draws=bill_store.draws(work.tx, [one.bill.bill_id]),
            account_names=accounts,
            product_names=products,
        )
        for one in _summaries(work, rows)
    ]


def _summaries(work: Work, rows: Sequence[BillRow]) -> list[BillSummary]:
    paid: dict[str, int] = {}
    for draw in bill_store.draws(work.tx, [one.bill_id for one in rows]):
        paid[draw.bill_id] = paid.get(draw.bill_id, 0) + draw.amount_minor
    offsets = clearing_store.offset_sums(work.tx, [one.bill_id for one in rows])
    return [_summary(one, paid.get(one.bill_id, 0), offsets.get(one.bill_id, 0)) for one in rows]


def _summary(row: BillRow, paid: int, set_off: int) -> BillSummary:
    left = row.payable_minor - paid - (set_off if row.payable_minor > 0 else -set_off)
    return BillSummary(row, paid, left, set_off)
