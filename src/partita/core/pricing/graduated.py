"""Graduated price (阶梯累进): each slice of the month's quantity at the price of its own tier.

Rules: PRICING-3 (`docs/rules/pricing.md`). A record costs what the month costs after it less what it cost before it,
so the records of a month always add up to the price of the month, whatever the pieces they come in.
"""

from __future__ import annotations

from partita.core.catalog import PriceVersion
from partita.core.money import truncate
from partita.core.pricing.spend import ListPrice, Reach
from partita.core.quantity import E6


def price(version: PriceVersion, reach: Reach) -> ListPrice:
    """Return the record's share of the cumulative price, and the tier's price when it lies within one tier."""
    before, after = cumulative_e16(version, reach.before_e6), cumulative_e16(version, reach.after_e6)
    return ListPrice(truncate(after, E6) - truncate(before, E6), _single_price(version, reach))


def cumulative_e16(version: PriceVersion, quantity_e6: int) -> int:
    """Return what this quantity costs from zero on, exactly, in e16 (quantity e6 × price e10)."""
    total, start = 0, 0
    for tier in version.tiers:
        end = quantity_e6 if tier.to_e6 is None else min(tier.to_e6, quantity_e6)
        if end <= start:
            break
        total += (end - start) * tier.price_e10
        start = end
    return total


def _single_price(version: PriceVersion, reach: Reach) -> int | None:
    """Return the price of the tier where the record ends, if it also starts there; a tier includes its end."""
    start = 0
    for tier in version.tiers:
        if tier.to_e6 is None or reach.after_e6 <= tier.to_e6:
            return tier.price_e10 if reach.before_e6 >= start else None
        start = tier.to_e6
    raise AssertionError("the last tier has no end")
