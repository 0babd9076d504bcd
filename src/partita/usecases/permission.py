"""May this be done? Every use case asks here first; and who may do what is listed, explained and changed.

Load → decide → say. Does not own the decision (`core.permission`) nor users and their grants (`usecases.user`).
Rules: PERM-2 … PERM-6 (`docs/rules/permission.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from partita.core.account import AccountState
from partita.core.permission import (
    OPERATOR,
    Action,
    Actor,
    Door,
    Evidence,
    Granted,
    Place,
    Policy,
    Target,
    decide,
)
from partita.core.refusal import Reason, Refused, refused
from partita.core.tier import Capability, can, least
from partita.formats import permission as policy_file
from partita.store import account as account_store
from partita.store import permission as permission_store
from partita.usecases.work import Work


def authorise(work: Work, action: Action, account_id: str) -> Granted | Refused:
    """Say whether the actor of `work` may do this to an account now (PERM-4), and whether its state lets it be done.

    Call it first. An account that does not exist is none that a user has a role for, so nobody learns from a refusal
    which accounts others have; for the operator the use case says UNKNOWN_ACCOUNT itself. Refused in this order:
    NOT_PERMITTED, TIER_LACKS, ACCOUNT_CLOSED (every change), ACCOUNT_FROZEN (changes by others than the operator,
    PERM-6).
    """
    allowed = permitted(work, action, account_id)
    if isinstance(allowed, Refused) or action.value.reads:
        return allowed
    return _refused_by_state(work, action, account_id) or allowed


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


@dataclass(frozen=True, slots=True)
class Sight:
    """Which accounts an actor may act on: all of them, or these; and the members left out, each with the reason."""

    everything: bool
    accounts: frozenset[str]
    left_out: dict[str, Refused]

    def sees(self, account_id: str | None) -> bool:
        """Say whether an account is among them."""
        return self.everything or account_id in self.accounts


def sight(work: Work, action: Action) -> Sight | Refused:
    """Return the accounts to which the actor may do this; for what is asked of all accounts at once (PERM-6).

    Members of the account in whose name is acted that do not permit it are named in `left_out`: a report says what it
    does not hold. Refused, with the decision on the acting account or member: NOT_PERMITTED when there is none at all.
    """
    actor = work.actor
    if actor.is_operator:
        return Sight(everything=True, accounts=frozenset(), left_out={})
    evidence, members = evidence_of(work, actor), _members(work)
    found = {one.account_id: decide(actor, action, one, evidence) for one in _targets(work, members) if one.account_id}
    seen = frozenset(account for account, said in found.items() if isinstance(said, Granted))
    left_out = {account: no for account, no in found.items() if account in members and isinstance(no, Refused)}
    if not seen:
        return next(iter(left_out.values()), None) or _nothing(work, action, evidence)
    return Sight(everything=False, accounts=seen, left_out=left_out)


def decided(work: Work, actor: Actor, action: Action, account_id: str) -> Granted | Refused:
    """Return the decision on any actor and account now, whoever asks (PERM-4)."""
    if actor.is_operator:
        return decide(actor, action, Target(account_id, None), Evidence(work.now))
    return decide(actor, action, _target(work, account_id), evidence_of(work, actor))


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


def _target(work: Work, account_id: str) -> Target:
    place = permission_store.places(work.tx, work.now, [account_id]).get(account_id)
    return Target(account_id, place)


def _targets(work: Work, members: Mapping[str, object]) -> list[Target]:
    """Return every account with its place."""
    places = permission_store.places(work.tx, work.now)
    return [Target(account, place) for account, place in places.items()]


def _members(work: Work) -> dict[str, object]:
    return {}


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
    """Return the accounts to which an account is related now: its main account, or its members."""
    return ()


def _refused_by_state(work: Work, action: Action, account_id: str) -> Refused | None:
    state = account_store.state_of(work.tx, account_id)
    if state is AccountState.CLOSED:
        return refused(Reason.ACCOUNT_CLOSED, account=account_id)
    if state is AccountState.FROZEN and not action.value.while_frozen and not work.actor.is_operator:
        return refused(Reason.ACCOUNT_FROZEN, account=account_id)
    return None
