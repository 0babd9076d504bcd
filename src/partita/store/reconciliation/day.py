"""Days of a source: how they stand, what was resolved, and those that are closed.

Owns the SQL of `difference_end` and `reconciled_day`. Rules: RECON-4, RECON-5 (`docs/rules/reconciliation.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg.rows import class_row

from partita.core.reconciliation import DayStanding, StatementSource
from partita.store.db import Transaction
from partita.store.funds import By
from partita.store.reconciliation.compare import DifferenceRow, differences


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day as it was when it was closed; sums in minor units."""

    source_id: str
    day: date
    lines: int
    lines_minor: int
    postings: int
    postings_minor: int
    differences: int
    recorded_by: str
    recorded_at: datetime


def standing(tx: Transaction, source: StatementSource, day: date, now: datetime) -> DayStanding:
    """Return how a day of a source stands (RECON-5): a statement covers it that was taken in once the day was over."""
    over = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(source.zone))
    row = tx.execute(
        "select exists (select from statement s where s.source_id = %(source)s "
        "and %(day)s between s.first_day and s.last_day and s.recorded_at >= %(over)s), "
        "exists (select from reconciled_day d where d.source_id = %(source)s and d.day = %(day)s), "
        "(select count(*) from bank_transfer t join statement_line l using (line_id) where l.source_id = %(source)s "
        "and l.day = %(day)s and not exists (select from bank_transfer_end e where e.line_id = t.line_id))",
        {"source": source.source_id, "day": day, "over": over},
    ).fetchone()
    assert row is not None, "a select without tables gives one row"
    today = now.astimezone(ZoneInfo(source.zone)).date()
    unresolved = sum(one.note is None for one in differences(tx, source, day))
    return DayStanding(source.source_id, day, day < today, row[0], row[1], unresolved, row[2])


def closed_among(tx: Transaction, source_id: str, days: Collection[date]) -> list[date]:
    """Return those of these days that are closed."""
    rows = tx.execute(
        "select day from reconciled_day where source_id = %s and day = any(%s) order by 1", (source_id, sorted(days))
    )
    return [day for (day,) in rows]


def closed_days(tx: Transaction, source_id: str) -> list[DayRow]:
    """Return the closed days of a source, oldest first."""
    with tx.cursor(row_factory=class_row(DayRow)) as cursor:
        return cursor.execute(
            "select source_id, day, lines, lines_minor, postings, postings_minor, differences, recorded_by, "
            "recorded_at from reconciled_day where source_id = %s order by day",
            (source_id,),
        ).fetchall()


def close_day(tx: Transaction, one: DayRow) -> None:
    """Close a day with what it has."""
    tx.execute(
        "insert into reconciled_day (source_id, day, lines, lines_minor, postings, postings_minor, differences, "
        "recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.source_id, one.day, one.lines, one.lines_minor, one.postings, one.postings_minor, one.differences,
            one.recorded_by, one.recorded_at,
        ),
    )  # fmt: skip


def note_of(tx: Transaction, source_id: str, difference_id: str) -> str | None:
    """Return the note that resolved a difference, if one did."""
    row = tx.execute(
        "select note from difference_end where source_id = %s and difference_id = %s", (source_id, difference_id)
    ).fetchone()
    return None if row is None else str(row[0])


def end_difference(
    tx: Transaction, source_id: str, difference_id: str, one: DifferenceRow, ended: tuple[str, By]
) -> None:
    """Resolve a difference by a note, and who gives it."""
    note, by = ended
    tx.execute(
        "insert into difference_end (source_id, difference_id, kind, day, line_id, entry_id, delta_minor, note, "
        "recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (source_id, difference_id, one.kind, one.day, one.line, one.posting, one.delta, note, by.name, by.at),
    )
