"""Report cost: any measure by any dimensions over all charges that count: own, of orders and imported.

Owns which files a report reads and how a report is put together. Does not own dimensions (`columnar.analysis`).
Rules: ANALYSIS-1 … ANALYSIS-5 (`docs/rules/analysis.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from partita.columnar import analysis as analysis_sql
from partita.columnar.tables import CHARGE, column_list, typed_columns
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.formats.quoting import path_literal
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store.charge import ChargeFile
from partita.store.files import FileRoom
from partita.usecases import focus_orders
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.work import Books, Work


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
    """A cost report; `rows` are sorted by currency and billed cost, and add up to `totals` (ANALYSIS-2).

    `tree_at`: the instant of the tree by which it is cut; None = the tree as it was when the usage happened.
    `left_out`: members that the report does not hold, with the reason (ANALYSIS-5).
    """

    by: tuple[str, ...]
    months: tuple[Month, ...]
    rows: list[CostRow]
    totals: dict[str, CostRow]
    provisional: bool
    tree_at: datetime | None = None
    left_out: dict[str, Refused] = field(default_factory=dict)


def cost_report(
    books: Books,
    by: Sequence[str],
    *,
    months: Sequence[Month] = (),
    only: Sequence[tuple[str, str]] = (),
    tree_now: bool = False,
) -> CostReport | Refused:
    """Report the cost of `months` (all when empty) by dimensions, where each (dimension, value) of `only` holds.

    With `tree_now` by the organisation as it is now instead of as it was (ANALYSIS-4). The report holds what the actor
    may see; an account or payer that is asked for by name is refused when it is not (ANALYSIS-5). Refused in this
    order: UNKNOWN_DIMENSION, NOT_PERMITTED, TIER_LACKS.
    """
    if no := _dimension_at_fault((*by, *(name for name, _ in only))):
        return no
    with books.work() as work:
        seen = _seen(work, only)
        if isinstance(seen, Refused):
            return seen
        files = charge_store.counting(work.tx)
        orders, waiting = focus_orders.loaded(work.tx, months, None)
        beside = {
            "placements": org_store.placements_table(work.tx),
            "seen": org_store.table_of(analysis_sql.SEEN, [(account,) for account in sorted(seen.accounts)]),
        }
        tree_at = work.now if tree_now else None
    wanted = {month.number for month in months}
    chosen = [one for one in files if not wanted or one.month in wanted]
    with books.engine() as engine:
        show_charges(engine, books.room, chosen, beside=focus_orders.laid_out(engine, orders, waiting))
        for name, table in beside.items():
            engine.register(name, table)
        if tree_at is not None:
            engine.execute(f"set variable {analysis_sql.TREE_AT} = ?", [tree_at.astimezone(UTC).replace(tzinfo=None)])
        statement = analysis_sql.cost_sql(
            by, [name for name, _ in only], at_one_instant=tree_now, seen=not seen.everything
        )
        found = engine.execute(statement, [value for _, value in only]).fetchall()
    rows = [_row(values, len(by)) for values in found]
    held = {one.month for one in chosen} | focus_orders.months_of(orders, waiting)
    return CostReport(
        by=tuple(by),
        months=tuple(Month.from_number(number) for number in sorted(held)),
        rows=rows,
        totals=_totals(rows),
        provisional=any(one.stage == "provisional" for one in chosen),
        tree_at=tree_at,
        left_out=seen.left_out,
    )


def _dimension_at_fault(names: Sequence[str]) -> Refused | None:
    for name in names:
        if not analysis_sql.is_dimension(name):
            known = ", ".join((*analysis_sql.DIMENSIONS, "tag:KEY"))
            return refused(Reason.UNKNOWN_DIMENSION, dimension=name, known=known)
    return None


def _seen(work: Work, only: Sequence[tuple[str, str]]) -> Sight | Refused:
    """Return what the actor may see of the costs: of accounts and payers that are asked for by name, else of all."""
    for name, value in only:
        if name in {"account", "payer"}:
            allowed = authorise(work, Action.ANALYSE_COSTS, value)
            if isinstance(allowed, Refused):
                return allowed
    return sight(work, Action.ANALYSE_COSTS)


def show_charges(
    engine: duckdb.DuckDBPyConnection, room: FileRoom, files: Sequence[ChargeFile], *, beside: Sequence[str] = ()
) -> None:
    """Make the view `charges` (tables.CHARGE plus `billing_month`) over charge files of any months and origins.

    `beside`: SELECTs of what stands in no file, such as charges of orders.
    """
    parts = [f"select {column_list(CHARGE)}, billing_month from ({select})" for select in beside]
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
