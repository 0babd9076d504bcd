"""Golden numbers of commitments: the worked examples of FOCUS, and what its sample files say."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from partita.core import resource_package, savings_plan
from partita.core.catalog import Counter, Model, PriceVersion, Sku, Tier
from partita.core.deduction import Commitment, deduct, taken_by_window, unused, windows_over
from partita.core.money import parse_scaled
from partita.core.period import Cycle, Period
from partita.core.quantity import E6
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord
from partita.core.resource_package import ResourcePackage, Stretch, StretchKind
from partita.core.savings_plan import PayMode, SavingsPlan, term

START = datetime(2023, 1, 1, tzinfo=UTC)
HOUR = Period(START, START + timedelta(hours=1))
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "focus-spec-1.2-examples"
E10 = 10**10


def plan(commitment: str, mode: PayMode, *, rate: str = "1", years: int = 1) -> SavingsPlan:
    rates = (("vm", parse_scaled(rate, 10)),)
    valid = term(START, years, "UTC")
    return SavingsPlan("plan", "acme", "promise", "USD", "UTC", parse_scaled(commitment, 10), valid, mode, rates)


def book(list_price: str) -> PriceBook:
    version = PriceVersion(
        "p", "vm", "USD", START, Model.UNIT, Counter.ACCOUNT, (Tier(None, parse_scaled(list_price, 10)),)
    )
    return PriceBook((Sku("vm", "compute", "VM", "hour"),), (version,), (), (AccountCurrency("acme", "USD"),))


def used(one: Commitment, quantity_e6: int, list_price: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Return (list, effective) of what is covered in the first hour, and what of the hour is lost."""
    record = UsageRecord("r", "acme", "acme", "vm", quantity_e6, START, HOUR.end)
    prices = book(list_price)
    prices = replace(prices, prices=tuple(replace(version, sku_id="vm") for version in prices.prices))
    made = deduct([record] if quantity_e6 else [], [one], prices, {"acme": "UTC"})
    lost = unused([one], taken_by_window(made), HOUR)
    return [(part.list_cost_e10, part.effective_cost_e10) for part in made], [part.effective_cost_e10 for part in lost]


def money(text: str) -> int:
    return parse_scaled(text, 10)


def test_an_all_upfront_spend_plan_costs_24_20_an_hour_used_or_not() -> None:
    one = plan("24.20", PayMode.ALL, rate="24.20")
    assert (one.upfront_minor, one.hours, one.fee_e10) == (21_199_200, 8760, 0)
    commitment = savings_plan.commitment(one, "acme")
    assert used(commitment, E6, "36.30") == ([(money("36.30"), money("24.20"))], [])
    assert used(commitment, 0, "36.30") == ([], [money("24.20")])


def test_a_half_upfront_reservation_costs_50_23_an_hour() -> None:
    one = plan("50.23", PayMode.HALF, rate="50.23")
    assert (one.upfront_minor, one.fee_e10) == (22_000_740, money("25.115"))
    commitment = savings_plan.commitment(one, "acme")
    february = Period(datetime(2023, 2, 1, tzinfo=UTC), datetime(2023, 3, 1, tzinfo=UTC))
    assert len(list(windows_over(commitment, february))) * one.fee_e10 == money("16877.28")
    assert used(commitment, E6, "75.35") == ([(money("75.35"), money("50.23"))], [])


def test_a_commitment_of_three_years_has_the_hours_of_its_leap_day() -> None:
    assert plan("1", PayMode.ALL, years=3).hours == 8760 * 3 + 24


def sample(name: str) -> list[dict[str, str]]:
    path = SAMPLES / f"commitment_discount_{name}.csv"
    if not path.exists():
        pytest.skip(f"the worked examples of FOCUS are not here: {path}")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.shared
@pytest.mark.parametrize(("number", "mode"), [(1, PayMode.ALL), (2, PayMode.NONE), (3, PayMode.HALF)])
def test_purchases_are_those_of_focus(number: int, mode: PayMode) -> None:
    rows = sample(f"scenarios__commitment_discount_purchase_scenario_{number}")
    one = plan("1", mode)
    expected = [money(row["BilledCost"]) for row in rows]
    fees = [one.fee_e10] * sum(row["ChargeFrequency"] == "Recurring" for row in rows)
    assert [*([one.upfront_minor * 10**8] if one.upfront_minor else []), *fees] == expected
    assert {money(row["EffectiveCost"]) for row in rows} == {0}


@pytest.mark.shared
@pytest.mark.parametrize(("number", "hours"), [(1, "1"), (2, "0"), (3, "0.75"), (4, "1.5")])
def test_used_and_unused_are_those_of_focus(number: int, hours: str) -> None:
    rows = sample(f"scenarios__commitment_discount_usage_scenario_{number}")
    commitment = savings_plan.commitment(plan("1", PayMode.ALL), "acme")
    covered, lost = used(commitment, parse_scaled(hours, 6), "1")
    by_status: dict[str, list[int]] = {}
    for row in rows:
        by_status.setdefault(row["CommitmentDiscountStatus"], []).append(money(row["EffectiveCost"]))
    assert [effective for _, effective in covered] == by_status.get("Used", [])
    assert lost == by_status.get("Unused", [])


@pytest.mark.shared
def test_normalised_hours_cover_sizes_by_their_factor() -> None:
    rows = sample("flexibility__one_hundred_percent_utilization_with_commitment_discount_flexibility_with_2_resources")
    package = ResourcePackage("pack", "acme", "p", "USD", "UTC", "hour", Cycle.HOUR, (("vm", 2 * E6),))
    stretch = Stretch("pack", 1, StretchKind.NEW, HOUR, 4 * E6, 200)
    covered, lost = used(resource_package.commitment(package, stretch, "acme"), 2 * E6, "2")
    focus = [(money(row["ListCost"]), money(row["EffectiveCost"])) for row in rows if row["ChargeCategory"] == "Usage"]
    assert covered == [tuple(map(sum, zip(*focus, strict=True)))]
    assert lost == []
