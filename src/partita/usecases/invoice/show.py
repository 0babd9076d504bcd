"""What may be invoiced, which invoices there are, one in full, and how it is printed. Rules: INVOICE-2, INVOICE-11."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from partita.core.invoice import Candidate, InvoiceMode, InvoiceState
from partita.core.period import DEFAULT_ZONE, Month
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.formats.invoice import Printed
from partita.store import funds as funds_store
from partita.store import invoice as invoice_store
from partita.store.invoice import Kept, StepRow
from partita.usecases.funds.command import holder_for
from partita.usecases.invoice.who import consumed, handler_of, members_that_permit, titles_of
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CandidatesShown:
    """What may be invoiced, the oldest first, and the members that do not let it be seen, each with why."""

    candidates: tuple[Candidate, ...]
    left_out: dict[str, Refused]


@dataclass(frozen=True, slots=True)
class InvoiceShown:
    """An invoice with all that was done to it, and its red letters; `zone`: that of its account."""

    kept: Kept
    steps: tuple[StepRow, ...]
    red_letters: tuple[Kept, ...]
    zone: str


def candidates(
    work: Work, *, account_id: str, members: Sequence[str] = (), group: bool = False
) -> CandidatesShown | Refused:
    """Return what an account may have invoiced: its own consumption, that of its members in trusteeship, of `members`.

    `group`: of all members that permit it; the others are named with the reason. Refused: what `authorise` says,
    UNKNOWN_ACCOUNT, INVOICE_BY_MAIN, what `titles_of` refuses.
    """
    holder = handler_of(work, Action.VIEW_INVOICES, account_id)
    if isinstance(holder, Refused):
        return holder
    seen, left_out = members_that_permit(work, account_id) if group else (list(members), {})
    titles = titles_of(work, account_id, seen, InvoiceMode.INDEPENDENT, Action.VIEW_INVOICES)
    if isinstance(titles, Refused):
        return titles
    return CandidatesShown(tuple(consumed(work, titles)), left_out)


def listed(work: Work, *, account_id: str, state: InvoiceState | None = None) -> list[Kept] | Refused:
    """Return the invoices of an account, and those that say what it consumed, the newest first.

    Refused: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_INVOICES, account_id)
    if isinstance(holder, Refused):
        return holder
    return invoice_store.invoices_of(work.tx, [account_id], state=state)


def show(work: Work, invoice: str) -> InvoiceShown | Refused:
    """Return an invoice by its id or its number, with its history. Refused: what `authorise` says, UNKNOWN_INVOICE.

    Who may see the invoices of a payer may see those that say what it consumed.
    """
    kept = _seen(work, invoice)
    if isinstance(kept, Refused):
        return kept
    name = kept.invoice.invoice_id
    steps, letters = invoice_store.steps_of(work.tx, name), invoice_store.red_letters(work.tx, name)
    holder = funds_store.holder(work.tx, kept.invoice.account_id, work.now)
    return InvoiceShown(kept, tuple(steps), tuple(letters), holder.zone if holder else DEFAULT_ZONE)


def printed(work: Work, invoice: str, *, language: str = "zh", bureau: tuple[str, str] = ("", "")) -> Printed | Refused:
    """Return an issued invoice as it is printed (INVOICE-11); the day is that of the tax bureau's place.

    `bureau`: what has to be said of who gave the number, in English and in Chinese. Refused: what `authorise` says,
    UNKNOWN_INVOICE, NOT_YET_ISSUED.
    """
    kept = _seen(work, invoice)
    if isinstance(kept, Refused):
        return kept
    if kept.issued_at is None:
        return refused(Reason.NOT_YET_ISSUED, invoice=invoice)
    taken_back = invoice_store.invoice_of(work.tx, kept.invoice.red_of) if kept.invoice.red_of else None
    return Printed(
        invoice=kept.invoice,
        number=kept.number,
        issued_on=kept.issued_at.astimezone(ZoneInfo(DEFAULT_ZONE)).date(),
        language=language,
        red_number=taken_back.number if taken_back else "",
        buyer_country=kept.buyer_country,
        bureau=bureau[language == "zh"],
    )


def all_printed(
    work: Work, *, account_id: str, month: Month | None = None, language: str = "zh", bureau: tuple[str, str] = ("", "")
) -> list[Printed] | Refused:
    """Return all issued invoices to the title of an account as they are printed, by number (INVOICE-11).

    `month`: only those issued in it, by the calendar of the tax bureau's place. Refused: as `listed`.
    """
    found = listed(work, account_id=account_id)
    if isinstance(found, Refused):
        return found
    own = [one.invoice.invoice_id for one in found if one.invoice.account_id == account_id and one.issued_at]
    pages = [printed(work, name, language=language, bureau=bureau) for name in own]
    there = [one for one in pages if not isinstance(one, Refused)]
    if month is not None:
        there = [one for one in there if Month(one.issued_on.year, one.issued_on.month) == month]
    return sorted(there, key=lambda one: one.number)


def _seen(work: Work, invoice: str) -> Kept | Refused:
    kept = invoice_store.invoice_of(work.tx, invoice)
    if kept is None:
        return refused(Reason.UNKNOWN_INVOICE, invoice=invoice)
    allowed = authorise(work, Action.VIEW_INVOICES, kept.invoice.account_id)
    if isinstance(allowed, Granted):
        return kept
    payers = sorted({line.payer_id for line in kept.invoice.lines})
    seen = payers and all(isinstance(authorise(work, Action.VIEW_INVOICES, one), Granted) for one in payers)
    return kept if seen else allowed
