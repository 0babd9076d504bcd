"""Plays the cases of quotes and promotions on the pure core.

Given:

    price      SKU PRODUCT TERM PRICE [from DATE] [in CURRENCY]
    usage      SKU PRODUCT MODEL TIER…                    a price of usage, as in `steps.pricebook`
    promotion  NAME FACTOR [from DATE] [until DATE] [only=PRODUCT,…] [not=PRODUCT,…] [sku=SKU,…] [kinds=KIND,…]
               [accounts=NAME,…] [months=N] [alone] [final]   alone: does not stack; final: not refunded
    discount   PAYER TARGET FACTOR                        TARGET: all, product:NAME or sku:NAME
    FUND       SOURCE AMOUNT [only=PRODUCT] [min=AMOUNT]  what the payer has

When:

    quote   SKU QUANTITY TERMS TERM [on DATE] [for KIND] [refundable]
    plan    AVAILABLE PRODUCT=AMOUNT …                    the deduction plan of an order
    use     SKU QUANTITY                                  what usage costs
    check   NAME                                          what is wrong with a promotion
"""

from __future__ import annotations

from collections.abc import Sequence

from case_file import Case
from partita.core.catalog import Model, PriceVersion, Sku, SubscriptionPrice, price_in_force
from partita.core.discount import Charged, Discount, Target, stack
from partita.core.funds import Fund
from partita.core.money import Money, format_scaled
from partita.core.order import OrderKind
from partita.core.promotion import Promotion, check_promotion
from partita.core.quantity import parse_factor, parse_price, parse_quantity
from partita.core.quote import Asked, Buyer, QuotedLine, Shelf, Span, plan, price_usage, quote_line
from partita.core.refusal import Refused
from partita.core.scope import Listing, Occasion, Scope
from partita.core.settlement import Due, Line, Source
from partita.core.subscription import Term
from partita.core.template import Terms
from steps.pricebook import Words, instant, price_version

_OPTIONS = ("from", "until", "on", "for", "in")
_FUNDS = {fund.value for fund in Fund}


def run(case: Case) -> list[str]:
    world = Quotes()
    for words in case.given:
        world.take(words)
    said: list[str] = []
    for verb, *words in case.when:
        said += getattr(world, verb)(*words)
    return said


class Quotes:
    """Prices, promotions, discounts and funds, and what is asked of them."""

    def __init__(self) -> None:
        self.skus: dict[str, Sku] = {}
        self.prices: list[SubscriptionPrice] = []
        self.used: list[PriceVersion] = []
        self.promotions: list[Promotion] = []
        self.discounts: list[Discount] = []
        self.sources: list[Source] = []

    def take(self, words: Sequence[str]) -> None:
        verb, *rest = words
        if verb in _FUNDS:
            self.sources.append(_source(verb, rest))
        else:
            getattr(self, f"given_{verb}")(*rest)

    def given_price(self, *words: str) -> None:
        said = Words(words, _OPTIONS)
        sku, product, term, price = said.plain
        self.skus[sku] = Sku(sku, product, sku, "instance")
        start, currency = said.option.get("from", "2026-01-01"), said.option.get("in", "CNY")
        name = f"{sku}-{term}-{start}"
        self.prices.append(SubscriptionPrice(name, sku, currency, Term(term), instant(start), parse_price(price)))

    def given_usage(self, sku: str, product: str, model: str, *tiers: str) -> None:
        self.skus[sku] = Sku(sku, product, sku, "GB")
        self.used.append(price_version(sku, Model(model), tiers, {}))

    def given_promotion(self, *words: str) -> None:
        said = Words(words, _OPTIONS)
        name, factor, *rest = said.plain
        option = dict(word.split("=", 1) for word in rest if "=" in word)
        listing = Listing.WHITE if "only" in option else Listing.BLACK if "not" in option else Listing.ALL
        until = said.option.get("until")
        self.promotions.append(
            Promotion(
                name,
                name,
                instant(said.option.get("from", "2026-01-01")),
                parse_factor(factor),
                instant(until) if until else None,
                Scope(
                    listing,
                    _names(option.get("only") or option.get("not")),
                    _names(option.get("accounts")),
                    frozenset(map(Occasion, _names(option.get("kinds")))),
                ),
                _names(option.get("sku")),
                int(option.get("months", "0")),
                "alone" not in rest,
                "final" not in rest,
            )
        )

    def given_discount(self, payer: str, target: str, factor: str) -> None:
        kind, _, name = target.partition(":")
        self.discounts.append(Discount(payer, Target(kind), name or None, instant("2026-01-01"), parse_factor(factor)))

    def quote(self, *words: str) -> list[str]:
        said = Words(words, _OPTIONS)
        sku, quantity, terms, term, *rest = said.plain
        kind = OrderKind[said.option.get("for", "purchase").upper()]
        at = instant(said.option.get("on", "2026-10-01"))
        buyer = Buyer("acme", "acme", "CNY", kind, at, refundable="refundable" in rest)
        shelf = Shelf(self.skus[sku], "", [one for one in self.prices if one.sku_id == sku], self.promotions,
                      self.discounts)  # fmt: skip
        found = quote_line(Asked(sku, int(quantity)), Span(Term(term), int(terms)), buyer, shelf)
        return [f"refused {found.reason.name}"] if isinstance(found, Refused) else _told(found)

    def plan(self, available: str, *lines: str) -> list[str]:
        pairs = [line.split("=") for line in lines]
        dues = [
            Due(Line(number, "acme", product, 0, occasion=Occasion.PURCHASE), Money.parse(amount, "CNY").minor)
            for number, (product, amount) in enumerate(pairs, 1)
        ]
        found = plan(dues, self.sources, available=Money.parse(available, "CNY").minor)
        said = [f"pays {fund.value} {source} {_minor(amount)}" for (fund, source), amount in found.by_source.items()]
        said += [f"credit {_minor(found.on_credit)}"] if found.on_credit else []
        return [*said, f"short {_minor(found.short)}"]

    def use(self, sku: str, quantity: str) -> list[str]:
        at = instant("2026-10-01")
        version = price_in_force([one for one in self.used if one.sku_id == sku], at)
        assert version is not None
        applied = stack(self.discounts, Charged("acme", sku, self.skus[sku].product_id, at))
        found = price_usage(version, parse_quantity(quantity), applied)
        return [f"list {_e10(found.list_cost_e10)} contracted {_e10(found.contracted_cost_e10)}"]

    def check(self, name: str) -> list[str]:
        wrong = check_promotion(next(one for one in self.promotions if one.promotion_id == name))
        return [f"{name}: {wrong[0] if wrong else 'fine'}"]


def _told(found: QuotedLine) -> list[str]:
    priced = found.priced
    names = [found.promotion.promotion_id] if found.promotion else []
    names += [f"{one.target_kind.value}:{one.factor_e6 / 10**6:g}" for one in found.discounts]
    by = f" by {' '.join(names)}" if names else ""
    final = "" if priced.refundable else " not refunded"
    said = [f"{priced.price_id} list {_e10(priced.list_cost_e10)} costs {_e10(priced.contracted_cost_e10)}{by}{final}"]
    return said + [f"not used {one.promotion_id}: {why[0]}" for one, why in found.unused]


def _source(fund: str, words: Sequence[str]) -> Source:
    name, amount, *rest = words
    option = dict(word.split("=", 1) for word in rest)
    terms = None
    if fund == Fund.VOUCHER.value:
        only = _names(option.get("only"))
        scope = Scope(Listing.WHITE if only else Listing.ALL, only)
        terms = Terms(scope, Money.parse(option.get("min", "0"), "CNY").minor)
    return Source(Fund(fund), name, Money.parse(amount, "CNY").minor, terms=terms)


def _names(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _e10(amount: int) -> str:
    return format_scaled(amount, 10, places=2)


def _minor(amount: int) -> str:
    return format_scaled(amount, 2, places=2)
