"""Block price (按包计价): a price per started block, counted over the month.

Rules: PRICING-5 (`docs/rules/pricing.md`). The record that starts a block pays for all of it; later records use it up.
"""

from __future__ import annotations

from partita.core.catalog import PriceVersion
from partita.core.pricing.spend import ListPrice, Reach


def price(version: PriceVersion, reach: Reach) -> ListPrice:
    """Return the price of the blocks that the record starts. There is no price per unit: the price is per block."""
    assert version.block_e6 is not None, "a block price has a block size"
    started = blocks(reach.after_e6, version.block_e6) - blocks(reach.before_e6, version.block_e6)
    return ListPrice(started * version.tiers[0].price_e10, None)


def blocks(quantity_e6: int, block_e6: int) -> int:
    """Return how many blocks a quantity has started: 0 for none, 1 from the first bit on."""
    return -(-quantity_e6 // block_e6)
