"""Subscriptions: names, the day of a term, what a life is by default; the calendar is travelled in the laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from partita.core.period import Period
from partita.core.subscription import (
    Life,
    Paid,
    PaymentMode,
    RenewalMode,
    SubscriptionState,
    Term,
    attempt_due,
    first_stretch,
    months_after,
    notice_day,
    seconds,
    seconds_left,
    whole_second,
)

ENDS = datetime(2026, 11, 1, tzinfo=UTC)


def test_terms_are_months() -> None:
    assert [(one.value, one.months) for one in Term] == [("month", 1), ("year", 12)]


def test_periods_begin_at_whole_seconds_in_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    found = whole_second(datetime(2026, 10, 1, 12, 30, 15, 999_999, tzinfo=shanghai))
    assert (found.isoformat(), found.tzinfo) == ("2026-10-01T04:30:15+00:00", UTC)


def test_no_month_later_is_the_anchor_itself() -> None:
    anchor = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=1)))
    for zone in ("Europe/Berlin", "UTC"):
        found = months_after(anchor, 0, zone)
        assert (found, found.tzinfo) == (anchor, UTC)


def test_of_a_clock_time_that_comes_twice_the_first_counts() -> None:
    second = datetime(2020, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin for the second time that day
    assert months_after(second, 72, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_seconds_of_a_period_are_whole() -> None:
    period = Period(ENDS, ENDS + timedelta(minutes=1))
    assert seconds(period) == 60
    at = (ENDS - timedelta(1), ENDS, ENDS + timedelta(seconds=59), period.end, period.end + timedelta(1))
    assert [seconds_left(period, one) for one in at] == [60, 60, 1, 0, 0]


def test_by_default_a_day_of_grace_and_fifteen_of_retention() -> None:
    life = Life()
    days = {0: SubscriptionState.GRACE, 1: SubscriptionState.STOPPED, 15: SubscriptionState.STOPPED}
    for day, state in {-1: SubscriptionState.RUNNING, **days, 16: SubscriptionState.RELEASED}.items():
        assert life.state(ENDS, ENDS + timedelta(days=day)) is state


def test_a_first_stretch_may_go_on_to_the_unified_day() -> None:
    found = first_stretch(ENDS, 1, "UTC", day=15)
    middle = datetime(2026, 12, 15, tzinfo=UTC)
    assert (found.period, found.paid) == (Period(ENDS, middle), Paid(middle, 0, middle))


def test_reminders_end_and_attempts_begin_at_their_instant() -> None:
    assert notice_day(ENDS, RenewalMode.MANUAL, ENDS - timedelta(seconds=1), "UTC") == 1
    assert notice_day(ENDS, RenewalMode.MANUAL, ENDS, "UTC") is None
    first = datetime(2026, 10, 23, 8, tzinfo=UTC)
    assert attempt_due(ENDS, None, first, "UTC")
    assert not attempt_due(ENDS, None, first - timedelta(seconds=1), "UTC")


def test_all_that_has_a_name_has_it_in_both_languages() -> None:
    assert [one.text() for one in PaymentMode] == ["pay-as-you-go", "subscription"]
    assert [one.text("zh") for one in PaymentMode] == ["按量付费", "包年包月"]
    assert [one.text() for one in RenewalMode] == [one.word for one in RenewalMode] == ["manual", "auto", "none"]
    assert [one.text("zh") for one in RenewalMode] == ["手动续费", "自动续费", "到期不续费"]
    states = ["running", "grace", "stopped", "released", "unsubscribed", "converted"]
    assert [one.text("en") for one in SubscriptionState] == [one.word for one in SubscriptionState] == states
    assert SubscriptionState.RELEASED.text("zh") == "已释放"
    assert [one.is_over for one in SubscriptionState] == [False, False, False, True, True, True]
