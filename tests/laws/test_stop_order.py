"""Laws of the order of stopping (STOP-8): it fits, nothing stops needlessly, and the order holds within a turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from partita.core.stop_order import Burning, to_stop

burning = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 1000)), max_size=12).map(
    lambda rows: [Burning(f"s{i}", turn, burn) for i, (turn, burn) in enumerate(rows)]
)
allowed = st.integers(0, 4000)


@given(burning, allowed)
def test_what_goes_on_fits(items: list[Burning], limit: int) -> None:
    stopped = set(to_stop(items, limit))
    assert sum(one.per_day_e10 for one in items if one.subject not in stopped) <= limit


@given(burning, allowed)
def test_nothing_stops_needlessly(items: list[Burning], limit: int) -> None:
    stopped = set(to_stop(items, limit))
    rest = sum(one.per_day_e10 for one in items if one.subject not in stopped)
    assert all(rest + one.per_day_e10 > limit for one in items if one.subject in stopped)


@given(burning, allowed)
def test_what_spends_nothing_is_never_stopped(items: list[Burning], limit: int) -> None:
    stopped = set(to_stop(items, limit))
    assert not stopped & {one.subject for one in items if not one.per_day_e10}


@given(burning, allowed)
def test_in_one_turn_the_fewest_are_stopped(items: list[Burning], limit: int) -> None:
    one_turn = [Burning(one.subject, 1, one.per_day_e10) for one in items]
    count = len(to_stop(one_turn, limit))
    burns = sorted((one.per_day_e10 for one in items), reverse=True)
    least = next(n for n in range(len(burns) + 1) if sum(burns[n:]) <= limit)
    assert count == least


@given(burning, allowed, st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(items: list[Burning], limit: int, chance: object) -> None:
    mixed = list(items)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert set(to_stop(mixed, limit)) == set(to_stop(items, limit))
