"""Running spend (实时消费): what an account has spent on a product, day by day, before any bill; and the pace of it.

Owns the spend of a day, the pace of the last days and how long money lasts at that pace. Does not own the price of
usage (`rating`) nor what is held for it (`funds`). Spend is in `_e10`, what is left in minor units.
Rules: SPEND-1 … SPEND-4 (`docs/rules/spend.md`); source: enterprise-finance.md B6, B9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from partita.core.money import minor_scale_e10, truncate
from partita.core.period import Month

PACE_DAYS = 7
"""How many days the pace looks back, today not counted (enterprise-finance.md B9: seven; there hours, here days)."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What usage of one day costs one payer, for one account and product, in `_e10` (SPEND-1).

    `day` is a day of the account's calendar. `billed_in` is the month whose close will bill it: its own, or the next
    open one for usage that came after its month was frozen.
    """

    payer_id: str
    account_id: str
    product_id: str
    day: date
    currency: str
    billed_in: Month
    amount_e10: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Spend in `_e10` over a number of days (SPEND-3). Kept as two numbers, so that nothing is rounded on the way."""

    amount_e10: int
    days: int = 1

    def __post_init__(self) -> None:
        assert self.days > 0, "a pace is over at least one day"

    @property
    def per_day_e10(self) -> int:
        """The spend of one day in `_e10`, cut; zero when more came back than was spent."""
        return max(0, truncate(self.amount_e10, self.days))

    def per_day_minor(self, currency: str) -> int:
        """The spend of one day in minor units, cut."""
        return truncate(self.per_day_e10, minor_scale_e10(currency))

    def days_left_tenths(self, available_minor: int, currency: str) -> int | None:
        """Return for how many tenths of a day the money lasts, cut; None = for ever, nothing is being spent (SPEND-4).

        Money that is not there lasts for no time at all: zero.
        """
        if self.amount_e10 <= 0:
            return None
        return max(0, available_minor) * minor_scale_e10(currency) * self.days * 10 // self.amount_e10

    def lasts(self, available_minor: int, currency: str, span: timedelta) -> bool:
        """Say whether the money lasts at least that long at this pace (SPEND-4)."""
        needed = max(0, self.amount_e10) * (span // timedelta(seconds=1))
        return max(0, available_minor) * minor_scale_e10(currency) * self.days * 86_400 >= needed


STANDSTILL = Pace(0)
"""Nothing is being spent."""


def pace_of(spent: Mapping[date, int], today: date) -> Pace:
    """Return the pace of the last seven whole days; what today has cost already, when that is more (SPEND-3).

    `spent` has the `_e10` of each day. The days count from the first on which anything was spent: who began two days
    ago is not measured by seven.
    """
    first = today - timedelta(days=PACE_DAYS)
    of_days = {day: amount for day, amount in spent.items() if first <= day < today and amount}
    now = Pace(spent.get(today, 0))
    if not of_days:
        return now
    before = Pace(sum(of_days.values()), (today - min(of_days)).days)
    return now if now.amount_e10 * before.days > before.amount_e10 else before


def together(spenders: Iterable[Mapping[date, int]], today: date) -> Pace:
    """Return the pace of several spenders as one: their days are added up first."""
    summed: dict[date, int] = {}
    for spent in spenders:
        for day, amount in spent.items():
            summed[day] = summed.get(day, 0) + amount
    return pace_of(summed, today)
