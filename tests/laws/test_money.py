"""Laws of money: cutting is symmetric and loses less than one place, a split loses nothing, text is exact."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from partita.core.money import Money, format_scaled, minor_scale_e10, parse_scaled, round_down, split, truncate

amounts = st.integers(-(10**30), 10**30)
scales = st.integers(0, 22)
currencies = st.sampled_from(["CNY", "USD", "JPY", "KWD"])
weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any)


@given(value=amounts, divisor=st.integers(1, 10**18))
def test_truncate_goes_toward_zero_by_less_than_one(value: int, divisor: int) -> None:
    exact, cut = Fraction(value, divisor), truncate(value, divisor)
    assert abs(cut) <= abs(exact) < abs(cut) + 1
    assert cut == 0 or (cut > 0) == (value > 0)


@given(value=amounts, divisor=st.integers(1, 10**18))
def test_a_refund_mirrors_its_charge(value: int, divisor: int) -> None:
    assert truncate(-value, divisor) == -truncate(value, divisor)


@given(value=amounts, first=st.integers(1, 10**9), second=st.integers(1, 10**9))
def test_cutting_in_two_steps_is_cutting_once(value: int, first: int, second: int) -> None:
    assert truncate(truncate(value, first), second) == truncate(value, first * second)


@given(amount=amounts, currency=currencies)
def test_payable_and_round_down_are_the_total(amount: int, currency: str) -> None:
    payable, dropped = round_down(amount, currency)
    assert payable * minor_scale_e10(currency) + dropped == amount
    assert abs(dropped) < minor_scale_e10(currency)
    assert dropped == 0 or (dropped > 0) == (amount > 0)


@given(total=amounts, weights=weights)
def test_a_split_loses_nothing(total: int, weights: list[int]) -> None:
    assert sum(split(total, weights)) == total


@given(total=amounts, weights=weights)
def test_each_share_is_its_exact_part_within_one_unit(total: int, weights: list[int]) -> None:
    for share, weight in zip(split(total, weights), weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1


@given(total=amounts, weights=weights)
def test_a_split_mirrors_its_opposite(total: int, weights: list[int]) -> None:
    assert split(-total, weights) == [-share for share in split(total, weights)]


@given(total=st.integers(0, 10**20), weights=weights)
def test_a_larger_weight_never_gets_less(total: int, weights: list[int]) -> None:
    ranked = sorted(zip(weights, split(total, weights), strict=True))
    for (lighter, small), (heavier, large) in pairwise(ranked):
        assert lighter == heavier or small <= large


@given(value=amounts, scale=scales, places=st.none() | st.integers(0, 22))
def test_what_is_written_is_read_again(value: int, scale: int, places: int | None) -> None:
    assert parse_scaled(format_scaled(value, scale, places=places), scale) == value


@given(digits=st.integers(-(10**24), 10**24), exponent=st.integers(-20, 8))
def test_text_means_what_decimal_says(digits: int, exponent: int) -> None:
    with localcontext() as context:
        context.prec = 60
        number = Decimal(digits).scaleb(exponent)
        assert parse_scaled(str(number), 22) == int(number.scaleb(22))


@given(first=amounts, second=amounts, currency=currencies)
def test_money_adds_like_numbers(first: int, second: int, currency: str) -> None:
    one, two = Money(first, currency), Money(second, currency)
    assert (one + two) - two == one
    assert one + two == two + one
    assert Money.parse(str(one).removesuffix(f" {currency}"), currency) == one
