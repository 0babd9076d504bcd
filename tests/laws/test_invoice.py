"""Laws of invoices: included tax adds up and mirrors, and no choice, void or offset makes or loses consumption."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from partita.core.invoice import (
    Candidate,
    CandidateKind,
    Wish,
    amount_in_chinese,
    choose,
    included_tax,
    may_offset,
    owed_in_all,
    taxed,
)
from partita.core.money import Money
from partita.core.refusal import Refused

AMOUNTS = st.integers(1, 10**12)
RATES = st.sampled_from([0, 100, 300, 600, 900, 1300])
NOW = datetime(2026, 11, 2, tzinfo=UTC)


@given(AMOUNTS, RATES)
def test_the_tax_is_the_nearest_minor_unit_and_mirrors(gross: int, rate: int) -> None:
    exact = Fraction(gross * rate, 10_000 + rate)
    tax = included_tax(gross, rate)
    assert abs(tax - exact) <= Fraction(1, 2)
    assert included_tax(-gross, rate) == -tax


@given(st.lists(AMOUNTS, min_size=1, max_size=60), RATES)
def test_lines_add_up_and_each_is_within_a_unit_of_its_own_tax(lines: list[int], rate: int) -> None:
    found = taxed(lines, rate)
    assert [one.gross for one in found] == lines
    assert sum(one.tax for one in found) == included_tax(sum(lines), rate)
    assert sum(one.net + one.tax for one in found) == sum(lines)
    for one in found:
        assert one.net >= 0
        assert abs(one.tax - Fraction(one.gross * rate, 10_000 + rate)) < 1 + Fraction(1, 2 * len(lines))


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    original = draw(st.integers(0, 10_000))
    return Candidate(
        draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(CandidateKind)), f"ref{draw(st.integers(0, 9**9))}", "",
        "CNY", NOW - timedelta(days=draw(st.integers(0, 400))), original,
        refunded=draw(st.integers(0, original)), taken=draw(st.integers(0, 500)), given=draw(st.integers(0, 500)),
        invoiced=draw(st.integers(0, original)),
    )  # fmt: skip


@given(candidates())
def test_invoices_less_owed_and_what_is_open_are_the_consumption(one: Candidate) -> None:
    consumed = one.original - one.offset
    assert one.invoiced - one.owed + one.invoiceable - one.ahead == consumed
    assert min(one.owed, one.invoiceable) == 0
    assert 0 <= one.owed <= max(0, one.covered)


@given(st.lists(candidates(), max_size=8, unique_by=lambda one: one.reference), st.integers(1, 30_000))
def test_an_amount_is_taken_whole_and_from_the_oldest(some: list[Candidate], amount: int) -> None:
    there = sum(one.invoiceable for one in some)
    answer = choose(some, Wish(amount=amount))
    if amount > there:
        assert isinstance(answer, Refused)
        return
    assert not isinstance(answer, Refused)
    assert sum(one.amount for one in answer) == amount
    assert all(0 < one.amount <= one.candidate.invoiceable for one in answer)
    assert [one.candidate.consumed_at for one in answer] == sorted(one.candidate.consumed_at for one in answer)
    assert all(one.amount == one.candidate.invoiceable for one in answer[:-1])


@given(candidates(), candidates())
def test_an_offset_ends_what_is_owed_and_takes_it_from_the_other(one: Candidate, two: Candidate) -> None:
    if may_offset(one, two) is not None:
        return
    amount = one.owed
    after = (_with(one, given=one.given + amount), _with(two, taken=two.taken + amount))
    assert owed_in_all(after, "CNY") == owed_in_all([two], "CNY")
    assert after[1].invoiceable == two.invoiceable - amount
    assert sum(x.net for x in after) == one.net + two.net


def _with(one: Candidate, **changes: int) -> Candidate:
    facts = {name: getattr(one, name) for name in one.__dataclass_fields__} | changes
    return Candidate(**facts)


_DIGITS = {name: digit for digit, name in enumerate("零壹贰叁肆伍陆柒捌玖")}


@given(st.integers(0, 10**15))
def test_words_can_be_read_back(minor: int) -> None:
    assert _read(amount_in_chinese(Money(minor, "CNY"))) == minor


def _read(text: str) -> int:
    """Read an amount in upper-case Chinese by its places, as a reader would."""
    whole, circle, rest = text.rstrip("整").partition("圆")
    if not circle:
        whole, rest = "", text.rstrip("整")
    total, group, digit = 0, 0, 0
    for sign in whole:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in "拾佰仟":
            group += digit * {"拾": 10, "佰": 100, "仟": 1000}[sign]
            digit = 0
        elif sign == "万":
            group, digit = (group + digit) * 10**4, 0
            total += group
            group = 0
        else:
            total, group, digit = (total + group + digit) * 10**8, 0, 0
    total += group + digit
    cents = 0
    for place, unit in (("角", 10), ("分", 1)):
        if place in rest:
            cents += _DIGITS[rest[rest.index(place) - 1]] * unit
    return total * 100 + cents
