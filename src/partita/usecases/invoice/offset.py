"""What is owed is set off against consumption that was not invoiced yet (冲抵). Rules: INVOICE-9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core.ids import derived_id
from partita.core.invoice import Candidate, InvoiceMode, may_offset, offset_pair
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import invoice as invoice_store
from partita.store import ledger as ledger_store
from partita.store.invoice import OffsetRow
from partita.usecases.funds.command import saved, text_at_fault
from partita.usecases.invoice.who import consumed, handler_of, titles_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Offset:
    """What a candidate owed that was set off against another; `repeated`: it was before."""

    row: OffsetRow
    repeated: bool
    dry_run: bool

    @property
    def amount(self) -> Money:
        """How much was set off."""
        return Money(self.row.amount_minor, self.row.currency)


def offset(
    work: Work,
    *,
    account_id: str,
    owing: str,
    other: str,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Offset | Refused:
    """Set all that `owing` owes off against `other` (INVOICE-9), each named by its id or its bill, card or order.

    What was set off is invoiced no more: the invoice that is out there stands for it. Without a key, what is owed and
    by which invoices is the key. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, INVOICE_BY_MAIN,
    BAD_TEXT, NOT_A_CANDIDATE, what `may_offset` refuses; IDEMPOTENCY_KEY_REUSED.
    """
    holder = handler_of(work, Action.MANAGE_INVOICES, account_id)
    if isinstance(holder, Refused):
        return holder
    titles = titles_of(work, account_id, (), InvoiceMode.INDEPENDENT)
    if isinstance(titles, Refused):
        return titles
    if no := text_at_fault({"key": "-" if idempotency_key is None else idempotency_key}):
        return no

    def decide() -> Offset | Refused:
        ledger_store.lock_payers(work.tx, titles)
        there = consumed(work, titles)
        owed, others = _named(there, owing), _named(there, other)
        for found, name in ((owed, owing), (others, other)):
            if not found:
                return refused(Reason.NOT_A_CANDIDATE, name=name)
        return _offset(work, *offset_pair(owed, others), idempotency_key, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _named(there: Sequence[Candidate], name: str) -> list[Candidate]:
    return [one for one in there if name in one.names()]


def _offset(work: Work, one: Candidate, two: Candidate, key: str | None, *, dry_run: bool) -> Offset | Refused:
    key = key or f"offset:{one.candidate_id}:{two.candidate_id}:{one.invoiced}:{one.refunded}"
    before = invoice_store.offset_by_key(work.tx, one.payer_id, key)
    if before is not None:
        if (before.reference, before.other_reference) != (one.reference, two.reference):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        return Offset(before, repeated=True, dry_run=dry_run)
    if no := may_offset(one, two):
        return no
    row = OffsetRow(
        one.payer_id, derived_id("ivo", one.payer_id, key), one.kind, one.reference, two.kind, two.reference,
        one.seller, one.currency, one.owed, key,
    )  # fmt: skip
    invoice_store.add_offset(work.tx, row, recorded_by=work.actor.signature, recorded_at=work.now)
    return Offset(row, repeated=False, dry_run=dry_run)
