"""Invoices as documents: a page that people read (PDF/A-3b) with the data that programs read (EN 16931) inside it.

`xml` writes the data, `pdf` the page by `invoice.typ`, `texts` what stands on it in each language, `xmp` says in the
file what is inside. Rules: INVOICE-11 (`docs/rules/invoice.md`).
"""

from partita.formats.invoice.pdf import write_pages, write_pdf, write_pdfs
from partita.formats.invoice.texts import Printed
from partita.formats.invoice.xml import write_xml

__all__ = ["Printed", "write_pages", "write_pdf", "write_pdfs", "write_xml"]
