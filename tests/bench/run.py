"""Runs all benchmarks and writes docs/bench.md: `make bench`, or `make bench ARGS="rating ledger"` for some of them.

Each subject is a process of its own (`tests/bench/<subject>.py --json FILE`), so that none inherits memory or caches of
another. A subject that fails is named and the others still run; the file is written only when all ran.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import measure
import psutil
import psycopg

from partita.store import installation

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
TARGET = ROOT / "docs" / "bench.md"
SUBJECTS = ("rating", "close", "provider_bill", "ledger")
LIBRARIES = ("duckdb", "pyarrow", "psycopg")

INTRODUCTION = """\
# Speed

Written by `make bench`; do not edit by hand. Each figure is the median of at least three runs, taken in turns with its
reference in the same process or the same run, so that ratios hold where seconds do not: compare "x as fast", not
seconds of two machines. Above 1x is faster than the reference; "≤ 4x the time" is met from 0.25x on. "peak MB" is the
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
    started = time.monotonic()
    sections, failed = measured(asked)
    if failed:
        sys.stderr.write(f"\nfailed: {', '.join(failed)}; docs/bench.md is left as it was\n")
        return 1
    page = "\n".join([INTRODUCTION, machine(asked, time.monotonic() - started), *sections])
    if set(asked) == set(SUBJECTS):
        TARGET.write_text(page.rstrip() + "\n", encoding="utf-8")
        sys.stderr.write(f"\nwritten: {TARGET.relative_to(ROOT)}\n")
    else:
        sys.stderr.write("\nnot written: docs/bench.md holds all subjects of one run\n")
    return 0


def measured(subjects: Sequence[str]) -> tuple[list[str], list[str]]:
    """Run the subjects one after the other; return the tables as Markdown and the names of those that failed."""
    sections, failed = [], []
    for name in subjects:
        sys.stderr.write(f"\n== {name}\n")
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            done = subprocess.run([sys.executable, FOLDER / f"{name}.py", "--json", report], check=False, cwd=ROOT)
            if done.returncode != 0 or not report.exists():
                failed.append(name)
                continue
            sections += [measure.markdown(table) for table in measure.read(report)]
    return sections, failed


def machine(subjects: Sequence[str], seconds: float) -> str:
    """Describe where and how the figures were taken."""
    memory = psutil.virtual_memory().total // (1024 * measure.MEGABYTE)
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    command = "make bench" if set(subjects) == set(SUBJECTS) else f'make bench ARGS="{" ".join(subjects)}"'
    facts = [
        f"{os.cpu_count()} cores ({processor()}), {memory} GB of memory, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {libraries}, {postgresql()}",
        f"`{command}`, {seconds / 60:.0f} minutes",
    ]
    return "\n".join(f"- {fact}" for fact in facts) + "\n"


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
