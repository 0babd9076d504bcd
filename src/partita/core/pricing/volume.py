"""Volume price (到达阶梯): the total of the month picks one tier, and its price holds for all of it.

Rules: PRICING-4 (`docs/rules/pricing.md`). Until the month is over the tier may still change, so running figures do.
"""

from __future__ import annotations

from partita.core.catalog import PriceVersion
from partita.core.money import truncate
from partita.core.pricing.spend import ListPrice, Reach
from partita.core.quantity import E6


def price(version: PriceVersion, reach: Reach) -> ListPrice:
    """Return quantity × the price of the tier in which the month's total lies (a tier includes its end)."""
    reached = next(tier for tier in version.tiers if tier.to_e6 is None or reach.month_e6 <= tier.to_e6)
    return ListPrice(truncate(reach.quantity_e6 * reached.price_e10, E6), reached.price_e10)
