"""Quotes (询价): what an order line costs: list price, promotion and contract discounts, each by its name.

Owns the list cost of what is sold by terms, and which promotion is used with which discounts. Does not own promotions
(`promotion`), contract discounts (`discount`), the rounding and the coupon of the whole order (`order`), nor which fund
pays (`settlement`). Rules: QUOTE-1 … QUOTE-5 (`docs/rules/quote.md`); source: enterprise-finance.md A4 (pricing), B5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import prod

from partita.core.catalog import PriceVersion, Sku, SubscriptionPrice, price_in_force
from partita.core.discount import Charged, Discount, DiscountShare, contracted_cost, stack
from partita.core.funds import Fund
from partita.core.money import truncate
from partita.core.order import OrderKind, PricedLine
from partita.core.pricing import PRICERS
from partita.core.pricing.spend import Reach
from partita.core.promotion import Promotion, Sought, sorted_out
from partita.core.quantity import FACTOR_ONE
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Item, Tag
from partita.core.settlement import SAME_MONTH, Due, Part, Source, settle_lines
from partita.core.subscription import Term

Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: so many instances of a SKU, with these tags."""

    sku_id: str
    quantity: int
    tags: frozenset[Tag] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """For how long it is bought: so many terms."""

    term: Term
    terms: int

    @property
    def months(self) -> int:
        """How many calendar months that is."""
        return self.term.months * self.terms


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asks, and on what occasion: account, payer of that instant, currency, kind of order, instant.

    `refundable`: only what can be refunded is wanted, so promotions that forbid it are left out.
    """

    account_id: str
    payer_id: str
    currency: str
    kind: OrderKind
    at: datetime
    refundable: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a quote looks up: the SKU, its region, and every version of what lowers its price or makes it."""

    sku: Sku
    region: str
    prices: Sequence[SubscriptionPrice]
    promotions: Sequence[Promotion] = ()
    discounts: Sequence[Discount] = ()
    shares: Sequence[DiscountShare] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with all that made its price: `priced` is for all instances and terms, exact in `_e10`.

    `discounts` are those of the contract, in the order in which they are applied; none where the promotion does not
    stack. `unused`: promotions that run now and are not used, each with the reason.
    """

    priced: PricedLine
    price: SubscriptionPrice
    span: Span
    promotion: Promotion | None
    discounts: tuple[Discount, ...]
    unused: tuple[tuple[Promotion, Texts], ...]


def quote_line(asked: Asked, span: Span, buyer: Buyer, shelf: Shelf) -> QuotedLine | Refused:
    """Quote a line (QUOTE-1 … QUOTE-3). Refused: NO_SUBSCRIPTION_PRICE (not sold by this term in this currency now).

    `shelf.prices` may hold versions of any term and currency of this SKU.
    """
    sold = [one for one in shelf.prices if (one.term, one.currency) == (span.term, buyer.currency)]
    price = price_in_force(sold, buyer.at)
    if price is None:
        term = (span.term.value, {Term.MONTH: "月", Term.YEAR: "年"}[span.term])
        return refused(Reason.NO_SUBSCRIPTION_PRICE, sku=asked.sku_id, term=term, currency=buyer.currency)
    product = shelf.sku.product_id
    item = Item(buyer.account_id, product, buyer.kind.occasion, asked.tags)
    sought = Sought(item, asked.sku_id, span.months, buyer.at, refundable=buyer.refundable)
    fitting, others = sorted_out(shelf.promotions, sought)
    contract = stack(shelf.discounts, Charged(buyer.payer_id, asked.sku_id, product, buyer.at), shelf.shares)
    listed = price.price_e10 * span.terms * asked.quantity
    used = min([None, *fitting], key=lambda one: _rank(listed, one, contract))
    discounts = contract if used is None or used.stacks else ()
    lost = [(one, _DEARER) for one in fitting if one is not used]
    priced = PricedLine(
        product_id=product,
        sku_id=asked.sku_id,
        region=shelf.region,
        quantity=asked.quantity,
        list_cost_e10=listed,
        contracted_cost_e10=lowered(listed, _factors(used, contract)),
        price_id=price.price_id,
        refundable=used is None or used.refundable,
        tags=asked.tags,
    )
    return QuotedLine(priced, price, span, used, discounts, (*lost, *others))


_DEARER = ("another way is as cheap or cheaper", "另有同样或更优惠的方式")


def lowered(cost_e10: int, factors_e6: Iterable[int]) -> int:
    """Return a cost times all factors, cut once (MONEY-1)."""
    factors = tuple(factors_e6)
    return truncate(cost_e10 * prod(factors), FACTOR_ONE ** len(factors))


def _factors(promotion: Promotion | None, contract: Sequence[Discount]) -> tuple[int, ...]:
    """Return what is multiplied: the promotion first, then the contract, unless the promotion stands alone."""
    if promotion is None:
        return tuple(one.factor_e6 for one in contract)
    if not promotion.stacks:
        return (promotion.factor_e6,)
    return (promotion.factor_e6, *(one.factor_e6 for one in contract))


def _rank(listed: int, one: Promotion | None, contract: Sequence[Discount]) -> tuple[int, bool, bool, str]:
    """Return where a way to price a line stands: the cheapest first, then what can be refunded, then without any."""
    cost = lowered(listed, _factors(one, contract))
    return cost, one is not None and not one.refundable, one is not None, one.promotion_id if one else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would pay an order (QUOTE-4): what each source would pay of each line, in its turn, in minor units.

    `on_credit`: what no fund pays and credit would. `short`: what has to come in before it can be paid: what vouchers
    and cards leave beyond the available quota, and all that is overdue; 0 = it can be paid.
    """

    parts: tuple[Part, ...]
    on_credit: int
    available: int
    short: int

    @property
    def by_source(self) -> dict[tuple[Fund, str], int]:
        """Each source with what it would pay in all, in its turn."""
        paid: dict[tuple[Fund, str], int] = {}
        for part in self.parts:
            source = (part.fund, part.source_id)
            paid[source] = paid.get(source, 0) + part.amount
        return paid


def plan(dues: Sequence[Due], sources: Iterable[Source], *, available: int) -> Plan:
    """Simulate who would pay these dues, by the waterfall; nothing is drawn (QUOTE-4).

    `available` is the available quota of the payer in minor units (FUNDS-4). Vouchers and stored-value cards are not
    in it and pay first; all else, credit included, has to be within it: money that usage already asks for is not
    spent twice.
    """
    settled = settle_lines(dues, sources)
    beside = sum(part.amount for part in settled.parts if part.fund in SAME_MONTH)
    needed = sum(due.amount for due in dues) - beside
    short = max(0, needed - available) if needed else 0
    return Plan(settled.parts, max(0, settled.outstanding - short), available, short)


@dataclass(frozen=True, slots=True)
class UsagePrice:
    """What a quantity costs as it is used, as one record at the start of a month: exact in `_e10` (QUOTE-5).

    `unit_price_e10` is None where no single price applies.
    """

    version: PriceVersion
    quantity_e6: int
    unit_price_e10: int | None
    list_cost_e10: int
    contracted_cost_e10: int
    discounts: tuple[Discount, ...]


def price_usage(version: PriceVersion, quantity_e6: int, applied: Sequence[Discount]) -> UsagePrice:
    """Price a quantity of usage (PRICING-1 … PRICING-5), with the discounts of the contract that apply to it."""
    listed = PRICERS[version.model](version, Reach(quantity_e6, 0, quantity_e6))
    contracted = contracted_cost(listed.cost_e10, applied)
    return UsagePrice(version, quantity_e6, listed.unit_price_e10, listed.cost_e10, contracted, tuple(applied))
