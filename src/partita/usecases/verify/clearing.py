"""Proofs of clearing: receivables are explained, no credit pays more than it is worth, interest has its entries.

Rules: CLEAR-3 (`docs/rules/clearing.md`), DUN-3 (`docs/rules/dunning.md`), VERIFY-5.
"""

from __future__ import annotations

from partita.store.clearing import proof
from partita.usecases.verify.equation import Equation, Finding, counted, money_read, money_text, reading, shortened
from partita.usecases.work import Books


def receivables_explained(books: Books) -> list[Equation]:
    """Prove: unpaid of bills − credits left + debts on no bill = receivable; never are both bills and credits left."""
    with reading(books) as tx:
        rows = proof.explained(tx)
    equations = []
    for currency in sorted({one.currency for one in rows}):
        of = [one for one in rows if one.currency == currency]
        findings = [said for one in of for said in _found(one)]
        equations.append(
            Equation(
                f"receivables {currency}",
                f"unpaid of bills − credits left + debts on no bill = receivable ({currency})",
                f"账单未结清 − 未用贷项 + 账单以外的欠款 = 应收账款（{currency}）",
                money_text(sum(one.expected for one in of), currency),
                money_text(sum(one.receivable for one in of), currency),
                shortened(findings),
            )
        )
    return equations


def _found(one: proof.Explained) -> list[Finding]:
    found = []
    if one.expected != one.receivable:
        apart = money_read(one.receivable - one.expected, one.currency)
        found.append(
            Finding(
                f"receivable of {one.payer_id}: {apart} more than its bills, credits and debts explain",
                f"{one.payer_id} 的应收账款：比账单、贷项与其他欠款多 {apart}",
            )
        )
    if one.unpaid > 0 and one.credits > 0:
        left = money_read(one.credits, one.currency)
        found.append(
            Finding(
                f"{one.payer_id}: has unpaid bills although credits of {left} are left",
                f"{one.payer_id}：仍有 {left} 的贷项未用，却有未结清账单",
            )
        )
    return found


def credits_within_worth(books: Books) -> list[Equation]:
    """Prove that every credit that paid bills is there, and paid no more than it is worth."""
    with reading(books) as tx:
        used, over = proof.credits_used(tx)
    findings = [
        Finding(
            f"{kind} {source} of {payer}: paid more of bills than it is worth",
            f"{payer} 的{_KINDS[kind]} {source}：冲抵的金额超过其本身",
        )
        for payer, kind, source in over
    ]
    return [
        counted(
            "offsets",
            "credits that paid bills = credits within their worth",
            "已冲抵账单的贷项 = 不超过其金额的贷项",
            (used, used - len(over)),
            findings,
        )
    ]


_KINDS = {"bill": "负数账单", "credit_refund": "信控退款"}


def interest_entered(books: Books) -> list[Equation]:
    """Prove that every charge of interest has its entry, with its amount, and no other."""
    with reading(books) as tx:
        rows = proof.interest(tx)
    equations = []
    for currency in sorted({one[2] for one in rows}):
        of = [one for one in rows if one[2] == currency]
        findings = [
            Finding(f"interest {entry} of {payer}: it and its entry differ", f"{payer} 的逾期利息 {entry}：与分录不符")
            for payer, entry, _, charged, entered in of
            if charged != entered
        ]
        equations.append(
            Equation(
                f"interest {currency}",
                f"interest charged = its entries ({currency})",
                f"逾期利息 = 逾期利息分录（{currency}）",
                money_text(sum(one[3] for one in of), currency),
                money_text(sum(one[4] for one in of), currency),
                shortened(findings),
            )
        )
    return equations
