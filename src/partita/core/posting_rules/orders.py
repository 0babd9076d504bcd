"""Orders: what is paid goes from its funds to the sales of each product, and what comes back goes the same way back.

Rules: POST-16, POST-17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from partita.core.funds import Fund, source_account
from partita.core.ledger import Draft, Posting
from partita.core.money import Money
from partita.core.posting_rules.chart import CREDIT_REFUND, ORDER_ON_CREDIT, ORDER_PAID, ORDER_REFUNDED, Movement, pair

CREDIT = "credit"
"""What no fund paid: it goes over the receivable, and what of it comes back is a credit refund (POST-9)."""
Part = tuple[str, str, str]
"""Product, fund and source of a part of an order."""


def order_paid(*, payer_id: str, order_id: str, what: str, currency: str, parts: Mapping[Part, int]) -> Draft:
    """Return the entry of an order that is paid (POST-16): each fund → revenue/<product>; the rest over the receivable.

    `parts` are minor units, more than zero, and not empty: an order that costs nothing needs no entry. `what` is the
    kind of the order in a word.
    """
    pairs = []
    for (product, fund, source), amount in sorted(parts.items()):
        money = Money(amount, currency)
        if fund == CREDIT:
            pairs.append(pair(ORDER_ON_CREDIT, money, product=product))
        else:
            pairs.append(pair(ORDER_PAID, money, product=product, fund=source_account(Fund(fund), source)))
    return _entry(ORDER_PAID, payer_id, (order_id, what), pairs)


def order_refunded(*, payer_id: str, order_id: str, what: str, currency: str, parts: Mapping[Part, int]) -> Draft:
    """Return the entry of what comes back (POST-17): revenue/<product> → each fund it came from; credit → its refunds.

    `parts` are minor units, more than zero: what comes back to each.
    """
    pairs = []
    for (product, fund, source), amount in sorted(parts.items()):
        place = CREDIT_REFUND if fund == CREDIT else source_account(Fund(fund), source)
        pairs.append(pair(ORDER_REFUNDED, Money(amount, currency), product=product, fund=place))
    return _entry(ORDER_REFUNDED, payer_id, (order_id, what), pairs)


def _entry(
    movement: Movement, payer_id: str, order: tuple[str, str], pairs: Sequence[tuple[Posting, Posting]]
) -> Draft:
    order_id, what = order
    return Draft(
        payer_id=payer_id,
        kind=movement.kind,
        description=f"{movement.english}: {what}",
        reference=order_id,
        effective_at=None,
        idempotency_key=f"{movement.kind}:{order_id}",
        postings=tuple(posting for both in pairs for posting in both),
    )
