"""The generator of the demo: writes the setup folder and the usage files of a believable group.

The same seed and sizes always give the same files; there is no clock in it. One file a month, each in another format;
the first month also has a few rows that are wrong on purpose, and a small file of lines that come late.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from partita.core.period import Month
from partita.demo.catalogue import catalogue
from partita.demo.fleet import fleet
from partita.demo.group import ENTERPRISE, RUNAWAY_ACCOUNT, links, organisation
from partita.demo.usage import OFFSET, Story, lines_sql, prepare, quantity_text
from partita.formats.quoting import literal

SEED, LINES, MONTHS = 2026, 1_000_000, 3
MONTHS_MOST = 24


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A usage file: its month, where it lies, how many lines it holds, and how many of them are wrong on purpose."""

    month: Month
    path: Path
    lines: int
    wrong: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Generated:
    """What the generator wrote. `late` belongs to the first month and is meant to be imported after its close.

    `links` is the batch that links the accounts of the fleet to their main accounts.
    """

    setup: Path
    links: Path
    usage: tuple[GeneratedFile, ...]
    late: GeneratedFile
    resources: int
    enterprise: str = ENTERPRISE
    runaway_account: str = RUNAWAY_ACCOUNT

    @property
    def lines(self) -> int:
        """How many lines all usage files hold."""
        return sum(one.lines for one in (*self.usage, self.late))


def generate(folder: Path, *, seed: int = SEED, lines: int = LINES, months: int = MONTHS) -> Generated:
    """Write a group with at least so many usage lines in so many months (from 2026-08) into `folder`.

    `folder` gets `setup/*.csv`, `links.csv` and `usage/<month>.<format>`; files of an earlier run are
    replaced. The least fleet makes some 35,000 lines in three months. Raises ValueError for a size that makes no sense.
    """
    if lines < 1 or not 1 <= months <= MONTHS_MOST:
        raise ValueError(f"lines are at least 1, months 1 to {MONTHS_MOST}")
    setup, usage = folder / "setup", folder / "usage"
    write_setup(setup)
    _write_csv(folder / "links.csv", *links())
    usage.mkdir(parents=True, exist_ok=True)
    story = Story.of(seed, months)
    resources = fleet(seed, lines, story.hours)
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        engine.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        prepare(engine, story, resources)
        files = tuple(_month(engine, story, month, usage) for month in story.months)
        late = _late(engine, usage / f"late-{story.months[0]}.csv", story.months[0])
    return Generated(setup, folder / "links.csv", files, late, len(resources))


def write_setup(folder: Path) -> None:
    """Write the organisation and the catalogue of the group as setup files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in (organisation() | catalogue()).items():
        _write_csv(folder / name, columns, rows)


def _month(engine: duckdb.DuckDBPyConnection, story: Story, month: Month, folder: Path) -> GeneratedFile:
    """Write one month: the first as CSV with gzip, the next as NDJSON, the next as Parquet, and so on."""
    engine.execute(f"create or replace table line as {lines_sql(story, month)}")
    number = story.months.index(month)
    if number == 0:
        engine.execute(f"create table late as select {_CSV} from line where late order by hour, number")
        engine.execute("delete from line where late")
    name, select, options = _FORMATS[number % len(_FORMATS)]
    path = folder / f"{month}.{name}"
    rows = f"select {select} from line order by hour, number"
    wrong, repeated = 0, 0
    if number == 0:
        rows, wrong, repeated = _with_wrong_rows(rows)
    engine.execute(f"copy ({rows}) to {literal(path)} ({options})")
    lines = _one(engine, "select count(*) from line") + wrong + repeated
    engine.execute("drop table line")
    return GeneratedFile(month, path, lines, wrong, repeated)


def _late(engine: duckdb.DuckDBPyConnection, path: Path, month: Month) -> GeneratedFile:
    engine.execute(f"copy (from late) to {literal(path)} (format csv, header)")
    return GeneratedFile(month, path, _one(engine, "select count(*) from late"))


def _with_wrong_rows(rows: str) -> tuple[str, int, int]:
    """Put the rows that are wrong on purpose, and two that repeat accepted ones, behind the others."""
    wrong = ", ".join(f"({', '.join('null' if value is None else literal(value) for value in row)})" for row in _WRONG)
    repeated = 2
    return (
        f"(from ({rows})) union all (from (values {wrong})) union all (from ({rows}) limit {repeated})",
        len(_WRONG),
        repeated,
    )


_CSV = (
    f"record_id, account_id, sku_id, {quantity_text()} as quantity, "
    f"strftime(local_start, '%Y-%m-%dT%H:%M:%S{OFFSET}') as start, "
    f"strftime(local_end, '%Y-%m-%dT%H:%M:%S{OFFSET}') as \"end\", resource_id as resource, region, tags"
)
_NDJSON = (
    f"record_id, account_id, sku_id, {quantity_text()} as quantity, "
    "strftime(local_start - interval 8 hours, '%Y-%m-%dT%H:%M:%SZ') as start, "
    "strftime(local_end - interval 8 hours, '%Y-%m-%dT%H:%M:%SZ') as \"end\", "
    "resource_id as resource, region, tags::json as tags"
)
_PARQUET = (
    f"record_id, account_id, sku_id, ({quantity_text()})::decimal(18, 6) as quantity, "
    '(local_start - interval 8 hours)::timestamptz as start, (local_end - interval 8 hours)::timestamptz as "end", '
    "resource_id as resource, region, tags"
)
_FORMATS = (
    ("csv.gz", _CSV, "format csv, header, compression gzip"),
    ("ndjson", _NDJSON, "format json"),
    ("parquet", _PARQUET, "format parquet, compression zstd"),
)
_WRONG: tuple[tuple[str | None, ...], ...] = tuple(
    (f"wrong-{number}", *values, "i-wrong", "cn-hangzhou", tags)
    for number, (*values, tags) in enumerate(
        (
            ("galaxy-unknown-prod", "vm.g8.large", "1", "2026-08-03T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
            ("galaxy-ads-prod", "vm.g9.huge", "1", "2026-08-03T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
            ("galaxy-ads-prod", "vm.g8.large", "-1", "2026-08-03T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
            ("galaxy-ads-prod", "vm.g8.large", "n/a", "2026-08-03T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
            ("galaxy-ads-prod", "disk.essd.pl1", "0.1234567", "2026-08-03T08:00:00+08:00", None, None),
            ("galaxy-ads-prod", "vm.g8.large", "1", "2026-08-32T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
            ("galaxy-ads-prod", "vm.g8.large", "1", "2026-08-03T08:00:00+08:00", "2026-08-03T07:00:00+08:00", None),
            ("galaxy-ads-prod", "vm.g8.large", "1", "2026-08-03T08:00:00+08:00", None, '{"env":'),
            (None, "vm.g8.large", "1", "2026-08-03T08:00:00+08:00", "2026-08-03T09:00:00+08:00", None),
        ),
        1,
    )
)
"""One row for each of the mistakes that files of the world have."""


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([columns, *rows])


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    row = engine.execute(query).fetchone()
    assert row is not None, "an aggregate has a row"
    return int(row[0])
