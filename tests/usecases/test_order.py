"""Orders beyond their cases: tried without effect, paid at once from two sides, by people, under relations."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from partita.core.bill_view import Figure
from partita.core.period import Month
from partita.core.permission import Actor
from partita.core.refusal import Reason, Refused
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.usecases import order, relation, subscription
from partita.usecases.analysis import cost_report
from partita.usecases.bill_view import Asked as BillAsked
from partita.usecases.bill_view import month_bills
from partita.usecases.order import Asked, OrderPaid, Token
from partita.usecases.verify import verify
from partita.usecases.work import Books, Work
from payers import group
from steps.order import Orders, terms_of
from steps.order_scene import cny

SCENE = """
    at        2026-10-01T00:00:00
    account   acme
    sku       vm in compute at 1.00
    sku       big in compute at 2.00
    sold      vm month 100.00
    sold      big month 160.00
    cash      acme 1000.00
"""


@pytest.fixture
def world(books: Books) -> Orders:
    made = Orders(books)
    made.play([line.split() for line in SCENE.splitlines() if line.strip()])
    made.said.clear()
    return made


def play(world: Orders, *lines: str) -> list[str]:
    world.said.clear()
    world.play([line.split() for line in lines])
    return world.said


def counts(books: Books) -> dict[str, int]:
    tables = (
        "customer_order order_line order_step order_draw order_charge entry subscription subscription_step paid_ahead "
        "paid_ahead_end outbox subscription_setting expiry_day renewal_attempt approval_need approval_decision"
    ).split()
    with books.work() as work:
        return {table: work.tx.execute(f"select count(*) from {table}".encode()).fetchone()[0] for table in tables}  # type: ignore[index]


def do(books: Books, what: Callable[[Work], Any]) -> Any:
    with books.work() as work:
        return what(work)


def test_what_is_tried_answers_as_it_would_and_leaves_nothing(world: Orders) -> None:
    play(world, "buy o1 acme vm 1m", "pay o1", "at 2026-10-16T12:00:00", "renew r1 o1 1m")
    name, books = world.subscriptions["o1"], world.books
    token, before = Token("tried"), counts(books)
    tried: list[Callable[[Work], Any]] = [
        lambda work: order.buy(work, account_id="acme", asked=[Asked("vm")], token=token, dry_run=True),
        lambda work: order.pay(work, order_id=world.orders["r1"], dry_run=True),
        lambda work: order.cancel(work, order_id=world.orders["r1"], dry_run=True),
        lambda work: subscription.set_expiry_day(work, account_id="acme", day=3, dry_run=True),
    ]
    for what in tried:
        answer = do(books, what)
        assert not isinstance(answer, Refused), answer
        assert answer.dry_run
        assert counts(books) == before
    play(world, "cancel r1")
    before = counts(books)
    for what in (
        lambda work: order.unsubscribe(work, subscription_id=name, key="tried", dry_run=True),
        lambda work: order.resize(work, subscription_id=name, to=Asked("big"), token=token, dry_run=True),
        lambda work: order.renew(work, subscription_ids=[name], asked=Asked(), token=token, dry_run=True),
    ):
        answer = do(books, what)
        assert not isinstance(answer, Refused), answer
        assert answer.dry_run
        assert counts(books) == before
    later = replace(books, clock=lambda: do(books, lambda work: work.now) + timedelta(days=60))
    ran = subscription.run(later, dry_run=True)
    assert not isinstance(ran, Refused)
    assert (ran.released, counts(books)) == ((name,), before)


def test_two_who_pay_at_once_pay_once(world: Orders) -> None:
    play(world, "buy o1 acme vm 1m")
    name = world.orders["o1"]

    def pay(_: int) -> object:
        return do(world.books, lambda work: order.pay(work, order_id=name))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(pay, range(4)))
    assert all(isinstance(one, OrderPaid) for one in answers)
    assert [one.repeated for one in answers if isinstance(one, OrderPaid)].count(False) == 1
    assert play(world, "has acme") == ["acme cash 900.00"]


def test_two_who_order_with_one_token_order_once(world: Orders) -> None:
    def buy(_: int) -> Any:
        asked = [terms_of("1m@100.00")]
        asked = [replace(one, sku_id="vm") for one in asked]
        return do(world.books, lambda work: order.buy(work, account_id="acme", asked=asked, token=Token("once")))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(buy, range(4)))
    assert len({one.order.order_id for one in answers}) == 1
    assert [one.repeated for one in answers].count(False) == 1


def test_people_buy_pay_change_and_give_up_within_their_enterprise(world: Orders) -> None:
    said = play(
        world,
        "user li procurement,finance",
        "as li",
        "buy o1 acme vm 1m resource=i-1",
        "pay o1",
        "resize s1 o1 big x1 1m",
        "pay s1",
        "renew r1 o1 1m",
        "pay r1",
        "auto o1 1m",
        "at 2026-10-16T12:00:00",
        "unsubscribe u1 o1 renewals",
        "resize s2 o1 vm x1 1m",
        "unsubscribe u2 o1",
        "as operator",
        "verify",
    )
    assert said == [
        "ordered o1 purchase 100.00",
        "paid o1 by cash 100.00",
        "ordered s1 upgrade 60.00",
        "paid s1 by cash 60.00",
        "ordered r1 renew 160.00",
        "paid r1 by cash 160.00",
        "gave back u1 160.00 to cash 160.00",
        "gave back s2 30.00 to cash 30.00",
        "gave back u2 50.00 to cash 50.00",
        "every equation holds",
    ]


def test_who_may_place_an_order_may_not_pay_it(world: Orders) -> None:
    said = play(world, "user zhao business-owner", "as zhao", "buy o1 acme vm 1m", "pay o1", "unsubscribe u1 o1")
    assert said == ["ordered o1 purchase 100.00", "refused NOT_PERMITTED", "refused UNKNOWN_SUBSCRIPTION"]


def test_an_unpaid_order_stands_against_leaving_a_trusteeship(books: Books) -> None:
    world = Orders(books)
    play(world, "at 2026-10-01T00:00:00", "sku vm in compute at 1.00", "sold vm month 100.00")
    group(world.books, "main", "shop")
    play(world, "buy o1 shop vm 1m")
    answer = do(world.books, lambda work: relation.upgrade(work, member="shop"))
    assert isinstance(answer, Refused)
    assert not isinstance(answer, Refused) or answer.reason in {
        Reason.MEMBER_HAS_ORDER,
        Reason.TRUST_NEEDS_INVOICE_TITLE,
    }
    with world.books.work() as work:
        kinds = [row[0] for row in work.tx.execute("select kind from open_matter where account_id = 'shop'")]
    assert kinds == ["unpaid order"]


def test_an_auto_renewal_that_needs_approval_waits_for_it_and_is_paid_then(world: Orders) -> None:
    said = play(
        world,
        "user wang finance",
        "buy o1 acme vm 1m",
        "pay o1",
        "auto o1 1m",
        "rule above-limit finance 50.00",
        "at 2026-10-23T08:00:00",
        "run",
        "matters acme_",
    )
    assert said[-2] == "not renewed o1: ORDER_AWAITS_APPROVAL"
    with world.books.work() as work:
        (waiting,) = order_store.open_on(work.tx, [world.subscriptions["o1"]], work.now).values()
    world.orders["waiting"] = waiting
    said = play(
        world,
        "as wang",
        "approve waiting it runs on",
        "as operator",
        "at 2026-10-24T08:00:00",
        "run",
        "shows o1",
        "run",
    )
    assert said == [
        "approved by wang as finance; the order is unpaid",
        "renewed o1",
        "o1 1 vm running until 2026-12-01T00:00:00",
        "nothing is due",
    ]


def test_what_was_stopped_goes_on_from_its_renewal_and_keeps_its_new_day(world: Orders) -> None:
    play(world, "grace compute 0 30", "buy o1 acme vm 1m", "pay o1", "at 2026-11-10T09:30:00")
    said = play(world, "run", "renew r1 o1 1m", "at 2026-11-11T10:00:00", "pay r1", "shows o1", "charges acme")
    assert said == [
        "stopped o1",
        "ordered r1 renew 100.00",
        "paid r1 by cash 100.00",
        "o1 1 vm running until 2026-12-11T10:00:00",
        "purchase compute 202610 2026-10-01..2026-11-01 100.00",
        "renew compute 202611 2026-11-11..2026-12-11 100.00",
    ]


def test_a_card_and_a_book_that_are_over_do_not_swallow_what_comes_back(world: Orders) -> None:
    """What a stored-value card paid goes to the refund book once the card has ended; of cash back to cash."""
    from partita.usecases import funds  # noqa: PLC0415 - only this story needs cards

    offer = funds.CardOffer(cny("60.00"), cny("60.00"), 10)
    card = do(world.books, lambda work: funds.buy_card(work, account_id="acme", offer=offer, idempotency_key="c"))
    name = card.card.card_id
    do(world.books, lambda work: funds.activate_card(work, account_id="acme", card_id=name))
    play(world, "policy compute no-five-day", "buy o1 acme vm 1m", "pay o1", "at 2026-10-16T12:00:00")
    answer = do(world.books, lambda work: order.unsubscribe(work, subscription_id=world.subscriptions["o1"], key="u1"))
    assert {(one.fund, one.source_id, -one.amount_minor) for one in answer.draws} == {
        ("refund", "2026-10", 30_00),
        ("cash", "cash", 20_00),
    }
    assert [one.name for one in verify(world.books) if not one.holds] == []


def test_a_resource_is_one_subscription_at_a_time(world: Orders) -> None:
    play(world, "policy compute no-five-day", "buy o1 acme vm 1m resource=i-1", "pay o1")
    said = play(
        world, "buy o2 acme vm 1m resource=i-1", "unsubscribe u1 o1", "buy o3 acme vm 1m resource=i-1", "pay o3"
    )
    assert said[0] == "refused SUBSCRIPTION_EXISTS"
    assert said[-1] == "paid o3 by cash 100.00"
    with world.books.work() as work:
        known = subscription_store.of_resource(work.tx, "acme", "compute", "i-1")
    assert known is not None
    assert known.subscription_id == world.subscriptions["o3"]


def test_only_the_operator_runs_the_clock_and_states_prices(world: Orders) -> None:
    play(world, "user li procurement,finance,administrator")
    person = replace(world.books, actor=Actor("li"))
    assert isinstance(subscription.run(person), Refused)
    for what in (
        order.expire,
        lambda work: order.buy(
            work, account_id="acme", asked=[replace(terms_of("1m@1.00"), sku_id="vm")], token=Token("k")
        ),
    ):
        answer = do(person, what)
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.NOT_PERMITTED


def test_a_cost_report_is_the_bill_with_orders_and_what_came_back(world: Orders) -> None:
    play(
        world, "buy o1 acme vm 1m", "pay o1", "usage r1 acme big 3 2026-10-02T10:00:00", "at 2026-10-16T12:00:00",
        "unsubscribe u1 o1", "at 2026-11-02T12:00:00", "close 2026-10",
    )  # fmt: skip
    bills = month_bills(world.books, BillAsked(Month(2026, 10), "acme"))
    assert not isinstance(bills, Refused)
    by_kind = cost_report(world.books, ["kind"], months=[Month(2026, 10)])
    by_account = cost_report(world.books, ["account"])
    assert not isinstance(by_kind, Refused)
    assert not isinstance(by_account, Refused)
    assert {one.keys[0] for one in by_kind.rows} == {"rated", "order"}
    assert by_kind.totals["CNY"].billed_e10 == by_account.totals["CNY"].billed_e10 == bills[0].figures[Figure.PAYABLE]
    assert by_kind.months == (Month(2026, 10),)
