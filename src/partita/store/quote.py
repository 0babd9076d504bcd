"""What a quote looks up of the catalogue: of the SKUs asked for, all that makes or lowers their price.

Owns no table. Decides nothing. Rules: QUOTE-1, QUOTE-2 (`docs/rules/quote.md`).
"""

from __future__ import annotations

from collections.abc import Collection

from partita.core.catalog import Sku, SubscriptionPrice
from partita.core.discount import Discount, Target
from partita.core.quote import Shelf
from partita.core.subscription import Term
from partita.store import discount as discount_store
from partita.store import promotion as promotion_store
from partita.store.db import Transaction

_SKUS = """
    select s.sku_id, s.product_id, s.name, s.unit, coalesce(d.region, ''), coalesce(d.attributes, '{}')
    from sku s left join sku_detail d using (sku_id) where s.sku_id = any(%s) order by s.sku_id
"""
_PRICES = """
    select price_id, sku_id, currency, term, effective_from, price_e10 from subscription_price
    where sku_id = any(%s) order by sku_id, currency, term, effective_from
"""
_DISCOUNTS = """
    select payer_id, target_kind, nullif(target_id, ''), effective_from, factor_e6, exclusive from discount
    where payer_id = any(%(payers)s)
      and (target_kind = 'all' or target_id = any(%(targets)s))
    order by payer_id, target_kind, target_id, effective_from
"""


def shelves(tx: Transaction, sku_ids: Collection[str], payer_id: str) -> dict[str, Shelf]:
    """Return what a quote for a payer looks up, by SKU; a SKU that does not exist has none."""
    rows = tx.execute(_SKUS, (sorted(sku_ids),)).fetchall()
    skus = {row[0]: (Sku(*row[:4]), row[4], tuple(sorted(row[5].items()))) for row in rows}
    prices: dict[str, list[SubscriptionPrice]] = {name: [] for name in skus}
    for price_id, sku, currency, term, start, price in tx.execute(_PRICES, (sorted(skus),)):
        prices[sku].append(SubscriptionPrice(price_id, sku, currency, Term(term), start, price))
    promotions = tuple(promotion_store.promotions_of(tx).values())
    shares = [one for one in discount_store.shares(tx) if one.member_id == payer_id]
    payers = {payer_id, *(one.management_id for one in shares)}
    targets = {*skus, *(sku.product_id for sku, *_ in skus.values())}
    found = tx.execute(_DISCOUNTS, {"payers": sorted(payers), "targets": sorted(targets)})
    discounts = tuple(Discount(row[0], Target(row[1]), *row[2:]) for row in found)
    return {
        name: Shelf(sku, region, tuple(prices[name]), promotions, discounts, tuple(shares), attributes)
        for name, (sku, region, attributes) in skus.items()
    }
