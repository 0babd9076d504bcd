"""The organisation: add a unit, move an account, show the tree. Load → decide → save, once.

Whole organisations come by `setup`, new accounts by `registration`. Rules: PLACE-1, PLACE-2, ANALYSIS-4
(`docs/rules/placement.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core import placement as placement_core
from partita.core.org import Account, Enterprise, OrgUnit, Placement, path_of, placement_at
from partita.core.period import DEFAULT_ZONE
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.store import org as org_store
from partita.store import placement as placement_store
from partita.usecases.moment import Moment, start_of
from partita.usecases.permission import authorise, authorise_in, sight
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class UnitAdded:
    """A unit, and the units above it from the top down."""

    unit: OrgUnit
    path: tuple[str, ...]
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class AccountMoved:
    """Where an account stands from an instant on, and where it stood until then."""

    placement: Placement
    before: str
    zone: str
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """The organisation at an instant, as far as the actor may see it: units by enterprise, accounts by unit."""

    at: datetime
    enterprises: list[Enterprise]
    units: list[OrgUnit]
    accounts: dict[tuple[str, str], list[Account]]


def add_unit(work: Work, unit: OrgUnit, *, dry_run: bool = False) -> UnitAdded | Refused:
    """Add a unit to the tree (PLACE-1); the same unit again changes nothing.

    Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE, then `core.placement.added`.
    """
    allowed = authorise_in(work, Action.CHANGE_ORGANISATION, unit.enterprise_id, unit.parent_id)
    if isinstance(allowed, Refused):
        return allowed
    if unit.enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=unit.enterprise_id)
    placement_store.lock_tree(work.tx)
    units = org_store.units_of(work.tx)
    new = placement_core.added(units, unit)
    if isinstance(new, Refused):
        return new
    with work.tx.transaction(force_rollback=dry_run):
        if new is not None:
            org_store.add_units(work.tx, [new], recorded_at=work.now)
    whole = units | {(unit.enterprise_id, unit.org_unit_id): unit}
    path = tuple(one.name for one in path_of(whole, unit.enterprise_id, unit.org_unit_id))
    return UnitAdded(unit, path, new is None, dry_run)


def move_account(
    work: Work, *, account_id: str, org_unit_id: str, effective_from: Moment | None = None, dry_run: bool = False
) -> AccountMoved | Refused:
    """Move an account to another unit of its enterprise from an instant on, now if none is given (PLACE-2).

    Both the account and the unit have to be within the actor's reach. Refused in this order: NOT_PERMITTED, TIER_LACKS,
    ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT, NOT_PERMITTED (the unit), then `core.placement.moved`.
    """
    allowed = authorise(work, Action.CHANGE_ORGANISATION, account_id)
    if isinstance(allowed, Refused):
        return allowed
    account = org_store.accounts_of(work.tx).get(account_id)
    if account is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    allowed = authorise_in(work, Action.CHANGE_ORGANISATION, account.enterprise_id, org_unit_id)
    if isinstance(allowed, Refused):
        return allowed
    placement_store.lock_tree(work.tx)
    zone = org_store.enterprises_of(work.tx)[account.enterprise_id].zone
    start = start_of(effective_from, zone) or work.now
    move = Placement(account_id, start, account.enterprise_id, org_unit_id)
    placements = placement_store.placements_of(work.tx, account_id)
    new = placement_core.moved(
        placements,
        move,
        org_store.units_of(work.tx),
        closed=org_store.closed_months(work.tx),
        zone=zone,
    )
    if isinstance(new, Refused):
        return new
    before = placement_at(placements, move.effective_from)
    assert before is not None, "an account that moves stood somewhere"
    with work.tx.transaction(force_rollback=dry_run):
        if new is not None:
            org_store.add_placements(work.tx, [new], recorded_at=work.now)
    return AccountMoved(new or before, before.org_unit_id, zone, new is None, dry_run)


def tree(work: Work, *, at: Moment | None = None) -> Tree | Refused:
    """Return the organisation at an instant, now if none is given: what the actor may see, and the way to it.

    Refused: NOT_PERMITTED when that is nothing.
    """
    seen = sight(work, Action.VIEW_ACCOUNT)
    if isinstance(seen, Refused):
        return seen
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    instant, units = start_of(at, zone) or work.now, org_store.units_of(work.tx)
    standing: dict[str, Placement] = {}
    for (account_id, start), placement in sorted(org_store.placements_of(work.tx).items()):
        if start <= instant and seen.sees(account_id):
            standing[account_id] = placement
    known = org_store.accounts_of(work.tx)
    accounts: dict[tuple[str, str], list[Account]] = {}
    for account_id, placement in standing.items():
        accounts.setdefault((placement.enterprise_id, placement.org_unit_id), []).append(known[account_id])
    shown = {
        (one.enterprise_id, one.org_unit_id)
        for enterprise_id, org_unit_id in accounts
        for one in path_of(units, enterprise_id, org_unit_id)
    }
    whole = [unit for key, unit in units.items() if key in shown or _may_see(work, unit)]
    within = {unit.enterprise_id for unit in whole}
    enterprises = [one for one in org_store.enterprises_of(work.tx).values() if one.enterprise_id in within]
    return Tree(instant, enterprises, whole, accounts)


def _may_see(work: Work, unit: OrgUnit) -> bool:
    """Say whether a unit without a visible account is within the actor's reach all the same."""
    found = authorise_in(work, Action.VIEW_ACCOUNT, unit.enterprise_id, unit.org_unit_id)
    return isinstance(found, Granted)
