"""Contract discounts (合同折扣): what a payer's contract takes off the list price, and how discounts stack.

Owns which discounts apply to a charge and in which order, and the contracted cost and unit price. Does not own list
prices (`catalog`) nor vouchers and coupons, which pay or lower an order. Rules: DISCOUNT-1 … DISCOUNT-4
(`docs/rules/discount.md`); source: enterprise-finance.md B5 step 5, B6 (InvoiceDiscount).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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


def stack(discounts: Iterable[Discount], payer: str, sku: str, product: str, at: datetime) -> tuple[Discount, ...]:
    """Return the discounts that apply to a charge, in the order of `DISCOUNT_STACK` (DISCOUNT-1, -2, -3).

    Of each target the latest that has started at `at` is in force; an exclusive one is the last that applies.
    """
    target_of = {Target.SKU: sku, Target.PRODUCT: product, Target.ALL: None}
    started = [one for one in discounts if one.payer_id == payer and one.effective_from <= at]
    applied: list[Discount] = []
    for kind in DISCOUNT_STACK:
        of_target = [one for one in started if one.target_kind is kind and one.target_id == target_of[kind]]
        if not of_target:
            continue
        applied.append(max(of_target, key=lambda one: one.effective_from))
        if applied[-1].exclusive:
            break
    return tuple(applied)


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
