"""The recount: every closed month rated anew from raw usage, and no record charged twice (VERIFY-4)."""

from __future__ import annotations

from pathlib import Path

import duckdb

from partita.columnar import bill as bill_sql
from partita.columnar.tables import CHARGE
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store.charge import ChargeFile
from partita.store.files import digest_of
from partita.usecases.close.freeze import Plan, plan_of
from partita.usecases.close.steps import engine_of, gather, write_final, write_round_downs
from partita.usecases.rating import measure, show_files
from partita.usecases.verify.equation import Equation
from partita.usecases.work import Books

_SHOWN = 5
"""How many differing charges of a file are named."""


def recounted(books: Books) -> list[Equation]:
    """Rate, correct and round down each closed month again from its usage; every charge must come out the same."""
    with books.work() as work:
        closed = bill_store.closed_months(work.tx)
        runs = [run for run in bill_store.runs(work.tx) if run.month in closed]
        files = [one for one in charge_store.every(work.tx) if one.stage == "final"]
    return [_recount(plan_of(books, run), [one for one in files if one.month == run.month]) for run in runs]


def _recount(plan: Plan, stored: list[ChargeFile]) -> Equation:
    month = Month.from_number(plan.run.month)
    findings: list[str] = []
    before = sum(one.costs.billed_cost_e10 for one in stored)
    anew = 0
    with engine_of(plan) as engine:
        for bucket in range(plan.buckets):
            of_bucket = {Path(one.path).name: one for one in stored if one.bucket == bucket}
            try:
                billed, found = _recount_bucket(plan, bucket, engine, of_bucket)
            except duckdb.Error as error:
                billed, found = 0, [f"bucket {bucket}: cannot be recounted: {str(error).splitlines()[0]}"]
            anew += billed
            findings += found
    return Equation(
        f"recount {month}",
        f"{month}: charges on file = charges recomputed from usage",
        f"{month}：存档计费行 = 由用量重算的计费行",
        format_scaled(before, 10, places=2),
        format_scaled(anew, 10, places=2),
        tuple(findings),
    )


def _recount_bucket(
    plan: Plan, bucket: int, engine: duckdb.DuckDBPyConnection, stored: dict[str, ChargeFile]
) -> tuple[int, list[str]]:
    with plan.books.room.incoming() as folder:
        made = write_final(plan, bucket, engine, folder)
        bills, _ = gather(plan, engine, [str(path) for path in made])
        if bills:
            made.append(folder / "round-down.parquet")
            write_round_downs(plan, engine, bills, made[-1])
        billed = measure(engine, [str(path) for path in made])[1].billed_cost_e10
        findings = [
            f"file {stored[name].path}: has no usage that explains it"
            for name in sorted(set(stored) - {f"final-{path.name}" for path in made})
        ]
        for path in made:
            findings += _compare(plan, engine, path, stored.get(f"final-{path.name}"))
    return billed, findings


def _compare(plan: Plan, engine: duckdb.DuckDBPyConnection, anew: Path, stored: ChargeFile | None) -> list[str]:
    if stored is None:
        return [] if measure(engine, [str(anew)])[0] == 0 else [f"{anew.name}: its charges are not on file"]
    kept = plan.books.room.path(stored.path)
    if kept.exists() and digest_of(anew) == digest_of(kept):
        return []
    show_files(engine, "stored_charges", CHARGE, [str(kept)])
    show_files(engine, "new_charges", CHARGE, [str(anew)])
    findings = []
    for left, right, what in (
        ("stored_charges", "new_charges", "is on file but does not follow from the usage"),
        ("new_charges", "stored_charges", "follows from the usage but is not on file"),
    ):
        columns = "account_id, record_id, printf('%s', billed_cost_e10)"
        rows = engine.execute(f"select {columns} from ({bill_sql.difference_sql(left, right)}) limit {_SHOWN}")
        findings += [
            f"file {stored.path}: record {record} of {account} ({format_scaled(int(cost), 10)}) {what}"
            for account, record, cost in rows.fetchall()
        ]
    return findings


def no_charge_twice(books: Books) -> list[Equation]:
    """Prove that no usage record is charged twice, and no row of an import stands twice."""
    with books.work() as work:
        files = [one for one in charge_store.counting(work.tx) if one.stage != "provisional"]
    engine = books.engine()
    try:
        rated = [str(books.room.path(one.path)) for one in files if one.stage == "final"]
        show_files(engine, "charges", CHARGE, rated)
        row = engine.execute(
            "select coalesce(sum(n), 0)::BIGINT, count(*) from (select count(*) as n from charges "
            "where line_kind = 'rated' group by account_id, record_id, usage_month)"
        ).fetchone()
        twice = engine.execute(
            "select account_id, record_id, usage_month from charges where line_kind = 'rated' "
            f"group by all having count(*) > 1 order by all limit {_SHOWN}"
        ).fetchall()
    finally:
        engine.close()
    assert row is not None, "an aggregate without groups gives one row"
    return [
        Equation(
            "once",
            "charges = different records charged",
            "计费行 = 不重复的用量记录",
            f"{row[0]:,}",
            f"{row[1]:,}",
            tuple(f"record {record} of {account} in {month}: charged twice" for account, record, month in twice),
        )
    ]
