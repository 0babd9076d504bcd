"""Tiers: the rows of `prices.csv` that together say one price version.

Owns how rows become a `PriceVersion`, and the faults of tiers at their own row and column. Does not own what a price
means (`core.catalog`). Rules: SETUP-1, CATALOG-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from partita.core.catalog import TIERED, Counter, Model, PriceVersion, Tier, check_price
from partita.core.fault import Fault
from partita.core.ids import derived_id
from partita.core.money import is_currency
from partita.core.quantity import format_quantity
from partita.formats.setup.rows import BEGINNING, Row, instant, price, quantity


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One row of `prices.csv`: a tier, and what it says of the whole price."""

    row: Row
    sku_id: str
    currency: str
    effective_from: datetime
    model: Model
    counter: Counter
    tier_to_e6: int | None
    price_e10: int
    block_e6: int | None


def price_row(row: Row, zone: str) -> PriceRow:
    """Read a row; dates are midnights in `zone`, an empty counter means each account's own."""
    return PriceRow(
        row=row,
        sku_id=row.id("sku_id"),
        currency=row.text("currency", is_currency, Fault.BAD_CURRENCY),
        effective_from=row.read("effective_from", lambda text: instant(text, zone), Fault.BAD_INSTANT, BEGINNING),
        model=row.one_of("model", Model),
        counter=row.one_of("counter", Counter) if row.values["counter"] else Counter.ACCOUNT,
        tier_to_e6=row.read("tier_to", _quantity_or_none, Fault.BAD_QUANTITY, None),
        price_e10=row.read("price", price, Fault.BAD_PRICE, 0),
        block_e6=row.read("block_size", _quantity_or_none, Fault.BAD_QUANTITY, None),
    )


def version_of(rows: Sequence[PriceRow]) -> PriceVersion | None:
    """Return the price version that the rows say together, or None when one of them was or is at fault (CATALOG-4)."""
    first = rows[0]
    if all(one.row.sound for one in rows):
        _check_agreement(rows)
        _check_block(first)
        _check_tiers(rows)
    if not all(one.row.sound for one in rows):
        # The row that states the version must not count as sound when another of its rows is at fault.
        return None
    version = PriceVersion(
        price_id(first.sku_id, first.currency, first.effective_from),
        first.sku_id,
        first.currency,
        first.effective_from,
        first.model,
        first.counter,
        tuple(Tier(one.tier_to_e6, one.price_e10) for one in rows),
        first.block_e6,
    )
    wrong = check_price(version)
    if wrong is not None:
        first.row.report("", Fault.BAD_PRICE_VERSION, detail=wrong)
        return None
    return version


def price_id(sku_id: str, currency: str, effective_from: datetime) -> str:
    """Return the id that the price of a SKU and currency from this instant always has (IDS-1)."""
    return derived_id("prc", sku_id, currency, effective_from.astimezone(UTC).isoformat())


def _check_agreement(rows: Sequence[PriceRow]) -> None:
    first = rows[0]
    for one in rows[1:]:
        for column in ("model", "counter", "block_size"):
            value, other = one.row.values[column], first.row.values[column]
            if value.lower() != other.lower():
                one.row.report(column, Fault.ROWS_DISAGREE, value=value, other=other, row=first.row.origin.row)


def _check_block(first: PriceRow) -> None:
    if first.model is Model.BLOCK and first.block_e6 is None:
        first.row.report("block_size", Fault.BLOCK_SIZE_MISSING)
    elif first.model is not Model.BLOCK and first.block_e6 is not None:
        first.row.report("block_size", Fault.BLOCK_SIZE_NEEDLESS, model=first.model.value)


def _check_tiers(rows: Sequence[PriceRow]) -> None:
    *bounded, last = rows
    if last.tier_to_e6 is not None:
        last.row.report("tier_to", Fault.LAST_TIER_ENDS, value=format_quantity(last.tier_to_e6))
    if bounded and last.model not in TIERED:
        rows[1].row.report("model", Fault.ONE_PRICE_ONLY, model=last.model.value)
        return
    for one in bounded:
        if one.tier_to_e6 is None:
            one.row.report("tier_to", Fault.TIER_WITHOUT_END)
    ends = [one for one in bounded if one.tier_to_e6 is not None]
    for one, following in pairwise(ends):
        if (following.tier_to_e6 or 0) <= (one.tier_to_e6 or 0):
            value, other = format_quantity(following.tier_to_e6 or 0), format_quantity(one.tier_to_e6 or 0)
            following.row.report("tier_to", Fault.TIERS_DO_NOT_RISE, value=value, other=other)


def _quantity_or_none(text: str) -> int | None:
    return quantity(text) if text else None
