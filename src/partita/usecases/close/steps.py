"""The steps of a close in one bucket: price, bill, post. Each is one transaction that records the state reached.

Owns how charges become files, bills and entries. `verify` recounts a closed month through `write_final` and `gather`,
so that the proof and the books are computed by the same functions. Rules: BILL-1 … BILL-6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar import adjustment as adjustment_sql
from partita.columnar import bill as bill_sql
from partita.columnar.tables import CHARGE
from partita.core import bill as bill_rules
from partita.core import posting_rules
from partita.core.adjustment import Adjustment
from partita.core.bill import CLOSE_STATES, Bill
from partita.core.charge import OWN, Costs
from partita.core.ids import derived_id
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.store.charge import ChargeFile
from partita.store.commitment import Taken
from partita.usecases import deduction
from partita.usecases.bucket import side_by_side
from partita.usecases.clearing import set_off
from partita.usecases.close.freeze import Plan
from partita.usecases.close.settling import settle_bucket
from partita.usecases.rating import Advance, lay_out, measure, paths_of, show_files, write, write_charges
from partita.usecases.spend.exact import release
from partita.usecases.work import Work


def work_off(plan: Plan, progress: Advance) -> None:
    """Take each bucket from the state it reached to `posted`, then close all."""
    with plan.books.work() as work:
        reached = bill_store.states(work.tx, plan.run.month)

    def take_on(bucket: int, connection: duckdb.DuckDBPyConnection) -> int:
        for state, step in _STEPS.items():
            if CLOSE_STATES.index(reached[bucket]) <= CLOSE_STATES.index(state):
                step(plan, bucket, connection)
        return bucket

    progress(0, plan.buckets, str(plan.month))
    with engine_of(plan) as engine:
        for done, bucket in enumerate(side_by_side(engine, range(plan.buckets), take_on), 1):
            progress(done, plan.buckets, f"{plan.month} / {bucket}")
    with plan.books.work(plan.run.closed_at) as work:
        for bucket in range(plan.buckets):
            if reached[bucket] != "closed":
                bill_store.reach(work.tx, plan.run, bucket, "closed")


@contextmanager
def engine_of(plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the bulk engine with the look-up tables of a plan."""
    engine = plan.books.engine()
    try:
        lay_out(engine, plan.tables)
        yield engine
    finally:
        engine.close()


def _start(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection) -> None:
    del engine  # nothing is computed yet
    with plan.books.work(plan.run.closed_at) as work:
        bill_store.reach(work.tx, plan.run, bucket, "rating")


def _rate(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection) -> None:
    """Price the bucket's month and the corrections of earlier months; name the files; reach `settling`."""
    with plan.books.room.incoming() as folder:
        made = write_final(plan, bucket, engine, folder)
        taken = _taken(plan, bucket, engine, made)
        named = [_keep(plan, bucket, path, measure(engine, [str(path)])) for path in made]
        with plan.books.work(plan.run.closed_at) as work:
            charge_store.record(work.tx, named, recorded_at=work.now)
            commitment_store.save_use(work.tx, plan.run.month, taken, recorded_at=work.now)
            commitment_store.clear_running(work.tx, plan.run.month, bucket)
            bill_store.reach(work.tx, plan.run, bucket, "settling")


def write_final(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write the charges of a bucket's month and its corrections to `folder`; return the files that have rows."""
    made: list[Path] = []
    usage, meets = plan.usage(plan.run.month, bucket), plan.met.get(bucket)
    if usage or meets:
        paths, target = paths_of(plan.books.room, usage), folder / "rated.parquet"
        made, written = write_charges(engine, plan.run.month, plan.tables.models, paths, target, meets=meets)
        assert written == sum(one.records for one in usage), "every record of usage is charged"
    for late in plan.late_months(bucket):
        made += _write_corrections(plan, (late, bucket), engine, (folder, made))
    if bucket in plan.adjusted:
        made.append(write_adjustments(engine, plan.adjusted[bucket], folder))
    return made


def write_adjustments(engine: duckdb.DuckDBPyConnection, adjusted: Sequence[Adjustment], folder: Path) -> Path:
    """Write the charges of adjustments to a file in `folder` (ADJUST-3)."""
    engine.register("arriving", adjustment_sql.table_of(adjusted))
    engine.execute("create or replace temp table adjustments as from arriving")
    engine.unregister("arriving")
    target = folder / "adjustment.parquet"
    write(engine, adjustment_sql.charges_sql(), target)
    return target


def _write_corrections(
    plan: Plan, place: tuple[int, int], engine: duckdb.DuckDBPyConnection, before_it: tuple[Path, Sequence[Path]]
) -> list[Path]:
    """Write what late usage of an earlier month changes; before it this close has written files to the folder."""
    (late, bucket), (folder, made) = place, before_it
    room, month = plan.books.room, Month.from_number(late)
    usage = plan.usage(late, bucket)
    target, making = folder / f"correction-{late}.parquet", folder / f"anew-{late}.parquet"
    with plan.books.work() as work:
        before = [
            str(room.path(one.path))
            for one in charge_store.every(work.tx)
            if one.stage == "final" and one.bucket == bucket and late <= one.month < plan.run.month
        ]
        meets = deduction.late_usage(work.tx, (month, bucket), before, closing=plan.month)
    if meets:
        meets = deduction.after(engine, meets, made)
    anew, written = write_charges(engine, late, plan.tables.models, paths_of(room, usage), making, meets=meets)
    assert written == sum(one.records for one in usage), "every record of usage is charged"
    rated = [path for path in anew if path.name.startswith("anew-")]
    show_files(engine, "rated", CHARGE, [str(path) for path in rated])
    show_files(engine, "final", CHARGE, before)
    engine.execute(f"create or replace temp view billed as select * from final where usage_month = {late}")
    write(engine, bill_sql.corrections_sql(), target)
    for path in rated:
        path.unlink()
    return [target, *(path for path in anew if path not in rated)]


def _taken(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection, made: Sequence[Path]) -> list[Taken]:
    """Return what the charges of a close took of quotas that go on beyond a month (DEDUCT-6)."""
    of_month = plan.met[bucket].commitments if bucket in plan.met else ()
    with plan.books.work() as work:
        late = [Month.from_number(month) for month in plan.late_months(bucket)]
        earlier = [one for month in late for one in deduction.of_bucket(work.tx, month, bucket)]
    commitments = {one.source_id: one for one in (*earlier, *of_month)}
    taken = deduction.taken_in(engine, made, commitments.values())
    return [
        Taken(commitments[source].payer_id, source, start, amount) for (source, start), amount in sorted(taken.items())
    ]


def _keep(plan: Plan, bucket: int, made: Path, sums: tuple[int, Costs]) -> ChargeFile:
    path = f"charges/{OWN}/{plan.month}/{bucket:04d}/final-{made.name}"
    digest = plan.books.room.keep(made, path)
    return ChargeFile("final", OWN, plan.run.month, bucket, 0, None, path, *sums, digest)


def _bill(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection) -> None:
    """Gather the bucket's charges into bills; write the round-down lines; reach `billed`."""
    with plan.books.work(plan.run.closed_at) as work, plan.books.room.incoming() as folder:
        paths = [str(plan.books.room.path(one.path)) for one in _final_files(work, plan, bucket)]
        bills, lines = gather(plan, engine, paths)
        if bills:
            bill_store.save(work.tx, plan.run, bucket, bills, lines)
            target = folder / "round-down.parquet"
            write_round_downs(plan, engine, bills, target)
            named = _keep(plan, bucket, target, measure(engine, [str(target)]))
            charge_store.record(work.tx, [named], recorded_at=work.now)
        bill_store.reach(work.tx, plan.run, bucket, "billed")


def _final_files(work: Work, plan: Plan, bucket: int) -> list[ChargeFile]:
    counting = charge_store.counting(work.tx, plan.run.month)
    return [one for one in counting if one.stage == "final" and one.bucket == bucket]


def gather(plan: Plan, engine: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> tuple[list[Bill], pa.Table]:
    """Return the bills of the given charge files, and their lines as Arrow (`columnar.bill.LINES`)."""
    show_files(engine, "charges", CHARGE, paths)
    lines: pa.Table = engine.sql(bill_sql.LINES, params=[sorted(plan.market)]).to_arrow_table()
    sums: dict[tuple[str, str], dict[str, int]] = {}
    columns = ("payer_id", "currency", "product_id", "billed_cost_e10")
    for payer, currency, product, cost in zip(*(lines.column(name).to_pylist() for name in columns), strict=True):
        of_payer = sums.setdefault((payer, currency), {})
        of_payer[product] = of_payer.get(product, 0) + int(cost)
    bills = [
        bill_rules.make_bill(payer, plan.month, currency, products) for (payer, currency), products in sums.items()
    ]
    return bills, lines


def write_round_downs(plan: Plan, engine: duckdb.DuckDBPyConnection, bills: Sequence[Bill], target: Path) -> None:
    """Write one round-down charge (抹零) for each bill that has one."""
    periods = {payer: plan.month.period(zone) for payer, zone in plan.zones.items()}
    rows = [one for one in bills if one.round_down_e10]
    table = pa.table(
        {
            "payer_id": pa.array([one.payer_id for one in rows], pa.string()),
            "record_id": pa.array([derived_id("chg", "round_down", one.bill_id) for one in rows], pa.string()),
            "currency": pa.array([one.currency for one in rows], pa.string()),
            "month": pa.array([one.month.number for one in rows], pa.int32()),
            "charge_start": pa.array([_plain_utc(periods[one.payer_id].start) for one in rows], pa.timestamp("us")),
            "charge_end": pa.array([_plain_utc(periods[one.payer_id].end) for one in rows], pa.timestamp("us")),
            "amount_e10": pa.array([one.round_down_e10 for one in rows], pa.int64()),
        }
    )
    engine.register("arriving", table)
    engine.execute("create or replace temp table round_downs as from arriving")
    engine.unregister("arriving")
    write(engine, bill_sql.round_downs_sql(), target)


def _plain_utc(instant: datetime) -> datetime:
    """Tables keep UTC without a zone: the end of a period is an instant in UTC already."""
    return instant.replace(tzinfo=None)


def _post(plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection) -> None:
    """Post the receivables, settle them by the waterfall, keep the draws; reach `posted` (SETTLE-1).

    What then is unpaid of these or older bills is set off against credits (CLEAR-3).
    """
    with plan.books.work(plan.run.closed_at) as work:
        payers = bill_store.payers(work.tx, month=plan.run.month, bucket=bucket)
        ledger_store.lock_payers(work.tx, payers)
        posted = ledger_store.append(work.tx, _receivables(plan, work, bucket), recorded_at=work.now)
        assert not isinstance(posted, Refused), f"a close posts what it planned: {posted}"
        settle_bucket(work, plan.books.room, engine, plan.run, bucket)
        release(work, payers, plan.run.month)
        bill_store.reach(work.tx, plan.run, bucket, "posted")
        set_off(work, payers)


def _receivables(plan: Plan, work: Work, bucket: int) -> list[Draft]:
    products = bill_store.products(work.tx, month=plan.run.month, bucket=bucket)
    return [
        posting_rules.billed(
            payer_id=payer,
            bill_id=bill,
            product_id=product,
            month=plan.month,
            payable=Money(payable, currency),
            effective_at=plan.month.period(plan.zones[payer]).end - _LAST_INSTANT,
        )
        for payer, bill, currency, product, payable in products
        if payable
    ]


_LAST_INSTANT = timedelta(microseconds=1)
"""What a month earned belongs to it: its receivables take effect at its last instant, not at the next one's first."""

_STEPS: dict[str, Callable[[Plan, int, duckdb.DuckDBPyConnection], None]] = {
    "open": _start,
    "rating": _rate,
    "settling": _bill,
    "billed": _post,
}
"""What a bucket does next in each state; each step ends in the state that follows."""
