"""Take up new usage: what it costs is known and held in the transaction that takes it in.

New usage is priced after what the month's counters show, by the statement that prices whole months, so nothing is read
again but the new records. `rate` sets the same figures exactly; figures that are not complete (usage from before they
were kept, a price that was missing, a file too large) are counted anew from the files, here or there.
Rules: SPEND-1, SPEND-2, SPEND-5 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from partita.columnar import rating as rating_sql
from partita.columnar import spend as spend_sql
from partita.columnar.tables import CHARGE, USAGE, column_list
from partita.core.period import Month
from partita.core.spend import Spend
from partita.store import hold as hold_store
from partita.store import service_control as control_store
from partita.store import spend as spend_store
from partita.store import usage as usage_store
from partita.store.files import FileRoom
from partita.store.service_control import ItemUse
from partita.usecases import deduction
from partita.usecases.deduction import Deducting
from partita.usecases.rating import (
    RatingTables,
    charges_select,
    lay_out,
    load_tables,
    paths_of,
    show_files,
    show_usage,
    unrateable,
    write_charges,
)
from partita.usecases.spend import exact
from partita.usecases.spend.exact import SpendKey
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Accepted:
    """Usage that is being taken in: its batch, its records (`tables.USAGE`, `month`, `bucket`), and where files lie."""

    batch_id: str
    fresh: pa.Table
    room: FileRoom


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where new usage is priced: a connection with the look-up tables, and the last month that is frozen."""

    work: Work
    engine: duckdb.DuckDBPyConnection
    room: FileRoom
    tables: RatingTables
    frozen: int


def take_up(work: Work, engine: duckdb.DuckDBPyConnection, accepted: Accepted) -> frozenset[str]:
    """Move counters, running spend and holds by what is taken in; return the payers whose figures moved (SPEND-2).

    The caller holds the lock of the intake and has named the files of the batch. Usage without a price in force moves
    nothing: it is held once it has a price.
    """
    months = sorted(set(accepted.fresh.column("month").to_pylist()))
    moved: set[str] = set()
    accounts = set(accepted.fresh.column("account_id").to_pylist())
    with _desk(work, engine, accepted.room, accounts) as desk:
        desk.engine.register("accepted", accepted.fresh)
        for month in months:
            moved |= _take_up_month(desk, month, accepted.batch_id)
        desk.engine.unregister("accepted")
    return frozenset(moved)


@contextmanager
def _desk(work: Work, engine: duckdb.DuckDBPyConnection, room: FileRoom, accounts: Collection[str]) -> Iterator[_Desk]:
    """Open a connection of its own for pricing: the tables of the intake have the same names."""
    tables = load_tables(work.tx, accounts)
    with engine.cursor() as own:
        lay_out(own, tables)
        yield _Desk(work, own, room, tables, usage_store.frozen_through(work.tx))


def _take_up_month(desk: _Desk, month: int, batch_id: str) -> set[str]:
    """Take up the new usage of one month: what is complete goes on, what is not is counted anew."""
    tx = desk.work.tx
    before = spend_store.last_files(tx, month, without=batch_id)
    now, known = spend_store.last_files(tx, month), spend_store.through(tx, month)
    rows = desk.engine.execute("select distinct bucket from accepted where month = ?", [month]).fetchall()
    touched = sorted(bucket for (bucket,) in rows)
    complete = [bucket for bucket in touched if known.get(bucket, 0) == before.get(bucket, 0)]
    stale = [bucket for bucket in touched if bucket not in complete]
    moved: set[str] = set()
    met = {} if month <= desk.frozen else deduction.open_month(tx, Month.from_number(month), desk.work.now)
    if stale and month <= desk.frozen:
        # What a close has billed is not held again: only the counters have to be known.
        _count_before(desk, month, stale, batch_id)
        complete, stale = touched, []
    deducted = _deducted(desk, month, {bucket: met[bucket] for bucket in complete if bucket in met})
    if complete != deducted:
        moved |= _go_on(desk, month, {bucket: now[bucket] for bucket in complete if bucket not in deducted})
    if stale or deducted:
        # Usage of the whole bucket is priced: all its accounts are looked up, not only those of the new usage.
        lay_out(desk.engine, load_tables(tx))
    for bucket in sorted({*stale, *deducted}):
        files = [one for one in usage_store.files(tx, month=month) if one.bucket == bucket]
        show_usage(desk.engine, desk.room, files)
        if unrateable(desk.engine) is not None:
            continue
        with desk.room.incoming() as folder:
            target, meets = folder / "charges.parquet", met.get(bucket)
            paths = paths_of(desk.room, files)
            made, _ = write_charges(desk.engine, month, desk.tables.models, paths, target, meets=meets)
            taken = deduction.running(desk.engine) if meets else []
            show_files(desk.engine, "charges", CHARGE, [str(path) for path in made])
            show_usage(desk.engine, desk.room, files)
            place = (Month.from_number(month), bucket)
            moved |= exact.set_exactly(desk.work, exact.counted(desk.engine, place, files[-1].sequence, taken))
    return moved


def _deducted(desk: _Desk, month: int, met: Mapping[int, Deducting]) -> list[int]:
    """Return the buckets in which a payer of the new usage has packages or plans.

    What a package gives to one record another does not get, whichever came first: such a bucket is counted anew.
    """
    rows = desk.engine.execute("select distinct payer_id from accepted where month = ?", [month]).fetchall()
    payers = {payer for (payer,) in rows}
    return [bucket for bucket in sorted(met) if any(one.payer_id in payers for one in met[bucket].commitments)]


def _count_before(desk: _Desk, month: int, buckets: Sequence[int], batch_id: str) -> None:
    files = [
        one
        for one in usage_store.files(desk.work.tx, month=month)
        if one.bucket in set(buckets) and one.batch_id != batch_id
    ]
    show_usage(desk.engine, desk.room, files)
    spend_store.move_counters(desk.work.tx, month, exact.counters(desk.engine, "usage"), anew=True)


def _go_on(desk: _Desk, month: int, reached: dict[int, int]) -> set[str]:
    """Price the new usage after what the counters show, and add what it costs."""
    engine, tx = desk.engine, desk.work.tx
    engine.execute(
        f"create or replace temp table fresh as select {column_list(USAGE)} from accepted "
        "where month = ? and list_contains(?, bucket)",
        [month, list(reached)],
    )
    engine.execute("create or replace temp view usage as from fresh")
    if unrateable(engine) is not None:
        return set()
    spend, used = _price(desk, month)
    spend_store.move_counters(tx, month, exact.counters(engine, "fresh"))
    billed_in = month if month > desk.frozen else Month.from_number(desk.frozen).next().number
    bucket_of = dict(
        engine.execute("select distinct payer_id, bucket from accepted where month = ?", [month]).fetchall()
    )
    rows = [Spend(*key, Month.from_number(billed_in), amount) for key, amount in spend.items()]
    spend_store.add(tx, [(one, bucket_of[one.payer_id]) for one in rows])
    hold_store.add(tx, exact.held(rows))
    control_store.use(tx, used)
    spend_store.reach(tx, month, reached)
    return {one.payer_id for one in rows}


def _price(desk: _Desk, month: int) -> tuple[dict[SpendKey, int], list[ItemUse]]:
    """Return what `fresh` costs by day, and what was used last; what it changes for earlier usage counts with it."""
    engine = desk.engine
    keys = engine.execute(spend_sql.OF_COUNTED_SKUS).fetchall()
    starts = {(payer, sku): start if volume else spend_sql.BEFORE_ALL for payer, sku, start, volume in keys}
    counters = spend_store.counters(desk.work.tx, month, list(starts)) if starts else []
    opening = spend_sql.opening_records(
        (one.payer_id, one.sku_id, one.account_id, one.quantity_e6, starts[one.payer_id, one.sku_id])
        for one in counters
    )
    engine.register("opening", opening)
    engine.execute("create or replace temp table all_usage as select * from fresh union all from opening")
    _charge(desk, month, "all_usage", "priced")
    engine.execute("create or replace temp table opened as from opening where usage_start > timestamp '0001-01-01'")
    engine.unregister("opening")
    exact.lay_out_days(engine, "priced")
    gross, before = exact.sums(engine, "priced"), {}
    if any(start != spend_sql.BEFORE_ALL for start in starts.values()):
        _charge(desk, month, "opened", "priced_before")
        before = exact.sums(engine, "priced_before")
    net = {key: gross.get(key, 0) - before.get(key, 0) for key in gross | before}
    return {key: amount for key, amount in sorted(net.items()) if amount}, exact.used(engine, "priced")


def _charge(desk: _Desk, month: int, usage: str, target: str) -> None:
    desk.engine.execute(f"create or replace temp table placed as {rating_sql.placed_sql(usage)}")
    desk.engine.execute("create or replace temp view usage as from placed")
    select = charges_select(month, desk.tables.models)
    desk.engine.execute(f"create or replace temp table {target} as {select}")
