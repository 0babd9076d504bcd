"""Settlement's edges; the order itself is in the cases."""

from __future__ import annotations

import pytest

from partita.core.funds import Fund
from partita.core.settlement import WATERFALL, Draw, Line, Settlement, Source, dues_of, settle, settle_lines
from partita.core.template import Terms


def test_every_fund_has_one_place_in_the_waterfall() -> None:
    assert sorted(WATERFALL, key=lambda fund: fund.value) == sorted(Fund, key=lambda fund: fund.value)


def test_exactly_enough() -> None:
    assert settle(10, [Source(Fund.CASH, "cash", 10)]) == Settlement((Draw(Fund.CASH, "cash", 10),), 0)


def test_a_source_that_is_not_reached_gives_no_draw() -> None:
    sources = [Source(Fund.CASH, "cash", 10), Source(Fund.VOUCHER, "v", 10)]
    assert settle(10, sources).draws == (Draw(Fund.VOUCHER, "v", 10),)


def test_an_overdrawn_source_adds_nothing_to_what_is_due() -> None:
    sources = [Source(Fund.VOUCHER, "v", -5), Source(Fund.CASH, "cash", 10)]
    assert settle(10, sources) == Settlement((Draw(Fund.CASH, "cash", 10),), 0)


def test_one_amount_knows_no_lines() -> None:
    with pytest.raises(AssertionError, match="needs the lines"):
        settle(10, [Source(Fund.VOUCHER, "v", 10, terms=Terms())])


def test_a_bill_without_lines_asks_nothing() -> None:
    assert dues_of({}, [], 10**8) == []
    assert settle_lines([], [Source(Fund.CASH, "cash", 10)]) == Settlement((), 0)


def test_a_bill_that_asks_less_than_nothing_has_no_dues() -> None:
    lines = [Line(1, "a", "compute", 5 * 10**8), Line(2, "a", "storage", -8 * 10**8)]
    assert dues_of({"compute": 5, "storage": -8}, lines, 10**8) == []
