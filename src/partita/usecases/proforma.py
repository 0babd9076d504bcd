"""The pro-forma bill (预估账单): what the bills of an open month would be if it were closed now.

It goes the way of the close itself (`close.steps`): usage priced, late usage corrected, adjustments taken up, rounded
down; but nothing is kept. Does not own any of these. Rules: VIEW-7 (`docs/rules/bill_view.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import duckdb

from partita.core.bill import Bill
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import adjustment as adjustment_store
from partita.store import bill as bill_store
from partita.store import usage as usage_store
from partita.store.bill import CloseRun
from partita.store.usage import UsageFile
from partita.usecases import deduction
from partita.usecases.close.freeze import Plan, plan_of
from partita.usecases.close.steps import gather, write_final, write_round_downs
from partita.usecases.rating import lay_out, show_usage, unrateable
from partita.usecases.work import Books, Work


def plan_now(books: Books, month: Month) -> Plan:
    """Return the plan of a month as a close would have it: that of its run, or as if it were frozen now."""
    with books.work() as work:
        runs = {run.month: run for run in bill_store.runs(work.tx)}
        if month.number in runs:
            run = runs[month.number]
        else:
            run = CloseRun(month.number, usage_store.latest_sequence(work.tx), work.now)
    plan = plan_of(books, run)
    if month.number in runs:
        return plan
    with books.work() as work:
        return replace(
            plan,
            previous_through=max((one.usage_through for one in runs.values()), default=0),
            files=tuple(_counting(work, month, plan.files, max(runs, default=0))),
            met=deduction.open_month(work.tx, month, work.now),
        )


def _counting(work: Work, month: Month, files: Collection[UsageFile], frozen: int) -> list[UsageFile]:
    """Return the usage that the bills of a month take up: its own, and what came late if it closes next."""
    waits = {one.month for one in files if frozen < one.month < month.number}
    waits |= adjustment_store.months(work.tx, frozen, month.previous().number)
    return [one for one in files if one.month == month.number or (one.month <= frozen and not waits)]


def bill_now(
    plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[list[Path], list[Bill]] | Refused:
    """Write the charges of a bucket as its close would, to `folder`; return the files and the bills they make.

    Refused: NO_PRICE_IN_FORCE, AMOUNT_TOO_LARGE.
    """
    lay_out(engine, plan.tables)
    mine = [one for one in plan.files if one.bucket == bucket]
    show_usage(engine, plan.books.room, mine)
    if mine and (no := unrateable(engine)) is not None:
        return no
    made = write_final(plan, bucket, engine, folder)
    if not made:
        return [], []
    bills, _ = gather(plan, engine, [str(path) for path in made])
    if bills:
        made.append(folder / "round-down.parquet")
        write_round_downs(plan, engine, bills, made[-1])
    return made, bills
