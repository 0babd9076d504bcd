"""How accounts stand before a command on their relation: all that its checks ask, loaded under the locks of the pair.

Decides nothing. Rules: REL-4 … REL-7 (`docs/rules/relation.md`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from partita.core.finance_mode import TRUSTEESHIP
from partita.core.funds import available
from partita.core.org import INSTANT, FinanceMode, PaymentRelation, payers_from
from partita.core.period import Cycle
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Change, Command, Permissions, Proposal, Relation, Standing, Turn
from partita.store import account as account_store
from partita.store import catalog as catalog_store
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store import usage as usage_store
from partita.usecases.permission import decided
from partita.usecases.work import Work

_OWN_STEPS = timedelta(seconds=1)
"""Payers that begin within this time of a command are its own: two of one instant follow one another closely."""


def locked(work: Work, *account_ids: str) -> Refused | None:
    """Lock the intake of usage and the accounts until the end of the transaction. Refused: UNKNOWN_ACCOUNT.

    While a payer changes no usage comes in, so all of it is taken in either before or after the change.
    """
    known = funds_store.holders(work.tx, account_ids, work.now)
    for account_id in account_ids:
        if account_id not in known:
            return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    usage_store.lock_intake(work.tx)
    ledger_store.lock_payers(work.tx, account_ids)
    return None


def standing_of(work: Work, account_id: str, *, with_credit: bool = True, with_members: bool = True) -> Standing:
    """Return how a known account stands now. `with_credit`: whether its limit counts for its available quota.

    `with_members`: whether its members are named; a main account may have thousands, and no check asks for them.
    """
    tx, now = work.tx, work.now
    row = account_store.rows(tx, now, account_id)[0]
    holder = funds_store.holders(tx, [account_id], now)[account_id]
    figures = funds_store.figures(tx, [account_id], now)[account_id]
    line = credit_store.line_of(tx, account_id, holder.currency, now)
    profile = account_store.invoice_profile_of(tx, account_id)
    live = [one for one in relation_store.states(tx, now, [account_id]) if one.is_live] if with_members else []
    payer_ahead = org_store.last_payer(tx, account_id)
    return Standing(
        account_id=account_id,
        enterprise_id=row.enterprise_id,
        zone=holder.zone,
        currency=holder.currency,
        kind=row.kind,
        entity=account_store.entity_of(tx, account_id),
        invoice_title=profile.title if profile else "",
        has_credit=line.active,
        credit_asked=line.total > 0,
        credit_pending=line.pending,
        available_minor=available(figures).result - (0 if with_credit else figures.credit_limit),
        owed_minor=max(0, figures.outstanding),
        relation=relation_store.live_of_member(tx, account_id, now),
        members=tuple(one for one in live if one.management_id == account_id),
        matters=relation_store.open_matters(tx, account_id),
        usage_until=usage_store.reach_of(tx, [account_id]).get(account_id),
        payer_ahead=payer_ahead if payer_ahead and payer_ahead.effective_from > now + _OWN_STEPS else None,
    )


def proposal_of(
    work: Work,
    command: Command,
    pair: tuple[str, str],
    terms: tuple[FinanceMode, Permissions],
    relation: Relation | None,
) -> Proposal:
    """Return a command on a pair (main account, member) with how both stand; `terms` are what it leads to.

    At the end of a trusteeship the member's limit is cleared, so it does not count for what the member can pay then. An
    account that is being created was in no relation before: its first payer may be its main account already (REL-4).
    """
    (management_id, member_id), (mode, permissions) = pair, terms
    leaves_trust = command is Command.RELEASE and mode is TRUSTEESHIP
    member = standing_of(work, member_id, with_credit=not leaves_trust)
    if command is Command.CREATE:
        member = replace(member, relation=None)
    main = standing_of(work, management_id, with_members=False)
    line = credit_store.line_of(work.tx, management_id, main.currency, work.now)
    figures = funds_store.figures(work.tx, [member_id], work.now)[member_id]
    starts = [cycle.next_start(work.now, member.zone) for cycle in _products(work)]
    return Proposal(
        command=command,
        management=main,
        member=member,
        mode=mode,
        permissions=permissions,
        now=work.now,
        starts=min(starts, default=Cycle.HOUR.next_start(work.now, member.zone)),
        relation=relation,
        granted_minor=figures.book_of(management_id),
        credit_minor=line.stated(member_id),
        for_member=command is not Command.INVITE or _for_member(work, member_id),
    )


def _for_member(work: Work, member_id: str) -> bool:
    """Say whether who asks may answer an invitation of this account (REL-4); an account itself needs the entity only.

    What counts is the right alone: whether the account is at rest is asked before.
    """
    if work.actor.user_id is None:
        return True
    return isinstance(decided(work, work.actor, Action.ANSWER_INVITATION, member_id), Granted)


def change_of(work: Work, proposal: Proposal, before: Relation | None, after: Relation) -> Change:
    """Return what a proposal changes: from the active relation of before, if there is one, to that of after.

    Of an invitation it is told what it brings once it is confirmed.
    """
    member_id = proposal.member.account_id
    was, will = before is not None and before.is_active, after.is_live
    payer = after.management_id if will and after.mode is TRUSTEESHIP else member_id
    figures = funds_store.figures(work.tx, [member_id], work.now)[member_id]
    return Change(
        management=proposal.management,
        member=proposal.member,
        before=before.mode if before and was else None,
        after=after.mode if will else None,
        permissions_before=before.permissions if before and was else frozenset(),
        permissions_after=after.permissions if will else frozenset(),
        now=work.now,
        turns=_turns(work, proposal.member, payer),
        cash_minor=figures.cash,
        granted_minor=proposal.granted_minor,
        credit_minor=proposal.credit_minor,
        is_new=proposal.command is Command.CREATE,
    )


def _turns(work: Work, member: Standing, payer_id: str) -> tuple[Turn, ...]:
    """Return who pays for a member's usage from just before now on, by cycle, once this payer is written down (ORG-5).

    From just before, so that on the edge of a cycle the payer of the one that ends is told too.
    """
    since = work.now - INSTANT
    paid = org_store.payers_of(work.tx, member.account_id)
    new = next_payer(work, member.account_id, payer_id)
    relations = [*paid, new] if new else paid
    return tuple(
        Turn(cycle, products, payers_from(relations, since, cycle=cycle, zone=member.zone))
        for cycle, products in _products(work).items()
    )


def _products(work: Work) -> dict[Cycle, tuple[str, ...]]:
    """Return the products of each cycle that has any, in the order of the enum."""
    products = catalog_store.products_of(work.tx).values()
    found = {cycle: tuple(one.product_id for one in products if one.cycle is cycle) for cycle in Cycle}
    return {cycle: some for cycle, some in found.items() if some}


def next_payer(work: Work, account_id: str, payer_id: str) -> PaymentRelation | None:
    """Return the payment relation that lets another one pay from now on; None when that one pays already."""
    last = org_store.last_payer(work.tx, account_id)
    assert last is not None, "an account that is open has a payer"
    if last.payer_id == payer_id:
        return None
    return PaymentRelation(account_id, _after(work.now, last.effective_from), payer_id)


def _after(now: datetime, last: datetime) -> datetime:
    return now if now > last else last + INSTANT
