"""What comes back, in figures: five days, ladders, several stretches, the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.funds import Fund
from partita.core.period import Period
from partita.core.unsubscribe import (
    COMES_BACK,
    CREDIT,
    FIVE_DAYS,
    PaidPart,
    Portion,
    Refund,
    RefundPolicy,
    StretchRefund,
    check_policy,
    downgrade_refund,
    exact_sum,
    may_have_five_days,
    netted,
    refund,
    resize_price,
    stretches,
)

ZONE = "Asia/Shanghai"
START = datetime(2026, 9, 30, 16, tzinfo=UTC)
DAY = timedelta(days=1)
LADDER = RefundPolicy(ladder=((3, 950_000), (12, 850_000)))


def cash(amount: int) -> tuple[PaidPart, ...]:
    return (PaidPart("cash", "cash", amount),)


def bought(price: int, days: int, *, after: int = 0, order: str = "o1", original: int | None = None) -> Portion:
    period = Period(START + after * DAY, START + (after + days) * DAY)
    return Portion(order, 1, period, price if original is None else original, price, cash(price))


FIRST, SECOND = bought(100, 10), bought(300, 10, after=10, order="o2")


def test_stretches_are_what_ends_together_the_earliest_first() -> None:
    more = Portion("o3", 1, Period(START + 5 * DAY, START + 10 * DAY), 20, 20, cash(20))
    assert stretches([SECOND, FIRST, more]) == [(FIRST, more), (SECOND,)]
    assert stretches([]) == []


def test_what_runs_comes_back_in_part_and_what_is_to_come_in_full() -> None:
    found = refund([SECOND, FIRST], START + 4 * DAY, zone=ZONE)
    used = 100 * 4 * 86_400
    assert found.stretches == (
        StretchRefund(START + 10 * DAY, 100, (used, 864_000), 60, cash(60)),
        StretchRefund(START + 20 * DAY, 300, (0, 864_000), 300, cash(300)),
    )
    assert (found.amount, found.five_day) == (360, False)


def test_at_the_very_end_a_stretch_is_over_and_the_next_has_begun() -> None:
    at = START + 10 * DAY
    assert [one.ends_at for one in refund([FIRST, SECOND], at, zone=ZONE).stretches] == [START + 20 * DAY]
    assert refund([FIRST, SECOND], at, zone=ZONE).amount == 300
    assert refund([FIRST, SECOND], at - timedelta(seconds=1), zone=ZONE).stretches[0].amount == 0
    assert refund([FIRST, SECOND], at + DAY, zone=ZONE).amount == 270
    assert refund([FIRST, SECOND], at + 10 * DAY, zone=ZONE) == Refund(())


def test_only_renewals_that_have_not_begun_come_back_alone() -> None:
    found = refund([FIRST, SECOND], START + 4 * DAY, zone=ZONE, renewals_only=True)
    assert [(one.ends_at, one.amount) for one in found.stretches] == [(START + 20 * DAY, 300)]
    assert refund([FIRST, SECOND], START + 10 * DAY, zone=ZONE, renewals_only=True).stretches == ()
    third = bought(50, 10, after=20, order="o3")
    found = refund([FIRST, SECOND, third], START + 10 * DAY, zone=ZONE, renewals_only=True)
    assert [one.amount for one in found.stretches] == [50]
    # a stretch has begun when its first portion has
    later = Portion("o4", 1, Period(START + 15 * DAY, START + 20 * DAY), 9, 9, cash(9))
    assert refund([SECOND, later], START + 12 * DAY, zone=ZONE, renewals_only=True).stretches == ()


def test_within_five_days_all_comes_back() -> None:
    found = refund([FIRST], START + 4 * DAY, zone=ZONE, five_day=True)
    assert found == Refund((StretchRefund(START + 10 * DAY, 100, (0, 1), 100, cash(100)),), five_day=True)


def five(at: datetime, used: tuple[datetime, ...] = (), **changed: object) -> bool:
    portions = changed.pop("portions", [FIRST])
    asked = {"policy": RefundPolicy(), "is_purchase": True, "zone": ZONE, **changed}
    return may_have_five_days(portions, at, used=used, **asked)  # type: ignore[arg-type]


def test_five_days_are_five_times_twenty_four_hours() -> None:
    assert five(START)
    assert five(START + FIVE_DAYS - timedelta(seconds=1))
    assert not five(START + FIVE_DAYS)
    assert timedelta(hours=120) == FIVE_DAYS


def test_five_days_are_for_a_purchase_that_nothing_has_changed() -> None:
    assert not five(START, is_purchase=False)
    assert not five(START, policy=RefundPolicy(five_day=False))
    assert not five(START, portions=[FIRST, SECOND])
    assert not five(START, portions=[FIRST, replace(FIRST, line=2)])
    assert five(START, portions=[FIRST, FIRST])
    assert not five(START, portions=[])
    assert not five(START, portions=[], is_purchase=False)


def test_five_days_are_given_once_in_a_year_of_the_zone() -> None:
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)
    late = replace(FIRST, period=Period(new_year - DAY, new_year + 30 * DAY))
    before, after = new_year - timedelta(seconds=1), new_year
    assert five(after, (before,), portions=[late])
    assert not five(after, (after,), portions=[late])
    assert not five(before, (datetime(2025, 12, 31, 16, tzinfo=UTC),), portions=[late])
    assert five(before, (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), after), portions=[late])
    assert not five(after, (before, after), portions=[late])
    assert not five(after, (before,), portions=[late], zone="UTC")


YEAR = Portion("o1", 1, Period(START, START + 365 * DAY), 365_00, 300_00, cash(300_00))


@pytest.mark.parametrize(
    ("days", "consumed", "back"),
    [
        (0, 0, 300_00),
        (91, 91_00, 209_00),  # 30 December: less than three months
        (92, 92 * 95, 300_00 - 92 * 95),  # 31 December, 0:00: three months
        (364, 364 * 95, 0),
    ],
)
def test_a_ladder_prices_what_was_used_by_its_duration(days: int, consumed: int, back: int) -> None:
    one = refund([YEAR], START + days * DAY, zone=ZONE, policy=LADDER).stretches[0]
    over, under = one.consumed
    assert (over, one.amount) == (consumed * under, max(0, back))


def test_the_highest_of_a_ladder_that_was_reached_counts() -> None:
    two_years = Portion("o1", 1, Period(START, START + 731 * DAY), 731_00, 700_00, cash(700_00))
    over, under = refund([two_years], START + 365 * DAY, zone=ZONE, policy=LADDER).stretches[0].consumed
    assert over == 365 * 85 * under
    over, under = refund([two_years], START + 364 * DAY, zone=ZONE, policy=LADDER).stretches[0].consumed
    assert over == 364 * 95 * under


def test_a_ladder_goes_by_the_months_of_the_zone() -> None:
    ladder = RefundPolicy(ladder=((1, 500_000),))
    at = START + 30 * DAY  # in New York a month after 30 September, 12:00; in Shanghai not yet 1 November
    for zone, consumed in (("America/New_York", 15_00), (ZONE, 30_00)):
        over, under = refund([YEAR], at, zone=zone, policy=ladder).stretches[0].consumed
        assert over == consumed * under, zone
        over, under = downgrade_refund([YEAR], 1, at, zone=zone, policy=ladder).consumed
        assert over == consumed * under, zone


def test_a_ladder_leaves_what_a_downgrade_gave_back_as_it_was() -> None:
    rest = Period(START + 100 * DAY, START + 365 * DAY)
    down = Portion("o2", 1, rest, -265_00, -200_00, cash(-150_00))
    one = refund([YEAR, down], START + 200 * DAY, zone=ZONE, policy=LADDER).stretches[0]
    over, under = one.consumed
    assert one.came_in == 150_00
    assert over * 265 == (200 * 95 * 265 - 200_00 * 100) * under
    nothing = replace(YEAR, order_id="o0", price=0, original=365_00, paid=())
    over, under = refund([nothing], START + 100 * DAY, zone=ZONE, policy=LADDER).stretches[0].consumed
    assert over == 100 * 95 * under
    one_cent = replace(YEAR, price=1, paid=cash(1))
    over, under = refund([one_cent], START + 100 * DAY, zone=ZONE, policy=LADDER).stretches[0].consumed
    assert over == 100 * 95 * under


def test_vouchers_do_not_come_back_and_all_else_does() -> None:
    assert {fund.value for fund in Fund} - {"voucher"} | {CREDIT} == COMES_BACK
    paid = (PaidPart("voucher", "v", 40), PaidPart("cash", "cash", 30), PaidPart(CREDIT, "", 20), *cash(10))
    one = replace(FIRST, paid=paid)
    assert one.came_in == 60
    found = refund([one], START + 1 * DAY, zone=ZONE).stretches[0]
    assert found.amount == 50
    assert found.parts == (PaidPart("cash", "cash", 33), PaidPart(CREDIT, "", 17))


def test_each_source_gets_back_by_what_of_it_is_still_there() -> None:
    back = (PaidPart("cash", "cash", -10), PaidPart("transfer_book", "main", -20))
    paid = (PaidPart("transfer_book", "main", 20), PaidPart("cash", "cash", 70), PaidPart("cash", "b", 1))
    down = Portion("o2", 1, Period(START + 2 * DAY, START + 10 * DAY), -30, -30, back)
    found = refund([replace(FIRST, price=91, paid=paid), down], START, zone=ZONE)
    assert found.stretches[0].came_in == 61
    assert found.stretches[0].parts == (PaidPart("cash", "cash", 60), PaidPart("cash", "b", 1))


def test_what_was_paid_by_vouchers_alone_gives_nothing_back() -> None:
    one = replace(FIRST, paid=(PaidPart("voucher", "v", 100),))
    assert refund([one], START, zone=ZONE).stretches == (StretchRefund(START + 10 * DAY, 0, (0, 864_000), 0, ()),)


def test_a_source_that_gets_nothing_is_not_named() -> None:
    paid = (PaidPart("cash", "cash", 99), PaidPart("transfer_book", "main", 1))
    found = refund([replace(FIRST, paid=paid)], START + 5 * DAY, zone=ZONE)
    assert found.stretches[0].parts == (PaidPart("cash", "cash", 50),)


def test_the_difference_of_a_change_is_for_what_is_left() -> None:
    rest = Period(START + 5 * DAY, START + 10 * DAY)
    assert resize_price([FIRST], 161, START + 5 * DAY) == (30, rest)
    assert resize_price([FIRST], 100, START + 5 * DAY) == (0, rest)
    assert resize_price([FIRST], 39, START + 5 * DAY) == (-30, rest)
    # before a stretch begins all of it is left
    assert resize_price([SECOND], 400, START) == (100, SECOND.period)
    # by a period of its own
    assert resize_price([FIRST], 300, START + 5 * DAY, whole=Period(START, START + 30 * DAY)) == (0, rest)
    # of a stretch that was changed before, all portions count from the first start on
    more = Portion("o2", 1, rest, 30, 30, cash(30))
    assert resize_price([more, FIRST], 160, START + 5 * DAY) == (0, rest)
    assert resize_price([FIRST, more], 260, START + 6 * DAY) == (40, Period(START + 6 * DAY, START + 10 * DAY))


def test_a_downgrade_gives_back_no_more_than_giving_up() -> None:
    at = START + 5 * DAY
    used = (100 * 432_000, 864_000)
    assert downgrade_refund([FIRST], 20, at, zone=ZONE) == StretchRefund(START + 10 * DAY, 100, used, 20, cash(20))
    assert downgrade_refund([FIRST], 80, at, zone=ZONE).amount == 50
    by_ladder = RefundPolicy(ladder=((1, 500_000),))
    year = downgrade_refund([YEAR], 300_00, START + 40 * DAY, zone=ZONE, policy=by_ladder)
    assert year.amount == 300_00 - 20_00
    assert year.parts == cash(280_00)


def test_sums_of_parts_are_exact() -> None:
    assert exact_sum([(1, 1, 3), (1, 1, 6)]) == (3, 6)
    assert exact_sum([(10, 2, 4), (-5, 1, 10)]) == (90, 20)


@pytest.mark.parametrize(
    ("ladder", "fits"),
    [
        ((), True),
        (((1, 1_000_000),), True),
        (((120, 1),), True),
        (((3, 950_000), (12, 950_000)), True),
        (((3, 950_000), (12, 850_000), (24, 800_000)), True),
        (((3, 950_000), (3, 850_000)), False),
        (((12, 950_000), (3, 850_000)), False),
        (((3, 850_000), (12, 950_000)), False),
        (((0, 950_000),), False),
        (((121, 950_000),), False),
        (((3, 0),), False),
        (((3, 1_000_001),), False),
    ],
)
def test_a_ladder_rises_in_months_and_falls_in_factors(ladder: tuple[tuple[int, int], ...], fits: bool) -> None:  # noqa: FBT001
    assert check_policy(RefundPolicy(ladder=ladder)) is fits


@pytest.mark.parametrize(
    ("differences", "net"),
    [
        ([], []),
        ([300_00, -251_61], [48_39, 0]),
        ([-300_00, 251_61], [-48_39, 0]),
        ([10, -1, 20], [10, 0, 19]),
        ([5, -5], [0, 0]),
        ([-7, 0, -3], [-7, 0, -3]),
    ],
)
def test_what_is_cheaper_is_set_off_against_what_is_dearer(differences: list[int], net: list[int]) -> None:
    assert netted(differences) == net
    assert sum(net) == sum(differences)
