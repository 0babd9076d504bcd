"""May money leave an account? The decisions on withdrawals, transfers, reclaims and freezes, each in one order.

Owns who may transfer to whom and what limits an amount. Does not own the limits themselves (`quota`) nor the entries
(`posting_rules`). Rules: FUNDS-5, FUNDS-6, FUNDS-7, FUNDS-9, FUNDS-10 (`docs/rules/funds.md`); source:
enterprise-finance.md B1.2, B1.3, B2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core.funds.quota import (
    Explained,
    Figures,
    available,
    free_cash,
    reclaimable,
    transferable,
    withdrawable,
)
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.refusal import Reason, Refused, refused


@dataclass(frozen=True, slots=True)
class Tie:
    """The relation in which two accounts stand: which is the main account, which the member, and in which mode."""

    management_id: str
    member_id: str
    mode: FinanceMode


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a transfer: the relation between them, if any, and the legal entity of each, if verified."""

    giver_id: str
    receiver_id: str
    tie: Tie | None
    giver_entity: str | None
    receiver_entity: str | None


def may_share(ends: Ends) -> Refused | None:
    """Refuse a transfer between two accounts that may not share money at all (FUNDS-10).

    In this order: TRANSFER_TO_ITSELF, TRANSFER_NOT_RELATED, TRANSFER_IN_TRUSTEESHIP (a member for which another pays
    has no use for money), then what `one_entity` refuses.
    """
    if ends.giver_id == ends.receiver_id:
        return refused(Reason.TRANSFER_TO_ITSELF, account=ends.giver_id)
    if ends.tie is None:
        return refused(Reason.TRANSFER_NOT_RELATED, giver=ends.giver_id, receiver=ends.receiver_id)
    if ends.tie.mode is FinanceMode.TRUSTEESHIP:
        tie = ends.tie
        return refused(Reason.TRANSFER_IN_TRUSTEESHIP, member=tie.member_id, management=tie.management_id)
    return one_entity(ends)


def one_entity(ends: Ends) -> Refused | None:
    """Refuse two accounts that are not one verified legal entity: SHARING_NOT_VERIFIED, SHARING_ENTITY_DIFFERS."""
    for account, entity in ((ends.giver_id, ends.giver_entity), (ends.receiver_id, ends.receiver_entity)):
        if entity is None:
            return refused(Reason.SHARING_NOT_VERIFIED, account=account)
    if ends.giver_entity != ends.receiver_entity:
        return refused(Reason.SHARING_ENTITY_DIFFERS, giver=ends.giver_id, receiver=ends.receiver_id)
    return None


def may_transfer(giver: Figures, amount: Money) -> Refused | None:
    """Refuse a transfer of more than the giver can (FUNDS-5): SOURCE_OVERDUE, then EXCEEDS_TRANSFERABLE."""
    return overdue(giver) or _beyond(Reason.EXCEEDS_TRANSFERABLE, giver.account_id, transferable(giver), amount)


def may_reclaim(
    receiver: Figures, *, giver_id: str, left_of_pair: int, amount: Money, is_seen: bool = True
) -> Refused | None:
    """Refuse to reclaim more than is left of the giver's money, or so much that debt is left: EXCEEDS_RECLAIMABLE.

    `is_seen`: whether the asker may see the receiver's finances; else the refusal tells of the giver's own money only.
    """
    limit = reclaimable(receiver, giver_id=giver_id, left_of_pair=left_of_pair)
    no = _beyond(Reason.EXCEEDS_RECLAIMABLE, receiver.account_id, limit, amount, giver=giver_id)
    if no is None or is_seen:
        return no
    said = reclaimable(receiver, giver_id=giver_id, left_of_pair=left_of_pair, is_seen=False)
    return replace(no, detail=no.detail | {"formula": _formula(said)})


def may_withdraw(figures: Figures, amount: Money, *, forbidden_by: str | None) -> Refused | None:
    """Refuse a withdrawal (FUNDS-7): WITHDRAWAL_FORBIDDEN, SOURCE_OVERDUE, INVOICES_OWED, EXCEEDS_WITHDRAWABLE.

    INVOICES_OWED where the amount could be withdrawn if no invoice were owed (INVOICE-10).

    `forbidden_by`: the main account whose relation forbids it (FORBID_WITHDRAW_CASH), if any.
    """
    if forbidden_by is not None:
        return refused(Reason.WITHDRAWAL_FORBIDDEN, account=figures.account_id, management=forbidden_by)
    limit = withdrawable(figures)
    if figures.owed_invoices and limit.result < amount.minor <= withdrawable(replace(figures, owed_invoices=0)).result:
        owed = str(Money(figures.owed_invoices, figures.currency))
        return overdue(figures) or _beyond(Reason.INVOICES_OWED, figures.account_id, limit, amount, owed=owed)
    return overdue(figures) or _beyond(Reason.EXCEEDS_WITHDRAWABLE, figures.account_id, limit, amount)


def may_put_aside(figures: Figures, amount: Money) -> Refused | None:
    """Refuse to freeze, or to spend on a card, more than the free cash (FUNDS-9): SOURCE_OVERDUE, EXCEEDS_FREE_CASH."""
    return overdue(figures) or _beyond(Reason.EXCEEDS_FREE_CASH, figures.account_id, free_cash(figures), amount)


def overdue(figures: Figures) -> Refused | None:
    """Refuse what an overdue account may not do: nothing leaves it (SOURCE_OVERDUE)."""
    if not figures.overdue:
        return None
    return refused(Reason.SOURCE_OVERDUE, account=figures.account_id, formula=_formula(available(figures)))


def _beyond(reason: Reason, account_id: str, limit: Explained, amount: Money, **more: object) -> Refused | None:
    assert amount.currency == limit.currency, "a limit is compared in its own currency"
    if amount.minor <= limit.result:
        return None
    return refused(reason, account=account_id, amount=amount, formula=_formula(limit), **more)


def _formula(limit: Explained) -> tuple[str, str]:
    return limit.formula("en"), limit.formula("zh")
