"""Savings plans in figures: what an hour costs, what it deducts, what may be promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.deduction import Commitment, Kind, Sharing, Skip
from partita.core.money import AMOUNT_E10_MAX
from partita.core.period import Cycle, Period
from partita.core.savings_plan import PayMode, SavingsPlan, check_terms, commitment

START = datetime(2026, 10, 1, tzinfo=UTC)
VALID = Period(START, START + timedelta(hours=10, minutes=59))
PLAN = SavingsPlan(
    "plan", "acme", "promise", "CNY", "Asia/Shanghai", 30_000_000_001, VALID, PayMode.HALF, (("vm", 5), ("big", 9)),
    ("east", "west"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "fee", "ahead"),
    [(PayMode.ALL, 0, 3000), (PayMode.HALF, 15_000_000_001, 1500), (PayMode.NONE, 30_000_000_001, 0)],
)
def test_what_is_not_paid_ahead_is_charged_by_the_hour(mode: PayMode, fee: int, ahead: int) -> None:
    one = replace(PLAN, pay_mode=mode)
    assert (one.hours, one.fee_e10, one.upfront_minor) == (10, fee, ahead)
    assert replace(one, currency="JPY").upfront_minor == ahead // 100


def test_a_plan_deducts_by_its_rates_each_hour() -> None:
    shares, skips = (Sharing(None, START),), (Skip("vm", None, START),)
    whole = Commitment(
        "plan", Kind.PLAN, "acme", "main", "promise", "Asia/Shanghai", "CNY", VALID, Cycle.HOUR, 30_000_000_001,
        30_000_000_001, 30_000_000_001, {"vm": 5, "big": 9}, frozenset({"east", "west"}), shares, skips,
        15_000_000_001,
    )  # fmt: skip
    assert commitment(PLAN, "main", shares, skips) == whole
    assert commitment(PLAN, "main") == replace(whole, shares=(), skips=())
    given = commitment(replace(PLAN, gift=True), "main", iter(shares), iter(skips))
    assert given == replace(whole, cost_e10=15_000_000_001, last_cost_e10=15_000_000_001)


@pytest.mark.parametrize(
    ("promised", "years", "rates", "wrong"),
    [
        (1, 1, [], None),
        (AMOUNT_E10_MAX, 3, [("vm", 1), ("big", AMOUNT_E10_MAX)], None),
        (0, 1, [], "0.0000000001 … 922337203.6854775807 (commitment)"),
        (AMOUNT_E10_MAX + 1, 1, [], "0.0000000001 … 922337203.6854775807 (commitment)"),
        (1, 2, [], "1 | 3 (years)"),
        (1, 1, [("vm", 1), ("big", 0)], "0.0000000001 … 922337203.6854775807 (rate)"),
        (1, 1, [("vm", AMOUNT_E10_MAX + 1)], "0.0000000001 … 922337203.6854775807 (rate)"),
    ],
)
def test_what_may_be_promised(promised: int, years: int, rates: list[tuple[str, int]], wrong: str | None) -> None:
    assert check_terms(promised, years, rates) == wrong


def test_the_ways_of_payment_have_names() -> None:
    assert [one.word for one in PayMode] == [one.text() for one in PayMode] == ["all", "half", "none"]
    assert [one.text("zh") for one in PayMode] == ["全预付", "半预付", "零预付"]
