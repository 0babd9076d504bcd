"""The price book and the usage that rating is measured on: the same on every machine, no randomness but hashes."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar.tables import ACCOUNTS, DISCOUNTS, PRICES, SKUS, typed_columns
from partita.core.ids import bucket_of
from partita.usecases import rating

MONTH = 202610
ACCOUNT_COUNT, PAYER_COUNT = 400, 100
SKU_MODELS = ("flat",) * 18 + ("unit",) * 18 + ("graduated",) * 12 + ("volume",) * 6 + ("block",) * 6
MODELS = frozenset(SKU_MODELS)
_OPENED, _CHANGE, _NO_END = "2020-01-01", "2026-10-15", "9999-01-01"
_TIER_ENDS = (0, 100_000_000_000, 1_000_000_000_000)
_PRICE = 1_234_567_890


def lay_out(engine: duckdb.DuckDBPyConnection) -> None:
    """Create the look-up tables as the product does: two versions of each price, discounts for half of the payers."""
    with duckdb.connect() as scratch:
        _fill(scratch)
        rating.lay_out(engine, rating.RatingTables(*looked_up(scratch), models=MODELS))


def looked_up(engine: duckdb.DuckDBPyConnection) -> list[pa.Table]:
    """Return the look-up tables of a connection, in the order of `RatingTables`."""
    return [engine.table(name).to_arrow_table() for name in ("skus", "prices", "discounts", "accounts")]


def _fill(engine: duckdb.DuckDBPyConnection) -> None:
    for name, schema in (("skus", SKUS), ("prices", PRICES), ("discounts", DISCOUNTS), ("accounts", ACCOUNTS)):
        engine.execute(f"create table {name} ({typed_columns(schema)})")
    rows = [(f"sku-{n:03d}", f"product-{n % 8}", "hour") for n in range(len(SKU_MODELS))]
    engine.executemany("insert into skus values (?, ?, ?)", rows)
    engine.execute(f"insert into accounts select {_account('i')}, 'UTC', 'CNY' from range({ACCOUNT_COUNT}) t(i)")
    engine.execute(
        f"insert into discounts select {_payer('i')}, 'product', 'product-1', '{_OPENED}', '{_NO_END}', 900000, false "
        f"from range(0, {PAYER_COUNT}, 4) t(i) union all "
        f"select {_payer('i')}, 'all', null, '{_OPENED}', '{_NO_END}', 980000, false "
        f"from range(0, {PAYER_COUNT}, 2) t(i)"
    )
    prices = [row for number in range(len(SKU_MODELS)) for change in (0, 1) for row in _version(number, change)]
    engine.executemany(f"insert into prices values ({', '.join('?' * len(PRICES))})", prices)


def _version(number: int, change: int) -> list[tuple[object, ...]]:
    model, price = SKU_MODELS[number], _PRICE + number + change
    start, end = ((_OPENED, _CHANGE), (_CHANGE, _NO_END))[change]
    counter = "payer" if number % 2 else "account"
    starts = _TIER_ENDS if model in {"graduated", "volume"} else _TIER_ENDS[:1]
    rows: list[tuple[object, ...]] = []
    base = 0
    for tier, (at, to) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
        block = 100_000_000 if model == "block" else None
        tier_base = base if model == "graduated" else None
        rows.append((f"price-{number}-{change}", f"sku-{number:03d}", "CNY", start, end, model, counter, tier, at, to,
                     tier_base, price - 1000 * tier, block))  # fmt: skip
        base += ((to or at) - at) * (price - 1000 * tier)
    return rows


def make_usage(folder: Path, lines: int, buckets: int, *, skewed: bool) -> None:
    """Write usage as the intake leaves it, one file per bucket: the hours of October, 20,000 resources, tags."""
    folder.mkdir(parents=True)
    spread = f"hash(i * 31 + 2) % {ACCOUNT_COUNT}"
    # The accounts 0 to 3 belong to payer 0.
    account = f"case when hash(i * 7 + 1) % 10 < 9 then hash(i * 31 + 2) % 4 else {spread} end" if skewed else spread
    with duckdb.connect(
        config={"memory_limit": "3GB", "threads": 2, "temp_directory": str(folder / "spill")}
    ) as engine:
        engine.execute("create table placed (payer_id varchar, bucket integer)")
        payers = [(f"payer-{number:04d}",) for number in range(PAYER_COUNT)]
        engine.executemany("insert into placed values (?, ?)", [(p, bucket_of(p, buckets)) for (p,) in payers])
        engine.execute(
            f"""create view made as select 'rec-' || lpad(i::varchar, 10, '0') as record_id,
              {_account("a")} as account_id, {_payer("a // 4")} as payer_id,
              'sku-' || lpad((hash(i * 13 + 5) % 60)::varchar, 3, '0') as sku_id,
              (hash(i * 17 + 3) % 50000000)::bigint as quantity_e6, {_hour(lines)} as usage_start,
              {_hour(lines)} + interval 1 hour as usage_end, 'i-' || lpad(r::varchar, 8, '0') as resource_id,
              'cn-' || (r % 5) as region,
              case when hash(i * 5) % 3 > 0
                then '{{"env":"' || (r % 3) || '","team":"t' || (r % 12) || '"}}' end as tags
            from (select i, ({account})::bigint as a, hash(i * 3 + 11) % 20000 as r from range({lines}) t(i))"""
        )
        for (bucket,) in engine.execute("select distinct bucket from placed order by bucket").fetchall():
            engine.execute(
                f"copy (select made.* from made semi join (from placed where bucket = {bucket}) using (payer_id) "
                f"order by account_id, sku_id, usage_start, record_id) to '{folder}/{bucket:04d}.parquet' "
                "(format parquet, compression zstd, compression_level 1)"
            )


def clear(folder: Path) -> None:
    """Remove what was made."""
    shutil.rmtree(folder)


def _hour(lines: int) -> str:
    return f"timestamp '2026-09-30 16:00:00' + to_seconds(i * 2678400 // {lines} // 3600 * 3600)"


def _account(number: str) -> str:
    return f"'account-' || lpad(({number})::varchar, 4, '0')"


def _payer(number: str) -> str:
    return f"'payer-' || lpad(({number})::varchar, 4, '0')"
