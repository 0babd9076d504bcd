"""Verify (核对): recompute the books from raw usage and files, and print each equation with both sides.

Owns the list of proofs and their order: files first, then rows, then the ledger, then everything counted anew. Nothing
is changed. A proof that cannot be carried out because a file is damaged is itself a finding, never an exception.
Rules: VERIFY-1 … VERIFY-4 (`docs/rules/verify.md`).
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from partita.usecases.rating import Advance, no_progress
from partita.usecases.verify import bills, files, ledger, recount, rows
from partita.usecases.verify.equation import Equation
from partita.usecases.work import Books

__all__ = ["Equation", "verify"]

Proof = Callable[[Books], list[Equation]]

PROOFS: tuple[tuple[str, Proof], ...] = (
    ("files", files.untouched),
    ("rows", rows.untouched),
    ("usage", files.usage_totals),
    ("imports", files.import_totals),
    ("ledger", ledger.balanced),
    ("chain", ledger.chained),
    ("balances", ledger.balances),
    ("bills", bills.charges_to_receivable),
    ("settlement", bills.payable_to_draws),
    ("once", recount.no_charge_twice),
    ("recount", recount.recounted),
)
"""The proofs, in order: cheap and telling ones first."""


def verify(books: Books, *, progress: Advance = no_progress) -> list[Equation]:
    """Carry out every proof and return the equations; the books are in order when all hold (VERIFY-1)."""
    equations: list[Equation] = []
    for number, (name, proof) in enumerate(PROOFS):
        progress(number, len(PROOFS), name)
        equations += _carried_out(name, proof, books)
    progress(len(PROOFS), len(PROOFS), "")
    return equations


def _carried_out(name: str, proof: Proof, books: Books) -> list[Equation]:
    try:
        return proof(books)
    except duckdb.Error as error:
        trouble = f"a file cannot be read: {str(error).splitlines()[0]}"
        return [Equation(name, f"proof of {name}", f"核对 {name}", "?", "?", (trouble,))]
