"""Bench of rating: usage Parquet in, charges Parquet out, against a plain DuckDB copy of the same Parquet.

    python tests/bench/rating.py [--lines 1000000 --lines 10000000] [--without-cloudkitty] [--json FILE]

Usage lies as the intake leaves it: sorted by account, SKU, start. The statement and the way of writing are those of the
product (`usecases.rating`). Every figure is from a process that measures nothing else; peak memory from one that only
rates.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import measure
import rating_cloudkitty
import rating_world
from ground import is_small, sized

from partita.columnar.tables import USAGE
from partita.usecases import rating
from partita.usecases.bucket import side_by_side

MEMORY, THREADS, BUCKETS = "1GB", 2, 16
METHOD = (
    "Usage Parquet to charges Parquet (25 columns for 10), 2 threads, memory limit 1 GB; 60 % flat-rate (flat, unit), "
    "20 % graduated, 20 % volume and block; 60 SKUs with a price change inside the month, 400 accounts, 100 payers, "
    "contract discounts for half of them. Reference: `COPY (FROM usage) TO` of the same files, in turns. Median of 3."
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians in seconds and the peak of a process that only rates."""

    rate: float
    copy: float
    peak_bytes: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, action="append")
    parser.add_argument("--without-cloudkitty", action="store_true")
    parser.add_argument(
        "--only", choices=("rate", "both"), help="measure the files of FOLDER (used by the script itself)"
    )
    parser.add_argument("--folder", type=Path)
    options, _ = parser.parse_known_args(arguments)
    if options.only:
        sys.stdout.write(json.dumps(timed(options.folder, rate_only=options.only == "rate")))
        return
    mix, skew = measure.Table("Rating", METHOD), measure.Table("Rating: one payer with 90 % of the lines", METHOD)
    sizes = options.lines or sized([1_000_000, 10_000_000], [2_000])
    for lines in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _rows(mix, skew, lines, Path(folder))
    tables = [mix, skew]
    if not options.without_cloudkitty and not is_small():
        tables.append(rating_cloudkitty.table(sizes))
    measure.finish(*tables, arguments=arguments)


def _rows(mix: measure.Table, skew: measure.Table, lines: int, folder: Path) -> None:
    for buckets in (1, BUCKETS):
        where = "one bucket" if buckets == 1 else f"{buckets} buckets"
        even = figures(folder / f"even-{buckets}", lines, buckets, skewed=False)
        aim = "≤ 4x the time, ≥ 1 M/s"
        mix.add(
            measure.Row(f"{lines:,} lines, {where}", lines, even.rate, "plain copy", even.copy, aim, even.peak_bytes)
        )
        one = figures(folder / f"skew-{buckets}", lines, buckets, skewed=True)
        skew.add(
            measure.Row(f"{lines:,} lines, {where}", lines, one.rate, "even spread", even.rate, "≤ 1.5x the time",
                        one.peak_bytes)
        )  # fmt: skip


def figures(folder: Path, lines: int, buckets: int, *, skewed: bool) -> Figures:
    """Make usage and measure it in processes of their own."""
    rating_world.make_usage(folder, lines, buckets, skewed=skewed)
    command = [sys.executable, __file__, "--folder", folder, "--only"]
    both = json.loads(measure.peak_rss_of([*command, "both"]).output)
    alone = measure.peak_rss_of([*command, "rate"])
    rating_world.clear(folder)
    return Figures(both["rate"], both["copy"], alone.peak_bytes)


def timed(folder: Path, *, rate_only: bool) -> dict[str, float]:
    """Rate all files of a folder side by side, as buckets are; in turns with plain copies, which are too."""
    sources = sorted(folder.glob("*.parquet"))
    target = folder / "out"
    target.mkdir(exist_ok=True)
    engine = duckdb.connect(
        config={"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(folder / "spill")}
    )
    rating_world.lay_out(engine)

    def rate_bucket(number: int, connection: duckdb.DuckDBPyConnection) -> None:
        source = sources[number]
        rating.write_charges(connection, rating_world.MONTH, rating_world.MODELS, [source], target / source.name)

    def rate_all() -> None:
        rating.show_files(engine, "usage", USAGE, [str(source) for source in sources])
        assert rating.unrateable(engine) is None, "the price book covers the month"
        for _ in side_by_side(engine, range(len(sources)), rate_bucket):
            pass

    def copy_bucket(number: int, connection: duckdb.DuckDBPyConnection) -> None:
        source = sources[number]
        connection.execute(f"copy (from read_parquet('{source}')) to '{target / source.name}' (format parquet)")

    def copy_all() -> None:
        for _ in side_by_side(engine, range(len(sources)), copy_bucket):
            pass

    if rate_only:
        rate_all()
        return {}
    copied, rated = measure.median_of_each([copy_all, rate_all])
    return {"rate": rated, "copy": copied}


if __name__ == "__main__":
    main()
