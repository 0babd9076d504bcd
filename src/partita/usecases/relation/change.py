"""Commands on one relation: invite, confirm, decline, permit, upgrade, release. Load → decide → save, once.

A command without a key is known by what it leads to: when that is so already, nothing happens (`repeated`). With a key
it is done once, and the same key with another content is refused. Does not own the checks (`core.relation`).
Rules: REL-4 … REL-7 (`docs/rules/relation.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from partita.core.credit import Change as CreditChange
from partita.core.credit import ChangeState
from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import (
    POLICY,
    STATE_NAMES,
    Command,
    Consequence,
    Permissions,
    Proposal,
    Relation,
    State,
    consequences,
    decide,
    declined,
    headline,
    obstacles,
)
from partita.store import credit as credit_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store.db import attempt
from partita.store.relation import Step
from partita.usecases.permission import at_rest, authorise
from partita.usecases.relation.standing import change_of, locked, next_payer, proposal_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Terms:
    """What a relation is offered or changed to: the mode and the permissions."""

    mode: FinanceMode = INDEPENDENT
    permissions: Permissions = frozenset()


@dataclass(frozen=True, slots=True)
class Related:
    """What a command left: the relation, and what it brings (`repeated`: it was so before, and nothing happened)."""

    relation: Relation
    command: Command
    headline: tuple[str, str]
    consequences: tuple[Consequence, ...]
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on a pair as it was given; a mode or permissions that are None stay as the relation has them.

    `related`: the two are related until this command, so that nobody has to agree to it again (REL-7).
    """

    command: Command
    management_id: str
    member_id: str
    mode: FinanceMode | None
    permissions: Permissions | None
    key: str | None
    related: bool = False

    @property
    def body(self) -> dict[str, object]:
        """What was asked for, as it is kept with the step: the same key with another body is refused."""
        return {
            "command": self.command.value,
            "main": self.management_id,
            "member": self.member_id,
            "mode": self.mode.value if self.mode else None,
            "permissions": None if self.permissions is None else sorted(code.name for code in self.permissions),
        }

    def terms(self, relation: Relation | None) -> Terms:
        """Return what the command leads to, the relation being what it changes."""
        mode = self.mode or (relation.mode if relation else INDEPENDENT)
        permissions = self.permissions if self.permissions is not None else relation.permissions if relation else None
        return Terms(mode, permissions or frozenset())


def invite(
    work: Work, *, management: str, member: str, terms: Terms, idempotency_key: str | None = None, dry_run: bool = False
) -> Related | Refused:
    """Invite an existing account; within one verified entity it is a member at once, if who asks may speak for it.

    Otherwise it stays an invitation, for whoever has rights over the member to confirm (REL-4). Refused in this order:
    NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, TIER_LACKS, UNKNOWN_ACCOUNT, IDEMPOTENCY_KEY_REUSED, then the checks
    of INVITE (`core.relation.CHECKS`).
    """
    if isinstance(no := authorise(work, Action.INVITE_MEMBER, management), Refused):
        return no
    if management == member:
        return refused(Reason.RELATED_TO_ITSELF, account=member)
    if still := at_rest(work, Action.CHANGE_RELATION, member):
        return still
    asked = Asked(Command.INVITE, management, member, terms.mode, terms.permissions, idempotency_key)
    return done(work, asked, dry_run=dry_run)


def against_invitation(work: Work, pair: tuple[str, str], terms: Terms) -> tuple[Refused, ...]:
    """Return all that stands against an invitation of a pair (main account, member), in order.

    `invite` refuses by the first of it (REL-4). Both accounts are there and locked; who asks was allowed to.
    """
    return tuple(obstacles(proposal_of(work, Command.INVITE, pair, (terms.mode, terms.permissions), None)))


def confirm(
    work: Work, *, member: str, permissions: Permissions, idempotency_key: str | None = None, dry_run: bool = False
) -> Related | Refused:
    """Confirm an invitation with exactly the permissions that it offers (REL-5).

    Refused in this order: NOT_PERMITTED …, NO_INVITATION, IDEMPOTENCY_KEY_REUSED, then the checks of CONFIRM.
    """
    return _answer(work, Command.CONFIRM, member, permissions, (idempotency_key, dry_run))


def decline(work: Work, *, member: str, idempotency_key: str | None = None, dry_run: bool = False) -> Related | Refused:
    """Decline an invitation (REL-5). Refused in this order: NOT_PERMITTED …, NO_INVITATION, INVITATION_EXPIRED."""
    return _answer(work, Command.DECLINE, member, frozenset(), (idempotency_key, dry_run))


def permit(
    work: Work, *, member: str, permissions: Permissions, idempotency_key: str | None = None, dry_run: bool = False
) -> Related | Refused:
    """Change what a relation permits to exactly these codes (REL-5).

    Within one verified entity the main account decides; otherwise it gives up rights alone, and what burdens the member
    is the member's to give. Refused in this order: NOT_PERMITTED …, NOT_RELATED, then the checks of PERMIT.
    """
    relation = relation_store.last_of_member(work.tx, member, work.now)
    if relation is None or not relation.is_active:
        return _unrelated(work, member)

    def allow(now: Relation) -> Refused | None:
        decisions = (authorise(work, Action.CHANGE_RELATION, one) for one in _parties_of(work, now, permissions))
        no = next((one for one in decisions if isinstance(one, Refused)), None)
        return no or at_rest(work, Action.CHANGE_RELATION, member)

    if no := allow(relation):
        return no
    asked = Asked(Command.PERMIT, relation.management_id, member, None, permissions, idempotency_key)
    return done(work, asked, allow=allow, dry_run=dry_run)


def upgrade(work: Work, *, member: str, idempotency_key: str | None = None, dry_run: bool = False) -> Related | Refused:
    """Upgrade 财务管理 to 财务托管 (REL-6). Refused: NOT_PERMITTED …, NOT_RELATED, then the checks of UPGRADE."""
    relation = relation_store.last_of_member(work.tx, member, work.now)
    if relation is None or not relation.is_active:
        return _unrelated(work, member)
    if isinstance(no := authorise(work, Action.CHANGE_RELATION, relation.management_id), Refused):
        return no
    if still := at_rest(work, Action.CHANGE_RELATION, member):
        return still
    asked = Asked(Command.UPGRADE, relation.management_id, member, TRUSTEESHIP, frozenset(), idempotency_key)
    return done(work, asked, dry_run=dry_run)


def release(work: Work, *, member: str, idempotency_key: str | None = None, dry_run: bool = False) -> Related | Refused:
    """End a relation (REL-7): the main account may, and under 财务管理 the member too.

    Refused in this order: NOT_PERMITTED …, NOT_RELATED, IDEMPOTENCY_KEY_REUSED, then the checks of RELEASE.
    """
    relation = relation_store.last_of_member(work.tx, member, work.now)
    if relation is None or relation.state not in {State.ACTIVE, State.RELEASED}:
        return _unrelated(work, member)
    allowed = authorise(work, Action.CHANGE_RELATION, relation.management_id)
    if isinstance(allowed, Refused) and relation.mode in POLICY.member_may_release:
        allowed = authorise(work, Action.CHANGE_RELATION, member)
    if isinstance(allowed, Refused):
        return allowed
    if still := at_rest(work, Action.CHANGE_RELATION, member):
        return still
    asked = Asked(Command.RELEASE, relation.management_id, member, None, None, idempotency_key)
    return done(work, asked, dry_run=dry_run)


def done(
    work: Work, asked: Asked, *, allow: Callable[[Relation], Refused | None] | None = None, dry_run: bool
) -> Related | Refused:
    """Do a command that is permitted: lock, look for a repetition, decide, save. A refusal or a dry run saves nothing.

    `allow`: a permission that depends on the relation is asked for once more when nobody else can change it any more.
    """
    return attempt(
        work.tx,
        lambda: _done(work, asked, allow, dry_run=dry_run),
        keep=lambda answer: not dry_run and not isinstance(answer, Refused),
    )


def _done(
    work: Work, asked: Asked, allow: Callable[[Relation], Refused | None] | None, *, dry_run: bool
) -> Related | Refused:
    if no := locked(work, asked.management_id, asked.member_id):
        return no
    opened = asked.command is Command.CREATE  # a moment ago: its first payer is the relation that is being made
    last = None if opened else relation_store.last_of_member(work.tx, asked.member_id, work.now)
    if known := _repeated(work, asked, last):
        return known if isinstance(known, Refused) else replace(known, dry_run=dry_run)
    begins = asked.command is Command.INVITE
    before = None if begins or last is None or last.management_id != asked.management_id else last
    if allow and before and (no := allow(before)):
        return no
    terms = asked.terms(before)
    pair = (asked.management_id, asked.member_id)
    proposal = proposal_of(work, asked.command, pair, (terms.mode, terms.permissions), before)
    if asked.related:
        proposal = replace(proposal, for_member=True)
    if no := decide(proposal):
        return no
    after = _after(work, proposal)
    change = change_of(work, proposal, before, after)
    _save(work, asked, proposal, after)
    said = declined(change, work.actor.names) if asked.command is Command.DECLINE else headline(change)
    return Related(after, asked.command, said, consequences(change), repeated=False, dry_run=dry_run)


def _answer(
    work: Work, command: Command, member: str, permissions: Permissions, how: tuple[str | None, bool]
) -> Related | Refused:
    if isinstance(no := authorise(work, Action.ANSWER_INVITATION, member), Refused):
        return no
    relation = relation_store.last_of_member(work.tx, member, work.now)
    if relation is None:
        return refused(Reason.NO_INVITATION, account=member)
    key, dry_run = how
    named = None if command is Command.DECLINE else permissions
    asked = Asked(command, relation.management_id, member, None, named, key)
    return done(work, asked, dry_run=dry_run)


def _unrelated(work: Work, member: str) -> Refused:
    allowed = authorise(work, Action.CHANGE_RELATION, member)
    if isinstance(allowed, Granted) and not org_store.is_account(work.tx, member):
        return refused(Reason.UNKNOWN_ACCOUNT, account=member)
    return refused(Reason.NOT_RELATED, account=member) if isinstance(allowed, Granted) else allowed


def _parties_of(work: Work, relation: Relation, permissions: Permissions) -> tuple[str, ...]:
    """Return the accounts that have to agree with a change of permissions (REL-5)."""
    pair = (relation.management_id, relation.member_id)
    one = proposal_of(work, Command.PERMIT, pair, (relation.mode, permissions), relation)
    added, dropped = permissions - relation.permissions, relation.permissions - permissions
    if one.same_entity or not added:
        return (relation.management_id,)
    return pair if dropped else (relation.member_id,)


def _repeated(work: Work, asked: Asked, last: Relation | None) -> Related | Refused | None:
    """Return what the same command left before; with a key, by the key, and otherwise by what it leads to."""
    if asked.key is not None:
        step = relation_store.step_by_key(work.tx, asked.member_id, asked.key)
        if step is None:
            return None
        if step.body != asked.body:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=asked.key)
        return as_it_was(step.relation, asked)
    if last is None or last.management_id != asked.management_id:
        return None
    return as_it_was(last, asked) if _LED_TO[asked.command](last, asked.terms(last)) else None


def as_it_was(relation: Relation, asked: Asked) -> Related:
    """Return the answer to a command that was done before: where the relation stands, and that nothing happened."""
    pair, (en, zh) = f"{relation.management_id} → {relation.member_id}", STATE_NAMES[relation.state]
    return Related(relation, asked.command, (f"{pair}: {en}", f"{pair}：{zh}"), (), repeated=True, dry_run=False)


def _is_offered(last: Relation, terms: Terms) -> bool:
    return last.is_live and (last.mode, last.permissions) == (terms.mode, terms.permissions)


def _is_agreed(last: Relation, terms: Terms) -> bool:
    return last.is_active and (last.mode, last.permissions) == (terms.mode, terms.permissions)


_LED_TO: dict[Command, Callable[[Relation, Terms], bool]] = {
    Command.INVITE: _is_offered,
    Command.CREATE: _is_agreed,
    Command.CONFIRM: _is_agreed,
    Command.DECLINE: lambda last, _: last.state is State.DECLINED,
    Command.PERMIT: _is_agreed,
    Command.UPGRADE: _is_agreed,
    Command.RELEASE: lambda last, _: last.state is State.RELEASED,
}
"""What a command leads to: when that is so already, the command is a repetition."""

_STATE = {Command.DECLINE: State.DECLINED, Command.RELEASE: State.RELEASED}


def _after(work: Work, one: Proposal) -> Relation:
    """Return the relation as a command leaves it."""
    state = _STATE.get(one.command, State.ACTIVE)
    if one.command is Command.INVITE and one.needs_confirmation:
        state = State.INVITED
    if one.command in {Command.INVITE, Command.CREATE} or one.relation is None:
        main, member = one.management.account_id, one.member.account_id
        relation = Relation(
            relation_store.new_relation_id(work.tx, main, member),
            main,
            member,
            one.mode,
            state,
            one.permissions,
            work.now,
            origin="created" if one.command is Command.CREATE else "invited",
            expires_at=work.now + one.policy.invitation_valid if state is State.INVITED else None,
        )
    else:
        step = max(one.relation.step, 0) + 1
        relation = replace(
            one.relation, mode=one.mode, state=state, permissions=one.permissions, since=work.now, expires_at=None,
            step=step,
        )  # fmt: skip
    return relation


def _save(work: Work, asked: Asked, proposal: Proposal, after: Relation) -> None:
    tx, before = work.tx, proposal.relation
    if after.step == 0:
        relation_store.add_relation(tx, after, recorded_at=work.now)
    elif before is not None and before.step < 0:  # stated by a setup folder, and changed for the first time
        relation_store.add_relation(tx, before, recorded_at=work.now)
        stated = Asked(Command.SETUP, before.management_id, before.member_id, before.mode, frozenset(), None)
        relation_store.add_steps(tx, [_step(work, stated, replace(before, step=0), f"setup:{before.relation_id}")])
    relation_store.add_steps(tx, [_step(work, asked, after, asked.key or f"auto:{after.relation_id}:{after.step}")])

    ends_trust = after.state is State.RELEASED and after.mode is TRUSTEESHIP
    begins_trust = after.is_active and after.mode is TRUSTEESHIP
    if begins_trust or ends_trust:
        payer = next_payer(work, after.member_id, after.management_id if begins_trust else after.member_id)
        org_store.add_relations(tx, [payer] if payer else [], recorded_at=work.now)
    if ends_trust and proposal.credit_minor:
        _clear_credit(work, after, proposal.member.currency)


def _step(work: Work, asked: Asked, relation: Relation, key: str) -> Step:
    return Step(relation, asked.command, key, asked.body, work.actor.signature, work.now)


def _clear_credit(work: Work, relation: Relation, currency: str) -> None:
    """Take back the limit of a member whose trusteeship ends: what it had before the upgrade does not come back."""
    key = f"{relation.relation_id}:{relation.step}"
    change = CreditChange(
        management_id=relation.management_id,
        change_id=derived_id("crc", key),
        account_id=relation.member_id,
        limit=Money(0, currency),
        asks_approval=False,
        note="trusteeship released",
        recorded_by=work.actor.signature,
        recorded_at=work.now,
    )
    credit_store.add_change(work.tx, change, key=key)
    credit_store.end_change(
        work.tx, change, ChangeState.APPLIED, note="", recorded_by=work.actor.signature, recorded_at=work.now
    )
