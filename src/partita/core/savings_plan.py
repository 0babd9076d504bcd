"""Savings plans (节省计划): so much money an hour promised for one or three years, for usage at lower rates.

Owns the terms, the ways of payment, what is paid ahead and what each hour is charged. Does not own how usage takes the
commitment (`deduction`) nor the price of the excess (`rating`). Rules: PLAN-1 … PLAN-5
(`docs/rules/savings_plan.md`); source: enterprise-finance.md A5, B4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from partita.core.deduction import Commitment, Kind, Sharing, Skip
from partita.core.money import AMOUNT_E10_MAX, minor_scale_e10, truncate
from partita.core.period import Cycle, Period
from partita.core.quantity import format_price, parse_pairs, parse_price
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

    @property
    def bound_minor(self) -> int:
        """What it binds to pay hour by hour beside what is paid ahead, in minor units: approved with it (PLAN-5)."""
        whole = self.commitment_e10 * self.hours // minor_scale_e10(self.currency)
        return whole - self.upfront_minor


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """What is granted or ordered: the SKU under which it is sold and charged, its promise an hour, rates, payment.

    `start` None = now; it begins with the next whole hour. `rates`: SKU → rate of one unit, `_e10`. `gift`: what would
    be paid ahead is given.
    """

    sku_id: str
    commitment_e10: int
    rates: tuple[tuple[str, int], ...]
    years: int
    pay_mode: PayMode
    start: datetime | None = None
    regions: tuple[str, ...] = ()
    gift: bool = False

    def words(self) -> tuple[str, ...]:
        """Return what people typed of it: commitment, years and rates."""
        rates = (f"{sku}@{format_price(rate)}" for sku, rate in self.rates)
        return format_price(self.commitment_e10), f"{self.years} (years)", ",".join(rates)

    def plain(self) -> tuple[object, ...]:
        """Return it as plain values, for the hash of a key."""
        start = self.start.isoformat() if self.start else None
        return (
            self.sku_id, self.commitment_e10, sorted(self.rates), self.years, self.pay_mode.word, start,
            sorted(self.regions), self.gift,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RatesOffered:
    """The plan that a SKU of the catalogue is (PLAN-5): its rates `_e10`, for how many years it is sold, and where."""

    rates: tuple[tuple[str, int], ...]
    years: tuple[int, ...]
    regions: tuple[str, ...]


def offered(attributes: Mapping[str, str]) -> RatesOffered | None:
    """Return the plan that a SKU of the catalogue is; None where it is none (PLAN-5).

    `rates` `vm.small@0.05,vm.large@0.2`, `years` 1, 3 or `1,3` (also when empty), `regions` with commas. Raises
    ValueError with the name of the attribute that is at fault.
    """
    if "rates" not in attributes:
        return None
    at = "rates"
    try:
        rates = parse_pairs(attributes[at], "@", parse_price)
        at = "years"
        years = tuple(int(one) for one in attributes.get(at, "").split(",") if one.strip()) or YEARS
    except ValueError:
        raise ValueError(at) from None
    if not set(years) <= set(YEARS):
        raise ValueError(at)
    if not rates or check_terms(1, YEARS[0], rates) or len(dict(rates)) < len(rates):
        raise ValueError("rates")
    return RatesOffered(rates, years, tuple(one.strip() for one in attributes.get("regions", "").split(",") if one))


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
