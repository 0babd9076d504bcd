"""What is applied for goes to the tax bureau, and what it answers is recorded: numbers, or why not.

A series of transactions, so that a kill between two leaves whole steps behind: an invoice is marked as sent before it
is, and sending it again is harmless, for the bureau knows it by its id. Rules: INVOICE-8, INVOICE-12.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from partita.core.invoice import (
    BureauAnswer,
    BureauRequest,
    Invoice,
    InvoiceCommand,
    InvoiceState,
    Verdict,
    may_become,
)
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.store import invoice as invoice_store
from partita.store import ledger as ledger_store
from partita.store.invoice import Kept, StepRow
from partita.usecases.permission import authorise_books
from partita.usecases.ports import TaxBureau
from partita.usecases.work import Books, Work


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of one look at all that waits: invoices with their numbers, rejected ones with why, what waits on.

    `clashing`: invoices for which the bureau answered the number of another one; they wait on, and somebody must ask.
    """

    issued: list[tuple[Invoice, str]] = field(default_factory=list)
    rejected: list[tuple[Invoice, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    clashing: list[tuple[Invoice, str]] = field(default_factory=list)


def issue(books: Books, bureau: TaxBureau, *, dry_run: bool = False) -> Issued | Refused:
    """Send everything that is applied for to the tax bureau, and record what it says (INVOICE-12); the operator's job.

    Run again it asks about what waits and changes nothing else. A dry run tells what waits and sends nothing.
    Refused: NOT_PERMITTED.
    """
    with books.work() as work:
        if isinstance(no := authorise_books(work, Action.ISSUE_INVOICES), Refused):
            return no
        names = invoice_store.waiting(work.tx)
    done = Issued(waiting=names if dry_run else [])
    for name in () if dry_run else names:
        with books.work() as work:
            request = _sent(work, name)
        if request is None:
            continue
        answer = bureau.issue(request)
        with books.work() as work:
            is_known = answer.number and invoice_store.has_other(work.tx, request.invoice.invoice_id, answer.number)
            if not is_known:
                _record(work, request.invoice, answer)
        if is_known:
            done.clashing.append((request.invoice, answer.number))
            continue
        match answer.verdict:
            case Verdict.ISSUED:
                done.issued.append((request.invoice, answer.number))
            case Verdict.REJECTED:
                done.rejected.append((request.invoice, answer.reason))
            case Verdict.WAITING:
                done.waiting.append(name)
    return done


def _sent(work: Work, name: str) -> BureauRequest | None:
    """Mark an invoice as sent and return what is sent; None where it was voided meanwhile."""
    kept = _locked(work, name)
    if kept.state is not InvoiceState.APPLIED:
        return None
    if not kept.sent:
        invoice_store.add_step(
            work.tx, kept.invoice, StepRow(InvoiceCommand.SUBMIT, "", work.actor.signature, work.now)
        )
    if kept.invoice.red_of is None:
        return BureauRequest(kept.invoice)
    taken_back = invoice_store.invoice_of(work.tx, kept.invoice.red_of)
    assert taken_back is not None, "a red letter has its invoice"
    return BureauRequest(kept.invoice, red_number=taken_back.number)


def _record(work: Work, invoice: Invoice, answer: BureauAnswer) -> None:
    """Record an answer: of a red letter also at the invoice that it takes back."""
    if answer.verdict is Verdict.WAITING:
        return
    kept, by, at = _locked(work, invoice.invoice_id), work.actor.signature, work.now
    issued = answer.verdict is Verdict.ISSUED
    command = InvoiceCommand.ISSUE if issued else InvoiceCommand.REJECT
    if may_become(invoice.invoice_id, kept.state, command, sent=True) is not None:
        return  # another process recorded it
    number, issued_at = (answer.number, answer.issued_at) if issued else ("", None)
    invoice_store.add_step(work.tx, invoice, StepRow(command, answer.reason, by, at, number, issued_at))
    if invoice.red_of is None:
        return
    taken_back = invoice_store.invoice_of(work.tx, invoice.red_of)
    assert taken_back is not None, "a red letter has its invoice"
    command = InvoiceCommand.REVERSE if issued else InvoiceCommand.KEEP
    invoice_store.add_step(work.tx, taken_back.invoice, StepRow(command, answer.reason, by, at))


def _locked(work: Work, name: str) -> Kept:
    first = invoice_store.invoice_of(work.tx, name)
    assert first is not None, "nothing of an invoice goes away"
    ledger_store.lock_payers(work.tx, [first.invoice.account_id])
    kept = invoice_store.invoice_of(work.tx, name)
    assert kept is not None, "nothing of an invoice goes away"
    return kept
