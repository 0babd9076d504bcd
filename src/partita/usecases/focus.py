"""Export charges as a FOCUS 1.2 dataset, and check a dataset against the official rules.

Owns which charges go out, what stands beside them, and the proof that the file holds the same money as the books. Does
not own the columns (`formats.focus_export`) or the rules (`formats.focus_rules`). Rules: FOCUS-1, FOCUS-6, FOCUS-7.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar.analysis import SEEN
from partita.core.bill import bill_id
from partita.core.charge import OWN
from partita.core.money import AMOUNT_SCALE, format_scaled, parse_scaled
from partita.core.period import DEFAULT_ZONE, Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.formats import focus_export, focus_rules
from partita.formats.focus_rules import ModelUnreadable, Reading, RowsUnreadable, RuleModel, RuleReport
from partita.formats.focus_units import focus_unit
from partita.formats.quoting import literal
from partita.formats.regular_file import refuse_path
from partita.store import catalog as catalog_store
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store.charge import ChargeFile
from partita.store.db import Transaction
from partita.usecases import focus_orders
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.work import Books, Work

ISSUER = "partita"
"""Who issues our bills, where nobody says otherwise."""

Sums = dict[str, tuple[int, int]]
"""Currency → rows and the exact billed cost in `_e10`."""

_CHARGES_SUMS = "SELECT currency, count(*), CAST(sum(billed_cost_e10) AS DECIMAL(38,0)) FROM charges GROUP BY currency"
_EXPORTED_SUMS = "SELECT BillingCurrency, count(*), sum(CAST(BilledCost AS DECIMAL(38,10))) FROM"

_FORMATS = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER true"}


class Only(Enum):
    """Which charges an export holds."""

    ALL = "all"
    OWN = "own"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Equation:
    """The billed cost of one currency in `_e10`: as the charges have it, and as the written file has it (FOCUS-6)."""

    currency: str
    charges: int
    charges_billed_e10: int
    exported: int
    exported_billed_e10: int

    @property
    def holds(self) -> bool:
        """Say whether rows and money are the same on both sides."""
        return (self.charges, self.charges_billed_e10) == (self.exported, self.exported_billed_e10)


@dataclass(frozen=True, slots=True)
class FocusExported:
    """A written dataset; `provisional` when a month in it is not closed. A dry run has no `exported` side."""

    target: Path
    months: tuple[Month, ...]
    rows: int
    columns: int
    equations: tuple[Equation, ...]
    provisional: bool
    dry_run: bool
    left_out: dict[str, Refused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the books hold beside the charges."""

    accounts: pa.Table
    placements: pa.Table
    products: pa.Table
    sku_names: pa.Table
    prices: pa.Table


@dataclass(frozen=True, slots=True)
class What:
    """Which charges an export holds, of one payer or of all that the actor may see, and who issues our bills."""

    only: Only = Only.ALL
    payer_id: str | None = None
    issuer: str = ISSUER


EVERYTHING = What()


def export_focus(
    books: Books, months: Sequence[Month], target: Path, *, what: What = EVERYTHING, dry_run: bool = False
) -> FocusExported | Refused:
    """Write the charges of `months` (all when empty) as FOCUS 1.2 to a `.parquet` or `.csv` file.

    Charges of usage and imports, of orders, and adjustments that no bill has taken up yet (FOCUS-12); of one payer, or
    of all that the actor may see.

    The file appears when it is complete and its billed cost equals the charges' and the manifest's, by currency; one of
    the same name is replaced. Doing it again gives the same rows; their order is not fixed, for they stream. It holds
    what the actor may see, `left_out` names the members that it lacks (PERM-6). Refused in this order:
    UNKNOWN_FILE_KIND, NOT_PERMITTED, TIER_LACKS, NO_CHARGES, CANNOT_WRITE, EXPORT_DIFFERS.
    """
    if target.suffix.lower() not in _FORMATS:
        return refused(Reason.UNKNOWN_FILE_KIND, path=target, known=" / ".join(_FORMATS))
    with books.work() as work:
        seen = _sight(work, what.payer_id)
        if isinstance(seen, Refused):
            return seen
        files = _chosen(charge_store.counting(work.tx), months, what.only)
        own = what.only is not Only.IMPORTED
        orders, waiting = focus_orders.loaded(work.tx, months, what.payer_id) if own else ([], [])
        beside = _beside(work.tx)
    if not files and not orders and not waiting:
        return refused(Reason.NO_CHARGES, months=" ".join(str(month) for month in months) or "—")
    with books.engine() as engine:
        beside_files = focus_orders.laid_out(engine, orders, waiting)
        paths = {one: str(books.room.path(one.path)) for one in files}
        show_charges(engine, files=paths, seen=seen, beside=beside_files, payer_id=what.payer_id)
        before = _sums(engine.execute(_CHARGES_SUMS).fetchall(), 0)
        manifest = _known(files) + focus_orders.billed(orders, waiting) if seen.everything else _total(before)
        after = dict.fromkeys(before, (0, 0))
        if not dry_run:
            _put_beside(engine, beside, issuer=what.issuer)
            written = _write(engine, target, before, manifest)
            if isinstance(written, Refused):
                return written
            after = written
    equations = tuple(Equation(currency, *before[currency], *after[currency]) for currency in sorted(before))
    numbers = {one.month for one in files} | focus_orders.months_of(orders, waiting)
    return FocusExported(
        target=target,
        months=tuple(Month.from_number(number) for number in sorted(numbers)),
        rows=sum(one.charges for one in equations),
        columns=len(focus_export.COLUMNS),
        equations=equations,
        provisional=bool(waiting) or any(one.stage == "provisional" for one in files),
        dry_run=dry_run,
        left_out=seen.left_out,
    )


def _known(files: Iterable[ChargeFile]) -> int:
    """Return what the manifest says of the billed cost of files, in `_e10`."""
    return sum(one.costs.billed_cost_e10 for one in files)


def check_focus(
    path: Path,
    rules: Path,
    *,
    criteria: str = "ALL",
    currencies: Path | None = None,
    reading: Reading | None = None,
    memory: str = "2GB",
) -> RuleReport | Refused:
    """Check a Parquet or CSV file against the rule model at `rules`; `criteria` is ALL, none, or names with commas.

    `currencies` is a CSV of ISO 4217 codes; without it any three capitals are a currency. `memory` limits the
    bulk engine. Nothing is written.
    """
    for needed in (path, rules, currencies):
        if needed is not None and (no := refuse_path(needed)):
            return no
    try:
        model = focus_rules.read_model(rules)
    except ModelUnreadable as error:
        return refused(Reason.FILE_UNREADABLE, format="FOCUS rule model (JSON)", detail=f"{rules}: {error}")
    try:
        codes = focus_rules.read_currencies(currencies) if currencies else frozenset()
    except ModelUnreadable as error:
        return refused(Reason.FILE_UNREADABLE, format="currency codes (CSV)", detail=f"{currencies}: {error}")
    wanted = _criteria(criteria, model)
    if isinstance(wanted, Refused):
        return wanted
    try:
        return focus_rules.check_file(path, model, criteria=wanted, currencies=codes, reading=reading, memory=memory)
    except RowsUnreadable as error:
        return refused(Reason.FILE_UNREADABLE, format="Parquet / CSV", detail=f"{path}: {error}")


def _sight(work: Work, payer_id: str | None) -> Sight | Refused:
    if payer_id is None:
        return sight(work, Action.EXPORT_CHARGES)
    allowed = authorise(work, Action.EXPORT_CHARGES, payer_id)
    return allowed if isinstance(allowed, Refused) else Sight.of(payer_id)


def show_charges(
    engine: duckdb.DuckDBPyConnection,
    *,
    files: dict[ChargeFile, str],
    seen: Sight,
    beside: Sequence[str] = (),
    payer_id: str | None = None,
) -> None:
    """Make the view `charges` over charge files, own and imported, each with its billing month: what may be seen."""
    by_month: dict[int, list[str]] = {}
    for one, path in files.items():
        by_month.setdefault(one.month, []).append(path)
    engine.register("seen", org_store.table_of(SEEN, [(account,) for account in sorted(seen.accounts)]))
    engine.execute(focus_export.charges_sql(by_month, seen=not seen.everything, beside=beside, payer=payer_id))


def _chosen(files: Iterable[ChargeFile], months: Sequence[Month], only: Only) -> list[ChargeFile]:
    wanted = {month.number for month in months}
    return [
        one
        for one in files
        if (not wanted or one.month in wanted) and (only is Only.ALL or (one.origin == OWN) == (only is Only.OWN))
    ]


def _beside(tx: Transaction) -> _Beside:
    return _Beside(
        accounts=org_store.accounts_table(tx),
        placements=org_store.placements_table(tx),
        products=catalog_store.products_table(tx),
        sku_names=catalog_store.sku_names_table(tx),
        prices=catalog_store.prices_table(tx),
    )


def _put_beside(engine: duckdb.DuckDBPyConnection, beside: _Beside, *, issuer: str) -> None:
    """Put every table that the export looks things up in beside `charges`."""
    engine.register("accounts", beside.accounts)
    engine.register("placements", beside.placements)
    engine.register("products", beside.products)
    engine.register("sku_names", beside.sku_names)
    engine.execute("SET VARIABLE issuer = ?", [issuer])
    # Charges stream past the lookups, whatever their number: an optimizer that swaps the sides of a join would hold
    # them in memory instead.
    engine.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    engine.execute(
        "CREATE TEMP TABLE account_names AS "
        "SELECT account_id, arg_max(account_name, from_at) AS account_name FROM placements GROUP BY account_id"
    )
    engine.execute("CREATE TEMP TABLE account_zones AS SELECT account_id, zone FROM accounts")
    _lookup(engine, "price_details", _price_details(beside.prices))
    units = engine.execute("SELECT DISTINCT unit FROM charges WHERE unit IS NOT NULL ORDER BY unit").fetchall()
    _lookup(engine, "focus_units", [(unit, focus_unit(unit)) for (unit,) in units])
    keys = engine.execute(
        "SELECT DISTINCT payer_id, billing_month, currency FROM charges WHERE origin = ? ORDER BY ALL", [OWN]
    ).fetchall()
    bills = [
        (payer, month, currency, bill_id(payer, Month.from_number(month), currency)) for payer, month, currency in keys
    ]
    _lookup(engine, "bill_ids", bills)
    zones = {DEFAULT_ZONE, "UTC", *focus_export.PROVIDER_ZONES.values(), *beside.accounts["zone"].to_pylist()}
    span = engine.execute("SELECT min(billing_month), max(billing_month) FROM charges").fetchall()[0]
    first, last = (Month.from_number(number) for number in span)
    engine.register("months", org_store.months_table(zones, first, last))
    engine.execute(focus_export.SERVICES)


def _lookup(engine: duckdb.DuckDBPyConnection, name: str, rows: Sequence[tuple[object, ...]]) -> None:
    engine.register(name, org_store.table_of(focus_export.LOOKUPS[name], rows))


def _price_details(prices: pa.Table) -> list[tuple[str, str]]:
    """Return what FOCUS calls SkuPriceDetails of each price version: its model and whose total its tiers count."""
    found = zip(*(prices[name].to_pylist() for name in ("price_id", "model", "counter")), strict=True)
    return [
        (price, json.dumps({"x_PriceModel": model, "x_TierCounter": counter}))
        for price, model, counter in dict.fromkeys(found)
    ]


def _write(engine: duckdb.DuckDBPyConnection, target: Path, charges: Sums, manifest_e10: int) -> Sums | Refused:
    """Write the file beside its place, read it again, and put it there only when it holds the same money (FOCUS-6)."""
    kind = target.suffix.lower()
    statement = focus_export.export_sql()
    reader = "read_csv({}, all_varchar = true, header = true)" if kind == ".csv" else "read_parquet({})"
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            made = Path(folder) / target.name
            place = literal(made)
            wanted = focus_export.text_sql(statement) if kind == ".csv" else statement
            engine.execute(f"COPY ({wanted}) TO {place} ({_FORMATS[kind]})")
            exported = _sums(
                engine.execute(f"{_EXPORTED_SUMS} {reader.format(place)} GROUP BY 1").fetchall(), AMOUNT_SCALE
            )
            wrong = _difference(charges, exported, manifest_e10)
            if wrong is None:
                made.replace(target)
            return exported if wrong is None else wrong
    except (OSError, duckdb.IOException) as error:
        return refused(Reason.CANNOT_WRITE, path=target, detail=str(error).splitlines()[0])


def _sums(rows: Iterable[tuple[str, int, object]], scale: int) -> Sums:
    """Read rows of currency, count and a sum at `scale` decimals."""
    return {currency: (int(count), parse_scaled(f"{total:f}", scale)) for currency, count, total in rows}


def _difference(charges: Sums, exported: Sums, manifest_e10: int) -> Refused | None:
    total = _total(charges)
    if charges == exported and total == manifest_e10:
        return None
    odd = [currency for currency in charges if charges[currency] != exported.get(currency)]
    return refused(
        Reason.EXPORT_DIFFERS,
        currency=", ".join(odd) or ", ".join(sorted(charges)),
        charges=format_scaled(total, AMOUNT_SCALE),
        manifest=format_scaled(manifest_e10, AMOUNT_SCALE),
        exported=format_scaled(_total(exported), AMOUNT_SCALE),
    )


def _total(sums: Sums) -> int:
    return sum(amount for _, amount in sums.values())


def _criteria(text: str, model: RuleModel) -> tuple[str, ...] | Refused:
    if text.strip().upper() in {"ALL", "NONE"}:
        return model.criteria if text.strip().upper() == "ALL" else ()
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in model.criteria:
            return refused(Reason.UNKNOWN_CRITERION, criterion=name, known=", ".join(model.criteria))
    return names
