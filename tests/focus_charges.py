"""A believable month of charges for tests of the export: every kind of line that the books can hold.

Own usage of all price models, discounts, a record that crosses tiers, a fixed amount without a quantity, corrections,
round-down; and an imported bill with tax, credit, purchases, commitments and a remainder. Exact by construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from partita.columnar.tables import CHARGE, IMPORTED, arrow_schema
from partita.core.charge import Costs
from partita.core.money import truncate
from partita.store import charge as charge_store
from partita.store.charge import ChargeFile, Stage
from partita.store.files import digest_of
from partita.usecases.work import Books

_COSTS = ("list_cost_e10", "contracted_cost_e10", "billed_cost_e10", "effective_cost_e10")
E6, E10 = 10**6, 10**10
OCTOBER = datetime(2026, 9, 30, 16)  # noqa: DTZ001 - October in Shanghai, as tables hold it: UTC
SKUS = (
    # sku, product, unit, list price, contract factor
    ("ecs.g7.large", "ecs", "hour", 5_1200000000 // 10, 900_000),
    ("oss.storage", "oss", "GB·月", 1_1900000000 // 10, 1_000_000),
    ("oss.requests", "oss", "万次", 100000000, 1_000_000),
    ("rds.mysql.2c4g", "rds", "小时", 8_7654321098, 850_000),
    ("cdn.traffic", "cdn", "GB", 2_4000000000 // 10, 333_333),
)


def own(count: int = 50) -> list[dict[str, object]]:
    """Rated lines, corrections and a round-down of two payers; `count` rated lines."""
    lines = [_rated(number) for number in range(count)]
    lines += [_crossing_tiers(), _fixed_amount(), *_corrections()]
    dropped = [-sum(line["billed_cost_e10"] for line in lines if line["payer_id"] == payer) % (E10 // 100)  # type: ignore[misc]
               for payer in ("acme", "blue")]  # fmt: skip
    lines += [_round_down(payer, cost) for payer, cost in zip(("acme", "blue"), dropped, strict=True)]
    return [_row(line, CHARGE) for line in lines]


def imported() -> list[dict[str, object]]:
    """An imported bill: usage, covered and unused commitments, purchase, tax, credit, refund, remainder."""
    return [_row(line, IMPORTED) for line in _imported()]


def write(rows: list[dict[str, object]], path: Path, schema: dict[str, str]) -> Path:
    """Write rows as a Parquet file of charges."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(schema)), path)
    return path


def _row(values: dict[str, object], schema: dict[str, str]) -> dict[str, object]:
    return {name: values.get(name) for name in schema}


def _rated(number: int) -> dict[str, object]:
    sku, product, unit, price, factor = SKUS[number % len(SKUS)]
    quantity = (number * 7_919_317) % 720_000_000 + 1
    start = OCTOBER + timedelta(hours=number % 744)
    listed = truncate(quantity * price, E6)
    contracted = truncate(listed * factor, E6)
    return {
        "origin": "own", "category": "Usage", "line_kind": "rated", "record_id": f"r-{number}",
        "account_id": f"account-{number % 4}", "payer_id": "acme" if number % 4 < 3 else "blue",
        "product_id": product, "sku_id": sku, "price_id": f"prc_{sku}", "usage_month": 202610, "charge_start": start,
        "charge_end": start + timedelta(hours=1), "quantity_e6": quantity, "unit": unit, "list_unit_price_e10": price,
        "contracted_unit_price_e10": truncate(price * factor, E6), "list_cost_e10": listed,
        "contracted_cost_e10": contracted, "billed_cost_e10": contracted, "effective_cost_e10": contracted,
        "currency": "CNY", "resource_id": f"i-{number % 9}" if product == "ecs" else None, "region": "cn-hangzhou",
        "tags": '{"env":"prod","team":"数据"}' if number % 3 else None,
    }  # fmt: skip


def _crossing_tiers() -> dict[str, object]:
    cost = 5 * E10 * 119 // 1000 + 7 * E10 * 99 // 1000
    return _rated(1) | {
        "record_id": "r-tiers", "quantity_e6": 12 * E6, "list_unit_price_e10": None, "contracted_unit_price_e10": None,
        "list_cost_e10": cost, "contracted_cost_e10": cost, "billed_cost_e10": cost, "effective_cost_e10": cost,
    }  # fmt: skip


def _fixed_amount() -> dict[str, object]:
    costs = dict.fromkeys(_COSTS, 5 * E10)
    return _rated(0) | costs | {
        "record_id": "r-flat", "quantity_e6": 0, "list_unit_price_e10": 5 * E10, "contracted_unit_price_e10": 5 * E10,
    }  # fmt: skip


def _corrections() -> Iterator[dict[str, object]]:
    september = {"usage_month": 202609, "class": "Correction", "line_kind": "correction",
                 "charge_start": datetime(2026, 9, 12, 3), "charge_end": datetime(2026, 9, 12, 4)}  # noqa: DTZ001 # fmt: skip
    yield _rated(3) | september | {"record_id": "late-1"}
    cost = -3 * E10 - 1234567
    yield _rated(6) | september | {
        "record_id": "late-2", "quantity_e6": 0, "list_unit_price_e10": None, "contracted_unit_price_e10": None,
        "list_cost_e10": cost, "contracted_cost_e10": cost, "billed_cost_e10": cost, "effective_cost_e10": cost,
    }  # fmt: skip


def _round_down(payer: str, dropped_e10: int) -> dict[str, object]:
    cost = -dropped_e10
    return {
        "origin": "own", "category": "Adjustment", "line_kind": "round_down", "record_id": f"down-{payer}",
        "account_id": payer, "payer_id": payer, "usage_month": 202610, "charge_start": OCTOBER,
        "charge_end": OCTOBER + timedelta(days=31), "list_cost_e10": cost, "contracted_cost_e10": cost,
        "billed_cost_e10": cost, "effective_cost_e10": cost, "currency": "CNY",
    }  # fmt: skip


def _imported() -> Iterator[dict[str, object]]:
    base = {
        "origin": "aws-cur", "category": "Usage", "line_kind": "imported", "account_id": "200000000011",
        "payer_id": "100000000002", "product_id": "AmazonEC2", "sku_id": "BoxUsage:m5.large", "price_id": "RATE.1",
        "usage_month": 202610, "charge_start": datetime(2026, 10, 1), "charge_end": datetime(2026, 10, 1, 1),  # noqa: DTZ001
        "quantity_e6": E6, "quantity_text": "1.0000000000", "unit": "Hrs", "list_unit_price_e10": 960000000,
        "contracted_unit_price_e10": 960000000, "currency": "USD", "resource_id": "i-0abc", "region": "us-east-1",
        "description": "$0.096 per On Demand Linux m5.large", "service_category": "Compute", "invoice_id": "EUINV26-1",
        "charge_frequency": "Usage-Based", "pricing_category": "Standard",
    }  # fmt: skip
    yield base | _costs(960000000) | {"record_id": "1", "row_number": 1}
    tiny = {"quantity_e6": 0, "quantity_text": "1.2E-7", "list_unit_price_e10": 900000000}
    yield base | _costs(108) | tiny | {"record_id": "2", "row_number": 2}
    covered = {"pricing_category": "Committed", "commitment_id": "sp-1", "commitment_category": "Spend"}
    yield (
        base
        | _costs(960000000, billed=0, effective=640000000)
        | covered
        | {"record_id": "3", "commitment_status": "Used"}
    )
    negation = {"record_id": "4", "list_unit_price_e10": None, "contracted_unit_price_e10": None}
    yield base | _costs(0, contracted=-960000000, billed=-960000000, effective=0) | covered | negation
    nothing = ("quantity_e6", "quantity_text", "unit", "price_id", "list_unit_price_e10", "contracted_unit_price_e10")
    fee = dict.fromkeys(nothing) | {"category": "Purchase", "charge_frequency": "Recurring", "sku_id": "ComputeSP:1yr"}
    yield (
        base
        | _costs(46 * E10, effective=0)
        | fee
        | {"record_id": "5", "resource_id": None, "product_id": "ComputeSavingsPlans"}
    )
    tax = fee | {"category": "Tax", "sku_id": None, "charge_frequency": "One-Time", "resource_id": None}
    yield base | _costs(3 * E10) | tax | {"record_id": "6", "pricing_category": None}
    yield base | _costs(-5 * E10) | tax | {"record_id": "7", "category": "Credit", "pricing_category": None}
    yield (
        base
        | _costs(-1 * E10)
        | tax
        | {"record_id": "8", "category": "Adjustment", "class": "Correction", "invoice_id": None}
    )
    remainder = {"line_kind": "import_remainder", "category": "Adjustment", "product_id": None, "description": None}
    yield (
        base | _costs(-3) | tax | remainder | {"record_id": "9", "account_id": "100000000002", "service_category": None}
    )


def _costs(listed: int, **others: int) -> dict[str, object]:
    contracted = others.get("contracted", listed)
    billed = others.get("billed", contracted)
    return {
        "list_cost_e10": listed, "contracted_cost_e10": contracted, "billed_cost_e10": billed,
        "effective_cost_e10": others.get("effective", billed),
    }  # fmt: skip


def keep(books: Books, rows: list[dict[str, object]], *, month: int = 202610, stage: Stage = "final") -> ChargeFile:
    """Put rows into the room as one charge file of a month and name it in the manifest."""
    origin = str(rows[0]["origin"])
    schema = CHARGE if origin == "own" else IMPORTED
    relative = f"charges/{origin}/{month}/0/{len(rows)}-{stage}.parquet"
    path = write(rows, books.room.path(relative), schema)
    sums = [sum(int(str(row[name])) for row in rows) for name in _COSTS]
    one = ChargeFile(stage, origin, month, 0, 1, None, relative, len(rows), Costs(*sums), digest_of(path))
    with books.work() as work:
        charge_store.record(work.tx, [one], recorded_at=work.now)
    return one
