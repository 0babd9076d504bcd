"""The switch of automatic clearing, and the sellers of the marketplace.

Owns the SQL of `clearing_switch` and `product_seller`. Rules: CLEAR-5, CLEAR-6 (`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from partita.store import credit as credit_store
from partita.store.db import Transaction
from partita.store.funds import By


def wanted(tx: Transaction, payer_id: str) -> bool | None:
    """Return how an account wants its switch of automatic clearing; None = it never said (CLEAR-6)."""
    row = tx.execute(
        "select automatic from clearing_switch where payer_id = %s order by sequence desc limit 1", (payer_id,)
    ).fetchone()
    return None if row is None else bool(row[0])


def switched_off(tx: Transaction, payer_ids: Collection[str], at: datetime) -> set[str]:
    """Return the payers whose automatic clearing is off at an instant: they want it so, and have credit (CLEAR-6)."""
    rows = tx.execute(
        "select payer_id from (select distinct on (payer_id) payer_id, automatic from clearing_switch "
        "where payer_id = any(%s) and recorded_at <= %s order by payer_id, sequence desc) last where not automatic",
        (sorted(payer_ids), at),
    ).fetchall()
    if not rows:
        return set()
    limits = credit_store.limits_of(tx, [payer for (payer,) in rows], at)
    return {payer for (payer,) in rows if limits.get(payer, 0) > 0}


def set_switch(tx: Transaction, payer_id: str, by: By, *, automatic: bool) -> None:
    """Append how an account wants its switch. The caller holds its lock."""
    tx.execute(
        "insert into clearing_switch (payer_id, sequence, automatic, recorded_by, recorded_at) "
        "select %(payer)s, coalesce(max(sequence), 0) + 1, %(on)s, %(by)s, %(at)s from clearing_switch "
        "where payer_id = %(payer)s",
        {"payer": payer_id, "on": automatic, "by": by.name, "at": by.at},
    )


def sellers(tx: Transaction) -> dict[str, str]:
    """Return the products of the marketplace with their sellers (CLEAR-5)."""
    return dict(tx.execute("select product_id, seller from seller_now order by 1").fetchall())


def market_products(tx: Transaction, at: datetime) -> dict[str, str]:
    """Return the products that were of the marketplace at an instant, with their sellers."""
    return dict(tx.execute("select product_id, seller from seller_now where since <= %s", (at,)).fetchall())


def is_billed(tx: Transaction, product_id: str) -> bool:
    """Say whether a product stands on a bill or on a paid order: its seller may be on invoices."""
    found = tx.execute(
        "select exists (select from bill_product where product_id = %(product)s) "
        "or exists (select from order_charge where product_id = %(product)s)",
        {"product": product_id},
    ).fetchone()
    return bool(found and found[0])


def add_seller(tx: Transaction, product_id: str, seller: str, by: By) -> None:
    """Register the seller of a product, or put its name right: the last row counts."""
    tx.execute(
        "insert into product_seller (product_id, sequence, seller, recorded_by, recorded_at) "
        "select %(product)s, coalesce(max(sequence), 0) + 1, %(seller)s, %(by)s, %(at)s from product_seller "
        "where product_id = %(product)s",
        {"product": product_id, "seller": seller, "by": by.name, "at": by.at},
    )
