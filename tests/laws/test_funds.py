"""Laws of the quotas: what leaves an account within its quota never leaves it in debt, and every formula adds up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from partita.core import credit
from partita.core.credit import Line
from partita.core.funds import (
    Explained,
    Figures,
    Quota,
    Term,
    available,
    free_cash,
    may_reclaim,
    may_transfer,
    may_withdraw,
    reclaimable,
    transferable,
    withdrawable,
)
from partita.core.money import Money
from partita.core.refusal import Refused

AMOUNT = st.integers(0, 10**6)
FIGURES = st.builds(
    Figures,
    account_id=st.just("acme"),
    currency=st.just("CNY"),
    cash=st.integers(-(10**5), 10**6),
    transfer_books=st.dictionaries(st.sampled_from(["main", "other"]), AMOUNT).map(lambda books: tuple(books.items())),
    refund_book=AMOUNT,
    acceptance_book=AMOUNT,
    credit_limit=AMOUNT,
    credit_refunds=AMOUNT,
    usage_this_month=AMOUNT,
    usage_earlier=AMOUNT,
    frozen=AMOUNT,
    outstanding=st.integers(-(10**5), 10**6),
    owed_invoices=AMOUNT,
)


@given(FIGURES, AMOUNT)
def test_what_may_leave_never_leaves_debt(figures: Figures, minor: int) -> None:
    amount = Money(minor, "CNY")
    if may_transfer(figures, amount) is None:
        assert not replace(figures, cash=figures.cash - minor).overdue
    if may_withdraw(figures, amount, forbidden_by=None) is None:
        after = replace(figures, cash=figures.cash - minor)
        assert not after.overdue
        assert minor == 0 or after.cash >= figures.frozen


@given(FIGURES)
def test_own_cash_is_the_most_that_leaves(figures: Figures) -> None:
    own = max(0, figures.cash - figures.frozen)
    assert transferable(figures).result <= own
    assert withdrawable(figures).result <= own
    assert withdrawable(figures).result <= max(0, available(figures).result)
    assert free_cash(figures).result == transferable(figures).result


@given(FIGURES, AMOUNT, AMOUNT)
def test_a_reclaim_takes_only_what_is_left_and_leaves_no_debt(figures: Figures, left: int, minor: int) -> None:
    limit = reclaimable(figures, giver_id="main", left_of_pair=left).result
    assert limit <= min(figures.book_of("main"), left)
    if may_reclaim(figures, giver_id="main", left_of_pair=left, amount=Money(minor, "CNY")) is None and minor:
        books = dict(figures.transfer_books)
        books["main"] -= minor
        assert not replace(figures, transfer_books=tuple(books.items())).overdue


@given(FIGURES)
def test_the_terms_that_are_printed_make_the_result(figures: Figures) -> None:
    for quota in (available(figures), transferable(figures), withdrawable(figures)):
        least = min(map(_sum, quota.legs))
        assert quota.result == (least if quota.quota is Quota.AVAILABLE else max(0, least))
        nested = [term for leg in quota.legs for term in leg if term.of]
        assert all(term.amount == max(0, _sum(term.of)) for term in nested)
        assert _shown(quota) in quota.formula()


@given(FIGURES, AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_a_limit_that_is_lowered_leaves_something_available(
    figures: Figures, total: int, own: int, limit: int, main_cash: int
) -> None:
    line = Line("main", "CNY", total=total + own, allocated={"acme": own}, contract_id="c")
    member = replace(figures, credit_limit=own)
    main = Figures("main", "CNY", cash=main_cash, credit_limit=total)
    if credit.may_allocate(line, member, limit, main) is None:
        after = replace(line, allocated={"acme": limit})
        assert after.unallocated >= 0
        quota = available(replace(member, credit_limit=limit)).result
        assert limit >= own or quota > 0 or (member.unsettled <= 0 and quota >= 0)


@given(FIGURES, AMOUNT, AMOUNT)
def test_the_bounds_that_are_shown_are_those_that_decide(figures: Figures, total: int, own: int) -> None:
    line = Line("main", "CNY", total=total + own, allocated={"acme": own}, contract_id="c")
    member, main = replace(figures, credit_limit=own), Figures("main", "CNY", credit_limit=total)
    least, most = credit.bounds(line, member, main)
    if least <= own:
        assert credit.may_allocate(line, member, least, main) is None
        assert least == 0 or isinstance(credit.may_allocate(line, member, least - 1, main), Refused)
    assert credit.may_allocate(line, member, max(most, own), main) is None
    assert isinstance(credit.may_allocate(line, member, most + 1, main), Refused)


def _sum(terms: tuple[Term, ...]) -> int:
    return sum(term.sign * term.amount for term in terms)


def _shown(quota: Explained) -> str:
    text = str(Money(abs(quota.result), quota.currency)).split()[0]
    whole, _, decimals = text.partition(".")
    return f"= {'−' if quota.result < 0 else ''}{int(whole):,}.{decimals} {quota.currency}"
