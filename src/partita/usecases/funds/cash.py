"""Cash comes in and goes out: top up and withdraw. Load → decide → save, in one transaction, once per key.

Rules: FUNDS-2, FUNDS-3, FUNDS-7 (`docs/rules/funds.md`), POST-1, POST-6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core import posting_rules
from partita.core.funds import may_withdraw
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action, RelationPermission
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import relation as relation_store
from partita.store.funds import Holder
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import (
    Posted,
    amount_at_fault,
    holder_for,
    key_of_day,
    posted,
    saved,
    text_at_fault,
)
from partita.usecases.funds.figures import figures_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Money received (topped up) or paid out (withdrawn), and the cash after it.

    `repeated`: the same command was recorded before, and nothing happened now. `payer_id`: who pays for it now.
    `bills_paid`: what the money paid at once of what was unpaid (CLEAR-1); `balance` is what is left after that.
    """

    entry_id: str
    account_id: str
    amount: Money
    balance: Money
    reference: str
    idempotency_key: str
    effective_at: datetime
    repeated: bool
    dry_run: bool
    payer_id: str
    bills_paid: tuple[BillPaid, ...] = ()


ToppedUp = CashMoved
Withdrawn = CashMoved


def top_up(
    work: Work,
    *,
    account_id: str,
    amount: Money,
    idempotency_key: str | None = None,
    reference: str = "",
    dry_run: bool = False,
) -> ToppedUp | Refused:
    """Add `amount` to the cash of an account (充值), once per key (FUNDS-2, FUNDS-3).

    The currency is the one that the account is billed in: other money could never be spent. Without a key, one is
    made of account, amount, reference and the day in the account's zone: the command sent twice on a day is one
    top-up. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE,
    BAD_AMOUNT, BAD_TEXT, IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.TOP_UP, account_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, amount, reference) if idempotency_key is None else idempotency_key
    no = amount_at_fault(amount, holder.currency) or text_at_fault({"reference": reference, "key": key})
    if no:
        return no
    draft = posting_rules.topped_up(payer_id=account_id, amount=amount, reference=reference, idempotency_key=key)

    def decide() -> ToppedUp | Refused:
        done = posted(work, (draft,), key, may=lambda: None)
        return done if isinstance(done, Refused) else _moved(work, holder, (draft, amount, key), done, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def withdraw(
    work: Work,
    *,
    account_id: str,
    amount: Money,
    idempotency_key: str | None = None,
    reference: str = "",
    dry_run: bool = False,
) -> Withdrawn | Refused:
    """Pay `amount` of the cash of an account out (提现), once per key (FUNDS-7).

    Without a key, one is made as for a top-up. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT,
    CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT; then, unless the key is known, WITHDRAWAL_FORBIDDEN,
    SOURCE_OVERDUE, EXCEEDS_WITHDRAWABLE; IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.WITHDRAW, account_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, amount, reference) if idempotency_key is None else idempotency_key
    no = amount_at_fault(amount, holder.currency) or text_at_fault({"reference": reference, "key": key})
    if no:
        return no
    draft = posting_rules.withdrawn(payer_id=account_id, amount=amount, reference=reference, idempotency_key=key)

    def may() -> Refused | None:
        return may_withdraw(figures_of(work, account_id), amount, forbidden_by=_forbidding(work, account_id))

    def decide() -> Withdrawn | Refused:
        done = posted(work, (draft,), key, may=may)
        return done if isinstance(done, Refused) else _moved(work, holder, (draft, amount, key), done, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def currency_of(work: Work, account_id: str) -> str | Refused:
    """Return the currency that an account is billed in, which is that of its enterprise."""
    holder = funds_store.holder(work.tx, account_id, work.now)
    return refused(Reason.UNKNOWN_ACCOUNT, account=account_id) if holder is None else holder.currency


def _forbidding(work: Work, account_id: str) -> str | None:
    """Return the main account whose relation forbids an account to withdraw, if there is one."""
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    if relation is None or RelationPermission.FORBID_WITHDRAW_CASH not in relation.permissions:
        return None
    return relation.management_id


def _moved(work: Work, holder: Holder, said: tuple[Draft, Money, str], done: Posted, *, dry_run: bool) -> CashMoved:
    draft, amount, key = said
    balance = -done.balance_of(work, holder.account_id, posting_rules.CASH, amount.currency)
    return CashMoved(
        entry_id=done.entries[0].entry_id,
        account_id=holder.account_id,
        amount=amount,
        balance=Money(balance, amount.currency),
        reference=draft.reference,
        idempotency_key=key,
        effective_at=done.entries[0].effective_at,
        repeated=done.repeated,
        dry_run=dry_run,
        payer_id=holder.payer_id,
        bills_paid=done.bills_paid,
    )
