"""Preconditions of relations: for each command an ordered row of named checks, each with one named refusal.

Owns the checks, their order and what they say is wrong. Does not own who may ask (`permission`) nor what the modes mean
(`finance_mode`). Rules: REL-3 … REL-7 (`docs/rules/relation.md`); source: enterprise-finance.md B1.1, B1.2, B1.4, B1.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from partita.core.account import AccountKind
from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP, needs_same_entity
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import in_zone
from partita.core.permission import RelationPermission, lacking
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation.nouns import Command, MatterKind, Proposal, Relation, Standing, State, named

Check: TypeAlias = Callable[[Proposal], Refused | None]


def decide(proposal: Proposal) -> Refused | None:
    """Return the first refusal of the command's checks in their order; None = it may be done (REL-4)."""
    return next(obstacles(proposal), None)


def obstacles(proposal: Proposal) -> Iterator[Refused]:
    """Yield every refusal of the command's checks in their order: all that stands against it (REL-4)."""
    for check in CHECKS[proposal.command, proposal.mode]:
        if no := check(proposal):
            yield no


# the pair ------------------------------------------------------------------------------------------------------------


def two_accounts(one: Proposal) -> Refused | None:
    """Nobody is related to itself."""
    if one.management.account_id == one.member.account_id:
        return refused(Reason.RELATED_TO_ITSELF, account=one.member.account_id)
    return None


def one_enterprise(one: Proposal) -> Refused | None:
    """Both accounts stand in the books of one enterprise."""
    if one.management.enterprise_id != one.member.enterprise_id:
        return refused(Reason.RELATED_ACROSS_ENTERPRISES, main=one.management.account_id, member=one.member.account_id)
    return None


def main_is_free(one: Proposal) -> Refused | None:
    """Who has members is a member of nobody: pairs, one level deep (B1.1)."""
    above = one.management.relation
    if above is None:
        return None
    account = one.management.account_id
    is_it, way = ("a member of", "的子账号"), ("leave it first", "解除")
    command = f"release {account}"
    if above.state is State.INVITED:
        is_it, way = ("invited as a member of", "已邀请的子账号"), ("decline that first", "拒绝该邀请")
        command = f"decline {account}"
    return refused(
        Reason.MAIN_IS_MEMBER, account=account, main=above.management_id, is_it=is_it, way=way, command=command
    )


def member_is_free(one: Proposal) -> Refused | None:
    """An account in a relation cannot enter another one (B1.1, B1.4)."""
    bound = one.member.relation
    if bound is None:
        return None
    account, main = one.member.account_id, bound.management_id
    if bound.state is State.INVITED:
        return refused(Reason.INVITED_ALREADY, account=account, main=main)
    way, command = _instead(one, bound)
    return refused(Reason.RELATED_ALREADY, account=account, main=main, way=way, command=command)


def _instead(one: Proposal, bound: Relation) -> tuple[tuple[str, str], str]:
    """Return what leads to what was asked for, of an account that is a member already, and its command."""
    account = bound.member_id
    if bound.management_id != one.management.account_id:
        return ("Release that one first", "请先解除"), f"release {account}"
    if bound.mode is TRUSTEESHIP:
        return ("To go back, see what that brings", "如需改回，请先预览影响"), f"go-back {account} --dry-run"
    if one.mode is TRUSTEESHIP:
        return ("Upgrade it", "请升级"), f"upgrade {account}"
    codes = " ".join(code.name for code in RelationPermission if code in one.permissions)
    return ("Change what it permits", "请变更授权"), f"permit {account} {codes}".strip()


def member_has_no_members(one: Proposal) -> Refused | None:
    """Who has members cannot become one: pairs, one level deep (B1.1)."""
    bound = one.member.members
    if not bound:
        return None
    names = ", ".join(below.member_id for below in bound)
    ways = []
    if any(below.is_active for below in bound):
        ways.append(
            ("release the members: `partita relation release MEMBER`", "解除：`partita relation release 子账号`")
        )
    if asked := [below.member_id for below in bound if not below.is_active]:
        command = f"`partita relation expire {asked[0] if len(asked) == 1 else 'MEMBER'}`"
        ways.append((f"take back the invitations: {command}", f"撤回邀请：{command.replace('MEMBER', '子账号')}"))
    way = ("; ".join(en for en, _ in ways), "；".join(zh for _, zh in ways))
    return refused(Reason.MEMBER_HAS_MEMBERS, account=one.member.account_id, members=names, way=way)


PAIR: tuple[Check, ...] = (two_accounts, one_enterprise, main_is_free, member_is_free, member_has_no_members)

# what is offered -----------------------------------------------------------------------------------------------------


def needs_fulfilled(one: Proposal) -> Refused | None:
    """Some codes make sense with others only (PERM-1)."""
    for code, needed in lacking(one.permissions):
        return refused(Reason.PERMISSION_NEEDS_ANOTHER, code=code.name, needed=needed.name)
    return None


def codes_fit_mode(one: Proposal) -> Refused | None:
    """In trusteeship everything is the main account's: there is nothing to permit (B1.2)."""
    if one.mode is INDEPENDENT or not one.permissions:
        return None
    return refused(Reason.PERMISSIONS_IN_TRUSTEESHIP, codes=named(one.permissions))


def codes_fit_entities(one: Proposal) -> Refused | None:
    """Credit and discounts are shared within one verified entity only (B1.2)."""
    codes = one.permissions & needs_same_entity(one.mode)
    if one.same_entity or not codes:
        return None
    main, member = one.management, one.member
    who = {"main": main.account_id, "member": member.account_id, "entities": _entities(one)}
    return refused(Reason.PERMISSION_NEEDS_SAME_ENTITY, codes=named(codes), **who)


OFFER: tuple[Check, ...] = (needs_fulfilled, codes_fit_mode, codes_fit_entities)

# trusteeship: the preconditions of B1.4 ------------------------------------------------------------------------------


def _both(check: Callable[[Standing], Refused | None]) -> Check:
    return lambda one: check(one.management) or check(one.member)


def is_enterprise(standing: Standing) -> Refused | None:
    """Both are enterprise accounts."""
    if standing.kind is AccountKind.ENTERPRISE:
        return None
    return refused(Reason.TRUST_NEEDS_ENTERPRISE, account=standing.account_id)


def is_verified(standing: Standing) -> Refused | None:
    """Both are real-name verified."""
    return None if standing.entity else refused(Reason.TRUST_NEEDS_VERIFICATION, account=standing.account_id)


def entities_equal(one: Proposal) -> Refused | None:
    """Both are verified as the same enterprise."""
    if one.same_entity:
        return None
    who = {"main": one.management.account_id, "member": one.member.account_id}
    return refused(Reason.TRUST_NEEDS_SAME_ENTITY, **who, entities=_entities(one))


def has_invoice_title(standing: Standing) -> Refused | None:
    """Both have an invoice title."""
    return None if standing.invoice_title else refused(Reason.TRUST_NEEDS_INVOICE_TITLE, account=standing.account_id)


def titles_equal(one: Proposal) -> Refused | None:
    """Both have the same invoice title, where the policy asks for it (a page of 2019 does)."""
    main, member = one.management, one.member
    if not one.policy.same_invoice_title or main.invoice_title == member.invoice_title:
        return None
    return refused(Reason.TRUST_NEEDS_SAME_TITLE, main=main.invoice_title, member=member.invoice_title)


def main_has_credit(one: Proposal) -> Refused | None:
    """The main account's credit is enabled."""
    if one.management.has_credit or not one.policy.management_needs_credit:
        return None
    account, pending = one.management.account_id, one.management.credit_pending
    command = f"partita credit request {account}"
    way = (f"Ask for a total: `{command} AMOUNT`", f"请先申请总额：`{command} 金额`")
    if one.management.credit_asked:
        command = f"partita credit confirm {account}"
        way = (f"Confirm its contract: `{command} CONTRACT`", f"请先确认合同：`{command} 合同编号`")
    elif pending is not None:
        command = f"partita credit approve {pending}"
        way = (f"Let the operator approve what was asked for: `{command}`", f"请由运营方审批申请：`{command}`")
    return refused(Reason.TRUST_NEEDS_CREDIT, account=account, way=way)


def member_owes_nothing(one: Proposal) -> Refused | None:
    """The member has no overdue bill and an available quota that is not below zero."""
    member = one.member
    if member.available_minor >= 0 and member.owed_minor == 0:
        return None
    owed, available = (Money(minor, member.currency) for minor in (member.owed_minor, member.available_minor))
    return refused(Reason.MEMBER_OWES, account=member.account_id, owed=owed, available=available)


def _no_matter(*kinds: MatterKind) -> Check:
    def check(one: Proposal) -> Refused | None:
        for matter in one.member.matters:
            if matter.kind in kinds:
                account, order = one.member.account_id, matter.reference
                return refused(Reason.MEMBER_HAS_ORDER, account=account, order=order, what=matter.kind.value)
        return None

    return check


no_unpaid_order = _no_matter(MatterKind.UNPAID_ORDER)
no_order_in_progress = _no_matter(MatterKind.UNPAID_ORDER, MatterKind.ORDER_IN_PROGRESS)
no_change_in_progress = _no_matter(MatterKind.RENEWAL_WITH_CHANGE, MatterKind.TEMPORARY_UPGRADE)


def no_usage_ahead(one: Proposal) -> Refused | None:
    """No usage is stored from where another payer begins: its payer is stored with it (USAGE-10)."""
    until = one.member.usage_until
    if until is None or until < one.starts:
        return None
    zone = one.member.zone
    last, starts = in_zone(until, zone), in_zone(one.starts, zone)
    return refused(Reason.MEMBER_HAS_USAGE_AHEAD, account=one.member.account_id, last=last, starts=starts)


def no_payer_ahead(one: Proposal) -> Refused | None:
    """No setup folder states another payer for later: it would take over without the relation."""
    ahead = one.member.payer_ahead
    if ahead is None:
        return None
    account, payer, on = one.member.account_id, ahead.payer_id, in_zone(ahead.effective_from, one.member.zone)
    return refused(Reason.PAYER_STATED_AHEAD, account=account, payer=payer, on=on)


TRUST: tuple[Check, ...] = (
    _both(is_enterprise),
    _both(is_verified),
    entities_equal,
    _both(has_invoice_title),
    titles_equal,
    main_has_credit,
    member_owes_nothing,
    no_unpaid_order,
    no_change_in_progress,
    no_usage_ahead,
    no_payer_ahead,
)

# answering -----------------------------------------------------------------------------------------------------------


def is_invited(one: Proposal) -> Refused | None:
    """There is an invitation, and nobody has answered it."""
    if one.relation is not None and one.relation.state in {State.INVITED, State.EXPIRED}:
        return None
    return refused(Reason.NO_INVITATION, account=one.member.account_id)


def is_in_time(one: Proposal) -> Refused | None:
    """The invitation has not run out."""
    asked = one.relation
    assert asked is not None, "that there is an invitation is checked before"
    if asked.state is State.INVITED and asked.expires_at is not None and one.now < asked.expires_at:
        return None
    on = in_zone(asked.expires_at or asked.since, one.member.zone)
    return refused(Reason.INVITATION_EXPIRED, account=asked.member_id, main=asked.management_id, on=on)


def same_offer(one: Proposal) -> Refused | None:
    """Who confirms names exactly the permissions that were offered (B1.2)."""
    asked = one.relation
    assert asked is not None, "that there is an invitation is checked before"
    if asked.permissions == one.permissions:
        return None
    return refused(
        Reason.NOT_WHAT_WAS_OFFERED,
        offered=named(asked.permissions),
        missing=named(asked.permissions - one.permissions),
        extra=named(one.permissions - asked.permissions),
    )


ANSWER: tuple[Check, ...] = (is_invited, is_in_time)

# changing and leaving ------------------------------------------------------------------------------------------------


def is_active(one: Proposal) -> Refused | None:
    """There is a relation, and it is active."""
    if one.relation is not None and one.relation.state is State.ACTIVE:
        return None
    return refused(Reason.NOT_RELATED, account=one.member.account_id)


def is_independent(one: Proposal) -> Refused | None:
    """It is 财务管理: trusteeship has nothing to permit and nothing above it."""
    assert one.relation is not None, "that there is a relation is checked before"
    if one.relation.mode is INDEPENDENT:
        return None
    return refused(Reason.IN_TRUSTEESHIP, account=one.member.account_id, main=one.relation.management_id)


def funds_reclaimed(one: Proposal) -> Refused | None:
    """What the main account transferred has been spent or reclaimed (as peers ask, B1.6)."""
    if one.granted_minor <= 0 or not one.policy.recycle_before_release:
        return None
    who = {"main": one.management.account_id, "member": one.member.account_id}
    return refused(Reason.FUNDS_NOT_RECLAIMED, **who, amount=Money(one.granted_minor, one.member.currency))


def credit_reclaimed(one: Proposal) -> Refused | None:
    """The credit that the main account gave has been taken back (as peers ask, B1.6)."""
    if one.credit_minor <= 0 or not one.policy.recycle_before_release:
        return None
    who = {"main": one.management.account_id, "member": one.member.account_id}
    return refused(Reason.CREDIT_NOT_RECLAIMED, **who, amount=Money(one.credit_minor, one.member.currency))


def credit_still_granted(one: Proposal) -> Refused | None:
    """Credit is not shared any more only after the limit has been taken back."""
    shared = RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY
    return None if shared in one.permissions else credit_reclaimed(one)


LEAVE_TRUST: tuple[Check, ...] = (
    member_owes_nothing,
    no_order_in_progress,
    no_change_in_progress,
    no_usage_ahead,
    no_payer_ahead,
)
LEAVE_MANAGEMENT: tuple[Check, ...] = (funds_reclaimed, credit_reclaimed)


CHECKS: dict[tuple[Command, FinanceMode], tuple[Check, ...]] = {
    (Command.INVITE, INDEPENDENT): (*PAIR, *OFFER),
    (Command.INVITE, TRUSTEESHIP): (*PAIR, *OFFER, *TRUST),
    (Command.CREATE, INDEPENDENT): (*PAIR, *OFFER),
    (Command.CREATE, TRUSTEESHIP): (*PAIR, *OFFER, *TRUST),
    (Command.CONFIRM, INDEPENDENT): (*ANSWER, same_offer, *OFFER),
    (Command.CONFIRM, TRUSTEESHIP): (*ANSWER, same_offer, *OFFER, *TRUST),
    (Command.DECLINE, INDEPENDENT): ANSWER,
    (Command.DECLINE, TRUSTEESHIP): ANSWER,
    (Command.PERMIT, INDEPENDENT): (is_active, is_independent, *OFFER, credit_still_granted),
    (Command.PERMIT, TRUSTEESHIP): (is_active, is_independent),
    (Command.UPGRADE, TRUSTEESHIP): (is_active, is_independent, *TRUST),
    (Command.RELEASE, INDEPENDENT): (is_active, *LEAVE_MANAGEMENT),
    (Command.RELEASE, TRUSTEESHIP): (is_active, *LEAVE_TRUST),
}
"""The checks of each command, by the mode that it leads to (of a release: that it ends), in order (REL-4 … REL-7)."""


def _entities(one: Proposal) -> tuple[str, str]:
    main, member = one.management.entity, one.member.entity
    en = [entity.name if entity else "not verified" for entity in (main, member)]
    zh = [entity.name if entity else "未实名" for entity in (main, member)]
    return " / ".join(en), " / ".join(zh)
