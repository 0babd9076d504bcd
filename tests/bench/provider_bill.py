"""Bill import against the bulk engine's own CSV read of the same file.

Writes a FOCUS file of about 60 columns (long ids, tags, up to 18 decimals, two months, three payers) of a given size,
imports it in a process of its own with a memory limit, and reads the same file with DuckDB's own sniffing and typing
into Parquet, in turns. The default sizes are those of one million lines, 2 GB, and ten million lines.

    python tests/bench/provider_bill.py [--megabytes N …] [--memory 512MB] [--runs 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from ground import sized
from measure import Finished, Row, Table, finish, peak_rss_of

from partita.store import postgres

_HEAD = (
    "ProviderName,PublisherName,InvoiceIssuerName,InvoiceId,BillingAccountId,BillingAccountName,BillingAccountType,"
    "SubAccountId,SubAccountName,SubAccountType,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
    "ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,BilledCost,EffectiveCost,ListCost,ContractedCost,"
    "ListUnitPrice,ContractedUnitPrice,PricingCategory,PricingQuantity,PricingUnit,PricingCurrency,BillingCurrency,"
    "ConsumedQuantity,ConsumedUnit,ServiceName,ServiceCategory,ServiceSubcategory,SkuId,SkuMeter,SkuPriceId,"
    "SkuPriceDetails,ResourceId,ResourceName,ResourceType,RegionId,RegionName,AvailabilityZone,CommitmentDiscountId,"
    "CommitmentDiscountName,CommitmentDiscountCategory,CommitmentDiscountType,CommitmentDiscountStatus,"
    "CommitmentDiscountQuantity,CommitmentDiscountUnit,CapacityReservationId,CapacityReservationStatus,Tags,"
    "x_Discounts,x_Operation,x_UsageType,x_ServiceCode,x_CostCategories"
)
_IMPORT = """
import sys
from pathlib import Path
from partita.core.refusal import Refused
from partita.settings import Settings
from partita.usecases.provider_bill import import_bill
from partita.wiring import open_books
import time
with open_books(Settings.from_environment()) as books:
    started = time.perf_counter()
    done = import_bill(books, Path(sys.argv[1]), format_name="focus")
    assert not isinstance(done, Refused), done.message()
    print(done.taken.records, time.perf_counter() - started)
"""
_READ = """
import sys, time, duckdb
engine = duckdb.connect(config={"memory_limit": sys.argv[3], "threads": int(sys.argv[4])})
engine.execute(f"set temp_directory = '{sys.argv[2]}.spill'; set enable_progress_bar = false")
started = time.perf_counter()
row = engine.execute(f"copy (select * from read_csv('{sys.argv[1]}')) to '{sys.argv[2]}' (format parquet)").fetchone()
print(row[0], time.perf_counter() - started)
"""


def rows() -> Iterator[str]:
    """Yield believable rows, for ever; the same ones in every run."""
    chance = random.Random(2026)  # noqa: S311 - believable, not secret
    services = [("Compute", "EC2", "Hours"), ("Storage", "S3", "GB-Mo"), ("Networking", "VPC", "GB")]
    machines = [f"i-{chance.getrandbits(64):016x}" for _ in range(20_000)]
    tags = [
        f'"{{""env"":""{env}"",""owner"":""team-{n % 60}"",""cost-center"":""cc-{n}""}}"'
        for n in range(900)
        for env in ("prod", "dev")
    ]
    while True:
        category, name, unit = chance.choice(services)
        account, payer, hour = f"2000000000{chance.randrange(40):02d}", chance.randrange(3), chance.randrange(28 * 24)
        quantity, price = chance.randrange(10**12), chance.randrange(1, 10**9)
        exact = f"{quantity * price:019d}"
        cost, used = f"{exact[:-18]}.{exact[-18:]}", f"{quantity // 10**9}.{quantity % 10**9:09d}"
        unit_price, sku = f"0.{price:09d}0", f"SKU{chance.randrange(3000):08d}"
        start = f"2026-09-{1 + hour // 24:02d}T{hour % 24:02d}"
        cells = (
            "AWS", "AWS", '"Amazon Web Services, Inc."', f"INV-{payer}", f"1000000000{payer:02d}", f"Payer {payer}",
            "Payer Account", account, f"account-{account[-2:]}", "Linked Account", "2026-09-01T00:00:00Z",
            "2026-10-01T00:00:00Z", f"{start}:00:00Z", f"{start}:59:59Z", "Usage", "",
            f'"${unit_price} per {unit}, {name} usage in N. Virginia"', "Usage-Based", cost, cost, cost, cost,
            unit_price, unit_price, "Standard", used, unit, "USD", "USD", used, unit, f"Amazon {name}", category,
            "Virtual Machines", sku, name, f"{sku}.JRTCKXETXF.6YS6EN2CT7", '"{""InstanceType"":""m5.large""}"',
            f"arn:aws:ec2:us-east-1:{account}:instance/{chance.choice(machines)}", "", "instance", "us-east-1",
            "US East (N. Virginia)", f"us-east-1{'abc'[hour % 3]}", *[""] * 9, chance.choice(tags), "", "RunInstances",
            f"BoxUsage:{sku}", name, "",
        )  # fmt: skip
        yield ",".join(cells) + "\n"


def write_bill(path: Path, megabytes: int) -> None:
    """Write a FOCUS bill of a size: 64 MB of different rows, then the same rows again until it is large."""
    with path.open("w", encoding="utf-8") as out:
        out.write(_HEAD + "\n")
        block: list[str] = []
        size = 0
        for row in rows():
            block.append(row)
            size += len(row)
            if size > min(megabytes, 64) << 20:
                break
        for _ in range(max(1, (megabytes << 20) // size)):
            out.writelines(block)


@contextmanager
def new_books(folder: Path) -> Iterator[Path]:
    """Give the home of books that hold nothing: the same file again would only be known."""
    home = folder / "home"
    try:
        yield home
    finally:
        postgres.stop(home)
        shutil.rmtree(home)


def measure(folder: Path, megabytes: int, memory: str, runs: int) -> Row:
    """Import and read one file of a size, in turns; both in processes of their own with the same limits."""
    bill, threads = folder / f"bill-{megabytes}.csv", str(os.cpu_count() or 1)
    write_bill(bill, megabytes)
    ours: list[tuple[float, Finished]] = []
    theirs: list[float] = []
    records = 0
    for _ in range(runs):
        with new_books(folder) as home:
            environment = os.environ | {"PARTITA_MEMORY": memory, "PARTITA_HOME": str(home)}
            done = peak_rss_of([sys.executable, "-c", _IMPORT, bill], environment=environment)
        records, seconds = int(done.output.split()[0]), float(done.output.split()[1])
        ours.append((seconds, done))
        read = peak_rss_of([sys.executable, "-c", _READ, bill, folder / "own.parquet", memory, threads])
        theirs.append(float(read.output.split()[1]))
    bill.unlink()
    return Row(
        f"bill of {megabytes:,} MB, memory {memory}",
        count=records,
        seconds=median(seconds for seconds, _ in ours),
        reference="DuckDB reads the CSV by itself into Parquet",
        reference_seconds=median(theirs),
        aim="≥ 0.6x",
        peak_bytes=max(done.peak_bytes for _, done in ours),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, nargs="+", default=sized([800, 2_000, 8_000], [1]))
    parser.add_argument("--memory", default="512MB")
    parser.add_argument("--runs", type=int, default=sized(3, 1))
    options, rest = parser.parse_known_args()
    table = Table(
        "Bill import",
        "FOCUS CSV of 59 columns; the import reads, checks, adds up, writes and records it in new books. "
        f"Median of {options.runs}, in turns.",
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for megabytes in options.megabytes:
            table.add(measure(folder, megabytes, options.memory, options.runs))
    finish(table, arguments=rest)


if __name__ == "__main__":
    main()
