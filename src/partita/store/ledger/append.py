"""Append: drafts of many payers become entries, set-based.

Owns idempotency, the mirror's once-only, and the order of writing. Hashes are made in the core between the lock and
the write: entries are two statements (lock the heads, write everything), or one more for each thousand.
Rules: LEDGER-1, LEDGER-3 … LEDGER-6 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from psycopg import Rollback

from partita.core import ledger, posting_rules
from partita.core.ledger import Draft, Entry
from partita.core.refusal import Reason, Refused, refused
from partita.store.db import Transaction
from partita.store.ledger import read
from partita.store.ledger.heads import Heads, lock_payers

FEW = 2
"""Entries after which what their payers owe is told at once: one round trip less for a command, no work for a close."""
AT_ONCE = 1_000
"""Entries a statement: more gain nothing (`tests/bench/ledger.py`), and all of them are in memory as text."""

Key = tuple[str, str]
Name = tuple[str, str, str]
"""A kept balance: payer, ledger account, currency."""
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
_BALANCE_TYPES = ("text", "text", "text", "bigint")
_HEAD_TYPES = ("text", "bigint", "bytea")


def _columns(name: str, types: Sequence[str]) -> str:
    """Return rows that arrive as one text a column, a value a line: texts of the ledger are single lines.

    That is several times cheaper to make and to read than an array a column. An empty line arrives as NULL.
    """
    values = (f"string_to_array(%({name}{i})s, E'\\n', '')::{kind}[]" for i, kind in enumerate(types))
    return f"unnest({', '.join(values)})"


# One round trip. Whether a key is known is asked here, after the lock, so the answer is the latest; where one is,
# nothing is written and the careful path takes over.
_KEYS = r"unnest(string_to_array(%(entry0)s, E'\n'), string_to_array(%(entry8)s, E'\n'))"
_WRITE = f"""
    with known as materialized (
        select exists (select from entry e join {_KEYS} as asked (payer_id, idempotency_key)
                       on e.payer_id = asked.payer_id and e.idempotency_key = asked.idempotency_key) as found
    ), entered as (
        insert into entry ({_ENTRY_COLUMNS})
        select payer_id, sequence, entry_id, kind, coalesce(description, ''), coalesce(reference, ''), effective_at,
               recorded_at, idempotency_key, body_hash, reverses, previous_hash, hash
        from {_columns("entry", _ENTRY_TYPES)} as new ({_ENTRY_COLUMNS}) where not (select found from known)
    ), posted as (
        insert into posting ({_POSTING_COLUMNS})
        select * from {_columns("posting", _POSTING_TYPES)} where not (select found from known)
    ), moved as (
        insert into balance (payer_id, ledger_account, currency, amount_minor)
        select * from {_columns("balance", _BALANCE_TYPES)} where not (select found from known)
        on conflict (payer_id, ledger_account, currency)
        do update set amount_minor = balance.amount_minor + excluded.amount_minor
        returning payer_id, ledger_account, currency, amount_minor
    ), ended as (
        update ledger_head h set sequence = last.sequence, hash = last.hash
        from {_columns("head", _HEAD_TYPES)} as last (payer_id, sequence, hash)
        where h.payer_id = last.payer_id and not (select found from known)
    )
    select found, {{owed}}, array(select payer_id from moved), array(select ledger_account from moved),
           array(select currency from moved), array(select amount_minor from moved)
    from known
"""
# What stood on the receivables before: the statement sees no balance that it moves itself, those are in `moved`.
_OWED = f"""
    array(select b.payer_id || ' ' || b.currency || ' ' || b.amount_minor from balance b
          where b.payer_id = any(string_to_array(%(head0)s, E'\\n')) and b.ledger_account = '{posting_rules.RECEIVABLE}'
            and b.amount_minor <> 0)
"""
_WRITE_MANY = _WRITE.format(owed="null")
_WRITE_FEW = _WRITE.format(owed=_OWED)
_KNOWN = """
    select e.payer_id, e.idempotency_key, e.body_hash from entry e
    join unnest(%s::text[], %s::text[]) as asked (payer_id, idempotency_key)
      on e.payer_id = asked.payer_id and e.idempotency_key = asked.idempotency_key
"""
_MIRRORED = """
    select t.payer_id, t.entry_id, exists (select from entry m where m.reverses = t.entry_id)
    from entry t where t.entry_id = any(%s)
"""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of drafts: their entries in the order given, and whether all of them were there before.

    `balances`: what kept balances (payer, ledger account, currency) are now, of those that moved and are known here.
    `owed`: what stands on the receivables of the payers (payer, currency) now, where it is not zero; None = not asked.
    """

    entries: list[Entry]
    repeated: bool
    balances: dict[Name, int]
    owed: dict[tuple[str, str], int] | None = None


def append(tx: Transaction, drafts: Sequence[Draft], *, recorded_at: datetime) -> list[Entry] | Refused:
    """Append drafts of any payers, all or none; return their entries in the order given.

    Each payer's drafts follow one another in that order; between payers there is none. A draft whose key is
    known with the same body returns the entry that is there; with another body everything is refused (LEDGER-4). A
    second mirror of an entry is refused (LEDGER-5), and so is a draft that does not sum to zero (LEDGER-1). A refusal
    leaves the books as they were. Kept balances move in the same transaction.
    """
    if refusal := _first_unbalanced(drafts):
        return refusal
    if not drafts:
        return []
    heads = lock_payers(tx, (draft.payer_id for draft in drafts))
    done = append_under(tx, drafts, heads, recorded_at=recorded_at)
    return done if isinstance(done, Refused) else done.entries


def append_under(
    tx: Transaction, drafts: Sequence[Draft], heads: Heads, *, recorded_at: datetime
) -> Appended | Refused:
    """Append as `append` does, under the heads of all payers as `lock_payers` gave them; nothing was appended since."""
    if refusal := _first_unbalanced(drafts):
        return refusal
    plain = len({_key(draft) for draft in drafts}) == len(drafts) and not any(draft.reverses for draft in drafts)
    if plain and (done := _written(tx, drafts, heads, recorded_at)):
        return done
    return _append_carefully(tx, drafts, heads, recorded_at)


def _append_carefully(
    tx: Transaction, drafts: Sequence[Draft], heads: Heads, recorded_at: datetime
) -> Appended | Refused:
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
    done = _written(tx, new, heads, recorded_at) if new else Appended([], repeated=True, balances={})
    assert done, "the known keys were taken out under the lock"
    of_key = {(entry.payer_id, entry.idempotency_key): entry for entry in done.entries}
    of_key |= read.entries_by_key(tx, list(known))
    return replace(done, entries=[of_key[_key(draft)] for draft in drafts], owed=None)


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


def _chained(drafts: Iterable[Draft], heads: Heads, recorded_at: datetime) -> Iterator[Entry]:
    """Link drafts to the chains of their payers, in the order given."""
    ends = dict(heads)
    for draft in drafts:
        sequence, previous = ends[draft.payer_id]
        entry = ledger.chain(previous, draft, sequence=sequence + 1, recorded_at=recorded_at)
        ends[draft.payer_id] = (entry.sequence, entry.hash)
        yield entry


def _written(tx: Transaction, drafts: Sequence[Draft], heads: Heads, recorded_at: datetime) -> Appended | None:
    """Write drafts as entries, with postings, balances and heads; nothing, and None, when a key is known.

    Payer by payer, whatever the order given: neighbours in the indexes cost the server a fifth less.
    """
    order = sorted(range(len(drafts)), key=lambda place: drafts[place].payer_id)
    chained = _chained(map(drafts.__getitem__, order), heads, recorded_at)
    done = _written_at_once(tx, list(chained)) if len(drafts) <= AT_ONCE else _written_in_parts(tx, chained)
    if done is None:
        return None
    at = dict(zip(order, done.entries, strict=True))
    return replace(done, entries=[at[place] for place in range(len(order))])


def _written_in_parts(tx: Transaction, chained: Iterator[Entry]) -> Appended | None:
    whole: Appended | None = Appended([], repeated=False, balances={})
    with tx.transaction() as saving:
        while some := list(islice(chained, AT_ONCE)):
            part = _written_at_once(tx, some)
            if part is None or whole is None:
                whole = None
                raise Rollback(saving)
            whole = replace(part, entries=whole.entries + part.entries, balances=whole.balances | part.balances)
    return whole


def _written_at_once(tx: Transaction, entries: list[Entry]) -> Appended | None:
    rows = (
        _texts("entry", _entry_rows(entries), _ENTRY_TYPES)
        | _texts("posting", _posting_rows(entries), _POSTING_TYPES)
        | _texts("balance", _balance_rows(entries), _BALANCE_TYPES)
        | _texts("head", _head_rows(entries), _HEAD_TYPES)
    )
    answer = tx.execute(_WRITE_FEW if len(entries) <= FEW else _WRITE_MANY, rows).fetchone()
    assert answer is not None, "it says in any case whether a key was known"
    found, owed, *moved = answer
    return None if found else _appended(entries, owed, moved)


def _appended(entries: list[Entry], owed: list[str] | None, moved: Sequence[list[Any]]) -> Appended:
    *names, amounts = moved
    balances = dict(zip(zip(*names, strict=True), amounts, strict=True))
    return Appended(entries, repeated=False, balances=balances, owed=None if owed is None else _owed(owed, balances))


def _owed(before: list[str], moved: dict[Name, int]) -> dict[tuple[str, str], int]:
    """Return what payers owe now: what they owed before, as far as it was not moved."""
    said = (line.rsplit(" ", 2) for line in before)
    owed = {(payer, currency): int(amount) for payer, currency, amount in said}
    owed |= {(payer, currency): amount for (payer, account, currency), amount in moved.items()
             if account == posting_rules.RECEIVABLE}  # fmt: skip
    return {place: amount for place, amount in owed.items() if amount}


def _texts(name: str, rows: Iterable[Row], types: Sequence[str]) -> dict[str, str]:
    """Turn rows into one text a column, named as `_columns` names them."""
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return {f"{name}{i}": "\n".join(map(_AS_TEXT[kind], columns[i])) for i, kind in enumerate(types)}


_AS_TEXT: dict[str, Callable[[Any], str]] = {
    "text": lambda value: value or "",
    "bigint": str,
    "integer": str,
    "timestamptz": ledger.instant_text,
    "bytea": lambda value: "\\x" + value.hex(),
}


def _entry_rows(entries: Iterable[Entry]) -> Iterator[Row]:
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
    moved: dict[Name, int] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting_rules.is_kept(posting.ledger_account):
                name = (entry.payer_id, posting.ledger_account, posting.currency)
                moved[name] = moved.get(name, 0) + posting.amount_minor
    return [(*name, amount) for name, amount in sorted(moved.items())]


def _head_rows(entries: Sequence[Entry]) -> list[Row]:
    last = {entry.payer_id: (entry.payer_id, entry.sequence, entry.hash) for entry in entries}
    return list(last.values())
