"""A law of months: whatever comes late, the bills of all months together are what the core makes of all the usage.

Two enterprises in two zones and currencies, every price model with a change inside the month, changes of payer in the
middle of billing cycles of every kind, stacked discounts; records that come in any order, before and after the closes,
in files that repeat one another.
"""

from __future__ import annotations

import csv
import itertools
import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conftest import Clock
from partita.core.org import payer_of
from partita.core.period import Cycle, Month
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord, rate
from partita.core.refusal import Refused
from partita.store import bill as bill_store
from partita.store import catalog as catalog_store
from partita.store import org as org_store
from partita.usecases.close import Closed, close_month
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.world import HEADS

MONTHS = (Month(2026, 10), Month(2026, 11), Month(2026, 12))
ZONES = {"east": ("Asia/Shanghai", "CNY"), "west": ("America/New_York", "USD")}
ACCOUNTS = {"a1": "east", "a2": "east", "a3": "east", "b1": "west", "b2": "west"}
SKUS = {"vm": "compute", "gpu": "compute", "disk": "storage", "api": "gateway", "pack": "storage"}
CYCLES = {"compute": Cycle.HOUR, "storage": Cycle.DAY, "gateway": Cycle.MONTH}
TIERS = {
    "flat": [("", "0.3", "")],
    "unit": [("", "0.0123456789", "")],
    "graduated": [("10", "1.1", ""), ("40.5", "0.77", ""), ("", "0.3333333333", "")],
    "volume": [("25", "2", ""), ("", "1.9999999999", "")],
    "block": [("", "5", "7.5")],
}
Sums = dict[tuple[object, ...], list[int]]


def setup_rows(chance: random.Random) -> dict[str, list[tuple[str, ...]]]:
    models = list(TIERS)
    prices = []
    for (number, sku), (_, currency) in itertools.product(enumerate(SKUS), ZONES.values()):
        for since, model in (("2020-01-01", models[number]), ("2026-10-17", chance.choice(models))):
            counter = chance.choice(["account", "payer"])
            prices += [(sku, currency, since, model, counter, *tier) for tier in TIERS[model]]
    accounts = [(name, home, name, f"{home}-co", "", "2020-01-01") for name, home in ACCOUNTS.items()]
    return {
        "enterprises": [(name, name, *zone) for name, zone in ZONES.items()],
        "units": [(name, f"{name}-co", "", "company", name) for name in ZONES],
        "accounts": [
            *accounts,
            ("a2", "east", "a2", "east-co", "a1", "2026-10-15"),
            ("a3", "east", "a3", "east-co", "a1", "2026-10-20T14:25:10+08:00"),
            ("b2", "west", "b2", "west-co", "b1", "2026-10-31T23:59:59.999999-04:00"),
        ],
        "products": [(name, name, "Compute", CYCLES[name].value) for name in sorted(set(SKUS.values()))],
        "skus": [(name, product, name, "hour") for name, product in SKUS.items()],
        "prices": prices,
        "discounts": [
            ("a1", "all", "", "2020-01-01", "0.9", "false"),
            ("a1", "product", "compute", "2026-10-10", "0.777777", "true"),
            ("b1", "sku", "disk", "2026-11-03", "0.333333", "false"),
            ("b1", "product", "storage", "2020-01-01", "0.95", "false"),
        ],
    }


@pytest.fixture
def group(books: Books, tmp_path: Path, request: pytest.FixtureRequest) -> Books:
    folder = tmp_path / "setup"
    folder.mkdir()
    for name, rows in setup_rows(random.Random(request.node.name)).items():  # noqa: S311 - a test, not a secret
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([HEADS[name].split(","), *rows])
    with books.work() as work:
        applied = apply_setup(work, folder)
    assert not isinstance(applied, Refused), applied.message()
    return books


def records(books: Books, chance: random.Random) -> list[UsageRecord]:
    with books.work() as work:
        relations = org_store.relations_of(work.tx).values()
    found = []
    for number in range(160):
        account = chance.choice(list(ACCOUNTS))
        period = chance.choice(MONTHS[:2]).period(ZONES[ACCOUNTS[account]][0])
        edge = chance.choice([timedelta(), timedelta(microseconds=1), timedelta(hours=chance.randrange(1, 720))])
        start = period.start + edge if chance.random() < 0.8 else period.end - max(edge, timedelta(microseconds=1))
        sku, zone = chance.choice(list(SKUS)), ZONES[ACCOUNTS[account]][0]
        of_account = [one for one in relations if one.account_id == account]
        payer = payer_of(of_account, start, cycle=CYCLES[SKUS[sku]], zone=zone)
        assert payer is not None
        quantity = chance.choice([0, 1, 10_000_000, 500_000, 7_500_000, chance.randrange(30_000_000)])
        found.append(UsageRecord(f"r{number}", account, payer, sku, quantity, start, start))
    return found


def take_in(books: Books, some: list[UsageRecord], folder: Path, chance: random.Random) -> None:
    """Take records in as two files in any order, of which the second repeats some of the first."""
    turned = chance.sample(some, len(some))
    half = len(turned) // 2
    for rows in (turned[: half + 5], turned[half:]):
        path = folder / f"{chance.random()}.ndjson"
        lines = (
            {"record_id": one.record_id, "account_id": one.account_id, "sku": one.sku_id,
             "quantity": f"{one.quantity_e6}e-6", "start": one.usage_start.isoformat()}
            for one in rows
        )  # fmt: skip
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        answer = import_usage(books, path)
        assert not isinstance(answer, Refused), answer.message()
        assert answer.rejected == 0


def expected(books: Books, usage: list[UsageRecord]) -> Sums:
    """What the core makes of all the usage of each month, by payer, account, SKU and month of the usage."""
    currencies = tuple(AccountCurrency(name, ZONES[home][1]) for name, home in ACCOUNTS.items())
    with books.work() as work:
        tables = (catalog_store.skus_of(work.tx), catalog_store.prices_of(work.tx), catalog_store.discounts_of(work.tx))
    book = PriceBook(*(tuple(one.values()) for one in tables), currencies)  # type: ignore[arg-type]
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for month in MONTHS:
        of_month = [one for one in usage if Month.of(one.usage_start, ZONES[ACCOUNTS[one.account_id]][0]) == month]
        for one in rate(of_month, book, month):
            key = (one.payer_id, one.account_id, one.sku_id, month.number, one.currency)
            add(sums[key], (one.quantity_e6, one.costs.list_cost_e10, one.costs.billed_cost_e10))
    return sums


def billed(books: Books) -> Sums:
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    with books.work() as work:
        for bill in bill_store.bills(work.tx):
            for one in bill_store.lines(work.tx, bill.bill_id):
                key = (bill.payer_id, one.account_id, one.sku_id, one.usage_month, bill.currency)
                add(sums[key], (one.quantity_e6, one.list_cost_e10, one.billed_cost_e10))
    return sums


def add(into: list[int], values: tuple[int, ...]) -> None:
    into[:] = [one + value for one, value in zip(into, values, strict=True)]


@pytest.mark.parametrize("seed", range(3))
def test_bills_of_all_months_are_what_the_core_makes_of_all_usage(
    group: Books, clock: Clock, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test, not a secret
    usage = records(group, chance)
    comes_with = [chance.choice([0, 0, 0, 1, 2]) for _ in usage]
    corrections = 0
    for number, month in enumerate(MONTHS):
        clock.now = datetime(2026, 10, 2, 6, tzinfo=UTC) + timedelta(days=31 * (number + 1))
        wave = [one for one, when in zip(usage, comes_with, strict=True) if when == number]
        take_in(group, wave, tmp_path, chance)
        closed = close_month(group, month)
        assert isinstance(closed, Closed), closed.message()
        corrections += closed.corrections
    assert corrections > 10

    assert dict(billed(group)) == dict(expected(group, usage))
    assert [one.name for one in verify(group) if not one.holds] == []
