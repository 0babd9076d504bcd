"""What one record takes of its counter, and what it costs at list price.

Owns the two values that every price model works between. Rules: RATE-3, RATE-4 (`docs/rules/rating.md`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """The stretch of the month's counter that a record covers, in `_e6` (RATE-3).

    `before_e6` is what the counter showed before the record, `month_e6` what it shows at the end of the month.
    """

    quantity_e6: int
    before_e6: int
    month_e6: int

    @property
    def after_e6(self) -> int:
        """What the counter shows after the record."""
        return self.before_e6 + self.quantity_e6


@dataclass(frozen=True, slots=True)
class ListPrice:
    """The list cost of a record in e10, and the one price per unit that gave it; None where there is no single one."""

    cost_e10: int
    unit_price_e10: int | None
