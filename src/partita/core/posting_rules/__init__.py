"""Posting rules (记账规则): business event → journal entry.

`chart` has the accounts and every movement on one page; `closing`, `cash`, `transfers`, `refunds`, `documents`,
`vouchers` and `orders` make the entries, each with the idempotency key that follows from its facts, or from the
caller's key in a space of its own. Does not own amounts (`settlement`, `bill`, `funds`) nor entries (`ledger`).
Rules: POST-1 … POST-21 (`docs/rules/posting_rules.md`).
"""

from partita.core.posting_rules.cash import cash_owed, paid_in, topped_up, withdrawn
from partita.core.posting_rules.chart import (
    BANK,
    CASH,
    CHART,
    CREDIT_REFUND,
    KEPT,
    KIND_NAMES,
    KINDS_BOUNCED,
    KINDS_BY_HAND,
    KINDS_OF_A_CLOSE,
    MOVEMENTS,
    RECEIVABLE,
    REVENUE,
    TRANSFER_CLEARING,
    VOUCHER_CLEARING,
    VOUCHER_POOL,
    LedgerAccount,
    Movement,
    is_kept,
    ledger_account,
    normal_side,
)
from partita.core.posting_rules.closing import billed, cleared, interest_charged, settled
from partita.core.posting_rules.documents import (
    accepted,
    card_activated,
    card_bought,
    card_lapsed,
    collected,
    discounted,
    dishonoured,
)
from partita.core.posting_rules.orders import order_paid, order_refunded
from partita.core.posting_rules.refunds import credit_refund_applied, credit_refunded, refunded
from partita.core.posting_rules.transfers import reclaimed, transferred
from partita.core.posting_rules.vouchers import (
    pool_granted,
    voucher_issued,
    voucher_lapsed,
    voucher_made,
    voucher_shared,
    voucher_taken_back,
)

__all__ = [
    "BANK",
    "CASH",
    "CHART",
    "CREDIT_REFUND",
    "KEPT",
    "KINDS_BOUNCED",
    "KINDS_BY_HAND",
    "KINDS_OF_A_CLOSE",
    "KIND_NAMES",
    "MOVEMENTS",
    "RECEIVABLE",
    "REVENUE",
    "TRANSFER_CLEARING",
    "VOUCHER_CLEARING",
    "VOUCHER_POOL",
    "LedgerAccount",
    "Movement",
    "accepted",
    "billed",
    "card_activated",
    "card_bought",
    "card_lapsed",
    "cash_owed",
    "cleared",
    "collected",
    "credit_refund_applied",
    "credit_refunded",
    "discounted",
    "dishonoured",
    "interest_charged",
    "is_kept",
    "ledger_account",
    "normal_side",
    "order_paid",
    "order_refunded",
    "paid_in",
    "pool_granted",
    "reclaimed",
    "refunded",
    "settled",
    "topped_up",
    "transferred",
    "voucher_issued",
    "voucher_lapsed",
    "voucher_made",
    "voucher_shared",
    "voucher_taken_back",
    "withdrawn",
]  # fmt: skip
