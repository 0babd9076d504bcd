"""Report cost: any measure by any dimensions over all charges that count, own and imported.

Owns which files a report reads and how a report is put together. Does not own dimensions (`columnar.analysis`).
Rules: ANALYSIS-1 … ANALYSIS-3 (`docs/rules/analysis.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from partita.columnar import analysis as analysis_sql
from partita.columnar.tables import CHARGE, column_list, typed_columns
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.formats.quoting import path_literal
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store.charge import ChargeFile
from partita.store.files import FileRoom
from partita.usecases.work import Books


@dataclass(frozen=True, slots=True)
class CostRow:
    """One row of a report: the value of each dimension (None = not stated) and the four exact sums in `_e10`."""

    keys: tuple[str | None, ...]
    currency: str
    charges: int
    billed_e10: int
    list_e10: int
    contracted_e10: int
    effective_e10: int


@dataclass(frozen=True, slots=True)
class CostReport:
    """A cost report; `rows` are sorted by currency and billed cost, and add up to `totals` (ANALYSIS-2)."""

    by: tuple[str, ...]
    months: tuple[Month, ...]
    rows: list[CostRow]
    totals: dict[str, CostRow]
    provisional: bool


def cost_report(
    books: Books,
    by: Sequence[str],
    *,
    months: Sequence[Month] = (),
    only: Sequence[tuple[str, str]] = (),
) -> CostReport | Refused:
    """Report the cost of `months` (all when empty) by dimensions, where each (dimension, value) of `only` holds."""
    for name in (*by, *(name for name, _ in only)):
        if not analysis_sql.is_dimension(name):
            known = ", ".join((*analysis_sql.DIMENSIONS, "tag:KEY"))
            return refused(Reason.UNKNOWN_DIMENSION, dimension=name, known=known)
    with books.work() as work:
        files = charge_store.counting(work.tx)
        placements = org_store.placements_table(work.tx)
    wanted = {month.number for month in months}
    chosen = [one for one in files if not wanted or one.month in wanted]
    with books.engine() as engine:
        show_charges(engine, books.room, chosen)
        engine.register("placements", placements)
        statement = analysis_sql.cost_sql(by, [name for name, _ in only])
        found = engine.execute(statement, [value for _, value in only]).fetchall()
    rows = [_row(values, len(by)) for values in found]
    seen = tuple(Month.from_number(number) for number in sorted({one.month for one in chosen}))
    return CostReport(tuple(by), seen, rows, _totals(rows), any(one.stage == "provisional" for one in chosen))


def show_charges(engine: duckdb.DuckDBPyConnection, room: FileRoom, files: Sequence[ChargeFile]) -> None:
    """Make the view `charges` (tables.CHARGE plus `billing_month`) over charge files of any months and origins."""
    parts = []
    for month in sorted({one.month for one in files}):
        names = ", ".join(path_literal(room.path(one.path)) for one in files if one.month == month)
        source = f"read_parquet([{names}], union_by_name=true)"
        parts.append(f"select {column_list(CHARGE)}, {month} as billing_month from {source}")
    if parts:
        engine.execute(f"create or replace temp view charges as {' union all '.join(parts)}")
    else:
        engine.execute(f"create temp table charges ({typed_columns(CHARGE)}, billing_month INTEGER)")


def _row(values: tuple, width: int) -> CostRow:  # type: ignore[type-arg]
    currency, charges, *costs = values[width:]
    return CostRow(tuple(values[:width]), currency, charges, *(int(cost) for cost in costs))


def _totals(rows: Sequence[CostRow]) -> dict[str, CostRow]:
    totals: dict[str, CostRow] = {}
    for row in rows:
        before = totals.get(row.currency, CostRow((), row.currency, 0, 0, 0, 0, 0))
        totals[row.currency] = CostRow(
            (),
            row.currency,
            before.charges + row.charges,
            before.billed_e10 + row.billed_e10,
            before.list_e10 + row.list_e10,
            before.contracted_e10 + row.contracted_e10,
            before.effective_e10 + row.effective_e10,
        )
    return totals
