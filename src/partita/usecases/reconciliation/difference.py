"""What differs between statements and the ledger, what is done about it, and days that are closed.

Rules: RECON-3 … RECON-5 (`docs/rules/reconciliation.md`), LEDGER-5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partita.core import reconciliation as rules
from partita.core.ids import derived_id
from partita.core.permission import Action
from partita.core.reconciliation import StatementSource
from partita.core.refusal import Reason, Refused, refused
from partita.store import reconciliation as store
from partita.store.reconciliation import DayRow, DifferenceRow
from partita.usecases import ledger
from partita.usecases.funds.command import by, saved, text_at_fault
from partita.usecases.ledger import Reversed
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    """A difference with its id, in the currency of its source."""

    difference_id: str
    source: StatementSource
    row: DifferenceRow


@dataclass(frozen=True, slots=True)
class Resolved:
    """A difference that a note resolved, and what became of our entry where it was reversed."""

    difference_id: str
    note: str
    reversed: Reversed | None
    repeated: bool
    dry_run: bool

    @property
    def reversal(self) -> str | None:
        """The mirror of our entry."""
        return self.reversed.mirror.entry_id if self.reversed else None


@dataclass(frozen=True, slots=True)
class DayClosed:
    """A day that is closed, as it is kept."""

    row: DayRow
    currency: str
    repeated: bool
    dry_run: bool


def differences(
    work: Work, source_id: str, *, day: date | None = None, every: bool = False
) -> list[DifferenceShown] | Refused:
    """Return what differs and nobody resolved, or all, by day. Refused: NOT_PERMITTED, UNKNOWN_SOURCE."""
    source = _source(work, source_id)
    if isinstance(source, Refused):
        return source
    found = store.differences(work.tx, source, day)
    return [DifferenceShown(_id(source, one), source, one) for one in found if every or one.note is None]


def resolve(
    work: Work, *, source_id: str, difference_id: str, note: str, reverse: bool = False, dry_run: bool = False
) -> Resolved | Refused:
    """Resolve a difference by a note, and with `reverse` by the mirror of our entry (RECON-4, LEDGER-5), once.

    Refused in this order: NOT_PERMITTED, UNKNOWN_SOURCE, BAD_TEXT, UNKNOWN_DIFFERENCE, DAY_CLOSED,
    DIFFERENCE_NOT_REVERSIBLE, what `ledger.reverse` says, IDEMPOTENCY_KEY_REUSED (another note was given before).
    """
    source = _source(work, source_id)
    if isinstance(source, Refused):
        return source
    if bad := text_at_fault({"note": note}, needed=frozenset({"note"})):
        return bad

    def decide() -> Resolved | Refused:
        store.lock_source(work.tx, source_id)
        before = store.note_of(work.tx, source_id, difference_id)
        if before is not None:
            again = Resolved(difference_id, note, None, repeated=True, dry_run=dry_run)
            return again if before == note else refused(Reason.IDEMPOTENCY_KEY_REUSED, key=difference_id)
        row = next((one for one in store.differences(work.tx, source) if _id(source, one) == difference_id), None)
        if row is None:
            return refused(Reason.UNKNOWN_DIFFERENCE, difference=difference_id)
        if store.closed_among(work.tx, source_id, [row.day]):
            return refused(Reason.DAY_CLOSED, source=source_id, day=row.day)
        done = _reversed(work, difference_id, row, note) if reverse else None
        if isinstance(done, Refused):
            return done
        store.end_difference(work.tx, source_id, difference_id, row, (note, by(work)))
        return Resolved(difference_id, note, done, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def close_day(work: Work, *, source_id: str, day: date, dry_run: bool = False) -> DayClosed | Refused:
    """Close a day of a source, once: nothing of it changes any more (RECON-5).

    Refused in this order: NOT_PERMITTED, UNKNOWN_SOURCE, DAY_NOT_OVER, DAY_NOT_COVERED, DIFFERENCES_OPEN,
    TRANSFERS_OPEN.
    """
    source = _source(work, source_id)
    if isinstance(source, Refused):
        return source

    def decide() -> DayClosed | Refused:
        store.lock_source(work.tx, source_id)
        standing = store.standing(work.tx, source, day, work.now)
        if standing.is_closed:
            known = next(one for one in store.closed_days(work.tx, source_id) if one.day == day)
            return DayClosed(known, source.currency, repeated=True, dry_run=dry_run)
        if no := rules.may_close(standing):
            return no
        resolved = sum(one.note is not None for one in store.differences(work.tx, source, day))
        sums = store.day_sums(work.tx, source).get(day, (0, 0, 0, 0))
        row = DayRow(source_id, day, *sums, resolved, work.actor.signature, work.now)
        store.close_day(work.tx, row)
        return DayClosed(row, source.currency, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def days(work: Work, source_id: str) -> list[DayRow] | Refused:
    """Return the closed days of a source, oldest first. Refused: NOT_PERMITTED, UNKNOWN_SOURCE."""
    source = _source(work, source_id)
    return source if isinstance(source, Refused) else store.closed_days(work.tx, source_id)


def _source(work: Work, source_id: str) -> StatementSource | Refused:
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    return store.source(work.tx, source_id) or refused(Reason.UNKNOWN_SOURCE, source=source_id)


def _id(source: StatementSource, one: DifferenceRow) -> str:
    return derived_id("dif", source.source_id, one.kind, one.line or "", one.posting or "")


def _reversed(work: Work, difference_id: str, row: DifferenceRow, note: str) -> Reversed | Refused:
    if row.posting is None:
        return refused(Reason.DIFFERENCE_NOT_REVERSIBLE, difference=difference_id)
    return ledger.reverse(work, entry_id=row.posting, reason=note)
