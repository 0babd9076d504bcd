"""May this be done? Every use case asks here first; and who may do what is listed, explained and changed.

Load → decide → say. Does not own the decision (`core.permission`) nor users and their grants (`usecases.user`).
Rules: PERM-2 … PERM-6 (`docs/rules/permission.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from partita.core.account import AccountState
from partita.core.org import FinanceMode
from partita.core.permission import (
    OPERATOR,
    Action,
    Actor,
    Door,
    Evidence,
    Granted,
    Link,
    Place,
    Policy,
    Target,
    decide,
)
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Relation
from partita.core.tier import Capability, can, least
from partita.formats import permission as policy_file
from partita.store import account as account_store
from partita.store import permission as permission_store
from partita.store import relation as relation_store
from partita.usecases.work import Books, Work


def authorise(work: Work, action: Action, account_id: str, *, state: AccountState | None = None) -> Granted | Refused:
    """Say whether the actor of `work` may do this to an account now (PERM-4), and whether its state lets it be done.

    Call it first. An account that does not exist is none that a user has a role for, so nobody learns from a refusal
    which accounts others have; for the operator the use case says UNKNOWN_ACCOUNT itself. `state`: that of the account,
    where it is known already. Refused in this order: NOT_PERMITTED, TIER_LACKS, ACCOUNT_CLOSED (every change),
    ACCOUNT_FROZEN (changes by others than the operator, PERM-6).
    """
    allowed = permitted(work, action, account_id)
    if isinstance(allowed, Refused) or action.value.reads:
        return allowed
    return _refused_by_state(work, action, account_id, state) or allowed


def permitted(work: Work, action: Action, account_id: str) -> Granted | Refused:
    """Say whether the actor of `work` may do this, whatever the state of the account.

    The tier is that of the account in whose name is acted, else of the account itself; it binds nobody but customers.
    Refused: NOT_PERMITTED, TIER_LACKS.
    """
    allowed = decided(work, work.actor, action, account_id)
    if isinstance(allowed, Refused) or work.actor.is_operator:
        return allowed
    return refused_by_tier(work, action, work.actor.account_id or account_id) or allowed


def authorise_in(work: Work, action: Action, enterprise_id: str, org_unit_id: str | None = None) -> Granted | Refused:
    """Say whether the actor may do this in an enterprise or a part of its tree (PERM-4). Refused: NOT_PERMITTED."""
    if work.actor.is_operator:
        return decide(OPERATOR, action, Target(None, None), Evidence(work.now))
    place = permission_store.place_of_unit(work.tx, enterprise_id, org_unit_id)
    unknown = Place(enterprise_id, () if org_unit_id is None else (org_unit_id,))
    return decide(work.actor, action, Target(None, place or unknown), evidence_of(work, work.actor))


def authorise_books(work: Work, action: Action = Action.RUN_BOOKS) -> Granted | Refused:
    """Say whether the actor may do this to the books as a whole: only the operator may. Refused: NOT_PERMITTED."""
    return decide(work.actor, action, Target(None, None), evidence_of(work, work.actor))


def operator_only(books: Books) -> Refused | None:
    """Refuse whoever is not the operator, before work on the books as a whole begins. Refused: NOT_PERMITTED."""
    if books.actor.is_operator:
        return None
    with books.work() as work:
        allowed = authorise_books(work)
    return allowed if isinstance(allowed, Refused) else None


@dataclass(frozen=True, slots=True)
class Sight:
    """Which accounts an actor may act on: all of them, or these; and the members left out, each with the reason."""

    everything: bool
    accounts: frozenset[str]
    left_out: dict[str, Refused] = field(default_factory=dict)

    @classmethod
    def of(cls, *account_ids: str) -> Sight:
        """Return the sight of these accounts alone."""
        return cls(everything=False, accounts=frozenset(account_ids))

    def sees(self, account_id: str | None) -> bool:
        """Say whether an account is among them."""
        return self.everything or account_id in self.accounts


def sight(work: Work, action: Action) -> Sight | Refused:
    """Return the accounts to which the actor may do this; for what is asked of all accounts at once (PERM-6).

    Members of the account in whose name is acted that do not permit it, and accounts whose tier lacks it, are named in
    `left_out`: a report says what it does not hold. Refused when there is none at all: NOT_PERMITTED, TIER_LACKS.
    """
    actor = work.actor
    if actor.is_operator:
        return Sight(everything=True, accounts=frozenset())
    if actor.account_id and (no := refused_by_tier(work, action, actor.account_id)):
        return no
    evidence, members = evidence_of(work, actor), _members(work)
    found = {one.account_id: decide(actor, action, one, evidence) for one in _targets(work, members) if one.account_id}
    seen = frozenset(account for account, said in found.items() if isinstance(said, Granted))
    left_out = {account: no for account, no in found.items() if account in members and isinstance(no, Refused)}
    if actor.account_id is None:
        tiered = account_store.tiered(work.tx)
        lacking = {one: no for one in sorted(seen & tiered) if (no := refused_by_tier(work, action, one))}
        seen, left_out = seen - frozenset(lacking), left_out | lacking
    if not seen:
        return next(iter(left_out.values()), None) or _nothing(work, action, evidence)
    return Sight(everything=False, accounts=seen, left_out=left_out)


def left_out(work: Work, action: Action) -> dict[str, Refused]:
    """Return the accounts that a list for the actor does not hold although it could be expected to, each with why."""
    seen = sight(work, action)
    return {} if isinstance(seen, Refused) else seen.left_out


def decided(work: Work, actor: Actor, action: Action, account_id: str) -> Granted | Refused:
    """Return the decision on any actor and account now, whoever asks (PERM-4)."""
    if actor.is_operator:
        return decide(actor, action, Target(account_id, None), Evidence(work.now))
    return decide(actor, action, _target(work, account_id), evidence_of(work, actor))


@dataclass(frozen=True, slots=True)
class Explained:
    """What somebody may do, with the decision: granted by which way, or refused with every way that was tried."""

    action: Action
    decision: Granted | Refused


def explain(
    work: Work, *, user_id: str, action: str, account_id: str, in_name_of: str | None = None
) -> Explained | Refused:
    """Explain why a user may, or may not, do something to an account (PERM-4).

    Everybody may ask about oneself; about users of an enterprise, who may see its permissions. Refused in this order:
    UNKNOWN_ACTION, NOT_PERMITTED (to ask about this account), UNKNOWN_USER (or one whom the actor may not see).
    """
    found = policy_file.ACTIONS.get(action)
    if found is None:
        return refused(Reason.UNKNOWN_ACTION, action=action, known=", ".join(policy_file.ACTIONS))
    known = permission_store.users(work.tx, user_id)
    if work.actor.user_id != user_id:
        allowed = decided(work, work.actor, Action.VIEW_PERMISSIONS, account_id)
        if isinstance(allowed, Refused):
            return allowed
        known = [one for one in known if _may_see(work, one.enterprise_id)]
    if not known:
        return refused(Reason.UNKNOWN_USER, user=user_id)
    asker = Work(work.tx, work.now, Actor(user_id, in_name_of))
    return Explained(found, authorise(asker, found, account_id))


def evidence_of(work: Work, actor: Actor) -> Evidence:
    """Return what the books know of an actor now: the grants, the policies of their enterprises, where it acts."""
    if actor.user_id is None:
        return Evidence(work.now)
    grants = tuple(permission_store.grants(work.tx, actor.user_id))
    places = permission_store.places(work.tx, work.now, [actor.account_id] if actor.account_id else [])
    return Evidence(
        at=work.now,
        known=bool(grants) or bool(permission_store.users(work.tx, actor.user_id)),
        grants=grants,
        policies=policies_of(work, {grant.enterprise_id for grant in grants}),
        acting_at=places.get(actor.account_id or ""),
    )


def policies_of(work: Work, enterprise_ids: Collection[str]) -> dict[str, Policy]:
    """Return the policy that counts in each of these enterprises: its own, or the packaged one (PERM-2)."""
    kept = permission_store.policies(work.tx, enterprise_ids)
    return {
        one: policy_file.policy_of(kept[one].content) if one in kept else policy_file.packaged()
        for one in sorted(enterprise_ids)
    }


def _may_see(work: Work, enterprise_id: str) -> bool:
    return isinstance(authorise_in(work, Action.VIEW_PERMISSIONS, enterprise_id), Granted)


def _target(work: Work, account_id: str) -> Target:
    place = permission_store.places(work.tx, work.now, [account_id]).get(account_id)
    return Target(account_id, place, _link(relation_store.relation_of_member(work.tx, account_id, work.now)))


def _targets(work: Work, members: Mapping[str, Relation]) -> list[Target]:
    """Return every account with its place; relations only of the members of the account in whose name is acted."""
    places = permission_store.places(work.tx, work.now)
    return [Target(account, place, _link(members.get(account))) for account, place in places.items()]


def _members(work: Work) -> dict[str, Relation]:
    main = work.actor.account_id
    if main is None:
        return {}
    return {one.member_id: one for one in relation_store.members_of(work.tx, main, work.now)}


def _nothing(work: Work, action: Action, evidence: Evidence) -> Refused:
    """Return the refusal of somebody who may do this to no account at all."""
    target = _target(work, work.actor.account_id) if work.actor.account_id else Target(None, None)
    no = decide(work.actor, action, target, evidence)
    assert isinstance(no, Refused), "who may act on no account may not act on this one"
    return no


def refused_by_tier(work: Work, action: Action, account_id: str) -> Refused | None:
    """Say what the tier of a customer lacks for an action, or for coming in as a program (ACCOUNT-7)."""
    tier = account_store.tier_of(work.tx, account_id, work.now)
    asked = (action.value.capability, Capability.USE_API if work.actor.door is Door.API else None)
    for capability in asked:
        if capability is not None and not can(tier, capability):
            first = least(capability)
            return refused(
                Reason.TIER_LACKS,
                account=account_id,
                tier=(tier.text(), tier.text("zh")),
                capability=(capability.text(), capability.text("zh")),
                least=(first.text(), first.text("zh")),
            )
    return None


def related_to(work: Work, account_id: str) -> tuple[str, ...]:
    """Return the accounts to which an account is related now, or by an open invitation: on either side, by name."""
    live = [one for one in relation_store.states(work.tx, work.now, [account_id]) if one.is_live]
    return tuple(sorted({one.member_id if one.management_id == account_id else one.management_id for one in live}))


def _link(relation: Relation | None) -> Link | None:
    if relation is None:
        return None
    return Link(relation.management_id, relation.mode is FinanceMode.TRUSTEESHIP, relation.permissions)


def at_rest(work: Work, action: Action, account_id: str) -> Refused | None:
    """Refuse to change an account by an action that is allowed over another one: ACCOUNT_CLOSED, ACCOUNT_FROZEN.

    What a main account does to a member changes the member too, and of a frozen account people change nothing (PERM-6).
    """
    return _refused_by_state(work, action, account_id, None)


def _refused_by_state(work: Work, action: Action, account_id: str, known: AccountState | None) -> Refused | None:
    """Say whether the state of the account, or of the one in whose name is acted, lets a change be made (PERM-6)."""
    for one in dict.fromkeys((account_id, work.actor.account_id or account_id)):
        state = known if known and one == account_id else account_store.state_of(work.tx, one)
        if state is AccountState.CLOSED:
            return refused(Reason.ACCOUNT_CLOSED, account=one)
        if state is AccountState.FROZEN and not action.value.while_frozen and not work.actor.is_operator:
            return refused(Reason.ACCOUNT_FROZEN, account=one)
    return None
