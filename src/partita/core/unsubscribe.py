"""Unsubscribing (退订) and resizing (升降配): what is left of what was paid ahead, and what of it comes back.

Owns the portions of a subscription, what of them is consumed, the refund and the way back, the five-day refund, and the
price of a resize. Does not own the periods (`subscription`) nor the entry (`posting_rules`). All sums are exact ratios
of whole numbers, cut once for each refund or price. Rules: UNSUB-1 … UNSUB-8 (`docs/rules/unsubscribe.md`); source:
enterprise-finance.md B13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import lcm
from zoneinfo import ZoneInfo

from partita.core.funds import Fund
from partita.core.money import split, truncate
from partita.core.period import Period
from partita.core.quantity import FACTOR_ONE
from partita.core.subscription import MONTHS_OF_A_YEAR, months_after, seconds, seconds_left

CREDIT = "credit"
"""Where a part of an order that no fund paid stands: it is outstanding, held against the credit limit."""
COMES_BACK = frozenset(fund.value for fund in Fund if fund is not Fund.VOUCHER) | {CREDIT}
"""What was cash once, or stored value, or credit, goes back the way it came; vouchers do not (B13)."""
FIVE_DAYS = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What one source of a fund (or credit) paid, in minor units; below zero: what came back to it."""

    fund: str
    source_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Portion:
    """What one line of a paid order gave a subscription: a price for a period, and who paid it; minor units.

    `original` is the price before discounts, `price` after them and before the coupon; both are below zero for a
    downgrade. Portions of one stretch (a purchase or a renewal, with the resizes in it) end at one instant.
    """

    order_id: str
    line: int
    period: Period
    original: int
    price: int
    paid: tuple[PaidPart, ...] = ()
    refundable: bool = True

    @property
    def came_in(self) -> int:
        """What was paid by anything that comes back, less what has come back."""
        return sum(part.amount for part in self.paid if part.fund in COMES_BACK)


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """How a product is refunded (UNSUB-2, UNSUB-4).

    `five_day`: whether the five-day refund is there for it. `ladder`: the discount factors (`_e6`) of used durations,
    by months, rising; what was used is priced by the highest that it reached, without discount below the first. Empty =
    by the discount of the order.
    """

    five_day: bool = True
    ladder: tuple[tuple[int, int], ...] = ()


DEFAULT_REFUND_POLICY = RefundPolicy()


@dataclass(frozen=True, slots=True)
class StretchRefund:
    """What one stretch gives back: came in − consumed (an exact ratio), cut, at least zero, with its parts."""

    ends_at: datetime
    came_in: int
    consumed: tuple[int, int]
    amount: int
    parts: tuple[PaidPart, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """What comes back, in minor units: by stretch, the earliest first. `five_day`: all of it, within five days."""

    stretches: tuple[StretchRefund, ...]
    five_day: bool = False

    @property
    def amount(self) -> int:
        """What comes back in all."""
        return sum(one.amount for one in self.stretches)


def stretches(portions: Iterable[Portion]) -> list[tuple[Portion, ...]]:
    """Return portions by stretch, the earliest first: those that end together."""
    found: dict[datetime, list[Portion]] = {}
    for one in portions:
        found.setdefault(one.period.end, []).append(one)
    return [tuple(found[end]) for end in sorted(found)]


def refund(
    portions: Iterable[Portion],
    at: datetime,
    *,
    zone: str,
    policy: RefundPolicy = DEFAULT_REFUND_POLICY,
    five_day: bool = False,
    renewals_only: bool = False,
) -> Refund:
    """Return what comes back of a subscription that is given up at an instant (UNSUB-1 … UNSUB-5).

    Of a stretch that runs: what came in, less what is consumed, at least nothing. Of one that has not started: all that
    came in. `five_day`: all that came in of everything. `renewals_only`: only of stretches that have not started.
    """
    found = []
    for stretch in stretches(portions):
        start = min(one.period.start for one in stretch)
        if at >= stretch[0].period.end or (renewals_only and start <= at):
            continue
        consumed = (0, 1) if five_day else _consumed(stretch, at, zone, policy)
        found.append(_of_stretch(stretch, consumed))
    return Refund(tuple(found), five_day)


def may_have_five_days(
    portions: Sequence[Portion],
    at: datetime,
    *,
    zone: str,
    policy: RefundPolicy,
    used: Iterable[datetime],
    is_purchase: bool,
) -> bool:
    """Say whether all comes back because it was just bought (UNSUB-4).

    A new purchase, not renewed or resized since, not five days old, of a product that has it; and the account has not
    had one (`used`: when) in this calendar year of its zone.
    """
    if not (policy.five_day and is_purchase) or len({(one.order_id, one.line) for one in portions}) != 1:
        return False
    year = at.astimezone(ZoneInfo(zone)).year
    return at < portions[0].period.start + FIVE_DAYS and all(
        one.astimezone(ZoneInfo(zone)).year != year for one in used
    )


def resize_price(
    stretch: Sequence[Portion], whole_price: int, at: datetime, *, whole: Period | None = None
) -> tuple[int, Period]:
    """Return what the rest of a stretch costs more in another configuration (below zero: less), and that rest.

    `whole_price` is what the new configuration costs for the `whole` stretch (default: from its first start to its
    end), by today's price. Its part for the rest, less what the rest of the old one was priced at, cut once (UNSUB-6).
    """
    start, end = min(one.period.start for one in stretch), stretch[0].period.end
    whole = whole or Period(start, end)
    rest = Period(max(at, start), end)
    terms = [(whole_price, seconds(rest), seconds(whole))]
    terms += [(-one.price, seconds_left(one.period, rest.start), seconds(one.period)) for one in stretch]
    return truncate(*exact_sum(terms)), rest


def downgrade_refund(
    stretch: Sequence[Portion], less: int, at: datetime, *, zone: str, policy: RefundPolicy = DEFAULT_REFUND_POLICY
) -> StretchRefund:
    """Return what comes back at once of a stretch that becomes cheaper by `less` (more than zero) for its rest.

    Never more than giving it up would give back: what vouchers and coupons paid for does not come back (UNSUB-7).
    """
    whole = _of_stretch(stretch, _consumed(stretch, at, zone, policy))
    amount = min(less, whole.amount)
    return StretchRefund(whole.ends_at, whole.came_in, whole.consumed, amount, _way_back(stretch, amount))


def part_refund(portion: Portion, unused: tuple[int, int]) -> StretchRefund:
    """Return what comes back of a portion of which a part is unused, as a ratio: came in − price × used (PKG-8)."""
    left, whole = unused
    return _of_stretch((portion,), (portion.price * (whole - left), whole))


def exact_sum(terms: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """Return the sum of `amount × part ÷ whole` as one exact ratio (numerator, denominator)."""
    listed = list(terms)
    common = lcm(*(whole for _, _, whole in listed))
    return sum(amount * part * (common // whole) for amount, part, whole in listed), common


def _consumed(stretch: Sequence[Portion], at: datetime, zone: str, policy: RefundPolicy) -> tuple[int, int]:
    """Return what of a stretch is consumed at an instant, as an exact ratio (UNSUB-2)."""
    terms = []
    for one in stretch:
        used = seconds(one.period) - seconds_left(one.period, at)
        if not policy.ladder or one.price < 0:
            terms.append((one.price, used, seconds(one.period)))
        else:
            factor = _factor(policy, one.period.start, at, zone)
            terms.append((one.original * factor, used, seconds(one.period) * FACTOR_ONE))
    return exact_sum(terms)


def _factor(policy: RefundPolicy, start: datetime, at: datetime, zone: str) -> int:
    """Return the discount factor of what was used from `start` to `at`, by the whole months of it."""
    reached = [factor for months, factor in policy.ladder if months_after(start, months, zone) <= at]
    return reached[-1] if reached else FACTOR_ONE


def _of_stretch(stretch: Sequence[Portion], consumed: tuple[int, int]) -> StretchRefund:
    came_in = sum(one.came_in for one in stretch)
    over, under = consumed
    amount = max(0, truncate(came_in * under - over, under))
    amount = min(amount, came_in)
    return StretchRefund(stretch[0].period.end, came_in, consumed, amount, _way_back(stretch, amount))


def _way_back(stretch: Sequence[Portion], amount: int) -> tuple[PaidPart, ...]:
    """Share a refund among those who paid, by what of each is still there (UNSUB-3)."""
    left: dict[tuple[str, str], int] = {}
    for part in (part for one in stretch for part in one.paid if part.fund in COMES_BACK):
        left[part.fund, part.source_id] = left.get((part.fund, part.source_id), 0) + part.amount
    left = {place: there for place, there in left.items() if there > 0}
    if not amount:
        return ()
    shares = split(amount, list(left.values()))
    return tuple(PaidPart(*place, share) for place, share in zip(left, shares, strict=True) if share)


def netted(differences: Sequence[int]) -> list[int]:
    """Set what becomes cheaper off against what becomes dearer (UNSUB-6): all are of the sign of their sum, or nothing.

    What is left is shared among those of that sign by their amounts, so that it adds up to the sum.
    """
    total = sum(differences)
    sign = 1 if total >= 0 else -1
    same = [max(0, one * sign) for one in differences]
    return [sign * part for part in split(abs(total), same)] if total else [0 for _ in differences]


def check_policy(policy: RefundPolicy) -> bool:
    """Say whether a ladder makes sense: months rise, factors lie in (0, 1] and do not rise."""
    months = [one for one, _ in policy.ladder]
    factors = [factor for _, factor in policy.ladder]
    rising = all(before < after for before, after in pairwise(months))
    falling = all(before >= after for before, after in pairwise(factors))
    bounds = all(0 < one <= 10 * MONTHS_OF_A_YEAR for one in months) and all(0 < one <= FACTOR_ONE for one in factors)
    return rising and falling and bounds
