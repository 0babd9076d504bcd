"""Resize a subscription (升降配): dearer, it is an order to be paid; cheaper, it gives back at once.

Rules: UNSUB-6, UNSUB-7 (`docs/rules/unsubscribe.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from partita.core.money import minor_scale_e10, truncate
from partita.core.order import OrderKind, PricedLine, Wanted
from partita.core.period import Period, in_zone
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.subscription import Paid, SubscriptionState, Term, bought, whole_second
from partita.core.unsubscribe import (
    Portion,
    Refund,
    StretchRefund,
    downgrade_refund,
    netted,
    resize_price,
    stretches,
)
from partita.store import catalog as catalog_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.store.funds import Holder
from partita.store.order import KeptLine
from partita.store.subscription import Subscription
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.giving_back import (
    Back,
    GivenBack,
    Giving,
    Sold,
    give_back,
    repeated,
    subscription_changed,
    unrefundable,
    valued,
)
from partita.usecases.order.life import state_of
from partita.usecases.order.place import Line, OrderPlaced, Placing, Token, place
from partita.usecases.order.pricing import Asked, Quoted, odd_time, quoted
from partita.usecases.order.token import body_of
from partita.usecases.work import Work

Difference = tuple[tuple[Portion, ...], int, Period, Quoted]
"""A stretch, what its rest costs more (below zero: less) in the new configuration, that rest, and the quote of it."""


def resize(
    work: Work, *, subscription_id: str, to: Asked, token: Token, dry_run: bool = False
) -> OrderPlaced | GivenBack | Refused:
    """Change SKU or quantity of a subscription for the rest of what is paid (UNSUB-6, UNSUB-7).

    `to` names the SKU ('' = the same) and the quantity (0 = the same). A purchase and each renewal are priced by their
    own terms at today's prices; the rest of each, less what the rest of the old configuration was priced at, is the
    difference.
    Refused in this order: UNKNOWN_SUBSCRIPTION, what `authorise` says, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, what `valued`
    refuses, SUBSCRIPTION_ENDED, UNKNOWN_SKU, RESIZE_OTHER_PRODUCT, RESIZE_TO_THE_SAME, what `quoted` refuses,
    UNKNOWN_COUPON, COUPON_TAKES_NOTHING; cheaper: NOT_REFUNDABLE.
    """
    one = subscription_store.subscription(work.tx, subscription_id)
    if one is None:
        return refused(Reason.UNKNOWN_SUBSCRIPTION, subscription=subscription_id)
    holder = holder_for(work, Action.PLACE_ORDER, one.account_id)
    if isinstance(holder, Refused):
        return holder
    if no := text_at_fault({"key": token.key}):
        return no
    body = ("resize", subscription_id, to.sku_id, to.quantity, to.plain(), token.coupon_id)
    known = order_store.by_key(work.tx, one.account_id, token.key)
    if known is not None and known[0].kind is OrderKind.DOWNGRADE:
        return repeated(work, one.account_id, one.subscription_id, (token.key, body_of(body))) or refused(
            Reason.IDEMPOTENCY_KEY_REUSED, key=token.key
        )
    if known is not None:
        return _upgraded(work, one, [], token, (body, dry_run))

    def decide() -> OrderPlaced | GivenBack | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, one.account_id})
        fresh = subscription_store.subscription(work.tx, subscription_id)
        assert fresh is not None, "it was there a moment ago"
        wanted = replace(
            to, sku_id=to.sku_id or fresh.sku_id, quantity=to.quantity or fresh.quantity, resource_id=fresh.resource_id
        )
        found = _differences(work, holder, fresh, wanted)
        if isinstance(found, Refused):
            return found
        if sum(difference for _, difference, _, _ in found) >= 0:
            return _upgraded(work, fresh, found, token, (body, dry_run))
        if no := unrefundable(fresh.subscription_id, [portion for stretch, *_ in found for portion in stretch]):
            return no
        return _downgraded(work, holder, fresh, found, (token.key, body_of(body), dry_run))

    return saved(work, decide, dry_run=dry_run)


def _differences(work: Work, holder: Holder, one: Subscription, to: Asked) -> list[Difference] | Refused:
    portions = valued(work, holder, one)
    if isinstance(portions, Refused):
        return portions
    if not portions or state_of(work, one) is not SubscriptionState.RUNNING:
        ended = in_zone(one.paid.ends_at, one.zone)
        return refused(Reason.SUBSCRIPTION_ENDED, subscription=one.subscription_id, ended=ended)
    if no := _unfit(work, one, to) or _of_another(work, holder, one, portions):
        return no
    found: list[Difference] = []
    for stretch in stretches(portions):
        difference = _difference(work, holder, one, stretch, to)
        if isinstance(difference, Refused):
            return difference
        found.append(difference)
    return found


def _of_another(work: Work, holder: Holder, one: Subscription, portions: Sequence[Portion]) -> Refused | None:
    """Refuse to change what runs on what another has paid, now or later: SUBSCRIPTION_WITHOUT_VALUE (REL-7).

    What this payer paid may be a renewal that has not started, or end before one that another paid: what of the time
    until the end is not its own it cannot reckon a change from.
    """
    at = whole_second(work.now)
    for period in sorted((portion.period for portion in portions), key=lambda one: one.start):
        at = max(at, period.end) if period.start <= at else at
    if at >= one.paid.ends_at:
        return None
    name, payer = one.subscription_id, holder.payer_id
    others = order_store.other_payers(work.tx, name, payer)
    if not others:
        return None
    return refused(Reason.SUBSCRIPTION_WITHOUT_VALUE, subscription=name, before=", ".join(others), payer=payer)


def _unfit(work: Work, one: Subscription, to: Asked) -> Refused | None:
    """Refuse a configuration: UNKNOWN_SKU, RESIZE_OTHER_PRODUCT, RESIZE_TO_THE_SAME."""
    sku = catalog_store.skus_of(work.tx).get(to.sku_id)
    if sku is None:
        return refused(Reason.UNKNOWN_SKU, sku=to.sku_id)
    if sku.product_id != one.product_id:
        return refused(Reason.RESIZE_OTHER_PRODUCT, sku=to.sku_id, product=sku.product_id, own=one.product_id)
    if (to.sku_id, to.quantity) == (one.sku_id, one.quantity):
        return refused(
            Reason.RESIZE_TO_THE_SAME, subscription=one.subscription_id, quantity=one.quantity, sku=one.sku_id
        )
    return None


def _difference(
    work: Work, holder: Holder, one: Subscription, stretch: tuple[Portion, ...], to: Asked
) -> Difference | Refused:
    base = min(stretch, key=lambda portion: portion.period.start)
    kept = next(line for line in order_store.lines_of(work.tx, base.order_id) if line.line.line == base.line)
    asked = replace(to, term=kept.term, terms=kept.terms)
    if to.price is not None and to.term is not kept.term:
        asked = replace(to, term=to.term, terms=kept.months if to.term is Term.MONTH else -(-kept.months // 12))
    found = quoted(work, holder, OrderKind.UPGRADE, [asked])
    if isinstance(found, Refused):
        return found
    whole = _whole(work, holder, one, base, (kept, asked, found[0]))
    if isinstance(whole, Refused):
        return whole
    cost_e10, list_e10, period = whole
    scale, at = minor_scale_e10(holder.currency), whole_second(work.now)
    difference, rest = resize_price(stretch, truncate(cost_e10, scale), at, whole=period)
    before_discounts = [replace(portion, price=portion.original) for portion in stretch]
    listed, _ = resize_price(before_discounts, truncate(list_e10, scale), at, whole=period)
    quote = found[0]
    return stretch, difference, rest, replace(quote, priced=replace(quote.priced, list_cost_e10=max(0, listed) * scale))


def _whole(
    work: Work, holder: Holder, one: Subscription, base: Portion, priced: tuple[KeptLine, Asked, Quoted]
) -> tuple[int, int, Period] | Refused:
    """Return what the new configuration costs (`_e10`) for a period that is taken as what was bought was (UNSUB-6).

    After and before discounts.

    By the same terms for the very period, odd time up to the unified day included; by other terms for theirs.
    """
    kept, asked, quote = priced
    before, months = _paid_before(work, one, base), asked.terms * asked.term.months
    cost_e10, list_e10, start = quote.priced.contracted_cost_e10, quote.priced.list_cost_e10, base.period.start
    terms_end = before.plus(months, one.zone, start).ends_at
    if months != kept.months or terms_end >= base.period.end:
        return cost_e10, list_e10, Period(start, terms_end)
    odd = odd_time(work, holder, asked, bought(before, months, base.period, one.zone), kind=OrderKind.UPGRADE)
    if isinstance(odd, Refused):
        return odd
    return cost_e10 + odd.contracted_cost_e10, list_e10 + odd.list_cost_e10, base.period


def _paid_before(work: Work, one: Subscription, base: Portion) -> Paid:
    """Return what a subscription was paid through before the order that gave a portion."""
    before = Paid(base.period.start, 0, base.period.start)
    for step in subscription_store.steps_of(work.tx, one.subscription_id):
        if step.order_id == base.order_id:
            break
        before = step.paid
    return before


def _upgraded(
    work: Work, one: Subscription, found: list[Difference], token: Token, asked: tuple[object, bool]
) -> OrderPlaced | Refused:
    """Place the order of what is dearer, less what becomes cheaper."""
    body, dry_run = asked

    def lines(holder: Holder) -> list[Line] | Refused:
        scale = minor_scale_e10(holder.currency)
        more = netted([difference for _, difference, _, _ in found])
        return [
            Line(Wanted(_more(quote, amount * scale), one.subscription_id, rest), quote)
            for amount, (_, _, rest, quote) in zip(more, found, strict=True)
        ]

    return place(work, Placing(one.account_id, OrderKind.UPGRADE, body, lines), token, dry_run=dry_run)


def _more(quote: Quoted, cost_e10: int) -> PricedLine:
    """Return a line of what is dearer; before discounts it is no less than after them."""
    return replace(quote.priced, list_cost_e10=max(quote.priced.list_cost_e10, cost_e10), contracted_cost_e10=cost_e10)


def _downgraded(
    work: Work, holder: Holder, one: Subscription, found: list[Difference], token: tuple[str, bytes, bool]
) -> GivenBack:
    """Give back what the rest costs less, as far as it was paid with what comes back (UNSUB-7)."""
    at = whole_second(work.now)
    policy = order_store.refund_policy(work.tx, one.product_id)
    to = found[0][3].asked
    back: list[Back] = []
    reckoned: list[StretchRefund] = []
    net = netted([difference for _, difference, _, _ in found])
    for (stretch, _, rest, _), difference in zip(found, net, strict=True):
        less = -difference
        one_back = downgrade_refund(stretch, less, at, zone=holder.zone, policy=policy)
        reckoned.append(one_back)
        back.append(Back(rest, one_back.amount, one_back.parts, less))
    after = replace(one, sku_id=to.sku_id, quantity=to.quantity)
    change = partial(subscription_changed, work, one, after, OrderKind.DOWNGRADE)
    giving = Giving(Sold.of(after), OrderKind.DOWNGRADE, tuple(back), Refund(tuple(reckoned)), change)
    return give_back(work, holder, giving, token)
