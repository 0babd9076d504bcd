"""Bank transfers: what is certain is topped up when its statement is taken in; a person decides about the rest.

Rules: BANK-1 … BANK-3 (`docs/rules/bank_transfer.md`), POST-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core import posting_rules
from partita.core.bank_transfer import Judgement, Transfer, judge, known
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.reconciliation import DifferenceKind, SourceKind, StatementSource
from partita.core.refusal import Reason, Refused, refused
from partita.store import bank_transfer as transfer_store
from partita.store import ledger as ledger_store
from partita.store import reconciliation as store
from partita.store.bank_transfer import TRANSFER_KEY, TransferRow
from partita.store.reconciliation import LineRow
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.funds.command import by, holder_for, saved, text_at_fault
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Entered:
    """A transfer that was topped up: whose it is, its entry, and what it paid at once of unpaid bills."""

    line_id: str
    account_id: str
    amount: Money
    entry_id: str
    bills_paid: tuple[BillPaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of the transfers of a statement: those topped up, and how many wait for a person."""

    entered: tuple[Entered, ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """A transfer that a person decided about: topped up to an account, or nobody's.

    `payer_id`: who pays for the account now. `may_be_entered`: a top-up of its amount and day stood there already.
    """

    line_id: str
    entered: Entered | None
    note: str
    repeated: bool
    dry_run: bool
    payer_id: str = ""
    may_be_entered: bool = False


def match(work: Work, source: StatementSource, lines: Sequence[LineRow]) -> Matched:
    """Say whose the money of new lines of a bank is, and top up what is certain, once a line (BANK-3).

    What stands in the ledger already under the bank's number is no transfer any more.
    """
    came = [line for line in lines if line.amount_minor > 0]
    entered = transfer_store.known_references(work.tx, source.currency, [line.reference for line in came])
    fresh = [line for line in came if line.reference not in entered]
    if not fresh:
        return Matched()
    judged = _judged(work, source, fresh)
    transfer_store.add_judged(work.tx, [(line.line_id, answer) for line, answer in judged], recorded_at=work.now)
    certain = [(line, answer.account_id) for line, answer in judged if answer.account_id is not None]
    done = _topped_up(work, source, certain)
    transfer_store.end_transfers(work.tx, [(one.line_id, one.account_id, one.entry_id, "") for one in done], by(work))
    return Matched(tuple(done), len(judged) - len(done))


def waiting(work: Work, source_id: str | None = None, *, every: bool = False) -> list[TransferRow] | Refused:
    """Return the transfers that wait for a person, or all, by day. Refused: NOT_PERMITTED, UNKNOWN_SOURCE."""
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    if source_id is not None and store.source(work.tx, source_id) is None:
        return refused(Reason.UNKNOWN_SOURCE, source=source_id)
    return transfer_store.transfers(work.tx, source_id, waiting=not every)


def assign(
    work: Work, *, line_id: str, account_id: str, note: str = "", dry_run: bool = False
) -> TransferEnded | Refused:
    """Top a transfer up to an account, as a person says (BANK-3), once.

    Refused in this order: NOT_PERMITTED, what `holder_for` says of the account, UNKNOWN_STATEMENT_LINE, BAD_TEXT,
    CURRENCY_NOT_USED, TRANSFER_DECIDED, DAY_CLOSED, NOT_A_TRANSFER.
    """
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    holder = holder_for(work, Action.TOP_UP, account_id)
    if isinstance(holder, Refused):
        return holder
    found = _line_of(work, line_id, note)
    if isinstance(found, Refused):
        return found
    line, source = found
    if holder.currency != source.currency:
        return refused(Reason.CURRENCY_NOT_USED, currency=source.currency, known=holder.currency)

    def decide() -> TransferEnded | Refused:
        store.lock_source(work.tx, source.source_id)
        before = transfer_store.transfer(work.tx, line_id)
        if before is not None and not before.waits:
            return _before(before, account_id, dry_run=dry_run)
        if isinstance(no := _may_end(work, line, source, before), Refused):
            return no
        bare = transfer_store.bare_top_ups(work.tx, source.currency, source.zone, {line.day})
        (entered,) = _topped_up(work, source, [(line, account_id)])
        transfer_store.end_transfers(work.tx, [(line_id, account_id, entered.entry_id, note)], by(work))
        is_bare = (line.day, line.amount_minor) in bare
        return TransferEnded(line_id, entered, note, False, dry_run, holder.payer_id, is_bare)  # noqa: FBT003

    return saved(work, decide, dry_run=dry_run)


def dismiss(work: Work, *, line_id: str, note: str, dry_run: bool = False) -> TransferEnded | Refused:
    """Say that money which came is no customer's, and why (BANK-3), once.

    Refused in this order: NOT_PERMITTED, UNKNOWN_STATEMENT_LINE, BAD_TEXT, TRANSFER_DECIDED, DAY_CLOSED,
    NOT_A_TRANSFER.
    """
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    found = _line_of(work, line_id, note, needed=True)
    if isinstance(found, Refused):
        return found
    line, source = found

    def decide() -> TransferEnded | Refused:
        store.lock_source(work.tx, source.source_id)
        before = transfer_store.transfer(work.tx, line_id)
        if before is not None and not before.waits:
            return _before(before, None, dry_run=dry_run)
        if isinstance(no := _may_end(work, line, source, before), Refused):
            return no
        transfer_store.end_transfers(work.tx, [(line_id, None, None, note)], by(work))
        return TransferEnded(line_id, None, note, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _judged(work: Work, source: StatementSource, lines: Sequence[LineRow]) -> list[tuple[LineRow, Judgement]]:
    senders = transfer_store.senders(work.tx, {line.sender_account for line in lines if line.sender_account})
    among = known(transfer_store.payees(work.tx, source.currency), senders)
    bare = transfer_store.bare_top_ups(work.tx, source.currency, source.zone, {line.day for line in lines})
    return [
        (line, judge(_transfer(line, source.currency), among, is_entered=(line.day, line.amount_minor) in bare))
        for line in lines
    ]


def _transfer(line: LineRow, currency: str) -> Transfer:
    amount = Money(line.amount_minor, currency)
    return Transfer(line.line_id, amount, line.sender, line.sender_account, line.text, line.reference)


def _topped_up(work: Work, source: StatementSource, of: Sequence[tuple[LineRow, str]]) -> list[Entered]:
    """Append the top-ups of lines, and pay with them what the accounts owe (CLEAR-1)."""
    if not of:
        return []
    heads = ledger_store.lock_payers(work.tx, {account for _, account in of})
    posted = ledger_store.append_under(
        work.tx, [_draft(line, account, source.currency) for line, account in of], heads, recorded_at=work.now
    )
    assert not isinstance(posted, Refused), f"a line tops up once: {posted}"
    work.touched.update(heads)
    paid = clear(work, heads).paid
    return [
        Entered(
            line.line_id, account, Money(line.amount_minor, source.currency), entry.entry_id,
            tuple(one for one in paid if one.payer_id == account),
        )
        for (line, account), entry in zip(of, posted.entries, strict=True)
    ]  # fmt: skip


def _draft(line: LineRow, account_id: str, currency: str) -> Draft:
    return posting_rules.topped_up(
        payer_id=account_id,
        amount=Money(line.amount_minor, currency),
        reference=line.reference,
        idempotency_key=f"{TRANSFER_KEY}{line.line_id}",
    )


def _line_of(work: Work, line_id: str, note: str, *, needed: bool = False) -> tuple[LineRow, StatementSource] | Refused:
    line = store.line(work.tx, line_id)
    if line is None:
        return refused(Reason.UNKNOWN_STATEMENT_LINE, line=line_id)
    if bad := text_at_fault({"note": note}, needed=frozenset({"note"} if needed else ())):
        return bad
    source = store.source(work.tx, line.source_id)
    assert source is not None, "a line belongs to a source"
    return line, source


_NO_BANK = ("it came through a payment channel", "它来自支付渠道")
_WENT_OUT = ("it went out", "它是支出")
_IN_LEDGER = ("it stands in the ledger already", "账簿中已有对应记录")


def _may_end(work: Work, line: LineRow, source: StatementSource, before: TransferRow | None) -> Refused | None:
    """Refuse to decide about a line, or, where nobody looked at it before, keep that it is a transfer now."""
    if store.closed_among(work.tx, source.source_id, [line.day]):
        return refused(Reason.DAY_CLOSED, source=source.source_id, day=line.day)
    if before is not None:
        return None
    why = _NO_BANK if source.kind is not SourceKind.BANK else _WENT_OUT if line.amount_minor < 0 else None
    if why is None:
        open_kinds = (DifferenceKind.MISSING_HERE.word, DifferenceKind.TWICE_THERE.word)
        found = store.differences(work.tx, source, line.day)
        why = None if any(one.line == line.line_id and one.kind in open_kinds for one in found) else _IN_LEDGER
    if why is not None:
        return refused(Reason.NOT_A_TRANSFER, line=line.line_id, why=why)
    judged = [(one.line_id, answer) for one, answer in _judged(work, source, [line])]
    transfer_store.add_judged(work.tx, judged, recorded_at=work.now)
    return None


def _before(one: TransferRow, account_id: str | None, *, dry_run: bool) -> TransferEnded | Refused:
    """Return what was decided before, where it is the same; refuse another decision."""
    if one.account_id != account_id:
        decision = (f"it was topped up to {one.account_id}", f"已充值到 {one.account_id}")
        if one.account_id is None:
            decision = (f"nobody's ({one.note})", f"不属于任何账号（{one.note}）")
        return refused(Reason.TRANSFER_DECIDED, line=one.line_id, decision=decision)
    entered = None
    if one.account_id is not None and one.entry_id is not None:
        entered = Entered(one.line_id, one.account_id, Money(one.amount_minor, one.currency), one.entry_id)
    return TransferEnded(one.line_id, entered, one.note or "", repeated=True, dry_run=dry_run)
