"""Plays the cases of periods: `is … in … of …`, `month … in …`, `hours … in …`, `next CYCLE … in …`, `show … in …`.

is    INSTANT in MONTH of ZONE
month INSTANT in ZONE
hours MONTH in ZONE
next  CYCLE INSTANT in ZONE
show  INSTANT in ZONE
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.period import Cycle, Month, clock, in_zone


def run(case: Case) -> list[str]:
    verbs = {"is": _is, "month": _month, "hours": _hours, "next": _next, "show": _show}
    return [verbs[verb](words) for verb, *words in case.when]


def _is(words: list[str]) -> str:
    instant, _, month, _, zone = words
    return "inside" if datetime.fromisoformat(instant) in Month.parse(month).period(zone) else "outside"


def _month(words: list[str]) -> str:
    instant, _, zone = words
    return f"month {Month.of(datetime.fromisoformat(instant), zone)}"


def _hours(words: list[str]) -> str:
    month, _, zone = words
    period = Month.parse(month).period(zone)
    return f"hours {(period.end - period.start) // timedelta(hours=1)}"


def _next(words: list[str]) -> str:
    cycle, instant, _, zone = words
    start = Cycle(cycle).next_start(datetime.fromisoformat(instant), zone)
    return f"{cycle} {start.astimezone(ZoneInfo(zone)).isoformat(timespec='minutes')}"


def _show(words: list[str]) -> str:
    instant, _, zone = words
    return clock(in_zone(datetime.fromisoformat(instant), zone))
