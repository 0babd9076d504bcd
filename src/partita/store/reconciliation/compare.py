"""Lines of statements against postings on `bank`, all at once in SQL: the twin of `core.reconciliation.compare`.

Owns the statement. Which postings a source is compared with is `_POSTINGS`: those of payments through the gateway for
a channel, all others for a bank. A test proves that it says what the core says. Rules: RECON-1, RECON-3, RECON-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from partita.core.reconciliation import DifferenceKind, SourceKind, StatementSource
from partita.store.db import Transaction

GATEWAY_KEY = "paid_in:"
"""How the keys of entries begin whose money came through the gateway (`posting_rules.paid_in`)."""

SIDES = """
    line_side as (
        select line_id as name, day, amount_minor as amount, reference from statement_line
        where source_id = %(source)s),
    posting_side as (
        select e.entry_id as name, (e.effective_at at time zone %(zone)s)::date as day,
               sum(p.amount_minor)::bigint as amount, e.reference, coalesce(e.reverses, '') as undoes
        from posting p join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence
        left join entry o on o.entry_id = e.reverses
        where p.ledger_account = 'bank' and p.currency = %(currency)s
          and starts_with(coalesce(o.idempotency_key, e.idempotency_key), %(gateway)s) = %(channel)s
        group by e.entry_id, e.effective_at, e.reference, e.reverses)
"""
COMPARED = """
    named as (
        select name, reference, amount, row_number() over (partition by reference, amount order by day, name) as n
        from line_side where reference <> ''),
    booked as (
        select name, reference, amount, row_number() over (partition by reference, amount order by day, name) as n
        from posting_side),
    fit as materialized (
        select l.name as line, p.name as posting, reference from named l join booked p using (reference, amount, n)),
    rest as (select * from line_side l where not exists (select from fit f where f.line = l.name)),
    free as (select * from posting_side p where not exists (select from fit f where f.posting = p.name)),
    undone as materialized (select m.undoes as name from free m join free o on o.name = m.undoes),
    standing as materialized (
        select * from free f where not exists (select from undone u where u.name in (f.name, f.undoes))),
    met as materialized (
        select reference from fit
        union select r.reference from rest r join standing s on s.reference = r.reference where r.reference <> ''),
    under_line as (
        select r.*, row_number() over (partition by reference order by day, name) as k
        from rest r where r.reference <> '' and r.reference in (select reference from met)),
    under_posting as (
        select s.*, row_number() over (partition by reference order by day, name) as k
        from standing s where s.reference <> '' and s.reference in (select reference from met)),
    loose as (
        select r.*, row_number() over (partition by day, amount order by name) as k from rest r
        where r.reference = '' or r.reference not in (select reference from met)),
    bare as (
        select s.*, row_number() over (partition by day, amount order by name) as k from standing s
        where s.reference = ''),
    fit_loose as materialized (
        select l.name as line, b.name as posting from loose l join bare b using (day, amount, k)),
    difference as (
        select case when p.name is null then 'twice_there' when l.name is null then 'twice_here' else 'amount_differs'
               end as kind, coalesce(l.day, p.day) as day, l.name as line, p.name as posting,
               coalesce(l.amount, 0) - coalesce(p.amount, 0) as delta
        from under_line l full join under_posting p using (reference, k)
        union all
        select 'missing_here', l.day, l.name, null, l.amount from loose l
        where not exists (select from fit_loose f where f.line = l.name)
        union all
        select 'missing_there', s.day, null, s.name, -s.amount from standing s
        where not exists (select from fit_loose f where f.posting = s.name)
          and (s.reference = '' or s.reference not in (select reference from met)))
"""
_DIFFERENCES = f"""
    with {SIDES}, {COMPARED}
    select d.kind, d.day, d.line, d.posting, d.delta::bigint as delta,
           coalesce(l.reference, e.reference, '') as reference, coalesce(l.sender, '') as sender,
           coalesce(l.text, '') as text, coalesce(e.payer_id, '') as payer_id,
           coalesce(n.note, t.note) as note
    from difference d
    left join statement_line l on l.line_id = d.line left join entry e on e.entry_id = d.posting
    left join difference_end n on n.source_id = %(source)s and n.kind = d.kind
         and n.line_id is not distinct from d.line and n.entry_id is not distinct from d.posting
    left join bank_transfer_end t on t.line_id = d.line and t.account_id is null
    where (d.line is not null or exists (select from statement s where s.source_id = %(source)s
                                         and d.day between s.first_day and s.last_day))
      and (%(day)s::date is null or d.day = %(day)s)
    order by d.day, d.kind, d.line nulls first, d.posting nulls first
"""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference as it stands: what it is about, and the note that resolved it, if any. `delta` in minor units."""

    kind: str
    day: date
    line: str | None
    posting: str | None
    delta: int
    reference: str
    sender: str
    text: str
    payer_id: str
    note: str | None

    @property
    def what(self) -> DifferenceKind:
        """Its kind as the core names it."""
        return DifferenceKind[self.kind.upper()]


def differences(tx: Transaction, source: StatementSource, day: date | None = None) -> list[DifferenceRow]:
    """Return what differs between the statements of a source and the ledger, resolved or not (RECON-4).

    Postings count on days that a statement covers.
    """
    with tx.cursor(row_factory=class_row(DifferenceRow)) as cursor:
        return cursor.execute(_DIFFERENCES, _values(source) | {"day": day}).fetchall()


def pair_count(tx: Transaction, source: StatementSource) -> int:
    """Return how many lines have their posting."""
    row = tx.execute(
        f"with {SIDES}, {COMPARED} select (select count(*) from fit) + (select count(*) from fit_loose)",
        _values(source),
    ).fetchone()
    assert row is not None, "a count is one row"
    return int(row[0])


def day_sums(tx: Transaction, source: StatementSource) -> dict[date, tuple[int, int, int, int]]:
    """Return (lines, their sum, postings, their sum) of each day of a source that has any, in minor units."""
    rows = tx.execute(
        f"with {SIDES}, both_sides as (select day, amount, 1 as line, 0 as posting from line_side "
        "union all select day, amount, 0, 1 from posting_side) "
        "select day, sum(line)::integer, coalesce(sum(amount) filter (where line = 1), 0)::bigint, "
        "sum(posting)::integer, coalesce(sum(amount) filter (where posting = 1), 0)::bigint from both_sides group by 1",
        _values(source),
    )
    return {day: (lines, lines_minor, postings, minor) for day, lines, lines_minor, postings, minor in rows}


def _values(source: StatementSource) -> dict[str, object]:
    return {
        "source": source.source_id,
        "zone": source.zone,
        "currency": source.currency,
        "gateway": GATEWAY_KEY,
        "channel": source.kind is SourceKind.CHANNEL,
    }
