"""Deduction in figures: who is covered, in which turn, how much of a window is taken, and what nobody used."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.catalog import Counter, Model, PriceVersion, Sku, Tier
from partita.core.deduction import (
    Commitment,
    Kind,
    Sharing,
    Skip,
    deduct,
    left_of,
    passes,
    taken_by_window,
    unused,
    windows_over,
)
from partita.core.period import Cycle, Period
from partita.core.quantity import E6
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
E10 = 10**10
PACKAGE = Commitment(
    "pkg", Kind.PACKAGE, "acme", "main", "pack", "UTC", "CNY", Period(START, START + 48 * HOUR), Cycle.DAY, 10 * E6,
    7 * E10, 8 * E10, {"vm": E6, "big": 2 * E6},
)  # fmt: skip
PLAN = replace(
    PACKAGE, source_id="plan", kind=Kind.PLAN, cycle=Cycle.HOUR, capacity=5 * E10, weights={"vm": 2 * E10, "flat": 1},
    cost_e10=5 * E10, last_cost_e10=5 * E10,
)  # fmt: skip
ZONES = {"acme": "UTC", "beta": "UTC", "gamma": "Asia/Shanghai"}


def priced(sku: str, model: Model) -> PriceVersion:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    block = 10 * E6 if model is Model.BLOCK else None
    return PriceVersion(f"p-{sku}", sku, "CNY", since, model, Counter.ACCOUNT, (Tier(None, 3 * E10),), block)


MODELS = {"vm": Model.UNIT, "big": Model.UNIT, "flat": Model.FLAT, "block": Model.BLOCK}
BOOK = PriceBook(
    tuple(Sku(name, "compute", name, "hour") for name in MODELS),
    tuple(priced(name, model) for name, model in MODELS.items()),
    (),
    (*(AccountCurrency(name, "CNY") for name in ("acme", "beta", "gamma")), AccountCurrency("dollar", "USD")),
)


def usage(units: int, hour: int = 0, *, name: str = "r", account: str = "acme", sku: str = "vm") -> UsageRecord:
    at = START + hour * HOUR
    return UsageRecord(name, account, "main", sku, units * E6, at, at + HOUR)


def took(*records: UsageRecord, by: tuple[Commitment, ...] = (PACKAGE,)) -> list[tuple[str, str, int, int, int]]:
    found = deduct(records, by, BOOK, ZONES)
    return [
        (one.commitment.source_id, one.record.record_id, one.quantity_e6, one.taken, one.effective_cost_e10)
        for one in found
    ]


def test_a_window_gives_until_it_is_used_and_costs_in_parts() -> None:
    found = took(usage(4, 1, name="a"), usage(3, 2, name="b", sku="big"), usage(1, 24, name="c"))
    assert found == [
        ("pkg", "a", 4 * E6, 4 * E6 * E6, 28 * E10 // 10),
        ("pkg", "b", 3 * E6, 6 * E6 * E6, 42 * E10 // 10),
        ("pkg", "c", 1 * E6, 1 * E6 * E6, 8 * E10 // 10),  # the last day costs what rounding left
    ]


def test_the_last_record_of_a_window_gets_a_part_and_then_it_is_over() -> None:
    found = took(usage(9, 1, name="a"), usage(3, 2, name="b", sku="big"), usage(1, 3, name="c"))
    assert [(name, quantity) for _, name, quantity, _, _ in found] == [("a", 9 * E6), ("b", E6 // 2)]
    exact = took(usage(10, 1, name="a"), usage(1, 2, name="b"))
    assert [(name, quantity) for _, name, quantity, _, _ in exact] == [("a", 10 * E6)]


def test_a_part_too_small_for_the_factor_is_left_and_the_window_is_over() -> None:
    thirds = replace(PACKAGE, capacity=2, weights={"vm": 3, "big": 1})
    found = took(usage(1, 1, name="a"), usage(1, 2, name="b", sku="big"), by=(thirds,))
    assert [(name, quantity) for _, name, quantity, _, _ in found] == [("a", 666_666)]
    nothing = replace(PACKAGE, capacity=1, weights={"vm": 2 * E6})
    small = replace(usage(0, 1, name="a"), quantity_e6=1)
    assert took(small, replace(usage(0, 2, name="b"), quantity_e6=1), by=(nothing,)) == []


def test_records_are_taken_in_billing_time_order() -> None:
    records = [usage(6, 2, name="b"), usage(6, 1, name="z"), usage(6, 2, name="a", account="beta")]
    shared = replace(PACKAGE, shares=(Sharing(None, START),))
    assert [(name, quantity) for _, name, quantity, _, _ in took(*records, by=(shared,))] == [
        ("z", 6 * E6),
        ("b", 4 * E6),
    ]
    same = [usage(6, 1, name="b"), usage(6, 1, name="a")]
    assert [name for _, name, *_ in took(*same)] == ["a", "b"]


def test_packages_come_before_plans_and_the_first_to_expire_first() -> None:
    longer = replace(PACKAGE, source_id="longer", valid=Period(START, START + 72 * HOUR))
    whole = replace(PACKAGE, source_id="whole", cycle=None)
    later = replace(PACKAGE, source_id="a-later", valid=Period(START + HOUR, START + 48 * HOUR))
    turns = sorted([PLAN, longer, later, whole, PACKAGE], key=lambda one: one.turn)
    assert [one.source_id for one in turns] == ["pkg", "a-later", "whole", "longer", "plan"]
    found = took(usage(13, 1), by=(PLAN, longer, replace(PACKAGE, capacity=E6)))
    assert [(source, quantity) for source, _, quantity, _, _ in found] == [
        ("pkg", E6), ("longer", 10 * E6), ("plan", 2 * E6),
    ]  # fmt: skip
    half = took(usage(16, 1), by=(PLAN, longer))
    assert [(source, quantity) for source, _, quantity, _, _ in half] == [("longer", 10 * E6), ("plan", 25 * E6 // 10)]


@pytest.mark.parametrize(
    ("changed", "covered"),
    [
        ({}, True),
        ({"payer_id": "other"}, False),
        ({"sku_id": "block"}, False),
        ({"account_id": "beta"}, False),
        ({"region": "west"}, True),
        ({"usage_start": START + 48 * HOUR}, False),
        ({"usage_start": START + 48 * HOUR - timedelta(seconds=1)}, True),
        ({"usage_start": START - timedelta(seconds=1)}, False),
    ],
)
def test_the_scope_of_a_commitment(changed: dict[str, object], covered: bool) -> None:  # noqa: FBT001
    assert PACKAGE.covers(replace(usage(1), **changed)) is covered  # type: ignore[arg-type]


def test_regions_shares_and_skips() -> None:
    east, west = replace(usage(1), region="east"), replace(usage(1), region="west")
    in_east = replace(PACKAGE, regions=frozenset({"east"}))
    assert (in_east.covers(east), in_east.covers(west), in_east.covers(usage(1))) == (True, False, False)
    at, other = START + 2 * HOUR, usage(1, 2, account="beta")
    for share, covered in (
        (Sharing("beta", START), True),
        (Sharing(None, START), True),
        (Sharing("gamma", START), False),
        (Sharing("beta", at), True),
        (Sharing("beta", at + HOUR), False),
        (Sharing("beta", START, at), False),
        (Sharing("beta", START, at + timedelta(seconds=1)), True),
    ):
        assert replace(PACKAGE, shares=(Sharing("gamma", START), share)).covers(other) is covered, share
    for skip, covered in (
        (Skip("vm", None, START), False),
        (Skip("big", None, START), True),
        (Skip(None, "acme", START), False),
        (Skip(None, "beta", START), True),
        (Skip("vm", "beta", START), True),
        (Skip("vm", "acme", START), False),
        (Skip("vm", "acme", at + HOUR), True),
        (Skip("vm", "acme", START, at), True),
    ):
        assert replace(PACKAGE, skips=(skip,)).covers(usage(1, 2)) is covered, skip
    with pytest.raises(AssertionError, match=r"^a skip rule names what is skipped"):
        Skip(None, None, START)


def test_a_commitment_gives_something_for_something() -> None:
    for changed, said in (
        ({"capacity": 0}, "^a commitment gives something"),
        ({"weights": {}}, "^a commitment names what it covers"),
        ({"weights": {"vm": 0}}, "^nothing is covered for nothing"),
    ):
        with pytest.raises(AssertionError, match=said):
            replace(PACKAGE, **changed)  # type: ignore[arg-type]
    assert replace(PACKAGE, capacity=1, weights={"vm": 1}).capacity == 1


def test_flat_prices_have_no_quantity_and_blocks_no_price_of_a_unit() -> None:
    both = replace(PACKAGE, weights={"flat": 1, "block": E6, "vm": E6})
    records = (usage(1, 1, name="f", sku="flat"), usage(2, 1, name="b", sku="block"), usage(3, 2, name="v"))
    found = deduct(records, [both], BOOK, ZONES)
    assert [(one.record.record_id, one.list_unit_price_e10) for one in found] == [("b", None), ("v", 3 * E10)]
    assert [one.list_cost_e10 for one in found] == [found[0].effective_cost_e10, 9 * E10]


def test_currency_and_zone_have_to_fit() -> None:
    shared = replace(PACKAGE, shares=(Sharing(None, START),))
    dollars = replace(PACKAGE, currency="USD")
    assert took(usage(1, account="gamma"), by=(shared,)) == []
    assert took(usage(1), by=(dollars,)) == []
    assert len(took(usage(1), by=(dollars, shared))) == 1


def test_what_was_taken_before_counts() -> None:
    before = {("pkg", START): 9 * E6 * E6}
    found = deduct([usage(4, 1)], [PACKAGE], BOOK, ZONES, before)
    assert [(one.quantity_e6, one.effective_cost_e10) for one in found] == [(E6, 7 * E10 // 10)]
    assert taken_by_window(found, before) == {("pkg", START): 10 * E6 * E6}
    assert before == {("pkg", START): 9 * E6 * E6}
    day = START + 24 * HOUR
    more = deduct([usage(4, 1), usage(1, 2), usage(2, 25, name="n")], [PACKAGE], BOOK, ZONES)
    assert taken_by_window(more) == {("pkg", START): 5 * E6 * E6, ("pkg", day): 2 * E6 * E6}


def test_what_is_left_is_priced() -> None:
    records = [usage(4, 1, name="a"), usage(9, 2, name="b"), usage(5, 3, name="c"), usage(1, account="beta", name="a")]
    found = deduct(records, [PACKAGE, PLAN], BOOK, ZONES)
    left = [one.quantity_e6 for one in left_of(records, found)]
    assert left == [0, E6 // 2, 25 * E6 // 10, E6]
    assert [one.record_id for one in left_of(records, found)] == ["a", "b", "c", "a"]
    assert left_of(records, []) == records


def test_windows_are_over_when_their_end_has_come() -> None:
    day = 24 * HOUR
    first, second = Period(START, START + day), Period(START + day, START + 2 * day)
    assert list(windows_over(PACKAGE, Period(START, START + 10 * day))) == [first, second]
    assert list(windows_over(PACKAGE, Period(START, START + day))) == [first]
    assert list(windows_over(PACKAGE, Period(START + day, START + 2 * day))) == [second]
    assert list(windows_over(PACKAGE, Period(START + day / 2, START + 2 * day))) == [first, second]
    assert list(windows_over(PACKAGE, Period(START, START + day / 2))) == []
    assert list(windows_over(PACKAGE, Period(START + 2 * day, START + 3 * day))) == []
    short = replace(PACKAGE, valid=Period(START + day / 4, START + day / 2))
    assert list(windows_over(short, Period(START, START + day / 2))) == [first]
    whole = replace(PACKAGE, cycle=None)
    assert list(windows_over(whole, Period(START, START + 2 * day))) == [whole.valid]
    assert list(windows_over(whole, Period(START + 2 * day, START + 3 * day))) == []
    assert list(windows_over(whole, Period(START, START + 2 * day - timedelta(seconds=1)))) == []


def test_what_nobody_used_costs_the_rest() -> None:
    within = Period(START, START + 48 * HOUR)
    taken = {("pkg", START): 4 * E6 * E6, ("pkg", START + 24 * HOUR): 10 * E6 * E6}
    found = unused([PACKAGE], taken, within)
    assert [(one.commitment, one.window.start, one.left, one.effective_cost_e10) for one in found] == [
        (PACKAGE, START, 6 * E6, 42 * E10 // 10)
    ]
    later = replace(PACKAGE, source_id="later", valid=Period(START, START + 72 * HOUR))
    named = [(one.commitment.source_id, one.effective_cost_e10 // E10) for one in unused([later, PACKAGE], {}, within)]
    assert named == [("pkg", 7), ("pkg", 8), ("later", 7), ("later", 7)]


def test_those_that_may_meet_take_in_passes() -> None:
    half = START + 24 * HOUR
    early = replace(PACKAGE, source_id="early", valid=Period(START, half))
    late = replace(PACKAGE, source_id="late", valid=Period(half, START + 48 * HOUR))
    other = replace(PACKAGE, source_id="other", payer_id="else")
    disk = replace(PACKAGE, source_id="disk", weights={"disk": 1})
    long = replace(PACKAGE, source_id="long", valid=Period(START, START + 96 * HOUR), weights={"big": 1})
    assert passes([PLAN, long, disk, other, late, early]) == {
        "early": 1, "late": 1, "disk": 1, "other": 1, "long": 2, "plan": 2,
    }  # fmt: skip
    assert passes([PACKAGE, PLAN, replace(PLAN, source_id="plan-2")]) == {"pkg": 1, "plan": 2, "plan-2": 3}


def test_kinds_have_names() -> None:
    assert [one.text() for one in Kind] == [one.text("en") for one in Kind] == ["resource package", "savings plan"]
    assert [one.text("zh") for one in Kind] == ["资源包", "节省计划"]


def test_what_a_package_does_not_take_is_there_for_the_plan() -> None:
    found = took(usage(10, 1, name="a"), usage(1, 1, name="b"), by=(PACKAGE, PLAN))
    assert [(source, name, quantity) for source, name, quantity, _, _ in found] == [
        ("pkg", "a", 10 * E6),
        ("plan", "b", E6),
    ]


def test_large_windows_are_spread_exactly() -> None:
    large = replace(PACKAGE, capacity=10**18 + 7, cost_e10=10**18 + 7)
    assert large.spread(Period(START, START + 24 * HOUR), (10**18 + 6) * E6) == 10**18 + 6
