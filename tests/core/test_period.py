"""Periods are half-open; months belong to a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from partita.core.period import Month, Period


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_start_is_in_and_the_end_is_not() -> None:
    october = Month(2026, 10).period("Asia/Shanghai")
    assert october == Period(at("2026-09-30T16:00:00+00:00"), at("2026-10-31T16:00:00+00:00"))
    assert october.start in october
    assert october.end - timedelta(microseconds=1) in october
    assert october.end not in october
    assert october.start - timedelta(microseconds=1) not in october


def test_a_period_is_aware_and_not_empty() -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(AssertionError, match="not empty"):
        Period(instant, instant)
    with pytest.raises(AssertionError, match="zone"):
        Period(instant.replace(tzinfo=None), instant)
    with pytest.raises(AssertionError, match="zone"):
        Period(instant, instant.replace(tzinfo=None))


def test_one_instant_lies_in_different_months_of_different_zones() -> None:
    instant = at("2026-10-31T16:00:00+00:00")
    assert str(Month.of(instant, "Asia/Shanghai")) == "2026-11"
    assert str(Month.of(instant, "UTC")) == "2026-10"


def test_a_month_with_a_change_of_clocks_is_an_hour_longer() -> None:
    november = Month(2026, 11).period("America/New_York")
    assert november.end - november.start == timedelta(days=30, hours=1)


def test_a_month_reads_and_writes_itself() -> None:
    month = Month.parse("2026-10")
    assert (month, str(month), month.number) == (Month(2026, 10), "2026-10", 202610)
    assert Month.from_number(202610) == month


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "0000-01", "9999-12", "2026-1", "202610", "", "2026-10-01", "２０２６-10"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


def test_months_follow_each_other() -> None:
    assert Month(2026, 12).next() == Month(2027, 1)
    assert Month(2026, 11).next() == Month(2026, 12)
    assert Month(2027, 1).previous() == Month(2026, 12)
    assert Month(2026, 12).previous() == Month(2026, 11)
    assert Month(2026, 12) < Month(2027, 1)


def test_a_month_that_does_not_exist_cannot_be_built() -> None:
    with pytest.raises(AssertionError, match="twelve"):
        Month(2026, 13)
    with pytest.raises(AssertionError, match="four digits"):
        Month(9999, 1)
