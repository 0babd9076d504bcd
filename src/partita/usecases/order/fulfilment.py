"""What a paid order does: its charges, the subscriptions that start, go on or change, and what is paid ahead.

In the transaction of the payment; packages and plans start in `commitment`. Rules: ORDER-6 (`docs/rules/order.md`),
SUB-1, SUB-4, SUB-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from partita.core.money import minor_scale_e10
from partita.core.order import Order, OrderKind, OrderLine
from partita.core.period import Month, Period
from partita.core.subscription import Paid, Renewal, SubscriptionState, bought, whole_second
from partita.store import commitment as commitment_store
from partita.store import funds as funds_store
from partita.store import order as order_store
from partita.store import service_control as control_store
from partita.store import subscription as subscription_store
from partita.store.commitment import Ordered
from partita.store.control_policy import Setting
from partita.store.funds import Holder
from partita.store.order import ChargeRow, KeptLine
from partita.store.subscription import Subscription
from partita.usecases.order.cloud import tell_cloud
from partita.usecases.order.commitment import start
from partita.usecases.order.life import state_of
from partita.usecases.work import Work

CORRECTION = "Correction"


def fulfil(work: Work, order: Order, kept: Sequence[KeptLine], owner: Holder) -> tuple[str, ...]:
    """Carry out an order of `owner` that was paid just now; return the subscriptions that it is about, by name."""
    zone = owner.zone if order.payer_id == owner.account_id else zone_of_payer(work, order)
    starts = commitment_store.ordered_by(work.tx, order.order_id)
    charges = []
    for one in kept:
        ordered = starts.get(one.line.line)
        if ordered is not None:
            charges.append(_committed(work, order, one, (ordered, zone)))
        else:
            charges.append(charge(work, order, _carried_out(work, order, one, owner), zone=zone))
    order_store.add_charges(work.tx, charges, at=work.now)
    names = tuple(sorted({one.line.subscription_id for one in kept}))
    work.touched.update(control_store.payers(work.tx, [order.account_id]))
    return names


def zone_of_payer(work: Work, order: Order) -> str:
    """Return the zone of who pays an order: by its calendar the month of a charge is known."""
    payer = funds_store.holder(work.tx, order.payer_id, work.now)
    assert payer is not None, "accounts are never taken away"
    return payer.zone


def _committed(work: Work, order: Order, kept: KeptLine, starts: tuple[Ordered, str]) -> ChargeRow:
    """Start a package or plan. Its charge has no effective cost: that is spread over what it covers (DEDUCT-4)."""
    ordered, zone = starts
    made = start(work, order.account_id, ordered, order.order_id, kept.line.payable)
    return replace(charge(work, order, _with_period(kept, made.valid), zone=zone), effective_cost_e10=0)


def charge(work: Work, order: Order, kept: KeptLine, *, zone: str, gives_back: bool = False) -> ChargeRow:
    """Return a line of an order as a charge: billed is what is payable, and so is what is amortised (CHARGE-1).

    `zone`: that of who pays.
    """
    line = kept.line
    assert line.period is not None, "what is paid has a period"
    billed = line.payable * minor_scale_e10(order.currency)
    priced = line.priced
    return ChargeRow(
        payer_id=order.payer_id,
        order_id=order.order_id,
        line=line.line,
        account_id=order.account_id,
        product_id=priced.product_id,
        sku_id=priced.sku_id,
        region=priced.region,
        resource_id=kept.resource_id,
        subscription_id=line.subscription_id,
        kind=order.kind.word,
        charge_category="Purchase",
        charge_class=CORRECTION if gives_back else None,
        month=Month.of(work.now, zone).number,
        charged_at=work.now,
        period=line.period,
        currency=order.currency,
        quantity=priced.quantity,
        tags=tuple(sorted(priced.tags)),
        price_id=priced.price_id,
        list_cost_e10=priced.list_cost_e10,
        contracted_cost_e10=priced.contracted_cost_e10,
        billed_cost_e10=billed,
        effective_cost_e10=billed,
        payable_minor=line.payable,
    )


def _carried_out(work: Work, order: Order, kept: KeptLine, owner: Holder) -> KeptLine:
    """Carry out one line; return it with the period that it gave."""
    match order.kind:
        case OrderKind.PURCHASE | OrderKind.CONVERT:
            return _started(work, order, kept, owner.zone)
        case OrderKind.RENEW:
            return _renewed(work, order, kept)
        case _:
            return _resized(work, order, kept)


def _started(work: Work, order: Order, kept: KeptLine, zone: str) -> KeptLine:
    priced, start = kept.line.priced, whole_second(work.now)
    paid = Paid.new(start, kept.months, zone)
    one = Subscription(
        account_id=order.account_id,
        subscription_id=kept.line.subscription_id,
        product_id=priced.product_id,
        resource_id=kept.resource_id,
        region=priced.region,
        payer_id=order.payer_id,
        sku_id=priced.sku_id,
        quantity=priced.quantity,
        paid=paid,
        state=SubscriptionState.RUNNING,
        step=0,
        zone=zone,
    )
    subscription_store.add(work.tx, one, recorded_at=work.now)
    subscription_store.add_step(work.tx, one, "start", order.order_id, by(work))
    subscription_store.add_paid_ahead(work.tx, one, paid.ends_at, order.order_id, by(work))
    return _with_period(kept, Period(start, paid.ends_at))


def _renewed(work: Work, order: Order, kept: KeptLine) -> KeptLine:
    """Let a subscription go on through the period that was ordered; one that is stopped resumes."""
    one = _found(work, kept.line)
    period = kept.line.period
    assert period is not None, "the period of a renewal is known when it is ordered"
    resumes = state_of(work, one) is SubscriptionState.STOPPED
    added = _added(work, one, kept, period)
    after = replace(one, paid=added.paid, payer_id=order.payer_id, state=SubscriptionState.RUNNING)
    subscription_store.add_step(work.tx, after, "renew", order.order_id, by(work))
    subscription_store.add_paid_ahead(work.tx, after, added.period.end, order.order_id, by(work))
    if resumes:
        tell_cloud(work, replace(after, step=one.step + 1), "resume", order.order_id)
    return _with_period(kept, added.period)


def _added(work: Work, one: Subscription, kept: KeptLine, period: Period) -> Renewal:
    """Return what was ordered to be added; where a subscription was stopped since, it starts now, and is as long."""
    ordered = bought(one.paid, kept.months, period, one.zone)
    if state_of(work, one) is not SubscriptionState.STOPPED:
        return ordered
    now, odd = whole_second(work.now), ordered.period.end - ordered.terms_end
    end = one.paid.plus(kept.months, one.zone, now).ends_at + odd
    return bought(one.paid, kept.months, Period(now, end), one.zone)


def _resized(work: Work, order: Order, kept: KeptLine) -> KeptLine:
    one = _found(work, kept.line)
    priced = kept.line.priced
    if (one.sku_id, one.quantity) != (priced.sku_id, priced.quantity):
        after = replace(one, sku_id=priced.sku_id, quantity=priced.quantity, payer_id=order.payer_id)
        subscription_store.add_step(work.tx, after, "resize", order.order_id, by(work))
    return kept


def _found(work: Work, line: OrderLine) -> Subscription:
    one = subscription_store.subscription(work.tx, line.subscription_id)
    assert one is not None, "an order names a subscription that is there"
    return one


def _with_period(kept: KeptLine, period: Period) -> KeptLine:
    return replace(kept, line=replace(kept.line, period=period))


def by(work: Work) -> Setting:
    """Return who does something now, and when."""
    return Setting(work.actor.signature, work.now)
