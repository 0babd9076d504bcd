"""What is left of subscriptions: the portions that paid orders gave them, and whose they are.

Owns no table: it reads lines, charges and draws of orders. Rules: UNSUB-1, UNSUB-8.
"""

from __future__ import annotations

from partita.core.order import OrderKind
from partita.core.period import Period
from partita.core.unsubscribe import Portion
from partita.store.db import Transaction
from partita.store.order.payment import paid_parts

_PORTIONS = """
    select c.order_id, c.line, c.starts_at, c.ends_at, l.original_minor, l.price_minor, l.refundable, c.kind
    from order_charge c
    join order_line l on l.payer_id = c.payer_id and l.order_id = c.order_id and l.line = c.line
    where c.subscription_id = %(subscription)s and c.payer_id = %(payer)s
    order by c.charged_at, c.order_id, c.line
"""


def portions_of(tx: Transaction, subscription_id: str, payer_id: str) -> list[Portion]:
    """Return the portions of a subscription that a payer paid, in the order in which they were paid.

    A stretch that was given up, or taken back before it started, is left out: only what was paid for it since counts.
    """
    rows = tx.execute(_PORTIONS, {"subscription": subscription_id, "payer": payer_id}).fetchall()
    parts = paid_parts(tx, {row[0] for row in rows})
    left: list[Portion] = []
    for order, line, starts, ends, original, price, refundable, kind in rows:
        if kind in _GIVES_UP:
            left = [one for one in left if one.period.end != ends]
        else:
            paid = parts.get((order, line), ())
            left.append(Portion(order, line, Period(starts, ends), original, price, paid, refundable))
    return left


_GIVES_UP = frozenset({OrderKind.UNSUBSCRIBE.word, OrderKind.TO_USAGE.word})


def other_payers(tx: Transaction, subscription_id: str, payer_id: str) -> list[str]:
    """Return who else paid for a subscription: what they paid has no value for this payer (UNSUB-8)."""
    rows = tx.execute(
        "select distinct payer_id from order_charge where subscription_id = %s and payer_id <> %s order by 1",
        (subscription_id, payer_id),
    )
    return [row[0] for row in rows]
