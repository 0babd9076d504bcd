"""Orders that give money back: unsubscribe, take back a renewal, convert to pay-as-you-go, downgrade.

Such an order is carried out when it is given; what comes back goes the way it came, and what was invoiced of it is owed
(`store.order.money_of_orders` is what invoices read). Rules: UNSUB-1 … UNSUB-8 (`docs/rules/unsubscribe.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from partita.core import posting_rules
from partita.core.funds import AcceptanceState, Fund
from partita.core.ids import derived_id
from partita.core.money import minor_scale_e10
from partita.core.order import Order, OrderKind, OrderLine, OrderState, PricedLine
from partita.core.period import DEFAULT_ZONE, Month, Period
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.subscription import SubscriptionState, Term, whole_second
from partita.core.unsubscribe import PaidPart, Portion, Refund, may_have_five_days, refund, stretches
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store import service_control as control_store
from partita.store import subscription as subscription_store
from partita.store.funds import Holder
from partita.store.order import ChargeRow, DrawRow, KeptLine, KeptOrder, StepRow
from partita.store.subscription import Subscription
from partita.usecases.clearing import clear
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.cloud import tell_cloud
from partita.usecases.order.fulfilment import by, charge, zone_of_payer
from partita.usecases.order.life import state_of
from partita.usecases.order.place import changeable
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An order that gave money back for a subscription or package: by line what came back to whom, and the reckoning.

    `refund` is None where the order was there before. `zone`: that of the account, by whose clock its ends are said.
    """

    order: Order
    draws: tuple[DrawRow, ...]
    refund: Refund | None
    name: str
    repeated: bool
    dry_run: bool
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class Back:
    """One line of what comes back: the rest of its period, how much in all and to whom (minor units).

    `less`: what the rest costs less from now on, before what does not come back. `effective_e10`: what this takes off
    the effective cost, where that is not the amount (DEDUCT-4).
    """

    rest: Period
    amount: int
    parts: tuple[PaidPart, ...]
    less: int
    effective_e10: int | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """What gives money back: whose it is, its name, and as what it was sold."""

    account_id: str
    name: str
    product_id: str
    sku_id: str
    region: str
    quantity: int
    resource_id: str

    @classmethod
    def of(cls, one: Subscription) -> Sold:
        """Return what a subscription is."""
        return cls(
            one.account_id, one.subscription_id, one.product_id, one.sku_id, one.region, one.quantity, one.resource_id
        )


def unsubscribe(
    work: Work,
    *,
    subscription_id: str,
    key: str,
    kind: OrderKind = OrderKind.UNSUBSCRIBE,
    renewals_only: bool = False,
    dry_run: bool = False,
) -> GivenBack | Refused:
    """Give a subscription up now, or only its renewals that have not started, or go on as pay-as-you-go (`TO_USAGE`).

    Within five days of a new purchase all that was paid comes back (UNSUB-4). Refused in this order:
    UNKNOWN_SUBSCRIPTION, what `authorise` says, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, SUBSCRIPTION_OVER,
    SUBSCRIPTION_HAS_ORDER, SUBSCRIPTION_WITHOUT_VALUE, NOT_REFUNDABLE, NOTHING_TO_REFUND (no renewal to take back).
    """
    assert kind in (OrderKind.UNSUBSCRIBE, OrderKind.TO_USAGE), "a resize is asked for elsewhere"
    one = subscription_store.subscription(work.tx, subscription_id)
    if one is None:
        return refused(Reason.UNKNOWN_SUBSCRIPTION, subscription=subscription_id)
    holder = holder_for(work, Action.UNSUBSCRIBE, one.account_id)
    if isinstance(holder, Refused):
        return holder
    if no := text_at_fault({"key": key}):
        return no
    body = body_of((kind.word, subscription_id, renewals_only))

    def decide() -> GivenBack | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, one.account_id})
        if (known := repeated(work, one.account_id, subscription_id, (key, body))) is not None:
            return known
        fresh = subscription_store.subscription(work.tx, subscription_id)
        assert fresh is not None, "it was there a moment ago"
        asked = (kind, renewals_only)
        return _given_up(work, holder, fresh, asked, (key, body, dry_run))

    return saved(work, decide, dry_run=dry_run)


def repeated(work: Work, account_id: str, name: str, token: tuple[str, bytes]) -> GivenBack | Refused | None:
    """Return the answer to a token (key and body) that is known; None for a new one."""
    key, body = token
    known = order_store.by_key(work.tx, account_id, key)
    if known is None:
        return None
    if known[1] != body:
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
    draws = tuple(order_store.draws_of(work.tx, known[0].order_id))
    return GivenBack(known[0], draws, None, name, repeated=True, dry_run=False)


def valued(work: Work, holder: Holder, one: Subscription) -> list[Portion] | Refused:
    """Return what a subscription is worth to whoever pays for its account now (UNSUB-8).

    Refused in this order: SUBSCRIPTION_OVER, SUBSCRIPTION_HAS_ORDER, SUBSCRIPTION_WITHOUT_VALUE (another paid for it,
    as after a trusteeship).
    """
    state = state_of(work, one)
    if no := changeable(work, one, state):
        return no
    at = whole_second(work.now)
    name = one.subscription_id
    portions = [p for p in order_store.portions_of(work.tx, name, holder.payer_id) if at < p.period.end]
    others = order_store.other_payers(work.tx, name, holder.payer_id)
    if not portions and others:
        return refused(
            Reason.SUBSCRIPTION_WITHOUT_VALUE, subscription=name, before=", ".join(others), payer=holder.payer_id
        )
    return portions


def unrefundable(name: str, portions: Sequence[Portion]) -> Refused | None:
    """Refuse to give back what a promotion says is not refunded: NOT_REFUNDABLE."""
    bound = [portion.order_id for portion in portions if not portion.refundable]
    return refused(Reason.NOT_REFUNDABLE, subscription=name, order=bound[0]) if bound else None


def _given_up(
    work: Work, holder: Holder, one: Subscription, asked: tuple[OrderKind, bool], token: tuple[str, bytes, bool]
) -> GivenBack | Refused:
    (kind, renewals_only), at = asked, whole_second(work.now)
    portions = valued(work, holder, one)
    if isinstance(portions, Refused):
        return portions
    asked_for = [each for each in portions if each.period.start > at] if renewals_only else portions
    if no := unrefundable(one.subscription_id, asked_for):
        return no
    policy = order_store.refund_policy(work.tx, one.product_id)
    used = order_store.five_day_refunds(work.tx, one.account_id)
    steps = subscription_store.steps_of(work.tx, one.subscription_id)
    five = kind is OrderKind.UNSUBSCRIBE and not renewals_only and may_have_five_days(
        portions, at, zone=holder.zone, policy=policy, used=used, is_purchase=_was_bought(work, steps)
    )  # fmt: skip
    found = refund(portions, at, zone=holder.zone, policy=policy, five_day=five, renewals_only=renewals_only)
    if renewals_only and not found.stretches:
        return refused(Reason.NOTHING_TO_REFUND, subscription=one.subscription_id)
    of_end = {stretch[0].period.end: stretch for stretch in stretches(portions)}
    back = [Back(_rest(of_end[one.ends_at], at), one.amount, one.parts, one.came_in) for one in found.stretches]
    after = _taken_back(steps, one, found) if renewals_only else _ended(one, kind, at)
    change = partial(subscription_changed, work, one, after, kind)
    return give_back(work, holder, Giving(Sold.of(after), kind, tuple(back), found, change), token)


def _rest(stretch: tuple[Portion, ...], at: datetime) -> Period:
    """Return what is left of a stretch: all of it before it starts."""
    return Period(max(at, min(one.period.start for one in stretch)), stretch[0].period.end)


def _was_bought(work: Work, steps: Sequence[subscription_store.StepRow]) -> bool:
    """Say whether a subscription is as its purchase left it: bought new, and nothing since."""
    first = steps[0].order_id
    order = order_store.order_of(work.tx, first) if first else None
    return len(steps) == 1 and order is not None and order.kind is OrderKind.PURCHASE


def _ended(one: Subscription, kind: OrderKind, at: datetime) -> Subscription:
    state = SubscriptionState.CONVERTED if kind is OrderKind.TO_USAGE else SubscriptionState.UNSUBSCRIBED
    return replace(one, state=state, paid=replace(one.paid, ends_at=at))


def _taken_back(steps: Sequence[subscription_store.StepRow], one: Subscription, found: Refund) -> Subscription:
    """Return a subscription as it was before the renewals that are taken back."""
    first = min(back.ends_at for back in found.stretches)
    before = [step.paid for step in steps if step.paid.ends_at < first]
    assert before, "a renewal follows something"
    return replace(one, paid=max(before, key=lambda paid: paid.ends_at))


@dataclass(frozen=True, slots=True)
class Giving:
    """What gives money back: what was sold, the kind of order, its lines, the reckoning, and what becomes of it."""

    sold: Sold
    kind: OrderKind
    back: tuple[Back, ...]
    refund: Refund
    change: Callable[[Order], None]


def give_back(work: Work, holder: Holder, giving: Giving, token: tuple[str, bytes, bool]) -> GivenBack:
    """Keep an order that gives money back, carry it out, and post what comes back (UNSUB-3)."""
    *_, dry_run = token
    kept = _kept(work, holder, giving, token)
    order = kept.order
    order_store.add(work.tx, kept)
    draws = [
        DrawRow(number, *_place(work, holder, part), -part.amount)
        for number, back in enumerate(giving.back, 1)
        for part in back.parts
    ]
    entry = _posted(work, giving, order, draws)
    if entry is not None:
        order_store.add_draws(work.tx, order, draws, entry_id=entry, at=work.now)
        order_store.add_card_returns(work.tx, order, _of_cards(giving, draws), at=work.now)
    order_store.add_step(work.tx, order, StepRow(OrderState.PAID, "", entry, work.actor.signature, work.now))
    zone = zone_of_payer(work, order)
    charges = [
        _charge(work, order, line, (back.effective_e10, zone))
        for line, back in zip(kept.lines, giving.back, strict=True)
    ]
    order_store.add_charges(work.tx, charges, at=work.now)
    giving.change(order)
    work.touched.update({holder.payer_id, *control_store.payers(work.tx, [order.account_id])})
    clear(work, [holder.payer_id])
    done = replace(order, state=OrderState.PAID)
    return GivenBack(
        done, tuple(draws), giving.refund, giving.sold.name, repeated=False, dry_run=dry_run, zone=holder.zone
    )


def _of_cards(giving: Giving, draws: Sequence[DrawRow]) -> list[tuple[int, int, str, int]]:
    """Return what comes back into a refund book for a card that is over: (line, number of the draw, card, amount)."""
    parts = [(line, at, part) for line, back in enumerate(giving.back, 1) for at, part in enumerate(back.parts, 1)]
    return [
        (line, at, part.source_id, part.amount)
        for (line, at, part), draw in zip(parts, draws, strict=True)
        if part.fund == Fund.STORED_VALUE.value and draw.fund == Fund.REFUND.value
    ]


def _charge(work: Work, order: Order, line: KeptLine, at: tuple[int | None, str]) -> ChargeRow:
    effective_e10, zone = at
    row = charge(work, order, line, zone=zone, gives_back=True)
    return row if effective_e10 is None else replace(row, effective_cost_e10=-effective_e10)


def _kept(work: Work, holder: Holder, giving: Giving, token: tuple[str, bytes, bool]) -> KeptOrder:
    key, body, _ = token
    one = giving.sold
    amount = sum(back.amount for back in giving.back)
    scale = minor_scale_e10(holder.currency)
    order = Order(
        order_id=derived_id("ord", one.account_id, key),
        payer_id=holder.payer_id,
        account_id=one.account_id,
        kind=giving.kind,
        currency=holder.currency,
        payable=-amount,
        state=OrderState.UNPAID,
        placed_at=work.now,
        expires_at=work.now,
        placed_by=work.actor.signature,
    )
    lines = tuple(_line(giving, number, back, scale) for number, back in enumerate(giving.back, 1))
    listed = sum(kept.line.priced.list_cost_e10 for kept in lines)
    return KeptOrder(order, listed, -amount * scale, 0, 0, lines, key, body, giving.refund.five_day)


def _line(giving: Giving, number: int, back: Back, scale: int) -> KeptLine:
    """Return a line of what comes back: its price is by how much less the rest costs from now on."""
    one = giving.sold
    priced = PricedLine(
        one.product_id, one.sku_id, one.region, one.quantity, -back.less * scale, -back.amount * scale, ""
    )
    line = OrderLine(number, priced, one.name, back.rest, -back.less, -back.less, -back.amount)
    return KeptLine(line, one.resource_id, Term.MONTH, 1)


def _posted(work: Work, giving: Giving, order: Order, draws: Sequence[DrawRow]) -> str | None:
    if not draws:
        return None
    parts: dict[tuple[str, str, str], int] = {}
    for one in draws:
        place = (giving.sold.product_id, one.fund, one.source_id)
        parts[place] = parts.get(place, 0) - one.amount_minor
    draft = posting_rules.order_refunded(
        payer_id=order.payer_id, order_id=order.order_id, what=order.kind.text(), currency=order.currency, parts=parts
    )
    done = ledger_store.append(work.tx, [draft], recorded_at=work.now)
    assert not isinstance(done, Refused), f"an order gives back once: {done}"
    return done[0].entry_id


def _place(work: Work, holder: Holder, part: PaidPart) -> tuple[str, str]:
    """Return where a part goes back to: its own book; where that is over, what became of the money (UNSUB-3).

    An acceptance bill that is not held any more gives to cash; a card that has ended to the refund book of this month.
    """
    if part.fund == Fund.ACCEPTANCE.value:
        bill = funds_store.acceptance(work.tx, part.source_id)
        held = bill is not None and bill.state is AcceptanceState.HELD
        return (part.fund, part.source_id) if held else (Fund.CASH.value, Fund.CASH.value)
    if part.fund == Fund.STORED_VALUE.value:
        card = funds_store.card(work.tx, holder.payer_id, part.source_id)
        ends = card.expires_at if card else None
        if card is None or (ends is not None and ends <= work.now):
            return Fund.REFUND.value, str(Month.of(work.now, holder.zone))
    return part.fund, part.source_id


def subscription_changed(work: Work, before: Subscription, after: Subscription, kind: OrderKind, order: Order) -> None:
    """Let the subscription be as it is from now on; what of it is paid ahead ends, and the cloud is told."""
    command = _COMMANDS[kind]
    if kind is OrderKind.UNSUBSCRIBE and not after.state.is_over:
        command = "take-back"
    subscription_store.add_step(work.tx, after, command, order.order_id, by(work))
    if kind is not OrderKind.DOWNGRADE:
        subscription_store.end_paid_ahead(work.tx, before, after.paid.ends_at, order.order_id, by(work))
    if after.state is SubscriptionState.UNSUBSCRIBED:
        tell_cloud(work, replace(after, step=before.step + 1), "release", order.order_id)


_COMMANDS = {
    OrderKind.UNSUBSCRIBE: "unsubscribe",
    OrderKind.TO_USAGE: "convert",
    OrderKind.DOWNGRADE: "resize",
}
