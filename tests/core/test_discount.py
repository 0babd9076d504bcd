"""Contract discounts: which apply, in which order, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from partita.core.discount import (
    OPEN_END,
    Charged,
    Discount,
    DiscountShare,
    Span,
    Target,
    contracted_cost,
    contracted_unit_price,
    spans,
    stack,
)

JANUARY, JULY, AUGUST = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7, 8))
ON_ALL = Discount("acme", Target.ALL, None, JANUARY, 980_000)
ON_PRODUCT = Discount("acme", Target.PRODUCT, "compute", JANUARY, 900_000)
ON_SKU = Discount("acme", Target.SKU, "vm", JANUARY, 500_000)


def applied(*discounts: Discount, at: datetime = JULY) -> tuple[Discount, ...]:
    return stack(discounts, Charged("acme", "vm", "compute", at))


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
    later = Discount("acme", Target.ALL, None, JULY, 990_000)
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


def test_a_factor_of_one_ends_a_discount() -> None:
    assert applied(ON_ALL, Discount("acme", Target.ALL, None, JULY, 1_000_000)) == ()


MAIN_ON_ALL = Discount("main", Target.ALL, None, JANUARY, 800_000)
SHARE = DiscountShare("main", "acme", JULY, AUGUST)


def shared(*discounts: Discount, at: datetime = JULY) -> tuple[Discount, ...]:
    return stack(discounts, Charged("acme", "vm", "compute", at), [SHARE])


def test_a_shared_discount_counts_while_it_is_shared() -> None:
    assert shared(MAIN_ON_ALL) == (MAIN_ON_ALL,)
    assert shared(MAIN_ON_ALL, at=AUGUST) == ()
    assert shared(MAIN_ON_ALL, at=JANUARY) == ()


def test_an_own_discount_stands_before_a_shared_one_of_the_same_target() -> None:
    assert shared(MAIN_ON_ALL, ON_ALL, ON_SKU) == (ON_SKU, ON_ALL)
    ended = Discount("acme", Target.ALL, None, JULY, 1_000_000)
    assert shared(MAIN_ON_ALL, ON_ALL, ended) == (MAIN_ON_ALL,)


def test_spans_of_a_shared_discount_leave_room_for_own_ones() -> None:
    middle = datetime(2026, 7, 10, tzinfo=UTC)
    later = datetime(2026, 7, 20, tzinfo=UTC)
    own = (
        Discount("acme", Target.ALL, None, middle, 900_000),
        Discount("acme", Target.ALL, None, later, 1_000_000),
    )
    assert spans((MAIN_ON_ALL, *own), [SHARE]) == [
        Span("acme", Target.ALL, None, JULY, middle, 800_000, exclusive=False),
        Span("acme", Target.ALL, None, middle, later, 900_000, exclusive=False),
        Span("acme", Target.ALL, None, later, AUGUST, 800_000, exclusive=False),
        Span("main", Target.ALL, None, JANUARY, OPEN_END, 800_000, exclusive=False),
    ]
