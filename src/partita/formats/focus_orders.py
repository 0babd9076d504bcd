"""What stands beside charge files in a FOCUS dataset: charges of orders, and adjustments that no bill has taken up yet.

Owns how they become rows like those of charge files (`tables.IMPORTED` plus `billing_month`). Does not own the columns
of FOCUS (`focus_export`). Rules: FOCUS-12 (`docs/rules/focus.md`).
"""

from __future__ import annotations

from partita.columnar.tables import IMPORTED

ORDER_ROWS: dict[str, str] = {
    "kind": "VARCHAR",
    "category": "VARCHAR",
    "class": "VARCHAR",
    "record_id": "VARCHAR",
    "account_id": "VARCHAR",
    "payer_id": "VARCHAR",
    "product_id": "VARCHAR",
    "sku_id": "VARCHAR",
    "price_id": "VARCHAR",
    "billing_month": "INTEGER",
    "starts_at": "TIMESTAMP",
    "ends_at": "TIMESTAMP",
    "quantity": "BIGINT",
    "list_cost_e10": "BIGINT",
    "contracted_cost_e10": "BIGINT",
    "billed_cost_e10": "BIGINT",
    "effective_cost_e10": "BIGINT",
    "currency": "VARCHAR",
    "resource_id": "VARCHAR",
    "region": "VARCHAR",
    "subscription_id": "VARCHAR",
    "tags": "VARCHAR",
}
"""Charges of orders as the export reads them; text that is absent is ''."""

_COMMITMENT = "starts_with(subscription_id, 'pkg_') or starts_with(subscription_id, 'plan_')"
_FREQUENCY = "case when kind in ('renew') then 'Recurring' else 'One-Time' end"
_KNOWN = {
    "origin": "'own'",
    "line_kind": "'order'",
    "usage_month": "billing_month",
    "charge_start": "starts_at",
    "charge_end": "ends_at",
    "quantity_e6": "quantity * 1000000",
    "unit": "'instance'",
    "sku_id": "nullif(sku_id, '')",
    "price_id": "nullif(price_id, '')",
    "resource_id": "nullif(resource_id, '')",
    "region": "nullif(region, '')",
    "tags": "nullif(tags, '{}')",
    "charge_frequency": _FREQUENCY,
    "commitment_id": f"case when {_COMMITMENT} then subscription_id end",
    "commitment_category": "case when starts_with(subscription_id, 'plan_') then 'Spend' else 'Usage' end",
}
_LIKE = ("category", "class", "record_id", "account_id", "payer_id", "product_id", "list_cost_e10",
         "contracted_cost_e10", "billed_cost_e10", "effective_cost_e10", "currency")  # fmt: skip


def orders_sql() -> str:
    """Return the rows of the table `order_rows` (`ORDER_ROWS`) as tables.IMPORTED and `billing_month`."""
    known = _KNOWN | {name: f'"{name}"' for name in _LIKE}
    columns = ", ".join(f'cast({known.get(name, "null")} as {kind}) as "{name}"' for name, kind in IMPORTED.items())
    return f"select {columns}, billing_month from order_rows"


COMMITTED = {
    "commitment_id": "case when line_kind in ('covered', 'unused', 'commitment') then price_id else commitment_id end",
    "commitment_category": "case when line_kind in ('covered', 'unused', 'commitment') then "
    "case when starts_with(price_id, 'plan_') then 'Spend' else 'Usage' end else commitment_category end",
    "commitment_status": "case line_kind when 'covered' then 'Used' when 'unused' then 'Unused' "
    "else commitment_status end",
}
"""What our own charges say of the package or plan that covers them, or that nobody used (DEDUCT-1)."""
