"""Dunning (催收): reminders of bills that are due, interest for those past due, and when stop control takes over.

Owns the policy, which reminder is told on which day, the interest of a bill, exact to the end, and from when on a debt
suspends the credit of an account. Does not own when a bill is due (`credit.due_on`), what is unpaid (`clearing`) nor
what happens to an account without credit (`service_control`). Rules: DUN-1 … DUN-4 (`docs/rules/dunning.md`); source:
enterprise-finance.md B2, B7, B8.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from partita.core.money import format_scaled, minor_scale_e10, truncate
from partita.core.refusal import Reason, Refused, refused

RATE_SCALE = 10
WHOLE_E10 = 10**RATE_SCALE
"""A rate or a part of one whole: 0.0005 a day is 5,000,000 of it."""
RATE_E10_MAX = WHOLE_E10 // 100
MARKS_MOST = 12
DAYS_MAX = 365


@dataclass(frozen=True, slots=True)
class Policy:
    """How an account is dunned (DUN-1); days count from the day on which a bill is due, before it below zero.

    `reminders`: on which days it is told. `rate_e10`: interest a day as a part of what is unpaid; none in the first
    `free_days` past due. `cap_e10`: the most interest of a bill, as a part of what the bill asked; None = no end.
    `stop_days`: so many days past due the credit is suspended; None = never.
    """

    reminders: tuple[int, ...] = (-3, 0, 7, 15, 30)
    rate_e10: int = 0
    free_days: int = 0
    cap_e10: int | None = None
    stop_days: int | None = None

    @property
    def rate_text(self) -> str:
        """The rate a day as people write it: `0.0005`."""
        return format_scaled(self.rate_e10, RATE_SCALE)


DEFAULT_POLICY = Policy()
"""Where nothing is set: five reminders, no interest, no suspension."""


def may_set(policy: Policy) -> Refused | None:
    """Refuse a policy that is none: BAD_DUNNING_POLICY (DUN-1)."""
    days = [*policy.reminders, policy.free_days, policy.stop_days or 0]
    fits = (
        all(-DAYS_MAX <= one <= DAYS_MAX for one in days)
        and policy.free_days >= 0
        and (policy.stop_days or 0) >= 0
        and len(policy.reminders) <= MARKS_MOST
        and list(policy.reminders) == sorted(set(policy.reminders))
        and 0 <= policy.rate_e10 <= RATE_E10_MAX
        and (policy.cap_e10 is None or 0 <= policy.cap_e10 <= WHOLE_E10)
    )
    return None if fits else refused(Reason.BAD_DUNNING_POLICY, most=MARKS_MOST, days=DAYS_MAX)


@dataclass(frozen=True, slots=True)
class Debt:
    """A bill that is due: what it asked, and what paid it on which days of the payer's calendar, in minor units."""

    bill_id: str
    currency: str
    payable: int
    due_on: date
    paid: tuple[tuple[date, int], ...] = ()

    def left_on(self, day: date) -> int:
        """Return what is unpaid at the end of a day."""
        return self.payable - sum(amount for paid_on, amount in self.paid if paid_on <= day)

    def days_past(self, day: date) -> int:
        """Return how many days a day is past the one on which it is due; below zero before."""
        return (day - self.due_on).days


def reminder(policy: Policy, debt: Debt, today: date, told: Collection[int]) -> int | None:
    """Return the mark that is told today, if any (DUN-2): the last that has come, unless it or a later one was told.

    What is paid is not told, and marks that were missed are not told afterwards, one on top of the other.
    """
    if debt.left_on(today) <= 0:
        return None
    come = [mark for mark in policy.reminders if mark <= debt.days_past(today)]
    if not come or any(mark >= come[-1] for mark in told):
        return None
    return come[-1]


@dataclass(frozen=True, slots=True)
class Accrued:
    """Interest of a bill for the days before `until` (DUN-3).

    `exact_e20`: exact, in `_e20` of the currency: a minor unit holds `minor_scale_e10 * 10^10`. `minor`: what of it is
    charged, cut once over the whole.
    """

    until: date | None = None
    exact_e20: int = 0
    minor: int = 0


def accrue(policy: Policy, debt: Debt, before: Accrued, today: date) -> Accrued:
    """Return the interest of a bill up to yesterday, added to what was counted before (DUN-3).

    Each day past due and past the free days asks the rate on what is unpaid at its end; it asks no interest on
    interest. A policy that changes counts for days that are not counted yet. Counted again on one day, nothing changes.
    """
    first = debt.due_on + timedelta(days=1 + policy.free_days)
    start = max(first, before.until or first)
    if start >= today:
        return before
    scale = minor_scale_e10(debt.currency)
    exact = before.exact_e20 + _unpaid_days(debt, start, today) * scale * policy.rate_e10
    if policy.cap_e10 is not None:
        exact = max(before.exact_e20, min(exact, debt.payable * scale * policy.cap_e10))
    return Accrued(today, exact, truncate(exact, scale * WHOLE_E10))


def _unpaid_days(debt: Debt, start: date, end: date) -> int:
    """Return the sum of what is unpaid at the end of each day from `start` on, `end` not included."""
    edges = sorted({start, *(day for day, _ in debt.paid if start < day < end), end})
    return sum(max(0, debt.left_on(first)) * (after - first).days for first, after in pairwise(edges))


def suspends(policy: Policy, debts: Sequence[Debt], today: date) -> Debt | None:
    """Return the debt that suspends the credit of an account (DUN-4): the oldest that is past the last day, if any."""
    if policy.stop_days is None:
        return None
    past = [one for one in debts if one.left_on(today) > 0 and one.days_past(today) > policy.stop_days]
    return min(past, key=lambda one: (one.due_on, one.bill_id), default=None)
