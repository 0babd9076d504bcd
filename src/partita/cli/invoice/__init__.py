"""`partita invoice …`: what may be invoiced, invoices, what becomes of them, their documents, who issues them."""

from partita.cli.invoice.asking import apply, offset, reissue
from partita.cli.invoice.changing import issue, issuer, red, return_, void
from partita.cli.invoice.printing import pdf, pdfs
from partita.cli.invoice.seeing import candidates, list_invoices, show

__all__ = [
    "apply", "candidates", "issue", "issuer", "list_invoices", "offset", "pdf", "pdfs", "red", "reissue", "return_",
    "show", "void",
]  # fmt: skip
