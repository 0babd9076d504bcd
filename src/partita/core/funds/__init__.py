"""Funds (资金): the kinds of money a payer may pay with, the quotas that follow from them, and who may move them.

`source` has the kinds and their ledger accounts, `quota` the formulas, `decision` the refusals, `refund` how much comes
back, `document` acceptance bills and cards. Does not own which fund pays first (`settlement`) nor the movements
(`posting_rules`). Credit is no fund: what stays unpaid is outstanding and is held against the credit limit. Rules:
FUNDS-1 … FUNDS-16 (`docs/rules/funds.md`); source: enterprise-finance.md B2, B7.
"""

from partita.core.funds.decision import (
    Ends,
    Tie,
    may_put_aside,
    may_reclaim,
    may_share,
    may_transfer,
    may_withdraw,
    one_entity,
    overdue,
)
from partita.core.funds.document import Acceptance, AcceptanceState, Card
from partita.core.funds.quota import (
    Explained,
    Figures,
    Part,
    Quota,
    Term,
    available,
    free_cash,
    reclaimable,
    transferable,
    withdrawable,
)
from partita.core.funds.refund import Bought, credit_refundable, may_refund, may_refund_credit, refundable
from partita.core.funds.source import AMOUNT_MINOR_MAX, Fund, fund_of, source_account

__all__ = [
    "AMOUNT_MINOR_MAX", "Acceptance", "AcceptanceState", "Bought", "Card", "Ends", "Explained", "Figures", "Fund",
    "Part", "Quota", "Term", "Tie",
    "available", "credit_refundable", "free_cash", "fund_of", "may_put_aside", "may_reclaim", "may_refund",
    "may_refund_credit", "may_share", "may_transfer", "may_withdraw", "one_entity", "overdue", "reclaimable",
    "refundable", "source_account", "transferable", "withdrawable",
]  # fmt: skip
