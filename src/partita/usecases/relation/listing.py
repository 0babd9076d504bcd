"""Relations as they are shown: which there are, the story of one, and invitations that run out.

Rules: REL-5, REL-9 (`docs/rules/relation.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Command, Relation, State
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store.relation import Step
from partita.usecases.permission import authorise, authorise_books, sight
from partita.usecases.relation.standing import locked
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Story:
    """All that the books know of an account's relations: the live one as a member, its members, and every step."""

    account_id: str
    relation: Relation | None
    members: tuple[Relation, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expired:
    """Invitations that were ended."""

    relations: tuple[Relation, ...]
    dry_run: bool


def relations(work: Work, *, account_id: str | None = None, ended: bool = False) -> list[Relation] | Refused:
    """Return the relations that the actor may see, of one account or all; with `ended` also those that are over.

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT.
    """
    seen = sight(work, Action.VIEW_RELATIONS)
    if isinstance(seen, Refused):
        return seen
    if account_id is not None:
        if isinstance(no := authorise(work, Action.VIEW_RELATIONS, account_id), Refused):
            return no
        if not org_store.is_account(work.tx, account_id):
            return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    asked = None if account_id is None else [account_id]
    found = relation_store.states(work.tx, work.now, asked)
    return [
        one for one in found if (ended or one.is_live) and (seen.sees(one.management_id) or seen.sees(one.member_id))
    ]


def story(work: Work, account_id: str) -> Story | Refused:
    """Return the relations of an account with every step. Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT."""
    if isinstance(no := authorise(work, Action.VIEW_RELATIONS, account_id), Refused):
        return no
    if not org_store.is_account(work.tx, account_id):
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    states = relation_store.states(work.tx, work.now, [account_id])
    steps = [step for one in states if one.step >= 0 for step in relation_store.steps(work.tx, one.relation_id)]
    return Story(
        account_id,
        next((one for one in states if one.member_id == account_id and one.is_live), None),
        tuple(one for one in states if one.management_id == account_id and one.is_live),
        tuple(sorted(steps, key=lambda step: (step.recorded_at, step.relation.relation_id, step.relation.step))),
    )


def expire(work: Work, *, member: str | None = None, dry_run: bool = False) -> Expired | Refused:
    """Take back the invitation of a member, or write down every invitation that has run out (REL-5).

    An invitation that ran out cannot be confirmed, whether or not this was done. Refused in this order: NOT_PERMITTED,
    NO_INVITATION (of a member).
    """
    if member is None:
        if isinstance(no := authorise_books(work), Refused):
            return no
        asked = None
        accounts = [one for each in _waiting(work, None) for one in (each.management_id, each.member_id)]
    else:
        asked = relation_store.last_of_member(work.tx, member, work.now)
        if isinstance(no := authorise(work, Action.CHANGE_RELATION, asked.management_id if asked else member), Refused):
            return no
        if asked is None or asked.state not in {State.INVITED, State.EXPIRED}:
            return refused(Reason.NO_INVITATION, account=member)
        accounts = [asked.management_id, asked.member_id]
    with work.tx.transaction(force_rollback=dry_run):
        if accounts:
            unknown = locked(work, *accounts)
            assert unknown is None, "who is invited has an account"
        waiting = _waiting(work, asked)
        relation_store.add_steps(work.tx, [_expired(work, one) for one in waiting])
    return Expired(tuple(waiting), dry_run)


def _waiting(work: Work, asked: Relation | None) -> list[Relation]:
    """Return the invitations to end: of a relation, when it is still open, or all that ran out and do not say so yet.

    An invitation is read as EXPIRED once it has run out; only its step, which names no end any more, writes it down.
    """
    of = None if asked is None else [asked.member_id]
    found = [one for one in relation_store.states(work.tx, work.now, of) if one.expires_at is not None]
    if asked is None:
        return [one for one in found if one.state is State.EXPIRED]
    return [one for one in found if one.relation_id == asked.relation_id]


def _expired(work: Work, one: Relation) -> Step:
    assert one.expires_at is not None, "only an open invitation can run out"
    since = min(work.now, one.expires_at)
    after = replace(one, state=State.EXPIRED, since=since, expires_at=None, step=one.step + 1)
    body: dict[str, object] = {"command": Command.EXPIRE.value, "main": one.management_id, "member": one.member_id}
    return Step(after, Command.EXPIRE, f"auto:{one.relation_id}:{after.step}", body, work.actor.signature, work.now)
