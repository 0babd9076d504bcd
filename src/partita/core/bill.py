"""Bills (账单): the payable of a month, what rounding drops, and the states of a close (出账).

Owns the payable of one payer and month, the round-down line (抹零), how the payable in minor units is shared among the
products, and the order of the close's states. Does not own the charges (`charge`) or who pays with what (`settlement`).
Rules: BILL-1 … BILL-5 (`docs/rules/bill.md`); source: enterprise-finance.md B6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from partita.core.ids import derived_id
from partita.core.money import minor_scale_e10, round_down
from partita.core.period import Month

Part = TypeVar("Part", str, int)

CLOSE_STATES = ("open", "rating", "settling", "billed", "posted", "closed")
"""The states of a month's close in a bucket, in order; a close that was cut short goes on after the last."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one payer owes for one month in one currency.

    `billed_cost_e10` is the exact sum of the charges; `payable_minor * scale + round_down_e10` equals it. `products`
    maps each product to its share of the payable in minor units; the shares add up to the payable.
    """

    bill_id: str
    payer_id: str
    month: Month
    currency: str
    billed_cost_e10: int
    round_down_e10: int
    payable_minor: int
    products: Mapping[str, int]

    def __post_init__(self) -> None:
        exact = self.payable_minor * minor_scale_e10(self.currency) + self.round_down_e10
        assert exact == self.billed_cost_e10, "what is not payable is rounded down"
        assert sum(self.products.values()) == self.payable_minor, "the products add up to the payable"


def bill_id(payer_id: str, month: Month, currency: str) -> str:
    """Return the id of the only bill that a payer has for a month and currency (BILL-4)."""
    return derived_id("bill", payer_id, month, currency)


def make_bill(payer_id: str, month: Month, currency: str, billed_by_product_e10: Mapping[str, int]) -> Bill:
    """Make the bill of a month from the exact sums of its charges by product (BILL-1, BILL-2, BILL-3).

    The payable is cut to minor units once, on the total of month and payer, never per line or product (B6).
    """
    total = sum(billed_by_product_e10.values())
    payable, dropped = round_down(total, currency)
    return Bill(
        bill_id=bill_id(payer_id, month, currency),
        payer_id=payer_id,
        month=month,
        currency=currency,
        billed_cost_e10=total,
        round_down_e10=dropped,
        payable_minor=payable,
        products=share_payable(payable, billed_by_product_e10, scale_e10=minor_scale_e10(currency)),
    )


def share_payable(payable: int, exact_e10: Mapping[Part, int], *, scale_e10: int) -> dict[Part, int]:
    """Share a payable among its products: each exact sum cut down, the odd units to the largest remainders (BILL-3).

    A product whose sum has no fraction of a minor unit gets exactly that sum. Ties go by product id, so the same sums
    always give the same shares. Sums may be negative (a month of corrections). A product's share is in turn shared
    among its lines, by their numbers (SETTLE-6).
    """
    floors = {product: exact // scale_e10 for product, exact in exact_e10.items()}
    odd = payable - sum(floors.values())
    by_remainder = sorted(exact_e10, key=lambda product: (-(exact_e10[product] % scale_e10), product))
    assert 0 <= odd <= len(by_remainder), "the payable is the total, cut to minor units"
    return floors | {product: floors[product] + 1 for product in by_remainder[:odd]}
