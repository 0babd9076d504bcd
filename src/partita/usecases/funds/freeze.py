"""Freeze (冻结) and release (解冻): cash that is put aside stays where it is, and pays, moves and leaves nothing.

A freeze is a fact beside the ledger, no entry. Rules: FUNDS-9 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core.funds import may_put_aside
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.permission import OPERATOR, Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store.funds import Freeze, Recorded
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.funds.command import amount_at_fault, by, holder_for, key_of_day, saved, text_at_fault
from partita.usecases.funds.figures import figures_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Frozen:
    """Cash that was put aside, or released: what is left of the freeze, and all that is frozen of the account.

    `bills_paid`: what the cash that was released paid at once of what was unpaid (CLEAR-1).
    """

    account_id: str
    freeze_id: str
    amount: Money
    left: Money
    frozen: Money
    released: bool
    idempotency_key: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


def freeze(
    work: Work,
    *,
    account_id: str,
    amount: Money,
    note: str = "",
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Frozen | Refused:
    """Put cash of an account aside, once per key (FUNDS-9).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT,
    BAD_TEXT; then, unless the key is known (IDEMPOTENCY_KEY_REUSED for other content), SOURCE_OVERDUE,
    EXCEEDS_FREE_CASH.
    """
    holder = holder_for(work, Action.FREEZE_FUNDS, account_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, amount, note) if idempotency_key is None else idempotency_key
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"note": note, "key": key}):
        return no
    said = Recorded(derived_id("frz", account_id, key), amount, note)

    def decide() -> Frozen | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = funds_store.freeze_by_key(work.tx, account_id, key)
        if known is not None and known != said:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        if known is None:
            if no := may_put_aside(figures_of(work, account_id), amount):
                return no
            funds_store.add_freeze(work.tx, _new(work, account_id, said), key=key)
        return _frozen(work, (account_id, key), said, released=False, repeated=known is not None, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def release(
    work: Work,
    *,
    freeze_id: str,
    amount: Money | None = None,
    note: str = "",
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Frozen | Refused:
    """Release what is left of a freeze, or `amount` of it, once per key (FUNDS-9). The operator's freeze is its own.

    Refused in this order: UNKNOWN_FREEZE, what `authorise` says of its account, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE,
    BAD_AMOUNT, BAD_TEXT; then, unless the key is known (IDEMPOTENCY_KEY_REUSED for other content), EXCEEDS_FROZEN.
    """
    one = funds_store.freeze_of(work.tx, freeze_id)
    if one is None:
        return refused(Reason.UNKNOWN_FREEZE, freeze=freeze_id)
    action = Action.LIFT_FREEZE if one.recorded_by == OPERATOR.signature else Action.FREEZE_FUNDS
    holder = holder_for(work, action, one.payer_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, freeze_id, amount or "all", note) if idempotency_key is None else idempotency_key
    no = amount_at_fault(amount, holder.currency) if amount is not None else None
    if no := no or text_at_fault({"note": note, "key": key}):
        return no
    return saved(work, lambda: _released(work, one, (amount, note, key), dry_run=dry_run), dry_run=dry_run)


def account_of_freeze(work: Work, freeze_id: str) -> str | None:
    """Return the account of a freeze, in whose currency its amounts are."""
    one = funds_store.freeze_of(work.tx, freeze_id)
    return None if one is None else one.payer_id


def _released(work: Work, one: Freeze, asked: tuple[Money | None, str, str], *, dry_run: bool) -> Frozen | Refused:
    amount, note, key = asked
    ledger_store.lock_payers(work.tx, [one.payer_id])
    left = next(found.left for found in funds_store.freezes(work.tx, one.payer_id) if found.freeze_id == one.freeze_id)
    known = funds_store.release_by_key(work.tx, one.payer_id, key)
    if known is not None and known != Recorded(one.freeze_id, amount or known.amount, note):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
    said = known or Recorded(one.freeze_id, amount or left, note)
    paid: tuple[BillPaid, ...] = ()
    if known is None:
        if said.amount.minor > left.minor or not left.minor:
            return refused(Reason.EXCEEDS_FROZEN, freeze=one.freeze_id, amount=said.amount, left=left)
        funds_store.add_release(work.tx, said, payer_id=one.payer_id, key=key, by=by(work))
        paid = clear(work, [one.payer_id]).paid
    done = _frozen(work, (one.payer_id, key), said, released=True, repeated=known is not None, dry_run=dry_run)
    return replace(done, bills_paid=paid)


def _new(work: Work, account_id: str, said: Recorded) -> Freeze:
    return Freeze(
        payer_id=account_id,
        freeze_id=said.fact_id,
        currency=said.amount.currency,
        amount_minor=said.amount.minor,
        left_minor=said.amount.minor,
        note=said.note,
        recorded_by=work.actor.signature,
        recorded_at=work.now,
    )


def _frozen(
    work: Work, named: tuple[str, str], said: Recorded, *, released: bool, repeated: bool, dry_run: bool
) -> Frozen:
    account_id, key = named
    work.touched.update(() if repeated else [account_id])
    left = next(one.left for one in funds_store.freezes(work.tx, account_id) if one.freeze_id == said.fact_id)
    frozen = funds_store.frozen_of(work.tx, [account_id]).get((account_id, said.amount.currency), 0)
    return Frozen(
        account_id=account_id,
        freeze_id=said.fact_id,
        amount=said.amount,
        left=left,
        frozen=Money(frozen, said.amount.currency),
        released=released,
        idempotency_key=key,
        repeated=repeated,
        dry_run=dry_run,
    )
