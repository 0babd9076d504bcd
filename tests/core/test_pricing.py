"""The price models, each with figures that can be checked by hand (prices in e10: 10**10 = 1 CNY)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from partita.core.catalog import Counter, Model, PriceVersion, Tier
from partita.core.pricing import PRICERS, block, graduated
from partita.core.pricing.spend import ListPrice, Reach

ONE = 10**10
E6 = 10**6
TIERS = (Tier(10 * E6, 5 * ONE), Tier(20 * E6, 4 * ONE), Tier(None, 3 * ONE))


def version(
    model: Model, tiers: tuple[Tier, ...] = (Tier(None, 2 * ONE),), block_e6: int | None = None
) -> PriceVersion:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return PriceVersion("prc-1", "sku-1", "CNY", start, model, Counter.ACCOUNT, tiers, block_e6)


def priced(model: Model, quantity: int, before: int = 0, month: int = 0, tiers: tuple[Tier, ...] = TIERS) -> ListPrice:
    return PRICERS[model](version(model, tiers), Reach(quantity * E6, before * E6, month * E6))


def test_every_model_has_its_file() -> None:
    assert PRICERS.keys() == set(Model)


def test_flat_is_per_record() -> None:
    one = (Tier(None, 2 * ONE),)
    assert [priced(Model.FLAT, quantity, tiers=one) for quantity in (0, 7)] == [ListPrice(2 * ONE, None)] * 2


def test_unit_is_quantity_times_price() -> None:
    assert priced(Model.UNIT, 7, tiers=(Tier(None, 2 * ONE),)) == ListPrice(14 * ONE, 2 * ONE)
    assert PRICERS[Model.UNIT](version(Model.UNIT, (Tier(None, 3),)), Reach(333_333, 0, 0)) == ListPrice(0, 3)


@pytest.mark.parametrize(
    ("before", "quantity", "cost", "single"),
    [
        (0, 10, 50, 5),  # to the very end of the first tier
        (0, 15, 70, None),
        (5, 20, 25 + 40 + 15, None),
        (10, 5, 20, 4),
        (30, 1, 3, 3),
        (0, 0, 0, 5),
        (10, 0, 0, 5),  # none, at the end of a tier: the tier includes its end
        (12, 0, 0, 4),
    ],
)
def test_graduated_prices_each_slice(before: int, quantity: int, cost: int, single: int | None) -> None:
    expected = ListPrice(cost * ONE, None if single is None else single * ONE)
    assert priced(Model.GRADUATED, quantity, before) == expected


def test_graduated_needs_a_last_tier_without_end() -> None:
    bounded = version(Model.GRADUATED, (Tier(10 * E6, ONE),))
    assert graduated.cumulative_e16(bounded, 20 * E6) == 10 * E6 * ONE
    with pytest.raises(AssertionError, match="no end"):
        graduated.price(bounded, Reach(20 * E6, 0, 20 * E6))


@pytest.mark.parametrize(("month", "price"), [(0, 5), (10, 5), (11, 4), (20, 4), (21, 3)])
def test_volume_prices_all_at_the_tier_of_the_month(month: int, price: int) -> None:
    assert priced(Model.VOLUME, 2, 0, month) == ListPrice(2 * price * ONE, price * ONE)


@pytest.mark.parametrize(
    ("before", "quantity", "started"), [(0, 1, 1), (0, 10, 1), (0, 11, 2), (1, 9, 0), (10, 1, 1), (0, 0, 0)]
)
def test_block_charges_the_record_that_starts_it(before: int, quantity: int, started: int) -> None:
    of_ten = version(Model.BLOCK, block_e6=10 * E6)
    reach = Reach(quantity * E6, before * E6, 0)
    assert block.price(of_ten, reach) == ListPrice(started * 2 * ONE, None)


def test_block_needs_a_size() -> None:
    with pytest.raises(AssertionError, match="block size"):
        block.price(version(Model.BLOCK), Reach(1, 0, 1))
