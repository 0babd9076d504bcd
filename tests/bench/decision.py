"""From a batch of usage to the decision: what one call takes that takes it in, prices it, holds it and decides.

Ten thousand accounts, a month that holds usage already, then small batches one after the other, each a file as a meter
would send it. Measured is the whole call: from the file being there to the commit, after which steps, holds and
messages stand in the books. Two shapes: every account pays for itself (财务管理), and a hundred main accounts pay for a
hundred members each (财务托管). In each, some payers are near their end, so that decisions change something.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import Row, Table, finish

from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.settings import Settings
from partita.store import postgres
from partita.usecases.funds import top_up
from partita.usecases.rating import rate_month
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.work import Books
from partita.wiring import open_books

NOW = datetime(2026, 10, 10, 4, tzinfo=UTC)
ACCOUNTS = 10_000
BASE_RECORDS = 200_000
BATCHES = 60
RECORDS = 200
MEMBERS = 100
SKUS = ("cpu", "disk", "calls")
SETUP = {
    "enterprises": ("enterprise_id,name,zone,currency", [["group", "Group", "Asia/Shanghai", "CNY"]]),
    "units": ("enterprise_id,org_unit_id,parent_id,kind,name", [["group", "east", "", "company", "East"]]),
    "products": (
        "product_id,name,service_category",
        [[name, name, "Compute"] for name in ("compute", "storage", "functions")],
    ),
    "skus": (
        "sku_id,product_id,name,unit",
        [["cpu", "compute", "cpu", "hour"], ["disk", "storage", "disk", "GB"], ["calls", "functions", "calls", "call"]],
    ),
    "prices": (
        "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
        [
            ["cpu", "CNY", "2020-01-01", "unit", "account", "", "0.25", ""],
            ["disk", "CNY", "2020-01-01", "graduated", "account", "100", "0.10", ""],
            ["disk", "CNY", "2020-01-01", "graduated", "account", "", "0.08", ""],
            ["calls", "CNY", "2020-01-01", "volume", "payer", "1000", "0.02", ""],
            ["calls", "CNY", "2020-01-01", "volume", "payer", "", "0.01", ""],
        ],
    ),
}
ACCOUNT_HEAD = "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from"
USAGE_HEAD = "record_id,account_id,sku,quantity,start"


@dataclass(frozen=True)
class Shape:
    """Who pays: each account for itself, or main accounts for so many members."""

    name: str
    members: int

    def payer(self, number: int) -> str:
        return f"a{number - number % self.members:05d}"


SHAPES = (Shape("each pays for itself", 1), Shape(f"100 main accounts, {MEMBERS} members each", MEMBERS))


def set_up(books: Books, shape: Shape, folder: Path) -> None:
    """Set the accounts up and give their payers money; one payer in ten has little."""
    folder.mkdir()
    accounts = [[f"a{n:05d}", "group", f"A{n}", "east", shape.payer(n), "2020-01-01"] for n in range(ACCOUNTS)]
    for name, (head, rows) in {**SETUP, "accounts": (ACCOUNT_HEAD, accounts)}.items():
        write(folder / f"{name}.csv", head, rows)
    with books.work() as work:
        applied = apply_setup(work, folder)
    assert not isinstance(applied, Refused), applied.message()
    payers = sorted({shape.payer(n) for n in range(ACCOUNTS)})
    for first in range(0, len(payers), 500):
        with books.work() as work:
            for place, payer in enumerate(payers[first : first + 500]):
                amount = 1_200 if place % 10 == 0 else 1_000_000
                answer = top_up(
                    work, account_id=payer, amount=Money(amount * shape.members, "CNY"), idempotency_key="k"
                )
                assert not isinstance(answer, Refused), answer.message()


def write(path: Path, head: str, rows: Iterator[list[str]] | list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(head.split(","))
        writer.writerows(rows)


def usage(first: int, count: int, since: datetime) -> Iterator[list[str]]:
    """Yield records of usage, spread over the accounts; deterministic, in order of time."""
    for number in range(first, first + count):
        start = since + timedelta(seconds=(number - first) * 3600 // count)
        account = number * 7919 % ACCOUNTS
        yield [f"r{number}", f"a{account:05d}", SKUS[number % 3], f"{1 + number % 9}.5", f"{start:%Y-%m-%dT%H:%M:%SZ}"]


def taken(books: Books, path: Path) -> float:
    """Return the seconds from the file being there to the decision being in the books."""
    started = time.perf_counter()
    answer = import_usage(books, path)
    seconds = time.perf_counter() - started
    assert not isinstance(answer, Refused), answer.message()
    assert answer.rejected == 0, answer
    return seconds


def measured(settings: Settings, shape: Shape, folder: Path, batches: int) -> tuple[list[float], int]:
    """Return the seconds of each batch, and how many changes of service they decided."""
    with open_books(settings) as books:
        set_up(books, shape, folder / "setup")
        base = folder / "base.csv"
        write(base, USAGE_HEAD, usage(0, BASE_RECORDS, datetime(2026, 10, 2, tzinfo=UTC)))
        taken(books, base)
        assert not isinstance(rate_month(books, Month(2026, 10)), Refused)
        seconds = []
        for batch in range(batches):
            path = folder / f"batch-{batch}.csv"
            since = datetime(2026, 10, 9, tzinfo=UTC) + timedelta(minutes=batch)
            write(path, USAGE_HEAD, usage(BASE_RECORDS + batch * RECORDS, RECORDS, since))
            seconds.append(taken(books, path))
        with books.work() as work:
            row = work.tx.execute("select count(*) from service_step where cause <> 'FIRST_USED'").fetchone()
    assert row is not None, "a count is one row"
    return seconds, int(row[0])


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--batches", type=int, default=BATCHES)
    options, _ = parser.parse_known_args()
    table = Table(
        "From usage to decision",
        f"{ACCOUNTS:,} accounts, {BASE_RECORDS:,} records in the month before; each batch is a file of {RECORDS} "
        "records of as many accounts. Seconds of the whole call, from file to commit: the aim is p95 under 1 s.",
    )
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            settings = Settings(folder / "home", None, "1GB", 2, "en", NOW)
            try:
                seconds, changes = measured(settings, shape, folder, options.batches)
            finally:
                postgres.stop(settings.home)
        p50, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        note = f"{changes:,} changes of service"
        table.add(Row(f"{shape.name}, p50", RECORDS, p50, note=note))
        table.add(Row(f"{shape.name}, p95", RECORDS, p95, aim="< 1 s", note=note))
    finish(table)


if __name__ == "__main__":
    main()
