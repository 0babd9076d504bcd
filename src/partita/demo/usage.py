"""The usage of the demo: every resource, hour by hour, as usage lines with a daily and a weekly rhythm.

Owns the rhythms, the growth, the runaway and the SQL that makes a month of lines at once; integers only, so that the
same seed gives the same lines on every machine. Does not own the fleet (`fleet`) nor the files (`generator`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from partita.core.period import Month
from partita.demo.fleet import Resource

ZONE = "Asia/Shanghai"
OFFSET = "+08:00"
FIRST_MONTH = Month(2026, 8)
RUNAWAY_DAYS = (15, 16, 17)
"""Days after the first of the second month on which one department's model inference runs away: 16 to 18 September."""
RUNAWAY_FACTOR = 14
HELD_BACK_ONE_IN = 3000
"""Of so many lines of the first month one comes late, when the month is closed."""

_OFFICE = (250,) * 7 + (400, 800) + (1700,) * 3 + (1200, 1300) + (1800,) * 5 + (1100,) + (800,) * 3 + (400,)
_EVENING = (400,) + (250,) * 6 + (600,) + (800,) * 4 + (1100,) * 2 + (900,) * 4 + (1400,) * 2 + (2200,) * 3 + (1300,)
_WAVES = (550,) * 7 + (800,) * 2 + (1200,) * 13 + (850,) * 2
_NIGHT = (3000,) * 6 + (1500,) + (150,) * 16 + (600,)
_SATURDAY = 5
RHYTHMS: dict[str, tuple[tuple[int, ...], int]] = {
    "steady": ((1000,) * 24, 1000),
    "office": (_OFFICE, 350),
    "evening": (_EVENING, 1250),
    "waves": (_WAVES, 820),
    "night": (_NIGHT, 900),
    "daily": ((1000,) + (0,) * 23, 1000),
}
"""Rhythm → thousandths of the mean for each hour of a working day, and thousandths of that on days off."""


@dataclass(frozen=True, slots=True)
class Story:
    """The months of the story, in hours of the group's own clock (no daylight saving in its zone)."""

    seed: int
    months: tuple[Month, ...]

    @classmethod
    def of(cls, seed: int, months: int) -> Story:
        """Return the story of so many months from `FIRST_MONTH`."""
        run = [FIRST_MONTH]
        while len(run) < months:
            run.append(run[-1].next())
        return cls(seed, tuple(run))

    @property
    def hours(self) -> int:
        """How many hours the story has."""
        return self.hour_of(self.months[-1].next())

    def hour_of(self, month: Month) -> int:
        """Return the hour at which a month starts."""
        since = month.period(ZONE).start - self.months[0].period(ZONE).start
        return since.days * 24


def prepare(engine: duckdb.DuckDBPyConnection, story: Story, resources: Sequence[Resource]) -> None:
    """Lay out the tables from which lines are made: `resource`, `rhythm` and `day`."""
    names = [one.name for one in fields(Resource)]
    columns = {name: [getattr(one, name) for one in resources] for name in names}
    engine.register("fleet", pa.table(columns))
    engine.execute("create or replace table resource as select * from fleet")
    engine.unregister("fleet")
    engine.execute(
        "create or replace table rhythm (rhythm varchar, span bigint, off boolean, clock bigint, mille bigint)"
    )
    engine.executemany("insert into rhythm values (?, ?, ?, ?, ?)", _rhythm_rows({one.interval for one in resources}))
    engine.execute("create or replace table day (day bigint, off boolean, runaway boolean)")
    engine.executemany("insert into day values (?, ?, ?)", _days(story))


def lines_sql(story: Story, month: Month) -> str:
    """Return the SELECT of a month's lines, in order of time: one line a resource and interval, quantities `_e6`.

    `late` marks the lines of the first month that are held back; `hour` and `number` give the order.
    """
    begin, end = story.hour_of(month), story.hour_of(month.next())
    late = f"noise // 1024 % {HELD_BACK_ONE_IN} = 7" if month == story.months[0] else "false"
    start = f"timestamp '{_local_start(story)}' + to_hours(hour)"
    return f"""
        with measured as (
            select resource.*, slot.hour, day.day, day.runaway and resource.runs_away as away, mille,
                   md5_number_lower('{story.seed}/' || number || '/' || slot.hour) as noise
            from range({begin}, {end}) as slot (hour)
            join day on day.day = slot.hour // 24
            join resource on slot.hour >= first_hour and slot.hour < last_hour and slot.hour % interval = 0
            join rhythm on rhythm.rhythm = resource.rhythm and rhythm.span = interval
                and rhythm.off = day.off and rhythm.clock = slot.hour % 24
            where not works_office_hours or (not day.off and slot.hour % 24 between 8 and 19)
        ), sized as (
            select *, base_e6::hugeint * mille * (1000 + growth * day // 30)
                      * case when away then {RUNAWAY_FACTOR} else 1 end
                      * case when is_whole then 1000 else (880 + noise % 241)::bigint end // 1000000000 as raw_e6
            from measured
        )
        select resource_id || '/' || strftime({start}, '%Y%m%d%H') as record_id, account_id, sku_id,
               case when is_whole then greatest(raw_e6 // 1000000, 1) * 1000000
                    else greatest(raw_e6 // 1000, 1) * 1000 end::bigint as quantity_e6,
               {start} as local_start, {start} + to_hours(interval) as local_end,
               resource_id, region, tags, {late} as late, hour, number
        from sized
    """


def quantity_text() -> str:
    """Return SQL that writes a quantity as exact decimal text: `12.5` as `12.500000`."""
    return "quantity_e6 // 1000000 || '.' || lpad((quantity_e6 % 1000000)::varchar, 6, '0')"


def _local_start(story: Story) -> str:
    return f"{story.months[0]}-01 00:00:00"


def _rhythm_rows(spans: set[int]) -> list[tuple[str, int, bool, int, int]]:
    """Return for each rhythm and interval the sum of its hours, so that a longer interval uses as much in all."""
    rows = []
    for name, (hours, at_rest) in RHYTHMS.items():
        for span in sorted(spans):
            for clock in range(0, 24, span):
                mille = sum(hours[clock : clock + span])
                rows += [(name, span, False, clock, mille), (name, span, True, clock, mille * at_rest // 1000)]
    return rows


def _days(story: Story) -> list[tuple[int, bool, bool]]:
    """Return each day: whether it is off (weekends, the National Day week), and whether inference runs away."""
    first = date(story.months[0].year, story.months[0].month, 1)
    runaway = {story.hour_of(FIRST_MONTH.next()) // 24 + day for day in RUNAWAY_DAYS}
    days = []
    for number in range(story.hours // 24):
        today = first + timedelta(days=number)
        national_day = (today.month, today.day) in {(10, day) for day in range(1, 8)}
        days.append((number, today.weekday() >= _SATURDAY or national_day, number in runaway))
    return days
