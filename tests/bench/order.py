"""Bench of orders: placed and paid one by one through the use cases, against the least that bare PostgreSQL could do.

Ours has rights, prices, a contract discount, the waterfall, a subscription, and the journal.
The reference is written by hand: one transaction inserts the order, its line, its draw and its two postings, and lowers
a balance under its bound, over the same connection. It knows no rights, prices, discounts, coupons, quota or keys.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count

from ground import Ground, books_at, sized
from measure import Row, Table, finish, median_of_each

from partita.core.money import Money
from partita.core.refusal import Refused
from partita.core.subscription import Term
from partita.store.db import Transaction
from partita.usecases import order
from partita.usecases.funds import top_up
from partita.usecases.order import Asked, Token
from partita.usecases.setup import apply_setup

NOW = datetime.fromisoformat("2026-10-05T00:00:00+08:00")
ACCOUNTS = sized(200, 4)
ORDERS = sized(300, 4)
NUMBERS = count(1)
PRICE = 90_00
FILES = {
    "enterprises": ["enterprise_id,name,zone,currency", "g,G,Asia/Shanghai,CNY"],
    "units": ["enterprise_id,org_unit_id,parent_id,kind,name", "g,east,,company,East"],
    "accounts": [
        "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from",
        *(f"a{at:03d},g,A {at},east,,2020-01-01" for at in range(ACCOUNTS)),
    ],
    "products": ["product_id,name,service_category", "compute,Compute,Compute"],
    "skus": ["sku_id,product_id,name,unit", "vm,compute,VM,Hour"],
    "prices": [
        "sku_id,currency,effective_from,model,counter,tier_to,price,block_size", "vm,CNY,2020-01-01,unit,account,,0.1,",
    ],
    "discounts": [
        "payer_id,target_kind,target_id,effective_from,factor,exclusive",
        *(f"a{at:03d},all,,2020-01-01,0.9,false" for at in range(ACCOUNTS)),
    ],
}  # fmt: skip
BARE = """
create table bare_account (account_id text primary key, balance_minor bigint not null);
create table bare_order (order_id bigint generated always as identity primary key, account_id text not null,
                         token text not null, payable bigint not null, placed_at timestamptz not null,
                         paid_at timestamptz, unique (account_id, token));
create table bare_line (order_id bigint references bare_order, sku_id text not null, quantity integer not null,
                        starts_at timestamptz not null, ends_at timestamptz not null, payable bigint not null);
create table bare_draw (order_id bigint references bare_order, fund text not null, amount_minor bigint not null);
create table bare_posting (order_id bigint references bare_order, account text not null, amount_minor bigint not null);
"""


def main() -> None:
    with books_at(NOW) as ground:
        _build(ground)
        table = Table(
            "Orders",
            f"Orders of one line placed and then paid, two transactions each, one by one; {ACCOUNTS} accounts, "
            f"medians of three rounds of {ORDERS} in turns.",
        )
        ours, bare = median_of_each([lambda: _ours(ground), lambda: _bare(ground.owner)])
        table.add(Row("placed and paid", ORDERS, ours, "bare PostgreSQL, two transactions", bare))
    finish(table)


def _build(ground: Ground) -> None:
    folder = ground.folder / "setup"
    folder.mkdir()
    for name, rows in FILES.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with ground.books.work() as work:
        _sure(apply_setup(work, folder))
    for at in range(ACCOUNTS):
        with ground.books.work() as work:
            _sure(top_up(work, account_id=f"a{at:03d}", amount=Money(10**10, "CNY"), idempotency_key="bench"))
    ground.owner.execute(
        "insert into subscription_price (sku_id, currency, term, effective_from, price_id, price_e10, recorded_at) "
        "values ('vm', 'CNY', 'month', '2020-01-01', 'vm-month', 1000000000000, now())"
    )
    ground.owner.execute(BARE)
    ground.owner.execute("insert into bare_account select account_id, 10000000000 from account", prepare=False)
    ground.owner.execute("vacuum analyze")


def _ours(ground: Ground) -> None:
    for number in (next(NUMBERS) for _ in range(ORDERS)):
        asked, token = [Asked("vm", 1, Term.MONTH, 1)], Token(f"k{number}")
        account = f"a{number % ACCOUNTS:03d}"
        with ground.books.work() as work:
            placed = order.buy(work, account_id=account, asked=asked, token=token)
        assert not isinstance(placed, Refused), placed.message()
        with ground.books.work() as work:
            paid = order.pay(work, order_id=placed.order.order_id)
        assert not isinstance(paid, Refused), paid.message()
        assert paid.order.payable == PRICE


def _bare(tx: Transaction) -> None:
    for number in (next(NUMBERS) for _ in range(ORDERS)):
        account = f"a{number % ACCOUNTS:03d}"
        with tx.transaction():
            (name,) = tx.execute(
                "insert into bare_order (account_id, token, payable, placed_at) values (%s, %s, %s, now()) "
                "on conflict do nothing returning order_id",
                (account, f"k{number}", PRICE),
            ).fetchall()[0]
            tx.execute(
                "insert into bare_line values (%s, 'vm', 1, now(), now() + interval '1 month', %s)", (name, PRICE)
            )
        with tx.transaction():
            tx.execute("update bare_order set paid_at = now() where order_id = %s and paid_at is null", (name,))
            done = tx.execute(
                "update bare_account set balance_minor = balance_minor - %s where account_id = %s "
                "and balance_minor >= %s",
                (PRICE, account, PRICE),
            )
            assert done.rowcount == 1, "there is enough"
            tx.execute("insert into bare_draw values (%s, 'cash', %s)", (name, PRICE))
            tx.execute("insert into bare_posting values (%(n)s, 'cash', %(p)s), (%(n)s, 'revenue', -%(p)s)",
                       {"n": name, "p": PRICE})  # fmt: skip


def _sure(answer: object) -> None:
    assert not isinstance(answer, Refused), answer.message()


if __name__ == "__main__":
    main()
