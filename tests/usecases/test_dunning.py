"""Dunning on real books: reminders, interest and suspension by the clock, each once; what is paid is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from partita.core import subscription
from partita.core.credit import Term
from partita.core.dunning import Policy
from partita.core.money import Money
from partita.core.permission import Actor
from partita.core.refusal import Reason, Refused
from partita.store import outbox as outbox_store
from partita.usecases import credit, funds, order
from partita.usecases.dunning.policy import set_policy, show
from partita.usecases.dunning.run import DunningRun, run
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.clearing import Clearings

POLICY = Policy((-3, 0, 7), rate_e10=5_000_000, cap_e10=2_000_000_000, stop_days=20)


@pytest.fixture
def world(books: Books) -> Clearings:
    """Acme owes 1,000.00 of 2026-08 on credit, due on 2026-09-30; shop has no credit and owes 10.00."""
    made = Clearings(books)
    made.play(
        [
            ["account", "acme"],
            ["account", "shop"],
            ["sku", "vm", "in", "compute", "at", "1.00"],
            ["at", "2026-08-01T09:00"],
            ["limit", "acme", "5000.00"],
            ["usage", "r1", "acme", "vm", "1000", "2026-08-03T08:00:00+08:00"],
            ["usage", "r2", "shop", "vm", "10", "2026-08-03T08:00:00+08:00"],
            ["at", "2026-09-02T09:00"],
            ["close", "2026-08"],
        ]
    )
    with made.books.work() as work:
        assert not isinstance(credit.agree_term(work, management="acme", term=Term(1, 30)), Refused)
        assert not isinstance(set_policy(work, account_id="", policy=POLICY), Refused)
    return made


def ran(world: Clearings, at: str, *, dry_run: bool = False) -> DunningRun:
    world.at(at)
    done = run(world.books, dry_run=dry_run)
    assert not isinstance(done, Refused)
    return done


def told(world: Clearings) -> list[str]:
    with world.books.work() as work:
        waiting = outbox_store.every(work.tx, open_only=False, limit=100)
    return [
        one.message.key.partition("@")[0]
        for one in waiting
        if str(one.message.payload.get("kind")).startswith("dunning")
    ]


def in_order(world: Clearings) -> bool:
    return [one.name for one in verify(world.books) if not one.holds] == []


def test_each_mark_is_told_once_and_only_to_whom_has_a_term(world: Clearings) -> None:
    assert ran(world, "2026-09-26T09:00").reminded == []
    (one,) = ran(world, "2026-09-27T09:00").reminded
    assert (one.payer_id, one.mark, str(one.left)) == ("acme", -3, "1000.00 CNY")
    assert ran(world, "2026-09-27T23:00").reminded == []
    (late,) = ran(world, "2026-10-09T09:00").reminded
    assert late.mark == 7
    assert [key.rpartition(":")[2] for key in told(world)] == ["-3", "7"]
    world.cash("acme", "2000.00")
    assert ran(world, "2026-10-20T09:00").reminded == []


def test_interest_is_charged_by_the_day_and_stands_on_no_bill(world: Clearings) -> None:
    assert ran(world, "2026-10-01T09:00").charged == []
    (one,) = ran(world, "2026-10-03T09:00").charged
    assert str(one.amount) == "1.00 CNY"
    world.cash("acme", "400.00")
    assert ran(world, "2026-10-03T23:00").charged == []
    (two,) = ran(world, "2026-10-06T09:00").charged
    assert str(two.amount) == "0.90 CNY"
    with world.books.work() as work:
        shown = show(work, "acme")
        figures = funds.figures_of(work, "acme")
    assert not isinstance(shown, Refused)
    assert [(str(bill.left), str(bill.interest)) for bill in shown.bills] == [("600.00 CNY", "1.90 CNY")]
    assert figures.outstanding == 60_000 + 190
    assert in_order(world)


def test_days_before_a_late_payment_are_charged_after_it(world: Clearings) -> None:
    world.at("2026-10-04T12:00")
    world.cash("acme", "1000.00")
    (one,) = ran(world, "2026-10-10T09:00").charged
    assert str(one.amount) == "1.50 CNY"
    assert ran(world, "2026-10-11T09:00").charged == []
    assert in_order(world)


def test_credit_is_suspended_and_given_back_by_the_payment(world: Clearings) -> None:
    assert ran(world, "2026-10-20T09:00").suspended == []
    assert ran(world, "2026-10-21T09:00", dry_run=True).suspended == ["acme"]
    assert ran(world, "2026-10-21T09:00").suspended == ["acme"]
    assert ran(world, "2026-10-21T10:00").suspended == []
    with world.books.work() as work:
        assert funds.figures_of(work, "acme").credit_limit == 0
        assert funds.figures_of(work, "acme").overdue
    world.cash("acme", "1100.00")
    with world.books.work() as work:
        assert funds.figures_of(work, "acme").credit_limit == 500_000
    assert ran(world, "2026-10-22T09:00").lifted == []
    assert in_order(world)


def test_a_dry_run_leaves_nothing(world: Clearings) -> None:
    done = ran(world, "2026-10-25T09:00", dry_run=True)
    assert len(done.reminded) == len(done.charged) == len(done.suspended) == 1
    assert told(world) == []
    again = ran(world, "2026-10-25T09:00")
    assert [str(one.amount) for one in again.charged] == [str(one.amount) for one in done.charged]


def test_policies_are_the_operators(world: Clearings) -> None:
    with world.books.work() as work:
        assert set_policy(work, account_id="", policy=POLICY, dry_run=True) is not None
        own = set_policy(work, account_id="acme", policy=Policy((0,)))
        assert not isinstance(own, Refused)
        back = set_policy(work, account_id="acme", policy=None)
        assert not isinstance(back, Refused)
        nobody = set_policy(work, account_id="nobody", policy=POLICY)
        bad = set_policy(work, account_id="", policy=Policy((3, 1)))
    assert [one.reason for one in (nobody, bad) if isinstance(one, Refused)] == [
        Reason.UNKNOWN_ACCOUNT, Reason.BAD_DUNNING_POLICY,
    ]  # fmt: skip
    asked = run(replace(world.books, actor=Actor("li")))
    assert isinstance(asked, Refused)
    assert asked.reason is Reason.NOT_PERMITTED


def test_what_an_order_left_on_credit_is_dunned_like_a_bill_of_its_month(world: Clearings) -> None:
    world.cash("acme", "1000.00")
    world.at("2026-09-03T09:00")
    with world.books.work() as work:
        asked = [order.Asked("vm", 1, subscription.Term.MONTH, 1, price=Money(300_00, "CNY"))]
        placed = order.buy(work, account_id="acme", asked=asked, token=order.Token("o1"))
        assert isinstance(placed, order.OrderPlaced)
        name = placed.order.order_id
        assert isinstance(order.pay(work, order_id=name), order.OrderPaid)
    assert ran(world, "2026-10-26T09:00").reminded == []
    (told_now,) = ran(world, "2026-10-28T09:00").reminded
    assert (told_now.bill_id, str(told_now.due_on), str(told_now.left)) == (name, "2026-10-30", "300.00 CNY")
    (charged,) = ran(world, "2026-11-02T09:00").charged
    assert (charged.bill_id, str(charged.amount)) == (name, "0.30 CNY")
    assert ran(world, "2026-11-20T09:00").suspended == ["acme"]
    with world.books.work() as work:
        shown = show(work, "acme")
    assert not isinstance(shown, Refused)
    assert [one.bill_id for one in shown.bills] == [name]
    assert shown.suspended_by == name
    world.cash("acme", "2000.00")
    assert ran(world, "2026-11-21T09:00").charged == []
    assert ran(world, "2026-12-21T09:00") == DunningRun()
    assert in_order(world)
