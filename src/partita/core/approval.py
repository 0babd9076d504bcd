"""Approval (审批): which roles must agree to an order before it is paid, in which order, and who may speak for them.

Owns the policy, what it asks of an order, the decisions and where they leave the order, and who may decide. Does not
own the roles that people have (`permission`) nor the order (`order`). Rules: APPROVE-1 … APPROVE-6
(`docs/rules/approval.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from partita.core.permission import Role
from partita.core.refusal import Reason, Refused, refused

REASON_MAX = 200


class Cause(Enum):
    """Why an order needs somebody's approval (APPROVE-1)."""

    ABOVE_LIMIT = ("it is above the limit", "超过限额")
    PRODUCT = ("it buys a product that needs approval", "包含需审批的产品")
    NEW_CONTRACT = ("it is the first order of a product", "首次购买该产品（新合同）")
    OVER_BUDGET = ("it takes the month beyond the budget", "超出当月预算")

    @property
    def word(self) -> str:
        """The name as policy files write it: `above-limit`."""
        return self.name.lower().replace("_", "-")

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


APPROVERS = (Role.PROCUREMENT, Role.LEGAL, Role.FINANCE)
"""The roles that approve, as the demo's policy names them; a policy may name any role but auditors and programs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a policy: if its cause is there, these roles must agree, in this order.

    `limit_minor`: of ABOVE_LIMIT the amount of an order, of OVER_BUDGET that of a month, in minor units of the
    account's currency. `products`: of PRODUCT those meant, of NEW_CONTRACT those meant or, empty, all.
    """

    cause: Cause
    roles: tuple[Role, ...]
    limit_minor: int = 0
    products: frozenset[str] = frozenset()


Policy = tuple[Rule, ...]
NO_POLICY: Policy = ()
"""Without a policy no order needs approval."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an order is to a policy: what it costs, its products, those never ordered before, and the month so far.

    `spent_minor`: what the account has ordered and used this month. All in minor units.
    """

    amount_minor: int
    products: frozenset[str]
    new_products: frozenset[str] = frozenset()
    spent_minor: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """One approval that an order needs: the role, and every cause that asks for it."""

    role: Role
    causes: tuple[Cause, ...]


def needs(policy: Policy, subject: Subject) -> tuple[Need, ...]:
    """Return the approvals that an order needs, in order: as the rules name them, each role once (APPROVE-1, -2).

    What costs nothing needs none.
    """
    asked: dict[Role, list[Cause]] = {}
    if subject.amount_minor > 0:
        for rule in policy:
            for role in rule.roles if _applies(rule, subject) else ():
                causes = asked.setdefault(role, [])
                causes += [] if rule.cause in causes else [rule.cause]
    return tuple(Need(role, tuple(causes)) for role, causes in asked.items())


def _applies(rule: Rule, subject: Subject) -> bool:
    match rule.cause:
        case Cause.ABOVE_LIMIT:
            return subject.amount_minor > rule.limit_minor
        case Cause.PRODUCT:
            return bool(subject.products & rule.products)
        case Cause.NEW_CONTRACT:
            return bool(subject.new_products & (rule.products or subject.new_products))
        case Cause.OVER_BUDGET:
            return subject.spent_minor + subject.amount_minor > rule.limit_minor


class Verdict(Enum):
    """What an approver says."""

    APPROVED = ("approved", "同意")
    REJECTED = ("rejected", "驳回")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided for a role: why, by whom, and, where it was delegated, on whose behalf."""

    role: Role
    verdict: Verdict
    reason: str
    decided_by: str
    on_behalf_of: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """What an order needs and what was decided, oldest first (APPROVE-3)."""

    order_id: str
    placed_by: str
    needs: tuple[Need, ...]
    decisions: tuple[Decision, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether somebody said no: that ends it."""
        return any(one.verdict is Verdict.REJECTED for one in self.decisions)

    @property
    def next(self) -> Need | None:
        """The approval that comes next; None = there is none to wait for."""
        agreed = {one.role for one in self.decisions}
        return None if self.rejected else next((one for one in self.needs if one.role not in agreed), None)

    @property
    def is_whole(self) -> bool:
        """Whether the order may be paid: nobody is left to ask, and nobody said no."""
        return not self.rejected and self.next is None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A role that a user lets another speak for, from one instant to another (APPROVE-5)."""

    role: Role
    user_id: str
    delegate_id: str
    effective_from: datetime
    effective_until: datetime

    def covers(self, at: datetime) -> bool:
        """Say whether it holds at an instant."""
        return self.effective_from <= at < self.effective_until


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who may approve: the name that the books keep, the roles held over the account, those lent to them.

    `lent`: role → the user who holds it and lends it. `is_operator`: who runs the books may speak for any role.
    """

    name: str
    roles: frozenset[Role]
    lent: Mapping[Role, str]
    is_operator: bool = False


def decide(approval: Approval, approver: Approver, verdict: Verdict, reason: str, at: datetime) -> Decision | Refused:
    """Decide for the role whose turn it is (APPROVE-3, APPROVE-4).

    Refused in this order: NO_APPROVAL_OPEN (nothing is asked, or it has ended), APPROVAL_NOT_YOURS (the next role is
    not held, nor lent), OWN_ORDER (nobody approves what they placed), APPROVED_ALREADY (one person decides once for an
    order), REASON_MISSING.
    """
    need = approval.next
    if need is None:
        return refused(Reason.NO_APPROVAL_OPEN, order=approval.order_id)
    role = (need.role.text(), need.role.text("zh"))
    lender = None if need.role in approver.roles or approver.is_operator else approver.lent.get(need.role)
    if need.role not in approver.roles and lender is None and not approver.is_operator:
        return refused(Reason.APPROVAL_NOT_YOURS, order=approval.order_id, role=role, who=approver.name)
    if not approver.is_operator:
        if _person(approval.placed_by) in (_person(approver.name), lender):
            return refused(Reason.OWN_ORDER, order=approval.order_id, who=approval.placed_by)
        if any(_person(approver.name) == _person(one.decided_by) for one in approval.decisions):
            return refused(Reason.APPROVED_ALREADY, order=approval.order_id, who=approver.name)
    if not reason.strip():
        return refused(Reason.REASON_MISSING)
    return Decision(need.role, verdict, reason, approver.name, lender, at)


def _person(signature: str) -> str:
    """Return who signed, whatever account they acted for: `li` of `li for acme-main`."""
    return signature.partition(" for ")[0]


def lent_to(
    delegations: Sequence[Delegation], user_id: str, at: datetime, held: Mapping[str, frozenset[Role]]
) -> dict[Role, str]:
    """Return the roles that others lend a user now, each with the lender, who must still hold it (APPROVE-5).

    `held`: the roles that each lender holds over the account now.
    """
    return {
        one.role: one.user_id
        for one in delegations
        if one.delegate_id == user_id and one.covers(at) and one.role in held.get(one.user_id, frozenset())
    }


def check_policy(policy: Policy) -> str | None:
    """Say what is wrong with a policy, or None: a rule without roles, a role that only reads, a limit below zero."""
    for number, rule in enumerate(policy, 1):
        if not rule.roles or len(set(rule.roles)) != len(rule.roles):
            return f"rule {number} names each of its roles once, and at least one."
        if any(role.reads_only or role.api_only for role in rule.roles):
            return f"rule {number}: auditors and developers approve nothing."
        if rule.limit_minor < 0 or (rule.cause is Cause.PRODUCT and not rule.products):
            return f"rule {number}: give a limit from zero up, and to `product` its products."
    return None
