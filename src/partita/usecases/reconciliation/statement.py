"""Statements come in: a source is registered once, a file is taken in once, a line is kept once.

Rules: RECON-1, RECON-2 (`docs/rules/reconciliation.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from partita.core.ids import derived_id, is_name
from partita.core.money import is_currency
from partita.core.permission import Action
from partita.core.reconciliation import SourceKind, Statement, StatementLine, StatementSource, days_at_fault
from partita.core.refusal import Reason, Refused, refused
from partita.formats import statement as statement_file
from partita.store import reconciliation as store
from partita.store.reconciliation import LineRow, StatementRow
from partita.usecases.bank_transfer import Matched, match
from partita.usecases.funds.command import by, saved
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work

_KINDS = {kind.word: kind for kind in SourceKind}


@dataclass(frozen=True, slots=True)
class SourceAdded:
    """A source of statements that is registered."""

    source: StatementSource
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file as it arrived; `days`: the first and the last that it covers, where it does not say so itself."""

    name: str
    content: bytes
    days: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class StatementTaken:
    """A statement that was taken in, and what became of the transfers on it."""

    statement: StatementRow
    currency: str
    matched: Matched
    repeated: bool
    dry_run: bool


def add_source(
    work: Work, *, source_id: str, kind: str, currency: str, zone: str, dry_run: bool = False
) -> SourceAdded | Refused:
    """Register whose statements are compared (RECON-1), once.

    Refused in this order: NOT_PERMITTED, BAD_NAME, UNKNOWN_SOURCE_KIND, UNKNOWN_CURRENCY, UNKNOWN_ZONE, SOURCE_TAKEN.
    """
    if isinstance(allowed := authorise_books(work, Action.RECONCILE), Refused):
        return allowed
    if no := _at_fault(source_id, kind, currency, zone):
        return no
    made = StatementSource(source_id, _KINDS[kind], currency, zone)

    def decide() -> SourceAdded | Refused:
        taken = store.source_of(work.tx, made.kind, currency) or store.source(work.tx, source_id)
        if taken not in (None, made):
            assert taken is not None, "it is taken"
            return refused(Reason.SOURCE_TAKEN, source=taken.source_id, kind=taken.kind.value)
        if taken is None:
            store.add_source(work.tx, made, by(work))
        return SourceAdded(made, taken is not None, dry_run)

    return saved(work, decide, dry_run=dry_run)


def sources(work: Work) -> list[StatementSource] | Refused:
    """Return the sources of statements, by name. Refused: NOT_PERMITTED."""
    allowed = authorise_books(work, Action.RECONCILE)
    return allowed if isinstance(allowed, Refused) else store.sources(work.tx)


def statements(work: Work, source_id: str) -> list[StatementRow] | Refused:
    """Return the statements of a source, oldest first. Refused: NOT_PERMITTED, UNKNOWN_SOURCE."""
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    if store.source(work.tx, source_id) is None:
        return refused(Reason.UNKNOWN_SOURCE, source=source_id)
    return store.statements(work.tx, source_id)


def take_in(work: Work, *, source_id: str, file: StatementFile, dry_run: bool = False) -> StatementTaken | Refused:
    """Take a statement in, wholly or not at all, once (RECON-2); transfers that are certain are topped up (BANK-3).

    Refused in this order: NOT_PERMITTED, UNKNOWN_SOURCE, what reading the file says, STATEMENT_AHEAD,
    LINE_OUTSIDE_DAYS, DAY_CLOSED (it has a new line of a closed day).
    """
    if isinstance(no := authorise_books(work, Action.RECONCILE), Refused):
        return no
    source = store.source(work.tx, source_id)
    if source is None:
        return refused(Reason.UNKNOWN_SOURCE, source=source_id)

    def decide() -> StatementTaken | Refused:
        store.lock_source(work.tx, source_id)
        digest = sha256(file.content).digest()
        known = store.statement_by_digest(work.tx, source_id, digest)
        if known is not None:
            return StatementTaken(known, source.currency, Matched(), repeated=True, dry_run=dry_run)
        read = statement_file.read(file.content, file.name, source, file.days)
        if isinstance(read, Refused):
            return read
        if no := days_at_fault(read, file.days, today=work.now.astimezone(ZoneInfo(source.zone)).date()):
            return no
        return _kept(work, source, (file.name, digest, read), dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _at_fault(source_id: str, kind: str, currency: str, zone: str) -> Refused | None:
    if not is_name(source_id):
        return refused(Reason.BAD_NAME, value=source_id)
    if kind not in _KINDS:
        return refused(Reason.UNKNOWN_SOURCE_KIND, kind=kind, known=", ".join(_KINDS))
    if not is_currency(currency):
        return refused(Reason.UNKNOWN_CURRENCY, currency=currency)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return refused(Reason.UNKNOWN_ZONE, zone=zone)
    return None


def _kept(
    work: Work, source: StatementSource, of: tuple[str, bytes, Statement], *, dry_run: bool
) -> StatementTaken | Refused:
    name, digest, read = of
    lines = list(_named(source.source_id, read.lines))
    known = store.lines_known(work.tx, source.source_id, [line_id for line_id, _ in lines])
    fresh = [(line_id, line) for line_id, line in lines if line_id not in known]
    closed = store.closed_among(work.tx, source.source_id, {line.day for _, line in fresh})
    if closed:
        return refused(Reason.DAY_CLOSED, source=source.source_id, day=closed[0])
    row = StatementRow(
        source_id=source.source_id,
        statement_id=derived_id("stm", source.source_id, digest.hex()),
        file_name=name,
        digest=digest,
        account=read.account,
        first_day=read.first_day,
        last_day=read.last_day,
        opening_minor=read.opening if read.closing is not None else None,
        closing_minor=read.closing if read.opening is not None else None,
        lines=len(lines),
        lines_minor=sum(line.amount for _, line in lines),
        added=len(fresh),
        recorded_at=work.now,
    )
    store.add_statement(work.tx, row, by(work))
    store.add_lines(work.tx, row, fresh, recorded_at=work.now)
    matched = Matched()
    if source.kind is SourceKind.BANK:
        matched = match(work, source, [_row(row, line_id, line) for line_id, line in fresh])
    return StatementTaken(row, source.currency, matched, repeated=False, dry_run=dry_run)


def _named(source_id: str, lines: Sequence[StatementLine]) -> Iterator[tuple[str, StatementLine]]:
    """Yield lines with their ids: what they say, and which of several that say the same in this file (RECON-2)."""
    seen: Counter[StatementLine] = Counter()
    for line in lines:
        seen[line] += 1
        facts = (line.day, line.amount, line.reference, line.sender, line.sender_account, line.text, seen[line])
        line_id = derived_id("sln", source_id, *facts)
        yield line_id, replace(line, reference=line.reference or line_id)


def _row(of: StatementRow, line_id: str, line: StatementLine) -> LineRow:
    return LineRow(
        of.source_id, line_id, of.statement_id, line.day, line.amount, line.reference, line.sender,
        line.sender_account, line.text,
    )  # fmt: skip
