from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partita.core.org import (
    FinanceMode,
    OrgUnit,
    PaymentRelation,
    UnitKind,
    chained,
    circular,
    nearest,
    path_of,
    payer_of,
)
from partita.core.period import Cycle

START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = st.sampled_from("abcdef")


def unit(name: str, parent: str | None) -> OrgUnit:
    return OrgUnit("group", name, parent, UnitKind.DEPARTMENT, name.upper())


@given(st.dictionaries(NAMES, st.one_of(st.none(), NAMES)))
def test_circular_units_are_those_that_never_reach_the_top(parents: dict[str, str | None]) -> None:
    units = {("group", name): unit(name, parent) for name, parent in parents.items()}

    def lost(name: str | None, steps: int = 0) -> bool:
        if name is None or name not in parents:
            return False
        return steps > len(parents) or lost(parents[name], steps + 1)

    assert {one.org_unit_id for one in circular(units)} == {name for name in parents if lost(name)}


@given(st.dictionaries(st.tuples(NAMES, st.integers(0, 5)), NAMES))
def test_chains_are_found_at_every_instant_and_only_there(rows: dict[tuple[str, int], str]) -> None:
    relations: dict[str, list[PaymentRelation]] = {}
    for (account, day), payer in sorted(rows.items()):
        one = PaymentRelation(account, START + timedelta(days=day), payer)
        relations.setdefault(account, []).append(one)

    def broken(account: str, day: int) -> bool:
        at = START + timedelta(days=day)
        payer = payer_of(relations[account], at, cycle=Cycle.HOUR, zone="UTC")
        if payer in {None, account}:
            return False
        return payer_of(relations.get(str(payer), []), at, cycle=Cycle.HOUR, zone="UTC") != payer

    for account in relations:
        assert bool(list(chained(relations, account))) == any(broken(account, day) for day in range(6))


def test_the_nearest_company_and_department_of_a_path() -> None:
    units = {
        ("group", "east"): OrgUnit("group", "east", None, UnitKind.COMPANY, "East"),
        ("group", "sales"): OrgUnit("group", "sales", "east", UnitKind.DEPARTMENT, "Sales"),
        ("group", "online"): OrgUnit("group", "online", "sales", UnitKind.DEPARTMENT, "Online"),
    }
    path = path_of(units, "group", "online")

    assert [one.name for one in path] == ["East", "Sales", "Online"]
    assert nearest(path, UnitKind.COMPANY) == path[0]
    assert nearest(path, UnitKind.DEPARTMENT) == path[2]
    assert nearest(path, UnitKind.TEAM) is None


def test_the_mode_follows_from_who_pays() -> None:
    assert PaymentRelation("shop", START, "shop").mode is FinanceMode.INDEPENDENT
    assert PaymentRelation("shop", START, "main").mode is FinanceMode.TRUSTEESHIP
