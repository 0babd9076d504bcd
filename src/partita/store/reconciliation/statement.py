"""Statements in PostgreSQL: their sources, the files that were taken in, and their lines, each once.

Owns the SQL of `statement_source`, `statement` and `statement_line`. Rules: RECON-1, RECON-2.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from partita.core.ledger import instant_text
from partita.core.reconciliation import SourceKind, StatementLine, StatementSource
from partita.store import rows as rows_store
from partita.store.db import Transaction
from partita.store.funds import By

_LOCK_CLASS = 5_318_014
_SOURCES = "select source_id, kind, currency, zone from statement_source"
_LINES = """
    select l.source_id, l.line_id, l.statement_id, l.day, l.amount_minor, l.reference, l.sender, l.sender_account,
           l.text from statement_line l
"""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was taken in; `added`: how many of its lines no statement before had. Amounts in minor units."""

    source_id: str
    statement_id: str
    file_name: str
    digest: bytes
    account: str
    first_day: date
    last_day: date
    opening_minor: int | None
    closing_minor: int | None
    lines: int
    lines_minor: int
    added: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a statement with its id."""

    source_id: str
    line_id: str
    statement_id: str
    day: date
    amount_minor: int
    reference: str
    sender: str
    sender_account: str
    text: str


def sources(tx: Transaction) -> list[StatementSource]:
    """Return all sources of statements, by name."""
    return [
        StatementSource(name, SourceKind[kind.upper()], *rest)
        for name, kind, *rest in tx.execute(f"{_SOURCES} order by 1")
    ]


def source(tx: Transaction, source_id: str) -> StatementSource | None:
    """Return a source by its name."""
    return next((one for one in sources(tx) if one.source_id == source_id), None)


def source_of(tx: Transaction, kind: SourceKind, currency: str) -> StatementSource | None:
    """Return the source of a kind and currency, if there is one (RECON-1)."""
    return next((one for one in sources(tx) if (one.kind, one.currency) == (kind, currency)), None)


def add_source(tx: Transaction, one: StatementSource, by: By) -> None:
    """Register a source."""
    tx.execute(
        "insert into statement_source (source_id, kind, currency, zone, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        (one.source_id, one.kind.word, one.currency, one.zone, by.name, by.at),
    )


def lock_source(tx: Transaction, source_id: str) -> None:
    """Let nobody else take in, resolve or close anything of a source until the transaction ends."""
    tx.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK_CLASS, source_id))


def statement_by_digest(tx: Transaction, source_id: str, digest: bytes) -> StatementRow | None:
    """Return the statement that a file was taken in as, if it was (RECON-2)."""
    return next((one for one in statements(tx, source_id) if bytes(one.digest) == digest), None)


def statements(tx: Transaction, source_id: str) -> list[StatementRow]:
    """Return the statements of a source, in the order they were taken in."""
    with tx.cursor(row_factory=class_row(StatementRow)) as cursor:
        return cursor.execute(
            "select source_id, statement_id, file_name, digest, account, first_day, last_day, opening_minor, "
            "closing_minor, lines, lines_minor, added, recorded_at from statement where source_id = %s "
            "order by recorded_at, statement_id",
            (source_id,),
        ).fetchall()


def add_statement(tx: Transaction, one: StatementRow, by: By) -> None:
    """Record a statement; its lines follow."""
    tx.execute(
        "insert into statement (source_id, statement_id, file_name, digest, account, first_day, last_day, "
        "opening_minor, closing_minor, lines, lines_minor, added, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.source_id, one.statement_id, one.file_name, one.digest, one.account, one.first_day, one.last_day,
            one.opening_minor, one.closing_minor, one.lines, one.lines_minor, one.added, by.name, by.at,
        ),
    )  # fmt: skip


def lines_known(tx: Transaction, source_id: str, line_ids: Collection[str]) -> set[str]:
    """Return those of these lines that a statement of the source has already."""
    rows = tx.execute(
        "select line_id from statement_line where source_id = %s and line_id = any(%s)", (source_id, sorted(line_ids))
    )
    return {line_id for (line_id,) in rows}


def add_lines(
    tx: Transaction, of: StatementRow, lines: Sequence[tuple[str, StatementLine]], *, recorded_at: datetime
) -> None:
    """Record lines of a statement with their ids."""
    at = instant_text(recorded_at)
    rows_store.add(
        tx,
        "statement_line (source_id, line_id, statement_id, day, amount_minor, reference, sender, sender_account, text, "
        "recorded_at)",
        (
            (
                of.source_id, name, of.statement_id, one.day, one.amount, one.reference, one.sender,
                one.sender_account, one.text, at,
            )
            for name, one in lines
        ),
    )  # fmt: skip


def line(tx: Transaction, line_id: str) -> LineRow | None:
    """Return a line by its id."""
    with tx.cursor(row_factory=class_row(LineRow)) as cursor:
        return cursor.execute(f"{_LINES} where l.line_id = %s", (line_id,)).fetchone()


def line_counts(tx: Transaction) -> tuple[int, int, list[tuple[str, str]]]:
    """Return how many lines statements added, how many are there, and (source, statement) of those that lack some."""
    rows = tx.execute(
        "select s.source_id, s.statement_id, s.added, count(l.line_id) from statement s "
        "left join statement_line l on l.source_id = s.source_id and l.statement_id = s.statement_id "
        "group by 1, 2, 3 order by 1, 2"
    ).fetchall()
    short = [(source, name) for source, name, added, there in rows if added != there]
    return sum(row[2] for row in rows), sum(row[3] for row in rows), short
