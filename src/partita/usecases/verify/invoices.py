"""Proofs of invoices: they say what was consumed, no more and no less, and each adds up.

Rules: INVOICE-10 (`docs/rules/invoice.md`).
"""

from __future__ import annotations

from collections.abc import Sequence

from partita.store.invoice import proof
from partita.usecases.verify.equation import Equation, Finding, counted, money_text, reading, shortened
from partita.usecases.work import Books


def consumption_explained(books: Books) -> list[Equation]:
    """Prove that invoices − owed + not yet invoiced is what the ledger took in cash, less what it gave back."""
    with reading(books) as tx:
        sums = proof.payer_sums(tx)
    return [_equation([one for one in sums if one.currency == currency], currency) for currency in _currencies(sums)]


def _currencies(sums: Sequence[proof.PayerSums]) -> list[str]:
    return sorted({one.currency for one in sums})


def _equation(sums: Sequence[proof.PayerSums], currency: str) -> Equation:
    findings = [
        Finding(
            f"invoices of {one.payer_id}: {money_text(one.explained, currency)} explained, "
            f"{money_text(one.consumed, currency)} consumed",
            f"{one.payer_id} 的发票：已说明 {money_text(one.explained, currency)}，"
            f"实际消费 {money_text(one.consumed, currency)}",
        )
        for one in sums
        if one.explained != one.consumed
    ]
    return Equation(
        f"invoices {currency}",
        f"invoices − owed + not yet invoiced = cleared cash consumption ({currency})",
        f"发票 − 欠票 + 未开票 = 已清现金消费（{currency}）",
        money_text(sum(one.explained for one in sums), currency),
        money_text(sum(one.consumed for one in sums), currency),
        shortened(findings),
    )


def invoices_add_up(books: Books) -> list[Equation]:
    """Prove that every invoice is the sum of its lines with the tax of the whole, and every red letter its mirror."""
    with reading(books) as tx:
        count, apart = proof.invoices_apart(tx)
    if not count:
        return []
    findings = [
        Finding(
            f"invoice {one.invoice_id} of {one.account_id}: lines, tax or red letter do not add up",
            f"{one.account_id} 的发票 {one.invoice_id}：明细、税额或红字发票不符",
        )
        for one in apart
    ]
    return [
        counted(
            "invoice-parts",
            "invoices = invoices that add up",
            "发票 = 明细与税额相符的发票",
            (count, count - len(apart)),
            findings,
        )
    ]
