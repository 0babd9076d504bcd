"""Law: what a price change would have cost is what the core charges with the price, less what it charges without."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime

import duckdb
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws import price_books
from laws.price_books import MONTH, OPENED, World, worlds
from partita.columnar import catalog as sql
from partita.columnar.tables import arrow_schema
from partita.core import rating as core
from partita.core.catalog import PriceVersion
from partita.usecases.catalog.trial import costs_of, lay_prices

Key = tuple[str, str, str, str]


def price_row(version: PriceVersion) -> dict[str, object]:
    return {
        "sku_id": version.sku_id,
        "currency": version.currency,
        "effective_from": version.effective_from.replace(tzinfo=None),
        "model": version.model.value,
        "counter": version.counter.value,
        "tiers": json.dumps([{"to": tier.to_e6, "price": tier.price_e10} for tier in version.tiers]),
        "block_e6": version.block_e6,
    }


def costs(world: World) -> Counter[Key]:
    """Contracted cost by payer, account, SKU and currency, by the core."""
    found: Counter[Key] = Counter()
    for one in core.rate(world.records, world.book, MONTH):
        found[one.payer_id, one.account_id, one.sku_id, one.currency] += one.costs.contracted_cost_e10
    return found


def tried(world: World, new: PriceVersion, at: datetime) -> list[dict[str, object]]:
    schema = arrow_schema(sql.BOOKS["book_price"])
    with duckdb.connect() as engine:
        tables = {
            "book_price": pa.Table.from_pylist([price_row(one) for one in world.book.prices], schema=schema),
            "new_price": pa.Table.from_pylist([price_row(new)], schema=schema),
            "all_prices": price_books.prices_table(world.book),
            "skus": price_books.skus_table(world.book),
            "discounts": price_books.discounts_table(world.book),
            "accounts": price_books.accounts_table(world),
            "usage": price_books.usage_table(world.records),
        }
        for name, table in tables.items():
            engine.register("arriving", table)
            engine.execute(f"create table {name} as from arriving")
        engine.execute(sql.TRIED, {"at": at.replace(tzinfo=None)})
        lay_prices(engine)
        answer = costs_of(engine, MONTH)
        assert isinstance(answer, pa.Table)
        rows: list[dict[str, object]] = answer.to_pylist()
        return rows


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), data=st.data())
def test_a_trial_is_the_difference_of_two_months(world: World, data: st.DataObject) -> None:
    sku, currency = data.draw(st.sampled_from(sorted({(one.sku_id, one.currency) for one in world.book.prices})))
    start = datetime(2027, 1, 1, tzinfo=OPENED.tzinfo)
    new = replace(data.draw(price_books.versions(sku, currency)), price_id="new", effective_from=start)

    rows = tried(world, new, start)

    others = tuple(one for one in world.book.prices if (one.sku_id, one.currency) != (sku, currency))
    throughout = replace(world.book, prices=(*others, replace(new, effective_from=OPENED)))
    before, after = costs(world), costs(replace(world, book=throughout))
    keys = {key for key in after if key[2:] == (sku, currency)}
    keys |= {
        (one.payer_id, one.account_id, sku, currency)
        for one in world.records
        if one.sku_id == sku and core.currency_of(one, world.book) == currency
    }
    found = {(row["payer_id"], row["account_id"], row["sku_id"], row["currency"]): row for row in rows}
    assert set(found) == keys
    for key in keys:
        assert int(str(found[key]["contracted_before"])) == before[key]  # type: ignore[index]
        assert int(str(found[key]["contracted_after"])) == after[key]  # type: ignore[index]
    for key in set(before) - keys:
        assert before[key] == after[key]
