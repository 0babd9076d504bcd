"""Charges (计费行): a rated line and its four costs.

Owns the words of a charge: categories, classes, line kinds, and the four costs of FOCUS. Does not own prices (`catalog`)
or the tables that hold millions of them (`columnar.tables.CHARGE`). Rules: CHARGE-1, CHARGE-2 (`docs/rules/charge.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
CORRECTION = "Correction"
OWN = "own"


@dataclass(frozen=True, slots=True)
class Costs:
    """The four costs of a charge in `_e10` (FOCUS): list ≥ contracted; billed is owed; effective is amortised."""

    list_cost_e10: int
    contracted_cost_e10: int
    billed_cost_e10: int
    effective_cost_e10: int

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            self.list_cost_e10 + other.list_cost_e10,
            self.contracted_cost_e10 + other.contracted_cost_e10,
            self.billed_cost_e10 + other.billed_cost_e10,
            self.effective_cost_e10 + other.effective_cost_e10,
        )


NO_COST = Costs(0, 0, 0, 0)
