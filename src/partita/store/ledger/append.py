"""Append: drafts of many payers become entries in one or two statements.

Owns idempotency, the mirror's once-only, and the order of writing. Hashes are made in the core between the lock and
the write, so the path of a single entry is: lock the head, write everything. Large batches go by COPY.
Rules: LEDGER-1, LEDGER-3 … LEDGER-6 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from partita.core import ledger, posting_rules
from partita.core.ledger import Draft, Entry
from partita.core.refusal import Reason, Refused, refused
from partita.store.db import Transaction
from partita.store.ledger import read
from partita.store.ledger.heads import Heads, lock_payers

COPY_FROM = 48
"""From this many entries on, rows go by COPY: more round trips, far less work a row (`docs/bench.md`)."""

Key = tuple[str, str]
Row = tuple[Any, ...]

_ENTRY_COLUMNS = (
    "payer_id, sequence, entry_id, kind, description, reference, effective_at, recorded_at, idempotency_key, "
    "body_hash, reverses, previous_hash, hash"
)
_POSTING_COLUMNS = "payer_id, sequence, line, ledger_account, currency, amount_minor"
_ENTRY_TYPES = (
    "text", "bigint", "text", "text", "text", "text", "timestamptz", "timestamptz", "text",
    "bytea", "text", "bytea", "bytea",
)  # fmt: skip
_POSTING_TYPES = ("text", "bigint", "integer", "text", "text", "bigint")


def _columns(name: str, types: Sequence[str]) -> str:
    """Return `unnest(%(name0)s::text[], …)`: rows that arrive as one array a column."""
    return f"unnest({', '.join(f'%({name}{i})s::{kind}[]' for i, kind in enumerate(types))})"


_TOTALS = f"""
    moved as (
        insert into balance (payer_id, ledger_account, currency, amount_minor)
        select * from {_columns("balance", ("text", "text", "text", "bigint"))} where not (select found from known)
        on conflict (payer_id, ledger_account, currency)
        do update set amount_minor = balance.amount_minor + excluded.amount_minor
    ), ended as (
        update ledger_head h set sequence = last.sequence, hash = last.hash
        from {_columns("head", ("text", "bigint", "bytea"))} as last (payer_id, sequence, hash)
        where h.payer_id = last.payer_id and not (select found from known)
    )
    select found from known
"""
# One round trip. Whether a key is known is asked here, after the lock, so the answer is the latest; where one is,
# nothing is written and the careful path takes over.
_WRITE = f"""
    with known as materialized (
        select exists (select from entry e join unnest(%(entry0)s::text[], %(entry8)s::text[]) as asked (payer, key)
                       on e.payer_id = asked.payer and e.idempotency_key = asked.key) as found
    ), entered as (
        insert into entry ({_ENTRY_COLUMNS})
        select * from {_columns("entry", _ENTRY_TYPES)} where not (select found from known)
    ), posted as (
        insert into posting ({_POSTING_COLUMNS})
        select * from {_columns("posting", _POSTING_TYPES)} where not (select found from known)
    ), {_TOTALS}
"""
_WRITE_TOTALS = f"with known as (select false as found), {_TOTALS}"
_KNOWN = """
    select e.payer_id, e.idempotency_key, e.body_hash from entry e
    join unnest(%s::text[], %s::text[]) as asked (payer_id, idempotency_key)
      on e.payer_id = asked.payer_id and e.idempotency_key = asked.idempotency_key
"""
_MIRRORED = """
    select t.payer_id, t.entry_id, exists (select from entry m where m.reverses = t.entry_id)
    from entry t where t.entry_id = any(%s)
"""


def append(tx: Transaction, drafts: Sequence[Draft], *, recorded_at: datetime) -> list[Entry] | Refused:
    """Append drafts of any payers in the order given, all or none; return their entries in that order.

    A draft whose key is known with the same body returns the entry that is there; with another body everything is
    refused (LEDGER-4). A second mirror of an entry is refused (LEDGER-5), and so is a draft that does not sum to zero
    (LEDGER-1). A refusal leaves the books as they were. Kept balances move in the same transaction.
    """
    if refusal := _first_unbalanced(drafts):
        return refusal
    if not drafts:
        return []
    heads = lock_payers(tx, (draft.payer_id for draft in drafts))
    plain = len({_key(draft) for draft in drafts}) == len(drafts) and not any(draft.reverses for draft in drafts)
    if plain:
        entries = _chained(drafts, heads, recorded_at)
        if _write(tx, entries):
            return entries
    return _append_carefully(tx, drafts, heads, recorded_at)


def _append_carefully(
    tx: Transaction, drafts: Sequence[Draft], heads: Heads, recorded_at: datetime
) -> list[Entry] | Refused:
    """Append drafts of which some may be known, repeated or mirrors."""
    fresh = {_key(draft): draft for draft in reversed(drafts)}
    bodies = {key: ledger.body_hash(draft) for key, draft in fresh.items()}
    known = _known(tx, fresh)
    for draft in drafts:
        key = _key(draft)
        if ledger.body_hash(draft) != known.get(key, bodies[key]):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=draft.idempotency_key)
    new = [draft for draft in drafts if _key(draft) not in known and fresh[_key(draft)] is draft]
    if refusal := _first_unmirrorable(tx, new):
        return refusal
    entries = _chained(new, heads, recorded_at)
    written = _write(tx, entries) if entries else True
    assert written, "the known keys were taken out under the lock"
    of_key = {(entry.payer_id, entry.idempotency_key): entry for entry in entries}
    of_key |= read.entries_by_key(tx, list(known))
    return [of_key[_key(draft)] for draft in drafts]


def _first_unbalanced(drafts: Sequence[Draft]) -> Refused | None:
    return next((refusal for draft in drafts if (refusal := ledger.check(draft))), None)


def _first_unmirrorable(tx: Transaction, drafts: Sequence[Draft]) -> Refused | None:
    """Refuse a mirror of what does not exist in the payer's books, or of what has a mirror."""
    mirrors = [draft for draft in drafts if draft.reverses]
    if not mirrors:
        return None
    rows = tx.execute(_MIRRORED, ([draft.reverses for draft in mirrors],)).fetchall()
    mirrored: dict[tuple[str, str | None], bool] = {(payer, entry): taken for payer, entry, taken in rows}
    for draft in mirrors:
        target = (draft.payer_id, draft.reverses)
        if target not in mirrored:
            return refused(Reason.UNKNOWN_ENTRY, entry=draft.reverses)
        if mirrored[target]:
            return refused(Reason.ALREADY_REVERSED, entry=draft.reverses)
        mirrored[target] = True
    return None


def _known(tx: Transaction, keys: Iterable[Key]) -> dict[Key, bytes]:
    asked = list(keys)
    rows = tx.execute(_KNOWN, ([payer for payer, _ in asked], [key for _, key in asked])).fetchall()
    return {(payer, key): body for payer, key, body in rows}


def _key(draft: Draft) -> Key:
    return draft.payer_id, draft.idempotency_key


def _chained(drafts: Sequence[Draft], heads: Heads, recorded_at: datetime) -> list[Entry]:
    """Link drafts to the chains of their payers, in the order given."""
    ends = dict(heads)
    entries: list[Entry] = []
    for draft in drafts:
        sequence, previous = ends[draft.payer_id]
        entry = ledger.chain(previous, draft, sequence=sequence + 1, recorded_at=recorded_at)
        ends[draft.payer_id] = (entry.sequence, entry.hash)
        entries.append(entry)
    return entries


def _write(tx: Transaction, entries: Sequence[Entry]) -> bool:
    """Insert entries, postings, balances and heads; False, with nothing written, when a key is known."""
    totals = _arrays("balance", _balance_rows(entries), 4) | _arrays("head", _head_rows(entries), 3)
    if len(entries) < COPY_FROM:
        rows = _arrays("entry", _entry_rows(entries), 13) | _arrays("posting", _posting_rows(entries), 6)
        found = tx.execute(_WRITE, totals | rows).fetchone()
        return found == (False,)
    if _known(tx, ((entry.payer_id, entry.idempotency_key) for entry in entries)):
        return False
    _copy(tx, f"entry ({_ENTRY_COLUMNS})", _entry_rows(entries))
    _copy(tx, f"posting ({_POSTING_COLUMNS})", _posting_rows(entries))
    tx.execute(_WRITE_TOTALS, totals)
    return True


def _copy(tx: Transaction, target: str, rows: Iterable[Row]) -> None:
    with tx.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _arrays(name: str, rows: Iterable[Row], width: int) -> dict[str, list[Any]]:
    """Turn rows into one array a column, named as `_columns` names them."""
    columns = list(zip(*rows, strict=True)) or [()] * width
    return {f"{name}{i}": list(column) for i, column in enumerate(columns)}


def _entry_rows(entries: Sequence[Entry]) -> Iterator[Row]:
    return (
        (
            one.payer_id, one.sequence, one.entry_id, one.kind, one.description, one.reference, one.effective_at,
            one.recorded_at, one.idempotency_key, one.body_hash, one.reverses, one.previous_hash, one.hash,
        )
        for one in entries
    )  # fmt: skip


def _posting_rows(entries: Sequence[Entry]) -> Iterator[Row]:
    return (
        (entry.payer_id, entry.sequence, line, posting.ledger_account, posting.currency, posting.amount_minor)
        for entry in entries
        for line, posting in enumerate(entry.postings, 1)
    )


def _balance_rows(entries: Sequence[Entry]) -> list[Row]:
    """Sum what each kept balance moves by."""
    moved: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting_rules.is_kept(posting.ledger_account):
                name = (entry.payer_id, posting.ledger_account, posting.currency)
                moved[name] = moved.get(name, 0) + posting.amount_minor
    return [(*name, amount) for name, amount in sorted(moved.items())]


def _head_rows(entries: Sequence[Entry]) -> list[Row]:
    last = {entry.payer_id: (entry.payer_id, entry.sequence, entry.hash) for entry in entries}
    return list(last.values())
