"""Invoices in PostgreSQL: what may be invoiced, the invoices and their steps, issuers, offsets, and their proof.

`candidates` reads consumption and keeps offsets, `documents` keeps invoices and issuers, `proof` is what `verify` asks.
Decides nothing. Rules: INVOICE-1, INVOICE-2, INVOICE-8, INVOICE-9.
"""

from partita.store.invoice.candidates import OffsetRow, add_offset, bounced, candidates, offset_by_key, owed
from partita.store.invoice.documents import (
    Asked,
    Kept,
    StepRow,
    add,
    add_issuer,
    add_step,
    by_key,
    has_other,
    invoice_of,
    invoices,
    invoices_of,
    issuer_of,
    issuers,
    red_letters,
    steps_of,
    waiting,
)

__all__ = [
    "Asked", "Kept", "OffsetRow", "StepRow", "add", "add_issuer", "add_offset", "add_step", "bounced", "by_key",
    "candidates", "has_other", "invoice_of", "invoices", "invoices_of", "issuer_of", "issuers", "offset_by_key", "owed",
    "red_letters", "steps_of", "waiting",
]  # fmt: skip
