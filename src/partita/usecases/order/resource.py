"""Which resources may become subscriptions: none twice, and, to be converted, those whose usage is metered.

Rules: ORDER-9 (`docs/rules/order.md`), DEDUCT-10 (`docs/rules/deduction.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from partita.core.order import Order, OrderKind
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.formats.quoting import path_literal
from partita.store import funds as funds_store
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.store import usage as usage_store
from partita.store.order import KeptLine
from partita.store.subscription import Subscription
from partita.usecases.order.life import state_of
from partita.usecases.order.pricing import Asked, Quoted
from partita.usecases.work import Books, Work

Metered = frozenset[tuple[str, str]]
"""Resources that have usage, each with the SKU of it."""

_STARTS = frozenset({OrderKind.PURCHASE, OrderKind.CONVERT})


def metered(books: Books, account_id: str, resource_ids: Collection[str]) -> Metered:
    """Return which of these resources an account used this month or in the month before, and in which SKU."""
    with books.work() as work:
        holder = funds_store.holder(work.tx, account_id, work.now)
        if holder is None:
            return frozenset()
        now = Month.of(work.now, holder.zone)
        found = usage_store.files_of_account(work.tx, account_id, [now.previous().number, now.number])
    paths = [path_literal(books.room.path(one.path)) for one in found]
    if not paths:
        return frozenset()
    with books.engine() as engine:
        rows = engine.execute(
            f"select distinct resource_id, sku_id from read_parquet([{', '.join(paths)}]) "
            "where account_id = ? and list_contains(?, resource_id)",
            [account_id, sorted(set(resource_ids))],
        ).fetchall()
    return frozenset(rows)


def unfit(work: Work, account_id: str, lines: Sequence[Quoted], used: Metered | None) -> Refused | None:
    """Refuse resources that are subscriptions already, or will be when an order is paid; unmetered ones to convert.

    `used` None = nothing is converted. In this order, line by line: RESOURCE_MISSING and RESOURCE_NOT_METERED (to
    convert), SUBSCRIPTION_EXISTS, RESOURCE_HAS_ORDER, RESOURCE_TWICE.
    """
    places = [(one.priced.product_id, one.asked.resource_id) for one in lines]
    waiting = order_store.open_on_resources(work.tx, account_id, {resource for _, resource in places}, work.now)
    for number, (one, place) in enumerate(zip(lines, places, strict=True)):
        product, resource = place
        if used is not None and (no := _unmetered(account_id, one.asked, used)):
            return no
        if not resource:
            continue
        if no := _subscribed(work, account_id, *place):
            return no
        if place in waiting:
            return refused(Reason.RESOURCE_HAS_ORDER, resource=resource, product=product, order=waiting[place])
        if place in places[:number]:
            return refused(Reason.RESOURCE_TWICE, resource=resource, product=product)
    return None


def taken_since(work: Work, order: Order, lines: Sequence[KeptLine]) -> Refused | None:
    """Refuse to pay for a resource that has become a subscription since it was ordered: SUBSCRIPTION_EXISTS."""
    if order.kind not in _STARTS:
        return None
    for kept in lines:
        if no := _subscribed(work, order.account_id, kept.line.priced.product_id, kept.resource_id):
            return no
    return None


def _unmetered(account_id: str, one: Asked, used: Metered) -> Refused | None:
    if not one.resource_id:
        return refused(Reason.RESOURCE_MISSING, sku=one.sku_id)
    if (one.resource_id, one.sku_id) in used:
        return None
    others = ", ".join(sorted(sku for resource, sku in used if resource == one.resource_id)) or "—"
    return refused(
        Reason.RESOURCE_NOT_METERED, account=account_id, resource=one.resource_id, sku=one.sku_id, others=others
    )


def _subscribed(work: Work, account_id: str, product_id: str, resource_id: str) -> Refused | None:
    known = _known(work, account_id, product_id, resource_id)
    if known is None:
        return None
    return refused(
        Reason.SUBSCRIPTION_EXISTS, account=account_id, resource=resource_id, product=product_id,
        subscription=known.subscription_id,
    )  # fmt: skip


def _known(work: Work, account_id: str, product_id: str, resource_id: str) -> Subscription | None:
    """Return the subscription that a resource is already, by the clock."""
    known = subscription_store.of_resource(work.tx, account_id, product_id, resource_id)
    return None if known is None or state_of(work, known).is_over else known
