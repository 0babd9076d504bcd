"""Savings plans (节省计划): so much money an hour promised for one or three years, for usage at lower rates.

Owns the terms, the ways of payment, what is paid ahead and what each hour is charged. Does not own how usage takes the
commitment (`deduction`) nor the price of the excess (`rating`). Rules: PLAN-1 … PLAN-4
(`docs/rules/savings_plan.md`); source: enterprise-finance.md A5, B4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from partita.core.deduction import Commitment, Kind, Sharing, Skip
from partita.core.money import AMOUNT_E10_MAX, minor_scale_e10, truncate
from partita.core.period import Cycle, Period
from partita.core.subscription import MONTHS_OF_A_YEAR, months_after

YEARS = (1, 3)
HOUR = timedelta(hours=1)


class PayMode(Enum):
    """How much is paid when the plan is bought (PLAN-1); the rest is charged hour by hour."""

    ALL = ("all", "全预付")
    HALF = ("half", "半预付")
    NONE = ("none", "零预付")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    @property
    def halves(self) -> int:
        """How many halves of it are paid ahead."""
        return {"all": 2, "half": 1, "none": 0}[self.word]

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class SavingsPlan:
    """A plan: what it promises an hour (`commitment_e10`), for how long, how it is paid, and its rates by SKU.

    `sku_id` is under what it is sold and charged. `rates`: `_e10` for one unit of a SKU. `gift`: what would have been
    paid ahead was given. Empty regions = all.
    """

    plan_id: str
    owner_id: str
    sku_id: str
    currency: str
    zone: str
    commitment_e10: int
    valid: Period
    pay_mode: PayMode
    rates: tuple[tuple[str, int], ...]
    regions: tuple[str, ...] = ()
    gift: bool = False

    @property
    def hours(self) -> int:
        """How many hours the plan has: 8,760 in most years."""
        return (self.valid.end - self.valid.start) // HOUR

    @property
    def fee_e10(self) -> int:
        """What each hour is charged, used or not (PLAN-2): what of the commitment is not paid ahead."""
        return self.commitment_e10 - self.commitment_e10 * self.pay_mode.halves // 2

    @property
    def upfront_minor(self) -> int:
        """What is paid ahead, in minor units: its part of all hours, cut once (PLAN-1)."""
        ahead = self.commitment_e10 - self.fee_e10
        return truncate(ahead * self.hours, minor_scale_e10(self.currency))


def term(start: datetime, years: int, zone: str) -> Period:
    """Return the validity of a plan (PLAN-1): from the next whole hour on, for so many calendar years."""
    first = Cycle.HOUR.next_start(start, zone)
    return Period(first, months_after(first, years * MONTHS_OF_A_YEAR, zone))


def commitment(
    plan: SavingsPlan, payer_id: str, shares: Iterable[Sharing] = (), skips: Iterable[Skip] = ()
) -> Commitment:
    """Return a plan as it deducts for a payer: each hour its commitment at its rates (PLAN-3).

    What an hour costs is the whole commitment; of a plan that was given, only what is charged for it (DEDUCT-4).
    """
    cost = plan.fee_e10 if plan.gift else plan.commitment_e10
    return Commitment(
        source_id=plan.plan_id,
        kind=Kind.PLAN,
        owner_id=plan.owner_id,
        payer_id=payer_id,
        sku_id=plan.sku_id,
        zone=plan.zone,
        currency=plan.currency,
        valid=plan.valid,
        cycle=Cycle.HOUR,
        capacity=plan.commitment_e10,
        cost_e10=cost,
        last_cost_e10=cost,
        weights=dict(plan.rates),
        regions=frozenset(plan.regions),
        shares=tuple(shares),
        skips=tuple(skips),
        fee_e10=plan.fee_e10,
    )


def check_terms(commitment_e10: int, years: int, rates: Iterable[tuple[str, int]]) -> str | None:
    """Say what is wrong with an hourly commitment (`_e10`), a term or rates (`_e10`), or None."""
    if not 0 < commitment_e10 <= AMOUNT_E10_MAX:
        return "0.0000000001 … 922337203.6854775807 (commitment)"
    if years not in YEARS:
        return " | ".join(map(str, YEARS)) + " (years)"
    if any(not 0 < rate <= AMOUNT_E10_MAX for _, rate in rates):
        return "0.0000000001 … 922337203.6854775807 (rate)"
    return None
