"""The organisation: enterprises, the tree of org units, cloud accounts, where they stand and who pays for them.

Owns the nouns of the organisation, the shape of the tree, and `payer_of`. Does not own prices (`catalog`) nor what a
setup folder may change (`setup`). A placement and a payment relation carry only where they start: each ends where the
next one of the same account starts, and a payer begins to pay for a product with the product's next billing cycle.
Rules: ORG-1 … ORG-5 (`docs/rules/org.md`); source: enterprise-finance.md B1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from partita.core.period import Cycle


class FinanceMode(Enum):
    """How a member account stands to its payer (ORG-3): 财务管理, it pays for itself; 财务托管, another pays."""

    INDEPENDENT = "independent"
    TRUSTEESHIP = "trusteeship"


class UnitKind(Enum):
    """What an org unit is, from the top down (ORG-1)."""

    COMPANY = "company"
    DEPARTMENT = "department"
    TEAM = "team"


KIND_ORDER = tuple(UnitKind)
"""A unit never stands under one of a lower kind: a department may hold departments and teams, never a company."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A group whose accounts are kept in one set of books; its zone gives the calendar, its currency the money."""

    enterprise_id: str
    name: str
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A company, department or team; `parent_id` None = directly under the enterprise."""

    enterprise_id: str
    org_unit_id: str
    parent_id: str | None
    kind: UnitKind
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """A cloud account; it belongs to one enterprise for ever."""

    account_id: str
    enterprise_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an account stands in the tree from `effective_from` on (ORG-2)."""

    account_id: str
    effective_from: datetime
    enterprise_id: str
    org_unit_id: str

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"


@dataclass(frozen=True, slots=True)
class PaymentRelation:
    """Who pays for an account from `effective_from` on (ORG-3)."""

    account_id: str
    effective_from: datetime
    payer_id: str

    def __post_init__(self) -> None:
        assert self.effective_from.tzinfo is not None, "an instant carries its zone"

    @property
    def mode(self) -> FinanceMode:
        """The finance mode that this relation means."""
        return FinanceMode.INDEPENDENT if self.payer_id == self.account_id else FinanceMode.TRUSTEESHIP


INSTANT = timedelta(microseconds=1)
"""How far apart two payers are kept that begin at one instant: an account has one row for each instant."""

Units = Mapping[tuple[str, str], OrgUnit]
"""Org units by (enterprise_id, org_unit_id)."""


def payer_of(relations: Iterable[PaymentRelation], at: datetime, *, cycle: Cycle, zone: str) -> str | None:
    """Return who pays for usage of an account that starts at `at`, of a product billed by `cycle` (ORG-3, ORG-5).

    None before the account's first relation: it is not open. `zone` is that of the account's enterprise.
    """
    started = [relation for relation in by_cycle(relations, cycle, zone) if relation.effective_from <= at]
    return started[-1].payer_id if started else None


def by_cycle(relations: Iterable[PaymentRelation], cycle: Cycle, zone: str) -> list[PaymentRelation]:
    """Return the payment relations of one account as a product of this cycle sees them, in order of time (ORG-5).

    Each begins with the next cycle, so that every cycle has one payer; but the first with the account itself: before
    it nobody paid. Of two that begin with the same cycle the later one counts, also of two that begin at one instant.
    """
    in_order = sorted(relations, key=lambda one: one.effective_from)
    found = in_order[:1]
    began = [one.effective_from for one in found]
    for before, relation in pairwise(in_order):
        if relation.effective_from - before.effective_from > INSTANT:
            began.append(relation.effective_from)
        start = cycle.next_start(began[-1], zone)
        if found[-1].effective_from == start:
            found.pop()
        found.append(PaymentRelation(relation.account_id, start, relation.payer_id))
    return found


def payers_from(
    relations: Iterable[PaymentRelation], at: datetime, *, cycle: Cycle, zone: str
) -> tuple[tuple[datetime, str], ...]:
    """Return who pays for usage of an account that starts at `at` or later: from when, and who, each other payer once.

    Of a product billed by `cycle` (ORG-5). The first of them paid before too, from an instant that is not told, unless
    the account opens later.
    """
    spans: list[tuple[datetime, str]] = []
    for one in by_cycle(relations, cycle, zone):
        if one.effective_from <= at:
            spans.clear()
        if not spans or spans[-1][1] != one.payer_id:
            spans.append((max(at, one.effective_from), one.payer_id))
    return tuple(spans)


def placement_at(placements: Iterable[Placement], at: datetime) -> Placement | None:
    """Return where an account stands at `at`: the latest placement that has started; None before the first (ORG-2)."""
    started = [placement for placement in placements if placement.effective_from <= at]
    return max(started, key=lambda placement: placement.effective_from, default=None)


def path_of(units: Units, enterprise_id: str, org_unit_id: str) -> tuple[OrgUnit, ...]:
    """Return the units from the top of the enterprise down to this one (ORG-1). The tree has no cycle."""
    path: list[OrgUnit] = []
    step: str | None = org_unit_id
    while step is not None:
        assert len(path) < len(units), "the tree has no cycle"
        unit = units[enterprise_id, step]
        path.append(unit)
        step = unit.parent_id
    return tuple(reversed(path))


def nearest(path: Sequence[OrgUnit], kind: UnitKind) -> OrgUnit | None:
    """Return the unit of this kind that is nearest to the end of a path: an account's company, its department."""
    return next((unit for unit in reversed(path) if unit.kind is kind), None)


def kind_fits(parent: OrgUnit, child: OrgUnit) -> bool:
    """Say whether the child may stand under the parent: never under a lower kind (ORG-1)."""
    return KIND_ORDER.index(parent.kind) <= KIND_ORDER.index(child.kind)


def circular(units: Units) -> Iterator[OrgUnit]:
    """Yield the units that do not lead up to the enterprise because they stand in or under a circle (ORG-1).

    A parent that is not in `units` counts as the top: that it is unknown is another fault.
    """
    sound: set[tuple[str, str]] = set()
    for start in units.values():
        trail: dict[tuple[str, str], OrgUnit] = {}
        unit: OrgUnit | None = start
        while unit is not None and (key := (unit.enterprise_id, unit.org_unit_id)) not in sound and key not in trail:
            trail[key] = unit
            unit = units.get((unit.enterprise_id, unit.parent_id)) if unit.parent_id else None
        if unit is None or (unit.enterprise_id, unit.org_unit_id) in sound:
            sound.update(trail)
        else:
            yield start


def chained(relations: Mapping[str, Sequence[PaymentRelation]], account_id: str) -> Iterator[PaymentRelation]:
    """Yield the relations of an account whose payer does not, all that time, pay for itself (ORG-4: no chains).

    `relations` holds the relations of every account concerned, each in order of time. An account that pays for others
    is asked from both sides: as the member and as the payer, so checking every account finds every chain.
    """
    own = relations[account_id]
    ends: list[datetime | None] = [*(later.effective_from for later in own[1:]), None]
    for relation, end in zip(own, ends, strict=True):
        if relation.mode is FinanceMode.INDEPENDENT:
            continue
        of_payer = relations.get(relation.payer_id, ())
        during = [one for one in of_payer if end is None or one.effective_from < end]
        before = [one for one in during if one.effective_from <= relation.effective_from]
        after = [one for one in during if one.effective_from > relation.effective_from]
        if not before or any(one.mode is FinanceMode.TRUSTEESHIP for one in (before[-1], *after)):
            yield relation
