"""Invoices (发票): what may be invoiced, applied for, issued, voided, returned, reversed, set off, and shown.

Rules: INVOICE-1 … INVOICE-12 (`docs/rules/invoice.md`).
"""

from partita.usecases.invoice.apply import LINES_MAX, Applied, Request, apply, reissue
from partita.usecases.invoice.bureau import Issued, issue
from partita.usecases.invoice.change import Changed, RedWritten, red, return_, void
from partita.usecases.invoice.issuer import IssuerSet, set_issuer
from partita.usecases.invoice.offset import Offset, offset
from partita.usecases.invoice.show import CandidatesShown, InvoiceShown, all_printed, candidates, listed, printed, show

__all__ = [
    "LINES_MAX", "Applied", "CandidatesShown", "Changed", "InvoiceShown", "Issued", "IssuerSet", "Offset",
    "RedWritten", "Request",
    "all_printed", "apply", "candidates", "issue", "listed", "offset", "printed", "red", "reissue", "return_",
    "set_issuer", "show", "void",
]  # fmt: skip
