"""Nouns of relations: a relation and its states, the commands that change it, and how an account stands.

Owns `Relation`, `Standing` and `Proposal` (a command on a pair). Does not own what a command asks for (`checks`).
Rules: REL-1, REL-4, REL-8 (`docs/rules/relation.md`); source: enterprise-finance.md B1, B17.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeAlias

from partita.core.account import AccountKind, LegalEntity
from partita.core.finance_mode import INDEPENDENT
from partita.core.org import FinanceMode, PaymentRelation
from partita.core.permission import RelationPermission

Permissions: TypeAlias = frozenset[RelationPermission]


class State(Enum):
    """Where a relation stands (REL-4); the last three are ends."""

    INVITED = "invited"
    ACTIVE = "active"
    DECLINED = "declined"
    EXPIRED = "expired"
    RELEASED = "released"


STATE_NAMES = {
    State.INVITED: ("invited", "已邀请"),
    State.ACTIVE: ("active", "生效中"),
    State.DECLINED: ("declined", "已拒绝"),
    State.EXPIRED: ("expired", "已过期"),
    State.RELEASED: ("released", "已解除"),
}
LIVE = frozenset({State.INVITED, State.ACTIVE})
"""An account that is the member of a live relation cannot enter another one."""


class Command(Enum):
    """What changes a relation; the value is what its step is recorded as."""

    INVITE = "invite"
    CREATE = "create"
    CONFIRM = "confirm"
    DECLINE = "decline"
    EXPIRE = "expire"
    PERMIT = "permit"
    UPGRADE = "upgrade"
    RELEASE = "release"
    SETUP = "setup"


@dataclass(frozen=True, slots=True)
class RelationPolicy:
    """What peers do differently, and we choose (REL-8)."""

    invitation_valid: timedelta = timedelta(days=7)
    confirm_within_one_entity: bool = False
    management_needs_credit: bool = True
    same_invoice_title: bool = False
    recycle_before_release: bool = True
    member_may_release: frozenset[FinanceMode] = frozenset({INDEPENDENT})


POLICY = RelationPolicy()


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation as its last step leaves it. `since`: when that took effect; `expires_at`: of an invitation only.

    `relation_id` of a payer that a setup folder stated is made of the fact: it is written down with its first change.
    """

    relation_id: str
    management_id: str
    member_id: str
    mode: FinanceMode
    state: State
    permissions: Permissions
    since: datetime
    expires_at: datetime | None = None
    step: int = 0
    origin: str = "invited"

    def __post_init__(self) -> None:
        assert self.management_id != self.member_id, "nobody is related to itself"
        assert self.state is not State.INVITED or self.expires_at is not None, "an invitation ends"

    @property
    def is_live(self) -> bool:
        """Whether the member is bound by it: invited or related."""
        return self.state in LIVE

    @property
    def is_active(self) -> bool:
        """Whether the two are related."""
        return self.state is State.ACTIVE


class MatterKind(Enum):
    """What is under way with an account's orders, so that a relation cannot begin or end (B1.4, B1.6)."""

    UNPAID_ORDER = ("unpaid order", "未支付订单")
    ORDER_IN_PROGRESS = ("order in progress", "进行中的订单")
    RENEWAL_WITH_CHANGE = ("renewal with a change in progress", "进行中的续费变配")
    TEMPORARY_UPGRADE = ("temporary upgrade in progress", "进行中的临时升配")


@dataclass(frozen=True, slots=True)
class Matter:
    """One such thing, and what it is known by: the id of the order."""

    kind: MatterKind
    reference: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a check may ask of one account, as it is when the command is given; money in minor units.

    `credit_asked`: a total was approved, whether or not its contract is confirmed; `credit_pending`: the change of
    credit that waits for approval; `relation`: the live one in which it is the member; `members`: its live relations to
    members; `usage_until`: the last start of its stored usage; `payer_ahead`: a payer that a setup folder states for
    later.
    """

    account_id: str
    enterprise_id: str
    zone: str
    currency: str
    kind: AccountKind = AccountKind.ENTERPRISE
    entity: LegalEntity | None = None
    invoice_title: str = ""
    has_credit: bool = False
    available_minor: int = 0
    owed_minor: int = 0
    credit_asked: bool = False
    credit_pending: str | None = None
    relation: Relation | None = None
    members: tuple[Relation, ...] = ()
    matters: tuple[Matter, ...] = ()
    usage_until: datetime | None = None
    payer_ahead: PaymentRelation | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A command on a pair, and all that decides whether it may be done; money in minor units.

    `granted_minor`: funds of the main account in the member's transfer book; `credit_minor`: the limit that it gave the
    member; `starts`: the first start of usage that another payer would pay; `for_member`: whether who asks may answer
    for the member too.
    """

    command: Command
    management: Standing
    member: Standing
    mode: FinanceMode
    permissions: Permissions
    now: datetime
    starts: datetime
    relation: Relation | None = None
    granted_minor: int = 0
    credit_minor: int = 0
    for_member: bool = True
    policy: RelationPolicy = field(default=POLICY)

    @property
    def same_entity(self) -> bool:
        """Whether both accounts are verified as one legal entity."""
        return one_entity(self.management, self.member)

    @property
    def needs_confirmation(self) -> bool:
        """Whether the member has to confirm: not within one verified entity (B1.2), when who asks may speak for it."""
        return not self.same_entity or not self.for_member or self.policy.confirm_within_one_entity


def one_entity(one: Standing, other: Standing) -> bool:
    """Say whether two accounts are verified as one legal entity (REL-3)."""
    return one.entity is not None and other.entity is not None and one.entity.entity_id == other.entity.entity_id


def named(codes: Iterable[RelationPermission]) -> tuple[str, str]:
    """Write codes in the order of the enum, in English and in Chinese; `none` and `无` when there are none."""
    given = frozenset(codes)
    text = ", ".join(code.name for code in RelationPermission if code in given)
    return text or "none", text or "无"
