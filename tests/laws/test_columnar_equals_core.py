"""Law: rating in bulk gives the charges that the core gives, record by record, in every column."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws import price_books
from laws.price_books import MONTH, World, worlds
from partita.columnar import rating as columnar
from partita.columnar.tables import CHARGE
from partita.core import rating as core
from partita.core.catalog import Counter, Model, PriceVersion
from partita.core.rating import UsageRecord, price_of
from partita.core.refusal import Reason

bulk = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
again = settings(bulk, max_examples=30)


def rated_in_bulk(world: World) -> list[dict[str, Any]]:
    table = columnar.rate(
        price_books.usage_table(world.records),
        price_books.skus_table(world.book),
        price_books.prices_table(world.book),
        price_books.discounts_table(world.book),
        price_books.accounts_table(world),
        MONTH.number,
    )
    assert table.column_names == list(CHARGE)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def rated_by_core(world: World) -> list[dict[str, Any]]:
    charges = core.rate(world.records, world.book, MONTH)
    rows = [price_books.charge_row(charge) for charge in charges]
    return sorted(rows, key=lambda row: [row[name] for name in columnar.ORDER.split(", ")])


@bulk
@given(world=worlds())
def test_bulk_equals_core(world: World) -> None:
    assert rated_in_bulk(world) == rated_by_core(world)


@again
@given(world=worlds(), data=st.data())
def test_the_order_of_input_does_not_matter(world: World, data: st.DataObject) -> None:
    other = replace(world, records=tuple(data.draw(st.permutations(world.records))))
    assert rated_in_bulk(other) == rated_in_bulk(world)
    assert rated_by_core(other) == rated_by_core(world)


@again
@given(world=worlds(), removed=st.integers(0, 100))
def test_usage_without_a_price_is_found_by_both(world: World, removed: int) -> None:
    assume(world.book.prices)
    prices = list(world.book.prices)
    del prices[removed % len(prices)]
    without = replace(world, book=replace(world.book, prices=tuple(prices)))
    refused = core.unpriced(without.records, without.book)
    found = asked_in_bulk(without, columnar.unpriced_sql())
    assert (refused is None) == (not found)
    if refused is not None:
        assert refused.reason is Reason.NO_PRICE_IN_FORCE
        sku, currency, first, count = found[0]
        stated = refused.detail
        assert (stated["sku"], stated["currency"], stated["records"]) == (sku, currency, count)
        assert price_books._plain(stated["on"]) == first  # noqa: SLF001 - the same clock as the tables


def asked_in_bulk(world: World, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        engine.register("usage", price_books.usage_table(world.records))
        engine.register("skus", price_books.skus_table(world.book))
        engine.register("prices", price_books.prices_table(world.book))
        engine.register("accounts", price_books.accounts_table(world))
        found: list[tuple[Any, ...]] = engine.execute(question).fetchall()
        return found


# An oracle that shares nothing with the core but the words: exact fractions, unit by unit, no truncation.


@bulk
@given(world=worlds())
def test_list_costs_are_the_exact_price_cut_to_ten_decimals(world: World) -> None:
    charges = {charge.record_id: charge for charge in core.rate(world.records, world.book, MONTH)}
    exact = exact_costs(world)
    assert charges.keys() == exact.keys()
    for record_id, cost in exact.items():
        stated = Fraction(charges[record_id].costs.list_cost_e10, 10**10)
        # A graduated line is the difference of two sums that are each cut, so it may be off by one last place.
        assert abs(stated - cost) < Fraction(1, 10**10), record_id


@bulk
@given(world=worlds())
def test_a_unit_price_times_the_quantity_is_the_cost(world: World) -> None:
    for charge in core.rate(world.records, world.book, MONTH):
        quantity = Fraction(charge.quantity_e6, 10**6)
        if charge.list_unit_price_e10 is not None:
            assert abs(charge.list_unit_price_e10 * quantity - charge.costs.list_cost_e10) < 1
        if charge.contracted_unit_price_e10 is not None:
            assert abs(charge.contracted_unit_price_e10 * quantity - charge.costs.contracted_cost_e10) < 2
        assert 0 <= charge.costs.contracted_cost_e10 <= charge.costs.list_cost_e10


def exact_costs(world: World) -> dict[str, Fraction]:
    costs = {}
    ordered = sorted(world.records, key=lambda one: (one.usage_start, one.account_id, one.record_id))
    for at, record in enumerate(ordered):
        version = price_of(record, world.book)
        assert version is not None
        together = [one for one in ordered if _counts_with(one, record, version.counter)]
        before = sum((Fraction(one.quantity_e6, 10**6) for one in together if one in ordered[:at]), Fraction(0))
        month = sum((Fraction(one.quantity_e6, 10**6) for one in together), Fraction(0))
        costs[record.record_id] = _exact(version, Fraction(record.quantity_e6, 10**6), before, month)
    return costs


def _counts_with(one: UsageRecord, record: UsageRecord, counter: Counter) -> bool:
    same = (one.payer_id, one.sku_id) == (record.payer_id, record.sku_id)
    return same and (counter is Counter.PAYER or one.account_id == record.account_id)


def _exact(version: PriceVersion, quantity: Fraction, before: Fraction, month: Fraction) -> Fraction:
    prices = [Fraction(tier.price_e10, 10**10) for tier in version.tiers]
    ends = [Fraction(tier.to_e6, 10**6) for tier in version.tiers if tier.to_e6 is not None]
    spans = list(zip([Fraction(0), *ends], [*ends, None], prices, strict=True))
    match version.model:
        case Model.FLAT:
            return prices[0]
        case Model.UNIT:
            return quantity * prices[0]
        case Model.VOLUME:
            return quantity * next(price for _, end, price in spans if end is None or month <= end)
        case Model.GRADUATED:
            after = before + quantity
            return sum(
                (
                    max(min(after, end or after) - max(before, start), Fraction(0)) * price
                    for start, end, price in spans
                ),
                Fraction(0),
            )
        case Model.BLOCK:
            assert version.block_e6 is not None
            block = Fraction(version.block_e6, 10**6)
            return (_ceiling((before + quantity) / block) - _ceiling(before / block)) * prices[0]


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


# Numbers at the edge of 64 bits: exact as long as the line fits, and an error, never a wrong figure, when it does not.

LARGE = 2**63 - 1


@bulk
@given(
    model=st.sampled_from(Model),
    price=st.one_of(st.integers(0, LARGE), st.integers(0, 10**12)),
    quantities=st.lists(st.one_of(st.integers(0, LARGE), st.integers(0, 10**12)), min_size=1, max_size=4),
    factor=st.integers(0, 1_000_000),
)
def test_large_numbers_are_exact_or_refused(model: Model, price: int, quantities: list[int], factor: int) -> None:
    world = price_books.single_price(model, price, quantities, [factor, factor, 999_999])
    try:
        expected = rated_by_core(world)
    except OverflowError:
        with pytest.raises(duckdb.Error):
            rated_in_bulk(world)
        assert asked_in_bulk(world, columnar.too_large_sql()) != [], "a close must refuse before it freezes"
    else:
        assert rated_in_bulk(world) == expected
        assert asked_in_bulk(world, columnar.too_large_sql()) == []


@again
@given(world=worlds())
def test_what_can_be_rated_is_not_too_large(world: World) -> None:
    assert asked_in_bulk(world, columnar.too_large_sql()) == []
