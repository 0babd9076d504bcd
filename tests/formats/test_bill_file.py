"""Bills as files: each kind is opened with another reader than the one that wrote it, and says the same."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from partita.columnar.bill_view import column
from partita.core.bill_view import FIGURES, MONEY
from partita.formats import bill_file
from partita.formats.bill_file import Sheet, sums_of_file, write

COLUMNS = ("account", "note", "currency", *FIGURES)
SHEET = Sheet(COLUMNS, "en", "Bill")
AMOUNTS = (1, -1, 99_999_999_999, -123_456_789_012_345_678, 0, 10_000_000_000)
NOTES = ("plain", "", 'a,b;"c"', "<tag> & 'x'", "两行\nzwei", "  spaces  ")
PLAIN = ("0.0000000001", "-0.0000000001", "9.9999999999", "-12345678.9012345678", "0.00", "1.00")
"""`AMOUNTS` as CSV and Excel show them."""


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    """An engine with a table `bill`: a row for each of `AMOUNTS`, the last in another currency."""
    made = duckdb.connect(config={"threads": 2})
    figures = {
        column(one): pa.array([Decimal(amount) for amount in AMOUNTS], pa.decimal128(38, 0)) for one in FIGURES.values()
    }
    currencies = [*["CNY"] * (len(AMOUNTS) - 1), "USD"]
    table = pa.table({"account": [f"a{n}" for n in range(len(AMOUNTS))], "note": list(NOTES), "currency": currencies})
    for name, values in figures.items():
        table = table.append_column(name, values)
    made.register("arriving", table)
    made.execute("create table bill as from arriving")
    made.unregister("arriving")
    return made


SUMS = {"CNY": sum(AMOUNTS[:-1]), "USD": AMOUNTS[-1]}


def test_csv_as_a_reader_of_text_sees_it(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "bill.csv"
    assert write(engine, "from bill", SHEET, target) == len(AMOUNTS)
    with target.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["payable"] for row in rows] == list(PLAIN)
    assert [row["reason"] for row in rows] == list(NOTES)
    assert sums_of_file(engine, SHEET, target) == SUMS


def test_parquet_keeps_decimals(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "bill.parquet"
    write(engine, "from bill", SHEET, target)
    table = pq.read_table(target)
    assert table.column_names == list(COLUMNS)
    assert [table.schema.field(one.word).type for one in MONEY] == [pa.decimal128(38, 10)] * len(MONEY)
    assert table.column("payable").to_pylist() == [Decimal(amount).scaleb(-10) for amount in AMOUNTS]
    assert table.column("note").to_pylist() == list(NOTES)
    assert sums_of_file(engine, SHEET, target) == SUMS


def test_excel_as_a_spreadsheet_reads_it(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "bill.xlsx"
    write(engine, "from bill", Sheet(COLUMNS, "zh", "账单"), target)
    book = CalamineWorkbook.from_path(str(target))
    assert book.sheet_names == ["账单"]
    head, *rows = book.get_sheet_by_name("账单").to_python()
    assert head[:5] == ["归属账号", "原因", "币种", "原价", "优惠"]
    assert [row[1] for row in rows] == list(NOTES)
    assert [row[7] for row in rows] == [float(text) for text in PLAIN]
    assert sums_of_file(engine, SHEET, target) == SUMS
    # a spreadsheet computes with fifteen digits; the file itself has them all
    with ZipFile(target) as packed:
        assert f"<v>{PLAIN[3]}</v>" in packed.read("xl/worksheets/sheet1.xml").decode()


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bill_file, "SHEET_ROWS", 4)
    target = tmp_path / "bill.xlsx"
    assert write(engine, "from bill", SHEET, target) == len(AMOUNTS)
    book = CalamineWorkbook.from_path(str(target))
    assert book.sheet_names == ["Bill", "Bill 2"]
    sheets: list[list[list[Any]]] = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(rows) for rows in sheets] == [5, 3]
    assert sheets[0][0] == sheets[1][0]
    assert [row[0] for rows in sheets for row in rows[1:]] == [f"a{n}" for n in range(len(AMOUNTS))]
    assert sums_of_file(engine, SHEET, target) == SUMS


@pytest.mark.parametrize("kind", bill_file.KINDS)
def test_nothing_is_a_file_with_a_head(engine: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"bill{kind}"
    assert write(engine, "from bill where false", SHEET, target) == 0
    assert sums_of_file(engine, SHEET, target) == {}


@pytest.mark.parametrize("kind", bill_file.KINDS)
def test_the_same_bill_gives_the_same_file(engine: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    made = [tmp_path / f"{name}{kind}" for name in ("one", "two")]
    for target in made:
        write(engine, "from bill", SHEET, target)
    assert made[0].read_bytes() == made[1].read_bytes()


def test_letters_that_xml_cannot_hold_are_left_out(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "bill.xlsx"
    write(engine, "select * replace ('a' || chr(7) || 'b' as note) from bill", SHEET, target)
    (_, first, *_) = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert first[1] == "ab"
