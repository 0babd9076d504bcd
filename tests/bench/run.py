"""Runs benchmarks and writes docs/bench.md: `make bench`, or `make bench ARGS="rating ledger"` for some of them.

Each subject is a process of its own (`tests/bench/<subject>.py --json FILE`), so that none inherits memory or caches of
another. The page holds the newest run of each subject with the machine it ran on (`docs/bench.json` keeps them); a
subject that fails is named and keeps its former figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import measure
import psutil
import psycopg

from partita.store import installation

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
TARGET = ROOT / "docs" / "bench.md"
KEPT = ROOT / "docs" / "bench.json"
SUBJECTS = (
    "rating",
    "close",
    "provider_bill",
    "ledger",
    "funds",
    "settlement",
    "decision",
    "bill",
    "commitment",
    "order",
    "invoice",
)
ON_THE_PAGE = (*SUBJECTS, "mutation")
"""The sections of the page; the last is written by `make mutate` (`mutation.py`)."""
LIBRARIES = ("duckdb", "pyarrow", "psycopg")

INTRODUCTION = """\
# Speed

Written by `make bench`; do not edit by hand. A figure with a reference is the median of at least three runs, as the
reference is, in the same run: so ratios hold where seconds do not. Compare "x as fast", not seconds of two machines.
Verify is measured once. Above 1x is faster than the reference; "≤ 4x the time" is met from 0.25x on. "peak MB" is the
most memory that the process held. No test depends on these figures.
"""


def main() -> int:
    """Measure what was asked for; return 1 when a subject failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"of {', '.join(SUBJECTS)}; all when none is named")
    options = parser.parse_args()
    asked = options.subjects or list(SUBJECTS)
    unknown = [name for name in asked if name not in SUBJECTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    failed = []
    for name in asked:
        sys.stderr.write(f"\n== {name}\n")
        section = measured(name)
        if section is None:
            failed.append(name)
        else:
            keep(name, section)
    if failed:
        sys.stderr.write(f"\nfailed: {', '.join(failed)}; their figures are left as they were\n")
    sys.stderr.write(f"\nwritten: {TARGET.relative_to(ROOT)}\n")
    return 1 if failed else 0


def measured(name: str) -> str | None:
    """Run one subject; return its tables as Markdown under the machine they were taken on, or None when it failed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run([sys.executable, FOLDER / f"{name}.py", "--json", report], check=False, cwd=ROOT)
        if done.returncode != 0 or not report.exists():
            return None
        tables = [measure.markdown(table) for table in measure.read(report)]
    return "\n".join([*tables, machine(name, time.monotonic() - started)])


def keep(name: str, section: str) -> None:
    """Put the newest section of a subject into the page."""
    sections = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    sections[name] = section
    KEPT.write_text(json.dumps(sections, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page = "\n".join([INTRODUCTION, *(sections[one] for one in ON_THE_PAGE if one in sections)])
    TARGET.write_text(page.rstrip() + "\n", encoding="utf-8")


def machine(name: str, seconds: float) -> str:
    """Describe where and how the figures were taken."""
    memory = psutil.virtual_memory().total // (1024 * measure.MEGABYTE)
    load = f"{os.getloadavg()[0]:.1f}"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    facts = [
        f"{os.cpu_count()} cores ({processor()}), {memory} GB of memory, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {libraries}, {postgresql()}",
        f"`make bench ARGS={name}`, {_minutes(seconds)}; load average of the machine at the end: {load}",
    ]
    return "\n".join(f"- {fact}" for fact in facts) + "\n"


def _minutes(seconds: float) -> str:
    whole = round(seconds / 60)
    return "1 minute" if whole == 1 else f"{whole} minutes"


def processor() -> str:
    """Return the name of the processor as the system gives it."""
    told = Path("/proc/cpuinfo")
    match = re.search(r"^model name\s*:\s*(.+)$", told.read_text(), re.MULTILINE) if told.exists() else None
    return match[1] if match else platform.processor() or "unknown"


def postgresql() -> str:
    """Return the version of the server that was measured: the one of DATABASE_URL or the embedded one."""
    url = os.environ.get("DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            return f"PostgreSQL {connection.info.server_version // 10_000} (DATABASE_URL)"
    command = [installation.choose(None).program("postgres"), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return f"PostgreSQL {told.split()[-1]} (embedded)"


if __name__ == "__main__":
    raise SystemExit(main())
