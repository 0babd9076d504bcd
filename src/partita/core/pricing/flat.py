"""Flat price (固定价): one amount per usage record, whatever its quantity.

Rules: PRICING-1 (`docs/rules/pricing.md`).
"""

from __future__ import annotations

from partita.core.catalog import PriceVersion
from partita.core.pricing.spend import ListPrice, Reach


def price(version: PriceVersion, _reach: Reach) -> ListPrice:
    """Return the amount of the version. There is no price per unit: the price is for the record."""
    return ListPrice(version.tiers[0].price_e10, None)
