"""Settlement's edges; the order itself is in the cases."""

from __future__ import annotations

import pytest

from partita.core.funds import Fund
from partita.core.settlement import (
    WATERFALL,
    Draw,
    Due,
    Line,
    Part,
    Settlement,
    Source,
    dues_of,
    settle,
    settle_lines,
    taken_up,
)
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


def test_one_cent_is_drawn_too() -> None:
    assert settle(1, [Source(Fund.CASH, "cash", 5)]) == Settlement((Draw(Fund.CASH, "cash", 1),), 0)
    due = Due(Line(1, "a", "compute", 0), 1)
    sources = [Source(Fund.VOUCHER, "v", 5, terms=Terms()), Source(Fund.CASH, "cash", 5)]
    parts = (Part(Fund.VOUCHER, "v", 1, "", 1),)
    assert settle_lines([due], sources) == Settlement((Draw(Fund.VOUCHER, "v", 1),), 0, parts)


def test_what_is_drawn_names_its_source_line_and_part() -> None:
    dues = [
        Due(Line(1, "a", "compute", 0, "x"), 30),
        Due(Line(1, "a", "compute", 0, "y"), 20),
        Due(Line(2, "a", "disk", 0), 10),
    ]
    sources = [Source(Fund.CASH, "cash", 100), Source(Fund.TRANSFER_BOOK, "main", 35)]
    assert settle_lines(dues, sources) == Settlement(
        (Draw(Fund.TRANSFER_BOOK, "main", 35), Draw(Fund.CASH, "cash", 25)),
        0,
        (
            Part(Fund.TRANSFER_BOOK, "main", 1, "x", 30),
            Part(Fund.TRANSFER_BOOK, "main", 1, "y", 5),
            Part(Fund.CASH, "cash", 1, "y", 15),
            Part(Fund.CASH, "cash", 2, "", 10),
        ),
    )
    short = settle_lines(dues, sources[1:])
    assert (short.draws, short.outstanding) == ((Draw(Fund.TRANSFER_BOOK, "main", 35),), 25)


def test_a_voucher_that_gives_nothing_hinders_no_other() -> None:
    due = Due(Line(1, "a", "compute", 0), 100)
    alone = Terms(minimum_minor=200, stacks=False)
    sources = [
        Source(Fund.VOUCHER, "v1", 50, (1,), terms=alone),
        Source(Fund.VOUCHER, "v2", 30, (2,), terms=Terms()),
        Source(Fund.VOUCHER, "v3", 20, (3,), terms=Terms(stacks=False)),
        Source(Fund.CASH, "cash", 500),
    ]
    draws = (Draw(Fund.VOUCHER, "v2", 30), Draw(Fund.CASH, "cash", 70))
    assert settle_lines([due], sources).draws == draws


def test_credits_are_used_up_for_their_product_then_for_others_then_for_other_bills() -> None:
    dues = [
        Due(Line(1, "a", "compute", 0), -50),
        Due(Line(2, "a", "compute", 0), 20),
        Due(Line(3, "a", "disk", 0), 10),
        Due(Line(4, "a", "disk", 0), -12),
        Due(Line(5, "a", "net", 0), 0),
        Due(Line(6, "a", "net", 0), 3),
    ]
    assert taken_up(dues, 0) == {1: (23, 0), 4: (10, 0)}
    assert taken_up(dues, 28) == {1: (23, 27), 4: (10, 1)}
    assert taken_up(dues[:2], 7) == {1: (20, 7)}
    assert taken_up(dues[4:], 7) == {}
