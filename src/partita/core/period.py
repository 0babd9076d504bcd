"""Periods, billing months and billing cycles: half-open, and always in a named zone.

Owns `Month` (账期, a calendar month of the enterprise's zone), `Period` (start included, end not), `Cycle` (计费周期,
how often a product is billed), and how people read an instant (`clock`). Does not own what time it is: every instant
comes in as an argument.
Rules: PERIOD-1 … PERIOD-4 (`docs/rules/period.md`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of instants: start included, end not (PERIOD-1)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        assert self.start.tzinfo is not None, "an instant carries its zone"
        assert self.end.tzinfo is not None, "an instant carries its zone"
        assert self.start < self.end, "a period is not empty"

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A billing month (账期) such as 2026-10, as the calendar of an enterprise's zone has it (PERIOD-2)."""

    year: int
    month: int

    def __post_init__(self) -> None:
        assert 1 <= self.month <= 12, "a year has twelve months"  # noqa: PLR2004
        assert 1 <= self.year <= 9998, "a year has four digits"  # noqa: PLR2004

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-10`; raises ValueError on anything else."""
        match = _MONTH.match(text)
        if match is None or not 1 <= int(match[2]) <= 12 or not 1 <= int(match[1]) <= 9998:  # noqa: PLR2004
            raise ValueError(f"not a month like 2026-10: {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_number(cls, number: int) -> Month:
        """Read 202610, the form stored in tables."""
        return cls(*divmod(number, 100))

    @classmethod
    def of(cls, instant: datetime, zone: str) -> Month:
        """Return the month in which `instant` falls, as the calendar of `zone` has it."""
        local = instant.astimezone(ZoneInfo(zone))
        return cls(local.year, local.month)

    @property
    def number(self) -> int:
        """The month as 202610, the form stored in tables."""
        return self.year * 100 + self.month

    def next(self) -> Month:
        """Return the month after this one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Month:
        """Return the month before this one."""
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def period(self, zone: str) -> Period:
        """Return the instants of this month in `zone`, in UTC."""
        start = datetime(self.year, self.month, 1, tzinfo=ZoneInfo(zone))
        after = self.next()
        end = datetime(after.year, after.month, 1, tzinfo=ZoneInfo(zone))
        return Period(start.astimezone(UTC), end.astimezone(UTC))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def in_zone(instant: datetime, zone: str) -> datetime:
    """Return the same instant by the calendar of `zone`: messages show it as a clock there does."""
    return instant.astimezone(ZoneInfo(zone))


def clock(instant: datetime) -> str:
    """Write an instant as a clock in its own zone shows it; UTC, where no enterprise has a say, is named (PERIOD-4)."""
    seconds = ":%S" if instant.second else ""
    return f"{instant:%Y-%m-%d %H:%M{seconds}}{' UTC' if instant.tzname() == 'UTC' else ''}"


class Cycle(Enum):
    """How often a product is billed (计费周期): each hour, day or month of the enterprise's calendar (PERIOD-3)."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    def next_start(self, instant: datetime, zone: str) -> datetime:
        """Return the first instant from `instant` on, itself included, at which a cycle starts in `zone`; in UTC."""
        local = instant.astimezone(ZoneInfo(zone))
        match self:
            case Cycle.HOUR:
                past = _past_the_hour(local)
                return (instant - past + (timedelta(hours=1) if past else timedelta())).astimezone(UTC)
            case Cycle.DAY:
                today = datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
                if instant <= today:
                    return today
                return datetime.combine(local.date() + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
            case Cycle.MONTH:
                month = Month.of(instant, zone)
                start = month.period(zone).start
                return start if instant <= start else month.period(zone).end

    def period(self, instant: datetime, zone: str) -> Period:
        """Return the hour, day or month of the calendar of `zone` that holds an instant, in UTC."""
        local = instant.astimezone(ZoneInfo(zone))
        match self:
            case Cycle.HOUR:
                start = (instant - _past_the_hour(local)).astimezone(UTC)
                return Period(start, start + timedelta(hours=1))
            case Cycle.DAY:
                start = datetime.combine(local.date(), time(), ZoneInfo(zone)).astimezone(UTC)
                after = datetime.combine(local.date() + timedelta(days=1), time(), ZoneInfo(zone))
                return Period(start, after.astimezone(UTC))
            case Cycle.MONTH:
                return Month.of(instant, zone).period(zone)


def _past_the_hour(local: datetime) -> timedelta:
    """Return how much of the hour is over by the standard clock of the zone, which may stand off by half an hour.

    A summer time of half an hour (Lord Howe) does not cut hours: they follow each other, sixty minutes each.
    """
    standard = local.replace(tzinfo=None) - (local.dst() or timedelta())
    return timedelta(minutes=standard.minute, seconds=standard.second, microseconds=standard.microsecond)
