"""What a month close posts: bills raise the receivable, settlements pay it. Rules: POST-2 … POST-5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from partita.core.funds import source_account
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.period import Month
from partita.core.posting_rules.chart import BILLED, SETTLED, pair
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
    pairs = (pair(SETTLED, Money(d.amount, currency), fund=source_account(d.fund, d.source_id)) for d in draws)
    return Draft(
        payer_id=payer_id,
        kind=SETTLED.kind,
        description=f"{SETTLED.english} {month}",
        reference=bill_id,
        effective_at=effective_at,
        idempotency_key=f"{SETTLED.kind}:{bill_id}",
        postings=tuple(posting for both in pairs for posting in both),
    )
