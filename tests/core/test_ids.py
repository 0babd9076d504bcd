"""Ids derived from facts, safe names, and the bucket of a payer."""

from __future__ import annotations

import pytest

from partita.core.ids import bucket_of, derived_id, is_name


def test_the_same_facts_give_the_same_id() -> None:
    first = derived_id("bill", "acme", 202610)
    assert first == derived_id("bill", "acme", 202610)
    assert first.startswith("bill_")
    assert len(first) == len("bill_") + 26


def test_other_facts_give_another_id() -> None:
    assert derived_id("bill", "ab", "c") != derived_id("bill", "a", "bc")
    assert derived_id("bill", "acme") != derived_id("ent", "acme")


def test_an_id_says_what_it_names() -> None:
    with pytest.raises(AssertionError, match="says what it names"):
        derived_id("thing", 1)


@pytest.mark.parametrize("text", ["acme", "a", "A-1_b.c:d/e@f", "9" * 128])
def test_safe_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "-a", "a b", "名", "a\n", "9" * 129, "a;b", "../x"])
def test_unsafe_names(text: str) -> None:
    assert not is_name(text)


def test_a_payer_stays_in_its_bucket() -> None:
    assert [bucket_of("acme", 16), bucket_of("globex", 16), bucket_of("acme", 1)] == [
        bucket_of("acme", 16),
        bucket_of("globex", 16),
        0,
    ]
    assert {bucket_of(f"payer-{n}", 16) for n in range(400)} == set(range(16))
