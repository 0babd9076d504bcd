"""Funds: money comes in. Load → decide → save, in one transaction, idempotent by key.

Rules: FUNDS-2, FUNDS-3 (`docs/rules/funds.md`), POST-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from partita.core import posting_rules
from partita.core.funds import AMOUNT_MINOR_MAX
from partita.core.ledger import is_line
from partita.core.money import Money
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store.funds import Holder
from partita.usecases.work import Work

TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """Money received. `repeated`: the same command was recorded before, and nothing happened now."""

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
    top-up. Refused in this order: UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT,
    IDEMPOTENCY_KEY_REUSED.
    """
    holder = funds_store.holder(work.tx, account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    key = _key_of_day(holder, amount, reference, work.now) if idempotency_key is None else idempotency_key
    if refusal := _no_good(amount, holder.currency, {"reference": reference, "key": key}):
        return refusal

    draft = posting_rules.topped_up(payer_id=account_id, amount=amount, reference=reference, idempotency_key=key)
    with work.tx.transaction(force_rollback=dry_run):
        ledger_store.lock_payers(work.tx, [account_id])
        known = ledger_store.entry_by_key(work.tx, account_id, draft.idempotency_key)
        entries = ledger_store.append(work.tx, [draft], recorded_at=work.now)
        if isinstance(entries, Refused):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        balance = -ledger_store.balance_of(work.tx, account_id, posting_rules.CASH, amount.currency)
    return ToppedUp(
        entry_id=entries[0].entry_id,
        account_id=account_id,
        amount=amount,
        balance=Money(balance, amount.currency),
        reference=reference,
        idempotency_key=key,
        effective_at=entries[0].effective_at,
        repeated=known is not None,
        dry_run=dry_run,
        payer_id=holder.payer_id,
    )


def currency_of(work: Work, account_id: str) -> str | Refused:
    """Return the currency that an account is billed in, which is that of its enterprise."""
    holder = funds_store.holder(work.tx, account_id, work.now)
    return refused(Reason.UNKNOWN_ACCOUNT, account=account_id) if holder is None else holder.currency


def _no_good(amount: Money, currency: str, texts: dict[str, str]) -> Refused | None:
    if amount.currency != currency:
        return refused(Reason.CURRENCY_NOT_USED, currency=amount.currency, known=currency)
    if amount.minor <= 0:
        return refused(Reason.AMOUNT_NOT_POSITIVE, amount=str(amount))
    if amount.minor > AMOUNT_MINOR_MAX:
        most = Money(AMOUNT_MINOR_MAX, amount.currency)
        limit = (f"more than {most}, the most at a time.", f"超过一次的上限 {most}。")
        return refused(Reason.BAD_AMOUNT, amount=str(amount), currency=amount.currency, detail=limit)
    for name, text in texts.items():
        if not is_line(text) or len(text) > TEXT_MAX or (name == "key" and not text):
            return refused(Reason.BAD_TEXT, name=name, limit=TEXT_MAX)
    return None


def _key_of_day(holder: Holder, amount: Money, reference: str, now: datetime) -> str:
    day = now.astimezone(ZoneInfo(holder.zone)).date()
    return f"{day.isoformat()}:{amount}:{reference}"
