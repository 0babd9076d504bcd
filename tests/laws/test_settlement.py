"""Laws of settlement: nothing is lost, nobody gives more than there is, and the order of listing does not matter."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from partita.core.funds import Fund
from partita.core.settlement import WATERFALL, Line, Source, dues_of, settle, shares_of, taken_up

AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)
SOURCES = st.lists(
    st.builds(
        Source,
        st.sampled_from(Fund),
        st.text("abc", min_size=1, max_size=3),
        AMOUNTS,
        st.tuples(st.integers(0, 5), st.sampled_from([0, 1])),
    ),
    max_size=12,
    unique_by=lambda source: (source.fund, source.source_id),
)


@given(AMOUNTS, SOURCES)
def test_money_is_conserved(due: int, sources: list[Source]) -> None:
    settlement = settle(due, sources)
    assert sum(draw.amount for draw in settlement.draws) + settlement.outstanding == due


@given(AMOUNTS, SOURCES)
def test_no_source_gives_more_than_it_has(due: int, sources: list[Source]) -> None:
    has = {(source.fund, source.source_id): source.available for source in sources}
    draws = settle(due, sources).draws
    assert all(0 < draw.amount <= has[draw.fund, draw.source_id] for draw in draws)
    assert len({(draw.fund, draw.source_id) for draw in draws}) == len(draws)


@given(AMOUNTS, SOURCES)
def test_something_is_outstanding_only_when_all_is_drawn(due: int, sources: list[Source]) -> None:
    settlement = settle(due, sources)
    drawn = sum(draw.amount for draw in settlement.draws)
    if due > 0:
        assert settlement.outstanding >= 0
        assert settlement.outstanding == 0 or drawn == sum(max(source.available, 0) for source in sources)
    else:
        assert settlement.draws == ()


@given(AMOUNTS, SOURCES, st.randoms())
def test_the_order_of_listing_does_not_matter(due: int, sources: list[Source], chance: random.Random) -> None:
    shuffled = list(sources)
    chance.shuffle(shuffled)
    assert settle(due, shuffled) == settle(due, sources)


@given(AMOUNTS, SOURCES)
def test_funds_are_drawn_in_the_order_of_the_waterfall(due: int, sources: list[Source]) -> None:
    places = [WATERFALL.index(draw.fund) for draw in settle(due, sources).draws]
    assert places == sorted(places)


LINES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-60, 60)), min_size=1, max_size=6)


@given(LINES, st.integers(0, 100))
def test_what_is_left_of_lines_is_what_is_left_of_the_bill(found: list[tuple[str, int]], wanted: int) -> None:
    lines = [Line(number, "acme", product, cost) for number, (product, cost) in enumerate(found, 1)]
    products = {name: sum(cost for product, cost in found if product == name) for name, _ in found}
    shares, dues = shares_of(products, lines, 1), dues_of(products, lines, 1)
    payable = sum(products.values())
    given_ = min(wanted, max(0, -payable))
    left = sum(due.amount for due in dues)
    for share in shares:
        if share.amount < 0:
            within, outside = taken_up(shares, given_)[share.line.line]
            assert within >= 0
            assert outside >= 0
            assert share.amount + within + outside <= 0
            left += share.amount + within + outside
    assert left == payable + given_
