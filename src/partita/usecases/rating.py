"""Rate a month: price all its usage into provisional charges, so that everybody sees the running figures.

Owns how the tables and the usage of a bucket come together in the bulk engine; `close_month` and `verify` price through
the same functions, so there is one way to a price. Does not own the prices' meaning (`core.rating`,
`columnar.rating`). Rules: RATE-5, CHARGE-3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar import bill as bill_sql
from partita.columnar import rating as rating_sql
from partita.columnar.tables import CHARGE, USAGE
from partita.core.charge import OWN, Costs
from partita.core.period import DEFAULT_ZONE, Month, in_zone
from partita.core.quantity import format_quantity
from partita.core.refusal import Reason, Refused, refused
from partita.formats.quoting import literal, path_literal
from partita.store import catalog as catalog_store
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.store.charge import ChargeFile
from partita.store.db import Transaction
from partita.store.files import FileRoom, digest_of
from partita.store.usage import UsageFile
from partita.usecases import deduction
from partita.usecases.bucket import side_by_side
from partita.usecases.deduction import Deducting
from partita.usecases.permission import operator_only
from partita.usecases.spend import exact
from partita.usecases.work import Books

Advance = Callable[[int, int, str], None]


def no_progress(done: int, total: int, note: str = "") -> None:
    """Report nothing: what a caller without a screen passes."""


@dataclass(frozen=True, slots=True)
class RatingTables:
    """What rating looks up: schemas `SKUS`, `PRICES`, `DISCOUNTS`, `ACCOUNTS` of `columnar.tables`, and the models."""

    skus: pa.Table
    prices: pa.Table
    discounts: pa.Table
    accounts: pa.Table
    models: frozenset[str]


@dataclass(frozen=True, slots=True)
class PayerTotal:
    """The running figures of one payer: exact sums in `_e10`."""

    payer_id: str
    currency: str
    charges: int
    list_cost_e10: int
    billed_cost_e10: int


@dataclass(frozen=True, slots=True)
class Rated:
    """The outcome of `rate`: how many records, and what each payer would owe by now."""

    month: Month
    records: int
    payers: list[PayerTotal]
    changed: bool


def load_tables(tx: Transaction, accounts: Collection[str] | None = None) -> RatingTables:
    """Load what rating looks up, as it stands in this transaction; for all accounts or only for some."""
    prices = catalog_store.prices_table(tx)
    return RatingTables(
        skus=catalog_store.skus_table(tx),
        prices=prices,
        discounts=catalog_store.discounts_table(tx),
        accounts=org_store.accounts_table(tx, accounts),
        models=frozenset(prices.column("model").unique().to_pylist()),
    )


def lay_out(engine: duckdb.DuckDBPyConnection, tables: RatingTables) -> None:
    """Create the look-up tables in the bulk engine, for all its connections."""
    for name in ("skus", "prices", "discounts", "accounts"):
        engine.register("arriving", getattr(tables, name))
        engine.execute(f"create or replace table {name} as from arriving")
        engine.unregister("arriving")
    for column, owners in _REPEATED.items():
        _enumerate(engine, column, owners)


_REPEATED = {
    "product_id": ("skus",),
    "unit": ("skus",),
    "price_id": ("prices",),
    "currency": ("accounts", "prices"),
}
"""Columns of the look-up tables that charges repeat from line to line."""

_ENUMERATED_MOST = 5_000
"""Of more values a number saves less, and making their list takes its own time."""


def _enumerate(engine: duckdb.DuckDBPyConnection, column: str, owners: Sequence[str]) -> None:
    """Keep a column as numbers into the list of its values: it is joined and sorted faster."""
    values = " union ".join(f"select {column} from {owner} where {column} is not null" for owner in owners)
    row = engine.execute(f"select count(*) from ({values})").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    if not 0 < row[0] <= _ENUMERATED_MOST:
        return
    engine.execute(f"create or replace type {column}_enumerated as enum (select * from ({values}) order by all)")
    for owner in owners:
        engine.execute(f"alter table {owner} alter column {column} set data type {column}_enumerated")


def show_usage(engine: duckdb.DuckDBPyConnection, room: FileRoom, files: Sequence[UsageFile]) -> None:
    """Make the view `usage` over the given files."""
    show_files(engine, "usage", USAGE, [str(path) for path in paths_of(room, files)])


def paths_of(room: FileRoom, files: Sequence[UsageFile]) -> list[Path]:
    """Return where files of usage lie."""
    return [room.path(one.path) for one in files]


def show_files(engine: duckdb.DuckDBPyConnection, view: str, schema: dict[str, str], paths: Sequence[str]) -> None:
    """Make a view over Parquet files with that schema; an empty one where there are none."""
    if not paths:
        nothing = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in schema.items())
        engine.execute(f"create or replace temp view {view} as select {nothing} where false")
        return
    names = ", ".join(path_literal(Path(path)) for path in paths)
    columns = ", ".join(f'"{name}"' for name in schema)
    source = f"read_parquet([{names}], union_by_name=true)"
    engine.execute(f"create or replace temp view {view} as select {columns} from {source}")


def _zone_of(engine: duckdb.DuckDBPyConnection, sku: str, start: datetime) -> str:
    """Return the zone of an account with usage of a SKU that starts at an instant; of several the first by name."""
    found = engine.execute(
        "select min(zone) from usage join accounts using (account_id) where sku_id = ? and usage_start = ?",
        [sku, start],
    ).fetchall()
    return next((str(zone) for (zone,) in found if zone), DEFAULT_ZONE)


def unrateable(engine: duckdb.DuckDBPyConnection) -> Refused | None:
    """Refuse when the usage in view has records without a price in force, or with a cost that no line can hold."""
    unpriced = engine.execute(rating_sql.unpriced_sql()).fetchall()
    if unpriced:
        sku, currency, first, records = unpriced[0]
        on = in_zone(first.replace(tzinfo=UTC), _zone_of(engine, sku, first))
        return refused(Reason.NO_PRICE_IN_FORCE, sku=sku, currency=currency, on=on, records=records)
    return too_large(engine)


def too_large(engine: duckdb.DuckDBPyConnection) -> Refused | None:
    """Refuse when the usage in view has a record with a cost that no line can hold: AMOUNT_TOO_LARGE."""
    found = engine.execute(rating_sql.too_large_sql()).fetchall()
    if not found:
        return None
    account, record, sku, currency, quantity_e6 = found[0]
    return refused(
        Reason.AMOUNT_TOO_LARGE,
        account=account,
        record=record,
        sku=sku,
        currency=currency,
        quantity=format_quantity(quantity_e6),
    )


_SAME = (("origin", OWN), ("category", "Usage"), ("class", "Correction"), ("line_kind", "rated"))
_WRITTEN = ", ".join(
    [
        *(f"cast({column} as enum({literal(value)})) as {column}" for column, value in _SAME),
        *(f"cast({column} as varchar) as {column}" for column in _REPEATED),
    ]
)
"""How columns are written. What all rated charges say alike goes as numbers into a list of one value, which costs
nothing. Longer lists become text again: the engine writes more of their values than stand in a file, and not the same
ones in every run."""

PART_LINES = 9 * 122_880
"""A bucket with more lines is priced in parts, each into a file of its own: sorting one fits in little memory."""


def charges_select(month: int, models: frozenset[str]) -> str:
    """Return the SELECT of the charges of `usage`: `columnar.rating.charges_sql`, ready to be written."""
    return f"select * replace ({_WRITTEN}) from ({rating_sql.charges_sql(month, models)})"


def write_charges(
    engine: duckdb.DuckDBPyConnection,
    month: int,
    models: frozenset[str],
    usage: Sequence[Path],
    target: Path,
    *,
    meets: Deducting | None = None,
) -> tuple[list[Path], int]:
    """Price files of usage into files of charges; return them, and how many charges: one for each record (RATE-1).

    Several files are first merged into one in their order, so that the charges are the same however the usage came.
    The first file of charges is `target`; those that follow have a number. What usage `meets` is taken off it first,
    and the charges that cover it stand in files of their own; without usage there are only those (DEDUCT-1).
    """
    if not usage:
        assert meets is not None, "there is something to price"
        deduction.nothing_measured(engine)
        deduction.take_off(engine, Month.from_number(month), meets)
        return _write_deductions(engine, month, meets, target), 0
    merged = target.with_name(f"merged-{target.name}")
    if len(usage) > 1:
        show_files(engine, "usage", USAGE, [str(path) for path in usage])
        write(engine, f"from usage order by {rating_sql.USAGE_ORDER}", merged)
    source = path_literal(merged if len(usage) > 1 else usage[0])
    columns = ", ".join(f'"{name}"' for name in USAGE)
    engine.execute(
        f"create or replace temp view {'usage' if meets is None else 'measured'} as "
        f"select {columns}, file_row_number as place from read_parquet({source}, file_row_number=true)"
    )
    if meets is not None:
        deduction.take_off(engine, Month.from_number(month), meets)
    row = engine.execute("select count(*) from usage").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    if row[0] <= PART_LINES:
        made, written = [target], write(engine, charges_select(month, models), target)
    else:
        starts = range(0, int(row[0]), PART_LINES)
        made, written = _write_parts(engine, month, models, starts, target)
    if meets is not None:
        made += _write_deductions(engine, month, meets, target)
    merged.unlink(missing_ok=True)
    return made, written


def _write_deductions(engine: duckdb.DuckDBPyConnection, month: int, meets: Deducting, target: Path) -> list[Path]:
    """Write the charges that deduction adds, beside `target`, each kind into a file; return those that have rows."""
    made: list[Path] = []
    for name, select in deduction.statements(Month.from_number(month), meets).items():
        path = target.with_name(f"{name}-{month}.parquet")
        if write(engine, select, path):
            made.append(path)
        else:
            path.unlink()
    return made


def _write_parts(
    engine: duckdb.DuckDBPyConnection, month: int, models: frozenset[str], starts: range, target: Path
) -> tuple[list[Path], int]:
    """Price part after part of the usage in view, with what must be known of all of it made before."""
    first = rating_sql.first_sql(models)
    for name, select in first.items():
        engine.execute(f"create or replace temp table {name} as {select}")
    select = f"select * replace ({_WRITTEN}) from ({rating_sql.part_sql(month, models)})"
    made: list[Path] = []
    written = 0
    for number, start in enumerate(starts, 1):
        of_part = f"where place >= {start} and place < {start + starts.step}"
        engine.execute(f"create or replace temp view part as select * from usage {of_part}")
        if "reach" in first:
            engine.execute(f"create or replace temp view part_reach as select * from reach {of_part}")
        made.append(target if number == 1 else target.with_stem(f"{target.stem}-{number:04d}"))
        written += write(engine, select, made[-1])
    for name in first:
        engine.execute(f"drop table {name}")
    return made, written


def write(engine: duckdb.DuckDBPyConnection, select: str, target: Path) -> int:
    """Write a selection to a Parquet file, in the order that the selection gives; return how many rows."""
    # Looking for repeats among values that are all different costs a fifth of the writing: give up early.
    done = engine.execute(
        f"copy ({select}) to {literal(target)} "
        "(format parquet, compression zstd, compression_level 1, dictionary_size_limit 5000)"
    )
    row = done.fetchone()
    assert row is not None, "a copy says how much it wrote"
    return int(row[0])


def measure(engine: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> tuple[int, Costs]:
    """Return the record count and the exact sums of files of charges."""
    show_files(engine, "charges", CHARGE, paths)
    row = engine.execute(bill_sql.TOTALS).fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0]), Costs(*(int(cost) for cost in row[1:]))


def rate_month(
    books: Books, month: Month, *, dry_run: bool = False, progress: Advance = no_progress
) -> Rated | Refused:
    """Price all usage of an open month into provisional charges (RATE-5).

    Running it again without new usage or prices changes nothing. A closed month is refused: its late usage becomes
    corrections at the next close. Refused: NOT_PERMITTED (to all but the operator), MONTH_CLOSED, NO_PRICE_IN_FORCE.
    """
    if no := operator_only(books):
        return no
    with books.work() as work:
        if month.number <= usage_store.frozen_through(work.tx):
            return refused(Reason.MONTH_CLOSED, month=month)
        tables = load_tables(work.tx)
        buckets = org_store.bucket_count(work.tx)
        files = usage_store.files(work.tx, month=month.number)
        met = deduction.open_month(work.tx, month, work.now)
    totals: list[PayerTotal] = []
    records, changed = 0, False
    engine = books.engine()
    try:
        lay_out(engine, tables)
        show_usage(engine, books.room, files)
        if (no := unrateable(engine)) is not None:
            return no

        def rate(bucket: int, connection: duckdb.DuckDBPyConnection) -> tuple[int, list[PayerTotal], bool]:
            of_bucket = [one for one in files if one.bucket == bucket]
            source = (tables, of_bucket, met.get(bucket))
            return _rate_bucket(books, connection, (month, bucket), source, dry_run=dry_run)

        progress(0, buckets, str(month))
        for done, (count, payers, new) in enumerate(side_by_side(engine, range(buckets), rate), 1):
            progress(done, buckets, str(month))
            records, changed = records + count, changed or new
            totals += payers
    finally:
        engine.close()
    return Rated(month, records, sorted(totals, key=lambda one: (one.payer_id, one.currency)), changed)


def _rate_bucket(
    books: Books,
    engine: duckdb.DuckDBPyConnection,
    place: tuple[Month, int],
    source: tuple[RatingTables, list[UsageFile], Deducting | None],
    *,
    dry_run: bool,
) -> tuple[int, list[PayerTotal], bool]:
    (month, bucket), (tables, files, meets) = place, source
    if not files and not meets:
        return 0, [], False
    with books.room.incoming() as folder:
        target, paths = folder / "charges.parquet", paths_of(books.room, files)
        made, records = write_charges(engine, month.number, tables.models, paths, target, meets=meets)
        taken = deduction.running(engine) if meets else []
        sums = [measure(engine, [str(path)]) for path in made]
        show_files(engine, "charges", CHARGE, [str(path) for path in made])
        payers = _payer_totals(engine)
        show_usage(engine, books.room, files)
        sequence = files[-1].sequence if files else 0
        spend = exact.counted(engine, (month, bucket), sequence, taken)
        new = not dry_run and _name_provisional(books, (month, bucket), made, sums)
    if not dry_run:
        exact.recount(books, spend)
    return records, payers, new


def _name_provisional(
    books: Books, place: tuple[Month, int], made: Sequence[Path], sums: Sequence[tuple[int, Costs]]
) -> bool:
    """Name the files as the next generation, unless they are those that count already or the month is final."""
    month, bucket = place
    digests = [digest_of(path) for path in made]
    with books.work() as work:
        # Two processes that rate the same month name their generations one after the other.
        usage_store.lock_intake(work.tx)
        counting = [one for one in charge_store.counting(work.tx, month.number) if one.bucket == bucket]
        own = [one for one in counting if one.origin == OWN]
        if any(one.stage == "final" for one in own) or {one.digest for one in own} == set(digests):
            return False
        generation = max((one.generation for one in own), default=0) + 1
        named: list[ChargeFile] = []
        for source, digest, of_file in zip(made, digests, sums, strict=True):
            path = f"charges/{OWN}/{month}/{bucket:04d}/rate-{generation:06d}-{digest.hex()[:12]}.parquet"
            books.room.keep(source, path)
            named.append(ChargeFile("provisional", OWN, month.number, bucket, generation, None, path, *of_file, digest))
        charge_store.record(work.tx, named, recorded_at=work.now)
    return True


def _payer_totals(engine: duckdb.DuckDBPyConnection) -> list[PayerTotal]:
    rows = engine.execute(
        "select payer_id, currency, count(*), sum(list_cost_e10)::DECIMAL(38,0), sum(billed_cost_e10)::DECIMAL(38,0) "
        "from charges group by all order by all"
    )
    return [PayerTotal(*row[:3], *(int(cost) for cost in row[3:])) for row in rows.fetchall()]
