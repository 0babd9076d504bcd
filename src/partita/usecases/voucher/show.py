"""Show: the vouchers of an account, what is left of each, and its pool. Rules: VOUCHER-3, VOUCHER-6, VOUCHER-9."""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.core.template import Instrument
from partita.core.voucher import Policy, State, priority, state
from partita.store import template as template_store
from partita.store import voucher as voucher_store
from partita.store.voucher import Holding
from partita.usecases.funds.command import holder_for
from partita.usecases.voucher.issue import pool_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class VoucherShown:
    """What an account holds of a voucher, and what can be done with it now."""

    holding: Holding
    left: Money
    state: State


@dataclass(frozen=True, slots=True)
class Wallet:
    """The vouchers of an account in the order in which they would be used, its pool, and who pays its bills."""

    account_id: str
    vouchers: list[VoucherShown]
    pool: Money
    policy: Policy
    payer_id: str
    zone: str


def wallet(work: Work, account_id: str) -> Wallet | Refused:
    """Return the vouchers of an account: those in use first, in their turn. Refused: NOT_PERMITTED, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    enterprise = template_store.enterprise_of(work.tx, account_id)
    policy = template_store.policy(work.tx, enterprise, Instrument.VOUCHER)
    shown = [
        VoucherShown(
            one,
            Money(one.left_minor, one.voucher.template.currency),
            state(one.voucher, one.left_minor, work.now, drawn=one.drawn, emptied_by=one.emptied_by),
        )
        for one in voucher_store.held_by(work.tx, account_id)
    ]
    shown.sort(key=lambda one: (_PLACES[one.state], priority(one.holding.voucher, one.left.minor, policy)))
    return Wallet(account_id, shown, pool_of(work, account_id, holder.currency), policy, holder.payer_id, holder.zone)


_PLACES = {one: place for place, one in enumerate(State)}
