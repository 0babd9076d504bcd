"""From a batch of usage to the decision: what one call takes that takes it in, prices it, holds it and decides.

Ten thousand accounts, a month that holds usage already, then small batches one after the other, each a file as a meter
would send it. Measured is the whole call: from the file being there to the commit, after which steps, holds and
messages stand in the books. Two shapes: every account pays for itself (财务管理), and a hundred main accounts pay for a
hundred members each (财务托管). In each, some payers are near their end, so that decisions change something.

Bare, in turns with ours: what a careful client writes by hand to the same end. It reads the same file, inserts its
records once each, prices them by a join with one price a SKU, adds up what is held, compares it with the funds, and
writes a decision for each product that goes on or stops; set-based, in one durable transaction. It checks no row, keeps
no file, knows no tiers, months, discounts, grace, order or messages.
"""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import psycopg
from ground import Ground, books_at, sized
from measure import Row, Table, finish

from partita.core import posting_rules
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import ledger
from partita.store.db import Transaction
from partita.usecases.rating import rate_month
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.work import Books

NOW = datetime(2026, 10, 10, 4, tzinfo=UTC)
ACCOUNTS = sized(10_000, 200)
BASE_RECORDS = sized(200_000, 1_000)
RECORDS = sized(200, 20)
MEMBERS = sized(100, 20)
LITTLE = sized(1_200, 300)
"""What one payer in ten has in minor units, for each member: about what the month before comes to."""
LAST = sized(100, 4)
"""So many of the last batches are shown by themselves: they come when the month holds all the others."""
REFERENCE = "bare PostgreSQL"
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
    batches: int

    def payer(self, number: int) -> str:
        return f"a{number - number % self.members:05d}"


SHAPES = (
    Shape("each pays for itself", 1, sized(500, 8)),
    Shape(f"{ACCOUNTS // MEMBERS} main accounts, {MEMBERS} members each", MEMBERS, sized(100, 8)),
)
BARE = """
create table bare_account (account_id text primary key, payer_id text not null);
create table bare_price (sku text primary key, product text not null, price_e4 bigint not null);
create table bare_usage (
    record_id text primary key, account_id text not null, payer_id text not null, sku text not null,
    quantity_e6 bigint not null, started_at timestamptz not null, amount_e10 bigint not null,
    recorded_at timestamptz not null
);
create table bare_quota (
    payer_id text primary key, funds_minor bigint not null, held_e10 bigint not null
) with (fillfactor = 70);
create table bare_service (
    account_id text not null, product text not null, payer_id text not null, state text not null,
    primary key (account_id, product)
) with (fillfactor = 70);
create index on bare_service (payer_id);
create table bare_decision (
    decision_id bigint generated always as identity primary key, account_id text not null, product text not null,
    state text not null, available_minor bigint not null, recorded_at timestamptz not null
);
insert into bare_price values ('cpu', 'compute', 2500), ('disk', 'storage', 1000), ('calls', 'functions', 200);
"""
_TAKE = """
    insert into bare_usage
    select n.record_id, n.account_id, a.payer_id, n.sku, n.quantity_e6, n.started_at, n.quantity_e6 * p.price_e4, %s
    from unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
         as n (record_id, account_id, sku, quantity_e6, started_at)
    join bare_account a using (account_id) join bare_price p using (sku)
    on conflict do nothing returning account_id, payer_id, sku, amount_e10
"""
_USE = """
    insert into bare_service select distinct n.account_id, p.product, n.payer_id, 'running'
    from unnest(%s::text[], %s::text[], %s::text[]) as n (account_id, payer_id, sku) join bare_price p using (sku)
    on conflict do nothing
"""
_HOLD = """
    update bare_quota q set held_e10 = q.held_e10 + n.amount_e10 from (
        select payer_id, sum(amount_e10) as amount_e10 from unnest(%s::text[], %s::bigint[]) as m (payer_id, amount_e10)
        group by payer_id) n
    where q.payer_id = n.payer_id returning q.payer_id, q.funds_minor - q.held_e10 / 100000000
"""
_DECIDE = """
    with due as (
        update bare_service s set state = case when q.available < 0 then 'stopped' else 'running' end
        from unnest(%s::text[], %s::bigint[]) as q (payer_id, available)
        where s.payer_id = q.payer_id and (s.state = 'running') = (q.available < 0)
        returning s.account_id, s.product, s.state, q.available)
    insert into bare_decision (account_id, product, state, available_minor, recorded_at)
    select account_id, product, state, available, %s from due
"""


def set_up(ground: Ground, shape: Shape) -> None:
    """Set the accounts up and give their payers money, in both worlds; one payer in ten has little."""
    folder = ground.folder / "setup"
    folder.mkdir()
    accounts = [[f"a{n:05d}", "group", f"A{n}", "east", shape.payer(n), "2020-01-01"] for n in range(ACCOUNTS)]
    for name, (head, rows) in {**SETUP, "accounts": (ACCOUNT_HEAD, accounts)}.items():
        write(folder / f"{name}.csv", head, rows)
    payers = sorted({shape.payer(n) for n in range(ACCOUNTS)})
    funds = {payer: (LITTLE if place % 10 == 0 else 1_000_000) * shape.members for place, payer in enumerate(payers)}
    with ground.books.work() as work:
        applied = apply_setup(work, folder)
        assert not isinstance(applied, Refused), applied.message()
        drafts = [
            posting_rules.topped_up(payer_id=payer, amount=Money(minor, "CNY"), reference="", idempotency_key="k")
            for payer, minor in funds.items()
        ]
        assert not isinstance(ledger.append(work.tx, drafts, recorded_at=NOW), Refused)
    psycopg.ClientCursor(ground.owner).execute(BARE)
    ground.owner.execute(
        "insert into bare_account select * from unnest(%s::text[], %s::text[])",
        ([row[0] for row in accounts], [row[4] for row in accounts]),
    )
    ground.owner.execute(
        "insert into bare_quota select *, 0 from unnest(%s::text[], %s::bigint[])", (list(funds), list(funds.values()))
    )


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


def bare_taken(owner: Transaction, path: Path) -> float:
    """Return the seconds of the bare reference for the same file."""
    started = time.perf_counter()
    with path.open(newline="", encoding="utf-8") as handle:
        bare(owner, list(csv.DictReader(handle)))
    return time.perf_counter() - started


def bare(owner: Transaction, rows: Sequence[dict[str, str]]) -> None:
    """Take records in, price them, hold them and decide."""
    columns = {name: [row[name] for row in rows] for name in ("record_id", "account_id", "sku", "start")}
    quantities = [int(row["quantity"].replace(".", "")) * 100_000 for row in rows]
    with owner.transaction():
        fresh = owner.execute(
            _TAKE, (NOW, columns["record_id"], columns["account_id"], columns["sku"], quantities, columns["start"])
        ).fetchall()
        accounts, payers, skus, amounts = map(list, zip(*fresh, strict=True))
        owner.execute(_USE, (accounts, payers, skus))
        quotas = owner.execute(_HOLD, (payers, amounts)).fetchall()
        owner.execute(_DECIDE, ([payer for payer, _ in quotas], [available for _, available in quotas], NOW))


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of each batch, of ours and of the reference, and how many changes of service each decided."""

    ours: list[float]
    bare: list[float]
    changes: int
    bare_changes: int


def measured(ground: Ground, shape: Shape) -> Measured:
    """Take batch after batch in, in turns with the reference."""
    set_up(ground, shape)
    base = ground.folder / "base.csv"
    write(base, USAGE_HEAD, usage(0, BASE_RECORDS, datetime(2026, 10, 2, tzinfo=UTC)))
    taken(ground.books, base)
    assert not isinstance(rate_month(ground.books, Month(2026, 10)), Refused)
    with base.open(newline="", encoding="utf-8") as handle:
        rows = csv.DictReader(handle)
        while some := list(islice(rows, 10_000)):
            bare(ground.owner, some)
    ground.owner.execute("vacuum analyze")
    ours, theirs = [], []
    for batch in range(shape.batches):
        path = ground.folder / f"batch-{batch}.csv"
        since = datetime(2026, 10, 9, tzinfo=UTC) + timedelta(minutes=batch)
        write(path, USAGE_HEAD, usage(BASE_RECORDS + batch * RECORDS, RECORDS, since))
        ours.append(taken(ground.books, path))
        theirs.append(bare_taken(ground.owner, path))
        path.unlink()
    changes = count(ground.owner, "select count(*) from service_step where cause <> 'FIRST_USED'")
    return Measured(ours, theirs, changes, count(ground.owner, "select count(*) from bare_decision"))


def count(owner: Transaction, query: str) -> int:
    row = owner.execute(query).fetchone()
    assert row is not None, "a count is one row"
    return int(row[0])


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def main() -> None:
    table = Table(
        "From usage to decision",
        f"{ACCOUNTS:,} accounts, {BASE_RECORDS:,} records in the month before; each batch is a file of {RECORDS} "
        "records of as many accounts. Seconds of the whole call for one batch, from file to commit, in turns with the "
        "reference; the aim is p95 under 1 s. Bare = records inserted once each, priced by a join with one price a "
        "SKU, held, compared with the funds, decided: four set-based statements in a transaction.",
    )
    for shape in SHAPES:
        with books_at(NOW) as ground:
            found = measured(ground, shape)
        note = f"{found.changes:,} changes of service, bare {found.bare_changes:,}"
        name = f"{shape.name}, {shape.batches} batches"
        pair = found.ours, found.bare
        for label, of, aim in (("p50", statistics.median, ""), ("p95", p95, "< 1 s"), ("longest", max, "")):
            table.add(Row(f"{name}, {label}", RECORDS, of(pair[0]), REFERENCE, of(pair[1]), aim, note=note))
        ours, bare_ones = found.ours[-LAST:], found.bare[-LAST:]
        last = f"{name}, p95 of the last {len(ours)}"
        table.add(Row(last, RECORDS, p95(ours), REFERENCE, p95(bare_ones), "< 1 s", note=note))
    finish(table)


if __name__ == "__main__":
    main()
