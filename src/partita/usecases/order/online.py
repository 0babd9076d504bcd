"""Pay an order through the gateway: what the payer lacks is collected, and the order is paid when it arrives.

Rules: ORDER-8 (`docs/rules/order.md`), PAYMENT-1.
"""

from __future__ import annotations

from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.refusal import Reason, Refused
from partita.store import funds as funds_store
from partita.store import order as order_store
from partita.usecases import payment as payment_use
from partita.usecases.order.payment import OrderPaid, pay, planned
from partita.usecases.payment import PaymentStarted
from partita.usecases.ports import PaymentGateway
from partita.usecases.work import Books


def pay_online(
    books: Books, gateway: PaymentGateway, *, order_id: str, dry_run: bool = False
) -> PaymentStarted | OrderPaid | Refused:
    """Start an online payment of what the payer lacks for an order; the order is paid as soon as it arrives (ORDER-8).

    When nothing is lacking the order is paid from the funds at once. Refused as `pay` is, but for ORDER_FUNDS_SHORT,
    and as `payment.start` is.
    """
    with books.work() as work:
        answer = pay(work, order_id=order_id, dry_run=dry_run)
        if not isinstance(answer, Refused) or answer.reason is not Reason.ORDER_FUNDS_SHORT:
            return answer
        order = order_store.order_of(work.tx, order_id)
        assert order is not None, "it was there a moment ago"
        holder = funds_store.holder(work.tx, order.account_id, work.now)
        assert holder is not None, "accounts are never taken away"
        amount = Money(planned(work, order, holder, order_store.lines_of(work.tx, order_id))[0].short, order.currency)
        key = f"{order_id}:{amount.minor}"
        if not dry_run:
            # before the gateway hears of it, so that no notice comes before its order is known
            payment_id = derived_id("pay", order.payer_id, key)
            order_store.link_payment(work.tx, order, payment_id, work.now)
    return payment_use.start(
        books, gateway, account_id=order.payer_id, amount=amount, idempotency_key=key, dry_run=dry_run
    )
