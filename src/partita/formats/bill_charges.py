"""The charges of a provider's bill: totals held against each other, and Parquet files of `tables.IMPORTED`.

Owns the totals of a staged bill, the rows that every import adds (credits, the import remainder), and the writing of
one file for each billing month and bucket. Each line keeps ten decimals, cut toward zero; what the cuts leave is summed
exactly and booked as one line, so file total = charges + remainder. Does not own the reading (`bill_staging`).
Rules: IMPORT-1, IMPORT-2, IMPORT-4, IMPORT-8, IMPORT-9 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from partita.columnar.tables import IMPORTED
from partita.core.charge import Costs
from partita.core.ids import bucket_of
from partita.core.money import AMOUNT_SCALE, truncate
from partita.core.period import Month
from partita.formats import decimals
from partita.formats.bill_staging import COSTS, ROW_GROUP, Staged, typed
from partita.formats.quoting import literal, quoted

REMAINDER = "import_remainder"
_OF_THE_ROW = (
    "origin", "line_kind", "account_id", "payer_id", "product_id", "sku_id", "usage_month", "charge_start",
    "charge_end", "region", "tags", "row_number", "service_category",
)  # fmt: skip
"""What a credit has in common with the row it stands in."""
_BEYOND = 10 ** (decimals.BEYOND_SCALE - AMOUNT_SCALE)


@dataclass(frozen=True, slots=True)
class Totals:
    """The exact totals of a bill, as its own columns state them, and what the cut at ten decimals leaves of them."""

    file_total: Decimal
    remainder: Decimal
    credits_total: Decimal
    credits_remainder: Decimal
    without_cost: int
    identity_broken: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What a bill holds for one payer and billing month, and the first row of it."""

    month: int
    payer_id: str
    records: int
    first_row: int


@dataclass(frozen=True, slots=True)
class Written:
    """One file of charges in the making: its partition, what it holds, and its part of the equations (`_e10`)."""

    month: int
    bucket: int
    path: Path
    records: int
    costs: Costs
    charged_e10: int
    credited_e10: int


def totals(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Totals:
    """Sum the file's own cost column exactly, and what lies beyond ten decimals of each line (IMPORT-1, IMPORT-2)."""
    row = connection.execute(
        f"SELECT coalesce(sum(beyond_e10(cost_text)), 0)::VARCHAR, count(*) - count(cost_text), "
        f"count_if(NOT identity_holds) FROM {staged.plain}"
    ).fetchone()
    assert row is not None, "an aggregate has a row"
    credits_total, credits_beyond = Decimal(0), 0
    if staged.rows.bill_format.credits is not None:
        entries = f"(SELECT credit_amount(entry) AS amount FROM {_credit_entries(staged.plain)})"
        credits_total = decimals.exact_total(connection, "amount", entries)
        beyond = connection.execute(f"SELECT coalesce(sum(beyond_e10(amount)), 0)::VARCHAR FROM {entries}").fetchone()
        credits_beyond = int(beyond[0]) if beyond else 0
    return Totals(
        file_total=decimals.exact_total(connection, "cost_text", staged.plain),
        remainder=decimals.scaled(int(row[0]), decimals.BEYOND_SCALE),
        credits_total=credits_total,
        credits_remainder=decimals.scaled(credits_beyond, decimals.BEYOND_SCALE),
        without_cost=int(row[1]),
        identity_broken=int(row[2]),
    )


def holdings(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Holding]:
    """Return the payers and billing months of the file, sorted."""
    rows = connection.execute(
        f"SELECT billing_month, payer_id, count(*), min(row_number) FROM {staged.numbered} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Holding(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChargeWriting:
    """What the writing of charges needs beside the staged bill."""

    held: Sequence[Holding]
    totals: Totals
    bucket_count: int
    folder: Path


def write_charges(connection: duckdb.DuckDBPyConnection, staged: Staged, plan: ChargeWriting) -> list[Written]:
    """Write the charges into `plan.folder`, one Parquet file for each billing month and bucket, sorted by both."""
    _map_tags(connection, staged)
    buckets = {one.payer_id: bucket_of(one.payer_id, plan.bucket_count) for one in plan.held}
    partitions = sorted({(one.month, buckets[one.payer_id]) for one in plan.held})
    home = min(plan.held, key=lambda one: one.first_row)
    written = []
    for month, bucket in partitions:
        payers = sorted(payer for payer, its_bucket in buckets.items() if its_bucket == bucket)
        source = staged.numbered if len(partitions) == 1 else _part(staged, month, payers)
        selects = [_charges(staged, source)]
        if staged.rows.bill_format.credits is not None:
            selects.append(_credits(staged, source))
        if (month, bucket) == (home.month, buckets[home.payer_id]):
            selects += _remainder(staged, home, plan)
        path = plan.folder / f"charges-{month}-{bucket}.parquet"
        connection.execute(
            f"COPY ({' UNION ALL '.join(selects)}) TO {literal(path)} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        written.append(_counted(connection, path, month, bucket))
    return written


def charged(written: Sequence[Written]) -> tuple[Decimal, Decimal]:
    """Return the exact sums of the charges and of the credit rows, as the finished files hold them."""
    return (
        decimals.scaled(sum(one.charged_e10 for one in written), AMOUNT_SCALE),
        decimals.scaled(sum(one.credited_e10 for one in written), AMOUNT_SCALE),
    )


def payers_of(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """Return the payers of a finished file of charges."""
    rows = connection.execute(f"SELECT DISTINCT payer_id FROM read_parquet({literal(path)})").fetchall()
    return {row[0] for row in rows}


def _map_tags(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Map each different text of tags once: a bill has millions of rows and some thousand sets of tags."""
    one = staged.rows.bill_format
    if one.tags_of is not None:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE tag_text AS "
            f"SELECT {quoted(one.tags_of)} AS tags, {one.mapping['tags']} AS sorted "
            f"FROM (SELECT DISTINCT tags AS {quoted(one.tags_of)} FROM {staged.plain} WHERE tags IS NOT NULL)"
        )


def _tagged(staged: Staged, source: str) -> str:
    """Write the source with its tags as a JSON object with sorted keys."""
    if staged.rows.bill_format.tags_of is None:
        return source
    return (
        f"(SELECT s.* REPLACE (tag_text.sorted AS tags) FROM {source} s LEFT JOIN tag_text ON s.tags = tag_text.tags)"
    )


def _charges(staged: Staged, source: str) -> str:
    """Write the staged charges with their row numbers; a row without an id of its own is known by its number."""
    columns = {name: quoted(name) for name in IMPORTED} | {
        "record_id": "coalesce(record_id, 'row-' || row_number)",
        "currency": literal(staged.currency),
    }
    listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    return f"SELECT {listed} FROM {_tagged(staged, source)}"


def _credits(staged: Staged, source: str) -> str:
    """Write one row for each credit: negative, never clipped; a usage discount lowers contracted cost too."""
    amount = "e10(credit_amount(entry))"
    mapping = {name: quoted(name) for name in _OF_THE_ROW} | {
        "currency": literal(staged.currency),
        "category": "'Credit'",
        "record_id": "'row-' || row_number || '/credit-' || place",
        "list_cost_e10": "0",
        "contracted_cost_e10": f"CASE WHEN is_discount_credit(entry) THEN {amount} ELSE 0 END",
        "billed_cost_e10": amount,
        "effective_cost_e10": amount,
        "description": "nullif(credit_text(entry, 'name'), '')",
        "charge_frequency": "'One-Time'",
        "provider_columns": "'{\"credit_type\":' || CAST(to_json(credit_text(entry, 'type')) AS VARCHAR) || '}'",
    }
    return f"SELECT {typed(mapping)} FROM {_credit_entries(_tagged(staged, source))}"


def _remainder(staged: Staged, home: Holding, plan: ChargeWriting) -> list[str]:
    """Write the line of what the cut at ten decimals leaves; `bill_import` holds its exact value (IMPORT-2).

    The four costs are the same: a file whose four costs are equal in each line stays equal in its sums.
    """
    exact = decimals.EXACT.add(plan.totals.remainder, plan.totals.credits_remainder)
    month = Month.from_number(home.month)
    kept = str(truncate(int(exact.scaleb(decimals.BEYOND_SCALE, decimals.EXACT)), _BEYOND))
    mapping = dict.fromkeys(COSTS, kept) | {
        "origin": literal(staged.rows.bill_format.name),
        "category": "'Adjustment'",
        "line_kind": literal(REMAINDER),
        "record_id": "'remainder'",
        "account_id": literal(home.payer_id),
        "payer_id": literal(home.payer_id),
        "usage_month": str(home.month),
        "charge_start": f"TIMESTAMP '{month}-01 00:00:00'",
        "charge_end": f"TIMESTAMP '{month.next()}-01 00:00:00'",
        "currency": literal(staged.currency),
        "description": literal("What lies beyond ten decimals of each line"),
        "service_category": "'Other'",
        "charge_frequency": "'One-Time'",
    }
    return [f"SELECT {typed(mapping)}"] if exact else []


def _part(staged: Staged, month: int, payers: Sequence[str]) -> str:
    listed = ", ".join(map(literal, payers))
    return f"(SELECT * FROM {staged.numbered} WHERE billing_month = {month} AND payer_id IN ({listed}))"


def _credit_entries(source: str) -> str:
    """Write the source with one row for each credit: `entry` is its text, `place` its position from 1."""
    return (
        "(SELECT *, unnest(credit_entries(credits_text)) AS entry, "
        f"generate_subscripts(credit_entries(credits_text), 1) AS place FROM {source} WHERE credits_text <> '[]')"
    )


def _counted(connection: duckdb.DuckDBPyConnection, path: Path, month: int, bucket: int) -> Written:
    """Read a finished file back: what it holds is what is counted, not what was meant to be written."""
    sums = ", ".join(f"coalesce(sum({cost}), 0)::VARCHAR" for cost in COSTS)
    row = connection.execute(
        f"SELECT count(*), {sums}, "
        f"coalesce(sum(billed_cost_e10) FILTER (line_kind <> '{REMAINDER}' AND NOT is_credit), 0)::VARCHAR, "
        f"coalesce(sum(billed_cost_e10) FILTER (line_kind <> '{REMAINDER}' AND is_credit), 0)::VARCHAR "
        f"FROM (SELECT *, category = 'Credit' AND record_id LIKE 'row-%/credit-%' AS is_credit "
        f"FROM read_parquet({literal(path)}))"
    ).fetchone()
    assert row is not None, "an aggregate has a row"
    costs = Costs(int(row[1]), int(row[2]), int(row[3]), int(row[4]))
    return Written(month, bucket, path, int(row[0]), costs, int(row[5]), int(row[6]))
