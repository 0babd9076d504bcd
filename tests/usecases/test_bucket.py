"""Buckets side by side: what comes of them, and how they stop."""

from __future__ import annotations

import time

import duckdb
import pytest

from partita.usecases.bucket import side_by_side

ENDLESS = "select count(*) from range(100000000) a, range(100000000) b where hash(a.range + b.range) = 1"


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


def test_each_bucket_has_views_of_its_own_and_shares_the_tables(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("create table prices as select 7 as price")

    def work(bucket: int, connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
        connection.execute(f"create temp view usage as select {bucket} as quantity")
        time.sleep(0.01)
        row = connection.execute("select quantity * price from usage, prices").fetchone()
        assert row is not None
        return bucket, row[0]

    assert sorted(side_by_side(engine, range(9), work)) == [(bucket, bucket * 7) for bucket in range(9)]


def test_the_first_error_stops_what_runs_and_what_waits(engine: duckdb.DuckDBPyConnection) -> None:
    begun = []

    def work(bucket: int, connection: duckdb.DuckDBPyConnection) -> None:
        begun.append(bucket)
        if bucket == 1:
            raise ValueError(bucket)
        connection.execute(ENDLESS).fetchone()

    with pytest.raises(ValueError, match="1"):
        list(side_by_side(engine, range(20), work))
    assert len(begun) < 5


def test_a_caller_that_leaves_stops_what_runs(engine: duckdb.DuckDBPyConnection) -> None:
    def work(bucket: int, connection: duckdb.DuckDBPyConnection) -> int:
        if bucket:
            connection.execute(ENDLESS).fetchone()
        return bucket

    outcomes = side_by_side(engine, range(3), work)
    assert next(outcomes) == 0
    outcomes.close()  # an interrupt of the command leaves in the same way; without a stop this would never end
