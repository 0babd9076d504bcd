"""What packages and plans did: every deduction, how much of them was used, how much usage they covered.

Rules: DEDUCT-8, DEDUCT-9 (`docs/rules/deduction.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa

from partita.columnar import analysis as analysis_sql
from partita.columnar import commitment as commitment_sql
from partita.columnar.tables import WEIGHTS
from partita.core.deduction import Commitment, Kind
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import charge as charge_store
from partita.store import commitment as commitment_store
from partita.store import org as org_store
from partita.store.charge import ChargeFile
from partita.usecases.analysis import show_charges
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.work import Books, Work


@dataclass(frozen=True, slots=True)
class DeductRow:
    """One deduction: what a package or plan took of one record. Quantity `_e6`, costs `_e10`; late = a correction."""

    record_id: str
    account_id: str
    payer_id: str
    sku_id: str
    charge_start: datetime
    source_id: str
    quantity_e6: int
    unit: str
    list_cost_e10: int
    effective_cost_e10: int
    currency: str
    region: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class UtilisationRow:
    """How much of a package or plan was used of the windows that are over; base units (`_e6`, of a plan `_e10`).

    `so_far`: what is used of the present window, not over yet. `saved_e10`: list cost covered, less what that cost.
    """

    source_id: str
    kind: Kind
    owner_id: str
    unit: str
    used: int
    unused: int
    used_cost_e10: int
    unused_cost_e10: int
    saved_e10: int
    so_far: int = 0

    @property
    def rate_e4(self) -> int | None:
        """Used ÷ (used + unused) in hundredths of a percent, cut; None = nothing is over yet."""
        return part_of(self.used, self.used + self.unused)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How much usage of a SKU was covered, in quantity (`_e6`) and in what it costs at list price (`_e10`)."""

    payer_id: str
    product_id: str
    sku_id: str
    unit: str
    currency: str
    covered_e6: int
    charged_e6: int
    covered_list_e10: int
    charged_list_e10: int

    @property
    def quantity_rate_e4(self) -> int | None:
        """Covered quantity of all, in hundredths of a percent, cut."""
        return part_of(self.covered_e6, self.covered_e6 + self.charged_e6)

    @property
    def cost_rate_e4(self) -> int | None:
        """Covered list cost of all, in hundredths of a percent, cut."""
        return part_of(self.covered_list_e10, self.covered_list_e10 + self.charged_list_e10)


def part_of(part: int, whole: int) -> int | None:
    """Return a part in hundredths of a percent, cut; None where there is nothing to divide by."""
    return part * 10_000 // whole if whole > 0 else None


Row: TypeAlias = DeductRow | UtilisationRow | CoverageRow


@dataclass(frozen=True, slots=True)
class Reported:
    """Rows of a report, of how many, for which months; whether some are not closed; members left out, with why."""

    rows: tuple[Row, ...]
    count: int
    months: tuple[Month, ...]
    provisional: bool
    left_out: dict[str, Refused] = field(default_factory=dict)


LOG_MOST = 10_000


def deduct_log(
    books: Books, month: Month, *, account_id: str | None = None, commitment_id: str | None = None, limit: int = 100
) -> Reported | Refused:
    """Return the deductions of a month in billing-time order, the first `limit`, and how many there are (DEDUCT-8).

    Of one account, or of one package (with its stretches) or plan, or of all that may be seen. Refused in this order:
    NOT_PERMITTED, TIER_LACKS, NO_DEDUCTIONS.
    """
    with books.work() as work:
        seen = _seen(work, account_id)
        if isinstance(seen, Refused):
            return seen
        files = charge_store.counting(work.tx, month.number)
    if not files:
        return refused(Reason.NO_DEDUCTIONS, month=month)
    with _charges(books, files, seen) as engine:
        given = {"seen_all": seen.everything, "account": account_id, "source": commitment_id}
        ((count, _, _),) = engine.execute(commitment_sql.LOG_SUMS, given).fetchall()
        rows = engine.execute(commitment_sql.LOG, given | {"limit": max(1, min(limit, LOG_MOST))}).fetchall()
    found = tuple(_deduction(row) for row in rows)
    return _reported(found, count, files, seen)


def utilisation(books: Books, months: Sequence[Month] = (), *, account_id: str | None = None) -> Reported | Refused:
    """Return how much of each package and plan was used of its windows that are over in `months` (DEDUCT-9).

    Of what one account owns, or of all that may be seen; all months when none is given. Refused: NOT_PERMITTED,
    TIER_LACKS.
    """
    with books.work() as work:
        seen = _seen(work, account_id)
        if isinstance(seen, Refused):
            return seen
        owned = [one for one in _commitments(work, account_id) if seen.sees(one.owner_id)]
        sources = _sources(work, owned)
        files = _of_months(charge_store.counting(work.tx), months)
    with _charges(books, files, seen) as engine:
        _lay_out(engine, sources, owned)
        rows = engine.execute(commitment_sql.UTILISATION).fetchall()
    found = tuple(_used(row) for row in rows)
    return _reported(found, len(found), files, seen)


def coverage(books: Books, months: Sequence[Month] = (), *, account_id: str | None = None) -> Reported | Refused:
    """Return how much of the usage of SKUs that commitments name was covered, by payer and SKU (DEDUCT-9).

    For one payer, or for all that may be seen. Refused: NOT_PERMITTED, TIER_LACKS.
    """
    with books.work() as work:
        seen = _seen(work, account_id)
        if isinstance(seen, Refused):
            return seen
        files = _of_months(charge_store.counting(work.tx), months)
        named = {
            (one.payer_id, sku)
            for month in sorted({one.month for one in files})
            for of in commitment_store.of_month(work.tx, Month.from_number(month)).values()
            for one in of
            for sku in one.weights
            if account_id in {None, one.payer_id}
        }
    with _charges(books, files, seen) as engine:
        table = org_store.table_of(commitment_sql.COVERED_SKUS, sorted(named))
        engine.register("covered_skus", table)
        rows = engine.execute(commitment_sql.COVERAGE, {"seen_all": seen.everything}).fetchall()
    found = tuple(CoverageRow(*row[:5], *map(int, row[5:])) for row in rows)
    return _reported(found, len(found), files, seen)


def _deduction(row: tuple[Any, ...]) -> DeductRow:
    record, account, payer, sku, start, source, quantity, unit, listed, effective, currency, region, kind = row
    return DeductRow(
        record, account, payer, sku, start.replace(tzinfo=UTC), source, quantity, unit, listed, effective, currency,
        region, late=kind is not None,
    )  # fmt: skip


def _used(row: tuple[Any, ...]) -> UtilisationRow:
    source, kind, owner, unit, *sums = row
    used, unused, used_cost, unused_cost, listed, so_far = map(int, sums)
    return UtilisationRow(
        source, Kind(kind), owner, unit, used, unused, used_cost, unused_cost, listed - used_cost, so_far
    )


def _seen(work: Work, account_id: str | None) -> Sight | Refused:
    if account_id is not None:
        allowed = authorise(work, Action.ANALYSE_COSTS, account_id)
        if isinstance(allowed, Refused):
            return allowed
    return sight(work, Action.ANALYSE_COSTS)


def _commitments(work: Work, account_id: str | None) -> list[Commitment]:
    owners = (
        [account_id]
        if account_id is not None
        else {row.package.owner_id for row in commitment_store.packages_of(work.tx)}
        | {row.plan.owner_id for row in commitment_store.plans_of(work.tx)}
    )
    return commitment_store.known(work.tx, owners)


def _sources(work: Work, owned: Iterable[Commitment]) -> list[tuple[object, ...]]:
    skus = catalog_store.skus_of(work.tx)
    rows: list[tuple[object, ...]] = []
    for one in owned:
        unit = one.currency if one.kind is Kind.PLAN else skus[one.sku_id].unit
        open_at = one.window(work.now).start.replace(tzinfo=None) if work.now in one.valid else None
        rows.append((one.source_id, one.kind.value, one.owner_id, unit, open_at))
    return rows


def _lay_out(engine: duckdb.DuckDBPyConnection, sources: list[tuple[object, ...]], owned: Iterable[Commitment]) -> None:
    tables: dict[str, pa.Table] = {
        "sources": org_store.table_of(commitment_sql.SOURCES, sources),
        "weights": org_store.table_of(
            WEIGHTS, [(one.source_id, *pair) for one in owned for pair in one.weights.items()]
        ),
    }
    for name, table in tables.items():
        engine.register(name, table)


def _of_months(files: Sequence[ChargeFile], months: Sequence[Month]) -> list[ChargeFile]:
    wanted = {month.number for month in months}
    return [one for one in files if not wanted or one.month in wanted]


@contextmanager
def _charges(books: Books, files: Sequence[ChargeFile], seen: Sight) -> Iterator[duckdb.DuckDBPyConnection]:
    with books.engine() as engine:
        show_charges(engine, books.room, files)
        engine.register(
            "seen", org_store.table_of(analysis_sql.SEEN, [(account,) for account in sorted(seen.accounts)])
        )
        yield engine


def _reported(rows: tuple[Row, ...], count: int, files: Sequence[ChargeFile], seen: Sight) -> Reported:
    months = tuple(Month.from_number(number) for number in sorted({one.month for one in files}))
    return Reported(rows, count, months, any(one.stage == "provisional" for one in files), seen.left_out)
