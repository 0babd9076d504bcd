"""Unit price (单价): quantity times price. Rules: PRICING-2 (`docs/rules/pricing.md`)."""

from __future__ import annotations

from partita.core.catalog import PriceVersion
from partita.core.money import truncate
from partita.core.pricing.spend import ListPrice, Reach
from partita.core.quantity import E6


def price(version: PriceVersion, reach: Reach) -> ListPrice:
    """Return quantity × price, cut to ten decimals."""
    price_e10 = version.tiers[0].price_e10
    return ListPrice(truncate(reach.quantity_e6 * price_e10, E6), price_e10)
