"""Bench of bills: the month bill of one account with 30,000 resources, in every view, and a file of a million rows.

The account is metered by the day, so that its bill gathers 930,000 charges; the month is closed, and the next one is
open, for the pro-forma bill. The reference of a view is the sum of the same charges by resource in plain DuckDB; that
of a file is plain DuckDB writing the same rows as CSV. All in turns.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import duckdb
from ground import Ground, books_at, sized
from measure import Row, Table, finish, median_of_each, peak_during

from partita.core.bill_view import FIGURES, LISTS, Dimension, View
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.formats import bill_file
from partita.formats.bill_file import Sheet
from partita.formats.quoting import literal
from partita.usecases.bill_view import Asked, MonthBill, Rows, month_bills, view
from partita.usecases.close import close_month
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.work import Books

NOW = Month(2026, 12).period("Asia/Shanghai").start
CLOSED, OPEN = Month(2026, 10), Month(2026, 11)
RESOURCES = sized(30_000, 60)
DAYS = sized(31, 3)
ROWS = sized(1_000_000, 3_000)
FILES = {
    "enterprises": "enterprise_id,name,zone,currency\ng,G,Asia/Shanghai,CNY\n",
    "units": "enterprise_id,org_unit_id,parent_id,kind,name\ng,east,,company,East\n",
    "accounts": "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from\nacme,g,Acme,east,,2020-01-01\n",
    "products": "product_id,name,service_category\ncompute,Compute,Compute\nstorage,Storage,Storage\n",
    "skus": "sku_id,product_id,name,unit\nvm,compute,VM,hour\ndisk,storage,Disk,GB\n",
    "prices": "sku_id,currency,effective_from,model,counter,tier_to,price,block_size\n"
    "vm,CNY,2020-01-01,unit,account,,0.3333333333,\ndisk,CNY,2020-01-01,unit,account,,0.0123456789,\n",
}


def main() -> None:
    with books_at(NOW, memory="2GB") as ground:
        build(ground)
        tables = views(ground.books), files(ground.folder)
    finish(*tables)


def build(ground: Ground) -> None:
    """Set up one account, let its resources be metered each day of two months, and close the first."""
    folder = ground.folder / "setup"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with ground.books.work() as work:
        sure(apply_setup(work, folder))
    for month in (CLOSED, OPEN):
        path = ground.folder / f"{month}.parquet"
        with duckdb.connect() as engine:
            engine.execute(
                f"copy (select 'r' || i || '-' || d as record_id, 'acme' as account_id, "
                "case when i % 3 = 0 then 'disk' else 'vm' end as sku, (i % 97 + 1)::varchar as quantity, "
                f"'{month}-' || lpad(d::varchar, 2, '0') || 'T00:00:00+08:00' as start, "
                f"'{month}-' || lpad(d::varchar, 2, '0') || 'T01:00:00+08:00' as \"end\", 'i-' || i as resource_id "
                f"from range({RESOURCES}) t(i), range(1, {min(DAYS, 30) + 1}) u(d)) to {literal(path)} (format parquet)"
            )
        sure(import_usage(ground.books, path))
    sure(close_month(ground.books, CLOSED))


def views(books: Books) -> Table:
    table = Table(
        "Month bill of one account",
        f"One account with {RESOURCES:,} resources metered by the day. Median of 3 in turns; the reference sums "
        "the same charges by resource in plain DuckDB, without names, orders, adjustments or states.",
    )
    charges = RESOURCES * min(DAYS, 30)
    of_closed, of_open = Asked(CLOSED, "acme"), Asked(OPEN, "acme")
    works = {
        "month bill": partial(_bills, books, of_closed),
        "bill details": partial(_view, books, of_closed, LISTS[View.DETAILS]),
        f"detail of {RESOURCES:,} resources": partial(_view, books, of_closed, LISTS[View.ITEMS]),
        "amortised cost": partial(_view, books, of_closed, LISTS[View.AMORTISED]),
        "pro-forma bill of the open month": partial(_bills, books, of_open),
    }
    paths = [str(path) for path in (books.room.root / "charges").rglob("final-*.parquet")]
    *mine, plain = median_of_each([*works.values(), partial(_plain, paths)])
    for name, seconds in zip(works, mine, strict=True):
        _, peak = peak_during(works[name])
        table.add(Row(name, charges, seconds, "plain DuckDB sum by resource", plain, "< 2 s", peak))
    return table


def _bills(books: Books, asked: Asked) -> list[MonthBill]:
    found = sure(month_bills(books, asked))
    assert isinstance(found, list)
    return found


def _view(books: Books, asked: Asked, dimensions: tuple[Dimension, ...]) -> Rows:
    rows = sure(view(books, asked, dimensions))
    assert isinstance(rows, Rows)
    assert rows.table.num_rows
    return rows


def _plain(paths: list[str]) -> None:
    names = ", ".join(literal(path) for path in paths)
    with duckdb.connect(config={"threads": 2}) as engine:
        engine.execute(
            "select resource_id, sku_id, sum(quantity_e6), sum(list_cost_e10), sum(contracted_cost_e10), "
            f"sum(billed_cost_e10) from read_parquet([{names}], union_by_name = true) group by all order by all"
        ).fetchall()


def files(folder: Path) -> Table:
    """Write rows of the detail view, with its nineteen columns of text and seven figures, into files."""
    table = Table(
        "Bills as files",
        f"{ROWS:,} rows of the detail by resource and billing item, each written and read again to add it up. Median "
        "of 3 in turns; the reference writes the same rows as CSV with plain DuckDB and reads nothing again.",
    )
    with duckdb.connect(
        config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(folder / "spill")}
    ) as engine:
        words = tuple(one.word for one in LISTS[View.ITEMS])
        texts = ", ".join(f"'{word} ' || (i % {1_000 + place}) as \"{word}\"" for place, word in enumerate(words))
        figures = ", ".join(
            f"((i * {place} * 7919) % 100000000000)::decimal(38, 0) as {bill_file.column(figure)}"
            for place, figure in enumerate(FIGURES.values(), 1)
        )
        engine.execute(f"create table rows as select {texts}, 'CNY' as currency, {figures} from range({ROWS}) t(i)")
        sheet = Sheet((*words, "currency", *FIGURES), "en", "Bill")
        works = {kind: partial(_write, engine, sheet, folder / f"bill{kind}") for kind in bill_file.KINDS}
        csv = partial(engine.execute, f"copy rows to {literal(folder / 'plain.csv')} (format csv, header true)")
        *mine, plain = median_of_each([*works.values(), csv])
        for kind, seconds in zip(works, mine, strict=True):
            _, peak = peak_during(works[kind])
            name = {".xlsx": "Excel", ".csv": "CSV", ".parquet": "Parquet"}[kind]
            table.add(Row(f"{ROWS:,} rows, {name}", ROWS, seconds, "plain CSV", plain, "", peak))
    return table


def _write(engine: duckdb.DuckDBPyConnection, sheet: Sheet, target: Path) -> None:
    assert bill_file.write(engine, "from rows", sheet, target) == ROWS
    assert bill_file.sums_of_file(engine, sheet, target)


def sure(answer: object) -> object:
    """Return an answer that is no refusal."""
    if isinstance(answer, Refused):
        sys.exit(answer.message())
    return answer


if __name__ == "__main__":
    main()
