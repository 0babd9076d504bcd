"""Setting up: which facts of organisation and catalogue a folder of documents adds to the books, or why it may not.

Owns the comparison of what is stated with what is recorded, the checks across rows, and the guard of closed months.
Does not own how documents are written (`formats.setup`) nor the nouns (`org`, `catalog`, `discount`).
Rules: SETUP-1 … SETUP-5 (`docs/rules/setup.md`), ORG-1, ORG-3, ORG-4.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any

from partita.core.catalog import PriceVersion, Product, Sku, Tier
from partita.core.discount import Discount, Target
from partita.core.fault import Fault, Origin, Problem
from partita.core.org import (
    Account,
    Enterprise,
    FinanceMode,
    OrgUnit,
    PaymentRelation,
    Placement,
    chained,
    circular,
    kind_fits,
)
from partita.core.period import DEFAULT_ZONE, Month, Period, in_zone
from partita.core.quantity import FACTOR_ONE, format_price, format_quantity


@dataclass(frozen=True, slots=True)
class Setup:
    """Organisation and catalogue by key: what stands in the books, what a folder states, or what it adds."""

    enterprises: dict[str, Enterprise] = field(default_factory=dict)
    units: dict[tuple[str, str], OrgUnit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    placements: dict[tuple[str, datetime], Placement] = field(default_factory=dict)
    relations: dict[tuple[str, datetime], PaymentRelation] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    skus: dict[str, Sku] = field(default_factory=dict)
    prices: dict[tuple[str, str, datetime], PriceVersion] = field(default_factory=dict)
    discounts: dict[tuple[str, Target, str | None, datetime], Discount] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[str, dict[Any, Any]]]:
        """Yield each kind of fact with its name, in the order in which they build on one another."""
        for kind in KINDS:
            yield kind, getattr(self, kind)

    def counts(self) -> dict[str, int]:
        """Return how many facts of each kind there are."""
        return {kind: len(facts) for kind, facts in self.parts()}


KINDS = tuple(one.name for one in fields(Setup))
DATED = frozenset({"placements", "relations", "prices", "discounts"})


@dataclass(frozen=True, slots=True)
class Stated:
    """What a folder states, and where: origins by kind and key."""

    setup: Setup = field(default_factory=Setup)
    origins: dict[tuple[str, object], Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the books have settled already, so that no folder may change it.

    `closed`: the months whose close has begun. `reach`: the last start of each account's stored usage, with which its
    payer is stored. `related`: (account, the other side) of accounts that have or had a relation.
    """

    closed: Sequence[Month] = ()
    reach: Mapping[str, datetime] = field(default_factory=dict)
    related: Mapping[str, str] = field(default_factory=dict)


def decide(stated: Stated, books: Setup, settled: Settled) -> Setup | list[Problem]:
    """Return the facts that are new, or every problem found; with any problem nothing is added (SETUP-1, SETUP-2).

    Checked in this order: contradictions, references, the tree, who pays, relations and usage, closed months. Problems
    come in this order too, then by file and row.
    """
    new = Setup(**{kind: _missing_from(getattr(books, kind), facts) for kind, facts in stated.setup.parts()})
    whole = Setup(**{kind: facts | getattr(new, kind) for kind, facts in books.parts()})
    contradictions = list(_contradictions(stated, books))
    if contradictions:
        return contradictions
    problems = [*_references(stated, new, whole), *_tree(stated, new, whole), *_payers(stated, new, whole)]
    problems = problems or list(_settled_payers(stated, new, books, settled))
    if not problems and settled.closed:
        problems = list(_closed_months(stated, new, books, settled.closed))
    return problems or new


def contradiction(kind: str, fact: object, other: object) -> tuple[str, dict[str, object]]:
    """Say in which column two facts of one key differ: (column, what and both values as a person reads them)."""
    names = [one.name for one in fields(type(fact))]  # type: ignore[arg-type]
    name = next(name for name in names if getattr(fact, name) != getattr(other, name))
    what = f"{_NOUN[kind]} {getattr(fact, names[0])}" if kind != "prices" else f"price {fact.sku_id}"  # type: ignore[attr-defined]
    detail: dict[str, object] = {
        "what": what,
        "value": shown(getattr(fact, name)),
        "other": shown(getattr(other, name)),
    }
    return _COLUMN.get(name, name), detail


def shown(value: object) -> str:
    """Write the value of a fact as a document would: enums by value, tiers as `≤100: 0.25, then 0.2`."""
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case tuple():
            return ", ".join(_tier(tier) for tier in value)
        case _:
            return str(value)


_NOUN = {
    "enterprises": "enterprise",
    "units": "org unit",
    "accounts": "account",
    "placements": "account",
    "relations": "account",
    "products": "product",
    "skus": "SKU",
    "prices": "price",
    "discounts": "discount of",
}
_COLUMN = {"tiers": "price", "block_e6": "block_size", "factor_e6": "factor"}


def _tier(tier: Tier) -> str:
    price = format_price(tier.price_e10)
    return price if tier.to_e6 is None else f"≤{format_quantity(tier.to_e6)}: {price}"


def _missing_from(recorded: Mapping[Any, Any], facts: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: fact for key, fact in facts.items() if key not in recorded}


def _contradictions(stated: Stated, books: Setup) -> Iterator[Problem]:
    for kind, facts in stated.setup.parts():
        recorded = getattr(books, kind)
        fault = Fault.CONTRADICTS_BOOKS_FROM if kind in DATED else Fault.CONTRADICTS_BOOKS
        for key, fact in facts.items():
            if recorded.get(key, fact) != fact:
                column, detail = contradiction(kind, fact, recorded[key])
                yield Problem(fault, stated.origins[kind, key], column, detail)


def _references(stated: Stated, new: Setup, whole: Setup) -> Iterator[Problem]:
    """Yield what names something that nobody knows."""
    wanted: list[tuple[str, str, Mapping[Any, Any], str, Callable[[Any], Any]]] = [
        ("units", "enterprise_id", whole.enterprises, "enterprises.csv", lambda one: one.enterprise_id),
        ("accounts", "enterprise_id", whole.enterprises, "enterprises.csv", lambda one: one.enterprise_id),
        ("placements", "org_unit_id", whole.units, "units.csv", lambda one: (one.enterprise_id, one.org_unit_id)),
        ("relations", "payer_id", whole.accounts, "accounts.csv", lambda one: one.payer_id),
        ("skus", "product_id", whole.products, "products.csv", lambda one: one.product_id),
        ("prices", "sku_id", whole.skus, "skus.csv", lambda one: one.sku_id),
        ("discounts", "payer_id", whole.accounts, "accounts.csv", lambda one: one.payer_id),
    ]
    for kind, column, known, file, reference in wanted:
        for key, fact in getattr(new, kind).items():
            if (wish := reference(fact)) not in known:
                detail = {"kind": column, "value": wish[-1] if isinstance(wish, tuple) else wish, "file": file}
                yield Problem(Fault.UNKNOWN_REFERENCE, stated.origins[kind, key], column, detail)
    for place, discount in new.discounts.items():
        known = whole.skus if discount.target_kind is Target.SKU else whole.products
        if discount.target_kind is not Target.ALL and discount.target_id not in known:
            kind = discount.target_kind.value
            detail = {"kind": kind, "value": discount.target_id, "file": f"{kind}s.csv"}
            yield Problem(Fault.UNKNOWN_REFERENCE, stated.origins["discounts", place], "target_id", detail)


def _tree(stated: Stated, new: Setup, whole: Setup) -> Iterator[Problem]:
    """Yield units whose parent is unknown, of too low a kind, or themselves (ORG-1)."""
    for key, unit in new.units.items():
        if unit.parent_id is None:
            continue
        origin = stated.origins["units", key]
        parent = whole.units.get((unit.enterprise_id, unit.parent_id))
        if parent is None:
            detail = {"kind": "org_unit_id", "value": unit.parent_id, "file": "units.csv"}
            yield Problem(Fault.UNKNOWN_REFERENCE, origin, "parent_id", detail)
        elif not kind_fits(parent, unit):
            low = {"kind": unit.kind.value, "parent_kind": parent.kind.value, "value": parent.org_unit_id}
            yield Problem(Fault.KIND_TOO_LOW, origin, "parent_id", low)
    if new.units:
        # A circle never runs through a recorded unit: its parents were recorded, and checked, before it.
        for unit in circular(whole.units):
            origin = stated.origins["units", (unit.enterprise_id, unit.org_unit_id)]
            yield Problem(Fault.CIRCLE, origin, "parent_id")


def _payers(stated: Stated, new: Setup, whole: Setup) -> Iterator[Problem]:
    """Yield payers of another enterprise, and chains (ORG-3, ORG-4)."""
    if not new.relations:
        return
    for key, relation in new.relations.items():
        payer, account = whole.accounts.get(relation.payer_id), whole.accounts.get(relation.account_id)
        if payer and account and payer.enterprise_id != account.enterprise_id:
            others = {"value": payer.account_id, "other": payer.enterprise_id, "own": account.enterprise_id}
            yield Problem(Fault.OTHER_ENTERPRISE, stated.origins["relations", key], "payer_id", others)
    of_account: dict[str, list[PaymentRelation]] = {}
    for key in sorted(whole.relations):
        of_account.setdefault(key[0], []).append(whole.relations[key])
    # Where the member's row is a recorded one, it is a new row of its payer that made the chain.
    rows: dict[str, Origin] = {}
    for key, relation in new.relations.items():
        if relation.mode is FinanceMode.TRUSTEESHIP:
            rows.setdefault(key[0], stated.origins["relations", key])
    for account_id in of_account:
        for relation in chained(of_account, account_id):
            origin = stated.origins.get(("relations", (account_id, relation.effective_from)))
            origin = origin or rows.get(relation.payer_id)
            if origin is not None and relation.payer_id in whole.accounts:
                detail = {"payer": relation.payer_id, "account": account_id}
                yield Problem(Fault.CHAIN, origin, "payer_id", detail)


def _settled_payers(stated: Stated, new: Setup, books: Setup, settled: Settled) -> Iterator[Problem]:
    """Yield changes of who pays that a relation decides, or that start before usage that is stored (SETUP-5)."""
    starts = _starts(books.relations)
    for key, relation in new.relations.items():
        account_id, on = key
        origin = stated.origins["relations", key]
        recorded = starts.get((account_id,))
        # A row before the first one moves that to its next cycle, so it is compared with it.
        before = books.relations[account_id, _latest(recorded, on) or recorded[0]] if recorded else relation
        if before.payer_id == relation.payer_id:
            continue
        last = settled.reach.get(account_id)
        if account_id in settled.related:
            detail = {"account": account_id, "other": settled.related[account_id]}
            yield Problem(Fault.HAS_RELATION, origin, "payer_id", detail)
        elif last is not None and last >= on:
            zone = _zone(books, new)
            late = {"account": account_id, "last": in_zone(last, zone), "on": in_zone(on, zone)}
            yield Problem(Fault.HAS_USAGE, origin, "effective_from", late)


def _closed_months(stated: Stated, new: Setup, books: Setup, closed: Sequence[Month]) -> Iterator[Problem]:
    """Yield what would change the money of a closed month (SETUP-3).

    A first price or payer changes nothing there: without it no usage was rated. A discount has always something before
    it, the full price, unless its payer is new.
    """
    frozen = frozen_spans(closed, (books.enterprises | new.enterprises).values())
    full_price = (FACTOR_ONE, False)
    watched: list[tuple[str, Callable[[Any], object], Callable[[Any], object]]] = [
        ("relations", lambda one: one.payer_id, lambda _: None),
        ("prices", lambda one: one.price_id, lambda _: None),
        (
            "discounts",
            lambda one: (one.factor_e6, one.exclusive),
            lambda one: full_price if one.payer_id in books.accounts else None,
        ),
    ]
    for kind, content, at_first in watched:
        recorded, added = getattr(books, kind), getattr(new, kind)
        starts, all_starts = _starts(recorded), _starts(recorded, added)
        for key, fact in added.items():
            start = _latest(starts.get(key[:-1], ()), key[-1])
            before = at_first(fact) if start is None else content(recorded[*key[:-1], start])
            if before is None or before == content(fact):
                continue
            month = _first_overlap(key[-1], all_starts[key[:-1]], frozen)
            if month is not None:
                detail = {"on": in_zone(key[-1], _zone(books, new)), "month": str(month)}
                yield Problem(Fault.CLOSED_MONTH, stated.origins[kind, key], "effective_from", detail)


def _zone(books: Setup, new: Setup) -> str:
    """Return the zone in which messages show instants: that of the first enterprise."""
    return next((one.zone for one in (books.enterprises | new.enterprises).values()), DEFAULT_ZONE)


def frozen_spans(closed: Sequence[Month], enterprises: Iterable[Enterprise]) -> list[tuple[Month, Period]]:
    """Return each closed month from its earliest start to its latest end in any enterprise's zone."""
    zones = sorted({one.zone for one in enterprises}) or [DEFAULT_ZONE]
    periods = [(month, [month.period(zone) for zone in zones]) for month in closed]
    return [(month, Period(min(one.start for one in some), max(one.end for one in some))) for month, some in periods]


def _first_overlap(start: datetime, starts: list[datetime], frozen: list[tuple[Month, Period]]) -> Month | None:
    """Return the first closed month that the span from `start` to the next of `starts` touches."""
    later = starts[bisect_right(starts, start) :]
    touched = (month for month, one in frozen if start < one.end and (not later or later[0] > one.start))
    return next(touched, None)


def _latest(starts: Sequence[datetime], at: datetime) -> datetime | None:
    number = bisect_right(starts, at)
    return starts[number - 1] if number else None


def _starts(*facts: Mapping[Any, Any]) -> dict[Any, list[datetime]]:
    starts: dict[Any, list[datetime]] = {}
    for key in sorted((key for some in facts for key in some), key=lambda key: key[-1]):
        starts.setdefault(key[:-1], []).append(key[-1])
    return starts
