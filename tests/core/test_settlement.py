"""Settlement's edges; the order itself is in the cases."""

from __future__ import annotations

from partita.core.funds import Fund
from partita.core.settlement import WATERFALL, Draw, Settlement, Source, settle


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
