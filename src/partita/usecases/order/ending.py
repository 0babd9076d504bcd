"""Orders that are not paid: cancelled by somebody, or expired by the clock.

Rules: ORDER-2, ORDER-3 (`docs/rules/order.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import order as rules
from partita.core.order import Order, OrderState
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store.order import StepRow
from partita.usecases.funds.command import saved, text_at_fault
from partita.usecases.permission import authorise, authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class OrderEnded:
    """An order that is not to be paid any more."""

    order: Order
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class OrdersExpired:
    """Orders that nobody paid in time."""

    orders: tuple[Order, ...]
    dry_run: bool


def cancel(work: Work, *, order_id: str, reason: str = "", dry_run: bool = False) -> OrderEnded | Refused:
    """Cancel an order that is not paid (ORDER-2); cancelled again, it answers the same.

    Refused in this order: UNKNOWN_ORDER, what `authorise` says, BAD_TEXT, ORDER_NOT_UNPAID.
    """
    order = order_store.order_of(work.tx, order_id)
    if order is None:
        return refused(Reason.UNKNOWN_ORDER, order=order_id)
    if isinstance(no := authorise(work, Action.PLACE_ORDER, order.account_id), Refused):
        return no
    if no_text := text_at_fault({"reason": reason}, needed=frozenset()):
        return no_text

    def decide() -> OrderEnded | Refused:
        ledger_store.lock_payers(work.tx, [order.payer_id])
        fresh = order_store.order_of(work.tx, order_id)
        assert fresh is not None, "it was there a moment ago"
        if fresh.state is OrderState.CANCELLED:
            return OrderEnded(fresh, repeated=True, dry_run=dry_run)
        if no := rules.may_cancel(fresh, work.now):
            return no
        return OrderEnded(cancelled(work, fresh, reason), repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def cancelled(work: Work, order: Order, reason: str) -> Order:
    """Record that an order is cancelled; the caller holds the lock of its payer and has asked."""
    return _ended(work, order, OrderState.CANCELLED, reason)


def expire(work: Work, *, dry_run: bool = False) -> OrdersExpired | Refused:
    """Record the orders that nobody paid in time (ORDER-3); run again it finds nothing. Refused: NOT_PERMITTED."""
    if isinstance(no := authorise_books(work), Refused):
        return no

    def decide() -> OrdersExpired | Refused:
        ledger_store.lock_payers(work.tx, {one.payer_id for one in order_store.expired(work.tx, work.now)})
        late = order_store.expired(work.tx, work.now)
        return OrdersExpired(tuple(_ended(work, one, OrderState.EXPIRED, "") for one in late), dry_run)

    return saved(work, decide, dry_run=dry_run)


def _ended(work: Work, order: Order, state: OrderState, reason: str) -> Order:
    order_store.add_step(work.tx, order, StepRow(state, reason, None, work.actor.signature, work.now))
    return replace(order, state=state)
