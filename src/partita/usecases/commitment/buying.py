"""Packages and plans as the operator sells or gives them: an order at a stated price, or nothing to pay.

The order is one like any other: it needs the approvals of the policy, and without any it is paid at once by the
waterfall. Its money and its charge stand where those of all orders do. What customers order by the catalogue is
`ordering`. Rules: PKG-3 (`docs/rules/resource_package.md`), PLAN-1, APPROVE-1, ORDER-6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import order as rules
from partita.core.approval import Need
from partita.core.ids import derived_id
from partita.core.money import Money, minor_scale_e10
from partita.core.order import Order, OrderKind, OrderState, Priced, PricedLine, Terms, Wanted
from partita.core.period import Period
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import PackageChange, may_start
from partita.core.savings_plan import PlanOffer, SavingsPlan
from partita.core.subscription import Term
from partita.store import approval as approval_store
from partita.store import catalog as catalog_store
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store import template as template_store
from partita.store.commitment import Offer, Ordered
from partita.store.funds import Holder
from partita.store.order import KeptLine, KeptOrder
from partita.usecases.funds.command import saved
from partita.usecases.order.commitment import Made, made, start, starting_at
from partita.usecases.order.payment import paid, planned
from partita.usecases.order.place import asked_for
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Granted:
    """A package or plan that an account has, or will have: under which name it deducts, and what it costs.

    `order_id` None: it was given. `waits`: the approvals that its order needs before it is paid; until then there is
    nothing, and `valid` is when it would hold. `repeated`: it was asked for before, and nothing happened.
    """

    commitment_id: str
    source_id: str
    account_id: str
    valid: Period
    price: Money
    order_id: str | None
    repeated: bool
    dry_run: bool
    waits: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Selling:
    """What is sold: the commitment and its terms, its SKU and months, who asked by which key, at which price.

    `price_minor` None: what the plan asks to be paid ahead. `binds_minor`: what a plan binds to pay besides: whoever
    approves approves that too (PLAN-5).
    """

    kind: OrderKind
    commitment_id: str
    offer: Offer
    sku_id: str
    months: int
    asked: tuple[str, object]
    price_minor: int | None
    binds_minor: int = 0


def granted(work: Work, holder: Holder, selling: Selling, *, dry_run: bool) -> Granted | Refused:
    """Grant once per key: given, paid at once, or ordered where somebody has to agree first (PKG-3).

    Refused: IDEMPOTENCY_KEY_REUSED, COMMITMENT_START, what `commitment.made` refuses, BAD_AMOUNT,
    COMMITMENT_FUNDS_SHORT.
    """
    key, body = selling.asked

    def decide() -> Granted | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, holder.account_id})
        ordered = starting_at(work, Ordered(1, selling.commitment_id, selling.offer, key, body_of(body)))
        known = _known(work, holder, ordered)
        if known is not None:
            return known
        if no := _late(work, holder, selling.offer):
            return no
        one = made(work, holder, ordered, selling.price_minor or 0)
        if isinstance(one, Refused):
            return one
        price = _price(one) if selling.price_minor is None else selling.price_minor
        answer = Granted(
            selling.commitment_id, _source(one), holder.account_id, one.valid, Money(price, holder.currency), None,
            repeated=False, dry_run=dry_run,
        )  # fmt: skip
        binds = one.bound_minor if isinstance(one, SavingsPlan) and not one.gift else 0
        selling_at = replace(selling, price_minor=price, binds_minor=binds)
        if not price and not _asks(work, holder, selling_at):
            start(work, holder.account_id, ordered, None, 0)
            return answer
        return _sold(work, holder, selling_at, (ordered, answer))

    return saved(work, decide, dry_run=dry_run)


def _late(work: Work, holder: Holder, offer: Offer) -> Refused | None:
    """Refuse a start that is past or too far ahead: COMMITMENT_START."""
    start = None if isinstance(offer, PackageChange) else offer.start
    return None if start is None else may_start(start, work.now, holder.zone)


def _price(one: Made) -> int:
    assert isinstance(one, SavingsPlan), "the price of a package is stated"
    return 0 if one.gift else one.upfront_minor


def _asks(work: Work, holder: Holder, selling: Selling) -> tuple[Need, ...]:
    enterprise = template_store.enterprise_of(work.tx, holder.account_id)
    return asked_for(work, holder, enterprise, (_priced(work, holder, selling), selling.binds_minor))


def _source(one: Made) -> str:
    return one.plan_id if isinstance(one, SavingsPlan) else one.source_id


def _known(work: Work, holder: Holder, asked: Ordered) -> Granted | Refused | None:
    """Return the answer to a key that is known: what it granted, or the order that it placed."""
    key, account_id = asked.idempotency_key, holder.account_id
    row = _granted_by(work, asked, account_id)
    if row is not None:
        one, body_hash, order_id = row
        if body_hash != asked.body_hash:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        paid_minor = one.upfront_minor if isinstance(one, SavingsPlan) else one.price_minor
        price = Money(paid_minor if order_id else 0, holder.currency)
        name = one.plan_id if isinstance(one, SavingsPlan) else one.package_id
        return Granted(name, _source(one), account_id, one.valid, price, order_id, repeated=True, dry_run=False)
    before = order_store.by_key(work.tx, account_id, _order_key(asked))
    if before is None:
        return None
    same = before[1] == asked.body_hash
    return _waiting(work, holder, asked, before[0]) if same else refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)


def _waiting(work: Work, holder: Holder, asked: Ordered, order: Order) -> Granted | Refused:
    """Return the answer to a key whose order is not paid yet. Refused: ORDER_NOT_UNPAID, what `made` refuses."""
    if (state := rules.state_now(order, work.now)) is not OrderState.UNPAID:
        return refused(Reason.ORDER_NOT_UNPAID, order=order.order_id, state=(state.text(), state.text("zh")))
    one_now = made(work, holder, asked, order.payable)
    if isinstance(one_now, Refused):
        return one_now
    waits = approval_store.approval_of(work.tx, order).needs
    price = Money(order.payable, order.currency)
    return Granted(
        asked.commitment_id, _source(one_now), holder.account_id, one_now.valid, price, order.order_id, repeated=True,
        dry_run=False, waits=waits,
    )  # fmt: skip


def _granted_by(work: Work, asked: Ordered, account_id: str) -> tuple[Made, bytes, str | None] | None:
    if isinstance(asked.offer, PlanOffer):
        plan = commitment_store.plan_by_key(work.tx, account_id, asked.idempotency_key)
        return None if plan is None else (plan[0].plan, plan[1], plan[0].order_id)
    known = commitment_store.package_by_key(work.tx, account_id, asked.idempotency_key)
    return None if known is None else (known.stretch, known.body_hash, known.order_id)


def _order_key(asked: Ordered) -> str:
    return f"{asked.commitment_id} {asked.idempotency_key}"


def _sold(work: Work, holder: Holder, selling: Selling, asked: tuple[Ordered, Granted]) -> Granted | Refused:
    """Keep the order of what is sold; pay it at once where nobody has to agree first."""
    ordered, answer = asked
    order, asks = _ordered(work, holder, selling, ordered)
    answer = replace(answer, order_id=order.order_id, waits=asks)
    if asks:
        return answer
    plan, _ = planned(work, order, holder, order_store.lines_of(work.tx, order.order_id))
    if plan.short:
        return refused(
            Reason.COMMITMENT_FUNDS_SHORT,
            payer=order.payer_id,
            available=str(Money(plan.available, order.currency)),
            needed=str(Money(order.payable, order.currency)),
            short=str(Money(plan.short, order.currency)),
        )
    done = paid(work, order.order_id)
    return done if isinstance(done, Refused) else answer


def _ordered(work: Work, holder: Holder, selling: Selling, ordered: Ordered) -> tuple[Order, tuple[Need, ...]]:
    priced = _priced(work, holder, selling)
    asks = _asks(work, holder, selling)
    order = Order(
        order_id=derived_id("ord", holder.account_id, _order_key(ordered)),
        payer_id=holder.payer_id,
        account_id=holder.account_id,
        kind=selling.kind,
        currency=holder.currency,
        payable=priced.payable,
        state=OrderState.UNPAID,
        placed_at=work.now,
        expires_at=rules.expires_at(selling.kind, work.now, needs_approval=bool(asks)),
        placed_by=work.actor.signature,
    )
    kept = KeptLine(priced.lines[0], selling.commitment_id, Term.MONTH, selling.months)
    sums = (priced.list_cost_e10, priced.contracted_cost_e10, priced.round_down_e10)
    order_store.add(work.tx, KeptOrder(order, *sums, 0, (kept,), _order_key(ordered), ordered.body_hash))
    commitment_store.add_ordered(work.tx, order, [ordered])
    approval_store.add_needs(work.tx, order, asks)
    return order, asks


def _priced(work: Work, holder: Holder, selling: Selling) -> Priced:
    """Price what is sold as it is stated: final, without a coupon. A plan is a promise, not refunded (PLAN-5)."""
    assert selling.price_minor is not None, "its price is known by now"
    product = catalog_store.skus_of(work.tx)[selling.sku_id].product_id
    cost = selling.price_minor * minor_scale_e10(holder.currency)
    is_plan = isinstance(selling.offer, PlanOffer)
    line = PricedLine(product, selling.sku_id, "", 1, cost, cost, "stated", refundable=not is_plan)
    terms = Terms(holder.account_id, selling.kind, holder.currency, work.now)
    return rules.price([Wanted(line, selling.commitment_id)], terms)
