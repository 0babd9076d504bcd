"""Verify (核对): recompute the books from raw usage and files, and print each equation with both sides.

Owns the list of proofs and their order: files first, then rows, then the ledger, then everything counted anew. Nothing
is changed. A proof that cannot be carried out is itself a finding, never an exception, and the others go on.
Rules: VERIFY-1 … VERIFY-7 (`docs/rules/verify.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from partita.usecases.rating import Advance, no_progress
from partita.usecases.verify import (
    bill_views,
    bills,
    clearing,
    files,
    funds,
    invoices,
    ledger,
    months,
    orders,
    payers,
    reconciliation,
    recount,
    rows,
    running,
    sellers,
    vouchers,
)
from partita.usecases.verify.equation import Equation, Finding, attempt
from partita.usecases.work import Books

__all__ = ["Equation", "Finding", "verify"]

Proof = Callable[[Books], list[Equation]]

PROOFS: tuple[tuple[str, Proof], ...] = (
    ("files", files.untouched),
    ("rows", rows.untouched),
    ("usage", files.usage_totals),
    ("batches", files.batches_whole),
    ("payers", payers.stored_payers),
    ("imports", files.import_totals),
    ("ledger", ledger.balanced),
    ("chain", ledger.chained),
    ("balances", ledger.balances),
    ("transfers", funds.transfers_cancel),
    ("fund-books", funds.books_not_overdrawn),
    ("documents", funds.documents_stand),
    ("payments", funds.payments_entered),
    ("credit", funds.credit_within_total),
    ("holds", running.holds),
    ("counters", running.counters),
    ("services", running.services),
    ("months", months.whole),
    ("bills", bills.charges_to_receivable),
    ("bill-parts", bills.parts_have_bills),
    ("billed", bills.bills_to_entries),
    ("settled", bills.draws_to_entries),
    ("settlement", bills.payable_to_draws),
    ("overpaid", bills.bills_not_overpaid),
    ("receivables", clearing.receivables_explained),
    ("interest", clearing.interest_entered),
    ("bank-transfers", reconciliation.transfers_entered),
    ("statements", reconciliation.statements_whole),
    ("closed-days", reconciliation.days_as_closed),
    ("orders", orders.paid_and_posted),
    ("given-back", orders.given_back),
    ("bill-views", bill_views.views_agree),
    ("offsets", clearing.credits_within_worth),
    ("vouchers", vouchers.accounted_for),
    ("vouchers-shared", vouchers.sharing_cancels),
    ("draws", vouchers.draws_fit_lines),
    ("invoices", invoices.consumption_explained),
    ("sellers", sellers.paid_by_line),
    ("invoice-parts", invoices.invoices_add_up),
    ("once", recount.no_charge_twice),
    ("recount", recount.recounted),
)
"""The proofs, in order: cheap and telling ones first."""


def verify(books: Books, *, progress: Advance = no_progress) -> list[Equation]:
    """Carry out every proof and return the equations; the books are in order when all hold (VERIFY-1)."""
    equations: list[Equation] = []
    for number, (name, proof) in enumerate(PROOFS):
        progress(number, len(PROOFS), name)
        equations += attempt(name, partial(proof, books))
    progress(len(PROOFS), len(PROOFS), "")
    return equations
