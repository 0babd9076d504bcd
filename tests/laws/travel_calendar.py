"""The calendar, taken apart by hand: instants of clock times, ends of terms and cutting, for the tests of time travel.

It shares no code with what it is held against: a clock time is looked for among the instants at which a clock of the
zone could show it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


def instant_of(day: date, clock: time, zone: str) -> datetime:
    """The first instant at which a clock of the zone shows a time; one that it skips comes as much later."""
    naive = datetime.combine(day, clock, UTC)
    around = [naive + timedelta(hours=hours) for hours in (-40, -30, -20, -10, 0, 10, 20, 30, 40)]
    offsets = {_offset(one, zone) for one in around}
    found = [naive - offset for offset in offsets if _offset(naive - offset, zone) == offset]
    return min(found) if found else naive - _offset(naive - timedelta(hours=40), zone)


def _offset(instant: datetime, zone: str) -> timedelta:
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


def local(instant: datetime, zone: str) -> datetime:
    """The clock of the zone, without a zone."""
    return (instant + _offset(instant, zone)).replace(tzinfo=None)


def end_by_hand(start: datetime, months: int, zone: str) -> datetime:
    """The end of so many calendar months: their day, or where it is missing the last day that is there."""
    there = local(start, zone)
    year, month, day = there.year, there.month, there.day
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    while not _is_day(year, month, day):
        day -= 1
    return instant_of(date(year, month, day), there.time(), zone)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def first_midnight(from_: datetime, day_of_month: int, zone: str) -> datetime:
    """The first midnight from an instant on that begins a day of the month, or its last day where that is missing."""
    day = local(from_, zone).date()
    while True:
        last = (day + timedelta(days=1)).month != day.month
        if (day.day == day_of_month or (last and day.day < day_of_month)) and instant_of(day, time(), zone) >= from_:
            return instant_of(day, time(), zone)
        day += timedelta(days=1)


def length(start: datetime, end: datetime) -> Fraction:
    """How many seconds lie between two instants."""
    return Fraction((end - start) // SECOND)


def cut(exact: Fraction) -> int:
    """Cut toward zero, as the bill does."""
    return exact.numerator // exact.denominator if exact >= 0 else -(-exact.numerator // exact.denominator)
