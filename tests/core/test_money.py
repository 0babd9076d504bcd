"""Money: exact reading and writing, one rounding, a split that loses nothing."""

from __future__ import annotations

import pytest

from partita.core.money import (
    CURRENCIES,
    Money,
    format_scaled,
    is_currency,
    minor_digits,
    minor_scale_e10,
    parse_scaled,
    round_down,
    split,
    truncate,
)


@pytest.mark.parametrize(
    ("code", "fits"),
    [("CNY", True), ("cny", False), ("CN", False), ("CNY\n", False), ("", False), ("RMB", False), ("XTS", False)],
)
def test_a_currency_is_a_code_of_iso_4217(code: str, fits: bool) -> None:  # noqa: FBT001
    assert is_currency(code) is fits


def test_minor_units_follow_the_currency() -> None:
    assert [minor_digits(code) for code in sorted(CURRENCIES) if minor_digits(code) not in (0, 2, 3)] == [4, 4]
    assert [minor_digits(code) for code in ("CNY", "JPY", "KWD")] == [2, 0, 3]
    assert [minor_scale_e10(code) for code in ("CNY", "JPY", "KWD")] == [10**8, 10**10, 10**7]


@pytest.mark.parametrize(("value", "cut"), [(19, 1), (-19, -1), (20, 2), (-20, -2), (0, 0), (9, 0), (-9, 0)])
def test_truncate_cuts_toward_zero(value: int, cut: int) -> None:
    assert truncate(value, 10) == cut


def test_round_down_returns_what_it_dropped() -> None:
    assert round_down(12_345_678_901, "CNY") == (123, 45_678_901)
    assert round_down(-12_345_678_901, "CNY") == (-123, -45_678_901)
    assert round_down(12_345_678_901, "JPY") == (1, 2_345_678_901)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (100, [0, 2, 1], [0, 67, 33]),
        (5, [3], [5]),
        (0, [1, 2], [0, 0]),
        (1, [1, 1], [1, 0]),
    ],
)
def test_split(total: int, weights: list[int], shares: list[int]) -> None:
    assert split(total, weights) == shares


def test_split_needs_a_weight() -> None:
    with pytest.raises(AssertionError, match=r"^weights sum to more than zero"):
        split(1, [0, 0])
    with pytest.raises(AssertionError, match=r"^no weight is negative"):
        split(1, [2, -1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.5", 125_000),
        ("-3", -30_000),
        ("+.5", 5_000),
        ("7.", 70_000),
        (" 1 ", 10_000),
        ("5.2E-3", 52),
        ("1e4", 100_000_000),
        ("1.50000000", 15_000),
        ("0", 0),
        ("0e-9999", 0),
    ],
)
def test_decimals_are_read_exactly(text: str, value: int) -> None:
    assert parse_scaled(text, 4) == value


@pytest.mark.parametrize("text", ["", ".", "-", "abc", "1,5", "0x1", "1.2.3", "１", "NaN", "1e", "1 2"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a decimal"):
        parse_scaled(text, 4)


@pytest.mark.parametrize("text", ["0.00001", "1E-5", "12.345678"])
def test_nothing_is_rounded_silently(text: str) -> None:
    with pytest.raises(ValueError, match="more than 4 decimals"):
        parse_scaled(text, 4)


@pytest.mark.parametrize(
    ("value", "scale", "places", "text"),
    [
        (125_000, 4, None, "12.5"),
        (-5, 4, None, "-0.0005"),
        (120_000, 4, None, "12"),
        (120_000, 4, 2, "12.00"),
        (125_678, 4, 2, "12.5678"),
        (12, 0, None, "12"),
        (0, 2, 2, "0.00"),
    ],
)
def test_scaled_integers_are_written_exactly(value: int, scale: int, places: int | None, text: str) -> None:
    assert format_scaled(value, scale, places=places) == text


def test_money_adds_in_one_currency() -> None:
    due = Money.parse("12.50", "CNY")
    assert due == Money(1250, "CNY")
    assert str(due - Money(1300, "CNY")) == "-0.50 CNY"
    assert str(due + Money(50, "CNY")) == "13.00 CNY"
    assert str(Money(5, "JPY")) == "5 JPY"


def test_money_refuses_what_is_none() -> None:
    with pytest.raises(AssertionError, match=r"^only one currency is added up"):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(AssertionError, match=r"^a currency is an ISO 4217 code"):
        Money(1, "yuan")
    with pytest.raises(ValueError, match="more than 2 decimals"):
        Money.parse("0.001", "CNY")


def test_a_divisor_is_positive() -> None:
    for divisor in (0, -1):
        with pytest.raises(AssertionError, match=r"^a divisor is a positive scale"):
            truncate(1, divisor)
