"""Bills raise the receivable, settlements in the close and clearings after it pay it.

Rules: POST-2 … POST-5, POST-15, POST-20.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from partita.core.clearing import Cleared
from partita.core.funds import source_account
from partita.core.ledger import Draft, Posting
from partita.core.money import Money
from partita.core.period import Month
from partita.core.posting_rules.chart import (
    BILLED,
    CLEARED,
    DEBT_CLEARED,
    INTEREST_CHARGED,
    ORDER_CLEARED,
    SETTLED,
    Movement,
    pair,
)
from partita.core.settlement import Draw


def billed(
    *, payer_id: str, bill_id: str, product_id: str, month: Month, payable: Money, effective_at: datetime
) -> Draft:
    """Return the entry of one product of a bill (POST-2): receivable ← revenue/<product>.

    `payable` is not zero (there is nothing to post then); below zero the receivable falls (POST-4).
    """
    return Draft(
        payer_id=payer_id,
        kind=BILLED.kind,
        description=f"{product_id} {month}",
        reference=bill_id,
        effective_at=effective_at,
        idempotency_key=f"{BILLED.kind}:{bill_id}:{product_id}",
        postings=pair(BILLED, payable, product=product_id),
    )


def settled(
    *, payer_id: str, bill_id: str, month: Month, currency: str, draws: Sequence[Draw], effective_at: datetime
) -> Draft:
    """Return the entry that pays a bill (POST-3): each draw moves its fund → receivable, one pair a draw.

    `draws` are not empty: a bill that no fund pays stays outstanding and needs no entry.
    """
    return Draft(
        payer_id=payer_id,
        kind=SETTLED.kind,
        description=f"{SETTLED.english} {month}",
        reference=bill_id,
        effective_at=effective_at,
        idempotency_key=f"{SETTLED.kind}:{bill_id}",
        postings=_paid(SETTLED, currency, draws),
    )


def cleared(*, payer_id: str, currency: str, cleared: Cleared, sequence: int) -> Draft:
    """Return the entry that pays what a close left unpaid, or an order left on credit (POST-15): fund → receivable.

    The key of a bill's clearing follows from its first draw; that of a debt on no bill from the payer's `sequence`, the
    number of the last entry before it.
    """
    bill = cleared.bill
    movement = DEBT_CLEARED if bill is None else ORDER_CLEARED if bill.is_order else CLEARED
    return Draft(
        payer_id=payer_id,
        kind=movement.kind,
        description=f"{movement.english} {bill.month}" if bill else movement.english,
        reference=bill.bill_id if bill else "",
        effective_at=None,
        idempotency_key=f"{movement.kind}:{bill.bill_id}:{bill.next_line}" if bill else f"{movement.kind}:{sequence}",
        postings=_paid(movement, currency, cleared.draws),
    )


def interest_charged(*, payer_id: str, bill_id: str, amount: Money, until: date) -> Draft:
    """Return the entry of interest of a bill past due (POST-20): receivable ← overdue_interest, once a bill and day."""
    return Draft(
        payer_id=payer_id,
        kind=INTEREST_CHARGED.kind,
        description=f"{INTEREST_CHARGED.english} {bill_id}",
        reference=bill_id,
        effective_at=None,
        idempotency_key=f"{INTEREST_CHARGED.kind}:{bill_id}:{until}",
        postings=pair(INTEREST_CHARGED, amount),
    )


def _paid(movement: Movement, currency: str, draws: Sequence[Draw]) -> tuple[Posting, ...]:
    """Return one pair for each draw: its fund → receivable."""
    pairs = (pair(movement, Money(one.amount, currency), fund=source_account(one.fund, one.source_id)) for one in draws)
    return tuple(posting for both in pairs for posting in both)
