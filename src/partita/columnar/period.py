"""Calendars as tables: which month an instant falls into, and which instant a naive local time means.

Owns the two look-up tables built from the zone data of Python, so that the bulk engine needs none of its own. Both
are joined by equality (zone and UTC month, zone and local year) with a range as the residue: a handful of rows per
key. The years covered are `FIRST_YEAR` … `LAST_YEAR`. Rules: PERIOD-2, USAGE-4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pyarrow as pa

from partita.core.period import Month

FIRST_YEAR, LAST_YEAR = 2000, 2099

MONTH_SPANS = pa.schema(
    [("zone", pa.string()), ("utc_month", pa.int32()), ("from_at", pa.timestamp("us")),
     ("to_at", pa.timestamp("us")), ("month", pa.int32())]
)  # fmt: skip
"""`utc_month` is a UTC month that the local `month` touches; `from_at`, `to_at` are the month's own instants."""

LOCAL_SPANS = pa.schema(
    [("zone", pa.string()), ("local_year", pa.int32()), ("from_local", pa.timestamp("us")),
     ("to_local", pa.timestamp("us")), ("offset_seconds", pa.int32())]
)  # fmt: skip
"""The offset to take from a naive local time of that year; a time that the clock shows twice means the first."""


@cache
def month_spans(zones: frozenset[str]) -> pa.Table:
    """Return MONTH_SPANS for the zones."""
    rows = [
        (zone, utc_month, start, end, month.number)
        for zone in sorted(zones)
        for month in _months()
        for start, end in [_instants(month, zone)]
        for utc_month in _utc_months(start, end)
    ]
    return _table(MONTH_SPANS, rows)


@cache
def local_spans(zones: frozenset[str]) -> pa.Table:
    """Return LOCAL_SPANS for the zones."""
    rows = [
        (zone, year, start, end, offset)
        for zone in sorted(zones)
        for start, end, offset in _offsets(zone)
        for year in range(max(start.year, FIRST_YEAR), min(end.year, LAST_YEAR) + 1)
    ]
    return _table(LOCAL_SPANS, rows)


def _months() -> Iterator[Month]:
    month = Month(FIRST_YEAR - 1, 12)
    while month <= Month(LAST_YEAR + 1, 1):
        yield month
        month = month.next()


def _instants(month: Month, zone: str) -> tuple[datetime, datetime]:
    period = month.period(zone)
    return period.start.replace(tzinfo=None), period.end.replace(tzinfo=None)


def _utc_months(start: datetime, end: datetime) -> list[int]:
    last = end - timedelta(microseconds=1)
    months, month = [], Month(start.year, start.month)
    while month <= Month(last.year, last.month):
        months.append(month.number)
        month = month.next()
    return months


def _offsets(zone: str) -> Iterator[tuple[datetime, datetime, int]]:
    """Yield the spans of local time with one offset each, in seconds.

    Where the clock jumps, the span before lasts until the later of the two local readings: a reading shown twice means
    the first, a reading never shown is taken as the clock before the jump had gone on (as Python reads fold=0).
    """
    known, begin = ZoneInfo(zone), datetime(FIRST_YEAR - 1, 12, 30, tzinfo=UTC)
    instant, last = begin, datetime(LAST_YEAR + 1, 1, 3, tzinfo=UTC)
    offset, opened = _seconds(known, instant), begin.replace(tzinfo=None)
    while instant < last:
        later = instant + timedelta(days=7)
        if _seconds(known, later) != offset:
            jump = _jump(known, instant, later)
            turned = _seconds(known, jump)
            reading = jump.replace(tzinfo=None) + timedelta(seconds=max(offset, turned))
            yield opened, reading, offset
            opened, offset, later = reading, turned, jump
        instant = later
    yield opened, last.replace(tzinfo=None), offset


def _jump(known: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first whole second after `before` at which the offset is another one."""
    low, high, offset = 0, int((after - before).total_seconds()), _seconds(known, before)
    while high - low > 1:
        middle = (low + high) >> 1
        if _seconds(known, before + timedelta(seconds=middle)) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _seconds(known: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(known).utcoffset()
    assert offset is not None, "a zone has an offset at every instant"
    return offset // timedelta(seconds=1)


def _table(schema: pa.Schema, rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
