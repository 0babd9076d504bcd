"""Templates (券模板): what the vouchers and coupons of one kind are worth, where and how long.

Owns the kinds, the terms (scope, minimum spend, stacking), what they give of an amount, the choice among several, and
the validity that a template gives. Does not own who holds what (`voucher`, `coupon`). Rules: VOUCHER-1, VOUCHER-5
(`docs/rules/voucher.md`); source: enterprise-finance.md B3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

from partita.core.period import Period
from partita.core.quantity import FACTOR_ONE
from partita.core.scope import Occasion, Scope

DAYS_MAX = 3660
"""A validity of more than ten years is a slip."""

Texts = tuple[str, str]
One = TypeVar("One")


class Instrument(Enum):
    """What a template makes: a voucher (代金券) pays what is due; a coupon (优惠券) lowers one order."""

    VOUCHER = "voucher"
    COUPON = "coupon"


class Kind(Enum):
    """How the worth is reckoned (VOUCHER-1): a fixed value, a fixed value from a minimum on, or a share with a cap."""

    CASH = "cash"
    THRESHOLD = "threshold"
    PERCENTAGE = "percentage"

    @property
    def once(self) -> bool:
        """Say whether it is good for one use: what one use leaves lapses. Cash is used until it is used up."""
        return self is not Kind.CASH


@dataclass(frozen=True, slots=True)
class Terms:
    """On what conditions it is good: scope, minimum spend within the scope, the share it takes, and stacking.

    `percent_e6` is 300000 for thirty percent, None where the worth does not depend on the amount. One that does not
    stack (不可叠加) is used alone.
    """

    scope: Scope = field(default_factory=Scope)
    minimum_minor: int = 0
    percent_e6: int | None = None
    stacks: bool = True

    def gives(self, eligible: int, available: int) -> int:
        """Return what it gives at most, of an eligible amount, with `available` left on it; minor units (VOUCHER-1).

        `eligible` is what is due within its scope. Nothing below the minimum spend; a share is cut to minor units.
        """
        if eligible <= 0 or eligible < self.minimum_minor:
            return 0
        share = eligible if self.percent_e6 is None else eligible * self.percent_e6 // FACTOR_ONE
        return max(0, min(available, share))


@dataclass(frozen=True, slots=True)
class Template:
    """What vouchers or coupons are made by; `amount_minor` is the value, or the cap of a percentage.

    Valid from `starts` (None: from the issue on) until `ends`, or for `days` from the start; one of both is given.
    """

    template_id: str
    enterprise_id: str
    instrument: Instrument
    kind: Kind
    name: str
    currency: str
    amount_minor: int
    terms: Terms
    starts: datetime | None = None
    ends: datetime | None = None
    days: int | None = None


def check_template(one: Template) -> Texts | None:
    """Say what is wrong with a template, in both languages, or None when nothing is (VOUCHER-1).

    Checked in this order: amount, minimum spend, percentage, validity, occasions.
    """
    return _check_worth(one) or _check_validity(one) or _check_occasions(one)


def _check_worth(one: Template) -> Texts | None:
    terms = one.terms
    if one.amount_minor <= 0:
        return "the amount (of a percentage: the cap) is more than zero.", "金额（比例券为上限）须大于零。"
    if terms.minimum_minor < 0 or (one.kind is Kind.THRESHOLD) > (terms.minimum_minor > 0):
        return "a threshold needs a minimum spend of more than zero.", "满减券须设置大于零的最低消费。"
    if one.kind is not Kind.PERCENTAGE:
        without = terms.percent_e6 is None
        return None if without else ("only a percentage takes a share.", "只有比例券可设置比例。")
    if terms.percent_e6 is None or not 0 < terms.percent_e6 <= FACTOR_ONE:
        return "a percentage lies above 0 and up to 100.", "比例须大于 0 且不超过 100。"
    return None


def _check_validity(one: Template) -> Texts | None:
    if (one.ends is None) == (one.days is None):
        return "give either the end of the validity or its days.", "请指定有效期的截止时间或天数，二者择一。"
    if one.days is not None and not 0 < one.days <= DAYS_MAX:
        return f"the validity is 1 to {DAYS_MAX} days.", f"有效天数须为 1 至 {DAYS_MAX}。"
    if one.starts and one.ends and one.ends <= one.starts:
        return "the validity ends before it starts.", "有效期的截止早于开始。"
    return None


def _check_occasions(one: Template) -> Texts | None:
    bill = Occasion.PAY_AS_YOU_GO
    if one.instrument is Instrument.COUPON and one.terms.scope.occasions == {bill}:
        return "a coupon lowers an order, never a bill.", "优惠券只能减免订单，不能用于账单。"
    return None


def validity(template: Template, issued_at: datetime) -> Period | None:
    """Return when what is issued now is valid; None when the template is over (VOUCHER-3)."""
    start = max(template.starts, issued_at) if template.starts else issued_at
    end = template.ends or start + timedelta(days=template.days or 0)
    return Period(start, end) if start < end else None


def stacked(in_turn: Sequence[One], stacks: Callable[[One], bool]) -> list[One]:
    """Return those that are used together, of all that would give something, in their turn (VOUCHER-5).

    The first decides: does it not stack, it is used alone; otherwise all that stack are used.
    """
    if in_turn and not stacks(in_turn[0]):
        return [in_turn[0]]
    return [one for one in in_turn if stacks(one)]
