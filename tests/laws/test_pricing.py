"""Laws of the price models: cutting usage into pieces neither costs nor saves anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from laws.price_books import MONTH, OPENED, prices, quantities, single_price, versions
from partita.core.catalog import Model, PriceVersion
from partita.core.money import truncate
from partita.core.pricing import PRICERS
from partita.core.pricing.graduated import cumulative_e16
from partita.core.pricing.spend import Reach
from partita.core.quantity import E6
from partita.core.rating import rate

CUMULATIVE = (Model.GRADUATED, Model.BLOCK)
counted = versions("sku-1", "CNY", CUMULATIVE)
pieces = st.lists(quantities, min_size=1, max_size=12)


def total(version: PriceVersion, quantities_e6: list[int]) -> int:
    cost, before = 0, 0
    for quantity in quantities_e6:
        cost += PRICERS[version.model](version, Reach(quantity, before, sum(quantities_e6))).cost_e10
        before += quantity
    return cost


@given(version=counted, quantities_e6=pieces)
def test_the_records_of_a_month_add_up_to_the_price_of_the_month(
    version: PriceVersion, quantities_e6: list[int]
) -> None:
    assert total(version, quantities_e6) == total(version, [sum(quantities_e6)])


@given(version=counted, quantities_e6=pieces, data=st.data())
def test_splitting_a_record_changes_nothing_in_total(
    version: PriceVersion, quantities_e6: list[int], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(quantities_e6) - 1))
    first = data.draw(st.integers(0, quantities_e6[at]))
    cut = [*quantities_e6[:at], first, quantities_e6[at] - first, *quantities_e6[at + 1 :]]
    assert total(version, cut) == total(version, quantities_e6)


@given(version=counted, quantities_e6=pieces, data=st.data())
def test_the_order_of_records_changes_nothing_in_total(
    version: PriceVersion, quantities_e6: list[int], data: st.DataObject
) -> None:
    assert total(version, data.draw(st.permutations(quantities_e6))) == total(version, quantities_e6)


@given(version=versions("sku-1", "CNY", (Model.GRADUATED,)), quantity=quantities)
def test_graduated_from_zero_is_the_cumulative_price(version: PriceVersion, quantity: int) -> None:
    assert total(version, [quantity]) == truncate(cumulative_e16(version, quantity), E6)


@given(version=versions("sku-1", "CNY"), before=quantities, quantity=quantities, more=quantities)
def test_no_record_costs_less_than_nothing_nor_more_for_less(
    version: PriceVersion, before: int, quantity: int, more: int
) -> None:
    month = before + quantity + more
    smaller = PRICERS[version.model](version, Reach(quantity, before, month)).cost_e10
    larger = PRICERS[version.model](version, Reach(quantity + more, before, month)).cost_e10
    assert 0 <= smaller <= larger


@settings(max_examples=50)
@given(model=st.sampled_from(Model), price=prices, quantities_e6=pieces, days=st.integers(0, 30))
def test_a_version_that_changes_nothing_changes_no_charge(
    model: Model, price: int, quantities_e6: list[int], days: int
) -> None:
    world = single_price(model, price, quantities_e6, [])
    records = [replace(one, usage_start=one.usage_start + timedelta(days=n)) for n, one in enumerate(world.records)]
    (version,) = world.book.prices
    again = replace(version, price_id="prc-2", effective_from=MONTH.period("UTC").start + timedelta(days=days))
    two = replace(world.book, prices=(version, again))
    assert version.effective_from == OPENED
    assert [one.costs for one in rate(records, world.book, MONTH)] == [one.costs for one in rate(records, two, MONTH)]
