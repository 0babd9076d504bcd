"""The laws of reconciliation: every side is in one pair or one difference, and the differences explain the sums."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from partita.core.reconciliation import Side, compare


@st.composite
def sides(draw: st.DrawFn, prefix: str) -> list[Side]:
    facts = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from([-5, 5, 10]), st.sampled_from(["", "T1", "T2", "T3"])),
            max_size=8,
        )
    )
    return [
        Side(f"{prefix}{number}", date(2026, 10, day), amount, reference)
        for number, (day, amount, reference) in enumerate(facts)
    ]


@st.composite
def entries(draw: st.DrawFn) -> list[Side]:
    """Postings, of which some were reversed later."""
    made = draw(sides("p"))
    reversed_ = draw(st.sets(st.sampled_from(made), max_size=3)) if made else set()
    mirrors = [Side(f"m-{one.name}", date(2026, 10, 3), -one.amount, one.reference, one.name) for one in reversed_]
    return [*made, *sorted(mirrors, key=lambda one: one.name)]


@given(sides("l"), entries())
def test_every_side_has_one_place_and_the_sums_are_explained(lines: list[Side], postings: list[Side]) -> None:
    done = compare(lines, postings)
    placed = Counter(side.name for pair in done.pairs for side in pair)
    for one in done.differences:
        placed.update(side.name for side in (one.line, one.posting) if side)
    delta = sum(one.delta for one in done.differences)
    undone = [side for side in postings if side.name not in placed]
    assert sum(side.amount for side in undone) == 0
    placed.update(side.name for side in undone)
    assert placed == Counter(side.name for side in (*lines, *postings))
    assert sum(one.amount for one in lines) == sum(one.amount for one in postings) + delta
    assert all(line.amount == posting.amount for line, posting in done.pairs)
    assert all(line.reference == posting.reference or not posting.reference for line, posting in done.pairs)


@given(sides("l"), entries())
def test_the_order_in_which_they_come_does_not_matter(lines: list[Side], postings: list[Side]) -> None:
    there, back = compare(lines, postings), compare(lines[::-1], postings[::-1])
    assert sorted(map(str, there.pairs)) == sorted(map(str, back.pairs))
    assert there.differences == back.differences


@given(sides("l"))
def test_what_is_the_same_has_no_difference(lines: list[Side]) -> None:
    assert not compare(lines, lines).differences
