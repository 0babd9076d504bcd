"""Ledger posting against bare set-based PostgreSQL, on one server, in turns.

Ours: `store.ledger.append`, with double entry, balances, idempotency, zero-sum check and the hash chain. Bare: one
transfer row with the same texts and times and a unique key a payer, and both balances, in one transaction: two
set-based statements, no hashes, no double rows. Both commit durably (fsync on).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from ground import books_at, sized
from measure import Row, Table, finish, median_of_each, peak_during

from partita.core import posting_rules
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.refusal import Refused
from partita.store import ledger
from partita.store.db import Transaction

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
WORK = sized(
    (("single", 1_000, 1, 200), ("batches of 100", 10_000, 100, 200), ("batches of 1,000", 20_000, 1_000, 500)),
    (("single", 10, 1, 5), ("batches of 100", 200, 100, 20)),
)
HOT = sized(("batches of 1,000, one hot account", 20_000, 1_000, 1), ("one hot account", 200, 100, 1))
BARE = """
create table bare_account (account_id text primary key, balance_minor bigint not null);
create table bare_transfer (
    transfer_id bigint generated always as identity primary key, payer_id text not null, idempotency_key text not null,
    kind text not null, description text not null, reference text not null, debit_account text not null,
    credit_account text not null, currency text not null, amount_minor bigint not null,
    effective_at timestamptz not null, recorded_at timestamptz not null, unique (payer_id, idempotency_key)
);
insert into bare_account select 'bank/p' || i, 0 from generate_series(0, 499) i;
insert into bare_account select 'cash/p' || i, 0 from generate_series(0, 499) i;
"""
ACCOUNTS = """
insert into enterprise (enterprise_id, name, zone, currency, recorded_at)
    values ('g', 'G', 'Asia/Shanghai', 'CNY', now());
insert into account (account_id, enterprise_id, name, recorded_at)
    select 'p' || i, 'g', 'P', now() from generate_series(0, 499) i;
"""
INSERT = """
insert into bare_transfer (payer_id, idempotency_key, kind, description, reference, debit_account, credit_account,
                           currency, amount_minor, effective_at, recorded_at)
select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::bigint[], %s::timestamptz[], %s::timestamptz[])
"""
UPDATE = """
update bare_account a set balance_minor = a.balance_minor + moved.amount_minor from (
    select account_id, sum(amount_minor) as amount_minor from (
        select unnest(%s::text[]) as account_id, unnest(%s::bigint[]) as amount_minor
        union all select unnest(%s::text[]), -unnest(%s::bigint[])) both_sides
    group by account_id) moved
where a.account_id = moved.account_id
"""
KEYS = count()


def drafts(size: int, payers: int) -> list[Draft]:
    return [
        posting_rules.topped_up(
            payer_id=f"p{number % payers}",
            amount=Money(100 + number % 1000, "CNY"),
            reference=f"transfer {number}",
            idempotency_key=f"k{number}",
            effective_at=NOW,
        )
        for number in (next(KEYS) for _ in range(size))
    ]


def ours(tx: Transaction, batches: list[list[Draft]]) -> None:
    for batch in batches:
        with tx.transaction():
            answer = ledger.append(tx, batch, recorded_at=NOW)
        assert not isinstance(answer, Refused), answer


def bare(tx: Transaction, batches: list[list[Draft]]) -> None:
    for batch in batches:
        rows = [
            (
                one.payer_id, one.idempotency_key, one.kind, one.description, one.reference, f"bank/{one.payer_id}",
                f"cash/{one.payer_id}", "CNY", one.postings[0].amount_minor, NOW, NOW,
            )
            for one in batch
        ]  # fmt: skip
        columns = [list(column) for column in zip(*rows, strict=True)]
        with tx.transaction():
            tx.execute(INSERT, columns)
            tx.execute(UPDATE, (columns[5], columns[8], columns[6], columns[8]))


def turn(work: Callable[[Transaction, list[list[Draft]]], None], tx: Transaction, shape: tuple[int, int, int]):  # noqa: ANN201 - a closure
    """Return a run over fresh drafts: making them is not measured for either side."""
    total, size, payers = shape
    fresh = [[drafts(size, payers) for _ in range(total // size)] for _ in range(5)]
    return lambda: work(tx, fresh.pop())


def measured(app: Transaction, owner: Transaction) -> Table:
    table = Table(
        "Ledger posting",
        "Median of 5 runs in turns; bare = one transfer row and two balances a transfer. "
        "Peak memory is that of our process, without the server.",
    )
    for name, total, size, payers in (*WORK, HOT):
        shape = (total, size, payers)
        mine, theirs = median_of_each([turn(ours, app, shape), turn(bare, owner, shape)], runs=5)
        _, peak = peak_during(turn(ours, app, shape))
        table.add(Row(name, total, mine, "bare PostgreSQL", theirs, "≥ 0.8x", peak))
    with app.transaction():
        assert ledger.verify_chain(app) == []
        assert ledger.check_balances(app) == []
    return table


def main() -> None:
    with books_at(NOW, memory="512MB") as ground, ground.books.pool.connection() as app:
        ground.owner.execute(BARE)
        ground.owner.execute(ACCOUNTS)
        app.set_autocommit(True)
        table = measured(app, ground.owner)
        app.set_autocommit(False)
    finish(table)


if __name__ == "__main__":
    main()
