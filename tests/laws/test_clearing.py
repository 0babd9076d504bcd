"""The laws of clearing: nothing is drawn beyond what is there or owed, older bills first, and once is enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from partita.core.clearing import (
    Cleared,
    Credit,
    CreditKind,
    Debts,
    Picked,
    Unpaid,
    choose,
    clear,
    clear_chosen,
    set_off,
)
from partita.core.funds import Fund
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.core.settlement import SAME_MONTH, Source

THIS_MONTH = Month(2026, 11)
amounts = st.one_of(st.sampled_from([1, 50, 100]), st.integers(1, 300))


@st.composite
def bills_of(draw: st.DrawFn, month: Month) -> list[Unpaid]:
    """One to three bills of a month, each with some of the marketplace or none."""
    asked = draw(st.lists(amounts, min_size=1, max_size=3))
    return [
        Unpaid(f"bill-{month}-{number}", month, amount, 1, draw(st.sampled_from([0, amount, amount // 2])))
        for number, amount in enumerate(asked)
    ]


@st.composite
def debts(draw: st.DrawFn) -> Debts:
    months = draw(st.sets(st.integers(6, 10), max_size=4))
    bills = tuple(bill for month in sorted(months) for bill in draw(bills_of(Month(2026, month))))
    asked = sum(bill.amount for bill in bills)
    owed = draw(st.sampled_from([asked, asked, max(0, asked - 40), asked + 60]))
    return Debts(owed, bills, "Asia/Shanghai")


@st.composite
def sources(draw: st.DrawFn) -> list[Source]:
    found: dict[tuple[Fund, str], Source] = {}
    for number in range(draw(st.integers(0, 6))):
        fund = draw(st.sampled_from(Fund))
        month = f"2026-{draw(st.integers(6, 12)):02d}"
        name = month if fund is Fund.REFUND else f"{fund.value}-{number}"
        found[fund, name] = Source(fund, name, draw(st.one_of(amounts, st.integers(-20, 0))))
    return list(found.values())


@given(debts(), sources())
def test_no_more_is_drawn_than_is_there_and_owed(owing: Debts, has: list[Source]) -> None:
    done = clear(owing, has, THIS_MONTH)
    drawn: dict[tuple[Fund, str], int] = {}
    for one in done:
        assert one.amount <= (one.bill.amount if one.bill else owing.on_no_bill)
        for draw in one.draws:
            assert draw.fund not in SAME_MONTH
            drawn[draw.fund, draw.source_id] = drawn.get((draw.fund, draw.source_id), 0) + draw.amount
    assert sum(drawn.values()) <= owing.owed
    assert all(
        amount <= source.available
        for source in has
        for amount in [drawn.get((source.fund, source.source_id), 0)]
        if source.available > 0
    )
    assert set(drawn) <= {(source.fund, source.source_id) for source in has if source.available > 0}


@given(debts(), sources())
def test_a_bill_waits_only_for_money_that_may_not_pay_it(owing: Debts, has: list[Source]) -> None:
    """What is left beside an unpaid bill are refunds of later months, unless credits have taken its place (CLEAR-3)."""
    done = clear(owing, has, THIS_MONTH)
    paid = paid_of(done)
    taken = sum(one.amount for one in done)
    left = {
        (source.fund, source.source_id): max(0, source.available) for source in has if source.fund not in SAME_MONTH
    }
    for one in done:
        for draw in one.draws:
            left[draw.fund, draw.source_id] -= draw.amount
    for bill in owing.bills:
        if paid.get(bill.bill_id, 0) < bill.amount and taken < owing.owed:
            may = [name for (fund, name), amount in left.items() if amount and fund is not Fund.REFUND]
            may += [
                name
                for (fund, name), amount in left.items()
                if amount and fund is Fund.REFUND and name <= str(bill.month)
            ]
            assert not may, f"{may} could have paid {bill}"


@given(debts(), sources())
def test_cleared_again_there_is_nothing_to_pay(owing: Debts, has: list[Source]) -> None:
    done = clear(owing, has, THIS_MONTH)
    paid = paid_of(done)
    drawn: dict[tuple[Fund, str], int] = {}
    for one in done:
        for draw in one.draws:
            drawn[draw.fund, draw.source_id] = drawn.get((draw.fund, draw.source_id), 0) + draw.amount
    rest = tuple(
        replace(bill, amount=left, market=min(left, bill.market))
        for bill in owing.bills
        if (left := bill.amount - paid.get(bill.bill_id, 0))
    )
    left = [Source(one.fund, one.source_id, one.available - drawn.get((one.fund, one.source_id), 0)) for one in has]
    owed = owing.owed - sum(one.amount for one in done)
    assert clear(Debts(owed, rest, owing.zone), left, THIS_MONTH) == []


@given(debts(), sources())
def test_own_products_are_paid_before_the_marketplace_of_a_month(owing: Debts, has: list[Source]) -> None:
    """While some of the marketplace of a month is paid, nothing of own products of that month waits for that money."""
    cash = [one for one in has if one.fund is Fund.CASH]
    paid = paid_of(clear(replace(owing, owed=sum(bill.amount for bill in owing.bills)), cash, THIS_MONTH))
    for month in {bill.month for bill in owing.bills}:
        of_month = [bill for bill in owing.bills if bill.month == month]
        to_market = [bill for bill in of_month if paid[bill.bill_id] > bill.amount - bill.market]
        waiting = [bill for bill in of_month if paid[bill.bill_id] < bill.amount - bill.market]
        assert not (to_market and waiting)


credits_ = st.lists(amounts, max_size=4).map(
    lambda found: [Credit(CreditKind.BILL, f"credit-{number}", amount) for number, amount in enumerate(found)]
)


@given(debts(), credits_)
def test_set_off_leaves_bills_or_credits_but_never_both(owing: Debts, given_: list[Credit]) -> None:
    paid, used = Counter[str](), Counter[str]()
    for one in set_off(owing.bills, given_):
        assert one.amount > 0
        paid[one.bill.bill_id] += one.amount
        used[one.credit.source_id] += one.amount
        assert one.left == one.bill.amount - paid[one.bill.bill_id] >= 0
    assert all(used[one.source_id] <= one.amount for one in given_)
    asked, there = sum(bill.amount for bill in owing.bills), sum(one.amount for one in given_)
    assert sum(paid.values()) == min(asked, there)
    oldest = sorted(owing.bills, key=lambda bill: bill.month)
    partly = [bill.month for bill in oldest if paid[bill.bill_id] < bill.amount]
    assert not any(paid[bill.bill_id] for bill in oldest if partly and bill.month > partly[0])


@given(debts(), sources(), st.data())
def test_a_custom_settlement_stays_within_its_choice(owing: Debts, has: list[Source], data: st.DataObject) -> None:
    bills = {bill.bill_id: bill for bill in owing.bills}
    names = data.draw(st.lists(st.sampled_from(sorted(bills)), min_size=1, unique=True)) if bills else []
    wanted = [(name, data.draw(st.none() | st.integers(1, bills[name].amount))) for name in names]
    picked = [
        Picked(fund) for fund in data.draw(st.sets(st.sampled_from([Fund.CASH, Fund.TRANSFER_BOOK, Fund.REFUND])))
    ]
    chosen = choose(bills, wanted, "CNY")
    if isinstance(chosen, Refused):
        assert not wanted
        return
    done = clear_chosen(owing, chosen, has, picked)
    paid, limit = paid_of(done), {one.bill_id: one.amount for one in chosen}
    assert all(amount <= limit[name] for name, amount in paid.items())
    assert sum(paid.values()) <= max(0, owing.owed)
    used = {draw.fund for one in done for draw in one.draws}
    assert used <= ({one.fund for one in picked} or set(Fund)) - SAME_MONTH


def paid_of(done: Sequence[Cleared]) -> Counter[str]:
    paid = Counter[str]()
    for one in done:
        if one.bill:
            paid[one.bill.bill_id] += one.amount
    return paid
