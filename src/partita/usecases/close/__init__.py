"""Close a month (出账): freeze it, price it, bill it, post it, bucket by bucket; it can be cut short anywhere.

Each step of a bucket is one transaction that also records the state reached; ids, instants and file contents follow
from the frozen run alone. A close that is killed and run again therefore ends with the same books, byte for byte, and a
close of a closed month changes nothing. Does not own prices (`rating`), the payable (`core.bill`) or who pays
(`core.settlement`). Rules: BILL-1 … BILL-6 (`docs/rules/bill.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from partita.core.bill import Bill
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store import clearing as clearing_store
from partita.usecases.bucket import side_by_side
from partita.usecases.close.freeze import Plan, freeze, plan_of
from partita.usecases.close.steps import engine_of, gather, work_off, write_final
from partita.usecases.permission import operator_only
from partita.usecases.rating import Advance, measure, no_progress
from partita.usecases.work import Books

__all__ = ["Closed", "close_month"]


@dataclass(frozen=True, slots=True)
class Closed:
    """The outcome of a close: totals per currency in minor units, and whether anything was left to do.

    `outstanding`: what is unpaid; `credits`: what bills below zero came to. Neither hides the other.
    """

    month: Month
    already_closed: bool
    bills: int
    records: int
    corrections: int
    payable: dict[str, int] = field(default_factory=dict)
    outstanding: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=dict)


def close_month(
    books: Books, month: Month, *, dry_run: bool = False, progress: Advance = no_progress
) -> Closed | Refused:
    """Close a month: open → rating → settling → billed → posted → closed, by payer bucket (BILL-5).

    Refusals in this order: NOT_PERMITTED (to all but the operator), CLOSE_RUNNING, MONTH_NOT_OVER, EARLIER_MONTH_OPEN,
    NOTHING_TO_CLOSE, NO_PRICE_IN_FORCE.
    With `dry_run` the same refusals are given, and what would be billed is computed without saving.
    """
    if no := operator_only(books):
        return no
    with _only_one_close(books) as free:
        if not free:
            return refused(Reason.CLOSE_RUNNING, month=month)
        run = freeze(books, month, dry_run=dry_run)
        if isinstance(run, Refused):
            return run
        plan = plan_of(books, run)
        with books.work() as work:
            already = month.number in bill_store.closed_months(work.tx)
        if already:
            return _closed(plan, already_closed=True)
        if dry_run:
            return _preview(plan, progress)
        work_off(plan, progress)
        return _closed(plan, already_closed=False)


@contextmanager
def _only_one_close(books: Books) -> Iterator[bool]:
    with books.pool.connection() as connection:
        free = bill_store.try_close_lock(connection)
        connection.commit()
        try:
            yield free
        finally:
            if free:
                bill_store.release_close_lock(connection)
                connection.commit()


def _closed(plan: Plan, *, already_closed: bool) -> Closed:
    with plan.books.work() as work:
        bills = bill_store.bills(work.tx, month=plan.run.month)
        drawn = bill_store.draws(work.tx, [one.bill_id for one in bills])
        offsets = clearing_store.offsets(work.tx, [one.bill_id for one in bills])
        files = [one for one in charge_store.counting(work.tx, plan.run.month) if one.stage == "final"]
    paid: dict[str, int] = {}
    payments = [(one.bill_id, one.amount_minor) for one in drawn]
    for bill_id, amount in (*payments, *((one.bill_id, one.amount_minor) for one in offsets)):
        paid[bill_id] = paid.get(bill_id, 0) + amount
    payable: dict[str, int] = {}
    outstanding: dict[str, int] = {}
    credits_: dict[str, int] = {}
    for one in bills:
        payable[one.currency] = payable.get(one.currency, 0) + one.payable_minor
        left = one.payable_minor - paid.get(one.bill_id, 0)
        outstanding[one.currency] = outstanding.get(one.currency, 0) + max(0, left)
        credits_[one.currency] = credits_.get(one.currency, 0) + max(0, -one.payable_minor)
    return Closed(
        month=plan.month,
        already_closed=already_closed,
        bills=len(bills),
        records=sum(one.records for one in files if "final-rated" in one.path),
        corrections=sum(one.records for one in files if "final-correction-" in one.path),
        payable=payable,
        outstanding=outstanding,
        credits=credits_,
    )


def _preview(plan: Plan, progress: Advance) -> Closed:
    """Compute what a close would bill, without saving anything."""
    bills: list[Bill] = []
    records = corrections = 0

    def work(bucket: int, connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], list[Bill]]:
        with plan.books.room.incoming() as folder:
            made = write_final(plan, bucket, connection, folder)
            counts = {path.name: measure(connection, [str(path)])[0] for path in made}
            return counts, gather(plan, connection, [str(path) for path in made])[0]

    progress(0, plan.buckets, str(plan.month))
    with engine_of(plan) as engine:
        for done, (counts, of_bucket) in enumerate(side_by_side(engine, range(plan.buckets), work), 1):
            progress(done, plan.buckets, str(plan.month))
            records += sum(count for name, count in counts.items() if name.startswith("rated"))
            corrections += sum(count for name, count in counts.items() if name.startswith("correction-"))
            bills += of_bucket
    payable: dict[str, int] = {}
    for one in bills:
        payable[one.currency] = payable.get(one.currency, 0) + one.payable_minor
    return Closed(plan.month, False, len(bills), records, corrections, payable, {})  # noqa: FBT003
