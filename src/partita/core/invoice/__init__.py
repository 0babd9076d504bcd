"""Invoices (发票): what may be invoiced, to whom, with which tax, and what becomes of an invoice.

`candidate` has the consumption that invoices are made of, what is owed (欠票) and what is set off; `tax` the tax that
is included; `title` who may be named on which kind; `document` invoices and their states; `bureau` what the tax
authority is asked and answers; `words` amounts in words. Does not own money: an invoice moves none. Rules: INVOICE-1 …
INVOICE-12 (`docs/rules/invoice.md`); source: enterprise-finance.md B1.2, B1.3, B12.
"""

from partita.core.invoice.bureau import BureauAnswer, BureauRequest, Verdict
from partita.core.invoice.candidate import (
    Candidate,
    CandidateKind,
    Group,
    Portion,
    Wish,
    choose,
    grouped,
    held_back,
    may_offset,
    offset_pair,
    owed_in_all,
)
from partita.core.invoice.document import (
    Invoice,
    InvoiceCommand,
    InvoiceKind,
    InvoiceLine,
    InvoiceMode,
    InvoiceState,
    Issuer,
    invoice_id,
    made,
    may_become,
    mirrored,
    red_form_at_fault,
)
from partita.core.invoice.tax import CARD_SALE, CLOUD_SERVICE, Taxed, TaxItem, included_tax, taxed
from partita.core.invoice.title import BANK_ACCOUNT, title_at_fault
from partita.core.invoice.words import amount_in_chinese, amount_in_english

__all__ = [
    "BANK_ACCOUNT",
    "CARD_SALE",
    "CLOUD_SERVICE",
    "BureauAnswer",
    "BureauRequest",
    "Candidate",
    "CandidateKind",
    "Group",
    "Invoice",
    "InvoiceCommand",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceMode",
    "InvoiceState",
    "Issuer",
    "Portion",
    "TaxItem",
    "Taxed",
    "Verdict",
    "Wish",
    "amount_in_chinese",
    "amount_in_english",
    "choose",
    "grouped",
    "held_back",
    "included_tax",
    "invoice_id",
    "made",
    "may_become",
    "may_offset",
    "mirrored",
    "offset_pair",
    "owed_in_all",
    "red_form_at_fault",
    "taxed",
    "title_at_fault",
]  # fmt: skip
