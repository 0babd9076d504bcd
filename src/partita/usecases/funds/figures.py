"""What an account has and may do with it: its figures, and every quota as a formula with its numbers.

Rules: FUNDS-4 … FUNDS-8 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core.funds import (
    Acceptance,
    Card,
    Explained,
    Figures,
    Fund,
    available,
    free_cash,
    reclaimable,
    transferable,
    withdrawable,
)
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.permission import Action, Granted
from partita.core.refusal import Refused
from partita.store import funds as funds_store
from partita.store import relation as relation_store
from partita.store.funds import Freeze
from partita.usecases.clearing import on_no_bill
from partita.usecases.funds.command import holder_for
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Reclaimable:
    """What may be reclaimed from one receiver, with its formula, as far as the asker may see its figures."""

    receiver: str
    quota: Explained


@dataclass(frozen=True, slots=True)
class FundsShown:
    """Everything about the money of an account: figures, quotas with their formulas, documents, what others have of it.

    `left`: what the books of acceptance bills and cards have, by document. `payer_id`: who pays for the account now.
    `on_no_bill`: what of the outstanding is on no bill. `zone`: of its calendar; `seen_at`: when this was so.
    """

    figures: Figures
    quotas: tuple[Explained, ...]
    reclaimable: tuple[Reclaimable, ...]
    freezes: tuple[Freeze, ...]
    acceptances: tuple[Acceptance, ...]
    cards: tuple[Card, ...]
    left: dict[str, int]
    payer_id: str
    on_no_bill: Money
    zone: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class MembersShown:
    """The figures of a main account and its members, and the members that do not let it see theirs, with the reason."""

    figures: tuple[Figures, ...]
    left_out: dict[str, Refused]


def figures_of(work: Work, account_id: str) -> Figures:
    """Return the figures of an account that exists, as the books have them now (FUNDS-4); asks nobody for permission.

    For use cases that decide about money under the lock of the account. `show` is for people.
    """
    return funds_store.figures(work.tx, [account_id], work.now)[account_id]


def show(work: Work, account_id: str) -> FundsShown | Refused:
    """Return what an account has and may do with it, every quota explained (FUNDS-8).

    Refused: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    figures = figures_of(work, account_id)
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    trusted = relation is not None and relation.mode is FinanceMode.TRUSTEESHIP
    may_give = transferable(figures, in_trusteeship=trusted)
    given = funds_store.given_by(work.tx, account_id)
    receivers = funds_store.figures(work.tx, given, work.now)
    seen = {name for name in given if isinstance(authorise(work, Action.VIEW_FINANCES, name), Granted)}
    return FundsShown(
        figures=figures,
        quotas=(available(figures), may_give, withdrawable(figures), free_cash(figures)),
        reclaimable=tuple(
            Reclaimable(
                name,
                reclaimable(receivers[name], giver_id=account_id, left_of_pair=left, is_seen=name in seen),
            )
            for name, left in given.items()
        ),
        freezes=tuple(one for one in funds_store.freezes(work.tx, account_id) if one.left_minor),
        acceptances=tuple(funds_store.acceptances(work.tx, account_id)),
        cards=tuple(funds_store.cards(work.tx, [account_id])),
        left=funds_store.left_of(work.tx, account_id, Fund.ACCEPTANCE)
        | funds_store.left_of(work.tx, account_id, Fund.STORED_VALUE),
        payer_id=holder.payer_id,
        on_no_bill=on_no_bill(work, account_id, holder.currency),
        zone=holder.zone,
        seen_at=work.now,
    )


def show_members(work: Work, management_id: str) -> MembersShown | Refused:
    """Return the figures of a main account and of its members that let it see their finances, by account.

    Members that do not are named with the reason: a list says what it does not hold. Refused: what `authorise` says,
    UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_FINANCES, management_id)
    if isinstance(holder, Refused):
        return holder
    members = [one.member_id for one in relation_store.members_of(work.tx, management_id, work.now)]
    asked = {one: authorise(work, Action.VIEW_FINANCES, one) for one in members}
    left_out = {one: no for one, no in asked.items() if isinstance(no, Refused)}
    seen = [management_id, *(one for one in members if one not in left_out)]
    found = funds_store.figures(work.tx, seen, work.now)
    return MembersShown(tuple(found[name] for name in seen), left_out)
