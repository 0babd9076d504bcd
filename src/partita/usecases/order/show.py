"""Show orders: what was asked for, who must approve, who paid, and every step. Rules: ORDER-2."""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import order as rules
from partita.core.approval import Approval
from partita.core.order import Order
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import approval as approval_store
from partita.store import funds as funds_store
from partita.store import order as order_store
from partita.store.order import DrawRow, KeptLine, StepRow
from partita.usecases.funds.command import holder_for
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order with its lines, its approvals, its steps and who paid it; `zone` is that of its account."""

    order: Order
    lines: tuple[KeptLine, ...]
    approval: Approval
    steps: tuple[StepRow, ...]
    draws: tuple[DrawRow, ...]
    zone: str


def show(work: Work, order_id: str) -> OrderShown | Refused:
    """Return an order as it stands by the clock. Refused: UNKNOWN_ORDER, what `authorise` says."""
    order = order_store.order_of(work.tx, order_id)
    if order is None:
        return refused(Reason.UNKNOWN_ORDER, order=order_id)
    if isinstance(no := authorise(work, Action.VIEW_ORDERS, order.account_id), Refused):
        return no
    holder = funds_store.holder(work.tx, order.account_id, work.now)
    assert holder is not None, "an order has an account"
    return OrderShown(
        order=replace(order, state=rules.state_now(order, work.now)),
        lines=tuple(order_store.lines_of(work.tx, order_id)),
        approval=approval_store.approval_of(work.tx, order),
        steps=tuple(order_store.steps_of(work.tx, order_id)),
        draws=tuple(order_store.draws_of(work.tx, order_id)),
        zone=holder.zone,
    )


def list_orders(work: Work, account_id: str) -> list[Order] | Refused:
    """Return the orders of an account and those that it pays for, the newest first, by the clock.

    Refused: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_ORDERS, account_id)
    if isinstance(holder, Refused):
        return holder
    found = order_store.orders_of(work.tx, account_id)
    return [replace(one, state=rules.state_now(one, work.now)) for one in found]
