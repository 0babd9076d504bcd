"""What the attributes of a SKU say of the package or plan that it is, and what of a package is unused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial

import pytest

from partita.core import resource_package, savings_plan
from partita.core.deduction import windows_over
from partita.core.period import Cycle, Period
from partita.core.quantity import E6
from partita.core.refusal import Reason
from partita.core.resource_package import PackageOffer, ResourcePackage, Stretch, StretchKind
from partita.core.savings_plan import RatesOffered
from partita.core.unsubscribe import PaidPart, Portion, part_refund

ZONE = "UTC"
START = datetime(2026, 11, 1, tzinfo=UTC)
MONTH = Period(START, START + timedelta(days=30))


def test_a_package_is_read_from_its_attributes() -> None:
    said = {"quota": "1000.5", "covers": " vm.s , vm.l*4", "each": "day", "regions": "north, south,"}
    assert resource_package.offered("pack", said, 3) == PackageOffer(
        "pack", 1_000_500_000, (("vm.s", E6), ("vm.l", 4 * E6)), 3, cycle=Cycle.DAY, regions=("north", "south")
    )
    assert resource_package.offered("pack", {"quota": "1", "covers": "vm.s"}) == PackageOffer(
        "pack", E6, (("vm.s", E6),), 1
    )


@pytest.mark.parametrize("said", [{}, {"quota": "1"}, {"covers": "vm.s"}, {"vcpu": "2"}])
def test_other_skus_are_no_packages(said: dict[str, str]) -> None:
    assert resource_package.offered("vm.s", said) is None


@pytest.mark.parametrize(
    ("change", "at_fault"),
    [
        ({"quota": "many"}, "quota"),
        ({"quota": "0"}, "quota"),
        ({"covers": "vm.s*x"}, "covers"),
        ({"covers": "vm.s*0"}, "covers"),
        ({"covers": " , "}, "covers"),
        ({"covers": "vm.s,vm.s*2"}, "covers"),
        ({"each": "week"}, "each"),
    ],
)
def test_the_attribute_of_a_package_that_is_at_fault_is_named(change: dict[str, str], at_fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{at_fault}$"):
        resource_package.offered("pack", {"quota": "10", "covers": "vm.s"} | change)


def test_a_plan_is_read_from_its_attributes() -> None:
    said = {"rates": "vm.s@0.05,vm.l@0.2", "years": "1", "regions": "north"}
    assert savings_plan.offered(said) == RatesOffered(
        (("vm.s", 500_000_000), ("vm.l", 2_000_000_000)), (1,), ("north",)
    )
    assert savings_plan.offered({"rates": "vm.s@0.05"}) == RatesOffered((("vm.s", 500_000_000),), (1, 3), ())
    assert savings_plan.offered({"vcpu": "2"}) is None


@pytest.mark.parametrize(
    ("change", "at_fault"),
    [
        ({"rates": "vm.s"}, "rates"),
        ({"rates": "vm.s@0"}, "rates"),
        ({"rates": ""}, "rates"),
        ({"rates": "vm.s@1,vm.s@2"}, "rates"),
        ({"years": "2"}, "years"),
        ({"years": "one"}, "years"),
    ],
)
def test_the_attribute_of_a_plan_that_is_at_fault_is_named(change: dict[str, str], at_fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{at_fault}$"):
        savings_plan.offered({"rates": "vm.s@0.05"} | change)


def test_what_nobody_used_is_what_is_left_of_the_quota_or_of_the_time() -> None:
    one = Stretch("pkg_1", 1, StretchKind.NEW, MONTH, 100 * E6, 80_00)
    sixth = START + timedelta(days=6)
    left = partial(resource_package.unused_part, one)
    day, month = 86_400, 30 * 86_400
    assert left(None, ZONE, 25 * E6 * E6, sixth) == (75 * E6, 100 * E6)
    assert left(Cycle.DAY, ZONE, 0, sixth) == (24 * day, month)
    assert left(Cycle.DAY, ZONE, 0, MONTH.end + timedelta(days=1)) == (0, month)
    assert left(None, ZONE, 0, START - timedelta(seconds=1)) == (1, 1)


def test_of_a_window_that_resets_what_was_taken_counts_where_it_is_more_than_its_time() -> None:
    one = Stretch("pkg_1", 1, StretchKind.NEW, MONTH, 100 * E6, 80_00)
    noon = START + timedelta(days=6, hours=12)
    left = partial(resource_package.unused_part, one, Cycle.DAY, ZONE)
    half, quarter = 50 * E6 * E6, 25 * E6 * E6
    assert left(quarter, noon) == left(half, noon) == (47 * 43_200, 60 * 43_200)
    assert Fraction(*left(half + 1, noon)) < Fraction(47, 60), "a part of a unit counts as one"
    assert Fraction(*left(3 * quarter, noon)) == Fraction(24 * 100 - 75, 30 * 100)
    assert Fraction(*left(4 * quarter, noon)) == Fraction(23, 30)
    used_up = resource_package.used_up
    paid = [used_up(one, Cycle.DAY, ZONE, taken, noon) for taken in (0, quarter, half, 3 * quarter, 4 * quarter)]
    assert paid == [50 * E6, 50 * E6, 50 * E6, 75 * E6, 100 * E6]
    assert used_up(one, None, ZONE, quarter, noon) == 25 * E6, "time does not count"


def test_cut_windows_of_whole_months_give_as_many_quotas_as_months_and_bear_the_price() -> None:
    package = ResourcePackage("pkg_1", "acme", "pack", "CNY", ZONE, "h", Cycle.MONTH, (("vm", E6),))
    for start in (START, START + timedelta(days=14, hours=7), MONTH.end - timedelta(seconds=1)):
        valid = resource_package.valid_for(start, 12, ZONE)
        one = resource_package.commitment(
            package, Stretch("pkg_1", 1, StretchKind.NEW, valid, 100 * E6, 100_01), "acme"
        )
        windows = list(windows_over(one, Period(valid.start, valid.end)))
        given = sum(one.capacity_of(window) for window in windows)
        assert 0 <= 1_200 * E6 - given <= 1, "the first and the last are the same month of two years, but for rounding"
        costs = sum(one.cost_of(window) for window in windows)
        assert costs == resource_package.spread_cost(one) == 100_01 * 10**8


def test_who_takes_a_whole_month_on_its_first_day_gets_nothing_of_it_back() -> None:
    two = Stretch("pkg_1", 1, StretchKind.NEW, Period(START, MONTH.end + timedelta(days=31)), 100 * E6, 80_00)
    rest = resource_package.unused_part(two, Cycle.MONTH, ZONE, 100 * E6 * E6, START + timedelta(hours=1))
    assert Fraction(*rest) == Fraction(31, 61)


@pytest.mark.parametrize(
    ("paid", "back"),
    [
        ((PaidPart("cash", "cash", 80_00),), 60_00),
        ((PaidPart("voucher", "v", 30_00), PaidPart("cash", "cash", 50_00)), 30_00),
        ((PaidPart("voucher", "v", 80_00),), 0),
    ],
)
def test_what_came_in_less_the_price_of_what_is_used_comes_back(paid: tuple[PaidPart, ...], back: int) -> None:
    found = part_refund(Portion("ord_1", 1, MONTH, 80_00, 80_00, paid), (75, 100))
    assert found.amount == back == sum(part.amount for part in found.parts)


def test_a_package_starts_within_half_a_year_by_the_clock_of_its_account() -> None:
    latest = START + timedelta(days=183)
    assert resource_package.may_start(START, START, "Asia/Shanghai") is None
    assert resource_package.may_start(latest, START, "Asia/Shanghai") is None
    for wrong in (START - timedelta(seconds=1), latest + timedelta(seconds=1)):
        no = resource_package.may_start(wrong, START, "Asia/Shanghai")
        assert no is not None
        assert no.reason is Reason.COMMITMENT_START
        assert "2026-11-01 08:00" in no.message()
