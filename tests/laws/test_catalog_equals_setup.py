"""Law: a catalogue held against the books set by set is decided as setting up decides it fact by fact."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partita.columnar.catalog import BOOKS
from partita.columnar.tables import arrow_schema
from partita.core.catalog import Counter, Model, PriceVersion, Product, Sku, Tier
from partita.core.fault import Fault, Problem
from partita.core.ids import derived_id
from partita.core.org import Enterprise
from partita.core.period import Month
from partita.core.setup import Settled, Setup, decide, frozen_spans
from partita.formats.catalog import read_catalogue
from partita.formats.setup import read_setup
from partita.usecases.catalog.examine import lay_tables, problems_of

ZONE = "Asia/Shanghai"
GROUP = Enterprise("group", "Group", ZONE, "CNY")
HEADS = {
    "products.csv": "product_id,name,service_category,cycle",
    "skus.csv": "sku_id,product_id,name,unit",
    "prices.csv": "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
}
Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class World:
    """Documents by file, what the books hold, and the months that are closed."""

    documents: dict[str, Rows]
    books: Setup
    closed: tuple[Month, ...]


names = st.sampled_from(["a", "b", "c"])
days = st.sampled_from(["2026-09-01", "2026-10-15", "2026-11-01"])
products = st.tuples(names, st.sampled_from(["P", "Q"]), st.just("Compute"), st.sampled_from(["", "hour", "day"]))
skus = st.tuples(names, names, st.sampled_from(["S", "T"]), st.just("Hour"))
prices = st.tuples(
    names,
    st.sampled_from(["CNY", "USD"]),
    days,
    st.sampled_from(["unit", "unit", "graduated", "block"]),
    st.sampled_from(["", "payer"]),
    st.sampled_from(["", "", "10", "20"]),
    st.sampled_from(["1", "1.00", "0.5"]),
    st.sampled_from(["", "", "100"]),
)


def versions(sku: str, currency: str, day: str, price_e10: int) -> PriceVersion:
    start = datetime.fromisoformat(f"{day}T00:00:00+08:00").astimezone(UTC)
    price_id = derived_id("prc", sku, currency, start.isoformat())  # as both ways of reading make it
    return PriceVersion(price_id, sku, currency, start, Model.UNIT, Counter.ACCOUNT, (Tier(None, price_e10),))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    documents: dict[str, Rows] = {
        "products.csv": draw(st.lists(products, max_size=3)),
        "skus.csv": draw(st.lists(skus, max_size=3)),
        "prices.csv": draw(st.lists(prices, max_size=5)),
    }
    known = draw(st.sets(names))
    sold = draw(st.sets(names)) if known else set()
    priced = draw(st.sets(st.tuples(st.sampled_from(sorted(sold)), days), max_size=3)) if sold else set()
    recorded = [versions(sku, "CNY", day, draw(st.sampled_from([10**10, 5 * 10**9]))) for sku, day in sorted(priced)]
    books = Setup(
        enterprises={"group": GROUP},
        products={name: Product(name, "P", "Compute") for name in sorted(known)},
        skus={name: Sku(name, min(known), "S", "Hour") for name in sorted(sold)},
        prices={(one.sku_id, one.currency, one.effective_from): one for one in recorded},
    )
    return World(documents, books, draw(st.sampled_from([(), (Month(2026, 10),)])))


@contextmanager
def folder_of(world: World) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        for file, rows in world.documents.items():
            with (Path(name) / file).open("w", newline="", encoding="utf-8") as handle:
                csv.writer(handle).writerows([HEADS[file].split(","), *rows])
        yield Path(name)


def book_tables(world: World) -> dict[str, pa.Table]:
    books = world.books
    rows = {
        "book_product": [
            {"product_id": one.product_id, "name": one.name, "service_category": one.service_category,
             "cycle": one.cycle.value}
            for one in books.products.values()
        ],
        "book_sku": [
            {"sku_id": one.sku_id, "product_id": one.product_id, "name": one.name, "unit": one.unit}
            for one in books.skus.values()
        ],
        "book_price": [
            {"sku_id": one.sku_id, "currency": one.currency, "effective_from": one.effective_from.replace(tzinfo=None),
             "model": one.model.value, "counter": one.counter.value,
             "tiers": f'[{{"to": null, "price": {one.tiers[0].price_e10}}}]', "block_e6": None}
            for one in books.prices.values()
        ],
        "frozen": [
            {"month": str(month), "from_at": span.start.replace(tzinfo=None), "to_at": span.end.replace(tzinfo=None)}
            for month, span in frozen_spans(world.closed, [GROUP])
        ],
    }  # fmt: skip
    return {name: pa.Table.from_pylist(rows.get(name, []), schema=arrow_schema(kinds)) for name, kinds in BOOKS.items()}


def places(problems: Sequence[Problem]) -> set[tuple[Fault, str, int, str]]:
    return {(one.fault, one.origin.file, one.origin.row, one.column) for one in problems}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_set_by_set_is_fact_by_fact(world: World) -> None:
    with folder_of(world) as folder, duckdb.connect() as engine:
        one_by_one = read_setup(folder, world.books, ZONE)
        at_once = read_catalogue(folder, ZONE)
        lay_tables(engine, at_once.tables | book_tables(world))
        problems = at_once.problems or problems_of(engine, at_once, {}, ZONE)
        if one_by_one.problems:
            assert problems
            return
        decision = decide(one_by_one.stated, world.books, Settled(world.closed))
        if isinstance(decision, list):
            # A row that repeats another is named as well here; there it is the fact, once.
            assert places(decision) <= places(problems)
            # A folder of prices is told everything at once; there what builds on a fault is not looked at.
            faults = {one.fault for one in decision}
            assert {(fault, file) for fault, file, *_ in places(problems) if fault in faults} == {
                (fault, file) for fault, file, *_ in places(decision)
            }
            return
        assert not problems
        new = {
            "products": engine.execute("select product_id from new_product order by 1").fetchall(),
            "skus": engine.execute("select sku_id from new_sku order by 1").fetchall(),
            "prices": engine.execute(
                "select sku_id, currency, effective_from from new_price order by 1, 2, 3"
            ).fetchall(),
        }
        assert new == {
            "products": [(name,) for name in sorted(decision.products)],
            "skus": [(name,) for name in sorted(decision.skus)],
            "prices": sorted((sku, currency, start.replace(tzinfo=None)) for sku, currency, start in decision.prices),
        }
