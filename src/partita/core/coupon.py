"""Coupons (优惠券): what lowers one order before it is paid; which of several is used, and by how much for each line.

Owns the coupon, the choice and the reduction. Does not own the terms (`template`, `scope`) nor the order's price
(`rating`, `discount`). A coupon is good for one order, whatever its kind; it pays nothing and is no fund.
Rules: COUPON-1 … COUPON-4 (`docs/rules/coupon.md`); source: enterprise-finance.md B3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.money import split
from partita.core.period import Period
from partita.core.scope import Item
from partita.core.template import Template, stacked
from partita.core.voucher import Policy, Priority, microseconds

_NOTHING_LEFT = (
    "those before it leave nothing that it could take off",
    "排在前面的优惠券减免后，已无可由其减免的金额",
)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon as it was issued: to whom, by which template, and when it is valid."""

    coupon_id: str
    account_id: str
    template: Template
    valid: Period
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order as it is priced: what it is, and its amount in minor units, not below zero."""

    item: Item
    amount: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one coupon takes off: by line of the order, in minor units; zero where it does not reach."""

    coupon: Coupon
    by_line: tuple[int, ...]

    @property
    def amount(self) -> int:
        """What it takes off in all."""
        return sum(self.by_line)


@dataclass(frozen=True, slots=True)
class Unused:
    """A coupon that is not used for an order, and why: in English and in Chinese."""

    coupon: Coupon
    why: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quote:
    """An order with the coupons chosen for it: what they take off, what they do not, and what is left to pay."""

    reductions: tuple[Reduction, ...]
    unused: tuple[Unused, ...]
    lines: tuple[int, ...]

    @property
    def payable(self) -> int:
        """What is left to pay, in minor units."""
        return sum(self.lines)


def quote(order: Sequence[OrderLine], coupons: Iterable[Coupon], policy: Policy, at: datetime) -> Quote:
    """Choose the coupons of an order and take them off, line by line (COUPON-1 … COUPON-4).

    Of those that are valid and give anything, the first by the policy is used; others with it only where all stack.
    Each takes its part of what the ones before it left. What a coupon takes off is shared among the lines it reaches
    by their amounts, odd units to the largest remainders.
    """
    in_turn = sorted(coupons, key=lambda one: (*priority(one, policy), one.coupon_id))
    giving = [one for one in in_turn if _is_valid(one, at) and _taken_off(one, order, [line.amount for line in order])]
    used = stacked(giving, lambda one: one.template.terms.stacks)
    rest = [line.amount for line in order]
    reductions: list[Reduction] = []
    for one in used:
        off = _taken_off(one, order, rest)
        if off:
            reductions.append(Reduction(one, tuple(off)))
            rest = [left - less for left, less in zip(rest, off, strict=True)]
    taken = [reduction.coupon for reduction in reductions]
    unused = tuple(
        Unused(one, _NOTHING_LEFT if one in used else _why(one, order, at)) for one in in_turn if one not in taken
    )
    return Quote(tuple(reductions), unused, tuple(rest))


def priority(coupon: Coupon, policy: Policy) -> tuple[int, ...]:
    """Return the numbers that say when a coupon's turn comes, smallest first (COUPON-2)."""
    number = {
        Priority.EXPIRY: microseconds(coupon.valid.end),
        Priority.DEDICATED: 0 if coupon.template.terms.scope.is_dedicated else 1,
        Priority.BALANCE: -coupon.template.amount_minor,
        Priority.ISSUE: microseconds(coupon.issued_at),
    }
    return tuple(number[one] for one in policy)


def _taken_off(coupon: Coupon, order: Sequence[OrderLine], rest: Sequence[int]) -> list[int]:
    """Return what a coupon takes off each line, of what is left of it; nothing where it takes off nothing."""
    reached = _reached(coupon, order, rest)
    eligible = sum(reached)
    gives = min(coupon.template.terms.gives(eligible, coupon.template.amount_minor), eligible)
    return split(gives, reached) if gives else []


def _reached(coupon: Coupon, order: Sequence[OrderLine], rest: Sequence[int]) -> list[int]:
    scope = coupon.template.terms.scope
    return [left if scope.covers(line.item) else 0 for line, left in zip(order, rest, strict=True)]


def _is_valid(coupon: Coupon, at: datetime) -> bool:
    return at in coupon.valid


def _why(coupon: Coupon, order: Sequence[OrderLine], at: datetime) -> tuple[str, str]:
    if at < coupon.valid.start:
        return "not valid yet", "尚未生效"
    if at >= coupon.valid.end:
        return "expired", "已过期"
    eligible = sum(_reached(coupon, order, [line.amount for line in order]))
    if not eligible:
        return "nothing of the order is in its scope", "订单内容不在适用范围内"
    if eligible < coupon.template.terms.minimum_minor:
        return "the order is below its minimum spend", "未达到最低消费"
    return "another is used, and they do not stack", "已使用其他优惠券，且不可叠加"
