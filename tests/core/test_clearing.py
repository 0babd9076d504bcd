"""Clearing in figures: which bill is paid with what, what is refused, and how bills stand in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from partita.core.clearing import (
    CLEARING_FUNDS,
    LONG_AGO,
    Chosen,
    Cleared,
    Credit,
    CreditKind,
    Debts,
    Picked,
    SetOff,
    Switch,
    Unpaid,
    choose,
    clear,
    clear_chosen,
    may_pick,
    may_switch,
    on_lines,
    set_off,
    switch_of,
)
from partita.core.funds import Fund
from partita.core.period import Month
from partita.core.refusal import Reason, refused
from partita.core.settlement import Draw, Source

ZONE = "Asia/Shanghai"
JULY, AUGUST, NOVEMBER = Month(2026, 7), Month(2026, 8), Month(2026, 11)
OLD, NEW = Unpaid("old", JULY, 100), Unpaid("new", AUGUST, 50)


def cash(amount: int) -> Source:
    return Source(Fund.CASH, "cash", amount)


def drawn(amount: int) -> tuple[Draw, ...]:
    return (Draw(Fund.CASH, "cash", amount),)


def test_the_oldest_bill_first_and_then_what_is_on_no_bill() -> None:
    debts = Debts(200, (NEW, OLD), ZONE)
    assert debts.on_no_bill == 50
    paid = [Cleared(OLD, drawn(100)), Cleared(NEW, drawn(50)), Cleared(None, drawn(50))]
    assert clear(debts, [cash(500)], NOVEMBER) == paid
    assert clear(debts, [cash(160)], NOVEMBER) == [*paid[:2], Cleared(None, drawn(10))]
    assert clear(debts, [cash(101)], NOVEMBER) == [paid[0], Cleared(NEW, drawn(1))]
    assert clear(debts, [cash(0)], NOVEMBER) == []


def test_no_more_is_paid_than_is_owed() -> None:
    assert clear(Debts(120, (OLD, NEW), ZONE), [cash(500)], NOVEMBER) == [
        Cleared(OLD, drawn(100)),
        Cleared(NEW, drawn(20)),
    ]


def test_what_is_on_no_bill_is_of_this_month() -> None:
    book = [Source(Fund.REFUND, "2026-11", 30), Source(Fund.REFUND, "2026-12", 30)]
    assert clear(Debts(50, (), ZONE), book, NOVEMBER) == [Cleared(None, (Draw(Fund.REFUND, "2026-11", 30),))]


def test_a_bill_with_marketplace_stands_twice_and_goes_on_where_it_was() -> None:
    first = Unpaid("a", JULY, 100, 4, 40)
    between = Unpaid("b", JULY, 30, made_at=LONG_AGO + timedelta(days=1))
    books = [Source(Fund.TRANSFER_BOOK, "main", 20), cash(500)]
    assert clear(Debts(130, (first, between), ZONE), books, NOVEMBER) == [
        Cleared(first, (Draw(Fund.TRANSFER_BOOK, "main", 20), Draw(Fund.CASH, "cash", 40))),
        Cleared(between, drawn(30)),
        Cleared(Unpaid("a", JULY, 40, 6, 40), drawn(40)),
    ]
    # with nothing between it stands once
    assert clear(Debts(100, (first,), ZONE), [cash(500)], NOVEMBER) == [Cleared(first, drawn(100))]
    # the marketplace alone is no own product
    only = Unpaid("m", JULY, 10, 1, 10)
    assert [one.bill for one in clear(Debts(40, (only, between), ZONE), [cash(40)], NOVEMBER)] == [between, only]


def test_credits_are_laid_against_the_oldest_bill_first() -> None:
    credit = [Credit(CreditKind.BILL, "c1", 30), Credit(CreditKind.CREDIT_REFUND, "c2", 90)]
    assert set_off((NEW, OLD), credit) == [
        SetOff(OLD, credit[0], 30, 70),
        SetOff(OLD, credit[1], 70, 0),
        SetOff(NEW, credit[1], 20, 30),
    ]
    assert set_off((NEW, OLD), []) == []


def test_a_credit_pays_both_places_of_a_bill_in_one_row() -> None:
    first = Unpaid("a", JULY, 100, 1, 40)
    between = Unpaid("b", JULY, 30, made_at=LONG_AGO + timedelta(days=1))
    credit = Credit(CreditKind.BILL, "c", 101)
    assert set_off((first, between), [credit]) == [SetOff(first, credit, 71, 29), SetOff(between, credit, 30, 0)]


@pytest.mark.parametrize(
    ("has_credit", "wanted", "switch"),
    [
        (False, None, Switch.ALWAYS_ON),
        (False, False, Switch.ALWAYS_ON),
        (True, None, Switch.ON),
        (True, True, Switch.ON),
        (True, False, Switch.OFF),
    ],
)
def test_only_who_has_credit_may_have_switched_it_off(has_credit: bool, wanted: bool | None, switch: Switch) -> None:  # noqa: FBT001
    assert switch_of(has_credit=has_credit, wanted=wanted) is switch
    assert switch.clears is (switch is not Switch.OFF)


def test_the_switch_is_refused_with_what_stands_in_the_way() -> None:
    always = refused(Reason.CLEARING_ALWAYS_ON, account="acme")
    assert may_switch("acme", Switch.ALWAYS_ON, [], wanted=False) == always
    assert may_switch("acme", Switch.ALWAYS_ON, ["s1"], wanted=True) is None
    running = refused(Reason.CUSTOM_SETTLEMENT_RUNNING, account="acme", settlement="s1")
    assert may_switch("acme", Switch.OFF, ["s1", "s2"], wanted=True) == running
    assert may_switch("acme", Switch.OFF, [], wanted=True) is None
    assert may_switch("acme", Switch.OFF, ["s1"], wanted=False) is None
    assert may_switch("acme", Switch.ON, ["s1"], wanted=False) is None
    assert may_switch("acme", Switch.ON, ["s1"], wanted=True) is None


def test_the_switch_has_names() -> None:
    assert [one.text() for one in Switch] == ["always on", "on", "off"]
    assert [one.text("en") for one in Switch] == ["always on", "on", "off"]
    assert [one.text("zh") for one in Switch] == ["始终开启", "开启", "关闭"]
    assert [one.word for one in Switch] == ["always_on", "on", "off"]


def test_bills_are_chosen_whole_or_in_part() -> None:
    unpaid = {one.bill_id: one for one in (OLD, NEW)}
    assert choose(unpaid, [("new", None), ("old", 100)], "CNY") == (Chosen("new", 50), Chosen("old", 100))
    assert choose(unpaid, [("old", 1)], "CNY") == (Chosen("old", 1),)


@pytest.mark.parametrize(
    ("wanted", "no"),
    [
        ([], refused(Reason.NO_BILL_CHOSEN)),
        ([("old", 1), ("gone", None)], refused(Reason.BILL_NOT_UNPAID, bill="gone")),
        ([("old", 1), ("old", 2)], refused(Reason.BILL_NOT_UNPAID, bill="old")),
        ([("old", 0)], refused(Reason.AMOUNT_NOT_POSITIVE, amount="0.00 CNY")),
        ([("old", -3)], refused(Reason.AMOUNT_NOT_POSITIVE, amount="-0.03 CNY")),
        ([("old", 101)], refused(Reason.EXCEEDS_UNPAID, bill="old", amount="1.01 CNY", left="1.00 CNY")),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_figures(wanted: list[tuple[str, int | None]], no: object) -> None:
    assert choose({"old": OLD, "new": NEW}, wanted, "CNY") == no


def test_funds_of_one_month_are_not_picked() -> None:
    assert may_pick([Picked(fund) for fund in CLEARING_FUNDS]) is None
    known = "refund, acceptance, transfer_book, cash"
    for fund in (Fund.VOUCHER, Fund.STORED_VALUE):
        no = refused(Reason.FUND_NOT_FOR_CLEARING, fund=fund.value, known=known)
        assert may_pick([Picked(Fund.CASH), Picked(fund)]) == no


def test_chosen_bills_are_paid_in_their_order_from_what_was_picked() -> None:
    debts = Debts(150, (OLD, NEW), ZONE)
    has = [Source(Fund.TRANSFER_BOOK, "main", 40), Source(Fund.TRANSFER_BOOK, "other", 9), cash(500)]
    chosen = [Chosen("new", 50), Chosen("gone", 9), Chosen("old", 30)]
    assert clear_chosen(debts, chosen, has, [Picked(Fund.TRANSFER_BOOK, "main"), Picked(Fund.CASH)]) == [
        Cleared(NEW, (Draw(Fund.TRANSFER_BOOK, "main", 40), Draw(Fund.CASH, "cash", 10))),
        Cleared(OLD, drawn(30)),
    ]
    assert clear_chosen(debts, chosen, has, [Picked(Fund.TRANSFER_BOOK)]) == [
        Cleared(NEW, (Draw(Fund.TRANSFER_BOOK, "main", 40), Draw(Fund.TRANSFER_BOOK, "other", 9)))
    ]


def test_without_a_pick_all_funds_pay_but_those_of_one_month() -> None:
    has = [Source(Fund.VOUCHER, "v", 500), Source(Fund.STORED_VALUE, "s", 500), cash(80)]
    assert clear_chosen(Debts(70, (OLD, NEW), ZONE), [Chosen("old", 60), Chosen("new", 50)], has, []) == [
        Cleared(OLD, drawn(60)),
        Cleared(NEW, drawn(10)),
    ]


def test_of_a_bill_that_was_paid_in_part_since_only_the_rest_is_paid() -> None:
    left = Unpaid("old", JULY, 20, 3)
    assert clear_chosen(Debts(20, (left,), ZONE), [Chosen("old", 100)], [cash(500)], []) == [Cleared(left, drawn(20))]


def test_what_an_order_left_on_credit_stands_among_the_bills_of_its_month() -> None:
    order = Unpaid("ord", JULY, 30, made_at=LONG_AGO, is_order=True)
    bill = Unpaid("jul", JULY, 100, made_at=LONG_AGO + timedelta(days=1))
    done = clear(Debts(180, (NEW, bill, order), ZONE), [Source(Fund.CASH, "cash", 150)], AUGUST)
    assert [(one.bill.bill_id if one.bill else None, one.amount) for one in done] == [
        ("ord", 30), ("jul", 100), ("new", 20),
    ]  # fmt: skip


def test_what_pays_an_order_is_laid_on_its_lines_in_their_turn() -> None:
    paid = [("cash", "cash", 40), ("refund", "2026-08", 20)]
    assert on_lines(paid, [(2, 30), (1, 25), (3, 9)]) == [
        (2, "cash", "cash", 30), (1, "cash", "cash", 10), (1, "refund", "2026-08", 15), (3, "refund", "2026-08", 5),
    ]  # fmt: skip
    assert on_lines([], [(1, 5)]) == []
