"""Settlement of 100,000 payers against bare set-based PostgreSQL, on one server, in turns.

Ours: `usecases.close.settling.settle_bucket` for all buckets: funds and lines out of the books, the waterfall with
vouchers that pay only some lines, one hashed entry a bill, double rows, balances, draws with a seal. Bare: one
statement of window sums draws dues from funds, adds a transfer row with the same texts and a unique key for each draw,
and moves both balances; no lines, no hashes, no double rows, no seals. Both commit durably.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import duckdb
import psycopg
from ground import Ground, books_at, sized
from measure import Row, Table, finish, median_of_each, peak_during

from partita.core import posting_rules
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import bill, ledger
from partita.store.bill import CloseRun
from partita.store.db import Transaction
from partita.usecases.bucket import side_by_side
from partita.usecases.close.settling import settle_bucket
from partita.usecases.work import Books

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
PAYERS = sized(100_000, 200)
BUCKETS = 8
MONTHS = (202607, 202608, 202609, 202610)
"""Three rounds in turns, and one whose peak of memory is taken."""
VOUCHERS = 5
"""Every fifth payer has a voucher for one of its two products."""

WORLD = """
alter table account disable trigger seal;
alter table bill disable trigger seal;
alter table bill_line disable trigger seal;
alter table bill_product disable trigger seal;
alter table voucher disable trigger seal;
insert into deployment (bucket_count, created_at) values (8, now());
insert into enterprise (enterprise_id, name, zone, currency, recorded_at)
    values ('g', 'G', 'Asia/Shanghai', 'CNY', now());
insert into account select 'p' || lpad(i::text, 6, '0'), 'g', 'P' || i, now(), '' from generate_series(0, %(last)s) i;
insert into template (enterprise_id, template_id, instrument, kind, name, currency, amount_minor, minimum_minor, stacks,
                      listing, products, accounts, occasions, tags, ends, recorded_by, recorded_at)
    values ('g', 't', 'voucher', 'cash', 't', 'CNY', 2000, 0, true, 'white', '{compute}', '{}', '{}', '{}',
            '2027-01-01', 'bench', now());
insert into voucher select 'p' || lpad(i::text, 6, '0'), 'v' || i, 'g', 't', 2000, '2026-01-01', '2027-01-01', false,
                           'k', 'bench', now(), '' from generate_series(0, %(last)s, %(vouchers)s) i;
"""
BILLS = """
insert into bill select 'p' || lpad(i::text, 6, '0'), %(month)s, 'CNY', 'bill' || %(month)s || i, i %% %(buckets)s,
        0, 0, 1500::numeric * 100000000, 0, 1500, 100000000, 3, now(), '' from generate_series(0, %(last)s) i;
insert into bill_line select payer_id, bill_id, line, 'usage', payer_id,
        case line when 3 then 'storage' else 'compute' end, 'sku' || line, month, 'hour', 1, 1, 0, 0,
        500::numeric * 100000000, ''
    from bill, generate_series(1, 3) line where month = %(month)s;
insert into bill_product select payer_id, bill_id, product, 0, minor, ''
    from bill, (values ('compute', 1000), ('storage', 500)) p (product, minor) where month = %(month)s;
"""
BARE = """
create table bare_due (payer_id text, month integer, bill_id text, due_minor bigint, primary key (payer_id, month));
create table bare_account (payer_id text, account text, place integer, balance_minor bigint,
                           primary key (payer_id, account));
create table bare_transfer (
    transfer_id bigint generated always as identity primary key, payer_id text not null, idempotency_key text not null,
    kind text not null, description text not null, reference text not null, debit_account text not null,
    credit_account text not null, currency text not null, amount_minor bigint not null,
    effective_at timestamptz not null, recorded_at timestamptz not null, unique (payer_id, idempotency_key)
);
insert into bare_due select payer_id, month, bill_id, payable_minor from bill;
insert into bare_account
    select payer_id, ledger_account, case ledger_account when 'cash' then 2 else 1 end, -amount_minor from balance;
insert into bare_account select distinct payer_id, 'receivable', 0, 0 from bill on conflict do nothing;
"""
SETTLE = """
with span as (
    select f.payer_id, f.place, f.account, f.balance_minor, d.bill_id, d.due_minor,
           sum(f.balance_minor) over (partition by f.payer_id order by f.place) as upto
    from bare_account f join bare_due d on d.payer_id = f.payer_id and d.month = %(month)s
    where f.balance_minor > 0 and f.place > 0),
drawn as (
    select payer_id, place, account, bill_id, least(balance_minor, due_minor - (upto - balance_minor)) as amount_minor
    from span where due_minor > upto - balance_minor),
moved as (
    select payer_id, account, -amount_minor as amount_minor from drawn
    union all select payer_id, 'receivable', sum(amount_minor) from drawn group by payer_id),
balanced as (
    update bare_account f set balance_minor = f.balance_minor + m.amount_minor from moved m
    where f.payer_id = m.payer_id and f.account = m.account)
insert into bare_transfer (payer_id, idempotency_key, kind, description, reference, debit_account, credit_account,
                           currency, amount_minor, effective_at, recorded_at)
select payer_id, 'settled:' || bill_id || ':' || place, 'settled', 'Settlement', bill_id, account, 'receivable', 'CNY',
       amount_minor, now(), now() from drawn
"""


def build(owner: Transaction, books: Books) -> None:
    """Lay out payers, bills of all months, cash for two and a half bills each, vouchers; with entries for the money."""
    values = {"last": PAYERS - 1, "buckets": BUCKETS, "vouchers": VOUCHERS}
    client = psycopg.ClientCursor(owner)
    client.execute(WORLD, values)
    for month in MONTHS:
        client.execute(BILLS, values | {"month": month})
    owner.execute("analyze")
    drafts = (draft for number in range(PAYERS) for draft in money_of(number))
    while some := list(islice(drafts, 20_000)):
        with books.work(NOW) as work:
            assert not isinstance(ledger.append(work.tx, some, recorded_at=NOW), Refused)
    client.execute(BARE)
    owner.execute("vacuum analyze")


OWED = 100_000
"""What stands on the receivable of each payer, more than its bills ask: settling draws no more than is owed."""


def money_of(number: int) -> list[Draft]:
    payer = f"p{number:06d}"
    cash = posting_rules.topped_up(
        payer_id=payer, amount=Money(3_750, "CNY"), reference="", idempotency_key="k", effective_at=NOW
    )
    owed = posting_rules.billed(
        payer_id=payer, bill_id="all", product_id="compute", month=Month.from_number(MONTHS[0]),
        payable=Money(OWED, "CNY"), effective_at=NOW,
    )  # fmt: skip
    if number % VOUCHERS:
        return [cash, owed]
    return [
        cash,
        owed,
        posting_rules.voucher_issued(payer_id=payer, voucher_id=f"v{number}", amount=Money(2_000, "CNY")),
    ]


def ours(books: Books, month: int) -> None:
    """Settle all buckets, as many side by side as the close works on."""
    run = CloseRun(month, 0, NOW)

    def settle(bucket: int, connection: duckdb.DuckDBPyConnection) -> None:
        with books.work(NOW) as work:
            ledger.lock_payers(work.tx, bill.payers(work.tx, month=month, bucket=bucket))
            settle_bucket(work, books.room, connection, run, bucket)

    engine = books.engine()
    try:
        for _ in side_by_side(engine, range(BUCKETS), settle):
            pass
    finally:
        engine.close()


def bare(owner: Transaction, month: int) -> None:
    with owner.transaction():
        owner.execute(SETTLE, {"month": month})


def measured(ground: Ground) -> Table:
    books, owner = ground.books, ground.owner
    table = Table(
        "Settlement",
        f"{PAYERS:,} payers with a bill of three lines each; cash for two and a half bills, every fifth payer with a "
        "voucher for one of two products. Median of 3 months in turns; bare = one statement of window sums, a transfer "
        "row and two balances a draw; no lines, no hashes, no seals. Peak memory is that of our process, without the "
        "server.",
    )
    left = {"ours": iter(MONTHS), "bare": iter(MONTHS)}
    mine, theirs = median_of_each(
        [lambda: ours(books, next(left["ours"])), lambda: bare(owner, next(left["bare"]))], runs=len(MONTHS) - 1
    )
    _, peak = peak_during(lambda: ours(books, next(left["ours"])))
    bare(owner, next(left["bare"]))
    table.add(Row(f"{PAYERS:,} payers", PAYERS, mine, "bare PostgreSQL", theirs, "", peak))
    same(owner)
    with books.work(NOW) as work:
        assert ledger.verify_chain(work.tx) == []
        assert ledger.check_balances(work.tx) == []
    return table


def same(owner: Transaction) -> None:
    """Both draw the same in all: a voucher pays compute alone, but cash pays the rest of the same bills."""
    drawn = owner.execute("select sum(amount_minor) from draw group by fund = 'cash' order by 1").fetchall()
    assert len(drawn) == 2, "cash and vouchers were drawn"
    query = "select sum(amount_minor) from bare_transfer group by debit_account = 'cash' order by 1"
    assert drawn == owner.execute(query).fetchall()


def main() -> None:
    with books_at(NOW) as ground:
        build(ground.owner, ground.books)
        table = measured(ground)
    finish(table)


if __name__ == "__main__":
    main()
