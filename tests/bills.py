"""Bills for the tests of imports: a short FOCUS header, a row, and what the books make of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from partita.store import charge as charge_store
from partita.usecases.provider_bill import BillImported, import_bill
from partita.usecases.work import Books

HEAD = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargeCategory,Tags"
ROW = '1.5,payer,USD,2026-09-01,2026-09-02,Usage,"{""a"":""b""}"'
Write = Callable[..., Path]


def writer(folder: Path) -> Write:
    """Return what writes a file of rows below the FOCUS header of these tests, or of raw bytes."""

    def written(
        *rows: str, head: str = HEAD, name: str = "bill.csv", end: str = "\n", raw: bytes | None = None
    ) -> Path:
        path = folder / name
        path.write_bytes(raw if raw is not None else (end.join([head, *rows]) + end).encode())
        return path

    return written


def taken_in(books: Books, path: Path, format_name: str = "focus") -> BillImported:
    done = import_bill(books, path, format_name=format_name)
    assert isinstance(done, BillImported), done.message()
    return done


def charges(books: Books, columns: str) -> list[tuple[object, ...]]:
    with books.work() as work:
        paths = [str(books.room.path(one.path)) for one in charge_store.counting(work.tx)]
    found = duckdb.from_parquet(paths, union_by_name=True)
    if "count(" not in columns:
        found = found.order("row_number nulls last, record_id")
    return found.project(columns).fetchall()
