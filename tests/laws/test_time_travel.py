"""Time travel: purchase day × period × upgrade day × refund day, over month ends, leap days and changes of the clock.

The grid is generated from the table below. The oracle counts with exact ratios (`fractions.Fraction`) and takes the
calendar apart by itself (`travel_calendar`): it shares no code with what it checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from laws.travel_calendar import cut, end_by_hand
from partita.core.period import Period
from partita.core.subscription import Paid, first_stretch, renewal
from partita.core.unsubscribe import PaidPart, Portion, StretchRefund, downgrade_refund, refund, resize_price

PURCHASES = (
    ("Asia/Shanghai", "2026-01-01T00:00:00"),
    ("Asia/Shanghai", "2026-01-29T10:30:00"),
    ("Asia/Shanghai", "2026-01-30T23:59:59"),
    ("Asia/Shanghai", "2026-01-31T12:00:00"),
    ("Asia/Shanghai", "2026-02-28T09:15:07"),
    ("Asia/Shanghai", "2028-01-31T18:00:00"),
    ("Asia/Shanghai", "2028-02-29T06:00:00"),
    ("Asia/Shanghai", "2027-08-31T00:00:01"),
    ("Asia/Shanghai", "2027-12-31T23:00:00"),
    ("Europe/Berlin", "2026-02-28T02:30:00"),  # a month later the clock has just not gone forward
    ("Europe/Berlin", "2026-02-28T23:30:00"),
    ("Europe/Berlin", "2026-01-29T02:30:00"),  # two months later 02:30 does not exist
    ("Europe/Berlin", "2026-09-25T02:30:00"),  # a month later 02:30 comes twice
    ("America/New_York", "2026-10-01T01:30:00"),
    ("America/Sao_Paulo", "2027-05-31T00:00:00"),
    ("Pacific/Apia", "2011-11-30T10:00:00"),  # a month later that day does not exist at all
    ("UTC", "2000-02-29T00:00:00"),
)
MONTHS = (1, 2, 3, 12, 36)
AMOUNTS = ((100_00, 160_00), (1, 3), (99_999_99, 70_000_01))
"""What the old and the new configuration cost for the whole period, in minor units."""
PARTS = (Fraction(0), Fraction(1, 1000), Fraction(1, 3), Fraction(5, 7), Fraction(9, 10), Fraction(999, 1000))
"""Where in what is left the upgrade, and after it the refund, come."""
EDGES = ("month start", "leap day", "clock change")


@dataclass(frozen=True)
class Trip:
    zone: str
    start: datetime
    end: datetime
    old: int
    new: int
    upgrade: datetime
    back: datetime

    def __str__(self) -> str:
        return f"{self.zone} {self.start:%Y-%m-%dT%H%M%SZ}"


def edges(start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    """The first second of a month, both ends of a leap day and both sides of a change of the clock within a period."""
    place = ZoneInfo(zone)
    found: dict[str, list[datetime]] = {name: [] for name in EDGES}
    day = start.astimezone(place).date() + timedelta(days=1)
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)) < end:
        following = day + timedelta(days=1)
        after = datetime(following.year, following.month, following.day, tzinfo=place).astimezone(UTC)
        if day.day == 1:
            found["month start"] += [midnight, midnight - timedelta(seconds=1)]
        if (day.month, day.day) == (2, 29):
            found["leap day"] += [midnight, after]
        if after - midnight != timedelta(days=1):
            found["clock change"] += [midnight, midnight + timedelta(hours=2, minutes=30), after]
        day = following
    for name in EDGES:
        yield from (one for one in found[name][:4] if start <= one < end)


def instants(start: datetime, end: datetime) -> Iterator[datetime]:
    whole = (end - start) // timedelta(seconds=1)
    yield from (start + timedelta(seconds=whole * part.numerator // part.denominator) for part in PARTS)


def grid() -> Iterator[Trip]:
    for (zone, text), months in product(PURCHASES, MONTHS):
        start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        end = end_by_hand(start, months, zone)
        upgrades = sorted({*instants(start, end), *edges(start, end, zone)})
        for (old, new), upgrade in product(AMOUNTS, upgrades):
            backs = sorted({*instants(upgrade, end), *list(edges(upgrade, end, zone))[:2], end, end + timedelta(1)})
            yield from (Trip(zone, start, end, old, new, upgrade, back) for back in backs)


TRIPS = tuple(grid())


def test_the_grid_is_a_grid() -> None:
    assert len(TRIPS) > 20_000
    assert {trip.zone for trip in TRIPS} == {zone for zone, _ in PURCHASES}
    local = [trip.upgrade.astimezone(ZoneInfo(trip.zone)).date() for trip in TRIPS]
    assert any((day.month, day.day) == (2, 29) for day in local)


@pytest.mark.parametrize(("zone", "text"), PURCHASES)
@pytest.mark.parametrize("months", MONTHS)
def test_terms_end_as_the_calendar_says(zone: str, text: str, months: int) -> None:
    start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    one = first_stretch(start, months, zone)
    assert one.period == Period(start, end_by_hand(start, months, zone))
    # renewing month by month arrives at the same instants as buying at once: the anchor's day comes back
    paid = Paid.new(start, 1, zone)
    for _ in range(months - 1):
        paid = renewal(paid, 1, zone).paid
    assert paid.ends_at == one.period.end


@pytest.mark.parametrize("place", range(len(PURCHASES)), ids=lambda place: " ".join(PURCHASES[place]))
def test_an_upgrade_and_a_refund_on_any_day(place: int) -> None:
    zone, text = PURCHASES[place]
    start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for trip in (one for one in TRIPS if (one.zone, one.start) == (zone, start)):
        travel(trip)


def travel(trip: Trip) -> None:
    whole = Period(trip.start, trip.end)
    base = Portion("o1", 1, whole, trip.old, trip.old, (PaidPart("cash", "cash", trip.old),))
    length = Fraction((trip.end - trip.start) // timedelta(seconds=1))

    def left(at: datetime) -> Fraction:
        return max(Fraction(0), Fraction((trip.end - at) // timedelta(seconds=1))) / length

    exact = (trip.new - trip.old) * left(trip.upgrade)
    difference, rest = resize_price([base], trip.new, trip.upgrade)
    assert difference == cut(exact), trip
    assert rest == Period(trip.upgrade, trip.end)
    portions, paid = [base], Fraction(trip.old)
    if difference > 0:
        portions.append(Portion("o2", 1, rest, difference, difference, (PaidPart("cash", "cash", difference),)))
        paid += difference
    elif difference < 0:
        returned = downgrade_refund([base], -difference, trip.upgrade, zone=trip.zone)
        check_back(returned, trip)
        assert returned.amount == min(-difference, cut(trip.old * left(trip.upgrade))), trip
        parts = tuple(PaidPart(one.fund, one.source_id, -one.amount) for one in returned.parts)
        portions.append(Portion("o2", 1, rest, difference, difference, parts))
        paid -= returned.amount
    found = refund(portions, trip.back, zone=trip.zone)
    used_old = trip.old * (1 - left(trip.back))
    of_rest = left(trip.back) / left(trip.upgrade) if trip.upgrade < trip.end else Fraction(0)
    used_rest = difference * (1 - of_rest)
    expected = 0 if trip.back >= trip.end else max(0, cut(paid - used_old - used_rest))
    assert found.amount == expected, trip
    assert 0 <= found.amount <= paid, trip
    for one in found.stretches:
        check_back(one, trip)


def check_back(one: StretchRefund, trip: Trip) -> None:
    assert sum(part.amount for part in one.parts) == one.amount, trip
