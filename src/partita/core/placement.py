"""Changes of the tree: a new unit, and an account that moves.

Owns what stands against them. The tree is only added to: a unit stays where it is, an account moves by a further
placement, and what a closed month reported stays as it was. Does not own the shape of the tree (`org`).
Rules: PLACE-1, PLACE-2 (`docs/rules/placement.md`); source: enterprise-finance.md B1.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from partita.core.ids import is_name
from partita.core.ledger import is_line
from partita.core.org import OrgUnit, Placement, Units, kind_fits, placement_at
from partita.core.period import Month, in_zone
from partita.core.refusal import Reason, Refused, refused

NAME_MAX = 200


def added(units: Units, unit: OrgUnit) -> OrgUnit | Refused | None:
    """Return the unit to add; None when it stands there already (PLACE-1).

    Refused in this order: BAD_NAME, BAD_TEXT, UNIT_EXISTS, UNKNOWN_UNIT (the parent), UNIT_UNDER_LOWER_KIND.
    """
    if not is_name(unit.org_unit_id):
        return refused(Reason.BAD_NAME, value=unit.org_unit_id)
    if not unit.name.strip() or not is_line(unit.name) or len(unit.name) > NAME_MAX:
        return refused(Reason.BAD_TEXT, name="name", limit=NAME_MAX)
    known = units.get((unit.enterprise_id, unit.org_unit_id))
    if known == unit:
        return None
    if known is not None:
        return refused(Reason.UNIT_EXISTS, unit=unit.org_unit_id, name=known.name)
    return _no_parent(units, unit) or unit


def moved(
    placements: Sequence[Placement], move: Placement, units: Units, *, closed: Sequence[Month], zone: str
) -> Placement | Refused | None:
    """Return the placement to add; None when the account stands there at that instant already (PLACE-2).

    `placements` are those of the account, `closed` the months whose close has begun, `zone` is that of the enterprise.
    Refused in this order: UNKNOWN_UNIT, MOVED_BEFORE_OPENING, MOVED_IN_CLOSED_MONTH, MOVED_OTHERWISE.
    """
    if (move.enterprise_id, move.org_unit_id) not in units:
        return refused(Reason.UNKNOWN_UNIT, enterprise=move.enterprise_id, unit=move.org_unit_id)
    before = placement_at(placements, move.effective_from)
    on = in_zone(move.effective_from, zone)
    if before is None:
        return refused(Reason.MOVED_BEFORE_OPENING, account=move.account_id, on=on)
    if before.org_unit_id == move.org_unit_id:
        return None
    if closed and move.effective_from < closed[-1].period(zone).end:
        return refused(Reason.MOVED_IN_CLOSED_MONTH, account=move.account_id, on=on, month=str(closed[-1]))
    if before.effective_from == move.effective_from:
        return refused(Reason.MOVED_OTHERWISE, account=move.account_id, on=on, unit=before.org_unit_id)
    return move


def _no_parent(units: Units, unit: OrgUnit) -> Refused | None:
    if unit.parent_id is None:
        return None
    parent = units.get((unit.enterprise_id, unit.parent_id))
    if parent is None:
        return refused(Reason.UNKNOWN_UNIT, enterprise=unit.enterprise_id, unit=unit.parent_id)
    if kind_fits(parent, unit):
        return None
    kinds = {"kind": unit.kind.value, "parent_kind": parent.kind.value}
    return refused(Reason.UNIT_UNDER_LOWER_KIND, parent=unit.parent_id, **kinds)
