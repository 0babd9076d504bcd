from __future__ import annotations

from pathlib import Path

import pytest

from partita.core.fault import Fault
from partita.core.setup import Setup
from partita.formats.setup import FILES, Reading, read_setup

PRODUCTS = ",".join(FILES["products.csv"])
PRICES = ",".join(FILES["prices.csv"])


def read(folder: Path, **files: str | bytes) -> Reading:
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_setup(folder, Setup(), None)


def faults(reading: Reading) -> list[tuple[str, int, str, Fault]]:
    return [(one.origin.file, one.origin.row, one.column, one.fault) for one in reading.problems]


def test_byte_order_mark_blank_rows_quotes_and_spaces_do_no_harm(tmp_path: Path) -> None:
    text = f'\ufeff{PRODUCTS}\r\n\r\nvm, "云服务器, Server" ,Compute\r\n,,\r\ndisk,Disk,Storage\r\n'
    reading = read(tmp_path, products=text.replace(', "', ',"').replace('" ,', '",'))

    assert not reading.problems
    assert [one.name for one in reading.stated.setup.products.values()] == ["云服务器, Server", "Disk"]


def test_rows_count_as_an_editor_does_even_after_a_value_of_two_lines(tmp_path: Path) -> None:
    reading = read(tmp_path, products=f'{PRODUCTS}\nvm,"two\nlines",Compute\nvm 2,Server,Compute\n')

    assert faults(reading) == [
        ("products.csv", 2, "name", Fault.BAD_NAME),
        ("products.csv", 4, "product_id", Fault.BAD_ID),
    ]


@pytest.mark.parametrize(
    ("text", "row", "fault"),
    [
        (b"", 1, Fault.NO_HEADER),
        (b"product_id,name\nvm,Server\n", 1, Fault.MISSING_COLUMN),
        (b"product_id,name,service_category,colour\n", 1, Fault.UNKNOWN_COLUMN),
        (b"product_id,name,name,service_category\n", 1, Fault.COLUMN_TWICE),
        (f"{PRODUCTS}\nvm,Server\n".encode(), 2, Fault.WRONG_WIDTH),
        (f'{PRODUCTS}\nvm,Server,Compute\ndisk,"Disk,Storage\n'.encode(), 3, Fault.BROKEN_ROW),
        (f"{PRODUCTS}\nvm,云服务器,Compute\n".encode("gbk"), 2, Fault.NOT_UTF8),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(tmp_path: Path, text: bytes, row: int, fault: Fault) -> None:
    reading = read(tmp_path, products=text)

    assert [(place, wrong) for _, place, _, wrong in faults(reading)] == [(row, fault)]
    assert reading.problems[0].message("zh") != reading.problems[0].message("en")


@pytest.mark.parametrize(
    ("rows", "row", "column", "fault"),
    [
        (["graduated,payer,10,1,", "graduated,payer,20,1,"], 3, "tier_to", Fault.LAST_TIER_ENDS),
        (["graduated,payer,,1,", "graduated,payer,,1,"], 2, "tier_to", Fault.TIER_WITHOUT_END),
        (["volume,,20,1,", "volume,,20,1,", "volume,,,1,"], 3, "tier_to", Fault.TIERS_DO_NOT_RISE),
        (["unit,,,1,", "unit,,,2,"], 3, "model", Fault.ONE_PRICE_ONLY),
        (["volume,payer,20,1,", "volume,account,,1,"], 3, "counter", Fault.ROWS_DISAGREE),
        (["block,,,1,"], 2, "block_size", Fault.BLOCK_SIZE_MISSING),
        (["unit,,,1,5"], 2, "block_size", Fault.BLOCK_SIZE_NEEDLESS),
        (["unit,,,-1,"], 2, "price", Fault.BAD_PRICE),
        (["unit,,,0.12345678901,"], 2, "price", Fault.BAD_PRICE),
        (["unit,,,1000000000,"], 2, "price", Fault.BAD_PRICE),
        (["volume,,0,1,", "volume,,,1,"], 2, "tier_to", Fault.BAD_QUANTITY),
        (["cubic,,,1,"], 2, "model", Fault.NOT_ONE_OF),
    ],
)
def test_tiers_at_fault_are_named_at_their_row(
    tmp_path: Path, rows: list[str], row: int, column: str, fault: Fault
) -> None:
    reading = read(tmp_path, prices="\n".join([PRICES, *(f"vm,CNY,2026-01-01,{one}" for one in rows)]))

    assert ("prices.csv", row, column, fault) in faults(reading)
    assert not reading.stated.setup.prices


def test_a_misspelt_file_is_pointed_out(tmp_path: Path) -> None:
    reading = read(tmp_path, products=PRODUCTS, price=PRICES)

    assert reading.ignored == ["price.csv"]
    assert reading.files == ["products.csv"]


def test_discounts_name_a_target_or_all(tmp_path: Path) -> None:
    head = ",".join(FILES["discounts.csv"])
    rows = ["a,all,vm,2026-01-01,0.9,", "a,sku,,2026-01-01,0.9,", "a,all,,2026-01-01,1.1,", "a,all,,2026-01-01,1,maybe"]
    reading = read(tmp_path, discounts="\n".join([head, *rows]))

    assert [(row, column, fault) for _, row, column, fault in faults(reading)] == [
        (2, "target_id", Fault.TARGET_NEEDLESS),
        (3, "target_id", Fault.TARGET_MISSING),
        (4, "factor", Fault.BAD_FACTOR),
        (5, "exclusive", Fault.NOT_ONE_OF),
    ]


def test_every_message_can_be_written_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").mkdir()
    for name, columns in FILES.items():
        if name != "prices.csv":
            (tmp_path / name).write_text("\n".join([",".join(columns), ",".join("?" * len(columns))]), encoding="utf-8")
    reading = read_setup(tmp_path, Setup(), None)

    assert len(reading.problems) > 15
    assert all(one.message("zh") and one.message("en") for one in reading.problems)
