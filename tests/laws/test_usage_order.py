"""Laws of usage: cut, order and repetition of files never matter, and a kill leaves whole batches or nothing.

The records of a law never disagree about one id: what then stays is a matter of which came first (USAGE-7).
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partita.core.refusal import Refused
from partita.store import usage as usage_store
from partita.store.files import digest_of
from partita.usecases.usage import import_usage
from partita.usecases.work import Books
from steps.world import World

HEAD = ("record_id", "account_id", "sku_id", "quantity", "start", "tags")
ACCOUNTS = ("acme", "shop", "alone")
Row = tuple[str, ...]


@st.composite
def records(draw: st.DrawFn) -> list[Row]:
    """Rows of which some repeat, some are bad, and none disagrees with another about its id."""
    ids = draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(ACCOUNTS)), min_size=1, max_size=12, unique=True))
    good = [
        (
            f"r{number}", account, draw(st.sampled_from(("vm", "disk"))),
            draw(st.sampled_from(("0", "1", "2.5", "0.000001", "7e1"))),
            f"2026-{draw(st.sampled_from((8, 9, 10))):02d}-{draw(st.integers(1, 28)):02d}T{number:02d}:00:00+08:00",
            draw(st.sampled_from(("", "env=prod", "b=2;a=1"))),
        )
        for number, account in ids
    ]  # fmt: skip
    bad = [(f"bad{number}", "acme", "vm", "x", "2026-10-01", "") for number in range(draw(st.integers(0, 2)))]
    again = draw(st.lists(st.sampled_from(good), max_size=6))
    return draw(st.permutations([*good, *bad, *again]))


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[Row], list[list[Row]]]:
    """A file, and files that hold together the same rows: cut, in another order, some of them twice."""
    rows = draw(records())
    turned = list(draw(st.permutations(rows)))
    places = sorted(draw(st.lists(st.integers(0, len(turned)), max_size=3)))
    edges = [0, *places, len(turned)]
    parts = [turned[begin:end] for begin, end in itertools.pairwise(edges) if begin < end]
    return rows, [*parts, *draw(st.lists(st.sampled_from(parts), max_size=2))]


def written(folder: Path, number: int, rows: list[Row]) -> Path:
    if number % 2:
        path = folder / f"{number}.ndjson"
        path.write_text("".join(json.dumps(dict(zip(HEAD, row, strict=True))) + "\n" for row in rows))
    else:
        path = folder / f"{number}.csv"
        path.write_text("".join(",".join(row) + "\n" for row in (HEAD, *rows)))
    return path


def stored(books: Books) -> list[tuple[Any, ...]]:
    """Return every accepted record; each file holds what its manifest row says."""
    with books.work() as work:
        files = usage_store.files(work.tx)
        batches = usage_store.batches(work.tx)
    found = []
    for one in files:
        path = books.room.path(one.path)
        assert digest_of(path) == one.digest
        rows = duckdb.read_parquet(str(path)).fetchall()
        assert len(rows) == one.records
        found += [(one.month, one.bucket, *row) for row in rows]
    assert len(found) == sum(batch.accepted for batch in batches)
    return sorted(found, key=repr)


def clear(url: str) -> None:
    import psycopg  # noqa: PLC0415 - as the owner: the application may not remove anything

    with psycopg.connect(url) as connection:
        connection.execute("truncate usage_file, usage_batch")


def take_in(books: Books, files: list[list[Row]]) -> tuple[int, int]:
    accepted = rejected = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, rows in enumerate(files):
            answer = import_usage(books, written(Path(folder), number, rows))
            assert not isinstance(answer, Refused), answer
            assert answer.records == len(rows)
            if not answer.already_imported:
                accepted += answer.accepted
                rejected += answer.rejected
    return accepted, rejected


@pytest.fixture
def world(books: Books) -> World:
    made = World(books)
    made.play([["account", "acme"], ["account", "shop", "paid", "by", "acme"], ["account", "alone"]])
    made.play(["sku vm in compute at 1".split(), "sku disk in storage at 1".split()])
    return made


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(both=cuts())
def test_cut_order_and_repetition_never_matter(
    world: World, owner_url: str, both: tuple[list[Row], list[list[Row]]]
) -> None:
    rows, files = both
    clear(owner_url)
    take_in(world.books, [rows])
    whole = stored(world.books)
    assert len({(row[3], row[2], row[0]) for row in whole}) == len(whole)

    clear(owner_url)
    take_in(world.books, files)
    assert stored(world.books) == whole


@pytest.mark.slow
def test_a_killed_import_leaves_no_half_batch(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    """Killed at any moment, an import happened wholly or not at all, and run again it ends with the same books."""
    chance = random.Random(20261102)  # noqa: S311 - a test, not a secret
    path = tmp_path / "usage.csv"
    months = ("2026-08", "2026-09", "2026-10")
    with path.open("w") as handle:
        handle.write(",".join(HEAD) + "\n")
        for number in range(40_000):
            month, account = months[number % 3], ACCOUNTS[number % 7 % 3]
            handle.write(f"r{number},{account},vm,1.5,{month}-{number % 28 + 1:02d},env=prod\n")
        handle.write("bad,acme,vm,x,2026-10-01,\n")
    command = [sys.executable, "-m", "partita.cli", "import", "usage", str(path), "--json"]
    killed = 0
    for _ in range(8):
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(chance.uniform(0.5, 4))
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
            killed += 1
        running.wait()
        found = stored(world.books)
        assert len(found) in (0, 40_000)
    assert killed, "at least one import was still running"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["accepted"], answer["rejected"]) == (6, 40_000, 1)
    assert (tmp_path / "usage.csv.rejects.csv").exists()
    assert len(stored(world.books)) == 40_000
    with world.books.work() as work:
        named = {one.path for one in usage_store.files(work.tx)}
        assert len(usage_store.batches(work.tx)) == 1
    # what lies in the making is removed once nobody is at work, and these books are open all the time
    left = {one.relative_to(world.books.room.root).as_posix() for one in world.books.room.root.rglob("*.parquet")}
    assert {one for one in left if not one.startswith("incoming/")} == named
