"""Random packages and plans beside the random price books of rating, for the laws of deduction."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from laws.price_books import MONTH, World, instants
from partita.columnar.tables import CHARGE
from partita.core.deduction import Commitment, Deduction, Kind, Sharing, Skip, Subscribed
from partita.core.period import Cycle, Period
from partita.core.quantity import E6

capacities = st.one_of(st.sampled_from([1, E6, 10 * E6, 10**11]), st.integers(1, 200 * E6), st.integers(1, 10**12))
weights = st.one_of(st.sampled_from([E6, 2 * E6, 333_333, 1]), st.integers(1, 10**7), st.integers(1, 10**11))
costs = st.one_of(st.sampled_from([0, 1, 10**10]), st.integers(0, 10**14))


@st.composite
def commitments(draw: st.DrawFn, world: World) -> tuple[Commitment, ...]:
    """Up to six commitments of the payers and accounts of a world, of both kinds and every cycle."""
    return tuple(draw(_commitment(world, number)) for number in range(draw(st.integers(1, 6))))


@st.composite
def _commitment(draw: st.DrawFn, world: World, number: int) -> Commitment:
    account = draw(st.sampled_from(world.accounts))
    currency = next(one.currency for one in world.book.currencies if one.account_id == account.account_id)
    names = [one.account_id for one in world.accounts]
    skus = [one.sku_id for one in world.book.skus]
    some = draw(st.sets(st.sampled_from(skus), min_size=1))
    kind, capacity = draw(st.sampled_from(Kind)), draw(capacities)
    last_capacity = draw(st.none() | st.integers(0, capacity)) if kind is Kind.PACKAGE else None
    return Commitment(
        source_id=f"source-{number}",
        kind=kind,
        owner_id=account.account_id,
        payer_id=account.payers[draw(st.integers(0, len(account.payers) - 1))][1],
        sku_id=skus[0],
        zone=account.zone,
        currency=currency,
        valid=draw(_valid(account.zone)),
        cycle=draw(st.sampled_from([None, *Cycle])) if kind is Kind.PACKAGE else Cycle.HOUR,
        capacity=capacity,
        cost_e10=draw(costs),
        last_cost_e10=0 if last_capacity == 0 else draw(costs),  # nothing costs nothing
        weights={sku: draw(weights) for sku in sorted(some)},
        regions=draw(st.sampled_from([frozenset(), frozenset({"cn-north"}), frozenset({"eu", "cn-north"})])),
        shares=tuple(
            Sharing(draw(st.sampled_from([None, *names])), *draw(_span())) for _ in range(draw(st.integers(0, 2)))
        ),
        skips=tuple(_skip(draw, skus, names) for _ in range(draw(st.integers(0, 1)))),
        fee_e10=draw(st.sampled_from([0, 5 * 10**9])),
        last_capacity=last_capacity,
        first_capacity=draw(st.none() | st.integers(1, capacity)) if kind is Kind.PACKAGE else None,
        first_cost_e10=draw(st.none() | costs) if kind is Kind.PACKAGE else None,
    )


def _skip(draw: st.DrawFn, skus: list[str], names: list[str]) -> Skip:
    sku, account = draw(st.sampled_from([None, *skus])), draw(st.sampled_from([None, *names]))
    return Skip(sku or (None if account else skus[0]), account, *draw(_span()))


@st.composite
def _valid(draw: st.DrawFn, zone: str) -> Period:
    month = MONTH.period(zone)
    edges = st.one_of(
        instants(month), st.sampled_from([month.start - timedelta(days=40), month.end + timedelta(days=99)])
    )
    start, end = sorted([draw(edges), draw(edges)])
    return Period(start, end if end > start else start + timedelta(hours=1))


@st.composite
def _span(draw: st.DrawFn) -> tuple[datetime, datetime | None]:
    start = draw(instants(MONTH.period("UTC")))
    return start, draw(st.one_of(st.none(), st.just(start + timedelta(days=10))))


@st.composite
def subscribed(draw: st.DrawFn, world: World) -> tuple[Subscribed, ...]:
    """Up to four resources that are subscriptions for a time; those of records that are there, as a rule."""
    spans = []
    for number in range(draw(st.integers(0, 4))):
        one = draw(st.sampled_from(world.records)) if world.records else None
        if one is not None:
            resource = draw(st.sampled_from([one.resource_id or "vm-9", "vm-1"]))
            spans.append(Subscribed(f"sub-{number}", one.account_id, resource, one.sku_id, *draw(_span())))
    return tuple(spans)


@st.composite
def takings(draw: st.DrawFn, found: tuple[Commitment, ...]) -> dict[tuple[str, datetime], int]:
    """What was taken of some windows before: of a whole validity, or of the window in which the month starts."""
    before = {}
    for one in found:
        if draw(st.booleans()):
            window = one.window(max(one.valid.start, MONTH.period(one.zone).start))
            before[one.source_id, window.start] = draw(st.integers(0, one.capacity_of(window) * E6))
    return before


def taken_rows(deductions: list[Deduction]) -> set[tuple[object, ...]]:
    return {
        (one.commitment.source_id, one.record.record_id, one.window.start.replace(tzinfo=None), one.quantity_e6,
         one.taken, one.list_cost_e10, one.effective_cost_e10)
        for one in deductions
    }  # fmt: skip


def empty_charges() -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in CHARGE])
