"""Packages and plans as customers order them by the catalogue: placed, approved and paid like any order.

A new package is bought with `usecases.order.buy`, in one order with subscriptions if need be. Rules: PKG-4, PKG-5,
PKG-7 (`docs/rules/resource_package.md`), PLAN-5 (`docs/rules/savings_plan.md`).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from partita.core import resource_package as package_rules
from partita.core import savings_plan as plan_rules
from partita.core.ids import derived_id
from partita.core.money import minor_scale_e10
from partita.core.order import OrderKind, PricedLine, Wanted
from partita.core.period import Period
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import PackageChange, Stretch
from partita.core.savings_plan import PayMode, PlanOffer, SavingsPlan
from partita.core.subscription import Term, months_after, seconds
from partita.store import commitment as commitment_store
from partita.store import order as order_store
from partita.store import quote as quote_store
from partita.store.commitment import Ordered, PackageRow
from partita.store.funds import Holder
from partita.usecases.commitment.plan import beyond
from partita.usecases.commitment.terms import terms_at_fault
from partita.usecases.order.commitment import made, over
from partita.usecases.order.place import NO_COUPON, Line, OrderPlaced, Placing, Token, package_in, place
from partita.usecases.order.pricing import Asked, Quoted, quoted
from partita.usecases.work import Work


def order_change(work: Work, *, change: PackageChange, token: Token, dry_run: bool = False) -> OrderPlaced | Refused:
    """Order the renewal of a package, or more of its quota, by the price of the catalogue (PKG-7).

    Refused in this order: UNKNOWN_PACKAGE, what `authorise` says, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, BAD_TERMS,
    COMMITMENT_OVER, PACKAGE_NOT_RUNNING, SUBSCRIPTION_HAS_ORDER, what `quoted` refuses, NOT_OFFERED.
    """
    row = commitment_store.package_of(work.tx, change.package_id)
    if row is None:
        return refused(Reason.UNKNOWN_PACKAGE, package=change.package_id)
    kind = OrderKind.RENEW if change.months else OrderKind.UPGRADE

    def lines(holder: Holder) -> list[Line] | Refused:
        line = _change(work, holder, row, (change, kind))
        return line if isinstance(line, Refused) else [line]

    body = (kind.word, change.package_id, change.months, change.more_e6, token.coupon_id)
    return place(work, Placing(row.package.owner_id, kind, body, lines), token, dry_run=dry_run)


def _change(work: Work, holder: Holder, row: PackageRow, what: tuple[PackageChange, OrderKind]) -> Line | Refused:
    (change, kind), name = what, row.package.package_id
    at_fault = terms_at_fault(
        package_rules.check_quota(change.more_e6 or 1, change.months or 1, ()), (change.months or change.more_e6,)
    )
    if no := at_fault or over(work, name):
        return no
    after = made(work, holder, Ordered(1, name, change, "", b""), 0)
    if isinstance(after, Refused):
        return after
    assert isinstance(after, Stretch), "a change of a package is a stretch"
    if waiting := order_store.open_on(work.tx, [name], work.now).get(name):
        return refused(Reason.SUBSCRIPTION_HAS_ORDER, subscription=name, order=waiting)
    months, whole = (change.months, after.valid) if change.months else _months(after.valid, holder.zone)
    found = quoted(work, holder, kind, [Asked(row.package.sku_id, 1, Term.MONTH, months)])
    if isinstance(found, Refused):
        return found
    offer = package_in(found[0])
    if offer is None:
        return refused(Reason.NOT_OFFERED, sku=row.package.sku_id)
    part = (after.quota_e6 * seconds(after.valid), offer.quota_e6 * seconds(whole))
    priced = replace(
        found[0].priced,
        list_cost_e10=found[0].priced.list_cost_e10 * part[0] // part[1],
        contracted_cost_e10=found[0].priced.contracted_cost_e10 * part[0] // part[1],
    )
    return Line(Wanted(priced, name), replace(found[0], priced=priced), change)


def _months(rest: Period, zone: str) -> tuple[int, Period]:
    """Return the fewest calendar months that hold what is left of a package, and those months."""
    for months in count(1):
        whole = Period(rest.start, months_after(rest.start, months, zone))
        if whole.end >= rest.end:
            return months, whole
    raise AssertionError("time goes on")


def order_plan(
    work: Work, *, account_id: str, offer: PlanOffer, token: Token, dry_run: bool = False
) -> OrderPlaced | Refused:
    """Order a plan that the catalogue offers: the rates are those of its SKU, `offer.rates` does not count (PLAN-5).

    What is paid ahead is paid with the order; whoever approves, approves the whole promise. Refused in this order: what
    `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, UNKNOWN_SKU, NOT_OFFERED, BAD_TERMS,
    COMMITMENT_START, BAD_AMOUNT.
    """

    def lines(holder: Holder) -> list[Line] | Refused:
        line = _plan(work, holder, offer, derived_id("plan", account_id, token.key))
        return line if isinstance(line, Refused) else [line]

    body = ("plan", *offer.plain())
    alone = replace(token, coupon_id=NO_COUPON)
    return place(work, Placing(account_id, OrderKind.PURCHASE, body, lines), alone, dry_run=dry_run)


def _plan(work: Work, holder: Holder, asked: PlanOffer, name: str) -> Line | Refused:
    shelf = quote_store.shelves(work.tx, {asked.sku_id}, holder.payer_id).get(asked.sku_id)
    if shelf is None:
        return refused(Reason.UNKNOWN_SKU, sku=asked.sku_id)
    sold = plan_rules.offered(dict(shelf.attributes))
    if sold is None:
        return refused(Reason.NOT_OFFERED, sku=asked.sku_id)
    offer = replace(asked, rates=sold.rates, regions=sold.regions, start=asked.start or work.now)
    if offer.years not in sold.years:
        allowed = " | ".join(map(str, sold.years)) + " (years)"
        return refused(Reason.BAD_TERMS, value=str(offer.years), allowed=allowed)
    no = (
        terms_at_fault(plan_rules.check_terms(offer.commitment_e10, offer.years, offer.rates), offer.words())
        or (None if asked.start is None else package_rules.may_start(asked.start, work.now, holder.zone))
        or beyond(replace(offer, pay_mode=PayMode.ALL), holder.currency)
    )
    if no:
        return no
    plan = made(work, holder, Ordered(1, name, offer, "", b""), 0)
    assert isinstance(plan, SavingsPlan), "a new plan can always be made"
    cost = plan.upfront_minor * minor_scale_e10(holder.currency)
    priced = PricedLine(
        shelf.sku.product_id, offer.sku_id, shelf.region, 1, cost, cost, "plan", refundable=False
    )  # fmt: skip
    line = Quoted(Asked(offer.sku_id, 1, Term.YEAR, offer.years), priced)
    return Line(Wanted(priced, name), line, offer, binds_minor=plan.bound_minor)
