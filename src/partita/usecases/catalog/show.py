"""Show the catalogue: what there is, one SKU with all its prices and who recorded them, and the prices of an instant.

Reads only. The catalogue is the same for all, so nobody is asked for a permission: PostgreSQL shows it to whoever is
known (TENANT-3). Who changed it is for the operator. Rules: CATALOG-5, CATALOG-6, CATALOG-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.catalog import PriceVersion, Product, Sku, SkuDetail, SubscriptionPrice
from partita.core.period import DEFAULT_ZONE
from partita.core.promotion import Promotion, in_force
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import org as org_store
from partita.store import price_list as price_list_store
from partita.store import promotion as promotion_store
from partita.store.catalog_change import Change, changes
from partita.store.price_list import PriceListed, Sought, Stock
from partita.usecases.work import Work

__all__ = [
    "CatalogueShown", "PriceListed", "PricesShown", "SkuShown", "Sought", "show_catalogue", "show_prices", "show_sku",
    "zone_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatalogueShown:
    """What there is: each product with how many SKUs and prices, the promotions now and to come, the last changes."""

    stock: tuple[Stock, ...]
    promotions: tuple[Promotion, ...]
    changes: tuple[Change, ...]
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SkuShown:
    """A SKU with its configuration and every price version it ever had; `recorded`: when each was, by its id.

    `changes`: who made the change of an instant, for the operator.
    """

    sku: Sku
    product: Product
    detail: SkuDetail | None
    prices: tuple[PriceVersion, ...]
    subscriptions: tuple[SubscriptionPrice, ...]
    recorded: dict[str, datetime]
    changes: dict[datetime, Change]
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PricesShown:
    """The prices in force at an instant, of `count` in all the first ones."""

    prices: tuple[PriceListed, ...]
    count: int
    zone: str
    at: datetime


def show_catalogue(work: Work, *, changes_shown: int = 10) -> CatalogueShown:
    """Return what the catalogue has: products, promotions that run or are to come, and the last changes."""
    every = promotion_store.promotions_of(work.tx).values()
    to_come = [one for one in every if one.effective_from > work.now and not one.is_none]
    made = tuple(changes(work.tx)[:changes_shown]) if work.actor.is_operator else ()
    stock = tuple(price_list_store.stock(work.tx, work.now))
    return CatalogueShown(stock, (*in_force(every, work.now), *to_come), made, zone_of(work), work.now)


def show_sku(work: Work, sku_id: str) -> SkuShown | Refused:
    """Return a SKU with all its price versions, past, present and to come. Refused: UNKNOWN_SKU."""
    found = price_list_store.sku_of(work.tx, sku_id)
    if found is None:
        return refused(Reason.UNKNOWN_SKU, sku=sku_id)
    sku, detail = found
    prices, subscriptions, recorded = price_list_store.versions_of(work.tx, sku_id)
    made = {one.recorded_at: one for one in changes(work.tx)} if work.actor.is_operator else {}
    product = catalog_store.products_of(work.tx)[sku.product_id]
    return SkuShown(sku, product, detail, prices, subscriptions, recorded, made, zone_of(work), work.now)


def show_prices(
    work: Work, sought: Sought, *, at: datetime | None = None, limit: int | None = None
) -> PricesShown | Refused:
    """Return the prices in force at an instant, of those sought, by SKU. Refused: UNKNOWN_PRODUCT, UNKNOWN_SKU."""
    if sought.product_id and sought.product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=sought.product_id)
    if sought.sku_id and price_list_store.sku_of(work.tx, sought.sku_id) is None:
        return refused(Reason.UNKNOWN_SKU, sku=sought.sku_id)
    instant = at or work.now
    found: Sequence[PriceListed] = price_list_store.prices_at(work.tx, sought, instant)
    return PricesShown(tuple(found[:limit]), len(found), zone_of(work), instant)


def zone_of(work: Work) -> str:
    """Return the zone in which days of the catalogue begin (SETUP-4)."""
    return org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
