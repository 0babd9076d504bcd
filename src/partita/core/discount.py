"""Contract discounts (合同折扣): what a payer's contract takes off the list price, and how discounts stack.

Owns which discounts apply to a charge and in which order, those that a main account shares with a member, and the
contracted cost and unit price. Does not own list prices (`catalog`) nor vouchers and coupons, which pay or lower an
order. Rules: DISCOUNT-1 … DISCOUNT-5 (`docs/rules/discount.md`); source: enterprise-finance.md B1.2, B1.3, B5 step 5,
B6 (InvoiceDiscount).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from math import prod

from partita.core.money import truncate
from partita.core.quantity import FACTOR_ONE


class Target(Enum):
    """What a discount lowers: one SKU, one product, or all the payer buys."""

    SKU = "sku"
    PRODUCT = "product"
    ALL = "all"


DISCOUNT_STACK = (Target.SKU, Target.PRODUCT, Target.ALL)
"""The order in which discounts are applied: the most particular first (DISCOUNT-2)."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A factor on the price of a target from `effective_from` on, until the next one of the same payer and target.

    `factor_e6` 900000 = ten percent off; 1000000 ends a discount. `target_id` is None for `Target.ALL`. An
    `exclusive` discount stops the stack after itself.
    """

    payer_id: str
    target_kind: Target
    target_id: str | None
    effective_from: datetime
    factor_e6: int
    exclusive: bool = False

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"

    @property
    def is_none(self) -> bool:
        """Say whether it takes nothing off and stops nothing: it only ends the one before it."""
        return self.factor_e6 == FACTOR_ONE and not self.exclusive


@dataclass(frozen=True, slots=True)
class DiscountShare:
    """A span of time in which the discounts of a main account count for a member too (DISCOUNT-5); None = no end."""

    management_id: str
    member_id: str
    effective_from: datetime
    effective_until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Say whether an instant lies in the span."""
        return self.effective_from <= at and (self.effective_until is None or at < self.effective_until)


@dataclass(frozen=True, slots=True)
class Span:
    """A discount as tables hold it: for whom, and from when until when it is in force."""

    payer_id: str
    target_kind: Target
    target_id: str | None
    start: datetime
    end: datetime
    factor_e6: int
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Charged:
    """What a discount is asked for: who pays, for which SKU of which product, at which instant."""

    payer_id: str
    sku_id: str
    product_id: str
    at: datetime


OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)
"""The end, in tables, of what has no end yet."""


def stack(
    discounts: Iterable[Discount], charged: Charged, shares: Iterable[DiscountShare] = ()
) -> tuple[Discount, ...]:
    """Return the discounts that apply to a charge, in the order of `DISCOUNT_STACK` (DISCOUNT-1, -2, -3, -5).

    Of each target the latest that has started is in force: the payer's own, or, where it has none, that of the main
    account that shares with it then. An exclusive one is the last that applies.
    """
    target_of = {Target.SKU: charged.sku_id, Target.PRODUCT: charged.product_id, Target.ALL: None}
    started = [one for one in discounts if one.effective_from <= charged.at]
    givers = [one.management_id for one in shares if one.member_id == charged.payer_id and one.covers(charged.at)]
    applied: list[Discount] = []
    for kind in DISCOUNT_STACK:
        of_target = [one for one in started if one.target_kind is kind and one.target_id == target_of[kind]]
        in_force = next(filter(None, (_in_force(of_target, payer) for payer in (charged.payer_id, *givers))), None)
        if in_force is None:
            continue
        applied.append(in_force)
        if in_force.exclusive:
            break
    return tuple(applied)


def _in_force(of_target: Iterable[Discount], payer_id: str) -> Discount | None:
    own = [one for one in of_target if one.payer_id == payer_id]
    latest = max(own, key=lambda one: one.effective_from, default=None)
    return None if latest is None or latest.is_none else latest


def spans(discounts: Iterable[Discount], shares: Iterable[DiscountShare]) -> list[Span]:
    """Return the discounts of each payer as spans that never overlap for one target, shared ones among them.

    A shared discount holds for the member where and while the member has none of its own for the same target. This is
    `stack` for all instants at once: what the bulk engine looks up.
    """
    own: dict[str, list[Span]] = {}
    for one in _ended(discounts):
        own.setdefault(one.payer_id, []).append(one)
    found = [one for of_payer in own.values() for one in of_payer]
    for share in shares:
        of_member = own.get(share.member_id, [])
        for one in own.get(share.management_id, []):
            start = max(one.start, share.effective_from)
            end = min(one.end, share.effective_until or OPEN_END)
            taken = [(span.start, span.end) for span in of_member if _target(span) == _target(one)]
            found += [
                replace(one, payer_id=share.member_id, start=first, end=last)
                for first, last in _without((start, end), sorted(taken))
            ]
    return sorted(found, key=lambda one: (one.payer_id, one.target_kind.value, one.target_id or "", one.start))


def _ended(discounts: Iterable[Discount]) -> Iterator[Span]:
    """Yield each discount with its end, the start of the next of its payer and target; those that are none left out."""
    starts: dict[tuple[str, Target, str | None], list[datetime]] = {}
    known = sorted(discounts, key=lambda one: one.effective_from)
    for one in known:
        starts.setdefault((one.payer_id, one.target_kind, one.target_id), []).append(one.effective_from)
    for one in known:
        of_target = starts[one.payer_id, one.target_kind, one.target_id]
        place = of_target.index(one.effective_from) + 1
        end = of_target[place] if place < len(of_target) else OPEN_END
        if not one.is_none:
            yield Span(
                one.payer_id, one.target_kind, one.target_id, one.effective_from, end, one.factor_e6, one.exclusive
            )


def _target(span: Span) -> tuple[Target, str | None]:
    return span.target_kind, span.target_id


def _without(
    whole: tuple[datetime, datetime], taken: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the pieces of a span that no taken one covers; the taken ones are in order and do not overlap."""
    start, end = whole
    for first, last in taken:
        if start < min(first, end):
            yield start, min(first, end)
        start = max(start, last)
    if start < end:
        yield start, end


def contracted_cost(list_cost_e10: int, applied: Sequence[Discount]) -> int:
    """Return the cost after discounts in e10: all factors at once, cut once (DISCOUNT-2, MONEY-1)."""
    return truncate(list_cost_e10 * _factor(applied), _scale(applied))


def contracted_unit_price(list_unit_price_e10: int | None, applied: Sequence[Discount]) -> int | None:
    """Return the unit price after discounts in e10; None where ten decimals cannot hold it or there is none before."""
    if list_unit_price_e10 is None or list_unit_price_e10 * _factor(applied) % _scale(applied):
        return None
    return truncate(list_unit_price_e10 * _factor(applied), _scale(applied))


def _factor(applied: Sequence[Discount]) -> int:
    return prod(one.factor_e6 for one in applied)


def _scale(applied: Sequence[Discount]) -> int:
    return int(FACTOR_ONE ** len(applied))
