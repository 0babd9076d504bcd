"""Law: deduction in bulk takes what the core takes, quantity by quantity, and what is left costs the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws import commitment_books, price_books
from laws.price_books import MONTH, World, worlds
from partita.columnar import deduction as columnar
from partita.columnar import rating as rating_sql
from partita.columnar.tables import CHARGE, typed_columns
from partita.core import deduction as core
from partita.core import rating as core_rating
from partita.core.deduction import Commitment, Subscribed
from partita.core.period import Period
from partita.core.quantity import E6

bulk = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def chains(draw: st.DrawFn) -> tuple[World, tuple[Commitment, ...], dict[tuple[str, datetime], int]]:
    world = draw(worlds())
    found = draw(commitment_books.commitments(world))
    return world, found, draw(commitment_books.takings(found))


Given = tuple[World, tuple[Commitment, ...], dict[tuple[str, datetime], int]]


def zones(world: World) -> dict[str, str]:
    return {one.account_id: one.zone for one in world.accounts}


def deducted(chain: Given) -> list[core.Deduction]:
    world, found, before = chain
    return core.deduct(world.records, found, world.book, zones(world), before)


@contextmanager
def laid_out(chain: Given, subscribed: tuple[Subscribed, ...] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    world, found, before = chain
    with duckdb.connect() as engine:
        engine.register("arrived", price_books.usage_table(world.records))
        engine.execute(f"create temp table measured as {rating_sql.placed_sql('arrived')}")
        for name, table in (
            ("skus", price_books.skus_table(world.book)),
            ("prices", price_books.prices_table(world.book)),
            ("discounts", price_books.discounts_table(world.book)),
            ("accounts", price_books.accounts_table(world)),
        ):
            engine.register(f"{name}_arrived", table)
            engine.execute(f"create temp table {name} as from {name}_arrived")
        columnar.lay_out(engine, columnar.tables_of(found, MONTH, before, subscribed=subscribed))
        columnar.deduct(engine)
        yield engine


def charges(engine: duckdb.DuckDBPyConnection, select: str) -> list[dict[str, Any]]:
    engine.execute(f"create or replace temp table made ({typed_columns(CHARGE)})")
    engine.execute(f"insert into made {select}")
    rows: list[dict[str, Any]] = engine.table("made").to_arrow_table().to_pylist()
    return rows


@bulk
@given(chain=chains())
def test_bulk_takes_what_the_core_takes(chain: Given) -> None:
    with laid_out(chain) as engine:
        rows = engine.execute(
            "select d.source_id, u.record_id, d.window_at, d.quantity_e6, d.taken::varchar, d.effective_cost_e10 "
            "from deducted d join measured u on u.place = d.place"
        ).fetchall()
        covered = charges(engine, columnar.covered_sql(MONTH.number))
    expected = commitment_books.taken_rows(deducted(chain))
    listed = {(row["price_id"], row["record_id"]): row["list_cost_e10"] for row in covered}
    found = {(*row[:4], int(row[4]), listed[row[0], row[1]], row[5]) for row in rows}
    assert found == expected
    assert {row["billed_cost_e10"] for row in covered} <= {0}


@bulk
@given(chain=chains())
def test_what_is_left_is_priced_the_same(chain: Given) -> None:
    world, _, _ = chain
    left = core.left_of(world.records, deducted(chain))
    expected = [price_books.charge_row(one) for one in core_rating.rate(left, world.book, MONTH)]
    models = frozenset(one.model.value for one in world.book.prices)
    with laid_out(chain) as engine:
        engine.execute(f"create temp table usage as {columnar.LEFT}")
        priced = charges(engine, rating_sql.charges_sql(MONTH.number, models))
    by_order = [[row[name] for name in rating_sql.ORDER.split(", ")] for row in priced]
    assert by_order == sorted(by_order)
    assert sorted(priced, key=str) == sorted(expected, key=str)


@bulk
@given(data=st.data(), chain=chains())
def test_subscriptions_pay_first_and_commitments_meet_the_rest(data: st.DataObject, chain: Given) -> None:
    world, found, before = chain
    subscribed = data.draw(commitment_books.subscribed(world))
    ahead = core.paid_ahead(world.records, subscribed, world.book)
    others = [replace(one, quantity_e6=0) if (one.account_id, one.record_id) in ahead else one for one in world.records]
    made = core.deduct(others, found, world.book, zones(world), before)
    expected = {(one.commitment.source_id, one.record.record_id, one.quantity_e6) for one in made}
    expected |= {
        (ahead[one.account_id, one.record_id], one.record_id, one.quantity_e6)
        for one in world.records
        if (one.account_id, one.record_id) in ahead
    }
    left = {(one.account_id, one.record_id): one.quantity_e6 for one in core.left_of(others, made)}
    with laid_out(chain, subscribed) as engine:
        covered = charges(engine, columnar.covered_sql(MONTH.number))
        kept = engine.execute(f"select account_id, record_id, quantity_e6 from ({columnar.LEFT})").fetchall()
    assert {(row["price_id"], row["record_id"], row["quantity_e6"]) for row in covered} == expected
    assert {(account, record): quantity for account, record, quantity in kept} == left
    free = [row for row in covered if row["price_id"].startswith("sub-")]
    assert {(row["billed_cost_e10"], row["effective_cost_e10"]) for row in free} <= {(0, 0)}


@bulk
@given(chain=chains())
def test_unused_windows_and_fees_are_those_of_the_core(chain: Given) -> None:
    _, found, before = chain
    taken = core.taken_by_window(deducted(chain), before)
    expected = {
        (one.commitment.source_id, max(one.window.start, one.commitment.valid.start), one.effective_cost_e10,
         one.left // 10_000 if one.commitment.kind is core.Kind.PLAN else one.left)
        for commitment in found
        for one in core.unused([commitment], taken, MONTH.period(commitment.zone))
    }  # fmt: skip
    fees = {
        (one.source_id, max(window.start, one.valid.start), one.fee_e10)
        for one in found
        for window in core.windows_over(one, MONTH.period(one.zone))
        if one.fee_e10
    }
    with laid_out(chain) as engine:
        unused = charges(engine, columnar.unused_sql(MONTH.number))
        charged = charges(engine, columnar.fees_sql(MONTH.number))
    assert {
        (row["price_id"], row["charge_start"].replace(tzinfo=UTC), row["effective_cost_e10"], row["quantity_e6"])
        for row in unused
    } == expected
    assert {
        (row["price_id"], row["charge_start"].replace(tzinfo=UTC), row["billed_cost_e10"]) for row in charged
    } == fees
    assert len({row["record_id"] for row in (*unused, *charged)}) == len(unused) + len(charged)


@bulk
@given(chain=chains())
def test_nothing_is_taken_twice_nor_beyond_a_window(chain: Given) -> None:
    world, found, before = chain
    quantity = {(one.account_id, one.record_id): one.quantity_e6 for one in world.records}
    for record in core.left_of(world.records, deducted(chain)):
        assert 0 <= record.quantity_e6 <= quantity[record.account_id, record.record_id]
    known = {one.source_id: one for one in found}
    for (source, start), taken in core.taken_by_window(deducted(chain), before).items():
        assert taken <= known[source].capacity_of(known[source].window(start)) * E6


@bulk
@given(chain=chains())
def test_taken_and_unused_cost_what_the_window_costs(chain: Given) -> None:
    """Of every window that is over: the parts add up to what was paid for it, to the last place."""
    world, found, _ = chain
    made = core.deduct(world.records, found, world.book, zones(world))
    taken = core.taken_by_window(made)
    for one in found:
        spent = {
            window.start: sum(part.effective_cost_e10 for part in made
                              if part.commitment is one and part.window.start == window.start)
            for window in core.windows_over(one, MONTH.period(one.zone))
        }  # fmt: skip
        lost = {
            part.window.start: part.effective_cost_e10 for part in core.unused([one], taken, MONTH.period(one.zone))
        }
        for window in core.windows_over(one, MONTH.period(one.zone)):
            assert spent[window.start] + lost.get(window.start, 0) == one.cost_of(window)


@bulk
@given(chain=chains())
def test_no_record_leaves_what_a_window_could_still_give(chain: Given) -> None:
    """An oracle of exact fractions: a record that keeps a rest has no commitment with room for its smallest part."""
    world, found, before = chain
    made = deducted(chain)
    taken = core.taken_by_window(made, before)
    left = {(one.account_id, one.record_id): one.quantity_e6 for one in core.left_of(world.records, made)}
    for record in world.records:
        price = core_rating.price_of(record, world.book)
        assert price is not None
        place = (core_rating.currency_of(record, world.book), zones(world)[record.account_id])
        for one in found:
            if not left[record.account_id, record.record_id] or price.model.value == "flat":
                continue
            if place == (one.currency, one.zone) and one.covers(record):
                window: Period = one.window(record.usage_start)
                room = Fraction(one.capacity_of(window) * E6 - taken.get((one.source_id, window.start), 0))
                assert room < max(one.weights.values()), "a window that is over has no room for one more unit e6"
