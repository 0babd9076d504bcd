"""Charges (计费行): a rated line and its four costs.

Owns the words of a charge (categories, classes, line kinds), the rated charge and the four costs of FOCUS. Does not own
prices (`catalog`) or the tables that hold millions of them (`columnar.tables.CHARGE`). Rules: CHARGE-1, CHARGE-2
(`docs/rules/charge.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core.period import Month

CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
OWN = "own"
USAGE = "Usage"


@dataclass(frozen=True, slots=True)
class Costs:
    """The four costs of a charge in `_e10` (FOCUS): list ≥ contracted; billed is owed; effective is amortised."""

    list_cost_e10: int
    contracted_cost_e10: int
    billed_cost_e10: int
    effective_cost_e10: int


@dataclass(frozen=True, slots=True)
class RatedCharge:
    """One rated usage record: the row that `columnar.rating` writes for it, column by column.

    Instants are aware; quantity is `_e6`, prices and costs `_e10`. Origin, category, class and line kind are the same
    for all rated lines: own, Usage, none, rated.
    """

    record_id: str
    account_id: str
    payer_id: str
    product_id: str
    sku_id: str
    price_id: str
    usage_month: Month
    charge_start: datetime
    charge_end: datetime
    quantity_e6: int
    unit: str
    list_unit_price_e10: int | None
    contracted_unit_price_e10: int | None
    costs: Costs
    currency: str
    resource_id: str | None
    region: str | None
    tags: str | None


def own_usage_costs(list_cost_e10: int, contracted_cost_e10: int) -> Costs:
    """Return the four costs of our own usage: what is contracted is billed, and nothing is amortised (CHARGE-1)."""
    return Costs(list_cost_e10, contracted_cost_e10, contracted_cost_e10, contracted_cost_e10)
