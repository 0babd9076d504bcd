"""Promotions (官网活动): what the seller takes off the list price of orders, for every customer, for a time.

Owns which promotions an order line may have, and whether one makes sense. Does not own which of them is used together
with the contract (`quote`), nor coupons, which belong to an account. Versions of one promotion follow one another as
prices do. Rules: PROMOTION-1 … PROMOTION-4 (`docs/rules/promotion.md`); source: enterprise-finance.md B5 step 5, B13.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from partita.core.quantity import FACTOR_ONE
from partita.core.scope import Item, Occasion, Scope

MONTHS_MAX = 60
"""Nothing is paid more than five years ahead."""
ORDERS = frozenset(Occasion) - {Occasion.PAY_AS_YOU_GO}
"""What a promotion may be for: usage is lowered by a price version, never by a promotion (PROMOTION-1)."""

Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A version of a promotion: a factor on the list price from `effective_from` until `until`, or the next version.

    `factor_e6` 850000 = fifteen percent off; 1000000 ends it. `scope` names products and kinds of orders, never
    accounts; `skus` empty = all. `months_min`: the least that must be bought. `stacks` False: contract discounts are
    not taken off as well. `refundable` False: what was bought with it is not refunded.
    """

    promotion_id: str
    name: str
    effective_from: datetime
    factor_e6: int
    until: datetime | None = None
    scope: Scope = field(default_factory=Scope)
    skus: frozenset[str] = frozenset()
    months_min: int = 0
    stacks: bool = True
    refundable: bool = True

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"

    @property
    def is_none(self) -> bool:
        """Say whether it takes nothing off: it only ends the version before it."""
        return self.factor_e6 == FACTOR_ONE


@dataclass(frozen=True, slots=True)
class Sought:
    """What a promotion is looked for: an order line, its SKU, for how many months, when, and if it must be refunded."""

    item: Item
    sku_id: str
    months: int
    at: datetime
    refundable: bool = False


def in_force(promotions: Iterable[Promotion], at: datetime) -> list[Promotion]:
    """Return the promotions that run at an instant, by id: of each the latest version that has started (PROMOTION-2).

    One that has ended, or whose last version takes nothing off, is none.
    """
    latest: dict[str, Promotion] = {}
    for one in promotions:
        before = latest.get(one.promotion_id)
        if one.effective_from <= at and (before is None or before.effective_from < one.effective_from):
            latest[one.promotion_id] = one
    return [
        latest[name]
        for name in sorted(latest)
        if not latest[name].is_none and ((end := latest[name].until) is None or at < end)
    ]


def sorted_out(
    promotions: Iterable[Promotion], sought: Sought
) -> tuple[list[Promotion], list[tuple[Promotion, Texts]]]:
    """Return the promotions that an order line may have, and those that run but are not for it, with the reason."""
    fitting: list[Promotion] = []
    others: list[tuple[Promotion, Texts]] = []
    for one in in_force(promotions, sought.at):
        why = _why_not(one, sought)
        if why is None:
            fitting.append(one)
        else:
            others.append((one, why))
    return fitting, others


def _why_not(one: Promotion, sought: Sought) -> Texts | None:
    if not one.scope.serves(sought.item.occasion):
        return "not for this kind of order", "不适用于该订单类型"
    if not one.scope.covers(sought.item) or (one.skus and sought.sku_id not in one.skus):
        return "not for this product", "不适用于该产品"
    if sought.months < one.months_min:
        return f"from {one.months_min} months on", f"须购满 {one.months_min} 个月"
    if sought.refundable and not one.refundable:
        return "what is bought with it is not refunded", "使用后不可退款"
    return None


def check_promotion(one: Promotion) -> Texts | None:
    """Say what is wrong with a promotion, in both languages, or None when nothing is (PROMOTION-4).

    Checked in this order: factor, end, kinds of orders, accounts and tags, months.
    """
    if not 0 <= one.factor_e6 <= FACTOR_ONE:
        return (
            "a factor lies between 0 and 1; 0.85 takes fifteen percent off.",
            "折扣系数须在 0 至 1 之间；0.85 表示八五折。",
        )
    if one.until is not None and one.until <= one.effective_from:
        return "it ends before it starts.", "截止早于开始。"
    if not one.scope.occasions <= ORDERS:
        return (
            "a promotion lowers orders; lower what is paid as you go by a price version.",
            "活动只减免订单；按量付费的降价请使用价格版本。",
        )
    if one.scope.accounts or one.scope.tags:
        return (
            "a promotion is for every customer: give coupons or a contract discount to some.",
            "活动面向所有客户：仅面向部分客户时，请使用优惠券或合同折扣。",
        )
    if not 0 <= one.months_min <= MONTHS_MAX:
        return f"the months are 0 to {MONTHS_MAX}.", f"最少月数须为 0 至 {MONTHS_MAX}。"
    return None
