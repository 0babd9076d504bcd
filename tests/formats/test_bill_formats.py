"""The formats: headers are told apart, columns are found, the guide says what the mapping does."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from partita.columnar.tables import IMPORTED
from partita.formats import bill_rows, bill_staging
from partita.formats.bill_format import ALWAYS, BillFormat, doubled, lay_out, mapping_table, missing
from partita.formats.bill_formats import BILL_FORMATS, fitting
from partita.formats.bill_source import BillSource

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
EVERY = pytest.mark.parametrize("one", BILL_FORMATS.values(), ids=lambda one: one.name)


@EVERY
@pytest.mark.parametrize("page", ["provider-bills.md", "provider-bills.zh-CN.md"])
def test_the_guide_shows_the_mapping(one: BillFormat, page: str) -> None:
    path = GUIDE / page
    text = path.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        head, _, tail = text.partition(f"`--format {one.name}`\n\n")
        rest = tail.partition("\n### ")
        text = f"{head}`--format {one.name}`\n\n{mapping_table(one)}\n" + (f"\n### {rest[2]}" if rest[1] else "")
        path.write_text(text, encoding="utf-8")
    assert mapping_table(one) in text, "the guide is out of step: make update-golden"


@EVERY
def test_every_mapping_is_sql_over_its_own_columns(one: BillFormat) -> None:
    columns = ", ".join(f'NULL::VARCHAR AS "{column.name}"' for column in one.columns)
    tags = ", NULL::VARCHAR AS tags" if one.tag_prefixes else ""
    with duckdb.connect() as engine:
        bill_rows.create_macros(engine, one)
        for target, sql in (*one.mapping.items(), ("payer", one.payer), ("month", one.month), ("cost", one.cost)):
            kind = IMPORTED.get(target, "VARCHAR")
            engine.execute(f"SELECT CAST({sql} AS {kind}) FROM (SELECT {columns}{tags})").fetchall()


@EVERY
def test_the_reading_keeps_the_order_of_the_file(one: BillFormat, tmp_path: Path) -> None:
    header = [column.headers[0] for column in one.columns] + [f"{prefix}x" for prefix in one.tag_prefixes]
    bill = tmp_path / "bill.csv"
    bill.write_text(",".join(header) + "\n" + "," * (len(header) - 1) + "\n", encoding="utf-8")
    with duckdb.connect() as engine:
        source = BillSource(bill, "csv", "utf-8", tuple(header))
        rows = bill_rows.open_rows(engine, source, one, lay_out(one, header), tmp_path)
        assert isinstance(rows, bill_rows.Rows)
        assert bill_staging.keeps_order(engine, bill_staging.mapped(rows))
        assert not bill_staging.keeps_order(engine, "SELECT x IN (1, 2, 3, 4, 5, 6) FROM range(9) AS r(x)")


@EVERY
def test_every_column_has_a_source_or_is_absent_on_purpose(one: BillFormat) -> None:
    wanted = {"category", "account_id", "product_id", "sku_id", "charge_start", "quantity_text", "tags", "description"}
    assert wanted <= set(one.mapping)
    assert not ALWAYS & set(one.mapping)


@EVERY
def test_a_header_fits_its_own_format_only(one: BillFormat) -> None:
    header = [column.headers[0] for column in one.columns]
    assert fitting(header) == [one.name]


def test_columns_are_found_in_any_case_and_the_first_of_twins_counts() -> None:
    one = BILL_FORMATS["aws-cur"]
    header = ["savingsPlan/SavingsPlanArn", "lineItem/UnblendedCost", "lineitem/unblendedcost", "resourceTags/user:env"]
    found = lay_out(one, header)
    assert found.positions["savingsPlan/SavingsPlanARN"] == 0
    assert found.positions["lineItem/UnblendedCost"] == 1
    assert doubled(one, found) == ("lineItem/UnblendedCost", 2)
    assert found.tags == {"env": 3}
    assert "bill/PayerAccountId" in missing(one, found)


@pytest.mark.parametrize(("macro", "expected"), [
    ("""tags_of_json('{"b":1,"a":"x"}')""", '{"a":"x","b":"1"}'),
    ("""tags_of_json('{"b":1,"a":"x","b":"2"}')""", '{"a":"x","b":"1"}'),
    ("tags_of_json('nonsense')", None),
    ("tags_of_json('{}')", None),
    ("""tags_of_list('[{"key":"b","value":1},{"key":"a","value":2},{"key":"b","value":3}]')""", '{"a":"2","b":"1"}'),
    ("tags_of_list('[]')", None),
    ("month_of_digits('2026-10')", 202610), ("month_of_digits('202613')", None), ("month_of_digits('999912')", None),
    ("instant('infinity')", None), ("instant('epoch')", None), ("instant('9999-01-01')", None),
    ("instant('0001-01-01')", None), ("instant('1999-12-31T23:59:59Z')", None), ("instant('2100-01-01')", None),
    ("instant('2099-12-31')::VARCHAR", "2099-12-31 00:00:00"),
    ("month_of_period(instant('2026-08-31T16:00Z'), NULL)", 202609),
    ("month_of_period(instant('2026-08-31T16:00Z'), instant('2026-09-30T16:00Z'))", 202609),
    ("month_of_period(instant('2026-09-01'), instant('2026-10-01'))", 202609),
    ("month_of_period(instant('2026-02-01T05:00Z'), NULL)", 202602),
])  # fmt: skip
def test_shared_macros(macro: str, expected: object) -> None:
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        bill_rows.create_macros(engine, BILL_FORMATS["focus"])
        assert engine.execute(f"SELECT {macro}").fetchone() == (expected,)


@pytest.mark.parametrize(("name", "macro", "expected"), [
    ("azure-ea", "units_per_price('10K')", 10_000), ("azure-ea", "units_per_price('100 Hours')", 100),
    ("azure-ea", "units_per_price('1 GB/Month')", 1), ("azure-ea", "units_per_price('')", 1),
    ("azure-ea", """tags_of_pairs('"b": "2","a": "1"')""", '{"a":"1","b":"2"}'),
    ("azure-ea", "instant('9/2/2023')::VARCHAR", "2023-09-02 00:00:00"),
    ("azure-ea", "instant('2023-09-02')::VARCHAR", "2023-09-02 00:00:00"),
    ("alibaba", "tags_of_words('key:env value:prod; key:app value:x y;')", '{"app":"x y","env":"prod"}'),
    ("alibaba", "id_text(chr(9) || '1234567890123456')", "1234567890123456"),
    ("alibaba", "instant('2026/10/1 8:00')::VARCHAR", "2026-10-01 00:00:00"),
    ("alibaba", "instant('2026-10-01 08:00')::VARCHAR", "2026-10-01 00:00:00"),
    ("alibaba", "instant('2026-10-01T08:00:00')::VARCHAR", "2026-10-01 00:00:00"),
    ("alibaba", "instant('2026-10-01T08:00:00Z')::VARCHAR", "2026-10-01 08:00:00"),
    ("alibaba", "instant('2026-10-01 08:00:00+08:00')::VARCHAR", "2026-10-01 00:00:00"),
    ("alibaba", "instant('2026-10-01T08:00+0100')::VARCHAR", "2026-10-01 07:00:00"),
    ("alibaba", "instant('20261001')::VARCHAR", "2026-09-30 16:00:00"), ("alibaba", "instant('infinity')", None),
    ("gcp", "are_credits('[]')", True), ("gcp", "are_credits('[ ]')", True), ("gcp", "are_credits('nonsense')", False),
    ("gcp", """are_credits('[{"name":"x","amount":"much"}]')""", False),
    ("gcp", """credit_amount(credit_entries('[{"name":"Bob''s","amount":-1.5E-7}]')[1])""", "-0.00000015"),
    ("gcp", """credit_text(credit_entries('[{"name":"Bob''s","amount":-1}]')[1], 'name')""", "Bob's"),
])  # fmt: skip
def test_macros_of_a_format(name: str, macro: str, expected: object) -> None:
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        bill_rows.create_macros(engine, BILL_FORMATS[name])
        assert engine.execute(f"SELECT {macro}").fetchone() == (expected,)
