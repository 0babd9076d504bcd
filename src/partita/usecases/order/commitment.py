"""What an order starts besides subscriptions: packages, their renewals and upgrades, and savings plans.

An order keeps the terms; when it is paid they become a package or plan, in the transaction of the payment. What is
granted by the operator starts here too, paid by an order or given. Rules: PKG-2 … PKG-5, PKG-7
(`docs/rules/resource_package.md`), PLAN-1, PLAN-5 (`docs/rules/savings_plan.md`).
"""

from __future__ import annotations

from dataclasses import replace

from partita.core import resource_package as package_rules
from partita.core import savings_plan as plan_rules
from partita.core.order import Order
from partita.core.period import Period, in_zone
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import PackageChange, PackageOffer, ResourcePackage, Stretch, StretchKind
from partita.core.savings_plan import PlanOffer, SavingsPlan
from partita.core.subscription import whole_second
from partita.store import commitment as commitment_store
from partita.store import funds as funds_store
from partita.store.commitment import Bought, Ordered
from partita.store.funds import Holder
from partita.usecases.work import Work

Made = Stretch | SavingsPlan


def made(work: Work, owner: Holder, ordered: Ordered, price_minor: int) -> Made | Refused:
    """Return what terms make if they start now, for this price; nothing is kept.

    What was to start earlier starts now; a plan keeps the number of its hours. Refused: of a renewal COMMITMENT_OVER,
    of an upgrade COMMITMENT_OVER, PACKAGE_NOT_RUNNING.
    """
    offer = ordered.offer
    match offer:
        case PackageChange():
            return _changed(work, offer, price_minor)
        case PackageOffer():
            start = max(whole_second(offer.start or work.now), whole_second(work.now))
            valid = package_rules.valid_for(start, offer.months, owner.zone)
            return Stretch(ordered.commitment_id, 1, StretchKind.NEW, valid, offer.quota_e6, price_minor)
        case PlanOffer():
            return _plan(work, owner, ordered.commitment_id, offer)


def unready(work: Work, order: Order) -> Refused | None:
    """Refuse to pay an order whose package cannot be renewed or upgraded any more; refuses what `made` does."""
    starts = commitment_store.ordered_by(work.tx, order.order_id)
    owner = _owner(work, order.account_id) if starts else None
    for one in starts.values():
        assert owner is not None, "whoever orders is there"
        found = made(work, owner, one, 0)
        if isinstance(found, Refused):
            return found
    return None


def start(work: Work, account_id: str, ordered: Ordered, order_id: str | None, price_minor: int) -> Made:
    """Let terms become a package or plan of an account: paid by an order at this price, or given (None)."""
    owner = _owner(work, account_id)
    one = made(work, owner, ordered, price_minor)
    assert not isinstance(one, Refused), f"it was looked at before it was paid: {one}"
    bought = Bought(order_id, ordered.idempotency_key, ordered.body_hash, work.actor.signature, work.now)
    if isinstance(one, SavingsPlan):
        commitment_store.add_plan(work.tx, one, bought)
        return one
    if isinstance(ordered.offer, PackageOffer):
        commitment_store.add_package(work.tx, package_of(owner, ordered.commitment_id, ordered.offer), bought)
    commitment_store.add_stretch(work.tx, account_id, one, bought)
    return one


def package_of(owner: Holder, package_id: str, offer: PackageOffer) -> ResourcePackage:
    """Return the package that an offer is to its owner."""
    return ResourcePackage(
        package_id, owner.account_id, offer.sku_id, owner.currency, owner.zone, "", offer.cycle,
        tuple(sorted(offer.factors)), tuple(sorted(offer.regions)),
    )  # fmt: skip


def over(work: Work, name: str) -> Refused | None:
    """Refuse to go on with a package or plan that is over: its end has come, or it was ended: COMMITMENT_OVER."""
    ended = commitment_store.ends_at(work.tx, name)
    if work.now < ended:
        return None
    owner = commitment_store.owner_of(work.tx, name)
    assert owner is not None, "what has an end has an owner"
    return refused(Reason.COMMITMENT_OVER, source=name, ended=in_zone(ended, _owner(work, owner).zone))


def _changed(work: Work, change: PackageChange, price_minor: int) -> Stretch | Refused:
    row = commitment_store.package_of(work.tx, change.package_id)
    assert row is not None, "packages are never taken away"
    if no := over(work, change.package_id):
        return no
    if change.months:
        return package_rules.renewed(row.stretches, change.months, price_minor, row.package.zone)
    return package_rules.upgraded(row.stretches, change.more_e6, price_minor, whole_second(work.now))


def _plan(work: Work, owner: Holder, plan_id: str, offer: PlanOffer) -> SavingsPlan:
    """Return the plan; one that waited for its payment starts later and has as many hours as were agreed."""
    agreed = plan_rules.term(offer.start or work.now, offer.years, owner.zone)
    valid = agreed
    if agreed.start < work.now:
        late = plan_rules.term(work.now, offer.years, owner.zone).start
        valid = Period(late, late + (agreed.end - agreed.start))
    return SavingsPlan(
        plan_id, owner.account_id, offer.sku_id, owner.currency, owner.zone, offer.commitment_e10, valid,
        offer.pay_mode, tuple(sorted(offer.rates)), tuple(sorted(offer.regions)), offer.gift,
    )  # fmt: skip


def starting_at(work: Work, ordered: Ordered) -> Ordered:
    """Return terms with the instant from which they count: now, where none was asked for."""
    offer = ordered.offer
    if isinstance(offer, PlanOffer) and offer.start is None:
        return replace(ordered, offer=replace(offer, start=work.now))
    return ordered


def _owner(work: Work, account_id: str) -> Holder:
    owner = funds_store.holder(work.tx, account_id, work.now)
    assert owner is not None, "accounts are never taken away"
    return owner
