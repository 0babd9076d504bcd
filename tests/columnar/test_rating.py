"""Rating in bulk: the columns, the branches, and the same bytes on every run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from partita.columnar import rating
from partita.columnar.tables import ACCOUNTS, CHARGE, DISCOUNTS, PRICES, SKUS, USAGE, typed_columns
from partita.usecases import rating as rating_usecase
from partita.usecases.rating import write_charges

RECORDS = 200_000
MODELS = ("flat", "unit", "graduated", "volume", "block")


@pytest.fixture
def engine(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Ten SKUs of all models for 50 accounts of 10 payers, and usage in no order at all."""
    engine = duckdb.connect(config={"threads": 2, "memory_limit": "400MB", "temp_directory": str(tmp_path / "spill")})
    for name, schema in (
        ("skus", SKUS),
        ("prices", PRICES),
        ("discounts", DISCOUNTS),
        ("accounts", ACCOUNTS),
        ("arrived", USAGE),
    ):
        engine.execute(f"create table {name} ({typed_columns(schema)})")
    engine.execute("insert into skus select 'sku-' || i, 'product-' || (i % 3), 'hour' from range(10) t(i)")
    engine.execute("insert into accounts select 'account-' || i, 'UTC', 'CNY' from range(50) t(i)")
    for number, model in enumerate((*MODELS, *MODELS)):
        counter, block = ("account", "payer")[number // 5], 7_000_000 if model == "block" else None
        tiers = [(0, None)] if model not in {"graduated", "volume"} else [(0, 10**10), (10**10, None)]
        for tier, (start, end) in enumerate(tiers):
            base = None if model != "graduated" else start * 3_000_000_001
            engine.execute(
                "insert into prices values (?, ?, 'CNY', '2020-01-01', '9999-01-01', ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    f"price-{number}",
                    f"sku-{number}",
                    model,
                    counter,
                    tier,
                    start,
                    end,
                    base,
                    3_000_000_001 - tier,
                    block,
                ],
            )
    engine.execute("insert into discounts values ('payer-1', 'all', null, '2020-01-01', '9999-01-01', 912345, false)")
    engine.execute(
        f"""insert into arrived select 'record-' || i, 'account-' || (hash(i) % 50), 'payer-' || (hash(i) % 50 % 10),
        'sku-' || (hash(i + 1) % 10), (hash(i + 2) % 90000000)::bigint, timestamp '2026-10-01' + interval 1 hour
        * (hash(i + 3) % 700)::integer, timestamp '2026-11-01', 'vm-' || (hash(i) % 999), null, null
        from range({RECORDS}) t(i) order by hash(i + 4)"""
    )
    engine.execute(f"create table usage as {rating.placed_sql('arrived')}")
    return engine


def test_the_same_bytes_on_every_run(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    digests = set()
    sql = rating.charges_sql(202610, frozenset(MODELS))
    for run in range(4):
        target = tmp_path / f"{run}.parquet"
        engine.execute(f"copy ({sql}) to '{target}' (format parquet, row_group_size 20480)")
        digests.add(hashlib.sha256(target.read_bytes()).hexdigest())
        engine.execute("create or replace table usage as from usage order by hash(record_id || $1)", [str(run)])
    assert len(digests) == 1
    rows = engine.execute(f"select count(*), count(distinct record_id) from '{tmp_path / '0.parquet'}'").fetchone()
    assert rows == (RECORDS, RECORDS)


def test_charges_come_in_the_order_of_the_usage_files(engine: duckdb.DuckDBPyConnection) -> None:
    charges = engine.sql(rating.charges_sql(202610, frozenset(MODELS)))
    assert dict(zip(charges.columns, map(str, charges.types), strict=True)) == CHARGE
    keys = charges.project(rating.ORDER).fetchall()
    assert keys == sorted(keys)


def test_usage_priced_in_parts_gives_the_same_charges(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = tmp_path / "usage.parquet"
    engine.execute(f"copy (from arrived order by {rating.USAGE_ORDER}) to '{usage}' (format parquet)")
    engine.execute("drop table usage")
    answers, digests = [], set()
    for threads, lines in ((2, RECORDS), (1, 65_000), (2, 65_000), (8, 65_000)):
        engine.execute(f"set threads = {threads}")
        target = tmp_path / f"{lines}.parquet"
        monkeypatch.setattr(rating_usecase, "PART_LINES", lines)
        made, written = write_charges(engine, 202610, frozenset(MODELS), [usage], target)
        assert (written, len(made)) == (RECORDS, -(-RECORDS // lines))
        answers.append(engine.execute("from read_parquet($1)", [[str(path) for path in made]]).fetchall())
        digests.add(tuple(hashlib.sha256(path.read_bytes()).digest() for path in made))
    assert all(answer == answers[0] for answer in answers)
    assert len(digests) == 2, "one for the whole, one for the parts, however many threads"


def test_the_lines_of_a_counter_add_up_to_the_price_of_its_total(engine: duckdb.DuckDBPyConnection) -> None:
    sql = rating.charges_sql(202610, frozenset(MODELS))
    wrong = engine.execute(
        f"""with month as (
            select c.sku_id, c.payer_id, case p.counter when 'account' then c.account_id end as account_id,
              sum(c.quantity_e6) as total, sum(c.list_cost_e10) as cost
            from ({sql}) c join prices p on p.price_id = c.price_id and p.tier = 0 and p.model = 'graduated'
            group by all)
        select count(*) from month
        where cost <> (least(total, 10000000000) * 3000000001 + greatest(total - 10000000000, 0) * 3000000000)
          // 1000000"""
    ).fetchone()
    assert wrong == (0,)


@pytest.mark.parametrize("models", [{"unit"}, {"flat"}, {"volume"}, {"graduated"}, {"block"}, {"unit", "block"}])
def test_branches_of_models_that_do_not_occur_are_left_out(engine: duckdb.DuckDBPyConnection, models: set[str]) -> None:
    engine.execute("delete from prices where not list_contains($1, model)", [sorted(models)])
    engine.execute("delete from usage where sku_id not in (select sku_id from prices)")
    every = engine.execute(rating.charges_sql(202610, frozenset(MODELS))).fetchall()
    some = engine.execute(rating.charges_sql(202610, frozenset(models))).fetchall()
    assert some == every
    assert some
    assert ("OVER" in rating.charges_sql(202610, frozenset(models))) is bool(models & {"graduated", "block"})


def test_without_prices_there_are_no_charges_but_all_columns(engine: duckdb.DuckDBPyConnection) -> None:
    charges = engine.sql(rating.charges_sql(202610, frozenset()))
    assert charges.columns == list(CHARGE)
    assert charges.fetchall() == []


def test_usage_without_a_price_is_counted_by_sku(engine: duckdb.DuckDBPyConnection) -> None:
    assert engine.execute(rating.unpriced_sql()).fetchall() == []
    engine.execute("update prices set from_at = '2026-10-02' where sku_id in ('sku-2', 'sku-7')")
    expected = engine.execute(
        "select sku_id, 'CNY', min(usage_start), count(*) from usage where sku_id in ('sku-2', 'sku-7') "
        "and usage_start < '2026-10-02' group by all order by all"
    ).fetchall()
    assert engine.execute(rating.unpriced_sql()).fetchall() == expected
