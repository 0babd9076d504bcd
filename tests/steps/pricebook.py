"""A price book in the words of a case, for the cases of catalogue, discounts, price models and rating (pure core).

Verbs of `given`; instants are midnight in Shanghai unless they say more, prices are in CNY unless they say so:

    price     SKU flat|unit PRICE [from DATE] [in CUR]
    price     SKU graduated|volume 10:2.00 20:1.50 -:1.00 [counting payer] [from DATE] [in CUR]
    price     SKU block 100:5.00 [counting payer] [from DATE] [in CUR]       a started block of 100 costs 5.00
    discount  PAYER all|sku:SKU|product:PRODUCT FACTOR [exclusive] [from DATE]
    shares    MAIN PAYER [from DATE] [until DATE]                            the discounts of MAIN
    account   NAME [in CUR]                                                  otherwise CNY
    usage     ID ACCOUNT SKU QUANTITY [START]                                of payer acme; START 2026-10-01 otherwise

SKU may be written SKU@PRODUCT; otherwise the product is `cloud`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from partita.core.catalog import Counter, Model, PriceVersion, Sku, Tier
from partita.core.charge import RatedCharge
from partita.core.discount import Discount, DiscountShare, Target
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.period import DEFAULT_ZONE, Month
from partita.core.quantity import parse_factor, parse_price, parse_quantity
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord, rate, unpriced

PAYER = "acme"
OCTOBER = Month(2026, 10)
_LONG_AGO = "2020-01-01"


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(DEFAULT_ZONE))


class Words:
    """The words of a line: plain ones in order, and options such as `from DATE`."""

    def __init__(self, words: Sequence[str], options: Sequence[str] = ("from", "until", "in", "counting")) -> None:
        self.plain: list[str] = []
        self.option: dict[str, str] = {}
        waiting = iter(words)
        for word in waiting:
            if word in options:
                self.option[word] = next(waiting)
            else:
                self.plain.append(word)


class Pricing:
    """Plays the verbs; `book` and `records` are what came together."""

    def __init__(self) -> None:
        self.book = PriceBook((), (), (), ())
        self.records: list[UsageRecord] = []

    def play(self, lines: Sequence[Sequence[str]]) -> None:
        for verb, *words in lines:
            getattr(self, verb)(Words(words))

    def price(self, words: Words) -> None:
        named, model, *tiers = words.plain
        sku, _, product = named.partition("@")
        if sku not in {one.sku_id for one in self.book.skus}:
            self.book = replace(self.book, skus=(*self.book.skus, Sku(sku, product or "cloud", sku, "unit")))
        version = price_version(sku, Model(model), tiers, words.option)
        self.book = replace(self.book, prices=(*self.book.prices, version))

    def discount(self, words: Words) -> None:
        payer, on, factor, *rest = words.plain
        kind, _, target = on.partition(":")
        start = instant(words.option.get("from", _LONG_AGO))
        one = Discount(payer, Target(kind), target or None, start, parse_factor(factor), "exclusive" in rest)
        self.book = replace(self.book, discounts=(*self.book.discounts, one))

    def shares(self, words: Words) -> None:
        start = instant(words.option.get("from", _LONG_AGO))
        end = instant(words.option["until"]) if "until" in words.option else None
        one = DiscountShare(words.plain[0], words.plain[1], start, end)
        self.book = replace(self.book, shares=(*self.book.shares, one))

    def account(self, words: Words) -> None:
        currency = AccountCurrency(words.plain[0], words.option.get("in", "CNY"))
        self.book = replace(self.book, currencies=(*self.book.currencies, currency))

    def usage(self, words: Words) -> None:
        record, account, sku, quantity, *start = words.plain
        if account not in {one.account_id for one in self.book.currencies}:
            self.account(Words([account]))
        at = instant(start[0] if start else "2026-10-01")
        self.records.append(
            UsageRecord(record, account, PAYER, sku, parse_quantity(quantity), at, at + timedelta(hours=1))
        )

    def rated(self) -> list[RatedCharge]:
        return rate(self.records, self.book, OCTOBER)

    def said(self) -> list[str]:
        """Return one line per charge in the order of counting, or the refusal."""
        refused = unpriced(self.records, self.book)
        if refused is not None:
            shown = replace(refused, detail=refused.detail | {"on": local(refused.detail["on"])})
            return [f"refused {refused.reason.name}", f"message {shown.message()}"]
        return [said(charge) for charge in self.rated()]


def price_version(sku: str, model: Model, tiers: Sequence[str], option: dict[str, str]) -> PriceVersion:
    """Build a version from words; a block price is written SIZE:PRICE, a tier END:PRICE with `-` for no end."""
    pairs = [tier.rpartition(":")[::2] for tier in tiers]
    block = parse_quantity(pairs[0][0]) if model is Model.BLOCK and pairs[0][0] else None
    ends = [parse_quantity(end) if end not in {"", "-"} and model is not Model.BLOCK else None for end, _ in pairs]
    start = instant(option.get("from", _LONG_AGO))
    return PriceVersion(
        price_id=f"{sku} from {start.date()}",
        sku_id=sku,
        currency=option.get("in", "CNY"),
        effective_from=start,
        model=model,
        counter=Counter(option.get("counting", "account")),
        tiers=tuple(Tier(end, parse_price(price)) for end, (_, price) in zip(ends, pairs, strict=True)),
        block_e6=block,
    )


def said(charge: RatedCharge) -> str:
    """Return `r1 list 10.00 contracted 9.00 CNY, 1.00 → 0.90 a unit`."""
    unit = " to ".join(_amount(price) for price in (charge.list_unit_price_e10, charge.contracted_unit_price_e10))
    costs = charge.costs
    return (
        f"charge {charge.record_id} list {_amount(costs.list_cost_e10)} "
        f"contracted {_amount(costs.contracted_cost_e10)} {charge.currency} unit {unit}"
    )


def local(at: object) -> str:
    assert isinstance(at, datetime)
    return str(at.astimezone(ZoneInfo(DEFAULT_ZONE)).date())


def _amount(amount_e10: int | None) -> str:
    return "none" if amount_e10 is None else format_scaled(amount_e10, AMOUNT_SCALE, places=2)
