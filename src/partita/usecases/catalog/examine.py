"""Examine a folder against the books: what it states, what is at fault, and what of it is new (CATALOG-7).

Load → decide; saves nothing. The facts lie as tables in the bulk engine, so that a hundred thousand prices take the
same few statements as ten. Does not own what the statements say (`columnar.catalog`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from partita.columnar import catalog as sql
from partita.columnar.tables import arrow_schema
from partita.core.catalog import Tier
from partita.core.fault import Fault, Origin, Problem
from partita.core.period import DEFAULT_ZONE, in_zone
from partita.core.promotion import Promotion
from partita.core.quantity import format_price, format_quantity
from partita.core.refusal import Reason, Refused, refused
from partita.core.setup import frozen_spans, shown
from partita.formats.catalog import DOCUMENTS, Reading, read_catalogue
from partita.store import catalog_change as change_store
from partita.store import org as org_store
from partita.store import promotion as promotion_store
from partita.usecases.catalog.offers import offers_at_fault
from partita.usecases.permission import authorise_books
from partita.usecases.work import Books, Work

PROBLEMS_SHOWN = 20
_PROBLEMS_READ = 1_000

PromotionKey = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Examined:
    """A sound folder: how many facts it states and how many of them are new, by kind; the new promotions; the files.

    `engine` holds the tables `stated_…`, `book_…` and `new_…` of `columnar.catalog`.
    """

    engine: duckdb.DuckDBPyConnection
    zone: str
    stated: dict[str, int]
    new: dict[str, int]
    promotions: dict[PromotionKey, Promotion]
    files: tuple[str, ...]
    ignored: tuple[str, ...]


@contextmanager
def desk(books: Books) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the engine in which folders are examined."""
    engine = books.engine()
    try:
        yield engine
    finally:
        engine.close()


def examine(work: Work, engine: duckdb.DuckDBPyConnection, folder: Path) -> Examined | Refused:
    """Examine a folder (CATALOG-7).

    Refused in this order: NOT_PERMITTED (all but the operator), FILE_NOT_FOUND, NOT_A_CATALOGUE, SETUP_AT_FAULT (every
    fault by file, row and column, at most the first twenty written out), PRICE_IN_CLOSED_MONTH.
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    if not folder.exists():
        return refused(Reason.FILE_NOT_FOUND, path=folder)
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    reading = read_catalogue(folder, zone)
    if not reading.files:
        return refused(Reason.NOT_A_CATALOGUE, path=folder, known=", ".join(DOCUMENTS))
    _lay_out(work, engine, reading)
    promotions = promotion_store.promotions_of(work.tx)
    problems = reading.problems or problems_of(engine, reading, promotions, zone)
    if problems:
        return _refusal(folder, problems)
    stated = {kind.name: _count(engine, f"stated_{kind.name}") for kind in sql.KINDS}
    new = {kind.name: _count(engine, f"new_{kind.name}") for kind in sql.KINDS}
    keyed = {(one.promotion.promotion_id, one.promotion.effective_from): one.promotion for one in reading.promotions}
    added = {key: one for key, one in keyed.items() if key not in promotions}
    return Examined(
        engine,
        zone,
        stated | {"promotion": len(keyed)},
        new | {"promotion": len(added)},
        added,
        tuple(path.name for path in reading.files),
        tuple(reading.ignored),
    )


def _lay_out(work: Work, engine: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Lay what is stated and what the books hold out in the engine."""
    lay_tables(engine, reading.tables | change_store.book_tables(work.tx) | {"frozen": _frozen(work)})


def lay_tables(engine: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    """Make tables of this connection out of columns, by their names."""
    for name, table in tables.items():
        engine.register("arriving", table)
        engine.execute(f"create or replace temp table {name} as from arriving")
        engine.unregister("arriving")


def _frozen(work: Work) -> pa.Table:
    spans = frozen_spans(org_store.closed_months(work.tx), org_store.enterprises_of(work.tx).values())
    rows = [
        {"month": str(month), "from_at": one.start.replace(tzinfo=None), "to_at": one.end.replace(tzinfo=None)}
        for month, one in spans
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(sql.BOOKS["frozen"]))


def problems_of(
    engine: duckdb.DuckDBPyConnection, reading: Reading, promotions: dict[PromotionKey, Promotion], zone: str
) -> list[Problem]:
    """Return all that is at fault, by file and row: prices in themselves, contradictions, references, closed months.

    The engine holds the tables of `columnar.catalog.STATED` and `BOOKS`; it holds `new_…` afterwards. Instants are said
    by the clock of `zone`.
    """
    engine.execute(sql.PRICES_STATED)
    for statement in sql.news():
        engine.execute(statement)
    checks = (*sql.tier_checks(), *sql.contradictions(), *sql.references(), sql.closed_months())
    found = [*_asked(engine, checks, zone), *_contradicting(reading, promotions), *_unknown(engine, reading)]
    found += offers_at_fault(engine)
    order = [path for name in DOCUMENTS for path in (f"{name}.csv", f"{name}.yaml", f"{name}.yml")]
    return sorted(found, key=lambda one: (order.index(one.origin.file), one.origin.row))


def _asked(engine: duckdb.DuckDBPyConnection, checks: Iterable[str], zone: str) -> Iterator[Problem]:
    """Carry out checks; yield what they find."""
    for check in checks:
        for fault, file, row, column, told in engine.execute(f"{check} limit {_PROBLEMS_READ}").fetchall():
            detail = {name: _as_read(name, column, value) for name, value in json.loads(told).items()}
            if "on" in detail:
                detail["on"] = in_zone(datetime.fromisoformat(str(detail["on"])), zone)
            yield Problem(Fault[fault], Origin(file, row), _COLUMN.get(column, column), detail)


_COLUMN = {"tiers": "price", "block_e6": "block_size", "price_e10": "price"}
_QUANTITIES = frozenset({"tier_to", "block_size", "block_e6"})


def _as_read(name: str, column: str, value: object) -> object:
    """Write a value of a problem as a document would: quantities and prices as decimals, tiers in words."""
    if name not in {"value", "other"}:
        return value
    if value is None:
        return shown(None)
    if column in _QUANTITIES:
        return format_quantity(int(str(value)))
    if column == "price_e10":
        return format_price(int(str(value)))
    if column == "attributes":
        return ", ".join(f"{attribute} {said}" for attribute, said in json.loads(str(value)).items()) or shown(None)
    return tiers_text(str(value)) if column == "tiers" else value


def tiers_of(text: str) -> tuple[Tier, ...]:
    """Read the tiers of a price as the tables of the catalogue hold them."""
    return tuple(Tier(one["to"], one["price"]) for one in json.loads(text))


def tiers_text(text: str) -> str:
    """Write tiers as people read them: `≤100: 0.25, 0.2`."""
    return shown(tiers_of(text))


def _contradicting(reading: Reading, books: dict[PromotionKey, Promotion]) -> Iterator[Problem]:
    """Yield promotions that differ from what is recorded, or from a row before."""
    seen: dict[PromotionKey, tuple[Promotion, Origin]] = {}
    for one in reading.promotions:
        key = (one.promotion.promotion_id, one.promotion.effective_from)
        before, at = seen.setdefault(key, (one.promotion, one.origin))
        other = books.get(key, one.promotion)
        detail = {"what": f"promotion {key[0]}"}
        if before != one.promotion:
            column, told = _differing(one.promotion, before)
            yield Problem(Fault.CONTRADICTS_ROW, one.origin, column, detail | told | {"row": at.row})
        elif other != one.promotion:
            column, told = _differing(one.promotion, other)
            yield Problem(Fault.CONTRADICTS_BOOKS_FROM, one.origin, column, detail | told)


def _differing(one: Promotion, other: Promotion) -> tuple[str, dict[str, object]]:
    """Return the first column in which two versions differ, and both values."""
    columns: dict[str, Callable[[Any], str]] = {
        "name": lambda it: it.name,
        "factor": lambda it: format_quantity(it.factor_e6),
        "until": lambda it: shown(it.until and it.until.astimezone(UTC).isoformat()),
        "products": lambda it: f"{it.scope.listing.value} {', '.join(sorted(it.scope.products))}".strip(),
        "orders": lambda it: ", ".join(sorted(kind.value for kind in it.scope.occasions)),
        "skus": lambda it: ", ".join(sorted(it.skus)),
        "months": lambda it: str(it.months_min),
        "stacks": lambda it: shown(it.stacks),
        "refundable": lambda it: shown(it.refundable),
    }
    name = next(name for name, read in columns.items() if read(one) != read(other))
    return name, {"value": columns[name](one), "other": columns[name](other)}


def _unknown(engine: duckdb.DuckDBPyConnection, reading: Reading) -> Iterator[Problem]:
    """Yield promotions that name products or SKUs which nobody knows."""
    sides: tuple[tuple[str, str, Callable[[Promotion], frozenset[str]]], ...] = (
        ("products", "product", lambda one: one.scope.products),
        ("skus", "sku", lambda one: one.skus),
    )
    for column, kind, names_of in sides:
        wanted = sorted({name for one in reading.promotions for name in names_of(one.promotion)})
        known = {
            row[0]
            for row in engine.execute(
                f"select {kind}_id from stated_{kind} where {kind}_id in (select unnest($names)) "
                f"union select {kind}_id from book_{kind} where {kind}_id in (select unnest($names))",
                {"names": wanted},
            ).fetchall()
        }
        for one in reading.promotions:
            for name in sorted(names_of(one.promotion) - known):
                detail = {"kind": f"{kind}_id", "value": name, "file": f"{kind}s"}
                yield Problem(Fault.UNKNOWN_REFERENCE, one.origin, column, detail)


def _count(engine: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = engine.execute(f"select count(*) from {table}").fetchall()
    return int(count)


def _refusal(folder: Path, problems: Sequence[Problem]) -> Refused:
    if all(problem.fault is Fault.CLOSED_MONTH for problem in problems):
        first = problems[0]
        others = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
        place = f"{first.origin.file} row {first.origin.row}{others}"
        return refused(Reason.PRICE_IN_CLOSED_MONTH, path=place, **first.detail)
    told = problems[:PROBLEMS_SHOWN]
    more = len(problems) - len(told)
    english = [problem.message("en") for problem in told] + ([f"… and {more} more"] if more else [])
    chinese = [problem.message("zh") for problem in told] + ([f"……另有 {more} 处"] if more else [])
    return refused(
        Reason.SETUP_AT_FAULT,
        path=folder,
        count=len(problems),
        problems="\n".join(f"  {line}" for line in english),
        problems_zh="\n".join(f"  {line}" for line in chinese),
    )
