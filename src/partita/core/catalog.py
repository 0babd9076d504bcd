"""The catalogue: products, billable items (SKU, 计费项), what makes up a configuration, and price versions by date.

Owns what a price version says, of usage and of subscriptions, when it is in force, and whether it makes sense. Does not
own the arithmetic of the models (`pricing`) nor what lowers a price (`discount`, `promotion`). A version carries only
where it starts: its end is where the next one of the same SKU and currency starts. Rules: CATALOG-1 … CATALOG-6
(`docs/rules/catalog.md`); source: enterprise-finance.md A4 (catalogue), B6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from partita.core.money import is_currency
from partita.core.period import Cycle
from partita.core.quantity import INT64_MAX
from partita.core.subscription import Term


class Model(Enum):
    """How a price turns quantity into money (CATALOG-2); one file each in `core/pricing/`."""

    FLAT = "flat"
    UNIT = "unit"
    GRADUATED = "graduated"
    VOLUME = "volume"
    BLOCK = "block"


class Counter(Enum):
    """Whose month total the tiers and blocks count (CATALOG-3): each account's own, or all that one payer pays for."""

    ACCOUNT = "account"
    PAYER = "payer"


TIERED = frozenset({Model.GRADUATED, Model.VOLUME})


@dataclass(frozen=True, slots=True)
class Product:
    """Something a customer buys; `service_category` is FOCUS's (Compute, Storage …), `cycle` how often it is billed."""

    product_id: str
    name: str
    service_category: str
    cycle: Cycle = Cycle.HOUR


@dataclass(frozen=True, slots=True)
class Sku:
    """A billable item of a product; quantities of its usage are in `unit`."""

    sku_id: str
    product_id: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class SkuDetail:
    """Where a SKU is sold, and the attributes of its configuration (CATALOG-5): (name, value), sorted by name.

    A region of '' means that the SKU is the same everywhere.
    """

    sku_id: str
    region: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """A span of quantity with one price: up to and including `to_e6`; None = without end."""

    to_e6: int | None
    price_e10: int


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """The price of a SKU in one currency from `effective_from` on, until the next version starts (CATALOG-1).

    `tiers` has one entry for flat (per record), unit (per unit) and block (per started block of `block_e6`).
    Whoever takes one from outside asks `check_price` before anything is rated by it.
    """

    price_id: str
    sku_id: str
    currency: str
    effective_from: datetime
    model: Model
    counter: Counter
    tiers: tuple[Tier, ...]
    block_e6: int | None = None

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"


@dataclass(frozen=True, slots=True)
class SubscriptionPrice:
    """What one instance of a SKU costs for one term, paid ahead, from `effective_from` on (CATALOG-6)."""

    price_id: str
    sku_id: str
    currency: str
    term: Term
    effective_from: datetime
    price_e10: int

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"


Version = TypeVar("Version", PriceVersion, SubscriptionPrice)


def price_in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """Return the version of one SKU and currency that is in force at `at`: the latest that has started (CATALOG-1).

    Of subscriptions the versions are those of one term.
    """
    started = [version for version in versions if version.effective_from <= at]
    return max(started, key=lambda version: version.effective_from, default=None)


def check_price(version: PriceVersion) -> str | None:
    """Say what is wrong with a price version, or None when nothing is (CATALOG-4).

    Checked in this order: currency, number of tiers, block size, prices, tier ends.
    """
    if not is_currency(version.currency):
        return f"currency {version.currency!r} is no ISO 4217 code such as CNY."
    if not version.tiers:
        return "a price has at least one tier."
    if version.model not in TIERED and len(version.tiers) > 1:
        return f"a {version.model.value} price has one price, not {len(version.tiers)} tiers."
    return _check_block(version) or _check_amounts(version.tiers) or _check_ends(version.tiers)


def _check_block(version: PriceVersion) -> str | None:
    if version.model is not Model.BLOCK:
        return None if version.block_e6 is None else f"a {version.model.value} price has no block size."
    if version.block_e6 is None:
        return "a block price needs a block size."
    return None if 0 < version.block_e6 <= INT64_MAX else "a block size is more than zero (and at most 9223372036854)."


def _check_amounts(tiers: tuple[Tier, ...]) -> str | None:
    for number, tier in enumerate(tiers, 1):
        if tier.price_e10 < 0:
            return f"the price of tier {number} is below zero."
        if tier.price_e10 > INT64_MAX:
            return f"the price of tier {number} is more than 922337203."
    return None


def _check_ends(tiers: tuple[Tier, ...]) -> str | None:
    *bounded, last = tiers
    if last.to_e6 is not None:
        return "the last tier has no end, so that every quantity has a price."
    start = 0
    for number, tier in enumerate(bounded, 1):
        if tier.to_e6 is None:
            return f"tier {number} has no end; only the last tier may have none."
        if not start < tier.to_e6 <= INT64_MAX:
            return f"tier {number} ends where or before it starts; tier ends rise (and stay below 9223372036854)."
        start = tier.to_e6
    return None
