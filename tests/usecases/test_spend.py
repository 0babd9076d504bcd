"""Running spend on real books: what is held as usage comes in is what rating finds; late and stale figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import duckdb
import pytest

from conftest import Clock
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import charge as charge_store
from partita.usecases import usage as usage_usecase
from partita.usecases.rating import rate_month
from partita.usecases.verify import running
from partita.usecases.work import Books
from steps.world import World

OCTOBER = Month(2026, 10)
PRICES = [
    ["cpu", "CNY", "2020-01-01", "unit", "account", "", "0.37", ""],
    ["cpu", "CNY", "2026-10-06", "unit", "account", "", "0.41", ""],
    ["disk", "CNY", "2020-01-01", "graduated", "account", "40", "1.00", ""],
    ["disk", "CNY", "2020-01-01", "graduated", "account", "", "0.80", ""],
    ["net", "CNY", "2020-01-01", "graduated", "payer", "60", "2.00", ""],
    ["net", "CNY", "2020-01-01", "graduated", "payer", "", "1.50", ""],
    ["calls", "CNY", "2020-01-01", "block", "payer", "", "3.00", "10"],
    ["keys", "CNY", "2020-01-01", "flat", "account", "", "0.50", ""],
    ["mails", "CNY", "2020-01-01", "volume", "payer", "50", "0.20", ""],
    ["mails", "CNY", "2020-01-01", "volume", "payer", "", "0.10", ""],
]
SKUS = ("cpu", "disk", "net", "calls", "keys", "mails")
ACCOUNTS = ("acme", "web", "lab", "bolt")


def world_of(books: Books) -> World:
    world = World(books)
    world.setup("products", [["compute", "Compute", "Compute", ""], ["storage", "Storage", "Storage", ""]])
    world.setup("skus", [[sku, "storage" if sku == "disk" else "compute", sku, "unit"] for sku in SKUS])
    world.setup("prices", PRICES)
    world.play(
        [["account", "acme"], ["account", "web", "paid", "by", "acme"], ["account", "lab", "paid", "by", "acme"]]
    )
    world.play([["account", "bolt"], ["discount", "acme", "0.9"]])
    assert not world.said, world.said
    return world


def records(seed: int, count: int) -> list[list[str]]:
    """Return records in order of time, of any account and SKU."""
    chance = Random(seed)  # noqa: S311 - examples are to be repeated
    starts = sorted(chance.randrange(10 * 86_400) for _ in range(count))
    first = datetime(2026, 10, 1, tzinfo=UTC)
    return [
        [f"r{n:04d}", chance.choice(ACCOUNTS), chance.choice(SKUS), str(chance.randrange(1, 20)),
         f"{first + timedelta(seconds=start):%Y-%m-%dT%H:%M:%SZ}"]
        for n, start in enumerate(starts)
    ]  # fmt: skip


def state(books: Books) -> dict[str, list[tuple[object, ...]]]:
    """Return all running figures."""
    tables = {
        "hold": "select * from hold where amount_e10 <> 0 order by 1, 2, 3",
        "spend": "select * from running_spend where amount_e10 <> 0 order by 1, 2, 3, 4, 5",
        "counter": "select * from usage_counter order by 1, 2, 3, 4",
    }
    with books.work() as work:
        return {name: work.tx.execute(query).fetchall() for name, query in tables.items()}


def charged(books: Books) -> dict[str, int]:
    """Return what the provisional charges of the month cost each payer, in `_e10`."""
    with books.work() as work:
        paths = [str(books.room.path(one.path)) for one in charge_store.counting(work.tx, OCTOBER.number)]
    rows = duckdb.sql(f"select payer_id, sum(billed_cost_e10)::bigint from read_parquet({paths}) group by 1").fetchall()
    return dict(rows)


def held(books: Books) -> dict[str, int]:
    return {str(row[0]): int(str(row[3])) for row in state(books)["hold"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_usage_in_order_of_time_is_held_exactly_as_it_is_rated(books: Books, clock: Clock, seed: int) -> None:
    clock.now = datetime(2026, 10, 12, tzinfo=UTC)
    world = world_of(books)
    rows = records(seed, 240)
    for first in range(0, len(rows), 40):
        world.take_in(rows[first : first + 40])
    before = state(books)
    assert not isinstance(rate_month(books, OCTOBER), Refused)
    assert held(books) == charged(books)
    after = state(books)
    # what a volume price changes for earlier usage is spent on the day of the new usage, until rate puts it right
    assert (after["hold"], after["counter"]) == (before["hold"], before["counter"])


def test_usage_out_of_order_is_exact_after_the_next_rate(books: Books, clock: Clock) -> None:
    clock.now = datetime(2026, 10, 12, tzinfo=UTC)
    world = world_of(books)
    rows = records(7, 120)
    Random(7).shuffle(rows)  # noqa: S311 - examples are to be repeated
    for first in range(0, len(rows), 30):
        world.take_in(rows[first : first + 30])
    assert not isinstance(rate_month(books, OCTOBER), Refused)
    assert held(books) == charged(books)


def test_a_file_too_large_is_held_by_the_next_batch_or_by_rate(
    books: Books, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime(2026, 10, 12, tzinfo=UTC)
    world = world_of(books)
    rows = records(9, 90)
    monkeypatch.setattr(usage_usecase, "AT_ONCE_MOST", 20)
    world.take_in(rows[:60])
    assert held(books) == {}
    monkeypatch.setattr(usage_usecase, "AT_ONCE_MOST", 100)
    world.take_in(rows[60:])
    assert not isinstance(rate_month(books, OCTOBER), Refused)
    exact = state(books)
    assert held(books) == charged(books)
    assert not isinstance(rate_month(books, OCTOBER), Refused)
    assert state(books) == exact


def test_what_waits_for_rate_is_noted_of_open_months_only(
    books: Books, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime(2026, 11, 2, 4, tzinfo=UTC)
    world = world_of(books)
    monkeypatch.setattr(usage_usecase, "AT_ONCE_MOST", 20)
    world.take_in(records(9, 60))
    notes = [[note.english for note in one.notes] for one in running.counters(books)]
    assert notes == [["2026-10: running figures wait for `partita rate`"]]
    world.play([["close", "2026-10"]])
    assert [one.notes for one in running.counters(books)] == [()], "a closed month is not rated any more"


def test_the_same_file_again_holds_nothing_twice(books: Books, clock: Clock) -> None:
    clock.now = datetime(2026, 10, 12, tzinfo=UTC)
    world = world_of(books)
    rows = records(4, 30)
    world.take_in(rows)
    before = state(books)
    world.take_in(rows)
    world.take_in(rows[:10])
    assert state(books) == before


def test_usage_of_a_closed_month_is_held_for_the_next(books: Books, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 2, 4, tzinfo=UTC)
    world = world_of(books)
    rows = records(5, 60)
    world.take_in(rows[:50])
    world.play([["close", "2026-10"]])
    assert held(books) == {}
    world.take_in(rows[50:])
    assert {row[1] for row in state(books)["hold"]} == {202611}
    clock.now = datetime(2026, 12, 2, 4, tzinfo=UTC)
    world.play([["close", "2026-11"]])
    assert held(books) == {}
    assert not world.said
