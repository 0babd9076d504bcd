"""Approve orders: set the policy, decide when it is one's turn, lend one's role, and see what waits.

Rules: APPROVE-1 … APPROVE-6 (`docs/rules/approval.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from partita.core import approval as rules
from partita.core import order as order_rules
from partita.core.approval import Approval, Approver, Decision, Delegation, Policy, Verdict
from partita.core.order import Order, OrderState
from partita.core.permission import Action, Grant, Place, Role
from partita.core.refusal import Reason, Refused, refused
from partita.store import approval as approval_store
from partita.store import catalog as catalog_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store import org as org_store
from partita.store import permission as permission_store
from partita.store import template as template_store
from partita.store.approval import Lent
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.moment import Moment, end_of
from partita.usecases.order.ending import cancelled
from partita.usecases.order.fulfilment import by
from partita.usecases.permission import authorise, authorise_in
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and how the order stands: rejected, it is cancelled."""

    order: Order
    approval: Approval
    decision: Decision
    dry_run: bool


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The approval policy of an enterprise from now on."""

    enterprise_id: str
    policy: Policy
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Delegated:
    """A role that is lent, or taken back."""

    delegation: Delegation
    repeated: bool
    dry_run: bool


def set_policy(work: Work, *, enterprise_id: str, policy: Policy, dry_run: bool = False) -> PolicySet | Refused:
    """Set which orders need whose approval, for orders that are placed from now on (APPROVE-1).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE, BAD_APPROVAL_POLICY, UNKNOWN_PRODUCT.
    """
    if isinstance(no := authorise_in(work, Action.SET_APPROVAL_POLICY, enterprise_id), Refused):
        return no
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    if wrong := rules.check_policy(policy):
        return refused(Reason.BAD_APPROVAL_POLICY, detail=wrong)
    named = {product for rule in policy for product in rule.products}
    if named and (unknown := sorted(named - set(catalog_store.products_of(work.tx)))):
        return refused(Reason.UNKNOWN_PRODUCT, product=unknown[0])
    repeated = approval_store.policy_of(work.tx, enterprise_id) == policy
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            approval_store.set_policy(work.tx, enterprise_id, policy, by(work))
    return PolicySet(enterprise_id, policy, repeated, dry_run)


def policy_of(work: Work, enterprise_id: str) -> Policy | Refused:
    """Return the approval policy of an enterprise. Refused: NOT_PERMITTED, UNKNOWN_ENTERPRISE."""
    if isinstance(no := authorise_in(work, Action.VIEW_PERMISSIONS, enterprise_id), Refused):
        return no
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    return approval_store.policy_of(work.tx, enterprise_id)


def currency_of(work: Work, enterprise_id: str) -> str:
    """Return the currency that amounts of a policy are in; of an enterprise that is not there, CNY."""
    found = org_store.enterprises_of(work.tx).get(enterprise_id)
    return found.currency if found else "CNY"


def end_in(work: Work, enterprise_id: str, until: Moment | None) -> datetime:
    """Return the instant at which a delegation ends: a day at its end in the enterprise's zone."""
    found = org_store.enterprises_of(work.tx).get(enterprise_id)
    return end_of(until, found.zone if found else "UTC") or work.now


def decide(work: Work, *, order_id: str, verdict: Verdict, reason: str, dry_run: bool = False) -> Decided | Refused:
    """Approve or reject an order for the role whose turn it is (APPROVE-3, APPROVE-4); a rejected order is cancelled.

    Refused in this order: UNKNOWN_ORDER, NOT_PERMITTED (whoever has no role over the account, nor was lent one),
    ORDER_NOT_UNPAID, NO_APPROVAL_OPEN, APPROVAL_NOT_YOURS, OWN_ORDER, APPROVED_ALREADY, REASON_MISSING, BAD_TEXT.
    """
    order = order_store.order_of(work.tx, order_id)
    if order is None:
        return refused(Reason.UNKNOWN_ORDER, order=order_id)
    approver = _approver(work, order.account_id)
    if not approver.lent and isinstance(no := authorise(work, Action.APPROVE_ORDER, order.account_id), Refused):
        return no
    if no_text := text_at_fault({"reason": reason}, needed=frozenset()):
        return no_text

    def settle() -> Decided | Refused:
        ledger_store.lock_payers(work.tx, [order.payer_id])
        fresh = order_store.order_of(work.tx, order_id)
        assert fresh is not None, "it was there a moment ago"
        if no := order_rules.may_cancel(fresh, work.now):
            return no
        approval = approval_store.approval_of(work.tx, fresh)
        decision = rules.decide(approval, approver, verdict, reason, work.now)
        if isinstance(decision, Refused):
            return decision
        approval_store.add_decision(work.tx, fresh, decision)
        if verdict is Verdict.REJECTED:
            fresh = cancelled(work, fresh, reason)
        return Decided(fresh, approval_store.approval_of(work.tx, fresh), decision, dry_run)

    return saved(work, settle, dry_run=dry_run)


def waiting(work: Work, account_id: str) -> list[tuple[Order, Approval]] | Refused:
    """Return the orders of an account (and those that it pays for) that wait for an approval, the newest first.

    Refused: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_ORDERS, account_id)
    if isinstance(holder, Refused):
        return holder
    orders = [
        one
        for one in order_store.orders_of(work.tx, account_id)
        if order_rules.state_now(one, work.now) is OrderState.UNPAID
    ]
    approvals = approval_store.approvals_of(work.tx, orders)
    return [(one, approvals[one.order_id]) for one in orders if approvals[one.order_id].next is not None]


def delegate(
    work: Work,
    *,
    lent_to: tuple[Role, str],
    enterprise_id: str,
    between: tuple[datetime, datetime],
    reason: str = "",
    dry_run: bool = False,
) -> Delegated | Refused:
    """Lend one's role to another user from one instant to another (APPROVE-5); the same instant twice takes it back.

    Who may do it is who holds the role in the enterprise. Refused in this order: NOT_YOUR_ROLE, BAD_TEXT,
    ENDS_BEFORE_START, DELEGATED_TO_ITSELF, UNKNOWN_USER, ADMINISTRATORS_APPROVE_NOTHING.
    """
    user_id, (role, delegate_id), (start, end) = work.actor.user_id or "", lent_to, between
    if no := _not_held(work, role, enterprise_id) or text_at_fault({"reason": reason}, needed=frozenset()):
        return no
    if end < start:
        return refused(Reason.ENDS_BEFORE_START, start=start, end=end)
    if user_id == delegate_id:
        return refused(Reason.DELEGATED_TO_ITSELF)
    known = [one for one in permission_store.users(work.tx, delegate_id) if one.enterprise_id == enterprise_id]
    if not known:
        return refused(Reason.UNKNOWN_USER, user=delegate_id)
    if end > start and _administers(work, delegate_id):
        return refused(Reason.ADMINISTRATORS_APPROVE_NOTHING, user=delegate_id)
    lent = Delegation(role, user_id, delegate_id, start, end)
    repeated = any(one.delegation == lent for one in approval_store.delegations(work.tx, enterprise_id))
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            approval_store.add_delegation(work.tx, enterprise_id, Lent(lent, reason), by(work))
    return Delegated(lent, repeated, dry_run)


def _not_held(work: Work, role: Role, enterprise_id: str) -> Refused | None:
    """Refuse to lend a role that whoever asks does not hold in the enterprise: NOT_YOUR_ROLE."""
    user_id = work.actor.user_id
    grants = permission_store.grants(work.tx, user_id) if user_id else []
    if any(one.role is role and one.enterprise_id == enterprise_id and _counts(one, work.now) for one in grants):
        return None
    named = (role.text(), role.text("zh"))
    return refused(Reason.NOT_YOUR_ROLE, user=work.actor.signature, role=named)


def _approver(work: Work, account_id: str) -> Approver:
    """Return who asks: the roles held over the account now, and those lent by people who still hold them."""
    if work.actor.is_operator:
        return Approver(work.actor.signature, frozenset(), {}, is_operator=True)
    user_id = work.actor.user_id or ""
    place = permission_store.places(work.tx, work.now, [account_id]).get(account_id)
    enterprise = template_store.enterprise_of(work.tx, account_id)
    lent = [one.delegation for one in approval_store.delegations(work.tx, enterprise)]
    lenders = {one.user_id for one in lent if one.delegate_id == user_id}
    held = {name: _roles(work, name, place) for name in {user_id, *lenders} if name}
    borrowed: Mapping[Role, str] = {}
    if not _administers(work, user_id):
        borrowed = rules.lent_to(lent, user_id, work.now, held)
    return Approver(work.actor.signature, held.get(user_id, frozenset()), borrowed)


def _administers(work: Work, user_id: str) -> bool:
    """Say whether a user is an administrator anywhere now: who says who may do what approves nothing (APPROVE-5)."""
    grants = permission_store.grants(work.tx, user_id) if user_id else []
    return any(one.role is Role.ADMINISTRATOR and _counts(one, work.now) for one in grants)


def _roles(work: Work, user_id: str, place: Place | None) -> frozenset[Role]:
    grants = permission_store.grants(work.tx, user_id)
    return frozenset(one.role for one in grants if one.covers(place) and _counts(one, work.now))


def _counts(grant: Grant, at: datetime) -> bool:
    """Say whether a grant is in force."""
    ends = [end for end in (grant.effective_until, grant.revoked_from) if end is not None]
    return grant.effective_from <= at and all(at < end for end in ends)
