"""Files of batches: CSV and sheets say the same, and what is wrong is named at its row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from partita.core.fault import Fault
from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP
from partita.core.permission import RelationPermission as Code
from partita.formats.batch import BatchKind, BatchLine, read_batch
from sheets import write_sheet

Make = Callable[..., Path]


def faults(path: Path, kind: BatchKind) -> list[tuple[int, str, Fault]]:
    _, problems = read_batch(path, kind)
    return [(one.origin.row, one.column, one.fault) for one in problems]


def csv_of(folder: Path, *rows: str) -> Path:
    path = folder / "batch.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def sheet_of(folder: Path, *rows: str) -> Path:
    path = folder / "batch.xlsx"
    write_sheet(path, [row.split(",") for row in rows])
    return path


@pytest.mark.parametrize("make", [csv_of, sheet_of])
def test_a_file_says_the_same_as_text_and_as_a_sheet(tmp_path: Path, make: Make) -> None:
    path = make(
        tmp_path,
        "member,main,permissions,mode",
        "shop,main,CHECK_FINANCE_INFO;FORBID_WITHDRAW_CASH,",
        "labs,main,,Trusteeship",
        ",,,",
        "bank,main,,management",
    )
    lines, problems = read_batch(path, BatchKind.LINK)
    assert problems == []
    assert [(one.origin.row, one.member, one.mode) for one in lines] == [
        (2, "shop", INDEPENDENT),
        (3, "labs", TRUSTEESHIP),
        (5, "bank", INDEPENDENT),
    ]
    assert lines[0].permissions == {Code.CHECK_FINANCE_INFO, Code.FORBID_WITHDRAW_CASH}


def test_numbers_of_a_sheet_are_their_shortest_decimal_text(tmp_path: Path) -> None:
    rows = ("main,member,amount", "main,a,100", "main,b,100.50", "main,c,0.1", "main,d,1234567.89", "main,e,1e20")
    lines, problems = read_batch(sheet_of(tmp_path, *rows), BatchKind.TRANSFER)
    assert problems == []
    assert [one.amount for one in lines] == ["100", "100.5", "0.1", "1234567.89", "1e20"]


def test_the_noise_of_a_formula_is_no_part_of_an_amount(tmp_path: Path) -> None:
    figures = {
        "0.30000000000000004": "0.3",
        "1.1500000000000001": "1.15",
        "9.99999999999998": "9.99999999999998",
        "12345678901234.56": "12345678901234.56",
        "0.00001": "0.00001",
        "-0.7999999999999999": "-0.8",
    }
    rows = [f"main,a{number},{text}" for number, text in enumerate(figures)]
    lines, problems = read_batch(sheet_of(tmp_path, "main,member,amount", *rows), BatchKind.TRANSFER)
    assert problems == []
    assert [one.amount for one in lines] == list(figures.values())


def test_a_formula_that_fails_is_never_an_empty_cell(tmp_path: Path) -> None:
    rows = ("member,permissions", "a,#REF!", "#N/A,", "#REF!,#DIV/0!", "b,=A2", "c,")
    path = sheet_of(tmp_path, *rows)
    lines, problems = read_batch(path, BatchKind.PERMIT)
    assert [one.member for one in lines if not one.unread] == ["c"]
    assert [sorted(one.unread) for one in lines] == [
        ["permissions"], ["member"], ["member", "permissions"], ["permissions"], [],
    ]  # fmt: skip
    assert [(one.origin.row, one.column, one.detail["value"]) for one in problems] == [
        (2, "permissions", "#REF!"),
        (3, "member", "#N/A"),
        (4, "member", "#REF!"),
        (4, "permissions", "#DIV/0!"),
        (5, "permissions", "=A2"),
    ]


def test_a_formula_of_an_opendocument_sheet_that_fails_is_named(tmp_path: Path) -> None:
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>member</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>permissions</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        '</table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p>'
        '</table:table-cell><table:table-cell table:formula="of:=#REF!" office:value-type="string" '
        'office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {names} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
        f'calcext:1.0"><office:body><office:spreadsheet><table:table table:name="Sheet1">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "batch.ods"
    with ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", "<manifest/>")
        book.writestr("content.xml", content)
    lines, problems = read_batch(path, BatchKind.PERMIT)
    assert [one.unread for one in lines] == [{"permissions"}]
    assert [(one.origin.row, one.column, one.detail["value"]) for one in problems] == [(4, "permissions", "#REF!")]


def test_an_old_workbook_is_not_read(tmp_path: Path) -> None:
    for name in ("batch.xls", "batch.XLSB"):
        (tmp_path / name).write_bytes(b"anything")
        assert faults(tmp_path / name, BatchKind.LINK) == [(0, "", Fault.OLD_WORKBOOK)]


def test_a_row_is_what_it_says_wherever_it_stands(tmp_path: Path) -> None:
    first, _ = read_batch(csv_of(tmp_path, "main,member,limit", "m,a,1", "m,b,2"), BatchKind.LIMIT)
    second, _ = read_batch(csv_of(tmp_path, "limit,main,member", "", "2,m,b", "1,m,a"), BatchKind.LIMIT)
    assert sorted(one.content for one in first) == sorted(one.content for one in second)
    assert first[0] != second[1]


def test_an_account_stands_in_one_row(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "member,permissions", "shop,", "labs,", "shop,CHECK_FINANCE_INFO", "labs,NONE")
    assert faults(path, BatchKind.PERMIT) == [
        (4, "member", Fault.ACCOUNT_TWICE),
        (5, "permissions", Fault.NOT_ONE_OF),
        (5, "member", Fault.ACCOUNT_TWICE),
    ]


@pytest.mark.parametrize("make", [csv_of, sheet_of])
def test_columns_are_known_however_they_are_written(tmp_path: Path, make: Make) -> None:
    lines, problems = read_batch(make(tmp_path, "Main, MEMBER ,amount", "m,a,1"), BatchKind.TRANSFER)
    assert ([line.content for line in lines], problems) == ([("m", "a", "independent", "1")], [])


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (("main,member",), Fault.NO_ROWS),
        (("",), Fault.NO_HEADER),
        (("main,amount", "m,1"), Fault.MISSING_COLUMN),
        (("main,member,amount,note", "m,a,1,x"), Fault.UNKNOWN_COLUMN),
        (("main,member,main", "m,a,m"), Fault.COLUMN_TWICE),
    ],
)
@pytest.mark.parametrize("make", [csv_of, sheet_of])
def test_what_is_no_batch_is_named(tmp_path: Path, make: Make, rows: tuple[str, ...], fault: Fault) -> None:
    kind = BatchKind.TRANSFER if "amount" in rows[0] else BatchKind.LINK
    found = faults(make(tmp_path, *rows), kind)
    assert [one for _, _, one in found] == [fault]


def test_a_sheet_with_values_beyond_its_columns_is_named(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, "main,member", "m,a,stray")
    assert faults(path, BatchKind.LINK) == [(2, "", Fault.WRONG_WIDTH)]


def test_what_is_no_sheet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "batch.xlsx"
    path.write_bytes(b"this is no sheet")
    assert faults(path, BatchKind.LINK) == [(0, "", Fault.NOT_READABLE)]


def test_a_line_says_what_it_is(tmp_path: Path) -> None:
    lines, _ = read_batch(csv_of(tmp_path, "main,member,limit", "m,a,5"), BatchKind.LIMIT)
    assert isinstance(lines[0], BatchLine)
    assert lines[0].content == ("m", "a", "independent", "5")
