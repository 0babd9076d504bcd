"""Credit (信控): ask for a total, approve or reject it, confirm the contract, allocate to members, agree terms, refund.

`line` has the limits, `term` the due dates and the whole as people see it, `refund` credit refunds. Rules: CREDIT-1 …
CREDIT-10 (`docs/rules/credit.md`).
"""

from partita.usecases.credit.line import (
    ContractConfirmed,
    CreditChanged,
    allocate,
    approve,
    confirm_contract,
    reject,
    request_total,
)
from partita.usecases.credit.refund import CreditRefundMoved, apply_refund, refund_credit
from partita.usecases.credit.term import (
    Allocation,
    CreditShown,
    Shared,
    TermAgreed,
    Unpaid,
    agree_term,
    show,
    unpaid_bills,
)

__all__ = [
    "Allocation", "ContractConfirmed", "CreditChanged", "CreditRefundMoved", "CreditShown", "Shared", "TermAgreed",
    "Unpaid", "agree_term", "allocate", "apply_refund", "approve", "confirm_contract", "refund_credit", "reject",
    "request_total", "show", "unpaid_bills",
]  # fmt: skip
