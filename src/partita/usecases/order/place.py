"""Place orders: buy, renew, convert to a subscription, upgrade; once per client token, with the approvals they need.

Load → price → keep. Nothing is drawn here: `payment` does that. What gives money back is `giving_back`.
Rules: ORDER-1 … ORDER-5, ORDER-7, ORDER-9 (`docs/rules/order.md`), SUB-4, UNSUB-6, APPROVE-1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from partita.core import order as rules
from partita.core import resource_package as package_rules
from partita.core.approval import Need, Subject, needs
from partita.core.coupon import Coupon, Unused
from partita.core.ids import derived_id, is_name
from partita.core.money import minor_scale_e10, truncate
from partita.core.order import Order, OrderKind, OrderState, Priced, Terms, Wanted
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import PackageOffer
from partita.core.subscription import SubscriptionState, renewal, whole_second
from partita.core.template import Instrument
from partita.store import approval as approval_store
from partita.store import commitment as commitment_store
from partita.store import coupon as coupon_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store import spend as spend_store
from partita.store import subscription as subscription_store
from partita.store import template as template_store
from partita.store.commitment import Offer, Ordered
from partita.store.funds import Holder
from partita.store.order import KeptLine, KeptOrder
from partita.store.subscription import Subscription
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.life import state_of
from partita.usecases.order.pricing import Asked, Quoted, odd_time, quoted
from partita.usecases.order.resource import Metered, unfit
from partita.usecases.order.token import body_of
from partita.usecases.work import Work

NO_COUPON = ""
"""Given as the coupon: none is to be used."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is ready to be priced: what pays for what, and how it was quoted.

    `starts`: the package or plan that it starts, renews or upgrades. `binds_minor`: what it binds the payer to pay
    besides, as a plan does by the hour: whoever approves approves that too.
    """

    wanted: Wanted
    quoted: Quoted
    starts: Offer | None = None
    binds_minor: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """How an order is asked for: the client token, and the coupon (None = the best, `NO_COUPON` = none).

    `wished_by`: who wished for what the clock orders now, so that it is no one else's order (APPROVE-4).
    """

    key: str
    coupon_id: str | None = None
    wished_by: str | None = None


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order as it stands, with its lines, the coupons that it does not use, and the approvals that it needs."""

    order: Order
    lines: tuple[KeptLine, ...]
    coupon_minor: int
    unused: tuple[Unused, ...]
    needs: tuple[Need, ...]
    repeated: bool
    dry_run: bool


Lines = Callable[[Holder], "list[Line] | Refused"]


@dataclass(frozen=True, slots=True)
class Placing:
    """What is to be placed: whose order, of which kind, what was asked for (for its token), and its lines."""

    account_id: str
    kind: OrderKind
    body: object
    lines: Lines


def buy(
    work: Work,
    *,
    account_id: str,
    asked: Sequence[Asked],
    token: Token,
    convert: Metered | None = None,
    dry_run: bool = False,
) -> OrderPlaced | Refused:
    """Order new subscriptions, or (`convert`: what is `metered`) make resources that are paid by usage subscriptions.

    Each line starts when the order is paid (ORDER-1). Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT,
    BAD_TEXT, IDEMPOTENCY_KEY_REUSED, ORDER_WITHOUT_LINES, BAD_NAME (a resource), what `quoted` refuses, what
    `resource.unfit` refuses, BUY_A_PLAN, STARTS_WHEN_PAID, COMMITMENT_START, UNKNOWN_COUPON, COUPON_TAKES_NOTHING.
    """
    kind = OrderKind.PURCHASE if convert is None else OrderKind.CONVERT

    def lines(holder: Holder) -> list[Line] | Refused:
        if not 1 <= len(asked) <= rules.LINES_MAX:
            return refused(Reason.ORDER_WITHOUT_LINES, most=rules.LINES_MAX)
        if wrong := [one.resource_id for one in asked if one.resource_id and not is_name(one.resource_id)]:
            return refused(Reason.BAD_NAME, value=wrong[0])
        found = quoted(work, holder, kind, asked)
        if isinstance(found, Refused):
            return found
        if no := unfit(work, account_id, found, convert):
            return no
        offers = [package_in(one) for one in found]
        names = [
            derived_id("pkg" if offer else "sub", account_id, token.key, number)
            for number, offer in enumerate(offers, 1)
        ]
        if no := _unsold(found, offers, (work.now, holder.zone)):
            return no
        return [
            Line(Wanted(one.priced, name), one, offer) for one, name, offer in zip(found, names, offers, strict=True)
        ]

    body = (kind.word, [one.plain() for one in asked], token.coupon_id)
    return place(work, Placing(account_id, kind, body, lines), token, dry_run=dry_run)


def package_in(one: Quoted) -> PackageOffer | None:
    """Return the package that a line orders: as often as it says, and from its start on (PKG-7); None: it is none."""
    offer = package_rules.offered(one.asked.sku_id, dict(one.attributes), one.asked.terms * one.asked.term.months)
    if offer is None:
        return None
    return replace(offer, quota_e6=offer.quota_e6 * one.asked.quantity, start=one.asked.start)


def _unsold(
    found: Sequence[Quoted], offers: Sequence[PackageOffer | None], clock: tuple[datetime, str]
) -> Refused | None:
    """Refuse what is not bought so: BUY_A_PLAN, STARTS_WHEN_PAID (a start of what is no package), COMMITMENT_START.

    `clock`: now, and the zone.
    """
    for one, offer in zip(found, offers, strict=True):
        if "rates" in dict(one.attributes):
            return refused(Reason.BUY_A_PLAN, sku=one.asked.sku_id)
        if offer is None and one.asked.start is not None:
            return refused(Reason.STARTS_WHEN_PAID, sku=one.asked.sku_id)
        if one.asked.start is not None and (late := package_rules.may_start(one.asked.start, *clock)):
            return late
    return None


def renew(
    work: Work, *, subscription_ids: Sequence[str], asked: Asked, token: Token, dry_run: bool = False
) -> OrderPlaced | Refused:
    """Order the renewal of subscriptions of one account by whole terms, up to its unified expiry day if it has one.

    From the end on; of one that was stopped, from now on. `asked` says the terms (its SKU and quantity do not count).
    Refused in this order: UNKNOWN_SUBSCRIPTION, what `authorise` says, BAD_TEXT, IDEMPOTENCY_KEY_REUSED,
    SUBSCRIPTION_OVER, SUBSCRIPTION_HAS_ORDER, what `quoted` refuses, UNKNOWN_COUPON, COUPON_TAKES_NOTHING.
    """
    found = _together(work, subscription_ids)
    if isinstance(found, Refused):
        return found
    account_id = found[0].account_id

    def lines(holder: Holder) -> list[Line] | Refused:
        fresh = [subscription_store.subscription(work.tx, one.subscription_id) for one in found]
        ready: list[Line] = []
        for one in filter(None, fresh):
            line = _renewed(work, holder, one, asked)
            if isinstance(line, Refused):
                return line
            ready.append(line)
        return ready

    body = (OrderKind.RENEW.word, sorted(set(subscription_ids)), asked.term.value, asked.terms, token.coupon_id)
    return place(work, Placing(account_id, OrderKind.RENEW, body, lines), token, dry_run=dry_run)


def _renewed(work: Work, holder: Holder, one: Subscription, asked: Asked) -> Line | Refused:
    """Return the line that renews one subscription."""
    state = state_of(work, one)
    if no := changeable(work, one, state):
        return no
    restart = whole_second(work.now) if state is SubscriptionState.STOPPED else None
    day = subscription_store.expiry_day(work.tx, one.account_id)
    added = renewal(one.paid, asked.terms * asked.term.months, one.zone, restart=restart, day=day)
    again = asked.of(one)
    found = quoted(work, holder, OrderKind.RENEW, [again])
    if isinstance(found, Refused):
        return found
    line = found[0]
    if added.odd_month is not None:
        odd = odd_time(work, holder, again, added)
        if isinstance(odd, Refused):
            return odd
        line = line.plus(odd)
    return Line(Wanted(line.priced, one.subscription_id, added.period), line)


def changeable(work: Work, one: Subscription, state: SubscriptionState) -> Refused | None:
    """Refuse to change a subscription that is over, or that an unpaid order will change.

    In this order: SUBSCRIPTION_OVER, SUBSCRIPTION_HAS_ORDER.
    """
    name = one.subscription_id
    if state.is_over:
        return refused(Reason.SUBSCRIPTION_OVER, subscription=name, state=(state.text(), state.text("zh")))
    waiting = order_store.open_on(work.tx, [name], work.now).get(name)
    if waiting is not None:
        return refused(Reason.SUBSCRIPTION_HAS_ORDER, subscription=name, order=waiting)
    return None


def place(work: Work, placing: Placing, token: Token, *, dry_run: bool) -> OrderPlaced | Refused:
    """Place an order, once per client token: the same token with the same content answers the same (ORDER-7)."""
    account_id = placing.account_id
    holder = holder_for(work, Action.PLACE_ORDER, account_id)
    if isinstance(holder, Refused):
        return holder
    if no := text_at_fault({"key": token.key}):
        return no
    body = body_of(placing.body)

    def decide() -> OrderPlaced | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, account_id})
        known = order_store.by_key(work.tx, account_id, token.key)
        if known is not None:
            same = known[1] == body
            return shown(work, known[0]) if same else refused(Reason.IDEMPOTENCY_KEY_REUSED, key=token.key)
        lines = placing.lines(holder)
        if isinstance(lines, Refused):
            return lines
        return _kept(work, holder, placing, (token, body, lines), dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _kept(
    work: Work, holder: Holder, placing: Placing, asked: tuple[Token, bytes, list[Line]], *, dry_run: bool
) -> OrderPlaced | Refused:
    token, body, lines = asked
    enterprise = template_store.enterprise_of(work.tx, holder.account_id)
    policy = template_store.policy(work.tx, enterprise, Instrument.COUPON)
    coupons = _coupons(work, holder, token)
    if isinstance(coupons, Refused):
        return coupons
    terms = Terms(holder.account_id, placing.kind, holder.currency, work.now, coupons, policy)
    priced = rules.price([one.wanted for one in lines], terms)
    if token.coupon_id and priced.reduction is None:
        return refused(Reason.COUPON_TAKES_NOTHING, coupon=token.coupon_id, why=priced.unused[0].why)
    asks = asked_for(work, holder, enterprise, (priced, sum(one.binds_minor for one in lines)))
    order = Order(
        order_id=derived_id("ord", holder.account_id, token.key),
        payer_id=holder.payer_id,
        account_id=holder.account_id,
        kind=placing.kind,
        currency=holder.currency,
        payable=priced.payable,
        state=OrderState.UNPAID,
        placed_at=work.now,
        expires_at=rules.expires_at(placing.kind, work.now, needs_approval=bool(asks)),
        placed_by=token.wished_by or work.actor.signature,
        coupon_id=priced.reduction.coupon.coupon_id if priced.reduction else None,
    )
    kept = tuple(
        KeptLine(line, one.quoted.asked.resource_id or line.subscription_id, one.quoted.asked.term,
                 one.quoted.asked.terms)
        for line, one in zip(priced.lines, lines, strict=True)
    )  # fmt: skip
    off = priced.reduction.amount if priced.reduction else 0
    sums = (priced.list_cost_e10, priced.contracted_cost_e10, priced.round_down_e10)
    order_store.add(work.tx, KeptOrder(order, *sums, off, kept, token.key, body))
    commitment_store.add_ordered(work.tx, order, _starting(order, lines, body))
    approval_store.add_needs(work.tx, order, asks)
    return OrderPlaced(order, kept, off, priced.unused, asks, repeated=False, dry_run=dry_run)


def _starting(order: Order, lines: Sequence[Line], body: bytes) -> list[Ordered]:
    """Return what lines of an order start when it is paid, but subscriptions."""
    return [
        Ordered(number, one.wanted.subscription_id, one.starts, f"order {order.order_id} {number}", body)
        for number, one in enumerate(lines, 1)
        if one.starts is not None
    ]


def shown(work: Work, order: Order) -> OrderPlaced:
    """Return an order that was placed before, as it stands now."""
    lines = tuple(order_store.lines_of(work.tx, order.order_id))
    off = sum(one.line.price - one.line.payable for one in lines)
    asks = approval_store.approval_of(work.tx, order).needs
    return OrderPlaced(order, lines, off, (), asks, repeated=True, dry_run=False)


def _coupons(work: Work, holder: Holder, token: Token) -> tuple[Coupon, ...] | Refused:
    """Return the coupons that may lower the order: those of the account and of who pays, that no other order has."""
    if token.coupon_id == NO_COUPON:
        return ()
    held = [one for name in {holder.account_id, holder.payer_id} for one in coupon_store.coupons_of(work.tx, name)]
    used = order_store.coupon_used(work.tx, [one.coupon_id for one in held], work.now)
    free = tuple(one for one in held if one.coupon_id not in used and one.template.currency == holder.currency)
    if token.coupon_id is None:
        return free
    chosen = tuple(one for one in free if one.coupon_id == token.coupon_id)
    return chosen or refused(Reason.UNKNOWN_COUPON, account=holder.account_id, coupon=token.coupon_id)


def asked_for(work: Work, holder: Holder, enterprise: str, of: tuple[Priced, int]) -> tuple[Need, ...]:
    """Return the approvals that an order needs by the policy of its enterprise; `of`: it, and what it binds besides."""
    policy = approval_store.policy_of(work.tx, enterprise)
    return needs(policy, _subject(work, holder, *of)) if policy else ()


def _subject(work: Work, holder: Holder, priced: Priced, binds_minor: int) -> Subject:
    """Return what the order is to an approval policy: its amount, its products, and the month of the account so far."""
    month = Month.of(work.now, holder.zone)
    after = month.next()
    last = date(after.year, after.month, 1) - timedelta(days=1)
    used = spend_store.of_members(work.tx, [holder.account_id], date(month.year, month.month, 1), last)
    usage = truncate(used.get(holder.account_id, 0), minor_scale_e10(holder.currency))
    products = frozenset(one.priced.product_id for one in priced.lines)
    return Subject(
        amount_minor=priced.payable + binds_minor,
        products=products,
        new_products=products - order_store.known_products(work.tx, holder.account_id),
        spent_minor=usage + order_store.spent_in_month(work.tx, holder.account_id, month.number, work.now),
    )


def _together(work: Work, names: Sequence[str]) -> list[Subscription] | Refused:
    """Return subscriptions of one account, by name."""
    found: list[Subscription] = []
    for name in sorted(set(names)):
        one = subscription_store.subscription(work.tx, name)
        if one is None or (found and one.account_id != found[0].account_id):
            return refused(Reason.UNKNOWN_SUBSCRIPTION, subscription=name)
        found.append(one)
    return found or refused(Reason.ORDER_WITHOUT_LINES, most=rules.LINES_MAX)
