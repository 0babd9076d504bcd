"""The decision: is this actor allowed to do this, by which way, and if not, what was tried.

Owns `Actor`, `Grant`, `Policy`, the ways by which somebody may be allowed, and their order. Does not own what stands in
the books (`store.permission` loads the evidence). Rules: PERM-3, PERM-4, PERM-5, PERM-6 (`docs/rules/permission.md`);
source: enterprise-finance.md B1.2, B1.3, B14.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from partita.core.period import clock
from partita.core.permission.action import Action, Over, Role
from partita.core.permission.codes import RelationPermission
from partita.core.refusal import Reason, Refused, refused

Text: TypeAlias = tuple[str, str]
"""The same in English and in Chinese."""


class Door(Enum):
    """Where somebody comes in: as a person, or as a program (PERM-3)."""

    CONSOLE = "console"
    API = "api"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a user, perhaps in the name of an account; an account itself (no user); the operator (neither)."""

    user_id: str | None = None
    account_id: str | None = None
    door: Door = Door.CONSOLE

    @property
    def is_operator(self) -> bool:
        """Whether it is the operator of the books, who may do everything."""
        return self.user_id is None and self.account_id is None

    @property
    def signature(self) -> str:
        """Who it is, as the books keep it: `operator`, `li`, `li for acme-main`, `acme-main`."""
        return " for ".join(filter(None, (self.user_id, self.account_id))) or "operator"

    @property
    def names(self) -> Text:
        """Who it is, as messages say it."""
        if self.user_id is None:
            return (f"account {self.account_id}", f"账号 {self.account_id}") if self.account_id else _OPERATOR
        if self.account_id is None:
            return f"user {self.user_id}", f"用户 {self.user_id}"
        return (
            f"user {self.user_id}, in the name of {self.account_id},",
            f"用户 {self.user_id}（以 {self.account_id} 的名义）",
        )


_OPERATOR = ("the operator", "运营方")
_BOOKS = ("the books", "账簿")
OPERATOR = Actor()
"""Who runs the books: jobs, set-up, and everybody on the machine who names no user."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the tree: the enterprise, and the units from the top down to it; no units = the enterprise itself."""

    enterprise_id: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a user has in an enterprise or a part of its tree, from one instant to another (PERM-3).

    `org_unit_id` None = the whole enterprise; `effective_until` None = no end foreseen; `revoked_from` None = not
    revoked.
    """

    grant_id: str
    user_id: str
    role: Role
    enterprise_id: str
    org_unit_id: str | None
    effective_from: datetime
    effective_until: datetime | None = None
    revoked_from: datetime | None = None

    def covers(self, place: Place | None) -> bool:
        """Say whether a place lies within the part of the tree that the role is for."""
        return (
            place is not None
            and place.enterprise_id == self.enterprise_id
            and (self.org_unit_id is None or self.org_unit_id in place.path)
        )

    @property
    def names(self) -> Text:
        """The role and where it is held, as messages say it."""
        where = self.enterprise_id if self.org_unit_id is None else f"{self.enterprise_id}/{self.org_unit_id}"
        return f"{self.role.text()} in {where}", f"{where} 的{self.role.text('zh')}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Which role may do what, as data (PERM-2). What it does not name is not allowed."""

    allowed: Mapping[Role, frozenset[Action]]

    def allows(self, role: Role, action: Action) -> bool:
        """Say whether a role may do it; an auditor reads, whatever the policy says."""
        if action.value.operator_only:
            return False
        return action in self.allowed.get(role, frozenset()) and (action.value.reads or not role.reads_only)


@dataclass(frozen=True, slots=True)
class Link:
    """The relation in which an account is the member: to whom, in which mode, and what it permits."""

    management_id: str
    trusteeship: bool
    permissions: frozenset[RelationPermission]


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be acted on: an account; a place in the tree (`account_id` None); the books as a whole (neither).

    `place` is where an account stands now; None = there is no such account, or it stands nowhere.
    """

    account_id: str | None
    place: Place | None
    link: Link | None = None

    @property
    def name(self) -> str:
        """The account, the enterprise or unit, or nothing for the books."""
        if self.account_id is not None:
            return self.account_id
        return "" if self.place is None else "/".join((self.place.enterprise_id, *self.place.path[-1:]))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the books know of the actor at an instant: the user's grants, the policies, where its account stands."""

    at: datetime
    known: bool = True
    grants: tuple[Grant, ...] = ()
    policies: Mapping[str, Policy] | None = None
    acting_at: Place | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """Allowed: who, what, to whom, and by which way."""

    actor: Actor
    action: Action
    account_id: str | None
    because: Text


@dataclass(frozen=True, slots=True)
class _Tried:
    """A way that was tried: whether it allows, and why or why not."""

    allows: bool
    text: Text
    barred: bool = False


def _yes(en: str, zh: str) -> _Tried:
    return _Tried(allows=True, text=(en, zh))


def _no(en: str, zh: str, *, barred: bool = False) -> _Tried:
    return _Tried(allows=False, text=(en, zh), barred=barred)


def decide(actor: Actor, action: Action, target: Target, evidence: Evidence) -> Granted | Refused:
    """Say whether the actor may do this; a refusal (NOT_PERMITTED) tells every way that was tried, in order (PERM-4).

    What only the operator may do nobody else is let do. The ways: the operator; the account itself; each grant of the
    user that covers the target; the main account in whose name is acted, by its relation to the target.
    """
    tried: list[_Tried] = []
    for way in _ways(actor, action, target, evidence):
        if way.allows:
            return Granted(actor, action, target.account_id, way.text)
        tried.append(way)
    lines = tuple("\n".join(f"  - {way.text[language]}" for way in tried) for language in (0, 1))
    return refused(
        Reason.NOT_PERMITTED,
        who=actor.names,
        action=(action.text(), action.text("zh")),
        account=target.name or _BOOKS,
        tried=lines,
        remedy=_remedy(actor, action, target, barred=any(way.barred for way in tried)),
    )


def _ways(actor: Actor, action: Action, target: Target, evidence: Evidence) -> Iterator[_Tried]:
    """Yield the ways in their order (PERM-4), each with what came of it."""
    if actor.is_operator:
        yield _yes("the operator may do everything", "运营方可执行任何操作")
        return
    if action.value.operator_only:
        yield _no("only the operator of the books does this", "仅账簿的运营方可以执行")
        return
    if actor.user_id is None:
        yield _as_itself(actor, action, target)
    elif not evidence.known:
        yield _no(f"there is no user {actor.user_id}", f"没有用户 {actor.user_id}")
        return
    else:
        yield from _by_grants(actor, action, target, evidence)
    yield from _by_relation(actor, action, target, evidence)


def _as_itself(actor: Actor, action: Action, target: Target) -> _Tried:
    if target.account_id != actor.account_id:
        return _no(f"it is not {actor.account_id} itself", f"对象不是账号 {actor.account_id} 本身")
    if bar := _bar(action, target):
        return _no(*bar, barred=True)
    return _yes("an account acts for itself", "账号为自己操作")


def _by_grants(actor: Actor, action: Action, target: Target, evidence: Evidence) -> Iterator[_Tried]:
    """Yield what each grant of the user gives, over the place where the target stands now (PERM-3)."""
    if not evidence.grants:
        yield _no(f"{actor.user_id} has no role", f"{actor.user_id} 没有任何角色")
    for grant in evidence.grants:
        said = _of_grant(grant, actor, action, target.place, evidence)
        bar = _bar(action, target) if said is None else None
        said = said or bar
        en, zh = grant.names
        if said is None:
            yield _yes(f"{en} covers {target.name} and allows it", f"{zh}覆盖 {target.name}，且允许该操作")
        else:
            yield _no(f"{en}: {said[0]}", f"{zh}：{said[1]}", barred=bar is not None)


def _of_grant(grant: Grant, actor: Actor, action: Action, place: Place | None, evidence: Evidence) -> Text | None:
    """Return why a grant does not allow an action at a place; None = it does. Checked in this order (PERM-4)."""
    if evidence.at < grant.effective_from:
        return f"starts on {clock(grant.effective_from)}", f"{clock(grant.effective_from)} 起生效"
    for end, en, zh in (
        (grant.revoked_from, "was revoked on", "撤销于"),
        (grant.effective_until, "ended on", "到期于"),
    ):
        if end is not None and evidence.at >= end:
            return f"{en} {clock(end)}", f"{zh} {clock(end)}"
    if not grant.covers(place):
        return "does not reach that far", "范围不包含该对象"
    if grant.role.api_only and actor.door is not Door.API:
        return "counts for programs only (API)", "仅限程序（API）使用"
    policy = (evidence.policies or {}).get(grant.enterprise_id)
    if policy is None or not policy.allows(grant.role, action):
        return (
            f"the policy does not let this role do it ({action.word})",
            f"权限策略不允许该角色执行此操作（{action.word}）",
        )
    return None


def _by_relation(actor: Actor, action: Action, target: Target, evidence: Evidence) -> Iterator[_Tried]:
    """Yield what the main account gives in whose name is acted, by its relation to the target (PERM-5)."""
    main = actor.account_id
    if target.account_id is None:
        return
    if main is None:
        yield _no("no main account was named to act for (--in-name-of)", "未指定以哪个主账号的名义操作（--in-name-of）")
        return
    if main == target.account_id:
        return
    if actor.user_id is not None:
        refusals = [_of_grant(grant, actor, action, evidence.acting_at, evidence) for grant in evidence.grants]
        if all(refusals):
            yield _no(
                f"no role of {actor.user_id} lets them do this for {main}, in whose name they act",
                f"{actor.user_id} 没有可代表 {main} 执行此操作的角色",
            )
            return
    yield _over_member(main, action, target)


def _over_member(main: str, action: Action, target: Target) -> _Tried:
    member, link, over = target.account_id, target.link, action.value.over
    if link is None or link.management_id != main:
        return _no(f"{main} is not the main account of {member}", f"{main} 不是 {member} 的主账号")
    if over is Over.NEVER:
        return _no("a main account never does this for a member", "主账号不能代子账号执行此操作")
    if link.trusteeship:
        return _yes(f"{main} keeps {member} in trusteeship", f"{main} 对 {member} 财务托管")
    if isinstance(over, RelationPermission) and over not in link.permissions:
        return _no(
            f"the relation of {member} to {main} does not permit {over.name}: {over.text()}",
            f"{member} 与 {main} 的关联未授予 {over.name}：{over.text('zh')}",
        )
    what = over.name if isinstance(over, RelationPermission) else "the relation"
    what_zh = over.name if isinstance(over, RelationPermission) else "关联关系"
    return _yes(f"{what} of {member} to {main} permits it", f"{member} 与 {main} 的 {what_zh} 允许该操作")


def _bar(action: Action, target: Target) -> Text | None:
    """Return why the member may not do it itself: its relation forbids it (PERM-5)."""
    barred, link = action.value.barred_by, target.link
    if barred is None or link is None or barred not in link.permissions:
        return None
    return (
        f"the relation of {target.name} to {link.management_id} forbids it ({barred.name})",
        f"{target.name} 与 {link.management_id} 的关联禁止该操作（{barred.name}）",
    )


def _remedy(actor: Actor, action: Action, target: Target, *, barred: bool) -> Text:
    """Return what to do next: let the relation permit it, or ask for a role; `barred`: only the relation forbids it."""
    if action.value.operator_only:
        return "Ask the operator of the books.", "请联系账簿的运营方。"
    over, link = action.value.over, target.link
    if barred and link is not None:
        stay = " ".join(code.name for code in RelationPermission if code in link.permissions - {action.value.barred_by})
        command = f"`partita relation permit {target.name} {stay}`".replace(" `", "`")
        return (
            f"{link.management_id} can lift that: {command} keeps the other permissions and ends this one.",
            f"可由 {link.management_id} 解除：{command} 取消该禁止，保留其余权限。",
        )
    lacks = isinstance(over, RelationPermission) and link is not None and link.management_id == actor.account_id
    if lacks and isinstance(over, RelationPermission):
        return (
            f"Let {target.name} permit {over.name}: `partita relation permit`.",
            f"请由 {target.name} 授予 {over.name}：`partita relation permit`。",
        )
    return (
        "An administrator can give a role: `partita user grant`; `partita permission list` shows what each may do.",
        "管理员可授予角色：`partita user grant`；`partita permission list` 列出各角色的权限。",
    )
