"""Time travel through whole lives: bought, renewed up to a unified day, resized twice, given up, paid in several ways.

Each place (zone and day of purchase) is crossed with periods, renewals, days of change, days of refund, ways of payment
and refund policies. The oracle counts with `fractions.Fraction` over the calendar of `travel_calendar`; it shares no
code with what it checks. What fails names its cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import product

import pytest

from laws.travel_calendar import cut, end_by_hand, first_midnight, instant_of, length, local
from partita.core.period import Period
from partita.core.subscription import first_stretch, renewal
from partita.core.unsubscribe import (
    PaidPart,
    Portion,
    RefundPolicy,
    downgrade_refund,
    may_have_five_days,
    refund,
    resize_price,
    stretches,
)

PLACES = tuple(
    (zone, instant_of(date.fromisoformat(day), time.fromisoformat(clock), zone))
    for zone, day, clock in (
        ("Asia/Shanghai", "2026-01-31", "12:00"),
        ("Asia/Shanghai", "2026-12-31", "23:59"),
        ("Asia/Shanghai", "2028-02-29", "06:00"),
        ("Asia/Shanghai", "2027-08-30", "00:00"),
        ("Europe/Berlin", "2026-02-28", "02:30"),
        ("Europe/Berlin", "2026-09-25", "02:30"),
        ("America/New_York", "2026-10-01", "01:30"),
        ("America/Havana", "2026-10-31", "00:00"),
        ("Australia/Lord_Howe", "2026-09-04", "02:15"),
        ("Asia/Kathmandu", "2026-11-30", "23:45"),
    )
)
BOUGHT = (1, 3, 12)
RENEWED = ((), (1,), (12, 1))
UNIFIED = (None, 15)
CHANGES = (Fraction(0), Fraction(2, 5))
BACKS = (Fraction(0), Fraction(1, 7), Fraction(1, 2), Fraction(999, 1000), Fraction(1), Fraction(3, 2))
"""When it is changed, and after that given up: by what is left of the first stretch, or beyond it."""
FACTORS = ((8, 5), (5, 8))
"""What the new configuration costs, first and second change, of ten what the first one costs."""
PLAIN, LADDER = RefundPolicy(), RefundPolicy(ladder=((1, 900_000), (6, 850_000), (12, 700_000)))
WAYS = (
    ((100, 0, 0, 0), PLAIN),
    ((60, 0, 40, 0), LADDER),
    ((20, 30, 25, 15), PLAIN),
    ((20, 30, 25, 15), LADDER),
)
"""Of a hundred: paid by cash, a voucher, the book of the main account, credit; the rest is taken off by a coupon."""
MONTH = 107_03
"""What a month of the first configuration costs after discounts; before them it is a quarter more."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Cell:
    zone: str
    start: datetime
    months: int
    renewed: tuple[int, ...]
    day: int | None
    way: tuple[int, ...]
    policy: RefundPolicy

    def __str__(self) -> str:
        ladder = "ladder" if self.policy.ladder else "plain"
        bought = f"{self.months}m+{'+'.join(map(str, self.renewed)) or 'none'} day {self.day}"
        return f"{self.zone} {self.start:%Y-%m-%dT%H%M}Z {bought} {self.way} {ladder}"


@dataclass
class Stretch:
    """A stretch by hand: from when to when, and what it was sold for: start, price before and after, parts paid."""

    start: datetime
    end: datetime
    sold: list[tuple[datetime, int, int, Counter[str]]]

    def left(self, start: datetime, at: datetime) -> Fraction:
        return max(Fraction(0), length(max(at, start), self.end)) / length(start, self.end)

    @property
    def came_in(self) -> int:
        return sum(sum(paid.values()) for *_, paid in self.sold)

    def consumed(self, cell: Cell, at: datetime) -> Fraction:
        total = Fraction(0)
        for start, original, price, _ in self.sold:
            used = 1 - self.left(start, at)
            factor = max(
                (months for months, _ in cell.policy.ladder if end_by_hand(start, months, cell.zone) <= at), default=0
            )
            part = dict(cell.policy.ladder).get(factor, 1_000_000)
            by_ladder = bool(cell.policy.ladder) and price >= 0
            total += used * (Fraction(original * part, 1_000_000) if by_ladder else price)
        return total

    def back(self, cell: Cell, at: datetime) -> int:
        if at >= self.end:
            return 0
        return max(0, cut(self.came_in - self.consumed(cell, at)))


def paid_by(price: int, way: tuple[int, ...]) -> tuple[tuple[PaidPart, ...], Counter[str]]:
    """Pay a price: the parts, and what of it may come back, by fund."""
    cash, voucher, book, credit = (price * part // 100 for part in way)
    cash += price - sum((cash, voucher, book, credit)) if sum(way) == 100 else 0
    sources = (
        ("cash", "cash", cash),
        ("voucher", "v", voucher),
        ("transfer_book", "main", book),
        ("credit", "", credit),
    )
    parts = tuple(PaidPart(*source) for source in sources if source[2])
    return parts, Counter({fund: amount for fund, _, amount in sources if fund != "voucher" and amount})


def lives(place: tuple[str, datetime]) -> Iterator[Cell]:
    for *parts, (way, policy) in product(BOUGHT, RENEWED, UNIFIED, WAYS):
        yield Cell(*place, *parts, way, policy)


def begin(cell: Cell) -> tuple[list[Portion], list[Stretch]]:
    """Buy and renew: the portions as the code has them, the stretches as the calendar does."""
    portions: list[Portion] = []
    by_hand: list[Stretch] = []
    anchor, gone, start = cell.start, 0, cell.start
    paid = None
    for number, months in enumerate((cell.months, *cell.renewed)):
        day = cell.day if number else None
        added = (
            first_stretch(cell.start, months, cell.zone) if paid is None else renewal(paid, months, cell.zone, day=day)
        )
        paid, gone = added.paid, gone + months
        end = end_by_hand(anchor, gone, cell.zone)
        if day is not None and (midnight := first_midnight(end, day, cell.zone)) != end:
            anchor, gone, end = midnight, 0, midnight
        assert added.period == Period(start, end), cell
        price = MONTH * months
        parts, came = paid_by(price, cell.way)
        portions.append(Portion(f"o{number}", 1, added.period, price * 5 // 4, price, parts))
        by_hand.append(Stretch(start, end, [(start, price * 5 // 4, price, came)]))
        start = end
    return portions, by_hand


def change(cell: Cell, portions: list[Portion], by_hand: list[Stretch], at: datetime, tenths: int) -> None:
    """Resize what is left at an instant, stretch by stretch, to so many tenths of the first price."""
    running = [one for one in portions if at < one.period.end]
    for stretch in stretches(running):
        hand = next(one for one in by_hand if one.end == stretch[0].period.end)
        whole_price = hand.sold[0][2] * tenths // 10
        begins = max(at, hand.start)
        rest_of_old = sum(price * hand.left(start, at) for start, _, price, _ in hand.sold)
        more = cut(whole_price * hand.left(hand.start, at) - rest_of_old)
        assert resize_price(stretch, whole_price, at) == (more, Period(begins, hand.end)), (str(cell), at)
        name = f"o{len(portions)}"
        if more >= 0:
            parts, came = (PaidPart("cash", "cash", more),) if more else (), Counter({"cash": more})
        else:
            given = downgrade_refund(stretch, -more, at, zone=cell.zone, policy=cell.policy)
            assert given.amount == min(-more, hand.back(cell, at)), (str(cell), at)
            parts = tuple(PaidPart(one.fund, one.source_id, -one.amount) for one in given.parts)
            came = Counter({one.fund: -one.amount for one in given.parts})
        portions.append(Portion(name, 1, Period(begins, hand.end), more, more, parts))
        hand.sold.append((begins, more, more, came))


def give_up(cell: Cell, portions: list[Portion], by_hand: list[Stretch], at: datetime) -> None:
    found = refund(portions, at, zone=cell.zone, policy=cell.policy)
    where = (str(cell), at)
    expected = {one.end: one.back(cell, at) for one in by_hand if at < one.end}
    assert {one.ends_at: one.amount for one in found.stretches} == expected, where
    assert found.amount == sum(expected.values()), where
    for one in found.stretches:
        hand = next(other for other in by_hand if other.end == one.ends_at)
        assert one.came_in == hand.came_in >= one.amount >= 0, where
        assert sum(part.amount for part in one.parts) == one.amount, where
        there: Counter[str] = Counter()
        for *_, came in hand.sold:
            there.update(came)
        for part in one.parts:
            exact = Fraction(one.amount) * there[part.fund] / hand.came_in
            assert 0 < part.amount <= there[part.fund], where
            assert abs(part.amount - exact) < 1, where
    later = refund(portions, at, zone=cell.zone, policy=cell.policy, renewals_only=True)
    assert {one.ends_at: one.amount for one in later.stretches} == {
        one.end: one.came_in for one in by_hand if at < one.start
    }, where


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]} {place[1]:%Y-%m-%dT%H%M}Z")
def test_a_whole_life_gives_back_what_the_oracle_says(place: tuple[str, datetime]) -> None:
    count = 0
    for cell in lives(place):
        for first, tenths in product(CHANGES, FACTORS):
            portions, by_hand = begin(cell)
            span = by_hand[0].end - cell.start
            at = cell.start
            for part, tenth in zip((first, (1 + first) / 2), tenths, strict=True):
                at = cell.start + span * part.numerator // part.denominator // SECOND * SECOND
                change(cell, portions, by_hand, at, tenth + 5)
            left = by_hand[0].end - at
            for part in BACKS:
                give_up(cell, portions, by_hand, at + left * part.numerator // part.denominator // SECOND * SECOND)
                count += 1
    assert count > 1_000


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]} {place[1]:%Y-%m-%dT%H%M}Z")
def test_five_days_go_by_hours_and_once_by_the_year_of_the_zone(place: tuple[str, datetime]) -> None:
    zone, start = place
    one = Portion("o1", 1, Period(start, end_by_hand(start, 1, zone)), MONTH, MONTH)
    year = local(start, zone).year
    new_year = instant_of(date(year + 1, 1, 1), time(), zone)
    ats = [start + timedelta(seconds=second) for second in (0, 1, 432_000 - 1, 432_000, 432_001)]
    useds = [(), (start,), (new_year - SECOND,), (new_year,), (new_year, new_year - SECOND), (start - timedelta(366),)]
    for at, used in product([*ats, new_year - SECOND, new_year], useds):
        for five_day, is_purchase in product((True, False), (True, False)):
            expected = (
                five_day and is_purchase and (at - start) / SECOND < 432_000
                and local(at, zone).year not in {local(when, zone).year for when in used}
            )  # fmt: skip
            found = may_have_five_days(
                [one], at, zone=zone, policy=RefundPolicy(five_day), used=used, is_purchase=is_purchase
            )
            assert found is expected, (zone, at, used, five_day, is_purchase)


def test_all_places_are_in_utc() -> None:
    assert {start.tzinfo for _, start in PLACES} == {UTC}
