"""What the tax authority is asked, and what it answers. Rules: INVOICE-12 (`docs/rules/invoice.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from partita.core.invoice.document import Invoice


class Verdict(Enum):
    """What the tax bureau says of an invoice that it was sent."""

    WAITING = "it is being looked at"
    ISSUED = "it has its number"
    REJECTED = "it will not be issued"


@dataclass(frozen=True, slots=True)
class BureauRequest:
    """An invoice or a red letter as it is sent; `red_number`: the number of the invoice that is taken back."""

    invoice: Invoice
    red_number: str = ""


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """An answer: with the number and the instant of an invoice that is issued, or why it is not."""

    verdict: Verdict
    number: str = ""
    issued_at: datetime | None = None
    reason: str = ""
