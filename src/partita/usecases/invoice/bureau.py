"""What is applied for goes to the tax bureau, and what it answers is recorded: numbers, or why not.

A series of transactions, so that a kill between two leaves whole steps behind: invoices are marked as sent before they
are, some at once, and sending one again is harmless, for the bureau knows it by its id. Rules: INVOICE-8, INVOICE-12.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    for start in range(0, 0 if dry_run else len(names), _AT_ONCE):
        _issue(books, bureau, names[start : start + _AT_ONCE], done)
    return done


_AT_ONCE = 50
"""So many are marked as sent, sent and recorded together: a transaction for each would cost more than what is in it."""


def _issue(books: Books, bureau: TaxBureau, names: Sequence[str], done: Issued) -> None:
    """Send some of what waits; where the bureau fails, what it has answered so far is recorded."""
    with books.work() as work:
        requests = _sent(work, names)
    answers: list[tuple[Invoice, BureauAnswer]] = []
    try:
        for request in requests:
            answers.append((request.invoice, bureau.issue(request)))  # noqa: PERF401 - kept where one fails
    finally:
        with books.work() as work:
            _record(work, answers, done)


def _sent(work: Work, names: Sequence[str]) -> list[BureauRequest]:
    """Mark invoices as sent and return what is sent, without those that were voided meanwhile."""
    found: list[BureauRequest] = []
    for kept in _locked(work, names):
        if kept.state is not InvoiceState.APPLIED:
            continue
        if not kept.sent:
            invoice_store.add_step(
                work.tx, kept.invoice, StepRow(InvoiceCommand.SUBMIT, "", work.actor.signature, work.now)
            )
        taken_back = invoice_store.invoice_of(work.tx, kept.invoice.red_of) if kept.invoice.red_of else None
        found.append(BureauRequest(kept.invoice, red_number=taken_back.number if taken_back else ""))
    return found


def _record(work: Work, answers: Sequence[tuple[Invoice, BureauAnswer]], done: Issued) -> None:
    """Record answers and what came of them; the number of another invoice is not recorded."""
    if not answers:
        return
    kept = {one.invoice.invoice_id: one for one in _locked(work, [one.invoice_id for one, _ in answers])}
    for invoice, answer in answers:
        if answer.number and invoice_store.has_other(work.tx, invoice.invoice_id, answer.number):
            done.clashing.append((invoice, answer.number))
            continue
        _answered(work, kept[invoice.invoice_id], answer)
        match answer.verdict:
            case Verdict.ISSUED:
                done.issued.append((invoice, answer.number))
            case Verdict.REJECTED:
                done.rejected.append((invoice, answer.reason))
            case Verdict.WAITING:
                done.waiting.append(invoice.invoice_id)


def _answered(work: Work, kept: Kept, answer: BureauAnswer) -> None:
    """Record an answer: of a red letter also at the invoice that it takes back."""
    if answer.verdict is Verdict.WAITING:
        return
    invoice, by, at = kept.invoice, work.actor.signature, work.now
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


def _locked(work: Work, names: Collection[str]) -> list[Kept]:
    """Return invoices as they stand, in the order of their names, with the locks of their accounts."""
    first = invoice_store.invoices(work.tx, names)
    ledger_store.lock_payers(work.tx, {one.invoice.account_id for one in first})
    found = {one.invoice.invoice_id: one for one in invoice_store.invoices(work.tx, names)}
    return [found[name] for name in names]
