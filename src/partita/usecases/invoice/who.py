"""Who handles whose invoices: an account its own, a main account those of its members. Rules: INVOICE-6."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from partita.core.invoice import Candidate, InvoiceMode, held_back
from partita.core.org import FinanceMode
from partita.core.permission import Action, RelationPermission
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Relation
from partita.store import account as account_store
from partita.store import invoice as invoice_store
from partita.store import relation as relation_store
from partita.store.funds import Holder
from partita.usecases.funds.command import holder_for
from partita.usecases.permission import authorise
from partita.usecases.work import Work


def handler_of(work: Work, action: Action, account_id: str) -> Holder | Refused:
    """Return the holder that an account is, if the actor may handle its invoices.

    Of a member in trusteeship only its main account handles them, old ones too (B1.2). Refused: what `authorise` says,
    UNKNOWN_ACCOUNT, INVOICE_BY_MAIN.
    """
    holder = holder_for(work, action, account_id)
    if isinstance(holder, Refused) or work.actor.is_operator:
        return holder
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    trusted = relation is not None and relation.mode is FinanceMode.TRUSTEESHIP
    if relation is None or not trusted or work.actor.account_id == relation.management_id:
        return holder
    return refused(Reason.INVOICE_BY_MAIN, account=account_id, management=relation.management_id)


def main_of(work: Work, account_id: str) -> str:
    """Return the account that handles the invoices of an account now: its main account where it is in trusteeship."""
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    trusted = relation is not None and relation.mode is FinanceMode.TRUSTEESHIP
    return relation.management_id if relation is not None and trusted else account_id


def titles_of(
    work: Work, account_id: str, members: Sequence[str], mode: InvoiceMode, action: Action = Action.MANAGE_INVOICES
) -> dict[str, str] | Refused:
    """Return the payers whose consumption an account invoices, each with the account whose title it goes to.

    INVOICE-6: the account itself; its members in trusteeship, to its own title; and the `members` that are named: each
    to its own title, or consolidated, all to that of the account. Refused, in the order of the members: INVOICE_BY_MAIN
    (the account is itself in trusteeship), NOT_A_MEMBER, what `authorise` says, MEMBER_INVOICES_ITSELF,
    INVOICE_ENTITY_DIFFERS.
    """
    above, below = relation_store.sides_of(work.tx, account_id, work.now)
    if above is not None and above.mode is FinanceMode.TRUSTEESHIP:
        return refused(Reason.INVOICE_BY_MAIN, account=account_id, management=above.management_id)
    related = {one.member_id: one for one in below}
    trusted = [name for name, one in related.items() if one.mode is FinanceMode.TRUSTEESHIP]
    titles = dict.fromkeys((account_id, *trusted), account_id)
    for member in members:
        if member in titles:
            continue
        no = _against(work, account_id, (member, related.get(member)), mode, action)
        if no:
            return no
        titles[member] = account_id if mode is InvoiceMode.CONSOLIDATED else member
    return titles


def _against(
    work: Work, account_id: str, member: tuple[str, Relation | None], mode: InvoiceMode, action: Action
) -> Refused | None:
    """Return what stands against a main account's invoicing the consumption of a member."""
    name, relation = member
    if relation is None:
        return refused(Reason.NOT_A_MEMBER, member=name, management=account_id)
    if isinstance(no := authorise(work, action, name), Refused):
        return no
    if mode is InvoiceMode.INDEPENDENT:
        return None
    if RelationPermission.MANAGE_TARGET_INVOICE not in relation.permissions:
        return refused(Reason.MEMBER_INVOICES_ITSELF, member=name, management=account_id)
    own, other = (account_store.entity_of(work.tx, one) for one in (account_id, name))
    if own is None or own != other:
        return refused(Reason.INVOICE_ENTITY_DIFFERS, member=name, management=account_id)
    return None


def members_that_permit(work: Work, account_id: str) -> tuple[list[str], dict[str, Refused]]:
    """Return the members whose candidates an account may see, and those left out, each with why."""
    names = [one.member_id for one in relation_store.members_of(work.tx, account_id, work.now)]
    asked = {name: authorise(work, Action.VIEW_INVOICES, name) for name in names}
    left_out = {name: no for name, no in asked.items() if isinstance(no, Refused)}
    return [name for name in names if name not in left_out], left_out


def consumed(work: Work, payer_ids: Collection[str]) -> list[Candidate]:
    """Return what payers consumed, the oldest first, with what is held back of it because what paid bounced."""
    there = invoice_store.candidates(work.tx, payer_ids)
    return held_back(there, invoice_store.bounced(work.tx, payer_ids))
