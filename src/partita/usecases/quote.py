"""Quote: what an order would cost an account now, everything by its name, and which funds would pay; nothing is kept.

Load → decide; saves nothing. Does not own prices (`core.quote`), the order (`core.order`) nor placing it. Rules:
QUOTE-1 … QUOTE-5 (`docs/rules/quote.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core import order as order_rules
from partita.core.catalog import price_in_force
from partita.core.coupon import Coupon, Reduction, Unused
from partita.core.discount import Charged, stack
from partita.core.funds import Explained, Fund, available
from partita.core.order import LINES_MAX, QUANTITY_MAX, OrderKind, Priced, Wanted, check_quantity
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.quantity import INT64_MAX, format_quantity
from partita.core.quote import Asked, Buyer, Plan, QuotedLine, Span, UsagePrice, plan, price_usage, quote_line
from partita.core.refusal import Reason, Refused, refused
from partita.core.template import Instrument, Template
from partita.store import coupon as coupon_store
from partita.store import order as order_store
from partita.store import price_list as price_list_store
from partita.store import quote as quote_store
from partita.store import template as template_store
from partita.store import voucher as voucher_store
from partita.store.funds import Holder
from partita.usecases.funds.command import holder_for
from partita.usecases.funds.figures import figures_of
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Wish:
    """What a quote is asked for beside its lines: the kind of order, and if it must be refundable.

    `with_coupons` False: what it costs without any coupon.
    """

    kind: OrderKind = OrderKind.PURCHASE
    refundable: bool = False
    with_coupons: bool = True


USUAL = Wish()


@dataclass(frozen=True, slots=True)
class Funding:
    """Who would pay: the plan, the available quota explained, and the templates of the vouchers that would pay."""

    payer_id: str
    plan: Plan
    quota: Explained
    vouchers: dict[str, Template]


@dataclass(frozen=True, slots=True)
class Quoted:
    """An order as it would be: each line with what made its price, the order as priced, and who would pay.

    `funding` is a refusal where whoever asks may not see the funds of the payer.
    """

    account_id: str
    payer_id: str
    currency: str
    lines: tuple[QuotedLine, ...]
    priced: Priced
    funding: Funding | Refused

    @property
    def coupon(self) -> Reduction | None:
        """The coupon that lowers the order."""
        return self.priced.reduction

    @property
    def coupons_unused(self) -> tuple[Unused, ...]:
        """The coupons that are held and not used, each with the reason."""
        return self.priced.unused


@dataclass(frozen=True, slots=True)
class UsageQuoted:
    """What quantities would cost as they are used, line by line, for an account (QUOTE-5)."""

    account_id: str
    payer_id: str
    currency: str
    lines: tuple[tuple[str, UsagePrice], ...]


def quote(work: Work, account_id: str, asked: Sequence[tuple[Asked, Span]], wish: Wish = USUAL) -> Quoted | Refused:
    """Say what an order would cost an account now and who would pay it (QUOTE-1 … QUOTE-4); nothing is used up.

    Refused in this order: what `authorise` says (VIEW_ORDERS), UNKNOWN_ACCOUNT, ORDER_WITHOUT_LINES, then line by line
    UNKNOWN_SKU, BAD_QUANTITY (instances, terms), NO_SUBSCRIPTION_PRICE.
    """
    holder = holder_for(work, Action.VIEW_ORDERS, account_id)
    if isinstance(holder, Refused):
        return holder
    lines = _lines(work, holder, asked, wish)
    if isinstance(lines, Refused):
        return lines
    policy = template_store.policy(work.tx, _enterprise(work, account_id), Instrument.COUPON)
    coupons = free_coupons(work, holder) if wish.with_coupons else ()
    terms = order_rules.Terms(account_id, wish.kind, holder.currency, work.now, coupons, policy)
    priced = order_rules.price([Wanted(one.priced) for one in lines], terms)
    funding = _funding(work, holder, wish.kind, priced)
    return Quoted(account_id, holder.payer_id, holder.currency, tuple(lines), priced, funding)


def quote_usage(work: Work, account_id: str, asked: Sequence[tuple[str, int]]) -> UsageQuoted | Refused:
    """Say what quantities (`_e6`) of SKUs would cost an account as they are used (QUOTE-5).

    Refused in this order: what `authorise` says (VIEW_ORDERS), UNKNOWN_ACCOUNT, ORDER_WITHOUT_LINES, then line by line
    UNKNOWN_SKU, BAD_QUANTITY, NO_PRICE_IN_FORCE.
    """
    holder = holder_for(work, Action.VIEW_ORDERS, account_id)
    if isinstance(holder, Refused):
        return holder
    if not 1 <= len(asked) <= LINES_MAX:
        return refused(Reason.ORDER_WITHOUT_LINES, most=LINES_MAX)
    shelves = quote_store.shelves(work.tx, {sku for sku, _ in asked}, holder.payer_id)
    found: list[tuple[str, UsagePrice]] = []
    for sku, quantity in asked:
        if sku not in shelves:
            return refused(Reason.UNKNOWN_SKU, sku=sku)
        if not 0 < quantity <= INT64_MAX:
            value = format_quantity(quantity)
            return refused(Reason.BAD_QUANTITY, name=("the quantity", "数量"), allowed="> 0", value=value)
        versions, _, _ = price_list_store.versions_of(work.tx, sku)
        version = price_in_force([one for one in versions if one.currency == holder.currency], work.now)
        if version is None:
            on = work.now.isoformat()
            return refused(Reason.NO_PRICE_IN_FORCE, sku=sku, currency=holder.currency, on=on, records=1)
        shelf = shelves[sku]
        charged = Charged(holder.payer_id, sku, shelf.sku.product_id, work.now)
        found.append((sku, price_usage(version, quantity, stack(shelf.discounts, charged, shelf.shares))))
    return UsageQuoted(account_id, holder.payer_id, holder.currency, tuple(found))


def free_coupons(work: Work, holder: Holder) -> tuple[Coupon, ...]:
    """Return the coupons that may lower an order: of the account and of who pays, that no other order has."""
    names = sorted({holder.account_id, holder.payer_id})
    held = [one for name in names for one in coupon_store.coupons_of(work.tx, name)]
    used = order_store.coupon_used(work.tx, [one.coupon_id for one in held], work.now)
    return tuple(one for one in held if one.coupon_id not in used and one.template.currency == holder.currency)


def _lines(work: Work, holder: Holder, asked: Sequence[tuple[Asked, Span]], wish: Wish) -> list[QuotedLine] | Refused:
    if not 1 <= len(asked) <= LINES_MAX:
        return refused(Reason.ORDER_WITHOUT_LINES, most=LINES_MAX)
    shelves = quote_store.shelves(work.tx, {one.sku_id for one, _ in asked}, holder.payer_id)
    buyer = Buyer(holder.account_id, holder.payer_id, holder.currency, wish.kind, work.now, refundable=wish.refundable)
    found: list[QuotedLine] = []
    for one, span in asked:
        if one.sku_id not in shelves:
            return refused(Reason.UNKNOWN_SKU, sku=one.sku_id)
        if wrong := check_quantity(one.quantity, span.term.value, span.terms):
            many = not 1 <= one.quantity <= QUANTITY_MAX
            named = ("the quantity", "数量") if many else ("the number of terms", "期数")
            value = one.quantity if many else span.terms
            return refused(Reason.BAD_QUANTITY, name=named, allowed=wrong, value=value)
        line = quote_line(one, span, buyer, shelves[one.sku_id])
        if isinstance(line, Refused):
            return line
        found.append(line)
    return found


def _funding(work: Work, holder: Holder, kind: OrderKind, priced: Priced) -> Funding | Refused:
    """Say who would pay, as paying would find it now (ORDER-6); nothing is locked and nothing drawn."""
    allowed = authorise(work, Action.VIEW_FINANCES, holder.payer_id)
    if isinstance(allowed, Refused):
        return allowed
    month = str(Month.of(work.now, holder.zone))
    sources = order_store.sources(work.tx, holder.payer_id, holder.currency, work.now, month=month)
    quota = available(figures_of(work, holder.payer_id))
    dues = order_rules.dues(holder.account_id, kind, priced.lines)
    found = plan(dues, sources, available=quota.result)
    held = voucher_store.held_by(work.tx, holder.payer_id)
    used = {source for fund, source in found.by_source if fund is Fund.VOUCHER}
    vouchers = {one.voucher.voucher_id: one.voucher.template for one in held if one.voucher.voucher_id in used}
    return Funding(holder.payer_id, found, quota, vouchers)


def _enterprise(work: Work, account_id: str) -> str:
    return template_store.enterprise_of(work.tx, account_id)
