from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from partita.columnar.tables import (
    ACCOUNTS,
    CYCLES,
    DISCOUNTS,
    MONTHS,
    PAYERS,
    PLACEMENTS,
    PRICES,
    PRODUCTS,
    SKUS,
    arrow_schema,
)
from partita.core.ids import bucket_of
from partita.core.period import Month
from partita.core.refusal import Reason, Refused
from partita.formats.setup import FILES
from partita.store import catalog, org
from partita.usecases.setup import SetupApplied, apply_setup, setup_in_books
from partita.usecases.work import Books

DOCUMENTS = {
    "enterprises": ["group,集团,Asia/Shanghai,CNY"],
    "units": ["group,sales,east,department,Sales", "group,east,,company,East"],
    "accounts": [
        "shop,group,Shop,sales,,2026-01-01",
        "shop,group,Shop,east,main,2026-03-01",
        "main,group,Main,east,,2026-01-01",
    ],
    "products": ["vm,云服务器,Compute"],
    "skus": ["vm.s,vm,Small,Hour", "vm.g,vm,Graduated,Hour"],
    "prices": [
        "vm.s,CNY,2026-01-01,block,,,0.25,10",
        "vm.s,CNY,2026-04-01,unit,,,0.2,",
        "vm.g,CNY,2026-01-01,graduated,payer,100,0.5,",
        "vm.g,CNY,2026-01-01,graduated,payer,300,0.4,",
        "vm.g,CNY,2026-01-01,graduated,payer,,0.3,",
    ],
    "discounts": ["main,all,,2026-01-01,0.9,", "main,sku,vm.s,2026-01-01,0.8,yes", "main,all,,2026-05-01,1,"],
}


def write(folder: Path, documents: dict[str, list[str]]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in documents.items():
        (folder / f"{name}.csv").write_text("\n".join([",".join(FILES[f"{name}.csv"]), *rows]), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "setup", DOCUMENTS)


def apply(books: Books, folder: Path, *, dry_run: bool = False) -> SetupApplied:
    with books.work() as work:
        result = apply_setup(work, folder, dry_run=dry_run)
    assert isinstance(result, SetupApplied), result.message()
    return result


def refusal(books: Books, folder: Path) -> Refused:
    with books.work() as work:
        before = setup_in_books(work.tx)
        result = apply_setup(work, folder)
        assert setup_in_books(work.tx) == before, "a refusal applies nothing"
    assert isinstance(result, Refused)
    return result


def test_a_folder_is_applied_once_and_again_changes_nothing(books: Books, folder: Path) -> None:
    dry = apply(books, folder, dry_run=True)
    with books.work() as work:
        assert not any(setup_in_books(work.tx).counts().values())
    first, second = apply(books, folder), apply(books, folder)

    assert dry.added.counts() == first.added.counts() == second.unchanged
    assert sum(first.added.counts().values()) == 1 + 2 + 2 + 3 + 3 + 1 + 2 + 3 + 3
    assert not any(second.added.counts().values())
    with books.work() as work:
        assert setup_in_books(work.tx) == first.added


def test_the_same_folder_cut_in_pieces_gives_the_same_books(books: Books, folder: Path, tmp_path: Path) -> None:
    for name, rows in DOCUMENTS.items():
        apply(books, write(tmp_path / name, {name: rows}))

    assert not any(apply(books, folder).added.counts().values())


def test_the_tables_of_the_bulk_engine(books: Books, folder: Path) -> None:
    apply(books, folder)
    with books.work() as work:
        tx = work.tx
        accounts, payers, placements = org.accounts_table(tx), org.payers_table(tx), org.placements_table(tx)
        prices, discounts = catalog.prices_table(tx), catalog.discounts_table(tx)
        products, skus, cycles = catalog.products_table(tx), catalog.skus_table(tx), catalog.cycles_table(tx)
    for table, schema in (
        (accounts, ACCOUNTS), (payers, PAYERS), (placements, PLACEMENTS), (prices, PRICES), (discounts, DISCOUNTS),
        (products, PRODUCTS), (skus, SKUS), (cycles, CYCLES),
    ):  # fmt: skip
        assert table.schema == arrow_schema(schema)

    march, end = datetime(2026, 2, 28, 16), datetime(9999, 1, 1)  # noqa: DTZ001 - tables are UTC by contract
    january = datetime(2025, 12, 31, 16)  # noqa: DTZ001
    assert [tuple(row.values()) for row in accounts.to_pylist()] == [
        ("main", "Asia/Shanghai", "CNY"),
        ("shop", "Asia/Shanghai", "CNY"),
    ]
    assert [tuple(row.values()) for row in payers.to_pylist()] == [
        ("main", "hour", january, end, "main", bucket_of("main", 8)),
        ("shop", "hour", january, march, "shop", bucket_of("shop", 8)),
        ("shop", "hour", march, end, "main", bucket_of("main", 8)),
    ]
    assert set(cycles.column("cycle").to_pylist()) == {"hour"}
    assert [tuple(row.values())[-4:] for row in placements.to_pylist()] == [
        ("East", None, None, "East"),
        ("East", "Sales", None, "East / Sales"),
        ("East", None, None, "East"),
    ]
    tiers = [tuple(row.values())[5:] for row in prices.to_pylist()]
    assert tiers == [
        ("graduated", "payer", 0, 0, 100_000_000, Decimal(0), 5_000_000_000, None),
        ("graduated", "payer", 1, 100_000_000, 300_000_000, Decimal(5 * 10**17), 4_000_000_000, None),
        ("graduated", "payer", 2, 300_000_000, None, Decimal(13 * 10**17), 3_000_000_000, None),
        ("block", "account", 0, 0, None, None, 2_500_000_000, 10_000_000),
        ("unit", "account", 0, 0, None, None, 2_000_000_000, None),
    ]
    assert prices["to_at"].to_pylist()[-2:] == [datetime(2026, 3, 31, 16), end]  # noqa: DTZ001
    assert [(row["target_id"], row["to_at"] == end) for row in discounts.to_pylist()] == [
        (None, False),  # from May on its factor is one: no discount
        ("vm.s", True),
    ]


def test_tables_before_anything_is_set_up(books: Books) -> None:
    with books.work() as work:
        assert org.accounts_table(work.tx).num_rows == 0
        assert org.bucket_count(work.tx) == 8
        assert catalog.prices_table(work.tx).schema == arrow_schema(PRICES)


def test_the_calendar_of_two_zones() -> None:
    table = org.months_table(["Europe/Berlin", "Asia/Shanghai"], Month(2026, 10), Month(2026, 11))

    assert table.schema == arrow_schema(MONTHS)
    assert table["month"].to_pylist() == [202610, 202611, 202610, 202611]
    berlin = table.to_pylist()[2]
    assert (berlin["to_at"] - berlin["from_at"]).total_seconds() == 745 * 3600


def test_every_fault_is_named_and_at_most_twenty_are_written_out(books: Books, tmp_path: Path) -> None:
    rows = [f"vm{number},Server,Kompute" for number in range(30)]
    no = refusal(books, write(tmp_path / "bad", {"products": rows}))

    assert no.reason is Reason.SETUP_AT_FAULT
    assert no.detail["count"] == 30
    assert "products.csv row 2, column service_category: 'Kompute'" in no.message()
    assert "… and 10 more" in no.message()
    assert "products.csv 第 2 行，列 service_category" in no.message("zh")


def test_a_change_of_a_closed_month_is_refused(books: Books, folder: Path, tmp_path: Path) -> None:
    apply(books, folder)
    with books.work() as work:
        at = datetime(2026, 9, 2, tzinfo=UTC)
        work.tx.execute("insert into close_run (month, usage_through, closed_at) values (202608, 0, %s)", (at,))
    late = write(tmp_path / "late", {"prices": ["vm.s,CNY,2026-08-15,unit,,,0.1,"]})
    no = refusal(books, late)

    assert no.reason is Reason.PRICE_IN_CLOSED_MONTH
    assert "prices.csv row 2" in no.message()
    assert "2026-08" in no.message("zh")
    apply(books, write(late, {"prices": ["vm.s,CNY,2026-09-01,unit,,,0.1,"]}))


def test_a_folder_that_is_none(books: Books, tmp_path: Path) -> None:
    assert refusal(books, tmp_path / "nowhere").reason is Reason.FILE_NOT_FOUND
    assert refusal(books, tmp_path).reason is Reason.NOT_A_SETUP_FOLDER


def test_ten_thousand_accounts_and_prices_are_one_statement_a_table(books: Books, tmp_path: Path) -> None:
    count = 10_000
    documents = DOCUMENTS | {
        "accounts": [f"a{number},group,Account {number},east,,2026-01-01" for number in range(count)],
        "skus": [f"s{number},vm,SKU {number},Hour" for number in range(count)],
        "prices": [f"s{number},CNY,2026-01-01,unit,,,0.{number + 1}," for number in range(count)],
        "discounts": [],
    }
    apply(books, write(tmp_path / "many", documents))
    with books.work() as work:
        assert org.accounts_table(work.tx).num_rows == count
        assert catalog.prices_table(work.tx).num_rows == count
