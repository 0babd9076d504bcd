"""Bench of the month close, end to end: rate, settle, bill, post, on real books with the embedded PostgreSQL.

The same usage volume is imported into three months; each month is closed once, so the median is of three first closes.
The reference is a plain DuckDB copy of the same usage Parquet, in the same run. `--lines 10000000` chooses the volume.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import measure
from ground import settings_at, sized

from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.usecases.close import close_month
from partita.usecases.funds import top_up
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.verify import verify
from partita.usecases.work import Books
from partita.wiring import open_books

ACCOUNTS, PAYERS, SKUS = 400, 50, 60
LINES = sized([1_000_000, 10_000_000], [2_000])
MONTHS = tuple(Month(2026, number) for number in (7, 8, 9))
NOW = datetime(2026, 10, 5, tzinfo=UTC)
Run = tuple[float, int | None]
MODELS = ["flat"] * 18 + ["unit"] * 18 + ["graduated"] * 12 + ["volume"] * 6 + ["block"] * 6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, action="append")
    options, _ = parser.parse_known_args()
    table = measure.Table(
        "Month close",
        "Rate + settle + bill + post of a month, median of three months; mix 60 % flat-rate (flat, unit), "
        "20 % graduated, 20 % volume and block; 400 accounts, 50 payers, 60 SKUs. Peak memory is that of the "
        "process, without the database server.",
    )
    for lines in options.lines or LINES:
        _measure(table, lines)
    measure.finish(table)


def _measure(table: measure.Table, lines: int) -> None:
    with settings_at(NOW, memory="2GB") as settings, open_books(settings) as books:
        _rows(table, lines, settings.home.parent, books)


def _rows(table: measure.Table, lines: int, folder: Path, books: Books) -> None:
    set_up(books, folder / "setup")
    imports: list[Run] = []
    closes: list[Run] = []
    copies: list[float] = []
    for month in MONTHS:
        usage = folder / f"{month}.parquet"
        write_usage(usage, month, lines)
        imports.append(measure.peak_during(lambda path=usage: sure(import_usage(books, path))))
        copies.append(measure.seconds_of(lambda path=usage: _copy(path)))
        usage.unlink()
    for month in MONTHS:
        copies.append(_copy_stored(books, month))
        closes.append(measure.peak_during(lambda month=month: sure(close_month(books, month))))
    proof, proof_peak = measure.peak_during(lambda: _proved(books))
    label = f"{lines // 1_000_000} M lines" if lines >= 1_000_000 else f"{lines:,} lines"
    copy = statistics.median(copies[len(MONTHS) :])
    table.add(
        measure.Row(
            f"close, {label}", lines, _median(closes), "plain DuckDB copy of the usage", copy,
            "≥ 500k lines/s", _most(closes),
        )
    )  # fmt: skip
    table.add(
        measure.Row(
            f"import of usage, {label} (Parquet)", lines, _median(imports), "plain DuckDB copy of the file",
            statistics.median(copies[: len(MONTHS)]), peak_bytes=_most(imports),
        )
    )  # fmt: skip
    table.add(
        measure.Row(
            f"verify of three closed months, {label} each", lines * 3, proof, peak_bytes=proof_peak,
            note="all equations hold",
        )
    )  # fmt: skip


def _median(runs: list[Run]) -> float:
    return statistics.median(seconds for seconds, _ in runs)


def _most(runs: list[Run]) -> int | None:
    return max((peak for _, peak in runs if peak is not None), default=None)


def _proved(books: Books) -> None:
    broken = [one.name for one in verify(books) if not one.holds]
    if broken:
        sys.exit(f"verify does not hold after the bench: {broken}")


def sure(answer: object) -> None:
    """Leave when something was refused."""
    if isinstance(answer, Refused):
        sys.exit(answer.message())


def _copy(path: Path) -> None:
    engine = duckdb.connect(config={"threads": 2})
    engine.execute(f"copy (from '{path}') to '{path}.copy' (format parquet)")
    engine.close()
    Path(f"{path}.copy").unlink()


def _copy_stored(books: Books, month: Month) -> float:
    files = f"{books.room.root}/usage/{month.number}/*/*.parquet"
    target = books.room.root / "copy.parquet"
    engine = duckdb.connect(config={"threads": 2})
    took = measure.seconds_of(lambda: engine.execute(f"copy (from '{files}') to '{target}' (format parquet)"))
    engine.close()
    target.unlink()
    return took


def write_usage(path: Path, month: Month, lines: int) -> None:
    """Write usage of one month: evenly spread accounts, SKUs by the mix, quantities with six decimals."""
    start = f"timestamp '{month}-01 00:00:00' - interval 8 hour"
    engine = duckdb.connect(config={"threads": 2})
    engine.execute(
        f"""
        copy (
            select 'rec-' || lpad(i::varchar, 10, '0') as record_id,
                   'acct-' || lpad((hash(i, 1) % {ACCOUNTS})::varchar, 4, '0') as account_id,
                   'sku-' || lpad((hash(i, 2) % {SKUS})::varchar, 3, '0') as sku,
                   ((hash(i, 3) % 9000000 + 1)::decimal(18, 0) / 1000000)::decimal(18, 6) as quantity,
                   ({start} + to_seconds((hash(i, 4) % 2505600)::bigint)) at time zone 'UTC' as start,
                   ({start} + to_seconds((hash(i, 4) % 2505600)::bigint + 3600)) at time zone 'UTC' as end,
                   'res-' || (hash(i, 5) % 20000) as resource,
                   'cn-' || (hash(i, 6) % 5) as region,
                   '{{"env":"prod","team":"t' || (hash(i, 7) % 12) || '"}}' as tags
            from range({lines}) t(i)
        ) to '{path}' (format parquet)
        """
    )
    engine.close()


def set_up(books: Books, folder: Path) -> None:
    """Set up accounts, payers with cash, products, SKUs, prices in all models, and discounts."""
    folder.mkdir(parents=True)
    since = "2020-01-01"
    accounts = [f"acct-{number:04d}" for number in range(ACCOUNTS)]
    payers = accounts[:PAYERS]
    _write(folder, "enterprises", "enterprise_id,name,zone,currency", [["bench", "Bench", "Asia/Shanghai", "CNY"]])
    _write(folder, "units", "enterprise_id,org_unit_id,parent_id,kind,name", [["bench", "one", "", "company", "One"]])
    _write(folder, "accounts", "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from",
           [[name, "bench", name, "one", payers[at % PAYERS], since] for at, name in enumerate(accounts)])  # fmt: skip
    _write(folder, "products", "product_id,name,service_category", [[f"p{at}", f"P{at}", "Compute"] for at in range(8)])
    _write(folder, "skus", "sku_id,product_id,name,unit",
           [[f"sku-{at:03d}", f"p{at % 8}", f"SKU {at}", "hour"] for at in range(SKUS)])  # fmt: skip
    _write(folder, "prices", "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
           [row for at, model in enumerate(MODELS) for row in _price(f"sku-{at:03d}", model)])  # fmt: skip
    _write(folder, "discounts", "payer_id,target_kind,target_id,effective_from,factor,exclusive",
           [[payer, "all", "", since, "0.9", "false"] for payer in payers[::2]])  # fmt: skip
    with books.work() as work:
        sure(apply_setup(work, folder))
    for payer in payers:
        with books.work() as work:
            sure(top_up(work, account_id=payer, amount=Money(10**9, "CNY"), idempotency_key="bench"))


def _price(sku: str, model: str) -> list[list[str]]:
    head = [sku, "CNY", "2020-01-01", model, "account"]
    match model:
        case "graduated" | "volume":
            tiers = [("100", "0.0123456789"), ("10000", "0.0100000001"), ("", "0.0087654321")]
            return [[*head, end, price, ""] for end, price in tiers]
        case "block":
            return [[*head, "", "0.25", "50"]]
        case _:
            return [[*head, "", "0.0123456789", ""]]


def _write(folder: Path, name: str, head: str, rows: list[list[str]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(head.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
