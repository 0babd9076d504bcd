"""Charges of orders and waiting adjustments for a FOCUS export: what stands beside the charge files.

Does not own their rows (`formats.focus_orders`). Rules: FOCUS-12 (`docs/rules/focus.md`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC

import duckdb

from partita.columnar import adjustment as adjustment_sql
from partita.core.adjustment import Adjustment
from partita.core.ids import derived_id
from partita.core.money import minor_scale_e10
from partita.core.period import Month
from partita.formats.focus_orders import ORDER_ROWS, orders_sql
from partita.store import adjustment as adjustment_store
from partita.store import bill as bill_store
from partita.store import order as order_store
from partita.store.db import Transaction
from partita.store.order import ChargeRow
from partita.store.org import table_of


def loaded(tx: Transaction, months: Sequence[Month], payer_id: str | None) -> tuple[list[ChargeRow], list[Adjustment]]:
    """Return charges of orders of these months (all when empty), and the adjustments that no final file holds yet."""
    wanted = {month.number for month in months}
    closed = bill_store.closed_months(tx)
    orders = [one for one in order_store.charges(tx, payer_id=payer_id) if not wanted or one.month in wanted]
    waiting = [
        kept.adjustment
        for kept in adjustment_store.adjustments(tx, payer_id=payer_id)
        if kept.adjustment.month.number not in closed and (not wanted or kept.adjustment.month.number in wanted)
    ]
    return orders, waiting


def billed(orders: Iterable[ChargeRow], waiting: Iterable[Adjustment]) -> int:
    """Return what they are billed together, in `_e10`, whatever the currency: what a manifest would say of a file."""
    return sum(one.billed_cost_e10 for one in orders) + sum(
        one.amount.minor * minor_scale_e10(one.amount.currency) for one in waiting
    )


def months_of(orders: Iterable[ChargeRow], waiting: Iterable[Adjustment]) -> set[int]:
    """Return the billing months (`YYYYMM`) of both."""
    return {one.month for one in orders} | {one.month.number for one in waiting}


def laid_out(
    engine: duckdb.DuckDBPyConnection, orders: Sequence[ChargeRow], waiting: Sequence[Adjustment]
) -> list[str]:
    """Lay both out on a connection; return the SELECTs of their rows."""
    selects = []
    if orders:
        engine.register("arriving", table_of(ORDER_ROWS, [_row(one) for one in orders]))
        engine.execute("create or replace temp table order_rows as from arriving")
        engine.unregister("arriving")
        selects.append(orders_sql())
    by_month: dict[int, list[Adjustment]] = {}
    for one in waiting:
        by_month.setdefault(one.month.number, []).append(one)
    for month, adjusted in sorted(by_month.items()):
        engine.register("arriving", adjustment_sql.table_of(adjusted))
        engine.execute(f"create or replace temp table adjustments_{month} as from arriving")
        engine.unregister("arriving")
        charges = adjustment_sql.charges_sql(f"adjustments_{month}")
        selects.append(f"select *, {month} as billing_month from ({charges})")
    return selects


def _row(one: ChargeRow) -> tuple[object, ...]:
    starts, ends = (at.astimezone(UTC).replace(tzinfo=None) for at in (one.period.start, one.period.end))
    return (
        one.kind, one.charge_category, one.charge_class, derived_id("chg", "order", one.order_id, one.line),
        one.account_id, one.payer_id, one.product_id, one.sku_id, one.price_id, one.month, starts, ends, one.quantity,
        one.list_cost_e10, one.contracted_cost_e10, one.billed_cost_e10, one.effective_cost_e10, one.currency,
        one.resource_id, one.region, one.subscription_id, json.dumps(dict(one.tags)),
    )  # fmt: skip
