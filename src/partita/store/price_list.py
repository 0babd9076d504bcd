"""The price list as people read it: what there is of each product, one SKU's versions, and the prices of an instant.

Owns no table. Decides nothing. Rules: CATALOG-1, CATALOG-5, CATALOG-6 (`docs/rules/catalog.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.catalog import Counter, Model, PriceVersion, Sku, SkuDetail, SubscriptionPrice, Tier
from partita.core.subscription import Term
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of a product: SKUs, regions, and prices in force and to come, of usage and of subscriptions."""

    product_id: str
    name: str
    service_category: str
    cycle: str
    skus: int
    regions: int
    prices: int
    subscriptions: int
    to_come: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which prices: of a product, a SKU, a region, a currency, a way of selling (usage, month, year); '' = any."""

    product_id: str = ""
    sku_id: str = ""
    region: str = ""
    currency: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class PriceListed:
    """A price in force: usage in its tiers, or what one instance costs for one term (`way`: month, year)."""

    sku_id: str
    product_id: str
    name: str
    unit: str
    region: str
    attributes: tuple[tuple[str, str], ...]
    way: str
    currency: str
    effective_from: datetime
    price_id: str
    model: str
    tiers: tuple[Tier, ...]
    block_e6: int | None


_STOCK = """
    with priced as (
        select sku_id, count(distinct currency) filter (where effective_from <= %(at)s) as now,
               count(*) filter (where effective_from > %(at)s) as later
        from price group by 1),
    ahead as (
        select sku_id, count(distinct (currency, term)) filter (where effective_from <= %(at)s) as now,
               count(*) filter (where effective_from > %(at)s) as later
        from subscription_price group by 1)
    select p.product_id, p.name, p.service_category, coalesce(c.cycle, 'hour'), count(s.sku_id),
           count(distinct nullif(d.region, '')), coalesce(sum(u.now), 0)::bigint, coalesce(sum(a.now), 0)::bigint,
           (coalesce(sum(u.later), 0) + coalesce(sum(a.later), 0))::bigint
    from product p left join product_cycle c using (product_id) left join sku s using (product_id)
    left join sku_detail d using (sku_id) left join priced u using (sku_id) left join ahead a using (sku_id)
    group by 1, 2, 3, 4 order by 1
"""


def stock(tx: Transaction, at: datetime) -> list[Stock]:
    """Return what there is of each product, by id."""
    return [Stock(*row) for row in tx.execute(_STOCK, {"at": at})]


def sku_of(tx: Transaction, sku_id: str) -> tuple[Sku, SkuDetail | None] | None:
    """Return a SKU and its configuration, as far as it is recorded."""
    row = tx.execute(
        "select s.sku_id, s.product_id, s.name, s.unit, d.region, d.attributes "
        "from sku s left join sku_detail d using (sku_id) where s.sku_id = %s",
        (sku_id,),
    ).fetchone()
    if row is None:
        return None
    detail = None if row[4] is None else SkuDetail(row[0], row[4], tuple(sorted(row[5].items())))
    return Sku(*row[:4]), detail


def versions_of(
    tx: Transaction, sku_id: str
) -> tuple[tuple[PriceVersion, ...], tuple[SubscriptionPrice, ...], dict[str, datetime]]:
    """Return every price version of a SKU, of usage and of subscriptions, and when each was recorded, by its id."""
    usage = tx.execute(
        "select price_id, sku_id, currency, effective_from, model, counter, tiers, block_e6, recorded_at from price "
        "where sku_id = %s order by currency, effective_from",
        (sku_id,),
    ).fetchall()
    ahead = tx.execute(
        "select price_id, sku_id, currency, term, effective_from, price_e10, recorded_at from subscription_price "
        "where sku_id = %s order by currency, term, effective_from",
        (sku_id,),
    ).fetchall()
    prices = tuple(
        PriceVersion(price, sku, currency, start, Model(model), Counter(counter), _tiers(tiers), block)
        for price, sku, currency, start, model, counter, tiers, block, _ in usage
    )
    subscriptions = tuple(
        SubscriptionPrice(price, sku, currency, Term(term), start, amount)
        for price, sku, currency, term, start, amount, _ in ahead
    )
    return prices, subscriptions, {row[0]: row[-1] for row in (*usage, *ahead)}


_PRICES = """
    with version as (
        select sku_id, 'usage' as way, currency, effective_from, price_id, model, tiers, block_e6 from price
        where effective_from <= %(at)s
        union all
        select sku_id, term, currency, effective_from, price_id, 'unit',
               jsonb_build_array(jsonb_build_object('to', null, 'price', price_e10)), null
        from subscription_price where effective_from <= %(at)s),
    latest as (
        select distinct on (sku_id, way, currency) v.* from version v join sku s using (sku_id)
        left join sku_detail d using (sku_id)
        where (%(product)s = '' or s.product_id = %(product)s) and (%(sku)s = '' or s.sku_id = %(sku)s)
          and (%(region)s = '' or d.region = %(region)s) and (%(currency)s = '' or v.currency = %(currency)s)
          and (%(way)s = '' or v.way = %(way)s)
        order by sku_id, way, currency, effective_from desc)
    select l.sku_id, s.product_id, s.name, s.unit, coalesce(d.region, ''), coalesce(d.attributes, '{}'), l.way,
           l.currency, l.effective_from, l.price_id, l.model, l.tiers, l.block_e6
    from latest l join sku s using (sku_id) left join sku_detail d using (sku_id)
    order by s.product_id, l.sku_id, l.way, l.currency
"""


def prices_at(tx: Transaction, sought: Sought, at: datetime) -> list[PriceListed]:
    """Return the prices in force at an instant, of those sought, by product and SKU."""
    values = {
        "at": at,
        "product": sought.product_id,
        "sku": sought.sku_id,
        "region": sought.region,
        "currency": sought.currency,
        "way": sought.way,
    }
    return [_listed(row) for row in tx.execute(_PRICES, values)]


def _listed(row: tuple[Any, ...]) -> PriceListed:
    attributes, tiers, block = row[5], row[11], row[12]
    facts = (*row[:5], tuple(sorted(attributes.items())), *row[6:11], _tiers(tiers), block)
    return PriceListed(*facts)


def _tiers(steps: list[dict[str, int | None]]) -> tuple[Tier, ...]:
    return tuple(Tier(step["to"], step["price"] or 0) for step in steps)
