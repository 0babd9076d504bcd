"""Vouchers beyond the cases: what a refusal leaves behind, priorities in SQL as in the core, and many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Actor
from partita.core.posting_rules import VOUCHER_POOL
from partita.core.refusal import Reason, Refused
from partita.core.scope import Listing, Scope
from partita.core.settlement import WATERFALL
from partita.core.template import Instrument, Kind, Template, Terms
from partita.core.voucher import PRIORITIES_MAX, Priority, priority
from partita.store import bill as bill_store
from partita.store import ledger as ledger_store
from partita.store import settlement as settlement_store
from partita.store import template as template_store
from partita.store import voucher as voucher_store
from partita.usecases import template as template_use
from partita.usecases import voucher
from partita.usecases.close.settling import bills_of
from partita.usecases.verify import verify
from partita.usecases.voucher import Issued, Wanted
from partita.usecases.work import Books
from steps.relation import Relations
from steps.world import World

UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def define(books: Books, name: str, amount: int, *, scope: Scope | None = None, **more: object) -> None:
    template = Template(
        name, "group", Instrument.VOUCHER, Kind.CASH, name, "CNY", amount, Terms(scope or Scope()), ends=UNTIL
    )
    with books.work() as work:
        done = template_use.define_template(work, replace(template, **more))  # type: ignore[arg-type]
    assert not isinstance(done, Refused), done.message()


def give(books: Books, account: str, template: str, key: str, amount: int | None = None) -> str:
    with books.work() as work:
        done = voucher.issue(work, Wanted(account, template, amount), idempotency_key=key)
    assert isinstance(done, Issued), done.message()
    return done.voucher.voucher_id


def row_counts(books: Books) -> dict[str, int]:
    with books.work() as work:
        tables = [
            name for (name,) in work.tx.execute("select relname from pg_class where relkind = 'r' and relowner <> 10")
        ]
        return {
            name: work.tx.execute(f"select count(*) from {name}").fetchone()[0]  # type: ignore[index]
            for name in tables
            if work.tx.execute("select has_table_privilege(%s, 'select')", (name,)).fetchone() == (True,)
        }


def test_a_refusal_and_a_dry_run_leave_nothing_behind(books: Books) -> None:
    World(books).account("acme")
    define(books, "gift", 100)
    before = row_counts(books)
    with books.work() as work:
        no = voucher.issue(work, Wanted("acme", "gift", from_pool=True), idempotency_key="k")
        assert isinstance(no, Refused)
        assert no.reason is Reason.EXCEEDS_POOL
    with books.work() as work:
        done = voucher.issue(work, Wanted("acme", "gift"), idempotency_key="k", dry_run=True)
        assert isinstance(done, Issued)
        granted = voucher.grant_pool(work, account_id="acme", amount=Money(5, "CNY"), dry_run=True)
        assert not isinstance(granted, Refused)
        assert granted.pool == Money(5, "CNY")
        assert not isinstance(voucher.expire(work, dry_run=True), Refused)
    assert row_counts(books) == before


def test_keys_of_priority_are_those_of_the_core(books: Books) -> None:
    """The store makes the numbers of a voucher's turn in SQL; they must be those that the core gives."""
    world = World(books)
    world.account("acme")
    world.sku("vm", "in", "compute", "at", "1.00")
    define(books, "plain", 100)
    define(books, "only", 300, scope=Scope(Listing.WHITE, frozenset({"compute"})))
    define(books, "but", 200, scope=Scope(Listing.BLACK, frozenset({"compute"})), ends=UNTIL + timedelta(days=3))
    define(books, "own", 250, scope=Scope(accounts=frozenset({"acme"})))
    define(books, "tag", 250, scope=Scope(tags=frozenset({("team", "web")})), starts=datetime(2026, 10, 1, tzinfo=UTC))
    for name in ("plain", "only", "but", "own", "tag"):
        give(books, "acme", name, name)
    world.play([["usage", "r1", "acme", "vm", "1", "2026-10-03T08:00:00+08:00"]])
    later = replace(books, clock=lambda: datetime(2026, 12, 2, 4, tzinfo=UTC))
    World.close(_at(world, later), "2026-10")
    for length in range(1, PRIORITIES_MAX + 1):
        for policy in permutations(Priority, length):
            with later.work() as work:
                set_to = template_use.set_priority(
                    work, enterprise_id="group", instrument=Instrument.VOUCHER, keys=policy
                )
                assert not isinstance(set_to, Refused)
            _compare(later, policy)


def _at(world: World, books: Books) -> World:
    world.books = books
    return world


def _compare(books: Books, policy: tuple[Priority, ...]) -> None:
    with books.work() as work:
        (bill,) = bill_store.bills(work.tx)
        run = replace(bill_store.runs(work.tx)[0], closed_at=work.now)
        facts = settlement_store.to_settle(work.tx, bills_of(work.tx, run, bill.bucket))
        held = {one.voucher.voucher_id: one for one in voucher_store.held_by(work.tx, "acme")}
        assert template_store.policy(work.tx, "group", Instrument.VOUCHER) == policy
    rows = [row for row in facts["sources"].to_pylist() if row["fund"] == "voucher"]
    assert {row["source_id"] for row in rows} == {name for name, one in held.items() if one.left_minor}
    for row in rows:
        one = held[row["source_id"]]
        keys = tuple(row[f"key_{place}"] for place in range(1, PRIORITIES_MAX + 1))
        expected = priority(one.voucher, one.left_minor, policy)
        assert keys == (*expected, *([0] * (PRIORITIES_MAX - len(expected))))


def test_sharing_from_many_sides_at_once_never_shares_more_than_there_is(books: Books, owner_url: str) -> None:
    world = Relations(books, owner_url)
    members = [f"m{number}" for number in range(4)]
    for name in ("main", *members):
        world.account(name)
        world.title(name)
    world.credit("main", "1000.00")
    for name in members:
        world.invite("main", name)
        world.confirm(name)
    define(books, "gift", 1000)
    held = give(books, "main", "gift", "k")

    def share(number: int) -> str:
        with books.work() as work:
            done = voucher.share(
                work, voucher_id=held, member_id=members[number % 4], amount_minor=30, idempotency_key=str(number)
            )
        return done.reason.name if isinstance(done, Refused) else "done"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(share, range(50)))
    assert said.count("done") == 33
    assert set(said) == {"done", "EXCEEDS_VOUCHER"}
    with books.work() as work:
        holders = {one.account_id: one.left_minor for one in voucher_store.holders(work.tx, [held])}
    assert holders["main"] == 10
    assert sum(holders.values()) == 1000
    assert [one.name for one in verify(books) if not one.holds] == []


def test_only_who_may_gives_money_away(books: Books) -> None:
    """Accounts make vouchers from their pool, the operator alone makes them of nothing."""
    world = World(books)
    world.account("acme")
    define(books, "gift", 100)
    as_account = replace(books, actor=Actor(account_id="acme"))
    with as_account.work() as work:
        no = voucher.issue(work, Wanted("acme", "gift"), idempotency_key="k")
        assert isinstance(no, Refused)
        assert no.reason is Reason.NOT_PERMITTED
        assert isinstance(voucher.grant_pool(work, account_id="acme", amount=Money(5, "CNY")), Refused)
        assert isinstance(voucher.expire(work), Refused)
    with books.work() as work:
        assert ledger_store.balance_of(work.tx, "acme", VOUCHER_POOL, "CNY") == 0


def test_a_template_that_comes_twice_at_once_stands_once(books: Books) -> None:
    World(books).account("acme")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: define(books, "gift", 100), range(8)))
    with books.work() as work:
        assert len(template_store.templates(work.tx, "group")) == 1


@pytest.mark.parametrize("month", [Month(2026, 9), Month(2026, 10)])
def test_every_fund_of_the_waterfall_is_read(books: Books, month: Month) -> None:
    """A fund that the chart knows and the settlement does not read would never be spent."""
    with books.work() as work:
        run = bill_store.CloseRun(month.number, 0, work.now)
        values = settlement_store._values(bills_of(work.tx, run, 0))  # noqa: SLF001 - what the statement asks for
    assert {*values["funds"], "voucher"} == {fund.value for fund in WATERFALL}  # type: ignore[misc]


def test_nothing_is_taken_back_from_a_name_and_no_chain_begins_for_it(books: Books) -> None:
    world = World(books)
    world.play([["account", "main"]])
    define(books, "gift", 100)
    voucher_id = give(books, "main", "gift", "v-1")
    with books.work() as work:
        answer = voucher.take_back(work, voucher_id=voucher_id, member_id="nobody")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.VOUCHER_NOT_HELD
    with books.work() as work:
        assert work.tx.execute("select payer_id from ledger_head order by 1").fetchall() == [("main",)]
