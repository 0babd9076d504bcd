"""Schemas of the columnar world: names, types and scales of every table that is Parquet or Arrow.

Owns the column lists. All instants are TIMESTAMP without zone and mean UTC; amounts and prices are `_e10`, quantities
and factors `_e6`, both BIGINT; sums are HUGEINT and never reach a file. Months are INTEGER `YYYYMM`. Text that is
absent is NULL, never ''. Tags are a JSON object text with sorted keys, or NULL.
"""

from __future__ import annotations

import pyarrow as pa

USAGE: dict[str, str] = {
    "record_id": "VARCHAR",  # unique within an account and month
    "account_id": "VARCHAR",
    "payer_id": "VARCHAR",  # who pays for the account at usage_start, known at acceptance, never changed
    "sku_id": "VARCHAR",
    "quantity_e6": "BIGINT",  # never negative
    "usage_start": "TIMESTAMP",  # picks the price version and the month
    "usage_end": "TIMESTAMP",
    "resource_id": "VARCHAR",
    "region": "VARCHAR",
    "tags": "VARCHAR",
}
"""Accepted usage (话单), one file per batch, month and bucket: `usage/<month>/<bucket>/<batch>.parquet`."""

CHARGE: dict[str, str] = {
    "origin": "VARCHAR",  # 'own', or the format of the provider bill it came from
    "category": "VARCHAR",  # FOCUS ChargeCategory: Usage, Purchase, Tax, Credit, Adjustment
    "class": "VARCHAR",  # FOCUS ChargeClass: 'Correction' or NULL
    "line_kind": "VARCHAR",  # rated | correction | adjustment | round_down | covered | unused | …
    "record_id": "VARCHAR",  # usage record, provider's line id, or an id derived from payer and month
    "account_id": "VARCHAR",
    "payer_id": "VARCHAR",
    "product_id": "VARCHAR",
    "sku_id": "VARCHAR",
    "price_id": "VARCHAR",  # the price version that rated it
    "usage_month": "INTEGER",  # the period the usage belongs to; differs from the billing month for corrections
    "charge_start": "TIMESTAMP",
    "charge_end": "TIMESTAMP",
    "quantity_e6": "BIGINT",
    "unit": "VARCHAR",
    "list_unit_price_e10": "BIGINT",  # NULL where no single price applies (a record that crosses tiers)
    "contracted_unit_price_e10": "BIGINT",
    "list_cost_e10": "BIGINT",
    "contracted_cost_e10": "BIGINT",
    "billed_cost_e10": "BIGINT",
    "effective_cost_e10": "BIGINT",
    "currency": "VARCHAR",
    "resource_id": "VARCHAR",
    "region": "VARCHAR",
    "tags": "VARCHAR",
}
"""Charges (计费行), own and imported: `charges/<origin>/<month>/<bucket>/<id>.parquet`."""

IMPORTED: dict[str, str] = CHARGE | {
    "row_number": "BIGINT",  # row of the provider's file as a spreadsheet counts: the header is row 1
    "description": "VARCHAR",
    "service_category": "VARCHAR",
    "charge_frequency": "VARCHAR",
    "pricing_category": "VARCHAR",
    "invoice_id": "VARCHAR",
    "resource_name": "VARCHAR",
    "commitment_id": "VARCHAR",
    "commitment_category": "VARCHAR",
    "commitment_status": "VARCHAR",
    "quantity_text": "VARCHAR",  # the provider's quantity to the letter: files carry up to 22 decimals
    "provider_columns": "VARCHAR",  # JSON: what the format keeps beside (payment split, cost unit …)
}
"""Imported charges carry what only providers state; read both kinds together with `union_by_name`."""

ACCOUNTS: dict[str, str] = {"account_id": "VARCHAR", "zone": "VARCHAR", "currency": "VARCHAR"}
"""Every account, with the zone and the currency of its enterprise (from `store.org`)."""

PAYERS: dict[str, str] = {
    "account_id": "VARCHAR",
    "cycle": "VARCHAR",  # hour | day | month: of the products that this row is about
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
    "payer_id": "VARCHAR",
    "bucket": "INTEGER",
}
"""Who pays for an account, when, for products of each cycle that occurs (from `store.org`); half-open, no gaps after
opening."""

CYCLES: dict[str, str] = {"sku_id": "VARCHAR", "cycle": "VARCHAR"}
"""Every SKU with the billing cycle of its product (from `store.catalog`)."""

SKUS: dict[str, str] = {"sku_id": "VARCHAR", "product_id": "VARCHAR", "unit": "VARCHAR"}

MONTHS: dict[str, str] = {"zone": "VARCHAR", "month": "INTEGER", "from_at": "TIMESTAMP", "to_at": "TIMESTAMP"}
"""The calendar: each month of each zone as UTC instants, so that no engine needs its own zone tables."""

PRICES: dict[str, str] = {
    "price_id": "VARCHAR",
    "sku_id": "VARCHAR",
    "currency": "VARCHAR",
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",  # derived with lead(); open end = 9999-01-01
    "model": "VARCHAR",  # flat | unit | graduated | volume | block
    "counter": "VARCHAR",  # account | payer: whose month total the tiers count
    "tier": "INTEGER",  # 0, 1, 2 …; one row per tier; models without tiers have tier 0 only
    "tier_from_e6": "BIGINT",  # quantity where the tier starts, exclusive below, 0 for the first
    "tier_to_e6": "BIGINT",  # inclusive end; NULL = no end
    "tier_base_e16": "DECIMAL(38,0)",  # price of everything below the tier (quantity_e6 * price_e10), graduated only
    "price_e10": "BIGINT",  # per unit; per record for flat; per started block for block
    "block_e6": "BIGINT",  # size of a block, block only
}

DISCOUNTS: dict[str, str] = {
    "payer_id": "VARCHAR",
    "target_kind": "VARCHAR",  # sku | product | all, applied in this order
    "target_id": "VARCHAR",  # NULL for all
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
    "factor_e6": "BIGINT",  # 900000 = ten percent off
    "exclusive": "BOOLEAN",  # stops the stack after itself
}

PLACEMENTS: dict[str, str] = {
    "account_id": "VARCHAR",
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
    "account_name": "VARCHAR",
    "enterprise_id": "VARCHAR",
    "enterprise_name": "VARCHAR",
    "company": "VARCHAR",  # name of the nearest company on the way up; NULL = none
    "department": "VARCHAR",  # name of the nearest department on the way up; NULL = none
    "team": "VARCHAR",  # name of the nearest team on the way up; NULL = none
    "path": "VARCHAR",  # the names from the top down: East / Sales / Online
}
"""Where an account stands in the organisation, when (from `store.org`); half-open. Reports group by it."""

PRODUCTS: dict[str, str] = {"product_id": "VARCHAR", "name": "VARCHAR", "service_category": "VARCHAR"}

SKU_NAMES: dict[str, str] = {"sku_id": "VARCHAR", "name": "VARCHAR"}

COMMITMENTS: dict[str, str] = {
    "source_id": "VARCHAR",  # a stretch of a package, or a plan
    "kind": "VARCHAR",  # package | plan
    "pass": "INTEGER",  # those of one pass never meet at a record (core.deduction.passes)
    "owner_id": "VARCHAR",
    "payer_id": "VARCHAR",  # for whom it deducts in the month
    "sku_id": "VARCHAR",  # under which it is sold
    "zone": "VARCHAR",
    "currency": "VARCHAR",
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
    "cycle": "VARCHAR",  # hour | day | month; NULL = one window, the validity
    "capacity": "BIGINT",  # of one window: quantity e6 of a package, money e10 of a plan
    "cost_e10": "BIGINT",  # what one window costs, spread from what was paid
    "last_cost_e10": "BIGINT",  # the last one
    "last_capacity": "BIGINT",  # what the last one gives: less where it is cut, or the rest was given back
    "first_cost_e10": "BIGINT",  # the first one
    "first_capacity": "BIGINT",  # what the first one gives: less where it is cut
    "fee_e10": "BIGINT",  # charged for every window
    "every_region": "BOOLEAN",
}
"""Packages and plans as they deduct in one month (from `store.commitment`, by `columnar.deduction.tables_of`)."""

WEIGHTS: dict[str, str] = {"source_id": "VARCHAR", "sku_id": "VARCHAR", "weight": "BIGINT"}
"""What one unit of a SKU takes: factor e6 of a package, rate e10 of a plan."""

REGIONS: dict[str, str] = {"source_id": "VARCHAR", "region": "VARCHAR"}

SHARES: dict[str, str] = {
    "source_id": "VARCHAR",
    "account_id": "VARCHAR",  # NULL = every account of the payer; the owner has a row of its own
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
}
"""Which accounts a commitment covers, when."""

SKIPS: dict[str, str] = {
    "source_id": "VARCHAR",
    "sku_id": "VARCHAR",  # NULL = any
    "account_id": "VARCHAR",  # NULL = any
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
}
"""Usage that a commitment passes over."""

SUBSCRIBED: dict[str, str] = {
    "source_id": "VARCHAR",  # the subscription
    "account_id": "VARCHAR",
    "resource_id": "VARCHAR",
    "sku_id": "VARCHAR",
    "from_at": "TIMESTAMP",
    "to_at": "TIMESTAMP",
}
"""Resources that are subscriptions, when and in which SKU: their usage is paid ahead (from `store.subscription`)."""

WINDOWS: dict[str, str] = {
    "zone": "VARCHAR",
    "cycle": "VARCHAR",
    "utc_hour": "TIMESTAMP",  # an hour that the window touches: joined by equality
    "window_at": "TIMESTAMP",
    "window_end": "TIMESTAMP",
}
"""The hours, days and months of the calendars of a month, so that no engine needs its own zone tables."""

TAKEN_BEFORE: dict[str, str] = {"source_id": "VARCHAR", "window_at": "TIMESTAMP", "taken": "DECIMAL(38,0)"}
"""What was taken of windows before this run, in base units × 10^6."""

_ARROW = {
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(38,0)": pa.decimal128(38, 0),
}


def arrow_schema(table: dict[str, str]) -> pa.Schema:
    """Return the Arrow schema of a table."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in table.items()])


def column_list(table: dict[str, str]) -> str:
    """Return the column names of a table, quoted for SQL."""
    return ", ".join(f'"{name}"' for name in table)


def typed_columns(table: dict[str, str]) -> str:
    """Return `name TYPE, …` for CREATE TABLE."""
    return ", ".join(f'"{name}" {kind}' for name, kind in table.items())
