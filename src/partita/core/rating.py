"""Rating (批价): usage records → charges. The reference that `columnar.rating` must equal, record by record.

Owns which price version, counter and discounts hold for a record, and the order in which a month is counted. Does not
own the arithmetic of the price models (`pricing`) nor of discounts (`discount`). Takes one month of records without
duplicates, as the intake leaves them. Rules: RATE-1 … RATE-4 (`docs/rules/rating.md`); source:
enterprise-finance.md B6.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.catalog import Counter, PriceVersion, Sku, price_in_force
from partita.core.charge import RatedCharge, own_usage_costs
from partita.core.discount import Charged, Discount, DiscountShare, contracted_cost, contracted_unit_price, stack
from partita.core.money import AMOUNT_E10_MAX
from partita.core.period import Month
from partita.core.pricing import PRICERS
from partita.core.pricing.spend import Reach
from partita.core.refusal import Reason, Refused, refused

CounterKey = tuple[Counter, str, str, str]
"""Counter, payer, SKU, and the account where it counts each account for itself ('' where it counts the payer)."""


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One accepted usage record (话单) of a month.

    `payer_id` is who pays for the account at `usage_start`, by the billing cycle of the SKU's product.
    """

    record_id: str
    account_id: str
    payer_id: str
    sku_id: str
    quantity_e6: int
    usage_start: datetime
    usage_end: datetime
    resource_id: str | None = None
    region: str | None = None
    tags: str | None = None

    def __post_init__(self) -> None:
        assert self.quantity_e6 >= 0, "a quantity is never negative"
        assert self.usage_start.tzinfo is not None, "an instant carries its zone"


@dataclass(frozen=True, slots=True)
class AccountCurrency:
    """The currency in which an account is billed: that of its enterprise, for ever."""

    account_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class PriceBook:
    """All that rating looks up: SKUs, price versions, contract discounts and who shares them, accounts' currencies."""

    skus: tuple[Sku, ...]
    prices: tuple[PriceVersion, ...]
    discounts: tuple[Discount, ...]
    currencies: tuple[AccountCurrency, ...]
    shares: tuple[DiscountShare, ...] = ()


def rate(records: Iterable[UsageRecord], book: PriceBook, month: Month) -> list[RatedCharge]:
    """Price the usage of a month, ordered by start, account and record (RATE-1 … RATE-4).

    Every record has a price in force: ask `unpriced` first. Raises OverflowError when a line does not fit its column.
    """
    ordered = sorted(records, key=lambda one: (one.usage_start, one.account_id, one.record_id))
    totals = _month_totals(ordered)
    counted: Tally[CounterKey] = Tally()
    charges = []
    for record in ordered:
        version = price_of(record, book)
        assert version is not None, "usage without a price is refused before it is rated"
        key = _key(record, version.counter)
        reach = Reach(record.quantity_e6, counted[key], totals[key])
        charges.append(_charge(record, version, reach, book, month))
        # A record moves every counter of its SKU, whichever its own price looks at: versions may count differently.
        counted.update({_key(record, counter): record.quantity_e6 for counter in Counter})
    return charges


def unpriced(records: Iterable[UsageRecord], book: PriceBook) -> Refused | None:
    """Refuse when records have no price in force (RATE-1): names the first SKU and currency, by name."""
    missing: dict[tuple[str, str], list[datetime]] = {}
    for record in records:
        if price_of(record, book) is None:
            missing.setdefault((record.sku_id, currency_of(record, book)), []).append(record.usage_start)
    if not missing:
        return None
    (sku, currency), starts = min(missing.items())
    return refused(Reason.NO_PRICE_IN_FORCE, sku=sku, currency=currency, on=min(starts), records=len(starts))


def price_of(record: UsageRecord, book: PriceBook) -> PriceVersion | None:
    """Return the price version in force for the SKU, in the account's currency, when the usage started (RATE-1)."""
    currency = currency_of(record, book)
    of_sku = [one for one in book.prices if one.sku_id == record.sku_id and one.currency == currency]
    return price_in_force(of_sku, record.usage_start)


def currency_of(record: UsageRecord, book: PriceBook) -> str:
    """Return the currency of the account."""
    of_account = [one.currency for one in book.currencies if one.account_id == record.account_id]
    assert len(of_account) == 1, "an account belongs to one enterprise for ever"
    return of_account[0]


def _charge(record: UsageRecord, version: PriceVersion, reach: Reach, book: PriceBook, month: Month) -> RatedCharge:
    sku = next(one for one in book.skus if one.sku_id == record.sku_id)
    listed = PRICERS[version.model](version, reach)
    if listed.cost_e10 > AMOUNT_E10_MAX:
        raise OverflowError(f"record {record.record_id} costs more than one line can hold")
    charged = Charged(record.payer_id, record.sku_id, sku.product_id, record.usage_start)
    applied = stack(book.discounts, charged, book.shares)
    return RatedCharge(
        record_id=record.record_id,
        account_id=record.account_id,
        payer_id=record.payer_id,
        product_id=sku.product_id,
        sku_id=record.sku_id,
        price_id=version.price_id,
        usage_month=month,
        charge_start=record.usage_start,
        charge_end=record.usage_end,
        quantity_e6=record.quantity_e6,
        unit=sku.unit,
        list_unit_price_e10=listed.unit_price_e10,
        contracted_unit_price_e10=contracted_unit_price(listed.unit_price_e10, applied),
        costs=own_usage_costs(listed.cost_e10, contracted_cost(listed.cost_e10, applied)),
        currency=version.currency,
        resource_id=record.resource_id,
        region=record.region,
        tags=record.tags,
    )


def _month_totals(records: Sequence[UsageRecord]) -> Tally[CounterKey]:
    totals: Tally[CounterKey] = Tally()
    for record in records:
        totals.update({_key(record, counter): record.quantity_e6 for counter in Counter})
    return totals


def _key(record: UsageRecord, counter: Counter) -> CounterKey:
    account = record.account_id if counter is Counter.ACCOUNT else ""
    return counter, record.payer_id, record.sku_id, account
