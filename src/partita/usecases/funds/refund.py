"""Refunds (退款) into the refund book of a month: money that pays bills of that month or later ones.

Which order is refunded is not decided here; that no more comes back than was paid, is. Rules: FUNDS-11, FUNDS-16
(`docs/rules/funds.md`), POST-8.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import posting_rules
from partita.core.funds import Fund, may_refund, source_account
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import amount_at_fault, holder_for, posted, saved, text_at_fault
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class RefundOf:
    """What is refunded: a product, and the month to which the refund belongs."""

    product_id: str
    month: Month


@dataclass(frozen=True, slots=True)
class RefundBooked:
    """A refund in the refund book, and what the sub-book of its month has after it paid what was unpaid (CLEAR-1)."""

    account_id: str
    of: RefundOf
    amount: Money
    book: Money
    entry_id: str
    idempotency_key: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


def refund(
    work: Work, *, account_id: str, of: RefundOf, amount: Money, idempotency_key: str, dry_run: bool = False
) -> RefundBooked | Refused:
    """Refund `amount` of a product into the account's refund book of a month, once per key (FUNDS-11).

    The key is the order's or the person's: two refunds of one amount are nothing unusual. Refused in this order: what
    `authorise` says, UNKNOWN_ACCOUNT, UNKNOWN_PRODUCT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT,
    REFUND_MONTH_AHEAD (a month that has not begun); then, unless the key is known,
    PRODUCT_NOT_BILLED, EXCEEDS_REFUNDABLE; IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.GIVE_MONEY, account_id)
    if isinstance(holder, Refused):
        return holder
    if of.product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=of.product_id)
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"key": idempotency_key}):
        return no
    this_month = Month.of(work.now, holder.zone)
    if of.month > this_month:
        return refused(Reason.REFUND_MONTH_AHEAD, month=of.month, this_month=this_month)
    draft = posting_rules.refunded(
        payer_id=account_id,
        product_id=of.product_id,
        month=of.month,
        amount=amount,
        idempotency_key=idempotency_key,
    )

    def may() -> Refused | None:
        return may_refund(funds_store.bought(work.tx, holder, of.product_id, of.month), of.product_id, of.month, amount)

    def decide() -> RefundBooked | Refused:
        done = posted(work, (draft,), idempotency_key, may=may)
        if isinstance(done, Refused):
            return done
        book = source_account(Fund.REFUND, str(of.month))
        left = Money(-ledger_store.balance_of(work.tx, account_id, book, amount.currency), amount.currency)
        entry, paid = done.entries[0].entry_id, done.bills_paid
        return RefundBooked(account_id, of, amount, left, entry, idempotency_key, done.repeated, dry_run, paid)

    return saved(work, decide, dry_run=dry_run)
