"""Random price books and usage for the laws of rating, and the same as tables of the bulk engine.

Small pools of names and instants on purpose: records meet in one counter, start at one instant, end on a tier's end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from partita.columnar.tables import ACCOUNTS, DISCOUNTS, PRICES, SKUS, USAGE
from partita.core.catalog import TIERED, Counter, Model, PriceVersion, Sku, Tier, check_price
from partita.core.charge import RatedCharge
from partita.core.discount import Discount, DiscountShare, Target, spans
from partita.core.period import Month, Period
from partita.core.pricing.graduated import cumulative_e16
from partita.core.quantity import E6
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord

MONTH = Month(2026, 10)
ZONES = ("Asia/Shanghai", "America/New_York", "UTC")
OPENED = datetime(2020, 1, 1, tzinfo=UTC)
OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)
PRODUCTS = ("compute", "storage")
GIVER = "payer-m"
"""A main account that shares its discounts; it pays for nobody here."""

_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(38,0)": pa.decimal128(38, 0),
    "BOOLEAN": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a generated group: its zone, and the payers it had, each from an instant on."""

    account_id: str
    zone: str
    payers: tuple[tuple[datetime, str], ...]

    def payer_at(self, instant: datetime) -> str:
        return [payer for start, payer in self.payers if start <= instant][-1]


@dataclass(frozen=True, slots=True)
class World:
    """Accounts, a price book and one month of usage."""

    accounts: tuple[Account, ...]
    book: PriceBook
    records: tuple[UsageRecord, ...]


quantities = st.one_of(
    st.sampled_from([0, 1, E6, 10 * E6, 100 * E6]),
    st.integers(0, 120 * E6),
    st.integers(0, 120).map(lambda units: units * E6),
    st.integers(0, 10**11),
)
prices = st.one_of(st.sampled_from([0, 1, 10**10, 10**7 + 1]), st.integers(0, 10**11), st.integers(0, 10**13))
factors = st.one_of(st.sampled_from([0, 500_000, 900_000, 1_000_000]), st.integers(0, 1_000_000))


def instants(period: Period) -> st.SearchStrategy[datetime]:
    """Instants of a month: often one of four, so that many are equal, and its very edges."""
    last = period.end - timedelta(microseconds=1)
    hours = int((period.end - period.start).total_seconds()) // 3600
    few = [period.start, last, *(period.start + timedelta(days=days) for days in (5, 14))]
    return st.one_of(st.sampled_from(few), st.integers(0, hours - 1).map(lambda h: period.start + timedelta(hours=h)))


@st.composite
def tiers_of(draw: st.DrawFn, model: Model) -> tuple[Tier, ...]:
    if model not in TIERED:
        return (Tier(None, draw(prices)),)
    ends = sorted(draw(st.sets(st.integers(1, 60).map(lambda units: units * 5 * E6), max_size=4)))
    return tuple(Tier(end, draw(prices)) for end in [*ends, None])


@st.composite
def versions(draw: st.DrawFn, sku_id: str, currency: str, models: tuple[Model, ...] = tuple(Model)) -> PriceVersion:
    model = draw(st.sampled_from(models))
    block = draw(st.sampled_from([E6, 10 * E6, 7_000_003])) if model is Model.BLOCK else None
    return PriceVersion(
        "", sku_id, currency, OPENED, model, draw(st.sampled_from(Counter)), draw(tiers_of(model)), block
    )


@st.composite
def histories(draw: st.DrawFn, sku_id: str, currency: str) -> list[PriceVersion]:
    """One version since ever, and up to two that start inside the month (or exactly at its start)."""
    starts = draw(st.sets(instants(MONTH.period("UTC")), max_size=2))
    found = []
    for number, start in enumerate([OPENED, *sorted(starts)]):
        version = replace(
            draw(versions(sku_id, currency)), price_id=f"prc-{sku_id}-{currency}-{number}", effective_from=start
        )
        assert check_price(version) is None
        found.append(version)
    return found


@st.composite
def discount_sets(draw: st.DrawFn, payers: list[str], skus: list[Sku]) -> tuple[Discount, ...]:
    targets = [(Target.ALL, None), *((Target.PRODUCT, name) for name in PRODUCTS)]
    targets += [(Target.SKU, sku.sku_id) for sku in skus]
    starts = st.one_of(st.just(OPENED), instants(MONTH.period("UTC")))
    keys = draw(st.sets(st.tuples(st.sampled_from(payers), st.sampled_from(targets), starts), max_size=8))
    return tuple(
        Discount(payer, *target, start, draw(factors), draw(st.booleans()))
        for payer, target, start in sorted(keys, key=str)
    )


@st.composite
def discount_shares(draw: st.DrawFn, payers: list[str]) -> tuple[DiscountShare, ...]:
    """Spans in which a main account shares its discounts with some payers; a payer's spans never overlap."""
    found: list[DiscountShare] = []
    for payer in payers:
        edges = sorted(draw(st.sets(instants(MONTH.period("UTC")), max_size=4)))
        ends = [*edges[1::2], *([None] * (len(edges) % 2))]
        found += [DiscountShare(GIVER, payer, *span) for span in zip(edges[::2], ends, strict=True)]
    return tuple(found)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A group of up to three accounts and four SKUs, and up to thirty records of a month."""
    accounts = tuple(draw(_account(number)) for number in range(draw(st.integers(1, 3))))
    currencies = tuple(AccountCurrency(one.account_id, draw(st.sampled_from(["CNY", "USD"]))) for one in accounts)
    skus = [
        Sku(f"sku-{n}", draw(st.sampled_from(PRODUCTS)), f"SKU {n}", "hour") for n in range(draw(st.integers(1, 4)))
    ]
    needed = sorted({(sku.sku_id, one.currency) for sku in skus for one in currencies})
    versions_of_all = [version for key in needed for version in draw(histories(*key))]
    payers = sorted({payer for one in accounts for _, payer in one.payers})
    discounts, shares = draw(discount_sets([*payers, GIVER], skus)), draw(discount_shares(payers))
    book = PriceBook(tuple(skus), tuple(versions_of_all), discounts, currencies, shares)
    count = draw(st.integers(0, 30))
    records = tuple(draw(_record(accounts, skus, number)) for number in range(count))
    return World(accounts, book, tuple(draw(st.permutations(records))))


@st.composite
def _account(draw: st.DrawFn, number: int) -> Account:
    zone = draw(st.sampled_from(ZONES))
    payers = [(OPENED, draw(st.sampled_from(["payer-a", "payer-b"])))]
    if draw(st.booleans()):
        change = draw(instants(MONTH.period(zone)))
        payers.append((change, draw(st.sampled_from(["payer-a", "payer-b", "payer-c"]))))
    return Account(f"account-{number}", zone, tuple(payers))


@st.composite
def _record(draw: st.DrawFn, accounts: tuple[Account, ...], skus: list[Sku], number: int) -> UsageRecord:
    account = draw(st.sampled_from(accounts))
    start = draw(instants(MONTH.period(account.zone)))
    return UsageRecord(
        record_id=f"record-{number}",
        account_id=account.account_id,
        payer_id=account.payer_at(start),
        sku_id=draw(st.sampled_from(skus)).sku_id,
        quantity_e6=draw(quantities),
        usage_start=start,
        usage_end=start + timedelta(hours=draw(st.integers(0, 24))),
        resource_id=draw(st.sampled_from([None, "vm-1", "盘-2"])),
        region=draw(st.sampled_from([None, "cn-north"])),
        tags=draw(st.sampled_from([None, '{"env":"prod"}'])),
    )


def usage_table(records: tuple[UsageRecord, ...]) -> pa.Table:
    return _table(USAGE, [tuple(getattr(record, name) for name in USAGE) for record in records])


def skus_table(book: PriceBook) -> pa.Table:
    return _table(SKUS, [(sku.sku_id, sku.product_id, sku.unit) for sku in book.skus])


def prices_table(book: PriceBook) -> pa.Table:
    rows = []
    for version in book.prices:
        later = [
            other.effective_from
            for other in book.prices
            if (other.sku_id, other.currency) == (version.sku_id, version.currency)
            and other.effective_from > version.effective_from
        ]
        starts = [0, *(tier.to_e6 for tier in version.tiers[:-1])]
        for number, (tier, start) in enumerate(zip(version.tiers, starts, strict=True)):
            assert start is not None
            base = cumulative_e16(version, start) if version.model is Model.GRADUATED else None
            rows.append(
                (version.price_id, version.sku_id, version.currency, version.effective_from,
                 min(later, default=OPEN_END), version.model.value, version.counter.value, number, start, tier.to_e6,
                 base, tier.price_e10, version.block_e6)
            )  # fmt: skip
    return _table(PRICES, rows)


def discounts_table(book: PriceBook) -> pa.Table:
    rows = [
        (one.payer_id, one.target_kind.value, one.target_id, one.start, one.end, one.factor_e6, one.exclusive)
        for one in spans(book.discounts, book.shares)
    ]
    return _table(DISCOUNTS, rows)


def accounts_table(world: World) -> pa.Table:
    """Return the accounts as `store.org` gives them."""
    currency = {one.account_id: one.currency for one in world.book.currencies}
    return _table(ACCOUNTS, [(one.account_id, one.zone, currency[one.account_id]) for one in world.accounts])


def charge_row(charge: RatedCharge) -> dict[str, Any]:
    """Return a charge of the core as the row of `tables.CHARGE` that it must be."""
    costs = charge.costs
    return {
        "origin": "own",
        "category": "Usage",
        "class": None,
        "line_kind": "rated",
        "record_id": charge.record_id,
        "account_id": charge.account_id,
        "payer_id": charge.payer_id,
        "product_id": charge.product_id,
        "sku_id": charge.sku_id,
        "price_id": charge.price_id,
        "usage_month": charge.usage_month.number,
        "charge_start": _plain(charge.charge_start),
        "charge_end": _plain(charge.charge_end),
        "quantity_e6": charge.quantity_e6,
        "unit": charge.unit,
        "list_unit_price_e10": charge.list_unit_price_e10,
        "contracted_unit_price_e10": charge.contracted_unit_price_e10,
        "list_cost_e10": costs.list_cost_e10,
        "contracted_cost_e10": costs.contracted_cost_e10,
        "billed_cost_e10": costs.billed_cost_e10,
        "effective_cost_e10": costs.effective_cost_e10,
        "currency": charge.currency,
        "resource_id": charge.resource_id,
        "region": charge.region,
        "tags": charge.tags,
    }


def _table(schema: dict[str, str], rows: list[tuple[Any, ...]]) -> pa.Table:
    arrow = pa.schema([(name, _TYPES[kind]) for name, kind in schema.items()])
    named = [dict(zip(schema, map(_plain, row), strict=True)) for row in rows]
    return pa.Table.from_pylist(named, schema=arrow)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def single_price(model: Model, price_e10: int, quantities_e6: list[int], factors_e6: list[int]) -> World:
    """Return a month of one account and one SKU at one price, with a discount on the SKU, the product and all."""
    block = 1_000_003 if model is Model.BLOCK else None
    tiers = (Tier(E6, 1), Tier(None, price_e10)) if model in TIERED else (Tier(None, price_e10),)
    version = PriceVersion("prc-1", "sku-1", "CNY", OPENED, model, Counter.ACCOUNT, tiers, block)
    targets = ((Target.SKU, "sku-1"), (Target.PRODUCT, "compute"), (Target.ALL, None))
    discounts = tuple(
        Discount("payer-a", *target, OPENED, factor) for target, factor in zip(targets, factors_e6, strict=False)
    )
    sku = Sku("sku-1", "compute", "SKU 1", "hour")
    book = PriceBook((sku,), (version,), discounts, (AccountCurrency("account-0", "CNY"),))
    start = MONTH.period("UTC").start
    records = tuple(
        UsageRecord(f"record-{n}", "account-0", "payer-a", "sku-1", quantity, start, start)
        for n, quantity in enumerate(quantities_e6)
    )
    return World((Account("account-0", "UTC", ((OPENED, "payer-a"),)),), book, records)
