"""Rules of the official model 1.2.0.1 that fail on correct data, each with the reason.

Owns the reasons; the guide shows the same table (`docs/guide/focus.md`). A composite rule stands here because a rule
below it does, and is excused only as long as nothing else below it fails. Source: focus-and-bills.md 3.1. Rules:
FOCUS-9.
"""

from __future__ import annotations

from typing import NamedTuple


class Defect(NamedTuple):
    """Why a rule fails on correct data, in two languages."""

    en: str
    zh: str


def _consists_of(rule_id: str) -> Defect:
    return Defect(f"it consists of {rule_id}", f"由 {rule_id} 组成")


KNOWN_DEFECTS: dict[str, Defect] = {
    "InvoiceId-C-004-C": Defect(
        "its condition is empty, so every row with an invoice id fails", "条件为空，凡有发票号的行都会失败"
    ),
    "CommitmentDiscountStatus-C-004-C": Defect(
        "its condition is inverted, so every row without a commitment fails", "条件写反，凡没有承诺折扣的行都会失败"
    ),
    "EffectiveCost-C-005-C": Defect(
        "it leaves out 'intended to cover future charges', so every one-time purchase fails",
        "漏掉“用于抵扣未来费用”这一条件，凡一次性购买都会失败",
    ),
    "CapacityReservationStatus-C-004-C": Defect(
        "its condition is malformed and ignored, so every row without a reservation fails",
        "条件格式有误而被忽略，凡没有容量预留的行都会失败",
    ),
    "CommitmentDiscountStatus-C-002-C": _consists_of("CommitmentDiscountStatus-C-004-C"),
    "CommitmentDiscountStatus-C-000-C": _consists_of("CommitmentDiscountStatus-C-002-C"),
    "EffectiveCost-C-000-M": _consists_of("EffectiveCost-C-005-C"),
    "CapacityReservationStatus-C-002-C": _consists_of("CapacityReservationStatus-C-004-C"),
    "CapacityReservationStatus-C-000-C": _consists_of("CapacityReservationStatus-C-002-C"),
    "CostAndUsage-D-002-M": Defect("it consists of the rules of all columns", "由所有列的规则组成"),
    "CostAndUsage-D-000-M": _consists_of("CostAndUsage-D-002-M"),
}
"""Rule id → why it fails on correct data."""

STRICT_DEFECTS: dict[str, Defect] = {
    "CommitmentDiscountStatus-C-005-M": Defect(
        "it names Active, Expired and Pending, where the specification has Used and Unused",
        "规则写的是 Active、Expired、Pending，而规范为 Used 与 Unused",
    ),
}
"""Further rules that fail on correct data when every row is held to the letter."""


def known_defect(rule_id: str, *, strict: bool) -> Defect | None:
    """Return why a rule fails on correct data, or None where nothing excuses it."""
    reason = KNOWN_DEFECTS.get(rule_id)
    return STRICT_DEFECTS.get(rule_id) if reason is None and strict else reason
