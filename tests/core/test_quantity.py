"""Quantities, unit prices and factors as scaled integers."""

from __future__ import annotations

import pytest

from partita.core import quantity


def test_each_has_its_scale() -> None:
    assert quantity.parse_quantity("1.5") == 1_500_000
    assert quantity.parse_price("0.0000000001") == 1
    assert quantity.parse_factor("0.9") == 900_000


def test_each_is_written_as_it_was_read() -> None:
    assert quantity.format_quantity(1_500_000) == "1.5"
    assert quantity.format_price(1) == "0.0000000001"


def test_more_decimals_than_the_scale_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 6 decimals"):
        quantity.parse_quantity("0.0000001")
