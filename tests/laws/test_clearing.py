"""The laws of clearing: nothing is drawn beyond what is there or owed, older bills first, and once is enough."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from partita.core.clearing import Credit, CreditKind, Debts, Unpaid, clear, set_off
from partita.core.funds import Fund
from partita.core.period import Month
from partita.core.settlement import SAME_MONTH, Source

THIS_MONTH = Month(2026, 11)
amounts = st.one_of(st.sampled_from([1, 50, 100]), st.integers(1, 300))


@st.composite
def debts(draw: st.DrawFn) -> Debts:
    months = draw(st.sets(st.integers(6, 10), max_size=4))
    bills = tuple(Unpaid(f"bill-{month}", Month(2026, month), draw(amounts)) for month in sorted(months))
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
    paid = {one.bill.bill_id: one.amount for one in done if one.bill}
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
    paid = {one.bill.bill_id: one.amount for one in done if one.bill}
    drawn: dict[tuple[Fund, str], int] = {}
    for one in done:
        for draw in one.draws:
            drawn[draw.fund, draw.source_id] = drawn.get((draw.fund, draw.source_id), 0) + draw.amount
    rest = tuple(
        Unpaid(bill.bill_id, bill.month, bill.amount - paid.get(bill.bill_id, 0))
        for bill in owing.bills
        if bill.amount > paid.get(bill.bill_id, 0)
    )
    left = [Source(one.fund, one.source_id, one.available - drawn.get((one.fund, one.source_id), 0)) for one in has]
    owed = owing.owed - sum(one.amount for one in done)
    assert clear(Debts(owed, rest, owing.zone), left, THIS_MONTH) == []


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
