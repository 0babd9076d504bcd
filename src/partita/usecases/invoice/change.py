"""What becomes of invoices: voided before the tax bureau has them, returned, and reversed by a red letter.

Load → decide → save, once: done again it answers that it was done before. Rules: INVOICE-8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from partita.core.invoice import Invoice, InvoiceCommand, InvoiceState, may_become, mirrored, red_form_at_fault
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import invoice as invoice_store
from partita.store import ledger as ledger_store
from partita.store.invoice import Asked, Kept, StepRow
from partita.usecases.funds.command import saved, text_at_fault
from partita.usecases.invoice.who import handler_of
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Changed:
    """An invoice and the state that it has now; `repeated`: it had it before."""

    invoice: Invoice
    number: str
    state: InvoiceState
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class RedWritten:
    """The red letter that takes an invoice back, once the tax bureau issues it; `repeated`: it was written before."""

    red_letter: Invoice
    invoice: Invoice
    number: str
    repeated: bool
    dry_run: bool


def void(work: Work, *, invoice: str, note: str = "", dry_run: bool = False) -> Changed | Refused:
    """Void an invoice that the tax bureau does not have yet (作废); its consumption may be invoiced anew.

    Refused in this order: UNKNOWN_INVOICE, what `authorise` says, INVOICE_BY_MAIN, BAD_TEXT, RED_LETTER_STAYS,
    INVOICE_NOT_SO, INVOICE_AT_BUREAU.
    """

    def decide(kept: Kept) -> Changed | Refused:
        if kept.state is InvoiceState.VOID:
            return Changed(kept.invoice, kept.number, kept.state, repeated=True, dry_run=dry_run)
        name = kept.invoice.invoice_id
        if no := may_become(name, kept.state, InvoiceCommand.VOID, sent=kept.sent):
            return no
        return _step(work, kept, StepRow(InvoiceCommand.VOID, note, work.actor.signature, work.now), dry_run=dry_run)

    return _changed(work, invoice, decide, {"note": note}, dry_run=dry_run)


def return_(
    work: Work,
    *,
    invoice: str,
    reason: str,
    certified: bool = False,
    red_form: str = "",
    dry_run: bool = False,
) -> Changed | Refused:
    """Ask to give an issued invoice back (退票); the operator then writes its red letter.

    `certified`: the buyer has deducted its tax; then `red_form` (红字信息表, 16 digits) is needed. Refused in this
    order: UNKNOWN_INVOICE, what `authorise` says, INVOICE_BY_MAIN, BAD_TEXT (a reason is needed), RED_LETTER_STAYS,
    INVOICE_NOT_SO (also: it is being returned for another reason), CERTIFIED_NOT_SPECIAL, BAD_RED_FORM,
    RED_FORM_MISSING.
    """

    def decide(kept: Kept) -> Changed | Refused:
        if kept.state is InvoiceState.RETURNING and _said_so(work, kept, (reason, red_form)):
            return Changed(kept.invoice, kept.number, kept.state, repeated=True, dry_run=dry_run)
        no = may_become(kept.invoice.invoice_id, kept.state, InvoiceCommand.RETURN, sent=kept.sent)
        no = no or red_form_at_fault(kept.invoice, certified=certified, red_form=red_form)
        if no:
            return no
        row = StepRow(InvoiceCommand.RETURN, reason, work.actor.signature, work.now, red_form=red_form)
        return _step(work, kept, row, dry_run=dry_run)

    return _changed(work, invoice, decide, {"reason": reason}, dry_run=dry_run)


def red(work: Work, *, invoice: str, reason: str = "", dry_run: bool = False) -> RedWritten | Refused:
    """Write the red letter (红字发票) of an invoice that is being returned, or return it for the operator's own reason.

    The tax bureau issues it as any invoice; from then on the invoice is reversed. Only the operator may. Refused in
    this order: NOT_PERMITTED, UNKNOWN_INVOICE, BAD_TEXT (a reason is needed unless it is being returned),
    RED_LETTER_STAYS, INVOICE_NOT_SO.
    """
    if isinstance(no := authorise_books(work, Action.ISSUE_INVOICES), Refused):
        return no
    first = invoice_store.invoice_of(work.tx, invoice)
    if first is None:
        return refused(Reason.UNKNOWN_INVOICE, invoice=invoice)

    def decide() -> RedWritten | Refused:
        ledger_store.lock_payers(work.tx, [first.invoice.account_id])
        kept = invoice_store.invoice_of(work.tx, invoice)
        assert kept is not None, "nothing of an invoice goes away"
        return _red(work, kept, reason, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _red(work: Work, kept: Kept, reason: str, *, dry_run: bool) -> RedWritten | Refused:
    name, returned = kept.invoice.invoice_id, kept.state is not InvoiceState.ISSUED
    if no := text_at_fault({"reason": reason}, needed=frozenset() if returned else frozenset({"reason"})):
        return no
    if kept.invoice.is_red:
        return refused(Reason.RED_LETTER_STAYS, invoice=name)
    written = invoice_store.red_letters(work.tx, name)
    standing = next((one for one in written if one.state is not InvoiceState.VOID), None)
    if standing is not None:
        return RedWritten(standing.invoice, kept.invoice, kept.number, repeated=True, dry_run=dry_run)
    by, at = work.actor.signature, work.now
    if returned:
        if no := may_become(name, kept.state, InvoiceCommand.REVERSE, sent=kept.sent):
            return no
    else:
        invoice_store.add_step(work.tx, kept.invoice, StepRow(InvoiceCommand.RETURN, reason, by, at))
    steps = invoice_store.steps_of(work.tx, name)
    last = [one for one in steps if one.command is InvoiceCommand.RETURN][-1]
    letter = mirrored(kept.invoice, attempt=len(written) + 1, red_form=last.red_form, remark=reason or last.reason)
    asked = Asked(kept.asked.idempotency_key, kept.asked.body_hash, by, at)
    invoice_store.add(work.tx, letter, asked, buyer_country=kept.buyer_country)
    return RedWritten(letter, kept.invoice, kept.number, repeated=False, dry_run=dry_run)


def _changed(
    work: Work, invoice: str, decide: Callable[[Kept], Changed | Refused], texts: dict[str, str], *, dry_run: bool
) -> Changed | Refused:
    """Ask for permission, lock, and let `decide` look at the invoice as it stands."""
    found = invoice_store.invoice_of(work.tx, invoice)
    if found is None:
        return refused(Reason.UNKNOWN_INVOICE, invoice=invoice)
    account = found.invoice.account_id
    holder = handler_of(work, Action.MANAGE_INVOICES, account)
    if isinstance(holder, Refused):
        return holder
    if no := text_at_fault(texts, needed=frozenset({"reason"}) & texts.keys()):
        return no
    if found.invoice.is_red:
        return refused(Reason.RED_LETTER_STAYS, invoice=invoice)

    def locked() -> Changed | Refused:
        ledger_store.lock_payers(work.tx, [account, *(line.payer_id for line in found.invoice.lines)])
        kept = invoice_store.invoice_of(work.tx, invoice)
        assert kept is not None, "nothing of an invoice goes away"
        return decide(kept)

    return saved(work, locked, dry_run=dry_run)


def _said_so(work: Work, kept: Kept, said: tuple[str, str]) -> bool:
    """Say whether an invoice is being returned for this very reason, by this very form."""
    returns = [one for one in invoice_store.steps_of(work.tx, kept.invoice.invoice_id) if one.command is _RETURN]
    return (returns[-1].reason, returns[-1].red_form) == said


_RETURN = InvoiceCommand.RETURN


def _step(work: Work, kept: Kept, row: StepRow, *, dry_run: bool) -> Changed:
    invoice_store.add_step(work.tx, kept.invoice, row)
    return Changed(kept.invoice, kept.number, row.command.state, repeated=False, dry_run=dry_run)
