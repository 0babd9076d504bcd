"""Usage quantities and unit prices as scaled integers.

Owns the scales: a quantity has six decimals (`_e6`), a unit price ten (`_e10`), a discount factor six (`_e6`,
1,000,000 = no discount). Does not own amounts of money (`money`). Rules: MONEY-1, RATE-1.
"""

from __future__ import annotations

from collections.abc import Callable

from partita.core.money import AMOUNT_SCALE, format_scaled, parse_scaled

QUANTITY_SCALE = 6
E6: int = 10**QUANTITY_SCALE
PRICE_SCALE = AMOUNT_SCALE
FACTOR_SCALE = 6
FACTOR_ONE: int = 10**FACTOR_SCALE
INT64_MAX = 2**63 - 1

__all__ = [
    "E6", "FACTOR_ONE", "FACTOR_SCALE", "INT64_MAX", "PRICE_SCALE", "QUANTITY_SCALE",
    "format_price", "format_quantity", "parse_factor", "parse_price", "parse_quantity",
]  # fmt: skip


def parse_quantity(text: str) -> int:
    """Read a quantity as `_e6`; raises ValueError beyond six decimals."""
    return parse_scaled(text, QUANTITY_SCALE)


def parse_price(text: str) -> int:
    """Read a unit price as `_e10`; raises ValueError beyond ten decimals."""
    return parse_scaled(text, PRICE_SCALE)


def parse_pairs(
    text: str, sign: str, read: Callable[[str], int], *, default: str | None = None
) -> tuple[tuple[str, int], ...]:
    """Read `name<sign>number` with commas between them, as `vm.small,vm.large*4`.

    A name without a number has `default`; raises ValueError where there is none, or where a number is none.
    """
    found = (one.strip().partition(sign) for one in text.split(",") if one.strip())
    pairs = [(name.strip(), number.strip() or default or "") for name, _, number in found]
    return tuple((name, read(number)) for name, number in pairs)


def parse_factor(text: str) -> int:
    """Read a discount factor (`0.9` = ten percent off) as `_e6`."""
    return parse_scaled(text, FACTOR_SCALE)


def format_quantity(quantity_e6: int) -> str:
    """Write a quantity as plain decimal text."""
    return format_scaled(quantity_e6, QUANTITY_SCALE)


def format_price(price_e10: int) -> str:
    """Write a unit price or a rated amount (both `_e10`) as plain decimal text."""
    return format_scaled(price_e10, PRICE_SCALE)
