"""Try prices: what would a month's usage have cost with them, whom, to the last decimal.

The usage that is stored is priced twice by the statement that prices whole months, once by the book, once by the prices
that are tried; only usage of their SKUs is read. Nothing is saved. Rules: CATALOG-9 (`docs/rules/catalog.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar import catalog as sql
from partita.columnar import rating as rating_sql
from partita.columnar.tables import USAGE, column_list
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.store.usage import UsageFile
from partita.usecases.bucket import side_by_side
from partita.usecases.catalog.examine import desk, examine
from partita.usecases.rating import load_tables, show_usage, too_large
from partita.usecases.work import Books, Work

DIMENSIONS = {"payer": "payer_id", "account": "account_id", "product": "product_id", "sku": "sku_id"}
"""What the answer may be grouped by."""


@dataclass(frozen=True, slots=True)
class TriedRow:
    """What usage of some payer, account … cost, and would have cost: exact sums in `_e10`, and how many records.

    `names` are those of the dimensions asked for. `contracted` is what counts towards the bill, after discounts.
    """

    names: tuple[str, ...]
    currency: str
    records: int
    list_before_e10: int
    list_after_e10: int
    contracted_before_e10: int
    contracted_after_e10: int

    @property
    def difference_e10(self) -> int:
        """What it would have cost more; below zero: less."""
        return self.contracted_after_e10 - self.contracted_before_e10


@dataclass(frozen=True, slots=True)
class Tried:
    """What the prices of a folder would have cost in a month: rows that changed, those that pay most more first.

    `prices`: how many prices were tried, those that count at `at`. `records`: how many records they price; `unpriced`:
    how many of these have no price in the books.
    """

    month: Month
    at: datetime
    by: tuple[str, ...]
    prices: int
    records: int
    unpriced: int
    rows: tuple[TriedRow, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is asked: a month (None = the last one), the instant whose prices are tried (None = when all count)."""

    month: Month | None = None
    at: datetime | None = None
    by: tuple[str, ...] = ("payer", "account")


def try_prices(books: Books, folder: Path, trial: Trial) -> Tried | Refused:
    """Say what the new usage prices of a folder would have cost in a month, and whom (CATALOG-9); nothing is saved.

    Refused in this order: what `examine` says, NOTHING_TO_TRY, NO_USAGE_TO_TRY, AMOUNT_TOO_LARGE.
    """
    with desk(books) as engine:
        with books.work() as work:
            found = examine(work, engine, folder)
            if isinstance(found, Refused):
                return found
            month = trial.month or Month.of(work.now, found.zone).previous()
            at = trial.at or _last_start(engine)
            if at is None or not _lay_out(work, engine, at):
                return refused(Reason.NOTHING_TO_TRY, path=folder, at=(at or work.now).isoformat())
            files = usage_store.files(work.tx, month=month.number)
            buckets = org_store.bucket_count(work.tx)
        if not files:
            return refused(Reason.NO_USAGE_TO_TRY, month=month)

        def priced(bucket: int, connection: duckdb.DuckDBPyConnection) -> pa.Table | Refused:
            of_bucket = [one for one in files if one.bucket == bucket]
            return _price(books, connection, month, of_bucket)

        costs: list[pa.Table] = []
        for one in side_by_side(engine, range(buckets), priced):
            if isinstance(one, Refused):
                return one
            costs.append(one)
        with engine.cursor() as adding:
            adding.register("cost", pa.concat_tables(costs))
            return _answer(adding, trial.by, Tried(month, at, trial.by, _count(adding, "tried"), 0, 0, ()))


def _last_start(engine: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return when the last of the new prices starts: then all of them count."""
    ((last,),) = engine.execute("select max(effective_from) from new_price").fetchall()
    return last.replace(tzinfo=UTC) if last else None


def _lay_out(work: Work, engine: duckdb.DuckDBPyConnection, at: datetime) -> bool:
    """Lay out for all connections what both ways of pricing look up; say whether there is anything to try."""
    engine.execute(sql.TRIED, {"at": at.astimezone(UTC).replace(tzinfo=None)})
    tables = load_tables(work.tx)
    for name, table in (
        ("all_prices", tables.prices),
        ("skus", tables.skus),
        ("discounts", tables.discounts),
        ("accounts", tables.accounts),
    ):
        engine.register("arriving", table)
        engine.execute(f"create or replace table {name} as from arriving")
        engine.unregister("arriving")
    lay_prices(engine)
    return _count(engine, "tried") > 0


def lay_prices(engine: duckdb.DuckDBPyConnection) -> None:
    """Make `prices_before` and `prices_after` out of `tried` and `all_prices`."""
    engine.execute(f"create or replace table prices_before as {sql.TRIED_BEFORE}")
    engine.execute(f"create or replace table prices_after as {sql.TRIED_PRICES}")


def _price(
    books: Books, engine: duckdb.DuckDBPyConnection, month: Month, files: Sequence[UsageFile]
) -> pa.Table | Refused:
    show_usage(engine, books.room, files)
    return costs_of(engine, month)


def costs_of(engine: duckdb.DuckDBPyConnection, month: Month) -> pa.Table | Refused:
    """Price the usage in view both ways; return what each account's use of each SKU comes to (`sql.COSTS_COMPARED`).

    The engine holds `tried`, `prices_before`, `prices_after`, `skus`, `discounts`, `accounts`. Refused:
    AMOUNT_TOO_LARGE.
    """
    columns = column_list(USAGE)
    of_tried = f"(select {columns} from usage where sku_id in (select sku_id from tried))"
    engine.execute(f"create or replace temp table picked as {rating_sql.placed_sql(of_tried)}")
    engine.execute("create or replace temp view usage as from picked")
    for way in ("before", "after"):
        engine.execute(f"create or replace temp view prices as from prices_{way}")
        if (no := too_large(engine)) is not None:
            return no
        models = frozenset(row[0] for row in engine.execute("select distinct model from prices").fetchall())
        charges = rating_sql.charges_sql(month.number, models)
        engine.execute(f"create or replace temp table cost_{way} as {sql.cost_sql(charges)}")
    return engine.sql(sql.COSTS_COMPARED).to_arrow_table()


def _answer(engine: duckdb.DuckDBPyConnection, by: Sequence[str], tried: Tried) -> Tried:
    """Add what the buckets came to up to the dimensions asked for; what did not change is left out."""
    names = ", ".join(DIMENSIONS[name] for name in by)
    sums = ", ".join(f"sum({name})::DECIMAL(38, 0)" for name in _SUMS)
    rows = engine.execute(
        f"select {names}, currency, sum(records)::BIGINT, {sums} from cost group by {names}, currency "
        "having sum(contracted_after) <> sum(contracted_before) or sum(list_after) <> sum(list_before) "
        f"order by sum(contracted_after) - sum(contracted_before) desc, {names}, currency"
    ).fetchall()
    (totals,) = engine.execute(
        "select coalesce(sum(records), 0)::BIGINT, coalesce(sum(records - records_before), 0)::BIGINT from cost"
    ).fetchall()
    width = len(by)
    found = tuple(TriedRow(tuple(row[:width]), row[width], row[width + 1], *map(int, row[width + 2 :])) for row in rows)
    return replace(tried, records=totals[0], unpriced=totals[1], rows=found)


_SUMS = ("list_before", "list_after", "contracted_before", "contracted_after")


def _count(engine: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = engine.execute(f"select count(*) from {table}").fetchall()
    return int(count)
