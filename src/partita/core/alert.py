"""Alerts (预警): when somebody is told that money runs low, runs fast, or expires.

Owns the kinds of alerts, when a figure counts as crossing its threshold, and when it is quiet. Does not own the figures
(`funds`, `spend`) nor how a notice travels (`outbox`). An alert is told once: who is told carries a key.
Rules: ALERT-1 … ALERT-6 (`docs/rules/alert.md`); source: enterprise-finance.md B9, B15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum


class AlertKind(Enum):
    """What an alert watches (ALERT-1): its word, and its texts."""

    LOW_QUOTA = ("low-quota", "low available quota", "可用额度预警")
    HIGH_SPEND = ("high-spend", "high spending of a day", "高额消费预警")
    NEAR_OVERDUE = ("near-overdue", "near overdue at the present pace", "欠费预警")
    EXPIRY = ("expiry", "about to expire", "到期预警")
    LOW_PACKAGE = ("low-package", "low resource package", "资源包余量预警")

    @property
    def word(self) -> str:
        """The name as people write it and the books keep it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return str(self.value[2 if language == "zh" else 1])


DAY = timedelta(days=1)
REMINDERS_MOST = 5
"""A low quota is told at the crossing and then once a quiet period, five times in all (B9: daily, up to five days)."""
PRODUCTS_MOST = 20
"""For so many products a high-spend alert may be set for one account (B9)."""
EXPIRY_DAYS = (30, 7, 1)
"""How many days before an end it is told, unless a setting names another first day (B9: renewal reminders 7, 3, 1)."""


@dataclass(frozen=True, slots=True)
class AlertSetting:
    """What an account wants to be told (ALERT-1).

    `threshold`: minor units for low-quota and high-spend, tenths of days for near-overdue, days for expiry, percent for
    low-package. None = switched off. `product_id` only for high-spend; '' = each product by itself.
    """

    account_id: str
    kind: AlertKind
    product_id: str
    threshold: int | None
    quiet: timedelta = DAY

    def __post_init__(self) -> None:
        assert self.quiet > timedelta(0), "a quiet period takes some time"
        assert not self.product_id or self.kind is AlertKind.HIGH_SPEND, "only high spending is watched by product"


@dataclass(frozen=True, slots=True)
class Told:
    """How a low figure has been told so far: when it crossed, when it was told last, and how often."""

    crossed_at: datetime
    told_at: datetime
    times: int


def falls_below(
    setting: AlertSetting, before: int | None, figure: int | None, told: Told | None, now: datetime
) -> bool:
    """Say whether a figure that should not be low is to be told now (ALERT-2, ALERT-4).

    `before` is what it was when it was last looked at, None = it was never looked at; `figure` None = without end. It
    is told when it crosses the threshold, not when the alert is switched on below it; then again after each quiet
    period while it stays below, five times in all. A figure that crosses again within the quiet period waits for its
    end; only where no reminder is left, so that it would never be told, it is told at once.
    """
    if setting.threshold is None or figure is None or figure >= setting.threshold:
        return False
    crosses = before is not None and before >= setting.threshold
    used_up = told is not None and told.times >= REMINDERS_MOST
    if told is not None and now - told.told_at < setting.quiet and not (crosses and used_up):
        return False
    return crosses or (told is not None and told.times < REMINDERS_MOST)


def told_again(told: Told | None, now: datetime, *, crosses: bool) -> Told:
    """Return how a low figure has been told, now that it is told once more."""
    if told is None or crosses:
        return Told(now, now, 1)
    return Told(told.crossed_at, now, told.times + 1)


def is_high(setting: AlertSetting, product_id: str, spent_minor: int) -> bool:
    """Say whether a day's spend on a product passes the threshold (ALERT-3); that it is told once is the key's job."""
    watched = not setting.product_id or setting.product_id == product_id
    return watched and setting.threshold is not None and spent_minor > setting.threshold


class Ending(Enum):
    """What may end (ALERT-5)."""

    VOUCHER = ("voucher", "代金券")
    COUPON = ("coupon", "优惠券")
    CARD = ("stored-value card", "储值卡")
    CREDIT = ("credit", "信控还款")
    PACKAGE = ("resource package", "资源包")
    PLAN = ("savings plan", "节省计划")

    @property
    def word(self) -> str:
        """The name as programs write it."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class Expiring:
    """Something that ends (ALERT-5): what it is, whose, when, and what would be lost in minor units (None = no sum)."""

    what: Ending
    name: str
    account_id: str
    ends_on: date
    remaining_minor: int | None
    currency: str


def due_notices(setting: AlertSetting, expiring: Iterable[Expiring], today: date) -> tuple[tuple[Expiring, int], ...]:
    """Return what to tell of what ends soon, each with the mark of days that it has passed (ALERT-5).

    The marks are the setting's days and those of `EXPIRY_DAYS` below it. Only the nearest mark is told, so that
    whoever looks late is told once. What holds nothing any more, and what has ended, is not told.
    """
    if setting.threshold is None:
        return ()
    marks = sorted({setting.threshold, *(days for days in EXPIRY_DAYS if days < setting.threshold)})
    found: list[tuple[Expiring, int]] = []
    for one in expiring:
        left = (one.ends_on - today).days
        mark = next((days for days in marks if left <= days), None)
        if left >= 0 and mark is not None and one.remaining_minor != 0:
            found.append((one, mark))
    return tuple(found)
