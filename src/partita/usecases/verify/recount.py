"""The recount: every closed month rated anew from raw usage, and no record charged twice (VERIFY-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path

import duckdb

from partita.columnar import bill as bill_sql
from partita.columnar.tables import CHARGE
from partita.core.period import Month
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store.bill import CloseRun
from partita.store.charge import ChargeFile
from partita.store.files import digest_of
from partita.usecases.bucket import side_by_side
from partita.usecases.close.freeze import Plan, plan_of
from partita.usecases.close.steps import engine_of, gather, write_final, write_round_downs
from partita.usecases.rating import show_files
from partita.usecases.verify.equation import (
    Equation,
    Finding,
    attempt,
    counted,
    exact_text,
    reading,
    reraise_shortage,
    trouble,
)
from partita.usecases.verify.months import look, month_text
from partita.usecases.work import Books

_SHOWN = 5
"""How many differing charges of a file are named."""

# All different hashes belong to all different records; a number is counted much faster than three texts.
_HASHES = (
    "select count(*), count(distinct hash(account_id, record_id, usage_month)) from charges where line_kind = 'rated'"
)
_RECORDS = (
    "select sum(n)::BIGINT, count(*) from (select count(*) as n from charges where line_kind = 'rated' "
    "group by account_id, record_id, usage_month)"
)
_TWICE = (
    "select account_id, record_id, usage_month from charges where line_kind = 'rated' "
    f"group by all having count(*) > 1 order by all limit {_SHOWN}"
)

Sums = dict[str, tuple[int, int]]
"""For each currency: how many charges, and their exact sum."""


@dataclass(slots=True)
class _Count:
    """What the recount of a month comes to: the charges on file, those counted anew, and where they differ."""

    on_file: Sums = field(default_factory=dict)
    anew: Sums = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def recounted(books: Books) -> list[Equation]:
    """Rate, correct and round down each closed month again from its usage; every charge must come out the same."""
    with reading(books) as tx:
        under_way = look(tx).under_way
        runs = [run for run in bill_store.runs(tx) if run.month not in under_way]
        files = [one for one in charge_store.every(tx) if one.stage == "final"]
    equations: list[Equation] = []
    for run in runs:
        stored = [one for one in files if one.month == run.month]
        equations += attempt(f"recount {month_text(run.month)}", partial(_recount, books, run, stored))
    return equations


def _recount(books: Books, run: CloseRun, stored: Sequence[ChargeFile]) -> list[Equation]:
    plan = plan_of(books, run)

    def work(bucket: int, connection: duckdb.DuckDBPyConnection) -> tuple[int, _Count]:
        count = _Count()
        of_bucket = {Path(one.path).name: one for one in stored if one.bucket == bucket}
        try:
            _recount_bucket((plan, bucket), connection, of_bucket, count)
        except duckdb.Error as error:
            reraise_shortage(error)
            count.findings.append(trouble(error, Finding(f"bucket {bucket}", f"分桶 {bucket}")))
        return bucket, count

    whole = _Count()
    with engine_of(plan) as engine:
        for _, count in sorted(side_by_side(engine, range(plan.buckets), work), key=itemgetter(0)):
            _add(whole.on_file, count.on_file)
            _add(whole.anew, count.anew)
            whole.findings += count.findings
    return _equations(plan.month, whole)


def _equations(month: Month, count: _Count) -> list[Equation]:
    """Return the equation of the number of charges, which names what differs, and one of the sum of each currency."""
    return [
        counted(
            f"recount {month}",
            f"{month}: charges on file = charges recomputed from usage",
            f"{month}：存档计费行 = 由用量重算的计费行",
            (
                sum(charges for charges, _ in count.on_file.values()),
                sum(charges for charges, _ in count.anew.values()),
            ),
            count.findings,
        ),
        *(
            Equation(
                f"recount {month} {currency}",
                f"{month}: sum of charges on file = sum recomputed from usage",
                f"{month}：存档计费合计 = 由用量重算的合计",
                exact_text(count.on_file.get(currency, (0, 0))[1], currency),
                exact_text(count.anew.get(currency, (0, 0))[1], currency),
            )
            for currency in sorted({*count.on_file, *count.anew})
        ),
    ]


def _recount_bucket(
    place: tuple[Plan, int], engine: duckdb.DuckDBPyConnection, stored: dict[str, ChargeFile], count: _Count
) -> None:
    plan, bucket = place
    with plan.books.room.incoming() as folder:
        made = write_final(plan, bucket, engine, folder)
        bills, _ = gather(plan, engine, [str(path) for path in made])
        if bills:
            made.append(folder / "round-down.parquet")
            write_round_downs(plan, engine, bills, made[-1])
        anew = {f"final-{path.name}": path for path in made}
        for names in _together(stored, anew):
            on_file = [stored[name] for name in names if name in stored]
            counted_anew = [anew[name] for name in names if name in anew]
            _compare((plan, bucket, names[0]), engine, (on_file, counted_anew), count)


def _together(stored: Iterable[str], anew: Iterable[str]) -> list[list[str]]:
    """Return the names of files to compare: one by one, but all parts at once where a close cut them otherwise."""
    names = sorted({*stored, *anew})
    rated = [name for name in names if name.startswith("final-rated")]
    if all((name in stored) == (name in anew) for name in rated):
        return [[name] for name in names]
    return [rated, *([name] for name in names if name not in rated)]


def _compare(
    place: tuple[Plan, int, str],
    engine: duckdb.DuckDBPyConnection,
    files: tuple[list[ChargeFile], list[Path]],
    count: _Count,
) -> None:
    """Compare files of the manifest with the files counted anew; there may be none on either side."""
    (plan, bucket, name), (stored, anew) = place, files
    paths = [plan.books.room.path(one.path) for one in stored]
    kept = [path for path in paths if path.is_file()]
    fresh = _sums(engine, "new_charges", anew)
    _add(count.anew, fresh)
    if kept and [digest_of(path) for path in kept] == [digest_of(path) for path in anew]:
        _add(count.on_file, fresh)
        return
    label = stored[0].path if stored else f"{plan.month}, bucket {bucket}: {name}"
    label_zh = stored[0].path if stored else f"{plan.month}，分桶 {bucket}：{name}"
    if not stored and fresh:
        charges = sum(number for number, _ in fresh.values())
        count.findings.append(
            Finding(
                f"{label}: this file of {charges:,} charges is not in the manifest",
                f"{label_zh}：该文件（{charges:,} 条计费行）不在清单中",
            )
        )
    try:
        _add(count.on_file, _sums(engine, "stored_charges", kept))
        count.findings += _differing(engine, Finding(f"file {label}", f"文件 {label_zh}"))
    except duckdb.Error as error:
        reraise_shortage(error)
        count.findings.append(trouble(error, Finding(f"file {label}", f"文件 {label_zh}")))


def _differing(engine: duckdb.DuckDBPyConnection, file: Finding) -> list[Finding]:
    """Name the first charges that are only on one side, by record and account."""
    findings: list[Finding] = []
    for left, right, english, chinese in (
        ("stored_charges", "new_charges", "is on file but does not follow from the usage", "在文件中，但用量算不出"),
        ("new_charges", "stored_charges", "follows from the usage but is not on file", "由用量算出，但不在文件中"),
    ):
        rows = engine.execute(
            f"select account_id, record_id, billed_cost_e10, currency from ({bill_sql.difference_sql(left, right)}) "
            f"order by account_id, record_id limit {_SHOWN}"
        ).fetchall()
        for account, record, cost, currency in rows:
            amount = exact_text(int(cost), currency)
            findings.append(
                Finding(
                    f"{file.english}: record {record} of {account} ({amount}) {english}",
                    f"{file.chinese}：账号 {account} 的记录 {record}（{amount}）{chinese}",
                )
            )
    return findings


def _sums(engine: duckdb.DuckDBPyConnection, view: str, paths: Sequence[Path]) -> Sums:
    """Show files of charges as a view, an empty one where there are none, and return their sums."""
    show_files(engine, view, CHARGE, [str(path) for path in paths])
    rows = engine.execute(
        f"select currency, count(*), sum(billed_cost_e10)::DECIMAL(38,0) from {view} group by currency"
    )
    return {currency: (charges, int(cost)) for currency, charges, cost in rows.fetchall()}


def _add(to: Sums, more: Sums) -> None:
    for currency, (charges, cost) in more.items():
        before = to.get(currency, (0, 0))
        to[currency] = (before[0] + charges, before[1] + cost)


def no_charge_twice(books: Books) -> list[Equation]:
    """Prove that no usage record is charged twice by the closes. Rows of imports are proved in `files`."""
    with books.work() as work:
        files = [one for one in charge_store.counting(work.tx) if one.stage == "final"]
    with books.engine() as engine:
        show_files(engine, "charges", CHARGE, [str(books.room.path(one.path)) for one in files])
        row = engine.execute(_HASHES).fetchone()
        assert row is not None, "an aggregate without groups gives one row"
        twice = []
        if row[0] != row[1]:  # a record stands twice, or two records share a hash: now look at the records themselves
            row = engine.execute(_RECORDS).fetchone()
            twice = engine.execute(_TWICE).fetchall()
        assert row is not None, "an aggregate without groups gives one row"
    return [
        counted(
            "once",
            "charges = different records charged",
            "计费行 = 不重复的用量记录",
            row,
            [
                Finding(
                    f"record {record} of {account} in {month_text(month)}: charged twice",
                    f"账号 {account} 在 {month_text(month)} 的记录 {record}：重复计费",
                )
                for account, record, month in twice
            ],
        )
    ]
