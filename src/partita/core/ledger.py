"""The ledger (总账): drafts become entries, entries form one chain per payer, a mistake is reversed and never edited.

Owns what an entry is, its canonical text, its two hashes, its mirror. Does not own which accounts a business event
moves (`posting_rules`) nor where entries are kept (`store.ledger`). Amounts are minor units; more than zero is a debit
(借), less than zero a credit (贷). Rules: LEDGER-1 … LEDGER-8 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from hashlib import sha256

from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.refusal import Reason, Refused, refused

GENESIS = bytes(32)
"""The hash that stands before the first entry of a payer."""

REVERSED = "reversed"
_BREAKS_A_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


class Side(Enum):
    """Debit (借) and credit (贷); the value is the sign of the amount."""

    DEBIT = 1
    CREDIT = -1


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of one ledger account, in minor units: more than zero = debit, less than zero = credit."""

    ledger_account: str
    currency: str
    amount_minor: int

    def __post_init__(self) -> None:
        assert self.amount_minor, "a posting moves something"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not in the books yet.

    `effective_at` None means: effective when it is recorded. A command that is sent again then says the same thing as
    the first time, although the clock went on. Texts are single lines; `idempotency_key` is unique within a payer.
    """

    payer_id: str
    kind: str
    description: str
    reference: str
    effective_at: datetime | None
    idempotency_key: str
    postings: tuple[Posting, ...]
    reverses: str | None = None

    def __post_init__(self) -> None:
        assert self.postings, "an entry has postings"
        assert self.payer_id, "an entry has a payer"
        assert self.kind, "an entry has a kind"
        assert self.idempotency_key, "an entry has an idempotency key"
        assert self.effective_at is None or self.effective_at.tzinfo is not None, "an instant carries its zone"
        texts = (self.payer_id, self.kind, self.description, self.reference, self.idempotency_key)
        assert is_line("".join(texts)), "the texts of an entry are single lines"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the books: the draft's facts, its place in the payer's chain, and its hashes (LEDGER-3)."""

    payer_id: str
    sequence: int
    entry_id: str
    kind: str
    description: str
    reference: str
    effective_at: datetime
    recorded_at: datetime
    idempotency_key: str
    body_hash: bytes
    reverses: str | None
    previous_hash: bytes
    hash: bytes
    postings: tuple[Posting, ...]


def is_line(text: str) -> bool:
    """Say whether `text` holds no line break and no control character, so that it fits the canonical text."""
    return _BREAKS_A_LINE.search(text) is None


def check(draft: Draft) -> Refused | None:
    """Refuse a draft whose postings do not sum to zero in each currency (LEDGER-1)."""
    if len(draft.postings) == 2:  # noqa: PLR2004 - nearly every entry is a pair
        one, other = draft.postings
        if one.currency == other.currency and not one.amount_minor + other.amount_minor:
            return None
    sums: dict[str, int] = {}
    for posting in draft.postings:
        sums[posting.currency] = sums.get(posting.currency, 0) + posting.amount_minor
    for currency in sorted(sums):
        if sums[currency]:
            difference = Money(sums[currency], currency)
            return refused(Reason.ENTRY_NOT_BALANCED, currency=currency, difference=difference)
    return None


def body_hash(draft: Draft) -> bytes:
    """Return the SHA-256 of what the caller said: the stated time and the content, without key and recorded time.

    The same key with the same body is the same command sent again; with another body it is refused (LEDGER-4).
    """
    return _body_hash(draft, content_text(draft))


def chain(previous_hash: bytes, draft: Draft, *, sequence: int, recorded_at: datetime) -> Entry:
    """Return the entry that follows `previous_hash` in the chain of the draft's payer (LEDGER-3).

    The id is derived from payer and key, so that a step run again writes the same row.
    """
    effective_at = draft.effective_at or recorded_at
    entry_id = derived_id("ent", draft.payer_id, draft.idempotency_key)
    content = content_text(draft)
    body = _body_hash(draft, content)
    times = f"{instant_text(effective_at)}\n{instant_text(recorded_at)}"
    head = f"{draft.payer_id}\n{sequence}\n{entry_id}\n{times}\n{draft.idempotency_key}\n{body.hex()}"
    return Entry(
        draft.payer_id, sequence, entry_id, draft.kind, draft.description, draft.reference, effective_at, recorded_at,
        draft.idempotency_key, body, draft.reverses, previous_hash,
        sha256(previous_hash + f"{head}\n{content}".encode()).digest(), draft.postings,
    )  # fmt: skip


def chained_hash(previous_hash: bytes, entry: Entry) -> bytes:
    """Return the hash that `entry` must carry after `previous_hash`, recomputed from all its facts (LEDGER-3)."""
    return sha256(previous_hash + canonical_text(entry).encode()).digest()


def canonical_text(entry: Entry) -> str:
    """Return the text that the chain hashes: one fact a line, in this order, UTF-8, UTC to the microsecond.

    payer, sequence, entry id, effective, recorded, idempotency key, body hash in hex, kind, description, reference,
    reversed entry or nothing, then one line a posting: `ledger account`, `currency`, `amount_minor`, with blanks
    between.
    """
    times = f"{instant_text(entry.effective_at)}\n{instant_text(entry.recorded_at)}"
    head = f"{entry.payer_id}\n{entry.sequence}\n{entry.entry_id}\n{times}"
    return f"{head}\n{entry.idempotency_key}\n{entry.body_hash.hex()}\n{content_text(entry)}"


def content_text(body: Draft | Entry) -> str:
    """Return the part of the canonical text that drafts and entries share: kind … postings."""
    lines = "".join([f"\n{p.ledger_account} {p.currency} {p.amount_minor}" for p in body.postings])
    return f"{body.kind}\n{body.description}\n{body.reference}\n{body.reverses or ''}{lines}"


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """Write an instant as `2026-11-02T04:00:00.000000Z`."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _body_hash(draft: Draft, content: str) -> bytes:
    stated = "" if draft.effective_at is None else instant_text(draft.effective_at)
    return sha256(f"{draft.payer_id}\n{stated}\n{content}".encode()).digest()


def reverse(entry: Entry, *, description: str, effective_at: datetime | None = None) -> Draft | Refused:
    """Return the mirror of an entry: the same postings with sides swapped, linked to it (LEDGER-5).

    The key is derived from the entry, so that an entry has at most one mirror. A mirror itself is not reversed: post
    the original again.
    """
    if entry.kind == REVERSED:
        return refused(Reason.REVERSAL_NOT_REVERSED, entry=entry.entry_id, original=entry.reverses)
    return Draft(
        payer_id=entry.payer_id,
        kind=REVERSED,
        description=description,
        reference=entry.reference,
        effective_at=effective_at,
        idempotency_key=f"reversed:{entry.entry_id}",
        postings=tuple(Posting(p.ledger_account, p.currency, -p.amount_minor) for p in entry.postings),
        reverses=entry.entry_id,
    )


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain no longer fits: the first place of one payer, and what is wrong there."""

    payer_id: str
    sequence: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ends: the sequence and hash of its last entry."""

    sequence: int
    hash: bytes


BEGINNING = End(0, GENESIS)


def walk(entries: Iterable[Entry]) -> End | Break:
    """Walk the entries of one payer in order; return where the chain ends, or its first break (LEDGER-3).

    Named in this order: a gap in the sequence, a link that points elsewhere, content that does not give the hash.
    """
    end = BEGINNING
    for entry in entries:
        if entry.sequence != end.sequence + 1:
            return Break(entry.payer_id, end.sequence + 1, Reason.CHAIN_GAP)
        if entry.previous_hash != end.hash:
            return Break(entry.payer_id, entry.sequence, Reason.CHAIN_LINK_WRONG)
        if chained_hash(end.hash, entry) != entry.hash:
            return Break(entry.payer_id, entry.sequence, Reason.CHAIN_CONTENT_CHANGED)
        end = End(entry.sequence, entry.hash)
    return end
