"""Going back from 财务托管 to 财务管理: release, then relate anew, as one command that can be looked at before.

There is no way back in one step (B1.5), so this makes the two, wholly or not at all. Rules: REL-7
(`docs/rules/relation.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import (
    Command,
    Consequence,
    Permissions,
    Proposal,
    Relation,
    State,
    consequences,
    headline,
    obstacles,
)
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store.db import attempt
from partita.usecases.permission import authorise
from partita.usecases.relation.change import Asked, done
from partita.usecases.relation.standing import change_of, locked, proposal_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class GoBackPlan:
    """What going back would bring, and all that stands against it; nothing is changed by asking."""

    management_id: str
    member_id: str
    headline: tuple[str, str]
    consequences: tuple[Consequence, ...]
    obstacles: tuple[Refused, ...]
    needs_confirmation: bool


@dataclass(frozen=True, slots=True)
class GoneBack:
    """What going back left: the trusteeship released, and the relation of 财务管理 (or the invitation to it)."""

    released: Relation
    relation: Relation
    headline: tuple[str, str]
    consequences: tuple[Consequence, ...]
    repeated: bool
    dry_run: bool


def plan_go_back(work: Work, *, member: str, permissions: Permissions = frozenset()) -> GoBackPlan | Refused:
    """Show what going back would bring, with dates, and everything that stands against it (REL-7).

    Refused in this order: NOT_PERMITTED …, UNKNOWN_ACCOUNT, NOT_RELATED, NOT_IN_TRUSTEESHIP.
    """
    relation = _trust_of(work, member)
    if isinstance(relation, Refused):
        return relation
    with work.tx.transaction(force_rollback=True):
        if no := locked(work, relation.management_id, member):
            return no
        leave, enter = _both(work, relation, permissions)
        change = change_of(work, leave, relation, _after(relation, permissions))
        against = (*obstacles(leave), *obstacles(enter))
    return GoBackPlan(
        relation.management_id, member, headline(change), consequences(change), against, enter.needs_confirmation
    )


def go_back(
    work: Work,
    *,
    member: str,
    permissions: Permissions = frozenset(),
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> GoneBack | Refused:
    """Release a trusteeship and relate the pair as 财务管理, in one transaction (REL-7).

    Refused as `plan_go_back`, then by the first of what stands against it (the checks of RELEASE, then of INVITE).
    """
    if known := _repeated(work, member, permissions, idempotency_key):
        return known if isinstance(known, Refused) else replace(known, dry_run=dry_run)
    relation = _trust_of(work, member)
    if isinstance(relation, Refused):
        return relation
    asked = _commands(relation, permissions, idempotency_key)
    return attempt(
        work.tx,
        lambda: _gone_back(work, relation, asked, dry_run=dry_run),
        keep=lambda answer: not dry_run and not isinstance(answer, Refused),
    )


def _gone_back(work: Work, relation: Relation, asked: tuple[Asked, Asked], *, dry_run: bool) -> GoneBack | Refused:
    if no := locked(work, relation.management_id, relation.member_id):
        return no
    permissions = asked[1].permissions or frozenset()
    change = change_of(work, _both(work, relation, permissions)[0], relation, _after(relation, permissions))
    left: list[Relation] = []
    for one in asked:
        answer = done(work, one, dry_run=False)
        if isinstance(answer, Refused):
            return answer
        left.append(answer.relation)
    return GoneBack(left[0], left[1], headline(change), consequences(change), repeated=False, dry_run=dry_run)


def _trust_of(work: Work, member: str) -> Relation | Refused:
    """Return the trusteeship of a member, for somebody who may end it."""
    relation = relation_store.last_of_member(work.tx, member, work.now)
    active = relation if relation is not None and relation.is_active else None
    allowed = authorise(work, Action.CHANGE_RELATION, active.management_id if active else member)
    if isinstance(allowed, Refused):
        return allowed
    if active is None:
        unknown = not org_store.is_account(work.tx, member)
        return refused(Reason.UNKNOWN_ACCOUNT if unknown else Reason.NOT_RELATED, account=member)
    if active.mode is not TRUSTEESHIP:
        return refused(Reason.NOT_IN_TRUSTEESHIP, account=member, main=active.management_id)
    return active


def _commands(relation: Relation, permissions: Permissions, key: str | None) -> tuple[Asked, Asked]:
    """Return the two commands that going back is made of."""
    pair = (relation.management_id, relation.member_id)
    keys = (None, None) if key is None else (f"{key}/release", f"{key}/invite")
    return (
        Asked(Command.RELEASE, *pair, None, None, keys[0]),
        Asked(Command.INVITE, *pair, INDEPENDENT, permissions, keys[1], related=True),
    )


def _both(work: Work, relation: Relation, permissions: Permissions) -> tuple[Proposal, Proposal]:
    """Return the proposals of the release, and of the invitation as it will stand after it."""
    pair = (relation.management_id, relation.member_id)
    leave = proposal_of(work, Command.RELEASE, pair, (TRUSTEESHIP, relation.permissions), relation)
    free = replace(leave.member, relation=None)
    enter = replace(
        leave, command=Command.INVITE, member=free, mode=INDEPENDENT, permissions=permissions, relation=None
    )
    return leave, enter


def _after(relation: Relation, permissions: Permissions) -> Relation:
    return replace(relation, mode=INDEPENDENT, permissions=permissions)


def _repeated(work: Work, member: str, permissions: Permissions, key: str | None) -> GoneBack | Refused | None:
    """Return what the same command left before: by its key, or because the pair went back to just this."""
    if key is not None:
        steps = [relation_store.step_by_key(work.tx, member, f"{key}/{part}") for part in ("release", "invite")]
        released, related = (step.relation if step else None for step in steps)
        if released is None or related is None:
            return None
        if related.permissions != permissions:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
    else:
        of_member = [one for one in relation_store.states(work.tx, work.now, [member]) if one.member_id == member]
        trusts = [one for one in of_member if one.state is State.RELEASED and one.mode is TRUSTEESHIP]
        released = max(trusts, key=lambda one: one.since, default=None)
        related = next((one for one in of_member if one.is_live), None)
        if released is None or related is None or not _follows(related, released, permissions):
            return None
    if isinstance(no := authorise(work, Action.CHANGE_RELATION, related.management_id), Refused):
        return no
    text = f"{related.management_id} → {member}: {related.state.value}"
    return GoneBack(released, related, (text, text), (), repeated=True, dry_run=False)


def _follows(related: Relation, released: Relation, permissions: Permissions) -> bool:
    """Say whether a relation is what going back with these permissions left: its first step, of the same instant."""
    same_pair = related.management_id == released.management_id
    return same_pair and (related.since, related.permissions) == (released.since, permissions)
