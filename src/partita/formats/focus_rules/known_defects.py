"""Rules of the official model 1.2.0.1 that fail on correct data, each with the reason.

Owns the reasons; the guide shows the same table (`docs/guide/focus.md`). A composite rule stands here because a rule
below it does, and is excused only as long as nothing else below it fails. Source: focus-and-bills.md 3.1. Rules:
FOCUS-9.
"""

from __future__ import annotations

KNOWN_DEFECTS: dict[str, str] = {
    "InvoiceId-C-004-C": "its condition is empty, so every row with an invoice id fails",
    "CommitmentDiscountStatus-C-004-C": "its condition is inverted, so every row without a commitment fails",
    "EffectiveCost-C-005-C": "it leaves out 'intended to cover future charges', so every one-time purchase fails",
    "CapacityReservationStatus-C-004-C": "its condition is malformed and ignored, so every row without a "
    "reservation fails",
    "CommitmentDiscountStatus-C-002-C": "it consists of CommitmentDiscountStatus-C-004-C",
    "CommitmentDiscountStatus-C-000-C": "it consists of CommitmentDiscountStatus-C-002-C",
    "EffectiveCost-C-000-M": "it consists of EffectiveCost-C-005-C",
    "CapacityReservationStatus-C-002-C": "it consists of CapacityReservationStatus-C-004-C",
    "CapacityReservationStatus-C-000-C": "it consists of CapacityReservationStatus-C-002-C",
    "CostAndUsage-D-002-M": "it consists of the rules of all columns",
    "CostAndUsage-D-000-M": "it consists of CostAndUsage-D-002-M",
}
"""Rule id → why it fails on correct data."""

STRICT_DEFECTS: dict[str, str] = {
    "CommitmentDiscountStatus-C-005-M": "it names Active, Expired and Pending, where the specification has Used and "
    "Unused",
}
"""Further rules that fail on correct data when every row is held to the letter."""


def known_defect(rule_id: str, *, strict: bool) -> str | None:
    """Return why a rule fails on correct data, or None where nothing excuses it."""
    reason = KNOWN_DEFECTS.get(rule_id)
    return STRICT_DEFECTS.get(rule_id) if reason is None and strict else reason
