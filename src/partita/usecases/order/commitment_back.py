"""Give a resource package back: what nobody used of it comes back the way it was paid, and it ends.

A savings plan is a promise and is not given back. Rules: PKG-8 (`docs/rules/resource_package.md`), PLAN-5, UNSUB-3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from partita.core import resource_package as rules
from partita.core.deduction import given_back
from partita.core.money import minor_scale_e10
from partita.core.order import Order, OrderKind
from partita.core.period import Period, in_zone
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import Stretch
from partita.core.subscription import whole_second
from partita.core.unsubscribe import Portion, Refund, StretchRefund, part_refund
from partita.store import catalog as catalog_store
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store.commitment import Owned, PackageRow
from partita.store.funds import Holder
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.commitment import over
from partita.usecases.order.fulfilment import by
from partita.usecases.order.giving_back import Back, GivenBack, Giving, Sold, give_back, repeated, unrefundable
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


def unsubscribe_package(work: Work, *, package_id: str, key: str, dry_run: bool = False) -> GivenBack | Refused:
    """Give a package up now: of each part that was paid comes back what came in, less the price of what was used.

    Used is what was taken of an aggregate quota, and the time that is over of one that resets (PKG-8). Refused in this
    order: UNKNOWN_PACKAGE, what `authorise` says, PLAN_NOT_REFUNDABLE (a plan is named), BAD_TEXT,
    IDEMPOTENCY_KEY_REUSED, COMMITMENT_OVER, SUBSCRIPTION_HAS_ORDER, NOT_REFUNDABLE, PACKAGE_WITHOUT_VALUE.
    """
    owner_id = commitment_store.owner_of(work.tx, package_id)
    if owner_id is None:
        return refused(Reason.UNKNOWN_PACKAGE, package=package_id)
    holder = holder_for(work, Action.UNSUBSCRIBE, owner_id)
    if isinstance(holder, Refused):
        return holder
    row = commitment_store.package_of(work.tx, package_id)
    if row is None:
        ended = in_zone(commitment_store.ends_at(work.tx, package_id), holder.zone)
        return refused(Reason.PLAN_NOT_REFUNDABLE, plan=package_id, ended=ended)
    if no := text_at_fault({"key": key}):
        return no
    body = body_of((OrderKind.UNSUBSCRIBE.word, package_id))

    def decide() -> GivenBack | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, owner_id})
        if (known := repeated(work, owner_id, package_id, (key, body))) is not None:
            return known
        fresh = commitment_store.package_of(work.tx, package_id)
        assert fresh is not None, "packages are never taken away"
        return _given_up(work, holder, fresh, (key, body, dry_run))

    return saved(work, decide, dry_run=dry_run)


def _given_up(work: Work, holder: Holder, row: PackageRow, token: tuple[str, bytes, bool]) -> GivenBack | Refused:
    name = row.package.package_id
    if no := over(work, name):
        return no
    if waiting := order_store.open_on(work.tx, [name], work.now).get(name):
        return refused(Reason.SUBSCRIPTION_HAS_ORDER, subscription=name, order=waiting)
    taken = _taken(work, row)
    found = _valued(work, holder, row, taken)
    if no := unrefundable(name, [portion for _, portion, _ in found]):
        return no
    if not any(each.amount for _, _, each in found):
        return refused(Reason.PACKAGE_WITHOUT_VALUE, payer=holder.payer_id, package=name)
    at, scale = whole_second(work.now), minor_scale_e10(holder.currency)
    cuts = _paid_for(row, taken, at)
    back = tuple(
        Back(
            Period(max(at, stretch.valid.start), stretch.valid.end), each.amount, each.parts, each.amount,
            _never_spread(row, stretch, cuts.get(stretch.number), at) + each.amount * scale,
        )
        for stretch, _, each in found
    )  # fmt: skip
    package = row.package
    product = catalog_store.skus_of(work.tx)[package.sku_id].product_id
    sold = Sold(package.owner_id, name, product, package.sku_id, "", 1, name)

    def change(order: Order) -> None:
        owned = Owned(package.owner_id, name)
        commitment_store.add_end(work.tx, owned, f"order {order.order_id}", by(work))
        commitment_store.add_cuts(work.tx, owned, cuts, by(work))

    refund = Refund(tuple(each for *_, each in found))
    return give_back(work, holder, Giving(sold, OrderKind.UNSUBSCRIBE, back, refund, change), token)


def _valued(
    work: Work, holder: Holder, row: PackageRow, taken: Mapping[int, int]
) -> list[tuple[Stretch, Portion, StretchRefund]]:
    """Return what each part of a package that is not over gives back to whoever pays for its owner now.

    A part and its payment are known by their order: two parts may have the same period.
    """
    at, name = whole_second(work.now), row.package.package_id
    portions = {one.order_id: one for one in order_store.portions_of(work.tx, name, holder.payer_id)}
    orders = commitment_store.orders_of(work.tx, name)
    found = []
    for stretch in row.stretches:
        portion = portions.get(orders.get(stretch.number, ""))
        if portion is None or at >= stretch.valid.end:
            continue
        unused = rules.unused_part(stretch, row.package.cycle, row.package.zone, taken[stretch.number], at)
        found.append((stretch, portion, part_refund(portion, unused)))
    return found


def _taken(work: Work, row: PackageRow) -> dict[int, int]:
    """Return what was taken of the windows that are running, by stretch (base units × 10^6)."""
    at, package = whole_second(work.now), row.package
    names = [one.source_id for one in row.stretches]
    closed, running = commitment_store.taken_in_all(work.tx, names), commitment_store.running_of(work.tx, names)
    found = {}
    for one in row.stretches:
        start = one.valid.start if package.cycle is None else package.cycle.period(at, package.zone).start
        now = sum(taken for _, since, taken in running.get(one.source_id, []) if since == start)
        found[one.number] = now + (closed.get(one.source_id, 0) if package.cycle is None else 0)
    return found


def _paid_for(row: PackageRow, taken: Mapping[int, int], at: datetime) -> dict[int, int]:
    """Return how much of its running window each part that is given back in its course has paid for (PKG-8)."""
    return {
        one.number: rules.used_up(one, row.package.cycle, row.package.zone, taken[one.number], at)
        for one in row.stretches
        if one.valid.start <= at < one.valid.end
    }


def _never_spread(row: PackageRow, stretch: Stretch, paid: int | None, at: datetime) -> int:
    """Return by how much less (`_e10`, below zero) a part has cost by its windows than was paid, once it ends (PKG-8).

    What of the price no window bears any more is in the row of the refund, so that nothing of it is lost. `paid`: what
    is paid for of the window that is running; None = it has not begun.
    """
    price = stretch.price_minor * minor_scale_e10(row.package.currency)
    if paid is None or at == stretch.valid.start:
        return -price
    whole = rules.commitment(row.package, stretch, row.package.owner_id)
    return min(0, rules.spread_cost(given_back(whole, at, paid)) - price)
