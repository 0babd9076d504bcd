"""Adjustments in columns: the charges that adjustments are on the bill of a month.

Owns the table of adjustments as the bulk engine sees it and the SELECT of their charges. Does not own which month they
go on (`core.adjustment`). Rules: ADJUST-3 (`docs/rules/adjustment.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

import pyarrow as pa

from partita.columnar.tables import CHARGE, arrow_schema
from partita.core.adjustment import LINE_KIND, Adjustment, class_of
from partita.core.money import minor_scale_e10

ADJUSTMENTS: dict[str, str] = {
    "record_id": "VARCHAR",
    "payer_id": "VARCHAR",
    "account_id": "VARCHAR",
    "product_id": "VARCHAR",
    "sku_id": "VARCHAR",  # NULL = of no SKU
    "resource_id": "VARCHAR",
    "class": "VARCHAR",
    "usage_month": "INTEGER",  # the month that it puts right
    "charged_at": "TIMESTAMP",
    "amount_e10": "BIGINT",
    "currency": "VARCHAR",
}
"""Adjustments of one month and bucket; few, however many lines a month has."""


def table_of(adjustments: Iterable[Adjustment]) -> pa.Table:
    """Return adjustments as `ADJUSTMENTS`."""
    rows = [
        (
            one.adjustment_id, one.payer_id, one.account_id, one.product_id, one.sku_id or None,
            one.resource_id or None, class_of(one.about, one.month), one.about.number,
            one.charged_at.astimezone(UTC).replace(tzinfo=None),
            one.amount.minor * minor_scale_e10(one.amount.currency), one.amount.currency,
        )
        for one in adjustments
    ]  # fmt: skip
    schema = arrow_schema(ADJUSTMENTS)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)


def charges_sql(table: str = "adjustments") -> str:
    """Return the charges (tables.CHARGE) of a table of `ADJUSTMENTS`: each moves all four costs by its amount."""
    known = {
        "origin": "'own'", "category": "'Adjustment'", "class": "class", "line_kind": f"'{LINE_KIND}'",
        "charge_start": "charged_at", "charge_end": "charged_at + interval 1 second",
        "list_cost_e10": "amount_e10", "contracted_cost_e10": "amount_e10", "billed_cost_e10": "amount_e10",
        "effective_cost_e10": "amount_e10",
    }  # fmt: skip
    known |= {name: name for name in ADJUSTMENTS if name in CHARGE and name not in known}
    columns = ", ".join(f'cast({known.get(name, "null")} as {kind}) as "{name}"' for name, kind in CHARGE.items())
    return f"select {columns} from {table} order by payer_id, record_id"
