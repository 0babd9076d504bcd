"""Adjustments (调账): what the operator adds to a bill or takes off it, with a reason, as a line of its own.

Owns which bill an adjustment goes on and when within its month it stands. Does not own how a bill is made (`bill`) nor
the charges (`columnar.adjustment`). Rules: ADJUST-1 … ADJUST-4 (`docs/rules/adjustment.md`); source:
enterprise-finance.md A4 (item `Adjustment`), B6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from partita.core.money import Money
from partita.core.period import Month, Period

LINE_KIND = "adjustment"
"""What a charge and a bill line of an adjustment are called."""

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An amount on the bill of a month (ADJUST-1): above zero it is owed besides, below zero it is taken off.

    `month`: the bill that it goes on. `about`: the month that it puts right, not later. `charged_at`: when it stands,
    within `month` (UTC). `sku_id` and `resource_id` may be empty.
    """

    adjustment_id: str
    payer_id: str
    account_id: str
    product_id: str
    sku_id: str
    resource_id: str
    amount: Money
    about: Month
    month: Month
    charged_at: datetime
    reason: str

    def __post_init__(self) -> None:
        assert self.amount.minor, "an adjustment changes a bill"
        assert self.about <= self.month, "a bill takes up what was, not what will be"


def bill_month(about: Month, *, frozen_through: int) -> Month:
    """Return the month whose bill takes an adjustment up (ADJUST-2): the month it is about while that is open.

    Of a month that is frozen or was passed over the next bill takes it up; `frozen_through` is the last frozen month
    (`YYYYMM`), 0 = none. A closed bill is never changed.
    """
    if about.number > frozen_through:
        return about
    return Month.from_number(frozen_through).next()


def stands_at(now: datetime, period: Period) -> datetime:
    """Return when an adjustment stands within its month: when it was made, or the nearest second of the month.

    Whole seconds, so that its charge has a period of one second (ADJUST-3).
    """
    second = now.replace(microsecond=0)
    return min(max(second, period.start), period.end - timedelta(seconds=1))


def class_of(about: Month, month: Month) -> str | None:
    """Return the class of its charge: `Correction` where it puts an earlier month right (FOCUS ChargeClass)."""
    return "Correction" if about < month else None
