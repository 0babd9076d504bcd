"""Users, their roles, and the policy: add, grant, revoke, list, replace. Load → decide → save, once.

Does not own whether somebody may do something (`usecases.permission`). Rules: PERM-2, PERM-3
(`docs/rules/permission.md`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from partita.core.ids import derived_id, is_name
from partita.core.ledger import is_line
from partita.core.period import in_zone
from partita.core.permission import Action, Grant, Granted, Policy, Role
from partita.core.refusal import Reason, Refused, refused
from partita.formats import permission as policy_file
from partita.formats.regular_file import refuse_path
from partita.store import org as org_store
from partita.store import permission as permission_store
from partita.store.permission import KeptPolicy, User
from partita.usecases.moment import Moment, end_of, start_of
from partita.usecases.permission import authorise_in, policies_of
from partita.usecases.work import Work

NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class UserAdded:
    """A user of the books."""

    user: User
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A role to be given: to whom, which, where, from when (None = now) until when (None = no end).

    The last day is in as a whole.
    """

    user_id: str
    role: Role
    enterprise_id: str
    org_unit_id: str | None = None
    effective_from: Moment | None = None
    effective_until: Moment | None = None


@dataclass(frozen=True, slots=True)
class RoleGranted:
    """A role that a user has, or (by `revoke`) has no more from `revoked_from` on."""

    grant: Grant
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class UserShown:
    """A user and all grants, past ones too."""

    user: User
    grants: list[Grant]


@dataclass(frozen=True, slots=True)
class PolicyReplaced:
    """The policy that counts in an enterprise now; `silent` are the actions that it lets no role do."""

    enterprise_id: str
    policy: Policy
    silent: tuple[Action, ...]
    repeated: bool
    dry_run: bool


def add_user(work: Work, *, user_id: str, name: str, enterprise_id: str, dry_run: bool = False) -> UserAdded | Refused:
    """Add a user, whom the administrators of an enterprise look after. A user without roles may do nothing.

    Refused in this order: NOT_PERMITTED, BAD_NAME, BAD_TEXT, UNKNOWN_ENTERPRISE, USER_EXISTS.
    """
    allowed = authorise_in(work, Action.MANAGE_USERS, enterprise_id)
    if isinstance(allowed, Refused):
        return allowed
    if not is_name(user_id):
        return refused(Reason.BAD_NAME, value=user_id)
    if not name.strip() or not is_line(name) or len(name) > NAME_MAX:
        return refused(Reason.BAD_TEXT, name="name", limit=NAME_MAX)
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    permission_store.lock_people(work.tx)
    known = permission_store.users(work.tx, user_id)
    if known and (known[0].name, known[0].enterprise_id) != (name, enterprise_id):
        return refused(Reason.USER_EXISTS, user=user_id)
    user = known[0] if known else User(user_id, enterprise_id, name, work.now)
    with work.tx.transaction(force_rollback=dry_run):
        free = bool(known) or permission_store.add_user(work.tx, user, recorded_by=work.actor.signature)
    return UserAdded(user, bool(known), dry_run) if free else refused(Reason.USER_EXISTS, user=user_id)


def grant_role(work: Work, asked: Asked, *, dry_run: bool = False) -> RoleGranted | Refused:
    """Give a user a role in an enterprise or a part of its tree (PERM-3).

    Only the operator gives roles to users of another enterprise: for others these are unknown. Refused in this order:
    NOT_PERMITTED, UNKNOWN_ENTERPRISE, UNKNOWN_UNIT, UNKNOWN_USER, ENDS_BEFORE_START, IDEMPOTENCY_KEY_REUSED (the same
    role from the same instant, with another end).
    """
    allowed = authorise_in(work, Action.MANAGE_USERS, asked.enterprise_id, asked.org_unit_id)
    if isinstance(allowed, Refused):
        return allowed
    permission_store.lock_people(work.tx)
    if no := _no_such_place(work, asked) or _wrong_user(work, asked):
        return no
    zone = org_store.enterprises_of(work.tx)[asked.enterprise_id].zone
    start, end = start_of(asked.effective_from, zone) or work.now, end_of(asked.effective_until, zone)
    if end is not None and end <= start:
        return refused(Reason.ENDS_BEFORE_START, start=in_zone(start, zone), end=in_zone(end, zone))
    where = (asked.user_id, asked.role, asked.enterprise_id, asked.org_unit_id)
    same = [one for one in permission_store.grants(work.tx, asked.user_id) if _where(one) == where]
    for one in same:
        now_in_force = asked.effective_from is None and one.effective_from <= work.now and _endless(one)
        if one.effective_from == start or (now_in_force and end is None):
            if one.effective_until != end:
                return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=one.grant_id)
            return RoleGranted(one, repeated=True, dry_run=dry_run)
    grant = Grant(
        derived_id("grant", *where[:1], asked.role.name, *where[2:], start.isoformat()),
        *where,
        start,
        end,
    )
    with work.tx.transaction(force_rollback=dry_run):
        permission_store.add_grant(work.tx, grant, recorded_by=work.actor.signature, recorded_at=work.now)
    return RoleGranted(grant, repeated=False, dry_run=dry_run)


def revoke_role(
    work: Work, *, grant_id: str, effective_from: Moment | None = None, dry_run: bool = False
) -> RoleGranted | Refused:
    """Take a role back, now or from a later instant on (PERM-3); what was done with it stays done.

    Refused in this order: UNKNOWN_GRANT (also for a grant beyond the actor's reach), REVOKED_IN_THE_PAST.
    """
    permission_store.lock_people(work.tx)
    found = next((one for one in permission_store.grants(work.tx) if one.grant_id == grant_id), None)
    if found is None or not _may_manage(work, found):
        return refused(Reason.UNKNOWN_GRANT, grant=grant_id)
    if found.revoked_from is not None:
        return RoleGranted(found, repeated=True, dry_run=dry_run)
    zone = org_store.enterprises_of(work.tx)[found.enterprise_id].zone
    start = start_of(effective_from, zone) or work.now
    if start < work.now:
        return refused(Reason.REVOKED_IN_THE_PAST, on=in_zone(start, zone))
    with work.tx.transaction(force_rollback=dry_run):
        permission_store.revoke(
            work.tx, grant_id, effective_from=start, recorded_by=work.actor.signature, recorded_at=work.now
        )
    return RoleGranted(replace(found, revoked_from=start), repeated=False, dry_run=dry_run)


def list_users(work: Work, *, user_id: str | None = None) -> list[UserShown] | Refused:
    """Return the users and their grants, as far as the actor may see them; oneself always.

    Refused: UNKNOWN_USER, when the one asked for is not among them.
    """
    shown = []
    for user in permission_store.users(work.tx, user_id):
        grants = permission_store.grants(work.tx, user.user_id)
        own = work.actor.user_id == user.user_id
        visible = [one for one in grants if own or _may_see(work, one.enterprise_id, one.org_unit_id)]
        if own or visible or _may_see(work, user.enterprise_id, None):
            shown.append(UserShown(user, visible))
    if user_id is not None and not shown:
        return refused(Reason.UNKNOWN_USER, user=user_id)
    return shown


def policy_in(work: Work, enterprise_id: str | None = None) -> Policy | Refused:
    """Return the policy that counts in an enterprise (PERM-2), or, without one, the packaged policy, open to everybody.

    Refused: NOT_PERMITTED, UNKNOWN_ENTERPRISE.
    """
    if enterprise_id is None:
        return policy_file.packaged()
    allowed = authorise_in(work, Action.VIEW_PERMISSIONS, enterprise_id)
    if isinstance(allowed, Refused):
        return allowed
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    return policies_of(work, {enterprise_id})[enterprise_id]


def replace_policy(work: Work, *, enterprise_id: str, path: Path, dry_run: bool = False) -> PolicyReplaced | Refused:
    """Put the policy of a file in the place of an enterprise's policy, from now on (PERM-2).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE, FILE_NOT_FOUND, NOT_A_REGULAR_FILE, WRONG_ENCODING, then
    `formats.permission.read_policy`.
    """
    allowed = authorise_in(work, Action.CHANGE_POLICY, enterprise_id)
    if isinstance(allowed, Refused):
        return allowed
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    policy = _read(path)
    if isinstance(policy, Refused):
        return policy
    permission_store.lock_people(work.tx)
    content = policy_file.content_of(policy)
    digest = hashlib.sha256(repr(sorted(content.items())).encode()).digest()
    last = permission_store.policies(work.tx, [enterprise_id]).get(enterprise_id)
    repeated = last is not None and last.digest == digest
    kept = KeptPolicy(enterprise_id, last.sequence + 1 if last else 1, digest, content, work.now)
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            permission_store.add_policy(work.tx, kept, recorded_by=work.actor.signature)
    silent = tuple(one for one in Action if not content[one.word] and not one.value.operator_only)
    return PolicyReplaced(enterprise_id, policy, silent, repeated, dry_run)


def _read(path: Path) -> Policy | Refused:
    if no := refuse_path(path):
        return no
    raw = path.read_bytes()
    try:
        return policy_file.read_policy(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError as wrong:
        return refused(Reason.WRONG_ENCODING, row=raw.count(b"\n", 0, wrong.start) + 1)


def _no_such_place(work: Work, asked: Asked) -> Refused | None:
    if permission_store.place_of_unit(work.tx, asked.enterprise_id, None) is None:
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=asked.enterprise_id)
    if permission_store.place_of_unit(work.tx, asked.enterprise_id, asked.org_unit_id) is None:
        return refused(Reason.UNKNOWN_UNIT, enterprise=asked.enterprise_id, unit=asked.org_unit_id)
    return None


def _wrong_user(work: Work, asked: Asked) -> Refused | None:
    known = permission_store.users(work.tx, asked.user_id)
    if not known:
        return refused(Reason.UNKNOWN_USER, user=asked.user_id)
    if known[0].enterprise_id != asked.enterprise_id and not work.actor.is_operator:
        return refused(Reason.UNKNOWN_USER, user=asked.user_id)
    return None


def _where(grant: Grant) -> tuple[str, Role, str, str | None]:
    return grant.user_id, grant.role, grant.enterprise_id, grant.org_unit_id


def _endless(grant: Grant) -> bool:
    return grant.revoked_from is None and grant.effective_until is None


def _may_manage(work: Work, grant: Grant) -> bool:
    return isinstance(authorise_in(work, Action.MANAGE_USERS, grant.enterprise_id, grant.org_unit_id), Granted)


def _may_see(work: Work, enterprise_id: str, org_unit_id: str | None) -> bool:
    return isinstance(authorise_in(work, Action.VIEW_PERMISSIONS, enterprise_id, org_unit_id), Granted)
