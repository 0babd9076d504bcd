"""Time travel over the calendar: cycles, terms, unified days, amortisation, plans, orders and reminders, from tables.

Every place of the grid is a zone and a day on which its calendar is odd. The oracle (`travel_calendar`) shares no code
with what it checks; what fails names its place.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise, product

import pytest

from laws.travel_calendar import cut, end_by_hand, first_midnight, instant_of, length, local
from partita.core.order import OrderKind, expires_at
from partita.core.period import Cycle, Month, Period
from partita.core.savings_plan import PayMode, SavingsPlan, term
from partita.core.subscription import (
    Life,
    Paid,
    RenewalMode,
    SubscriptionState,
    amortise,
    attempt_due,
    bought,
    first_stretch,
    for_part,
    notice_day,
    renewal,
    unified_end,
    worth,
)

ODD_DAYS = (
    ("Asia/Shanghai", date(2026, 10, 1)),
    ("Asia/Shanghai", date(2028, 2, 29)),
    ("Asia/Shanghai", date(2026, 12, 31)),
    ("Asia/Kolkata", date(2026, 3, 31)),  # half an hour off
    ("Asia/Kathmandu", date(2027, 2, 28)),  # three quarters of an hour off
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 to 03:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 03:00 to 02:00
    ("America/New_York", date(2026, 11, 1)),  # 01:00 comes twice on the first of a month
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice on the first of a month
    ("Asia/Beirut", date(2026, 3, 29)),  # the day begins at 01:00
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 24:00 to 23:00
    ("America/Sao_Paulo", date(2018, 11, 4)),  # the day begins at 01:00
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour forward
    ("Pacific/Apia", date(2011, 12, 29)),  # the day after does not exist
    ("America/Nuuk", date(2026, 10, 24)),
    ("Antarctica/Troll", date(2026, 10, 25)),  # two hours back
    ("UTC", date(2000, 2, 29)),
)
_MINUTES = (
    -61,
    -31,
    -30,
    -1,
    0,
    1,
    30,
    59,
    60,
    61,
    90,
    119,
    120,
    121,
    150,
    180,
    181,
    720,
    1380,
    1411,
    1439,
    1440,
    1500,
)
OF_DAY = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
CELLS = tuple((zone, instant_of(day, time(), zone) + past) for (zone, day), past in product(ODD_DAYS, OF_DAY))


def place(zone: str, instant: datetime) -> str:
    return f"{zone} {instant:%Y-%m-%dT%H:%MZ}"


@pytest.mark.parametrize("cycle", Cycle)
def test_cycles_follow_each_other_without_gap_or_overlap(cycle: Cycle) -> None:
    for zone, instant in CELLS:
        one = cycle.period(instant, zone)
        assert instant in one, place(zone, instant)
        assert cycle.period(one.start, zone) == one, place(zone, instant)
        assert cycle.period(one.end - timedelta(microseconds=1), zone) == one, place(zone, instant)
        assert cycle.period(one.end, zone).start == one.end, place(zone, instant)
        expected = one.start if instant == one.start else one.end
        assert cycle.next_start(instant, zone) == expected, place(zone, instant)


def test_days_and_months_begin_as_the_calendar_says() -> None:
    for zone, instant in CELLS:
        day, there = Cycle.DAY.period(instant, zone), local(instant, zone)
        assert day.start == instant_of(there.date(), time(), zone), place(zone, instant)
        assert day.end == instant_of(local(day.start, zone).date() + timedelta(days=1), time(), zone), place(
            zone, instant
        )
        month = Month.of(instant, zone)
        whole = month.period(zone)
        assert instant in whole, place(zone, instant)
        assert whole.start == instant_of(date(month.year, month.month, 1), time(), zone)
        assert whole == Period(month.previous().period(zone).end, month.next().period(zone).start)
        assert Cycle.MONTH.period(instant, zone) == whole, place(zone, instant)


ENDS_OF_MONTHS = (
    date(2026, 1, 29), date(2026, 1, 31), date(2027, 8, 31), date(2028, 2, 29), date(2027, 4, 30),
)  # fmt: skip
STARTS = tuple(
    (zone, instant_of(day, time(hour, minute), zone))
    for (zone, day), (hour, minute) in product(
        (*ODD_DAYS, *product(("Asia/Shanghai", "Europe/Berlin"), ENDS_OF_MONTHS)), ((0, 0), (2, 30), (23, 59))
    )
)
TERMS = (1, 2, 6, 12, 36)
DAYS = (1, 15, 28, 29, 30, 31)


@pytest.mark.parametrize("months", TERMS)
def test_a_renewal_ends_where_the_calendar_and_the_unified_day_say(months: int) -> None:
    for (zone, start), day in product(STARTS, DAYS):
        where = f"{place(zone, start)} +{months} day {day}"
        ends = end_by_hand(start, months, zone)
        one = first_stretch(start, months, zone)
        assert (one.period, one.terms_end, one.odd_month) == (Period(start, ends), ends, None), where
        assert one.paid == Paid.new(start, months, zone) == Paid(start, months, ends), where
        unified = first_midnight(ends, day, zone)
        assert unified_end(ends, day, zone) == unified, where
        again = renewal(one.paid, months, zone, day=day)
        terms_end = end_by_hand(start, 2 * months, zone)
        unified = first_midnight(terms_end, day, zone)
        assert (again.period, again.terms_end) == (Period(ends, unified), terms_end), where
        assert bought(one.paid, months, again.period, zone) == again, where
        if unified == terms_end:
            assert (again.odd_month, again.paid) == (None, Paid(start, 2 * months, terms_end)), where
        else:
            month_on = end_by_hand(start, 2 * months + 1, zone)
            assert again.odd_month == Period(terms_end, month_on), where
            assert again.paid == Paid(unified, 0, unified), where
            part = Fraction(31_00) * length(terms_end, unified) / length(terms_end, month_on)
            assert for_part(31_00, Period(terms_end, unified), again.odd_month) == cut(part), where
            # one more renewal arrives at the same day a month later, whatever the days of the months
            third = renewal(again.paid, 1, zone, day=day)
            assert third.period == Period(unified, first_midnight(unified + timedelta(days=27), day, zone)), where


@pytest.mark.parametrize("months", TERMS)
def test_a_stopped_subscription_begins_anew(months: int) -> None:
    for (zone, start), days in product(STARTS, (1, 16)):
        paid = Paid.new(start, months, zone)
        restart = paid.ends_at + timedelta(days=days)
        found = renewal(paid, months, zone, restart=restart)
        assert found.period == Period(restart, end_by_hand(restart, months, zone)), place(zone, start)
        assert found.paid == Paid(restart, months, found.period.end), place(zone, start)
        assert bought(paid, months, found.period, zone) == found, place(zone, start)


@pytest.mark.parametrize("months", TERMS)
def test_parts_and_spread_amounts_are_exact(months: int) -> None:
    for (zone, start), amount in product(STARTS, (1, 100_00, -70_01, 10**17 + 7)):
        where, whole = f"{place(zone, start)} +{months} {amount}", Period(start, end_by_hand(start, months, zone))
        total = length(whole.start, whole.end)
        for at in (
            start - timedelta(days=1),
            start,
            start + (whole.end - start) // 3,
            whole.end,
            whole.end + timedelta(1),
        ):
            left = max(Fraction(0), length(max(at, start), whole.end))
            assert worth(amount, whole, at) == cut(amount * left / total), where
        shares = amortise(amount, whole, zone)
        assert sum(share.amount for share in shares) == amount, where
        assert [share.month for share in shares] == sorted({share.month for share in shares}), where
        for share in shares:
            first = instant_of(date(share.month.year, share.month.month, 1), time(), zone)
            assert share.period.start == max(first, start), where
            assert abs(share.amount - amount * length(share.period.start, share.period.end) / total) < 1, where
        assert all(one.period.end == two.period.start for one, two in pairwise(shares)), where
        assert shares[-1].period.end == whole.end, where


@pytest.mark.parametrize("years", [1, 3])
def test_a_plan_has_the_hours_of_its_years(years: int) -> None:
    for (zone, start), mode, commitment in product(STARTS, PayMode, (1, 24 * 10**10 + 3, 50_230_000_001)):
        where = f"{place(zone, start)} {years}y {mode.word} {commitment}"
        valid = term(start, years, zone)
        assert timedelta() <= valid.start - start < timedelta(hours=1), where
        assert valid.end == end_by_hand(valid.start, 12 * years, zone), where
        if zone != "Australia/Lord_Howe":
            assert local(valid.start, zone).time().replace(hour=0) == time(), where
        plan = SavingsPlan("p", "a", "s", "CNY", zone, commitment, valid, mode, ())
        hours = int(length(valid.start, valid.end) // 3600)
        assert plan.hours == hours, where
        assert 365 * 24 * years - 25 <= hours <= 366 * 24 * years + 25, where
        ahead = Fraction(commitment) * mode.halves / 2
        ahead = Fraction(cut(ahead))  # an hour's part ahead has ten decimals, as its fee has
        assert (plan.fee_e10, plan.upfront_minor) == (commitment - ahead, cut(ahead * hours / 10**8)), where


def test_life_after_the_end_goes_by_the_clock() -> None:
    life, kept = Life(timedelta(days=1), timedelta(days=15)), Life(timedelta(), None)
    steps = (
        (-1, SubscriptionState.RUNNING, SubscriptionState.RUNNING),
        (0, SubscriptionState.GRACE, SubscriptionState.STOPPED),
        (86_399, SubscriptionState.GRACE, SubscriptionState.STOPPED),
        (86_400, SubscriptionState.STOPPED, SubscriptionState.STOPPED),
        (16 * 86_400 - 1, SubscriptionState.STOPPED, SubscriptionState.STOPPED),
        (16 * 86_400, SubscriptionState.RELEASED, SubscriptionState.STOPPED),
    )
    for (zone, ends_at), (past, state, for_ever) in product(STARTS, steps):
        now = ends_at + timedelta(seconds=past)
        assert (life.state(ends_at, now), kept.state(ends_at, now)) == (state, for_ever), place(zone, now)


def test_orders_expire_after_days_of_hours() -> None:
    days = {kind: 1 if kind is OrderKind.UPGRADE else 3 for kind in OrderKind}
    for (zone, at), kind, slow in product(STARTS, OrderKind, (False, True)):
        expected = at + timedelta(hours=24 * (15 if slow and kind is not OrderKind.UPGRADE else days[kind]))
        assert expires_at(kind, at, needs_approval=slow) == expected, (place(zone, at), kind)


def test_reminders_and_attempts_go_by_the_days_of_the_calendar() -> None:
    real = [start for start in STARTS if start[0] != "Pacific/Apia"]  # there a day has no eight o'clock
    for (zone, ends_at), hours in product(real, range(-11 * 24, 30, 5)):
        now = ends_at + timedelta(hours=hours)
        where = f"{place(zone, ends_at)} {hours} h"
        today, last = local(now, zone).date(), local(ends_at, zone).date()
        left = (last - today).days
        by_hand = next((day for day in (1, 3, 7) if left <= day), None) if now < ends_at else None
        assert notice_day(ends_at, RenewalMode.MANUAL, now, zone) == by_hand, where
        assert notice_day(ends_at, RenewalMode.AUTO, now, zone) == by_hand, where
        assert notice_day(ends_at, RenewalMode.NONE, now, zone) == (7 if by_hand else None), where
        eight = instant_of(today, time(8), zone)
        begun = now >= instant_of(last - timedelta(days=9), time(8), zone)
        turn = eight if now >= eight else instant_of(today - timedelta(days=1), time(8), zone)
        assert attempt_due(ends_at, None, now, zone) is begun, where
        assert attempt_due(ends_at, turn - timedelta(seconds=1), now, zone) is begun, where
        assert not attempt_due(ends_at, turn, now, zone), where
        assert not attempt_due(ends_at, now, now, zone), where


def test_the_grid_is_wide() -> None:
    assert len(CELLS) > 400
    assert len(STARTS) > 80
    assert {instant.tzinfo for _, instant in (*CELLS, *STARTS)} == {UTC}
    assert datetime(2028, 2, 29, tzinfo=UTC).date() in {local(start, zone).date() for zone, start in STARTS}
