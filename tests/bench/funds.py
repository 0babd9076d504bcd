"""Transfers and top-ups against bare PostgreSQL, on one server, in turns.

Ours: the use cases (`funds.transfer`, `funds.top_up`, `batch.run_batch`) as any caller runs them: permission, state,
legal entities, relation, quota under the lock of both ends, two chained and hashed entries with double rows, balances,
stop and resume. Bare: what a careful client writes by hand for money that moves between two rows: the transfer under a
unique key, both balances in one order, each checked against its bound, two entries that balance, each a statement of
its own, in one durable transaction; no permission, relation, quota or hash. Batches are set-based in both.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import psycopg
from ground import Ground, books_at, sized
from measure import Row, Table, finish, median_of_each, peak_during

from partita.core import posting_rules
from partita.core.money import Money
from partita.core.refusal import Refused
from partita.formats.batch import BatchKind
from partita.store import ledger
from partita.store.db import Transaction
from partita.usecases import funds
from partita.usecases.batch import run_batch
from partita.usecases.verify import verify

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
RUNS = sized(5, 1)
MAINS, MEMBERS = sized((20, 500), (2, 20))
SINGLE = sized(1_000, 16)
BATCHES = sized(4, 1)
LEDGER_BATCHES, LEDGER_SIZE = sized((10, 1_000), (1, 60))
CONNECTIONS = sized(8, 2)
REFERENCE = "bare PostgreSQL"
KEYS = (f"k{number}" for number in count())
CHANCE = random.Random(2026)  # noqa: S311 - the same transfers in every run

WORLD = """
insert into enterprise (enterprise_id, name, zone, currency, recorded_at)
    values ('g', 'G', 'Asia/Shanghai', 'CNY', now());
insert into legal_entity (entity_id, kind, country, number, name, recorded_at)
    values ('e', 'organisation', 'CN', '91110000600037341L', 'Acme', now());
create temp table pair as select 'm' || lpad(m::text, 2, '0') as main, 's' || lpad(s::text, 3, '0') as place
    from generate_series(0, %(mains)s - 1) m, generate_series(0, %(members)s) s;
insert into account (account_id, enterprise_id, name, recorded_at)
    select case place when 's000' then main else main || place end, 'g', 'A', now() from pair;
insert into payment_relation (account_id, effective_from, payer_id, recorded_at)
    select account_id, '2020-01-01', account_id, now() from account;
insert into verification (account_id, sequence, entity_id, recorded_by, recorded_at)
    select account_id, 1, 'e', 'bench', now() from account;
insert into relation (relation_id, enterprise_id, management_id, member_id, origin, recorded_at)
    select main || place, 'g', main, main || place, 'invited', now() from pair where place <> 's000';
insert into relation_step (relation_id, step, command, state, mode, permissions, effective_at, idempotency_key, body,
                           recorded_by, recorded_at)
    select relation_id, 0, 'confirm', 'active', 'independent', '{}', '2020-01-01', 'k', '{}', 'bench', now()
    from relation;
create table bare_account (
    account_id text primary key, balance_minor bigint not null check (balance_minor >= 0)
) with (fillfactor = 70);
create table bare_transfer (
    transfer_id bigint generated always as identity primary key, kind text not null, giver text not null,
    receiver text not null, currency text not null, amount_minor bigint not null, idempotency_key text not null,
    recorded_at timestamptz not null, unique (giver, idempotency_key)
);
create table bare_entry (
    transfer_id bigint not null references bare_transfer, account_id text not null, amount_minor bigint not null,
    primary key (transfer_id, account_id)
);
create table bare_batch (batch_id text primary key, recorded_at timestamptz not null);
insert into bare_account select account_id, case when length(account_id) = 3 then 1000000000000 else 0 end from account;
insert into bare_account values ('bank', 1000000000000000);
"""


@dataclass(frozen=True, slots=True)
class Order:
    """A transfer to be made."""

    giver: str
    receiver: str
    minor: int
    key: str


Job = Callable[[Sequence[Order]], None]


def build(ground: Ground) -> None:
    """Lay out main accounts with members of one legal entity, and give the main accounts money."""
    psycopg.ClientCursor(ground.owner).execute(WORLD, {"mains": MAINS, "members": MEMBERS})
    drafts = [
        posting_rules.topped_up(payer_id=f"m{main:02d}", amount=Money(10**12, "CNY"), reference="", idempotency_key="k")
        for main in range(MAINS)
    ]
    with ground.books.work() as work:
        assert not isinstance(ledger.append(work.tx, drafts, recorded_at=NOW), Refused)
    ground.owner.execute("vacuum analyze")


def orders(size: int, *, main: int | None = None) -> list[Order]:
    """Return transfers between pairs taken by chance; or all from one main account."""
    made = []
    for _ in range(size):
        giver = f"m{CHANCE.randrange(MAINS) if main is None else main:02d}"
        receiver = f"{giver}s{1 + CHANCE.randrange(MEMBERS):03d}"
        made.append(Order(giver, receiver, 1 + CHANCE.randrange(1000), next(KEYS)))
    return made


def ours_single(ground: Ground) -> Job:
    def run(some: Sequence[Order]) -> None:
        for one in some:
            with ground.books.work() as work:
                answer = funds.transfer(
                    work, giver=one.giver, receiver=one.receiver, amount=Money(one.minor, "CNY"),
                    idempotency_key=one.key,
                )  # fmt: skip
            assert not isinstance(answer, Refused), answer.message()

    return run


def bare_single(tx: Transaction) -> Job:
    def run(some: Sequence[Order]) -> None:
        for one in some:
            moved(tx, "transfer", one)

    return run


def moved(tx: Transaction, kind: str, one: Order) -> None:
    """Move money between two rows by hand. Both rows in one order: two clients never wait in a ring."""
    sides = sorted(((one.giver, -one.minor), (one.receiver, one.minor)))
    with tx.transaction():
        row = tx.execute(
            "insert into bare_transfer (kind, giver, receiver, currency, amount_minor, idempotency_key, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning transfer_id",
            (kind, one.giver, one.receiver, "CNY", one.minor, one.key, NOW),
        ).fetchone()
        assert row is not None, "the key is new"
        for account, minor in sides:
            done = tx.execute(
                "update bare_account set balance_minor = balance_minor + %(minor)s "
                "where account_id = %(account)s and balance_minor + %(minor)s >= 0",
                {"account": account, "minor": minor},
            )
            assert done.rowcount == 1, "there is enough"
        tx.execute(
            "insert into bare_entry values (%(id)s, %(giver)s, -%(minor)s), (%(id)s, %(receiver)s, %(minor)s)",
            {"id": row[0], "giver": one.giver, "receiver": one.receiver, "minor": one.minor},
        )


def ours_top_up(ground: Ground) -> Job:
    def run(some: Sequence[Order]) -> None:
        for one in some:
            with ground.books.work() as work:
                answer = funds.top_up(
                    work, account_id=one.receiver, amount=Money(one.minor, "CNY"), idempotency_key=one.key
                )
            assert not isinstance(answer, Refused), answer.message()

    return run


def bare_top_up(tx: Transaction) -> Job:
    def run(some: Sequence[Order]) -> None:
        for one in some:
            moved(tx, "top up", Order("bank", one.receiver, one.minor, one.key))

    return run


def ours_ledger(tx: Transaction) -> Job:
    """Make the entries of all transfers and append them: no relation, no quota."""

    def run(some: Sequence[Order]) -> None:
        drafts = [
            draft
            for one in some
            for draft in posting_rules.transferred(
                giver=one.giver, receiver=one.receiver, amount=Money(one.minor, "CNY"), idempotency_key=one.key
            )
        ]
        with tx.transaction():
            assert not isinstance(ledger.append(tx, drafts, recorded_at=NOW), Refused)

    return run


def ours_batch(ground: Ground) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        with ground.books.work() as work:
            answer = run_batch(work, path, BatchKind.TRANSFER, idempotency_key=path.name)
        assert not isinstance(answer, Refused), answer.message()

    return run


def bare_batch(tx: Transaction) -> Callable[[Path], None]:
    """Read the file, say that this batch is done, and move all of it at once."""

    def run(path: Path) -> None:
        with path.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        some = [
            Order(row["main"], row["member"], Money.parse(row["amount"], "CNY").minor, f"{path.name}:{row['member']}")
            for row in rows
        ]
        with tx.transaction():
            tx.execute("insert into bare_batch values (%s, %s)", (path.name, NOW))
            at_once(tx, some)

    return run


def bare_ledger(tx: Transaction) -> Job:
    def run(some: Sequence[Order]) -> None:
        with tx.transaction():
            at_once(tx, some)

    return run


def at_once(tx: Transaction, some: Sequence[Order]) -> None:
    """Move the money of many transfers by four set-based statements: lock, transfers, balances, entries."""
    givers, receivers = [one.giver for one in some], [one.receiver for one in some]
    amounts, keys = [one.minor for one in some], [one.key for one in some]
    tx.execute(
        "select from bare_account where account_id = any(%s) order by account_id for update",
        (sorted({*givers, *receivers}),),
    )
    ids = tx.execute(
        "insert into bare_transfer (kind, giver, receiver, currency, amount_minor, idempotency_key, recorded_at) "
        "select 'transfer', giver, receiver, 'CNY', minor, key, %s "
        "from unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) as new (giver, receiver, minor, key) "
        "returning transfer_id, giver, receiver, amount_minor",
        (NOW, givers, receivers, amounts, keys),
    ).fetchall()
    changed = tx.execute(
        "update bare_account a set balance_minor = a.balance_minor + moved.minor from (select account_id, "
        "sum(minor) as minor from (select unnest(%s::text[]) as account_id, -unnest(%s::bigint[]) as minor "
        "union all select unnest(%s::text[]), unnest(%s::bigint[])) sides group by 1) moved "
        "where a.account_id = moved.account_id",
        (givers, amounts, receivers, amounts),
    )
    assert changed.rowcount == len({*givers, *receivers}), "all accounts are there"
    tx.execute(
        "insert into bare_entry select * from unnest(%s::bigint[], %s::text[], %s::bigint[])",
        (
            [row[0] for row in ids for _ in range(2)],
            [account for row in ids for account in row[1:3]],
            [minor for row in ids for minor in (-row[3], row[3])],
        ),
    )


def side_by_side(jobs: Sequence[Job]) -> Job:
    """Share transfers between connections, each with a thread of its own."""

    def run(some: Sequence[Order]) -> None:
        with ThreadPoolExecutor(len(jobs)) as threads:
            done = [threads.submit(job, some[place :: len(jobs)]) for place, job in enumerate(jobs)]
        for one in done:
            one.result()

    return run


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of the table: how many transfers, in which pieces, from whom, and what is aimed at."""

    work: str
    size: int
    aim: str
    main: int | None = None
    pieces: int = 1


def compared(table: Table, shape: Shape, mine: Job, theirs: Job) -> None:
    """Run both over fresh transfers of the same shape, in turns; making them is not measured."""

    def turn(job: Job) -> Callable[[], None]:
        fresh = [[orders(shape.size, main=shape.main) for _ in range(shape.pieces)] for _ in range(RUNS)]

        def run() -> None:
            for some in fresh.pop():
                job(some)

        return run

    ours, bare = median_of_each([turn(mine), turn(theirs)], runs=RUNS)
    table.add(Row(shape.work, shape.size * shape.pieces, ours, REFERENCE, bare, shape.aim))


def files(folder: Path, name: str) -> Iterator[Path]:
    """Write batches without end: in each, one main account gives to all its members."""
    for number in count():
        path, giver = folder / f"{name}-{number}.csv", f"m{number % MAINS:02d}"
        rows = [f"{giver},{giver}s{1 + member:03d},{CHANCE.randrange(1, 1000)}.00" for member in range(MEMBERS)]
        path.write_text("\n".join(["main,member,amount", *rows]), encoding="utf-8")
        yield path


def compare_batches(table: Table, ground: Ground) -> None:
    """Apply files of as many rows as a main account has members."""
    runs = {"ours": ours_batch(ground), "bare": bare_batch(ground.owner)}
    fresh = {name: iter(list(islice(files(ground.folder, name), RUNS * BATCHES + 1))) for name in runs}

    def turn(name: str) -> Callable[[], None]:
        def run() -> None:
            for path in islice(fresh[name], BATCHES):
                runs[name](path)

        return run

    ours, bare = median_of_each([turn("ours"), turn("bare")], runs=RUNS)
    _, peak = peak_during(turn("ours"))
    table.add(Row(f"batches of {MEMBERS} rows, from a file", BATCHES * MEMBERS, ours, REFERENCE, bare, "≥ 0.7x", peak))


def measured(ground: Ground) -> Table:
    table = Table(
        "Transfers and top-ups",
        f"{MAINS * (MEMBERS + 1):,} accounts of {MAINS} groups. Median of {RUNS} runs in turns. Ours is the whole use "
        "case; bare is hand-written SQL that moves two balances and adds two entries under a unique key, a statement "
        "a step, set-based for batches; both durable. Connections side by side are threads of one process.",
    )
    with ExitStack() as stack:
        others = [stack.enter_context(psycopg.connect(ground.owner_url, autocommit=True)) for _ in range(CONNECTIONS)]
        one, many = ours_single(ground), [ours_single(ground)] * CONNECTIONS
        bare_many = [bare_single(tx) for tx in others]
        compared(table, Shape("single transfers", SINGLE, "≥ 0.5x"), one, bare_single(ground.owner))
        compared(
            table,
            Shape(f"single transfers, {CONNECTIONS} connections", SINGLE, ""),
            side_by_side(many),
            side_by_side(bare_many),
        )
        hot = Shape("hot payer, single transfers", SINGLE, "≥ 0.5x", main=0)
        compared(table, hot, one, bare_single(ground.owner))
        hot = Shape(f"hot payer, {CONNECTIONS} connections", SINGLE, "≥ 0.5x", main=0)
        compared(table, hot, side_by_side(many), side_by_side(bare_many))
        compared(table, Shape("single top-ups", SINGLE, "≥ 0.5x"), ours_top_up(ground), bare_top_up(ground.owner))
    compare_batches(table, ground)
    with ground.books.pool.connection() as tx:
        tx.set_autocommit(True)
        shape = Shape(f"ledger alone, batches of {LEDGER_SIZE:,}", LEDGER_SIZE, "≥ 0.7x", pieces=LEDGER_BATCHES)
        compared(table, shape, ours_ledger(tx), bare_ledger(ground.owner))
        tx.set_autocommit(False)
    return table


def proved(ground: Ground) -> None:
    """The books hold, and so do the bare ones."""
    broken = [one.name for one in verify(ground.books) if not one.holds]
    assert not broken, f"verify does not hold: {broken}"
    row = ground.owner.execute("select coalesce(sum(amount_minor), 0), count(*) from bare_entry").fetchone()
    assert row is not None
    assert row[0] == 0, "entries balance"


def main() -> None:
    with books_at(NOW) as ground:
        build(ground)
        table = measured(ground)
        proved(ground)
    finish(table)


if __name__ == "__main__":
    main()
