"""Subscriptions (包年包月): calendar terms, proration by seconds, amortisation, and the life of what is paid ahead.

Owns when a term ends, what a part of a paid period is worth, how an amount is spread over months, the states of a
subscription by the clock, and when it is renewed and told of. Does not own prices (`quote`), orders (`order`) nor what
comes back when it is given up (`unsubscribe`). Rules: SUB-1 … SUB-8 (`docs/rules/subscription.md`); source:
enterprise-finance.md B8, B9, B13.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from partita.core.money import split, truncate
from partita.core.period import Month, Period

SECOND = timedelta(seconds=1)
MONTHS_OF_A_YEAR = 12


class PaymentMode(Enum):
    """How something is paid: as it is used (按量付费), or ahead for a period (包年包月)."""

    PAY_AS_YOU_GO = ("pay-as-you-go", "按量付费")
    SUBSCRIPTION = ("subscription", "包年包月")

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class Term(Enum):
    """What a subscription is bought by (SUB-1): calendar months or years."""

    MONTH = "month"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many calendar months it has."""
        return MONTHS_OF_A_YEAR if self is Term.YEAR else 1


def whole_second(instant: datetime) -> datetime:
    """Return the instant without what is less than a second, in UTC: periods start and end at whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)


def months_after(anchor: datetime, months: int, zone: str) -> datetime:
    """Return the instant so many calendar months after an anchor, at its clock time in `zone`, in UTC (SUB-1).

    A month without the anchor's day ends on its last: 31 January and a month is 28 or 29 February, and two are 31 March
    again. A clock time that the zone skips falls as much later; of one that comes twice the first counts.
    """
    if not months:
        return anchor.astimezone(UTC)
    local = anchor.astimezone(ZoneInfo(zone))
    year, month = divmod(local.year * MONTHS_OF_A_YEAR + local.month - 1 + months, MONTHS_OF_A_YEAR)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)


def unified_end(end: datetime, day: int, zone: str) -> datetime:
    """Return the first midnight of the unified expiry day (统一到期日) at or after an end, in UTC (SUB-4).

    `day` is 1 to 31; a month without it has it on its last day.
    """
    local = end.astimezone(ZoneInfo(zone))
    month = Month(local.year, local.month)
    while (found := _midnight(month, day, zone)) < end:
        month = month.next()
    return found


def _midnight(month: Month, day: int, zone: str) -> datetime:
    last = monthrange(month.year, month.month)[1]
    return datetime(month.year, month.month, min(day, last), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def seconds(period: Period) -> int:
    """Return how many seconds a period has."""
    return (period.end - period.start) // SECOND


def seconds_left(period: Period, at: datetime) -> int:
    """Return how many seconds of a period are left at an instant: all before it starts, none from its end on."""
    return max(0, (period.end - max(at, period.start)) // SECOND)


def worth(amount: int, period: Period, at: datetime) -> int:
    """Return what is left at an instant of an amount for a period, cut toward zero (SUB-2)."""
    return truncate(amount * seconds_left(period, at), seconds(period))


def for_part(amount: int, part: Period, whole: Period) -> int:
    """Return what a part costs of what a whole period costs, by their seconds, cut toward zero (SUB-2)."""
    return truncate(amount * seconds(part), seconds(whole))


@dataclass(frozen=True, slots=True)
class Share:
    """What of an amount belongs to one calendar month, and the part of the period in it."""

    month: Month
    period: Period
    amount: int


def amortise(amount: int, period: Period, zone: str) -> list[Share]:
    """Spread an amount over the calendar months of its period by their seconds, losing nothing (SUB-3, 摊销).

    Odd units go to the largest remainders, earlier months first. The amount may be in any unit and below zero.
    """
    parts = list(_by_month(period, zone))
    shares = split(amount, [seconds(part) for _, part in parts])
    return [Share(month, part, share) for (month, part), share in zip(parts, shares, strict=True)]


def _by_month(period: Period, zone: str) -> Iterator[tuple[Month, Period]]:
    start = period.start
    while start < period.end:
        month = Month.of(start, zone)
        end = min(period.end, month.period(zone).end)
        yield month, Period(start, end)
        start = end


class SubscriptionState(Enum):
    """How a subscription stands (SUB-5), in the order of its life; the last two are ends that somebody chose."""

    RUNNING = ("running", "使用中")
    GRACE = ("grace", "到期宽限")
    STOPPED = ("stopped", "已停机")
    RELEASED = ("released", "已释放")
    UNSUBSCRIBED = ("unsubscribed", "已退订")
    CONVERTED = ("converted", "已转按量付费")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    @property
    def is_over(self) -> bool:
        """Whether nothing brings it back: it cannot be renewed."""
        return self in _OVER

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


_OVER = frozenset({SubscriptionState.RELEASED, SubscriptionState.UNSUBSCRIBED, SubscriptionState.CONVERTED})


@dataclass(frozen=True, slots=True)
class Life:
    """What follows the end (SUB-5): how long it goes on, and how long it is kept once stopped; None = for ever."""

    grace: timedelta = timedelta(days=1)
    retention: timedelta | None = timedelta(days=15)

    def state(self, ends_at: datetime, now: datetime) -> SubscriptionState:
        """Return the state by the clock of a subscription that nobody has ended before its time."""
        if now < ends_at:
            return SubscriptionState.RUNNING
        if now < ends_at + self.grace:
            return SubscriptionState.GRACE
        if self.retention is None or now < ends_at + self.grace + self.retention:
            return SubscriptionState.STOPPED
        return SubscriptionState.RELEASED


@dataclass(frozen=True, slots=True)
class Paid:
    """What a subscription is paid through: its anchor, the months since, and the end that they give (SUB-1).

    `ends_at` differs from the months after the anchor only once, where a unified expiry day was reached; the anchor
    is that day then.
    """

    anchor: datetime
    months: int
    ends_at: datetime

    @classmethod
    def new(cls, start: datetime, months: int, zone: str) -> Paid:
        """Return what is paid through when a subscription starts."""
        return cls(start, months, months_after(start, months, zone))

    def plus(self, months: int, zone: str, start: datetime) -> Paid:
        """Return what is paid through with whole months more, from its end on; from another start they begin anew."""
        if start != self.ends_at:
            return Paid.new(start, months, zone)
        return Paid(self.anchor, self.months + months, months_after(self.anchor, self.months + months, zone))


@dataclass(frozen=True, slots=True)
class Renewal:
    """A renewal: the period that it adds, the odd time of it up to the unified day (None = none), and what follows.

    `terms_end` is where the whole terms end and the odd time, if any, begins; `odd_month` is the month of which the odd
    time is a part, so that its price is a part of a month's.
    """

    period: Period
    terms_end: datetime
    odd_month: Period | None
    paid: Paid


def renewal(paid: Paid, months: int, zone: str, *, restart: datetime | None = None, day: int | None = None) -> Renewal:
    """Return what a renewal by whole months adds (SUB-4): from the end on, or from `restart` where it was stopped.

    With the unified expiry `day` it goes on to the first such midnight after the terms: the odd time is less than a
    month and is paid as that part of the month after the terms.
    """
    start = paid.ends_at if restart is None else restart
    after = paid.plus(months, zone, start)
    end = after.ends_at if day is None else unified_end(after.ends_at, day, zone)
    return _until(end, after, start, zone)


def bought(paid: Paid, months: int, period: Period, zone: str) -> Renewal:
    """Return the renewal that gave a period: what was paid through before it, and its whole months (SUB-1, SUB-4).

    A period that does not begin where that ended began anew: a purchase, or a subscription that was stopped.
    """
    return _until(period.end, paid.plus(months, zone, period.start), period.start, zone)


def _until(end: datetime, after: Paid, start: datetime, zone: str) -> Renewal:
    """Return a renewal that goes on beyond its terms up to an end, or just to their end."""
    if end == after.ends_at:
        return Renewal(Period(start, after.ends_at), after.ends_at, None, after)
    odd = Period(after.ends_at, months_after(after.anchor, after.months + 1, zone))
    return Renewal(Period(start, end), after.ends_at, odd, Paid(end, 0, end))


def first_stretch(start: datetime, months: int, zone: str, *, day: int | None = None) -> Renewal:
    """Return the period of a new subscription, as `renewal` does (SUB-1, SUB-4)."""
    return renewal(Paid(start, 0, start), months, zone, day=day)


class RenewalMode(Enum):
    """What happens when the end comes near (SUB-6)."""

    MANUAL = ("manual", "手动续费")
    AUTO = ("auto", "自动续费")
    NONE = ("none", "到期不续费")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


FIRST_ATTEMPT_DAYS = 9
ATTEMPT_AT = time(8)
"""Auto-renewal is tried from nine days before the end, each day from 08:00 on (B13)."""
NOTICE_DAYS = (7, 3, 1)
"""Days before the end on which a manual renewal is reminded of (B9); one that is not to be renewed is told once."""


def attempt_due(ends_at: datetime, last: datetime | None, now: datetime, zone: str) -> bool:
    """Say whether auto-renewal is to be tried now: the last try (for this end) was not after today's hour (SUB-6)."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= ATTEMPT_AT else local.date() - timedelta(days=1)
    turn = datetime.combine(day, ATTEMPT_AT, ZoneInfo(zone))
    first = datetime.combine(
        ends_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=FIRST_ATTEMPT_DAYS), ATTEMPT_AT, ZoneInfo(zone)
    )
    return now >= first and (last is None or last < turn)


def notice_day(ends_at: datetime, mode: RenewalMode, now: datetime, zone: str) -> int | None:
    """Return the reminder that is due (SUB-7): the smallest of the days that has come; None = none, or it is over."""
    if now >= ends_at:
        return None
    days = NOTICE_DAYS if mode is not RenewalMode.NONE else NOTICE_DAYS[:1]
    today, last = (one.astimezone(ZoneInfo(zone)).date() for one in (now, ends_at))
    return min((day for day in days if last - timedelta(days=day) <= today), default=None)
