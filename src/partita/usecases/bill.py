"""Show bills: what a payer owes for a month, line by line, and what paid it.

Does not own how bills come to be (`close`). Rules: BILL-1 … BILL-4, PERM-5.
"""

from __future__ import annotations

from collections import Counter
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
from partita.store.clearing import OffsetRow
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class BillSummary:
    """A bill without its lines: what it asks, what funds paid, what is outstanding (minor units).

    `set_off_minor`: what credits paid of it, or, below zero, what it paid of other bills (CLEAR-3).
    """

    bill: BillRow
    paid_minor: int
    set_off_minor: int

    @property
    def outstanding_minor(self) -> int:
        """What nothing has paid of it; of a bill below zero, what of it no other bill has taken up."""
        return self.bill.payable_minor - self.paid_minor - self.set_off_minor


@dataclass(frozen=True, slots=True)
class BillShown:
    """A bill with its lines, its draws, what credits paid of it, and the names that its ids stand for.

    `given`: the bills that it paid, being below zero itself.
    """

    summary: BillSummary
    lines: list[BillLineRow]
    draws: list[DrawRow]
    offsets: list[OffsetRow]
    given: list[OffsetRow]
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
            offsets=clearing_store.offsets(work.tx, [one.bill.bill_id]),
            given=clearing_store.given(work.tx, [one.bill.bill_id]),
            account_names=accounts,
            product_names=products,
        )
        for one in _summaries(work, rows)
    ]


def _summaries(work: Work, rows: Sequence[BillRow]) -> list[BillSummary]:
    names = [one.bill_id for one in rows]
    paid, set_off = Counter[str](), Counter[str]()
    for draw in bill_store.draws(work.tx, names):
        paid[draw.bill_id] += draw.amount_minor
    for one in clearing_store.offsets(work.tx, names):
        set_off[one.bill_id] += one.amount_minor
    for one in clearing_store.given(work.tx, names):
        set_off[one.source_id] -= one.amount_minor
    return [BillSummary(row, paid[row.bill_id], set_off[row.bill_id]) for row in rows]
