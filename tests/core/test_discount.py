"""Contract discounts: which apply, in which order, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from partita.core.discount import Discount, Target, contracted_cost, contracted_unit_price, stack

JANUARY, JULY, AUGUST = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7, 8))
ON_ALL = Discount("acme", Target.ALL, None, JANUARY, 980_000)
ON_PRODUCT = Discount("acme", Target.PRODUCT, "compute", JANUARY, 900_000)
ON_SKU = Discount("acme", Target.SKU, "vm", JANUARY, 500_000)


def applied(*discounts: Discount, at: datetime = JULY) -> tuple[Discount, ...]:
    return stack(discounts, "acme", "vm", "compute", at)


def test_the_most_particular_comes_first() -> None:
    assert applied(ON_ALL, ON_PRODUCT, ON_SKU) == (ON_SKU, ON_PRODUCT, ON_ALL)


def test_others_do_not_apply() -> None:
    others = (
        Discount("globex", Target.ALL, None, JANUARY, 1),
        Discount("acme", Target.SKU, "disk", JANUARY, 2),
        Discount("acme", Target.PRODUCT, "storage", JANUARY, 3),
        Discount("acme", Target.ALL, None, AUGUST, 4),
    )
    assert applied(*others) == ()


def test_of_one_target_the_latest_that_has_started_applies() -> None:
    later = Discount("acme", Target.ALL, None, JULY, 1_000_000)
    assert applied(later, ON_ALL) == (later,)
    assert applied(later, ON_ALL, at=datetime(2026, 6, 30, tzinfo=UTC)) == (ON_ALL,)


def test_an_exclusive_discount_stops_the_stack() -> None:
    exclusive = Discount("acme", Target.PRODUCT, "compute", JANUARY, 900_000, exclusive=True)
    assert applied(ON_ALL, exclusive, ON_SKU) == (ON_SKU, exclusive)


def test_all_factors_at_once_cut_once() -> None:
    third = Discount("acme", Target.SKU, "vm", JANUARY, 333_333)
    half = Discount("acme", Target.ALL, None, JANUARY, 500_000)
    assert contracted_cost(10, (third, half)) == 1
    assert contracted_cost(7, ()) == 7
    assert contracted_cost(-10, (third, half)) == -1


def test_a_unit_price_is_stated_only_where_it_is_exact() -> None:
    assert contracted_unit_price(10, (ON_PRODUCT,)) == 9
    assert contracted_unit_price(5, (ON_PRODUCT,)) is None
    assert contracted_unit_price(None, (ON_PRODUCT,)) is None
    assert contracted_unit_price(5, ()) == 5


def test_a_discount_starts_at_an_aware_instant() -> None:
    with pytest.raises(AssertionError, match="zone"):
        Discount("acme", Target.ALL, None, JANUARY.replace(tzinfo=None), 1)
