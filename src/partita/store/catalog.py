"""The catalogue in the books: products, SKUs, price versions and contract discounts.

Owns the SQL of those tables, and the same facts as columns for the bulk engine (`skus_table`, `prices_table`,
`discounts_table`, `products_table`). Decides nothing. Rules: CATALOG-1, DISCOUNT-1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa

from partita.columnar.tables import CYCLES, DISCOUNTS, PRICES, PRODUCTS, SKU_NAMES, SKUS
from partita.core.catalog import Counter, Model, PriceVersion, Product, Sku, Tier
from partita.core.discount import Discount, Target, spans
from partita.core.period import Cycle
from partita.store import discount as discount_store
from partita.store.copied import copied
from partita.store.db import Transaction
from partita.store.org import OPEN_END, append, table_of

PriceKey = tuple[str, str, datetime]
"""A price version by SKU, currency and start."""
DiscountKey = tuple[str, Target, str | None, datetime]
"""A discount by payer, target and start."""

_PRICES = f"""
with version as (
    select price_id, sku_id, currency, effective_from, model, counter, tiers, block_e6,
           lead(effective_from, 1, {OPEN_END}) over (partition by sku_id, currency order by effective_from) as ends
    from price
), tier as (
    select version.*, item.number, (item.tier ->> 'to')::bigint as to_e6, (item.tier ->> 'price')::bigint as price_e10,
           coalesce(lag((item.tier ->> 'to')::bigint) over of_version, 0) as start_e6
    from version, jsonb_array_elements(version.tiers) with ordinality as item (tier, number)
    window of_version as (partition by version.price_id order by item.number)
)
select price_id, sku_id, currency, effective_from at time zone 'UTC', ends at time zone 'UTC', model, counter,
       number::integer - 1, start_e6, to_e6,
       case model when 'graduated' then coalesce(
           sum((to_e6::numeric - start_e6) * price_e10)
           over (partition by price_id order by number rows between unbounded preceding and 1 preceding), 0) end,
       price_e10, block_e6
from tier
order by sku_id, currency, effective_from, number
"""


def prices_table(tx: Transaction) -> pa.Table:
    """Return every tier of every price version, ends derived (`tables.PRICES`, CATALOG-1)."""
    return copied(tx, _PRICES, PRICES)


def discounts_table(tx: Transaction) -> pa.Table:
    """Return every discount as spans, those that are shared among them (`tables.DISCOUNTS`, DISCOUNT-1, DISCOUNT-5)."""
    rows = [
        (
            one.payer_id,
            one.target_kind.value,
            one.target_id,
            one.start.astimezone(UTC).replace(tzinfo=None),
            one.end.astimezone(UTC).replace(tzinfo=None),
            one.factor_e6,
            one.exclusive,
        )
        for one in spans(discounts_of(tx).values(), discount_store.shares(tx))
    ]
    return table_of(DISCOUNTS, rows)


def skus_table(tx: Transaction) -> pa.Table:
    """Return every SKU with its product and unit (`tables.SKUS`)."""
    return copied(tx, "select sku_id, product_id, unit from sku order by sku_id", SKUS)


def products_table(tx: Transaction) -> pa.Table:
    """Return every product with its name and FOCUS service category (`tables.PRODUCTS`)."""
    rows = tx.execute("select product_id, name, service_category from product order by product_id").fetchall()
    return table_of(PRODUCTS, rows)


def sku_names_table(tx: Transaction) -> pa.Table:
    """Return every SKU with its name (`tables.SKU_NAMES`)."""
    return table_of(SKU_NAMES, tx.execute("select sku_id, name from sku order by sku_id").fetchall())


def cycles_table(tx: Transaction) -> pa.Table:
    """Return every SKU with the billing cycle of its product (`tables.CYCLES`)."""
    rows = tx.execute(
        "select sku_id, coalesce(cycle, %s) from sku left join product_cycle using (product_id) order by sku_id",
        (Cycle.HOUR.value,),
    )
    return table_of(CYCLES, rows.fetchall())


def products_of(tx: Transaction) -> dict[str, Product]:
    """Return all products by id."""
    rows = tx.execute(
        "select product_id, name, service_category, coalesce(cycle, %s) "
        "from product left join product_cycle using (product_id) order by product_id",
        (Cycle.HOUR.value,),
    )
    return {row[0]: Product(row[0], row[1], row[2], Cycle(row[3])) for row in rows}


def skus_of(tx: Transaction) -> dict[str, Sku]:
    """Return all SKUs by id."""
    rows = tx.execute("select sku_id, product_id, name, unit from sku order by sku_id")
    return {row[0]: Sku(*row) for row in rows}


def prices_of(tx: Transaction) -> dict[PriceKey, PriceVersion]:
    """Return all price versions by SKU, currency and start."""
    rows = tx.execute(
        "select price_id, sku_id, currency, effective_from, model, counter, tiers, block_e6 "
        "from price order by sku_id, currency, effective_from"
    )
    prices = {}
    for price_id, sku_id, currency, effective_from, model, counter, tiers, block_e6 in rows:
        steps = tuple(Tier(step["to"], step["price"]) for step in tiers)
        prices[sku_id, currency, effective_from] = PriceVersion(
            price_id, sku_id, currency, effective_from, Model(model), Counter(counter), steps, block_e6
        )
    return prices


def discounts_of(tx: Transaction) -> dict[DiscountKey, Discount]:
    """Return all discounts by payer, target and start."""
    rows = tx.execute(
        "select payer_id, target_kind, nullif(target_id, ''), effective_from, factor_e6, exclusive "
        "from discount order by payer_id, target_kind, target_id, effective_from"
    )
    found = [Discount(row[0], Target(row[1]), *row[2:]) for row in rows]
    return {(one.payer_id, one.target_kind, one.target_id, one.effective_from): one for one in found}


def add_products(tx: Transaction, products: Iterable[Product], *, recorded_at: datetime) -> None:
    """Append products, and the cycle of those that are not billed each hour."""
    known = list(products)
    rows = [(one.product_id, one.name, one.service_category) for one in known]
    append(tx, "product (product_id, name, service_category, recorded_at)", rows, recorded_at=recorded_at)
    cycles = [(one.product_id, one.cycle.value) for one in known if one.cycle is not Cycle.HOUR]
    append(tx, "product_cycle (product_id, cycle, recorded_at)", cycles, recorded_at=recorded_at)


def add_skus(tx: Transaction, skus: Iterable[Sku], *, recorded_at: datetime) -> None:
    """Append SKUs."""
    rows = [(one.sku_id, one.product_id, one.name, one.unit) for one in skus]
    append(tx, "sku (sku_id, product_id, name, unit, recorded_at)", rows, recorded_at=recorded_at)


def add_prices(tx: Transaction, prices: Iterable[PriceVersion], *, recorded_at: datetime) -> None:
    """Append price versions; the next version of the same SKU and currency ends the one before (CATALOG-1)."""
    rows = [
        (
            one.sku_id,
            one.currency,
            one.effective_from,
            one.price_id,
            one.model.value,
            one.counter.value,
            json.dumps([{"to": tier.to_e6, "price": tier.price_e10} for tier in one.tiers]),
            one.block_e6,
        )
        for one in prices
    ]
    columns = "sku_id, currency, effective_from, price_id, model, counter, tiers, block_e6, recorded_at"
    append(tx, f"price ({columns})", rows, recorded_at=recorded_at)


def add_discounts(tx: Transaction, discounts: Iterable[Discount], *, recorded_at: datetime) -> None:
    """Append contract discounts; a target of all the payer buys is stored as ''."""
    rows = [
        (one.payer_id, one.target_kind.value, one.target_id or "", one.effective_from, one.factor_e6, one.exclusive)
        for one in discounts
    ]
    columns = "payer_id, target_kind, target_id, effective_from, factor_e6, exclusive, recorded_at"
    append(tx, f"discount ({columns})", rows, recorded_at=recorded_at)
