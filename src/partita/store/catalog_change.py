"""The catalogue in bulk: all of it as columns, what a change adds, and who changed it when.

Owns the SQL of `catalogue_change`, `sku_detail` and `subscription_price`, and of every catalogue table as columns
(`columnar.catalog.BOOKS`). Single facts for use cases are read by `store.catalog` and `store.quote`. Rows are only ever
added. Rules: CATALOG-7, CATALOG-8 (`docs/rules/catalog.md`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa

from partita.columnar.catalog import BOOKS
from partita.core.ids import derived_id
from partita.core.ledger import instant_text
from partita.store import rows as rows_store
from partita.store.copied import copied
from partita.store.db import Transaction

_ATTRIBUTES = """coalesce((select '{' || string_agg(to_json(one.key)::text || ': ' || to_json(one.value)::text, ', '
                                                    order by one.key collate "C") || '}'
                           from jsonb_each_text(attributes) as one), '{}')"""
_SELECTS = {
    "book_product": "select product_id, name, service_category, coalesce(cycle, 'hour') "
    "from product left join product_cycle using (product_id)",
    "book_sku": "select sku_id, product_id, name, unit from sku",
    "book_detail": f"select sku_id, region, {_ATTRIBUTES} from sku_detail",
    "book_price": "select sku_id, currency, effective_from at time zone 'UTC', model, counter, tiers::text, block_e6 "
    "from price",
    "book_subscription": "select sku_id, currency, term, effective_from at time zone 'UTC', price_e10 "
    "from subscription_price",
}


def book_tables(tx: Transaction) -> dict[str, pa.Table]:
    """Return the whole catalogue as columns, by name of `columnar.catalog.BOOKS`; without the closed months."""
    return {name: copied(tx, select, BOOKS[name]) for name, select in _SELECTS.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the catalogue: who made it, from what, why and when, and how much of each kind it added."""

    change_id: str
    source: str
    reason: str
    added: Mapping[str, int]
    recorded_by: str
    recorded_at: datetime


_MICROSECOND = timedelta(microseconds=1)


def record_change(
    tx: Transaction, *, source: str, reason: str, added: Mapping[str, int], recorded_by: str, now: datetime
) -> Change:
    """Record a change and return it; what it adds carries its instant, which no other change has (CATALOG-8).

    That is `now`, or just after the last change where the clock has not moved on. The caller holds `lock_intake`.
    """
    row = tx.execute("select max(recorded_at) from catalogue_change").fetchone()
    last = row[0] if row else None
    at = now if last is None or last < now else last + _MICROSECOND
    change = Change(derived_id("ctc", at.astimezone(UTC).isoformat()), source, reason, added, recorded_by, at)
    tx.execute(
        "insert into catalogue_change (recorded_at, change_id, source, reason, added, recorded_by) "
        "values (%s, %s, %s, %s, %s, %s)",
        (at, change.change_id, source, reason, json.dumps(dict(added)), recorded_by),
    )
    return change


def changes(tx: Transaction) -> list[Change]:
    """Return every change of the catalogue, the latest first."""
    rows = tx.execute(
        "select change_id, source, reason, added, recorded_by, recorded_at from catalogue_change "
        "order by recorded_at desc"
    )
    return [Change(*row) for row in rows]


def add_products(tx: Transaction, new: pa.Table, *, recorded_at: datetime) -> None:
    """Append products (`columnar.catalog.PRODUCT`), and the cycle of those that are not billed each hour."""
    rows = [(one["product_id"], one["name"], one["service_category"], recorded_at) for one in new.to_pylist()]
    rows_store.add(tx, "product (product_id, name, service_category, recorded_at)", rows)
    cycles = [(one["product_id"], one["cycle"], recorded_at) for one in new.to_pylist() if one["cycle"] != "hour"]
    rows_store.add(tx, "product_cycle (product_id, cycle, recorded_at)", cycles)


def add_skus(tx: Transaction, new: pa.Table, *, recorded_at: datetime) -> None:
    """Append SKUs (`columnar.catalog.SKU`)."""
    _add(tx, "sku", new, recorded_at)


def add_details(tx: Transaction, new: pa.Table, *, recorded_at: datetime) -> None:
    """Append regions and attributes of SKUs (`columnar.catalog.DETAIL`)."""
    _add(tx, "sku_detail", new, recorded_at)


def add_prices(tx: Transaction, new: pa.Table, *, recorded_at: datetime) -> None:
    """Append price versions of usage (`columnar.catalog.PRICE`), each with the id that its price always has (IDS-1)."""
    ids = [
        derived_id("prc", sku, currency, _iso(start))
        for sku, currency, start in _columns(new, "sku_id", "currency", "effective_from")
    ]
    _add(tx, "price", new.append_column("price_id", pa.array(ids, pa.string())), recorded_at)


def add_subscriptions(tx: Transaction, new: pa.Table, *, recorded_at: datetime) -> None:
    """Append prices of subscriptions (`columnar.catalog.SUBSCRIPTION`)."""
    ids = [
        derived_id("prc", sku, currency, term, _iso(start))
        for sku, currency, term, start in _columns(new, "sku_id", "currency", "term", "effective_from")
    ]
    _add(tx, "subscription_price", new.append_column("price_id", pa.array(ids, pa.string())), recorded_at)


def _columns(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    yield from zip(*(table.column(name).to_pylist() for name in names), strict=True)


def _instant(naive: datetime) -> datetime:
    return naive.replace(tzinfo=UTC)


@lru_cache(maxsize=65_536)
def _iso(naive: datetime) -> str:
    return _instant(naive).isoformat()


def _add(tx: Transaction, table: str, new: pa.Table, recorded_at: datetime) -> None:
    """Append the rows of a table of columns; instants without a zone are UTC."""
    if not new.num_rows:
        return
    names = ", ".join((*new.column_names, "recorded_at"))
    columns = [_texts(column) if pa.types.is_timestamp(column.type) else column.to_pylist() for column in new.columns]
    rows_store.add(tx, f"{table} ({names})", zip(*columns, [instant_text(recorded_at)] * new.num_rows, strict=True))


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Write the instants of a column as PostgreSQL reads them: each distinct one once."""
    encoded = column.combine_chunks().dictionary_encode()
    known = pa.array([instant_text(_instant(one)) for one in encoded.dictionary.to_pylist()], pa.string())
    texts: list[str] = known.take(encoded.indices).to_pylist()
    return texts
