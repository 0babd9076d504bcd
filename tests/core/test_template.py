"""Templates and scopes at their edges; what they do is in the cases of vouchers and coupons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.period import Period
from partita.core.quantity import FACTOR_ONE
from partita.core.scope import Item, Listing, Occasion, Scope
from partita.core.template import DAYS_MAX, Instrument, Kind, Template, Terms, check_template, stacked, validity

NOW = datetime(2026, 10, 5, tzinfo=UTC)
CASH = Template("t", "group", Instrument.VOUCHER, Kind.CASH, "", "CNY", 100, Terms(), days=30)


def at_fault(**changes: object) -> bool:
    return check_template(replace(CASH, **changes)) is not None  # type: ignore[arg-type]


def test_what_makes_no_sense_is_told_in_both_languages() -> None:
    said = check_template(replace(CASH, amount_minor=0))
    assert said is not None
    assert said[0].isascii()
    assert not said[1].isascii()


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"terms": Terms(minimum_minor=-1)},
        {"kind": Kind.THRESHOLD},
        {"terms": Terms(percent_e6=300_000)},
        {"kind": Kind.PERCENTAGE},
        {"kind": Kind.PERCENTAGE, "terms": Terms(percent_e6=0)},
        {"kind": Kind.PERCENTAGE, "terms": Terms(percent_e6=FACTOR_ONE + 1)},
        {"ends": NOW},
        {"days": None},
        {"days": 0},
        {"days": DAYS_MAX + 1},
        {"days": None, "starts": NOW, "ends": NOW},
        {"instrument": Instrument.COUPON, "terms": Terms(Scope(occasions=frozenset({Occasion.PAY_AS_YOU_GO})))},
    ],
)
def test_templates_at_fault(changes: dict[str, object]) -> None:
    assert at_fault(**changes)


def test_templates_in_order() -> None:
    assert not at_fault()
    assert not at_fault(terms=Terms(minimum_minor=1))
    assert not at_fault(kind=Kind.THRESHOLD, terms=Terms(minimum_minor=1))
    assert not at_fault(kind=Kind.PERCENTAGE, terms=Terms(percent_e6=FACTOR_ONE))
    assert not at_fault(days=None, ends=NOW)


def test_the_validity_starts_with_the_issue_or_later() -> None:
    assert validity(CASH, NOW) == Period(NOW, NOW + timedelta(days=30))
    later = NOW + timedelta(days=3)
    assert validity(replace(CASH, starts=later), NOW) == Period(later, later + timedelta(days=30))
    assert validity(replace(CASH, days=None, ends=NOW), NOW) is None


def test_a_source_that_is_overdrawn_gives_nothing() -> None:
    assert Terms().gives(100, -5) == 0
    assert Terms().gives(0, 5) == 0


def test_the_first_decides_whether_others_are_used() -> None:
    assert stacked([], bool) == []
    assert stacked([0, 1, 2], bool) == [0]
    assert stacked([1, 0, 2], bool) == [1, 2]


def test_a_scope_is_narrow_or_dedicated() -> None:
    item = Item("acme", "compute", Occasion.PURCHASE, frozenset({("team", "web"), ("env", "prod")}))
    every, black = Scope(), Scope(Listing.BLACK, frozenset({"disk"}))
    white = Scope(Listing.WHITE, frozenset({"compute"}))
    tagged = Scope(tags=frozenset({("team", "web")}))
    of_account = Scope(accounts=frozenset({"acme"}))
    assert [one.is_narrow for one in (every, black, white, tagged, of_account)] == [False, True, True, True, True]
    assert [one.is_dedicated for one in (every, black, white, tagged, of_account)] == [False, False, True, True, True]
    assert all(one.covers(item) for one in (every, black, white, tagged, of_account))
    other = replace(item, account_id="shop", product_id="disk", tags=frozenset())
    assert [one.covers(other) for one in (every, black, white, tagged, of_account)] == [True, *(4 * [False])]
    assert not Scope(occasions=frozenset({Occasion.RENEW})).covers(item)


def test_a_list_of_products_says_what_it_means() -> None:
    with pytest.raises(AssertionError, match="says what it means"):
        Scope(products=frozenset({"disk"}))
    with pytest.raises(AssertionError, match="says what it means"):
        Scope(Listing.WHITE)
