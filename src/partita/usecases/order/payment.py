"""Pay orders: by the waterfall, with credit for the rest, at once or when an online payment arrives.

What a paid order does is carried out in the same transaction (`fulfilment`). Does not own the order of funds
(`core.settlement`). Rules: ORDER-2, ORDER-6, ORDER-8 (`docs/rules/order.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from partita.core import order as rules
from partita.core import posting_rules
from partita.core import quote as quote_rules
from partita.core.approval import Approval
from partita.core.funds import Fund, available
from partita.core.money import Money
from partita.core.order import Order, OrderState
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.quote import Plan
from partita.core.refusal import Reason, Refused, refused
from partita.core.unsubscribe import CREDIT
from partita.store import approval as approval_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store.funds import Holder
from partita.store.order import DrawRow, KeptLine, StepRow
from partita.usecases.clearing import clear
from partita.usecases.funds.command import saved
from partita.usecases.funds.figures import figures_of
from partita.usecases.order.commitment import unready
from partita.usecases.order.fulfilment import fulfil
from partita.usecases.order.life import over_since
from partita.usecases.order.resource import taken_since
from partita.usecases.permission import authorise
from partita.usecases.work import Work

OUTSIDE_QUOTA = frozenset({Fund.VOUCHER.value, Fund.STORED_VALUE.value})
"""Funds that are not in the available quota: what they pay asks nothing of it (FUNDS-4)."""


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """An order that is paid: what each source paid of each line, with `credit` for what stands on the receivable."""

    order: Order
    draws: tuple[DrawRow, ...]
    entry_id: str | None
    subscriptions: tuple[str, ...]
    repeated: bool
    dry_run: bool


def pay(work: Work, *, order_id: str, dry_run: bool = False) -> OrderPaid | Refused:
    """Pay an order from its payer's funds in the order of the waterfall, and the rest on credit (ORDER-6).

    Under 财务托管 the payer is the main account, so its people pay what members order. An order that is paid answers
    the same again. Refused in this order: UNKNOWN_ORDER, what `authorise` says (for the payer), ORDER_NOT_UNPAID,
    ORDER_PAYER_CHANGED, ORDER_AWAITS_APPROVAL, SUBSCRIPTION_EXISTS, SUBSCRIPTION_OVER, SUBSCRIPTION_ENDED, what
    `commitment.made` refuses, ORDER_FUNDS_SHORT.
    """
    order = order_store.order_of(work.tx, order_id)
    if order is None:
        return refused(Reason.UNKNOWN_ORDER, order=order_id)
    allowed = authorise(work, Action.PAY_ORDER, order.payer_id)
    if isinstance(allowed, Refused):
        return allowed
    return saved(work, lambda: _paid(work, order, dry_run=dry_run), dry_run=dry_run)


def paid(work: Work, order_id: str, *, dry_run: bool = False) -> OrderPaid | Refused:
    """Pay an order for whoever may: the caller has asked. Refused as `pay` does from ORDER_NOT_UNPAID on."""
    before = order_store.order_of(work.tx, order_id)
    assert before is not None, "the caller has found the order"
    return _paid(work, before, dry_run=dry_run)


def _paid(work: Work, before: Order, *, dry_run: bool) -> OrderPaid | Refused:
    heads = ledger_store.lock_payers(work.tx, {before.payer_id, before.account_id})
    order = order_store.order_of(work.tx, before.order_id)
    assert order is not None, "orders are never taken away"
    if order.state is OrderState.PAID:
        return _again(work, order)
    holder = funds_store.holder(work.tx, order.account_id, work.now)
    assert holder is not None, "accounts are never taken away"
    lines = order_store.lines_of(work.tx, order.order_id)
    no = (
        rules.may_pay(order, work.now, payer_now=holder.payer_id)
        or _unapproved(approval_store.approval_of(work.tx, order))
        or taken_since(work, order, lines)
        or over_since(work, order, lines)
        or unready(work, order)
    )
    if no:
        return no
    plan, draws = planned(work, order, holder, lines)
    if plan.short:
        return _short(work, order, plan, draws)
    entry = None
    if draws:
        parts = _parts(lines, draws)
        draft = posting_rules.order_paid(
            payer_id=order.payer_id, order_id=order.order_id, what=order.kind.text(), currency=order.currency,
            parts=parts,
        )  # fmt: skip
        done = ledger_store.append_under(work.tx, [draft], heads, recorded_at=work.now)
        assert not isinstance(done, Refused), f"an order is paid once: {done}"
        entry = done.entries[0].entry_id
        order_store.add_draws(work.tx, order, draws, entry_id=entry, at=work.now)
    by = work.actor.signature
    order_store.add_step(work.tx, order, StepRow(OrderState.PAID, "", entry, by, work.now))
    started = fulfil(work, order, lines, holder)
    work.touched.add(order.payer_id)
    clear(work, [order.payer_id])
    return OrderPaid(replace(order, state=OrderState.PAID), draws, entry, started, repeated=False, dry_run=dry_run)


def planned(work: Work, order: Order, holder: Holder, kept: Sequence[KeptLine]) -> tuple[Plan, tuple[DrawRow, ...]]:
    """Say which sources would pay an order now, and what stays on credit, line by line; nothing is drawn (QUOTE-4).

    Money that is held for usage, frozen or owed pays no order: what the funds in the quota and credit pay together is
    at most the available quota (enterprise-finance.md B2, B8).
    """
    lines = [one.line for one in kept]
    month = str(Month.of(work.now, holder.zone))
    sources = order_store.sources(work.tx, order.payer_id, order.currency, work.now, month=month)
    dues = rules.dues(order.account_id, order.kind, lines)
    plan = quote_rules.plan(dues, sources, available=available(figures_of(work, order.payer_id)).result)
    draws = [DrawRow(part.line, part.fund.value, part.source_id, part.amount) for part in plan.parts]
    left = {due.line.line: due.amount for due in dues}
    for one in draws:
        left[one.line] -= one.amount_minor
    draws += [DrawRow(line, CREDIT, CREDIT, amount) for line, amount in left.items() if amount]
    return plan, tuple(sorted(draws, key=lambda one: one.line))


def pay_waiting(work: Work, payment_id: str) -> None:
    """Pay the orders that a payment was started for, now that it has arrived; what cannot be paid stays as cash."""
    for order_id in order_store.orders_of_payment(work.tx, payment_id):
        saved(work, partial(paid, work, order_id), dry_run=False)


def _again(work: Work, order: Order) -> OrderPaid:
    draws = tuple(order_store.draws_of(work.tx, order.order_id))
    entry = order_store.steps_of(work.tx, order.order_id)[-1].entry_id
    names = tuple(sorted({one.line.subscription_id for one in order_store.lines_of(work.tx, order.order_id)}))
    return OrderPaid(order, draws, entry, names, repeated=True, dry_run=False)


def _unapproved(approval: Approval) -> Refused | None:
    if approval.is_whole:
        return None
    need = approval.next
    assert need is not None, "a rejected order is cancelled"
    role = (need.role.text(), need.role.text("zh"))
    return refused(Reason.ORDER_AWAITS_APPROVAL, order=approval.order_id, role=role)


def _short(work: Work, order: Order, plan: Plan, draws: Sequence[DrawRow]) -> Refused:
    limit = available(figures_of(work, order.payer_id))
    beside = sum(one.amount_minor for one in draws if one.fund in OUTSIDE_QUOTA)
    needed = sum(one.amount_minor for one in draws) - beside
    return refused(
        Reason.ORDER_FUNDS_SHORT,
        order=order.order_id,
        payer=order.payer_id,
        vouchers=str(Money(beside, order.currency)),
        needed=str(Money(needed, order.currency)),
        formula=(limit.formula("en"), limit.formula("zh")),
        short=str(Money(plan.short, order.currency)),
    )


def _parts(lines: Sequence[KeptLine], draws: Sequence[DrawRow]) -> dict[tuple[str, str, str], int]:
    """Return what each source pays of each product."""
    product = {one.line.line: one.line.priced.product_id for one in lines}
    parts: dict[tuple[str, str, str], int] = {}
    for one in draws:
        place = (product[one.line], one.fund, one.source_id)
        parts[place] = parts.get(place, 0) + one.amount_minor
    return parts
