"""The export's columns: what FOCUS wants of each kind of line, and money that stays exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, getcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import focus_charges
from partita.columnar.tables import CHARGE, IMPORTED, MONTHS, PRODUCTS, SKU_NAMES
from partita.core.money import truncate
from partita.core.period import Month
from partita.formats import focus_export
from partita.formats.focus_rules import KNOWN_DEFECTS, STRICT_DEFECTS
from partita.store.org import months_table, table_of

NAMES_OF_1_2 = 57
CENT = Decimal("0.0000000001")


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def exported(engine: duckdb.DuckDBPyConnection, tmp_path: Path, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Export rows and return them in the order given (by record id in the description)."""
    for number, row in enumerate(rows):
        row["description"] = str(number)
    path = focus_charges.write(list(rows), tmp_path / "charges.parquet", IMPORTED)
    engine.execute(focus_export.charges_sql({202610: [str(path)]}))
    engine.execute("SET VARIABLE issuer = 'Acme IT'")
    zones = ("Asia/Shanghai", "UTC", "America/Los_Angeles")
    engine.register("months", months_table(zones, Month(2026, 10), Month(2026, 10)))
    engine.register("products", table_of(PRODUCTS, [("ecs", "Elastic Compute", "Compute")]))
    engine.register("sku_names", table_of(SKU_NAMES, [("ecs.g7.large", "Large server")]))
    lookups: dict[str, list[tuple[Any, ...]]] = {
        "account_names": [("acme", "Acme")], "account_zones": [("acme", "Asia/Shanghai")],
        "price_details": [("prc_ecs.g7.large", '{"x_PriceModel": "unit"}')],
        "bill_ids": [("acme", 202610, "CNY", "bill_1")], "focus_units": [("hour", "Hours")],
    }  # fmt: skip
    for name, values in lookups.items():
        engine.register(name, table_of(focus_export.LOOKUPS[name], values))
    engine.execute(focus_export.SERVICES)
    found = engine.sql(focus_export.export_sql()).to_arrow_table().to_pylist()
    return sorted(found, key=lambda row: int(row["ChargeDescription"]))


def rated(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(IMPORTED) | focus_charges.own(1)[0] | values


def test_there_are_57_columns_in_alphabetical_order() -> None:
    names = list(focus_export.COLUMNS)
    assert len(names) == NAMES_OF_1_2
    assert names == sorted(names)


def test_a_rated_line(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    costs = {
        "contracted_cost_e10": 9_216_000_000,
        "billed_cost_e10": 9_216_000_000,
        "effective_cost_e10": 9_216_000_000,
    }
    line = rated(account_id="acme", payer_id="acme", quantity_e6=2_000_000, list_cost_e10=10_240_000_000, **costs)
    (row,) = exported(engine, tmp_path, line)
    utc = datetime.fromisoformat
    wanted = {
        "BilledCost": Decimal("0.9216"), "BillingAccountId": "acme", "BillingAccountName": "Acme",
        "BillingPeriodStart": utc("2026-09-30T16:00:00+00:00"), "BillingPeriodEnd": utc("2026-10-31T16:00:00+00:00"),
        "ChargeCategory": "Usage", "ChargeClass": None, "ChargeFrequency": "Usage-Based", "InvoiceId": "bill_1",
        "InvoiceIssuerName": "Acme IT", "ProviderName": "Acme IT", "PublisherName": "Acme IT",
        "ListUnitPrice": Decimal("0.512"), "ContractedUnitPrice": Decimal("0.4608"), "PricingQuantity": 2,
        "PricingUnit": "Hours", "ConsumedQuantity": 2, "ConsumedUnit": "Hours", "PricingCategory": "Standard",
        "ServiceName": "Elastic Compute", "ServiceCategory": "Compute", "ServiceSubcategory": "Other (Compute)",
        "SkuId": "ecs.g7.large", "SkuMeter": "Large server", "SkuPriceId": "prc_ecs.g7.large",
        "SkuPriceDetails": '{"x_PriceModel": "unit"}', "SubAccountId": "acme", "SubAccountType": "Account",
        "ResourceType": "Elastic Compute", "CommitmentDiscountStatus": None,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_a_round_down_is_an_adjustment_without_price(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    line = dict.fromkeys(IMPORTED) | next(row for row in focus_charges.own(1) if row["line_kind"] == "round_down")
    (row,) = exported(engine, tmp_path, line)
    assert (row["ChargeCategory"], row["ChargeFrequency"], row["ServiceCategory"]) == (
        "Adjustment",
        "One-Time",
        "Other",
    )
    nothing = ("ListUnitPrice", "PricingQuantity", "PricingUnit", "ConsumedQuantity", "PricingCategory", "SkuId")
    assert [row[name] for name in nothing] == [None] * len(nothing)


def test_a_correction_keeps_its_old_period(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    start = datetime(2026, 9, 12)  # noqa: DTZ001 - tables hold UTC without a zone
    late = rated(**{"class": "Correction", "line_kind": "correction", "charge_start": start, "payer_id": "acme"})
    (row,) = exported(engine, tmp_path, late)
    assert row["ChargeClass"] == "Correction"
    assert row["ChargePeriodStart"].isoformat() == "2026-09-12T00:00:00+00:00"
    assert row["BillingPeriodStart"].isoformat() == "2026-09-30T16:00:00+00:00"


def test_a_service_has_one_category(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    line = {"origin": "gcp", "line_kind": "imported", "product_id": "BigQuery", "sku_id": "s"}
    rows = exported(
        engine, tmp_path, rated(**line, service_category="Other"), rated(**line, service_category="Analytics")
    )
    assert {(row["ServiceCategory"], row["ServiceSubcategory"]) for row in rows} == {("Analytics", "Other (Analytics)")}
    assert rows[0]["ProviderName"] == "Google Cloud"
    assert rows[0]["BillingPeriodStart"].isoformat() == "2026-10-01T07:00:00+00:00"


COST = st.integers(-(10**15), 10**15)
QUANTITY = st.one_of(st.integers(0, 10**15), st.none())
PRICE = st.one_of(st.none(), st.integers(0, 10**13))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(COST, COST, QUANTITY, PRICE), min_size=1, max_size=20),
    stated=st.sampled_from(("stated", "other")),
)
def test_unit_price_times_quantity_is_the_cost(
    lines: list[tuple[int, int, int | None, int | None]],
    stated: str,
    engine: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    """FOCUS-3 on any line: the product gives the cost, within what seventeen decimals of a price can say."""
    getcontext().prec = 80
    rows = []
    for listed, contracted, quantity, price in lines:
        fits = quantity is not None and price is not None and quantity * price < 9 * 10**24
        cost = truncate((quantity or 0) * (price or 0), 10**6) if stated == "stated" and fits else listed
        rows.append(rated(quantity_e6=quantity, list_cost_e10=cost, contracted_cost_e10=contracted,
                          list_unit_price_e10=price, contracted_unit_price_e10=price))  # fmt: skip
    for row in exported(engine, tmp_path, *rows):
        for cost, price in (
            (row["ListCost"], row["ListUnitPrice"]),
            (row["ContractedCost"], row["ContractedUnitPrice"]),
        ):
            if price is None:
                assert row["ListCost"] * row["ContractedCost"] < 0, "only costs of two signs leave one without a price"
                continue
            assert price >= 0
            slack = CENT + abs(row["PricingQuantity"]) * Decimal("1E-17")
            assert abs(price * row["PricingQuantity"] - cost) <= slack


def test_a_stated_price_stays_as_it_is(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    price, quantity = 87_654_321_098, 333_333_333
    cost = truncate(price * quantity, 10**6)
    line = rated(quantity_e6=quantity, list_unit_price_e10=price, list_cost_e10=cost)
    assert exported(engine, tmp_path, line)[0]["ListUnitPrice"] == Decimal("8.7654321098")


def test_csv_is_plain_text(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    exported(
        engine, tmp_path, rated(billed_cost_e10=1), rated(billed_cost_e10=50_000_000_000), rated(tags='{"a":"b,c"}')
    )
    target = tmp_path / "out.csv"
    engine.execute(f"COPY ({focus_export.text_sql(focus_export.export_sql())}) TO '{target}' (FORMAT csv, HEADER)")
    text = target.read_text(encoding="utf-8")
    assert text.splitlines()[0] == ",".join(focus_export.COLUMNS)
    assert ",0.0000000001," in text
    assert ",5.0," in text
    assert ",2026-09-30T16:00:00Z," in text
    assert '"{""a"":""b,c""}"' in text
    assert "E-" not in text.upper().replace("ONE-TIME", "").replace("USAGE-BASED", "")


def test_the_tables_of_charges_and_lookups_are_those_of_the_house() -> None:
    assert set(CHARGE) <= set(IMPORTED)
    assert set(MONTHS) == {"zone", "month", "from_at", "to_at"}


@pytest.mark.parametrize("guide", ["focus.md", "focus.zh-CN.md"])
def test_the_guide_says_where_each_column_comes_from(guide: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "guide" / guide).read_text(encoding="utf-8")
    told = re.findall(r"^\| `([A-Za-z]+)` \|", text, re.MULTILINE)
    assert told == list(focus_export.COLUMNS)
    for rule in (*KNOWN_DEFECTS, *STRICT_DEFECTS):
        assert f"| {rule} |" in text
