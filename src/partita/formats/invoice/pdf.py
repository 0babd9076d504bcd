"""The page of an invoice: PDF/A-3b by typst, with the fonts and the data of the invoice inside.

Nothing of the machine gets into it: fonts come with the package and the clock is that of the invoice, so the same
invoice gives the same bytes. Rules: INVOICE-11.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path

import typst

from partita.formats.invoice.texts import Printed
from partita.formats.invoice.xml import write_xml
from partita.formats.invoice.xmp import with_description

FOLDER = Path(__file__).parent
_TEMPLATE = FOLDER / "invoice.typ"


def write_pdf(printed: Printed) -> bytes:
    """Return an invoice as PDF/A-3b, its EN 16931 data attached as `factur-x.xml`; the same bytes each time.

    What the fonts cannot show stands as 〓 on the page, as printers do; the data have every character.
    """
    xml, missing = write_xml(printed).decode(), dict[int, str]()
    while True:
        try:
            return with_description(_archived(printed, xml, missing))
        except typst.TypstError as error:  # an archived page may hold no character that its fonts lack
            unseen = {ord(one) for text in _UNSEEN.findall(str(error)) for one in text if not one.isascii()}
            if unseen <= missing.keys():
                raise
            missing.update(dict.fromkeys(unseen, _LACKING))


_UNSEEN = re.compile(r'the text `?"(.+?)"`? could not be displayed', re.DOTALL)
_LACKING = "〓"


def _archived(printed: Printed, xml: str, missing: Mapping[int, str]) -> bytes:
    at = datetime.combine(printed.issued_on, time(), UTC)
    page = _compiler().compile(
        format="pdf",
        sys_inputs={"data": _content(printed).translate(missing), "xml": xml},
        pdf_standards=["a-3b"],
        timestamp=int(at.timestamp()),
    )
    assert isinstance(page, bytes), "one document is one file"
    return page


def write_pdfs(invoices: Sequence[Printed]) -> Iterator[tuple[Printed, bytes]]:
    """Yield each of several invoices with its document, in their order: as `write_pdf`, on all processors at once."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(invoices), _AHEAD):
            some = invoices[start : start + _AHEAD]
            yield from zip(some, pool.map(write_pdf, some), strict=True)


_AHEAD = 64
"""So many documents are held at most before they are fetched."""


def write_plain(printed: Printed) -> bytes:
    """Return the page as plain PDF, without data and archive standard: what typst alone takes is measured by it."""
    page = _compiler().compile(format="pdf", sys_inputs={"data": _content(printed)})
    assert isinstance(page, bytes), "one document is one file"
    return page


def write_pages(printed: Printed, *, ppi: float = 110) -> list[bytes]:
    """Return the pages as PNG images: what a screen shows before the document is fetched."""
    pages = _compiler().compile(format="png", ppi=ppi, sys_inputs={"data": _content(printed)})
    assert pages is not None, "an image is returned"
    return [pages] if isinstance(pages, bytes) else list(pages)


_DESK = threading.local()
"""What each thread has of its own: a compiler, for one serves one at a time."""


def _compiler() -> typst.Compiler:
    """Return the compiler of this thread: it has read the fonts and the template once."""
    if not hasattr(_DESK, "compiler"):
        _DESK.compiler = typst.Compiler(input=_TEMPLATE, root=FOLDER, font_paths=_fonts())
    found: typst.Compiler = _DESK.compiler
    return found


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER / "fonts"])


_WORDS = (
    "red number date buyer seller item detail unit quantity net rate tax sum total in_figures remark drawer one"
).split()


def _content(printed: Printed) -> str:
    """Return all that stands on the page, ready to be set."""
    invoice = printed.invoice
    return json.dumps(
        {
            "language": printed.language,
            "red": invoice.is_red,
            "title": printed.title,
            "number": printed.number,
            "date": f"{printed.issued_on:%Y-%m-%d}",
            "seller_name": printed.seller_name,
            "bureau": printed.bureau,
            "page": printed.words("page"),
            "words": {name: printed.words(name) for name in _WORDS},
            "parties": printed.parties(),
            "lines": [
                {
                    "item": invoice.tax_item.text(printed.language),
                    "detail": printed.line_text(line, short=True),
                    "quantity": "-1" if invoice.is_red else "1",
                    "net": printed.amount(line.net),
                    "tax": printed.amount(line.tax),
                }
                for line in invoice.lines
            ],
            "rate": printed.rate,
            "net": printed.amount(invoice.net, sign=True),
            "tax": printed.amount(invoice.tax, sign=True),
            "gross": printed.amount(invoice.gross, sign=True),
            "in_words": printed.in_words,
            "notes": printed.notes(),
            "drawer": invoice.issuer.drawer or printed.seller_name,
        },
        ensure_ascii=False,
    )
