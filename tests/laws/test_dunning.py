"""The laws of interest: the days on which it is run do not matter, nothing is lost, and it never falls."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from partita.core.dunning import Accrued, Debt, Policy, accrue, history_of

DUE = date(2026, 9, 30)
days = st.integers(-3, 40).map(lambda number: DUE + timedelta(days=number))


@st.composite
def debts(draw: st.DrawFn) -> Debt:
    asked = draw(st.integers(1, 100_000))
    paid, left = [], asked
    for day in sorted(draw(st.lists(days, max_size=3))):
        amount = draw(st.integers(0, left))
        paid.append((day, amount))
        left -= amount
    return Debt("bill", draw(st.sampled_from(["CNY", "JPY", "KWD"])), asked, DUE, tuple(paid))


policies = st.builds(
    Policy,
    rate_e10=st.integers(0, 10**8),
    free_days=st.integers(0, 5),
    cap_e10=st.none() | st.integers(0, 10**10),
)


@given(policies, debts(), st.lists(days, min_size=1, max_size=5).map(sorted))
def test_whenever_it_is_run_the_sum_is_the_same(policy: Policy, debt: Debt, runs: list[date]) -> None:
    history = [(date.min, Policy()), (date.min, policy)]
    counted, charged = Accrued(), 0
    for today in runs:
        after = accrue(history, debt, counted, today)
        assert after.exact_e20 >= counted.exact_e20
        assert after.minor >= counted.minor
        charged += after.minor - counted.minor
        counted = after
    at_once = accrue(history, debt, Accrued(), runs[-1])
    assert (counted.exact_e20, charged) == (at_once.exact_e20, at_once.minor)


@given(policies, policies, debts(), days, days)
def test_it_is_what_a_clerk_would_add_up_day_by_day(
    first: Policy, then: Policy, debt: Debt, edge: date, today: date
) -> None:
    history = history_of({"acme": [(date(2020, 1, 1), first), (edge, then)]}, ["acme", ""])
    scale = {"CNY": 10**8, "JPY": 10**10, "KWD": 10**7}[debt.currency]
    exact = Fraction(0)
    day = debt.due_on
    while (day := day + timedelta(days=1)) < today:
        policy = then if day >= edge else first
        unpaid = debt.payable - sum(amount for paid_on, amount in debt.paid if paid_on <= day)
        exact += unpaid * Fraction(policy.rate_e10, 10**10) * ((day - debt.due_on).days > policy.free_days)
    if then.cap_e10 is not None:
        exact = min(exact, debt.payable * Fraction(then.cap_e10, 10**10))
    done = accrue(history, debt, Accrued(), today)
    assert Fraction(done.exact_e20, scale * 10**10) == exact
    assert done.minor == int(exact)
