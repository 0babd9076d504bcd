"""The ledger's pure part: canonical text, hashes, mirrors, and the walk that finds the first break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from partita.core.ledger import (
    BEGINNING,
    GENESIS,
    Break,
    Draft,
    End,
    Entry,
    Posting,
    body_hash,
    canonical_text,
    chain,
    check,
    instant_text,
    is_line,
    reverse,
    walk,
)
from partita.core.refusal import Reason, Refused

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
PAIR = (Posting("bank", "CNY", 10000), Posting("cash", "CNY", -10000))


def draft(key: str = "k1", *, effective_at: datetime | None = None, postings: tuple[Posting, ...] = PAIR) -> Draft:
    return Draft("acme", "topped_up", "Top up", "transfer 4711", effective_at, key, postings)


def entries(count: int) -> list[Entry]:
    found: list[Entry] = []
    previous = GENESIS
    for sequence in range(1, count + 1):
        found.append(chain(previous, draft(f"k{sequence}"), sequence=sequence, recorded_at=NOW))
        previous = found[-1].hash
    return found


def test_canonical_text_is_one_fact_a_line() -> None:
    entry = chain(GENESIS, draft(), sequence=1, recorded_at=NOW)
    assert canonical_text(entry).split("\n") == [
        "acme", "1", entry.entry_id, "2026-11-02T04:00:00.000000Z", "2026-11-02T04:00:00.000000Z", "k1",
        entry.body_hash.hex(), "topped_up", "Top up", "transfer 4711", "", "bank CNY 10000", "cash CNY -10000",
    ]  # fmt: skip
    assert entry.hash == sha256(GENESIS + canonical_text(entry).encode()).digest()


def test_hash_is_for_ever() -> None:
    """Books that exist must verify with every later version: this figure never changes."""
    entry = chain(GENESIS, draft(), sequence=1, recorded_at=NOW)
    assert entry.entry_id == "ent_" + sha256(b"acme\x1fk1").hexdigest()[:26]
    text = (
        f"acme\n1\n{entry.entry_id}\n2026-11-02T04:00:00.000000Z\n2026-11-02T04:00:00.000000Z\nk1\n"
        + sha256(b"acme\n\ntopped_up\nTop up\ntransfer 4711\n\nbank CNY 10000\ncash CNY -10000").hexdigest()
        + "\ntopped_up\nTop up\ntransfer 4711\n\nbank CNY 10000\ncash CNY -10000"
    )
    assert entry.hash == sha256(bytes(32) + text.encode()).digest()


def test_instants_in_other_zones_are_the_same_text() -> None:
    assert instant_text(NOW.astimezone(timezone(timedelta(hours=8)))) == "2026-11-02T04:00:00.000000Z"


def test_body_leaves_out_key_and_recorded_time() -> None:
    first = chain(GENESIS, draft(), sequence=1, recorded_at=NOW)
    later = chain(GENESIS, draft("k2"), sequence=2, recorded_at=NOW + timedelta(days=1))
    assert first.body_hash == later.body_hash == body_hash(draft())
    assert body_hash(draft(effective_at=NOW)) != body_hash(draft())


def test_effective_time_defaults_to_the_recorded() -> None:
    assert chain(GENESIS, draft(), sequence=1, recorded_at=NOW).effective_at == NOW


def test_check_names_the_first_currency_that_differs() -> None:
    wrong = (Posting("bank", "USD", 100), Posting("cash", "CNY", -100))
    refusal = check(draft(postings=wrong))
    assert isinstance(refusal, Refused)
    assert refusal.message() == "The entry does not sum to zero in CNY: -1.00 CNY."
    assert check(draft()) is None


def test_two_currencies_each_sum_to_zero() -> None:
    both = (*PAIR, Posting("bank", "USD", 5), Posting("cash", "USD", -5))
    assert check(draft(postings=both)) is None


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\x00", "a\u2028b", "a\x85b"])
def test_texts_are_single_lines(text: str) -> None:
    assert not is_line(text)
    with pytest.raises(AssertionError, match="single lines"):
        replace(draft(), reference=text)


def test_chinese_text_and_wide_blanks_are_lines() -> None:
    assert is_line("充值\u3000第一笔")


def test_wrong_drafts_cannot_be_built() -> None:
    with pytest.raises(AssertionError, match="moves something"):
        Posting("cash", "CNY", 0)
    with pytest.raises(AssertionError, match="postings"):
        draft(postings=())
    with pytest.raises(AssertionError, match="zone"):
        draft(effective_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the naive time is the point
    for name in ("payer_id", "kind", "idempotency_key"):
        with pytest.raises(AssertionError, match="an entry has"):
            replace(draft(), **{name: ""})


def test_reverse_swaps_sides_and_links() -> None:
    entry = entries(1)[0]
    mirror = reverse(entry, description="Typed twice")
    assert isinstance(mirror, Draft)
    assert mirror.postings == (Posting("bank", "CNY", -10000), Posting("cash", "CNY", 10000))
    assert (mirror.reverses, mirror.kind) == (entry.entry_id, "reversed")
    assert (mirror.reference, mirror.description) == ("transfer 4711", "Typed twice")
    assert mirror.idempotency_key == f"reversed:{entry.entry_id}"


def test_a_mirror_is_not_reversed() -> None:
    mirror = reverse(entries(1)[0], description="x")
    assert isinstance(mirror, Draft)
    again = reverse(chain(GENESIS, mirror, sequence=1, recorded_at=NOW), description="x")
    assert isinstance(again, Refused)
    assert again.reason is Reason.REVERSAL_NOT_REVERSED


def test_walk_of_a_whole_chain_ends_at_its_last_entry() -> None:
    found = entries(3)
    assert walk(found) == End(3, found[-1].hash)
    assert walk([]) == BEGINNING


def test_walk_names_a_gap() -> None:
    first, _, third = entries(3)
    assert walk([first, third]) == Break("acme", 2, Reason.CHAIN_GAP)


def test_walk_names_a_wrong_link() -> None:
    first, second = entries(2)
    assert walk([first, replace(second, previous_hash=GENESIS)]) == Break("acme", 2, Reason.CHAIN_LINK_WRONG)


@pytest.mark.parametrize(
    "change",
    [
        {"entry_id": "ent_0"}, {"kind": "billed"}, {"description": "x"}, {"reference": "x"},
        {"effective_at": NOW + timedelta(microseconds=1)}, {"recorded_at": NOW - timedelta(microseconds=1)},
        {"idempotency_key": "k9"}, {"body_hash": GENESIS}, {"reverses": "ent_0"}, {"hash": GENESIS},
        {"postings": PAIR[::-1]}, {"postings": PAIR[:1]},
        {"postings": (Posting("bank", "CNY", 10001), Posting("cash", "CNY", -10001))},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_walk_names_any_change_of_content(change: dict[str, object]) -> None:
    first, second, third = entries(3)
    assert walk([first, replace(second, **change), third]) == Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)
