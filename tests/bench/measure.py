"""Measuring: medians, peak memory, and tables of results with a ratio to a reference measured in the same run.

A benchmark is a script `tests/bench/<noun>.py`:

    table = Table("Rating", "Median of 3 runs, in turns with the reference.")
    table.add(Row("1 M lines, mix", count=1_000_000, seconds=median_of(rate), reference="plain DuckDB copy",
                  reference_seconds=median_of(copy), aim="≤ 4x the time", peak_bytes=peak))
    finish(table)

`finish` prints the tables and, with `--json FILE` on the command line, writes them for `tests/bench/run.py`.
Floats are welcome here: they are seconds, never money.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

MEGABYTE = 1024 * 1024

# A process inherits the high-water mark of the one that started it, so a small process of its own stands in between.
_WATCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
unit = 1 if sys.platform == "darwin" else 1024
with open(sys.argv[1], "w") as out:
    json.dump({"seconds": time.perf_counter() - started, "peak": usage.ru_maxrss * unit, "code": child.returncode}, out)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured piece of work. `seconds` is a median; `count` is how many lines, records or entries it did."""

    work: str
    count: int
    seconds: float
    reference: str | None = None
    reference_seconds: float | None = None
    aim: str = ""
    peak_bytes: int | None = None
    note: str = ""

    @property
    def per_second(self) -> float:
        """How many were done in a second."""
        return self.count / self.seconds

    @property
    def speed_ratio(self) -> float | None:
        """How many times as fast as the reference: more is better; 0.25 means four times the time."""
        return None if self.reference_seconds is None else self.reference_seconds / self.seconds


@dataclass(slots=True)
class Table:
    """The results of one subject, with a sentence on how they were measured."""

    title: str
    method: str = ""
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add a row and show it at once: a benchmark that takes minutes should say where it is."""
        self.rows.append(row)
        sys.stderr.write(f"  {self.title}: {' · '.join(cell for cell in cells(row) if cell)}\n")


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ran to its end: how long, and the most memory that it or a child it waited for held."""

    seconds: float
    peak_bytes: int
    output: str


def median_of(work: Callable[[], object], runs: int = 3) -> float:
    """Run `work` several times and return the median in seconds."""
    return statistics.median(seconds_of(work) for _ in range(runs))


def median_of_each(works: Sequence[Callable[[], object]], runs: int = 3) -> list[float]:
    """Run several works in turns (a b c, a b c, …), so that a slow spell of the machine hits all; return medians."""
    rounds = [[seconds_of(work) for work in works] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def seconds_of(work: Callable[[], object]) -> float:
    """Run `work` once and return how long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_during(work: Callable[[], object]) -> tuple[float, int | None]:
    """Run `work` in this process; return how long it took and the most memory held meanwhile (None: not on Linux)."""
    status, marks = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not marks.exists():
        return seconds_of(work), None
    marks.write_text("5")  # forget the high-water mark of what went before
    seconds = seconds_of(work)
    high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return seconds, int(high.split()[1]) * 1024


def peak_rss_of(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command in a process of its own; says what it said and raises CalledProcessError when it fails."""
    import tempfile  # noqa: PLC0415 - only this function makes files

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        watched = [sys.executable, "-S", "-c", _WATCHER, str(report), *map(str, command)]
        env = None if environment is None else dict(environment)
        done = subprocess.run(watched, capture_output=True, text=True, check=True, env=env)
        found = json.loads(report.read_text())
    if found["code"] != 0:
        sys.stderr.write(done.stderr)
        raise subprocess.CalledProcessError(found["code"], list(map(str, command)), done.stdout, done.stderr)
    return Finished(found["seconds"], found["peak"], done.stdout)


HEADS = ("work", "count", "seconds", "per second", "reference", "ref. seconds", "x as fast", "aim", "peak MB", "note")


def cells(row: Row) -> list[str]:
    """Return the row as text, one cell for each of HEADS."""
    return [
        row.work,
        f"{row.count:,}",
        _seconds(row.seconds),
        f"{row.per_second:,.0f}",
        row.reference or "",
        "" if row.reference_seconds is None else _seconds(row.reference_seconds),
        "" if row.speed_ratio is None else f"{row.speed_ratio:.2f}x",
        row.aim,
        "" if row.peak_bytes is None else f"{row.peak_bytes / MEGABYTE:,.0f}",
        row.note,
    ]


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.4f}"


def markdown(table: Table) -> str:
    """Write a table for `docs/bench.md`; columns that nobody filled are left out."""
    rows = [cells(row) for row in table.rows]
    used = [i for i in range(len(HEADS)) if any(row[i] for row in rows)]
    lines = [
        "| " + " | ".join(HEADS[i] for i in used) + " |",
        "| " + " | ".join("---:" if HEADS[i] in _RIGHT else "---" for i in used) + " |",
        *("| " + " | ".join(row[i] for i in used) + " |" for row in rows),
    ]
    head = f"## {table.title}\n\n" + (f"{table.method}\n\n" if table.method else "")
    return head + "\n".join(lines) + "\n"


_RIGHT = frozenset(("count", "seconds", "per second", "ref. seconds", "x as fast", "peak MB"))


def finish(*tables: Table, arguments: Sequence[str] | None = None) -> None:
    """Print the tables; with `--json FILE` also write them there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    options, _ = parser.parse_known_args(arguments)
    for table in tables:
        sys.stdout.write(markdown(table) + "\n")
    if options.json:
        text = json.dumps([asdict(table) for table in tables], ensure_ascii=False, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> list[Table]:
    """Read what `finish` wrote."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return [Table(one["title"], one["method"], [Row(**row) for row in one["rows"]]) for one in found]
