"""The price models: one file each, one table of them.

A model turns a price version and what a record takes of its counter (`Reach`) into a `ListPrice`. A new model is a new
file and a new row here (and its branch in `columnar.rating`). Rules: PRICING-1 … PRICING-5 (`docs/rules/pricing.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from partita.core.catalog import Model, PriceVersion
from partita.core.pricing import block, flat, graduated, unit, volume
from partita.core.pricing.spend import ListPrice, Reach

PRICERS: Mapping[Model, Callable[[PriceVersion, Reach], ListPrice]] = {
    Model.FLAT: flat.price,
    Model.UNIT: unit.price,
    Model.GRADUATED: graduated.price,
    Model.VOLUME: volume.price,
    Model.BLOCK: block.price,
}
