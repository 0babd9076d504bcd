"""Credit refunds (信控退款): what was bought on credit comes back as its own part of the quota, never as cash.

Rules: CREDIT-8 (`docs/rules/credit.md`), POST-9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import credit as rules
from partita.core import posting_rules
from partita.core.funds import may_refund_credit
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.usecases.clearing import BillPaid, set_off
from partita.usecases.funds import figures_of
from partita.usecases.funds.command import (
    Posted,
    amount_at_fault,
    holder_for,
    key_of_day,
    posted,
    saved,
    text_at_fault,
)
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CreditRefundMoved:
    """A credit refund, or what of it was set off: what is left of refunds, and what is outstanding.

    `bills_paid`: what of bills was set off now, oldest month first.
    """

    account_id: str
    amount: Money
    refunds: Money
    outstanding: Money
    entry_id: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


def refund_credit(
    work: Work,
    *,
    account_id: str,
    product_id: str,
    amount: Money,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> CreditRefundMoved | Refused:
    """Refund what was bought on credit, once per key (CREDIT-8): the quota rises, the cash does not.

    Without a key the same account, product and amount on one day are one refund. Refused in this order: what
    `authorise` says, UNKNOWN_ACCOUNT, UNKNOWN_PRODUCT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT;
    then, unless the key is known, PRODUCT_NOT_BILLED, NEVER_HAD_CREDIT, EXCEEDS_BOUGHT_ON_CREDIT;
    IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.GIVE_MONEY, account_id)
    if isinstance(holder, Refused):
        return holder
    if product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=product_id)
    key = key_of_day(work, holder, product_id, amount) if idempotency_key is None else idempotency_key
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"key": key}):
        return no
    draft = posting_rules.credit_refunded(
        payer_id=account_id, product_id=product_id, amount=amount, idempotency_key=key
    )

    def may() -> Refused | None:
        had_credit = credit_store.had_credit(work.tx, account_id)
        return may_refund_credit(
            funds_store.bought(work.tx, holder, product_id), product_id, amount, had_credit=had_credit
        )

    def decide() -> CreditRefundMoved | Refused:
        done = posted(work, (draft,), key, may=may)
        return done if isinstance(done, Refused) else _moved(work, draft, done, amount, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def apply_refund(
    work: Work, *, account_id: str, amount: Money, idempotency_key: str | None = None, dry_run: bool = False
) -> CreditRefundMoved | Refused:
    """Set credit refunds off against what is outstanding, once per key (CREDIT-8): the quota stays as it is.

    They pay unpaid bills, oldest month first (CLEAR-3); what no bill takes up waits for the next one.
    Without a key the same account and amount on one day are set off once. Refused in this order: what `authorise`
    says, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT; then, unless the key is
    known, EXCEEDS_CREDIT_REFUND; IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.GIVE_MONEY, account_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, amount) if idempotency_key is None else idempotency_key
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"key": key}):
        return no
    draft = posting_rules.credit_refund_applied(payer_id=account_id, amount=amount, idempotency_key=key)
    bills: list[BillPaid] = []

    def decide() -> CreditRefundMoved | Refused:
        done = posted(
            work,
            (draft,),
            key,
            may=lambda: rules.may_apply_refund(figures_of(work, account_id), amount),
            also=lambda: bills.extend(set_off(work, [account_id])),
        )
        if isinstance(done, Refused):
            return done
        return replace(_moved(work, draft, done, amount, dry_run=dry_run), bills_paid=tuple(bills))

    return saved(work, decide, dry_run=dry_run)


def _moved(work: Work, draft: Draft, done: Posted, amount: Money, *, dry_run: bool) -> CreditRefundMoved:
    figures = figures_of(work, draft.payer_id)
    return CreditRefundMoved(
        account_id=draft.payer_id,
        amount=amount,
        refunds=Money(figures.credit_refunds, figures.currency),
        outstanding=Money(figures.outstanding, figures.currency),
        entry_id=done.entries[0].entry_id,
        repeated=done.repeated,
        dry_run=dry_run,
    )
