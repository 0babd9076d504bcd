"""Calendars as tables agree with the calendar of Python, at the jumps of the clock above all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partita.columnar.period import FIRST_YEAR, LAST_YEAR, local_spans, month_spans
from partita.core.period import Month

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def spans(zone: str) -> list[dict[str, Any]]:
    return local_spans(frozenset([zone])).to_pylist()


@pytest.mark.parametrize("zone", ZONES)
@given(choice=st.data())
def test_a_naive_time_means_what_python_reads(zone: str, choice: st.DataObject) -> None:
    known = spans(zone)
    jump = choice.draw(st.sampled_from(known))["from_local"]
    local = jump + timedelta(seconds=choice.draw(st.integers(-8000, 8000) | st.integers(-(10**8), 10**8)))
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        return
    (hit,) = [one for one in known if one["local_year"] == local.year and one["from_local"] <= local < one["to_local"]]
    offset = local.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    assert offset == timedelta(seconds=hit["offset_seconds"])


@pytest.mark.parametrize("zone", ZONES)
@given(month=st.integers(0, 1199), seconds=st.integers(-90_000, 90_000))
def test_an_instant_falls_into_one_month(zone: str, month: int, seconds: int) -> None:
    begin = Month(2000 + month // 12, month % 12 + 1).period(zone).start
    instant = (begin + timedelta(seconds=seconds)).replace(tzinfo=None)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        return
    utc_month = instant.year * 100 + instant.month
    (hit,) = [
        one
        for one in month_spans(frozenset([zone])).to_pylist()
        if one["utc_month"] == utc_month and one["from_at"] <= instant < one["to_at"]
    ]
    assert hit["month"] == Month.of(instant.replace(tzinfo=begin.tzinfo), zone).number


def test_the_years_covered_have_no_gap() -> None:
    known = spans("America/New_York")
    assert known[0]["from_local"] < datetime(FIRST_YEAR, 1, 1)  # noqa: DTZ001 - a local reading
    assert known[-1]["to_local"] > datetime(LAST_YEAR, 12, 31, 23, 59)  # noqa: DTZ001 - a local reading
