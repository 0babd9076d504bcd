"""Dunning (催收): reminders of bills that are due, interest for those past due, and when stop control takes over.

Owns the policy, which reminder is told on which day, the interest of a bill, exact to the end, and from when on a debt
suspends the credit of an account. Does not own when a bill is due (`credit.due_on`), what is unpaid (`clearing`) nor
what happens to an account without credit (`service_control`). Rules: DUN-1 … DUN-4 (`docs/rules/dunning.md`); source:
enterprise-finance.md B2, B7, B8.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from partita.core.bank_transfer import reference_of
from partita.core.money import Money, format_scaled, minor_scale_e10, truncate
from partita.core.notice import Notice
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
History = Sequence[tuple[date, Policy]]
"""Policies with the days from which on they count, in order; the first counts from the beginning."""


def history_of(stated: Mapping[str, Sequence[tuple[date, Policy | None]]], names: Sequence[str]) -> History:
    """Return which policy counted when (DUN-1).

    `stated`: what was set for each name, in order; None = what was set counts no more. On each day the first of `names`
    counts that has a policy then.
    """
    days = sorted({day for name in names for day, _ in stated.get(name, ())})
    return [(date.min, DEFAULT_POLICY), *((day, _on(day, stated, names)) for day in days)]


def _on(day: date, stated: Mapping[str, Sequence[tuple[date, Policy | None]]], names: Sequence[str]) -> Policy:
    for name in names:
        last = [policy for since, policy in stated.get(name, ()) if since <= day][-1:]
        if last and last[0] is not None:
            return last[0]
    return DEFAULT_POLICY


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


def accrue(history: History, debt: Debt, before: Accrued, today: date) -> Accrued:
    """Return the interest of a bill up to yesterday, added to what was counted before (DUN-3).

    Each day past due and past the free days asks the rate of the policy of that day on what is unpaid at its end; no
    interest is asked on interest. Counted again on one day, nothing changes.
    """
    start = max(debt.due_on + timedelta(days=1), before.until or debt.due_on)
    if start >= today:
        return before
    scale = minor_scale_e10(debt.currency)
    exact = before.exact_e20
    ends = [since for since, _ in history[1:]]
    for (since, policy), end in zip(history, [*ends, today], strict=True):
        free = debt.due_on + timedelta(days=1 + policy.free_days)
        exact += _unpaid_days(debt, max(start, since, free), min(end, today)) * scale * policy.rate_e10
    cap_e10 = history[-1][1].cap_e10
    if cap_e10 is not None:
        exact = max(before.exact_e20, min(exact, debt.payable * scale * cap_e10))
    return Accrued(today, exact, truncate(exact, scale * WHOLE_E10))


def _unpaid_days(debt: Debt, start: date, end: date) -> int:
    """Return the sum of what is unpaid at the end of each day from `start` on, `end` not included."""
    if start >= end:
        return 0
    edges = sorted({start, *(day for day, _ in debt.paid if start < day < end), end})
    return sum(max(0, debt.left_on(first)) * (after - first).days for first, after in pairwise(edges))


def suspends(policy: Policy, debts: Sequence[Debt], today: date) -> Debt | None:
    """Return the debt that suspends the credit of an account (DUN-4): the oldest that is past the last day, if any."""
    if policy.stop_days is None:
        return None
    past = [one for one in debts if one.left_on(today) > 0 and one.days_past(today) > policy.stop_days]
    return min(past, key=lambda one: (one.due_on, one.bill_id), default=None)


def dunning_notice(payer_id: str, debt: Debt, mark: int, today: date) -> Notice:
    """Tell of a bill that is due (DUN-2): once for each mark, which the key sees to."""
    left, past = str(Money(debt.left_on(today), debt.currency)), debt.days_past(today)
    when = (f"was due on {debt.due_on}, {past} days ago", f"已于 {debt.due_on} 到期，逾期 {past} 天")
    if past <= 0:
        when = (f"is due on {debt.due_on}", f"将于 {debt.due_on} 到期")
    return Notice(
        account_id=payer_id,
        key=f"dunning:{payer_id}:{debt.bill_id}:{mark}",
        kind="dunning.reminder",
        title=(f"{payer_id}: a bill {when[0]}", f"{payer_id}：账单{when[1]}"),
        body=(
            (
                f"The bill {debt.bill_id} {when[0]}; {left} is unpaid. Pay it by a transfer with the reference "
                f"{reference_of(payer_id)}, or from funds."
            ),
            f"账单 {debt.bill_id} {when[1]}，未结清 {left}。请转账（附言填写 {reference_of(payer_id)}）或以资金支付。",
        ),
        figures={
            "account": payer_id,
            "bill": debt.bill_id,
            "due_on": debt.due_on.isoformat(),
            "left": left,
            "mark": mark,
        },
    )


def suspension_notice(payer_id: str, debt: Debt, today: date) -> Notice:
    """Tell that the credit of an account is suspended because of a bill (DUN-4)."""
    left = str(Money(debt.left_on(today), debt.currency))
    return Notice(
        account_id=payer_id,
        key=f"dunning-suspended:{payer_id}:{debt.bill_id}:{today}",
        kind="dunning.suspended",
        title=(f"{payer_id}: the credit is suspended", f"{payer_id}：信控已暂停"),
        body=(
            (
                f"The bill {debt.bill_id} is {debt.days_past(today)} days past due with {left} unpaid: "
                "the credit limit counts nothing until it is paid."
            ),
            f"账单 {debt.bill_id} 已逾期 {debt.days_past(today)} 天，未结清 {left}：在付清之前信控额度不计入可用额度。",
        ),
        figures={"account": payer_id, "bill": debt.bill_id, "due_on": debt.due_on.isoformat(), "left": left},
    )
