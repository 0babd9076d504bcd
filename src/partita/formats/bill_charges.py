"""The charges of a provider's bill: totals held against each other, and Parquet files of `tables.IMPORTED`.

Owns the totals of a staged bill, the rows that every import adds (credits, the import remainder), and the writing of
one file for each billing month and bucket. Each line keeps ten decimals, cut toward zero; what the cuts leave is summed
exactly and booked as one line, so file total = charges + remainder. Does not own the reading (`bill_staging`).
Rules: IMPORT-1, IMPORT-2, IMPORT-4, IMPORT-8, IMPORT-9 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from partita.columnar.tables import IMPORTED
from partita.core.charge import Costs
from partita.core.ids import bucket_of
from partita.core.money import AMOUNT_SCALE, E10, truncate
from partita.core.period import Month
from partita.formats import decimals
from partita.formats.bill_format import BillFormat, literal, quoted
from partita.formats.bill_staging import Staged

REMAINDER = "import_remainder"
_BEYOND = 10 ** (decimals.BEYOND_SCALE - AMOUNT_SCALE)
_COSTS = ("list_cost_e10", "contracted_cost_e10", "billed_cost_e10", "effective_cost_e10")


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
    one, cost = staged.bill_format, quoted(staged.bill_format.cost)
    identity = one.identity or "true"
    row = connection.execute(
        f"SELECT coalesce(sum(beyond_e10({cost})), 0)::VARCHAR, count(*) - count({cost}), count_if(NOT ({identity})) "
        f"FROM {staged.columns}"
    ).fetchone()
    assert row is not None, "an aggregate has a row"
    credits_total, credits_beyond = Decimal(0), 0
    if _has_credits(staged):
        entries = f"(SELECT credit_amount(entry) AS amount FROM {_credit_entries(staged.columns, one)})"
        credits_total = decimals.exact_total(connection, "amount", entries)
        beyond = connection.execute(f"SELECT coalesce(sum(beyond_e10(amount)), 0)::VARCHAR FROM {entries}").fetchone()
        credits_beyond = int(beyond[0]) if beyond else 0
    return Totals(
        file_total=decimals.exact_total(connection, cost, staged.columns),
        remainder=decimals.scaled(int(row[0]), decimals.BEYOND_SCALE),
        credits_total=credits_total,
        credits_remainder=decimals.scaled(credits_beyond, decimals.BEYOND_SCALE),
        without_cost=int(row[1]),
        identity_broken=int(row[2]),
    )


def holdings(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Holding]:
    """Return the payers and billing months of the file, sorted."""
    one = staged.bill_format
    rows = connection.execute(
        f"SELECT {one.month} AS month, {one.payer} AS payer, count(*), min(row_number) FROM {staged.rows} "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Holding(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChargeWriting:
    """What the writing of charges needs beside the staged bill."""

    currency: str
    held: Sequence[Holding]
    totals: Totals
    bucket_count: int
    folder: Path


def write_charges(connection: duckdb.DuckDBPyConnection, staged: Staged, plan: ChargeWriting) -> list[Written]:
    """Write the charges into `plan.folder`, one Parquet file for each billing month and bucket, sorted by both."""
    _map_tags(connection, staged)
    buckets = {one.payer_id: bucket_of(one.payer_id, plan.bucket_count) for one in plan.held}
    connection.execute("CREATE OR REPLACE TEMP TABLE payer_bucket (payer_id VARCHAR, bucket INTEGER)")
    connection.executemany("INSERT INTO payer_bucket VALUES (?, ?)", list(buckets.items()))
    partitions = sorted({(one.month, buckets[one.payer_id]) for one in plan.held})
    home = min(plan.held, key=lambda one: one.first_row)
    written = []
    for month, bucket in partitions:
        source = staged.rows if len(partitions) == 1 else _part(staged, month, bucket)
        selects = [_charges(staged, source, plan.currency)]
        if _has_credits(staged):
            selects.append(_credits(staged, source, plan.currency))
        if (month, bucket) == (home.month, buckets[home.payer_id]):
            selects += _remainder(staged.bill_format.name, home, plan)
        path = plan.folder / f"charges-{month}-{bucket}.parquet"
        connection.execute(f"COPY ({' UNION ALL '.join(selects)}) TO {literal(str(path))} (FORMAT parquet)")
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
    rows = connection.execute(f"SELECT DISTINCT payer_id FROM read_parquet({literal(str(path))})").fetchall()
    return {row[0] for row in rows}


def _map_tags(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Map each different text of tags once: a bill has millions of rows and some thousand sets of tags."""
    column = staged.bill_format.tags_of
    if column is not None:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE tag_text AS "
            f"SELECT {quoted(column)}, {staged.bill_format.mapping['tags']} AS tags "
            f"FROM (SELECT DISTINCT {quoted(column)} FROM {staged.columns} WHERE {quoted(column)} IS NOT NULL)"
        )


def _tagged(staged: Staged, source: str) -> tuple[str, str]:
    """Return the source joined with the mapped tags, and the expression of the tags in it."""
    column = staged.bill_format.tags_of
    if column is None:
        return source, staged.bill_format.mapping.get("tags", "NULL")
    return f"{source} LEFT JOIN tag_text USING ({quoted(column)})", "tag_text.tags"


def _charges(staged: Staged, source: str, currency: str) -> str:
    """Write the mapping of the file's rows to the columns of imported charges, in order."""
    one, mapping = staged.bill_format, dict(staged.bill_format.mapping)
    joined, mapping["tags"] = _tagged(staged, source)
    cost = f"coalesce(e10({quoted(one.cost)}), 0)"
    mapping |= {column: f"coalesce({mapping.get(column, 'NULL')}, {cost})" for column in _COSTS} | {
        "billed_cost_e10": cost,
        "origin": literal(one.name),
        "line_kind": "'imported'",
        "record_id": f"coalesce({mapping.get('record_id', 'NULL')}, 'row-' || row_number)",
        "payer_id": one.payer,
        "usage_month": f"CASE WHEN ({mapping.get('class', 'NULL')}) = 'Correction' "
        f"THEN month_of({mapping['charge_start']}) ELSE {one.month} END",
        "currency": literal(currency),
        "row_number": "row_number",
        "provider_columns": _kept(staged),
    }
    return f"SELECT {_typed(mapping)} FROM {joined}"


def _credits(staged: Staged, source: str, currency: str) -> str:
    """Write one row for each credit: negative, never clipped; a usage discount lowers contracted cost too."""
    one = staged.bill_format
    joined, tags = _tagged(staged, source)
    amount = "e10(credit_amount(entry))"
    mapping = {
        name: one.mapping[name]
        for name in ("account_id", "product_id", "sku_id", "charge_start", "charge_end", "region")
    } | {
        "tags": "tags",
        "origin": literal(one.name),
        "category": "'Credit'",
        "line_kind": "'imported'",
        "record_id": "'row-' || row_number || '/credit-' || place",
        "payer_id": one.payer,
        "usage_month": one.month,
        "list_cost_e10": "0",
        "contracted_cost_e10": f"CASE WHEN is_discount_credit(entry) THEN {amount} ELSE 0 END",
        "billed_cost_e10": amount,
        "effective_cost_e10": amount,
        "currency": literal(currency),
        "row_number": "row_number",
        "description": "nullif(credit_text(entry, 'name'), '')",
        "service_category": one.mapping["service_category"],
        "charge_frequency": "'One-Time'",
        "provider_columns": "'{\"credit_type\":' || CAST(to_json(credit_text(entry, 'type')) AS VARCHAR) || '}'",
    }
    rows = f"(SELECT *, {tags} AS tags FROM {joined})" if tags != "tag_text.tags" else f"(SELECT * FROM {joined})"
    return f"SELECT {_typed(mapping)} FROM {_credit_entries(rows, one)}"


def _remainder(origin: str, home: Holding, plan: ChargeWriting) -> list[str]:
    """Write the line of what the cut at ten decimals leaves; `bill_import` holds its exact value (IMPORT-2).

    The four costs are the same: a file whose four costs are equal in each line stays equal in its sums.
    """
    exact = decimals.EXACT.add(plan.totals.remainder, plan.totals.credits_remainder)
    month = Month.from_number(home.month)
    kept = str(truncate(int(exact.scaleb(decimals.BEYOND_SCALE, decimals.EXACT)), _BEYOND))
    mapping = dict.fromkeys(_COSTS, kept) | {
        "origin": literal(origin),
        "category": "'Adjustment'",
        "line_kind": literal(REMAINDER),
        "record_id": "'remainder'",
        "account_id": literal(home.payer_id),
        "payer_id": literal(home.payer_id),
        "usage_month": str(home.month),
        "charge_start": f"TIMESTAMP '{month}-01 00:00:00'",
        "charge_end": f"TIMESTAMP '{month.next()}-01 00:00:00'",
        "currency": literal(plan.currency),
        "description": literal("What lies beyond ten decimals of each line"),
        "service_category": "'Other'",
        "charge_frequency": "'One-Time'",
    }
    return [f"SELECT {_typed(mapping)}"] if exact else []


def _typed(mapping: Mapping[str, str]) -> str:
    return ", ".join(f'CAST({mapping.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in IMPORTED.items())


def _kept(staged: Staged) -> str:
    """Write the kept columns as one JSON object without what is absent."""
    parts = [
        f"{literal(chr(34) + name + chr(34) + ':')} || CAST(to_json({quoted(name)}) AS VARCHAR)"
        for name in staged.bill_format.kept
        if name in staged.layout.positions
    ]
    return f"'{{' || nullif(concat_ws(',', {', '.join(parts)}), '') || '}}'" if parts else "NULL"


def _part(staged: Staged, month: int, bucket: int) -> str:
    one = staged.bill_format
    return (
        f"(SELECT * FROM {staged.rows} WHERE {one.month} = {month} "
        f"AND {one.payer} IN (SELECT payer_id FROM payer_bucket WHERE bucket = {bucket}))"
    )


def _has_credits(staged: Staged) -> bool:
    return staged.bill_format.credits is not None and staged.bill_format.credits in staged.layout.positions


def _credit_entries(source: str, bill_format: BillFormat) -> str:
    """Write the source with one row for each credit: `entry` is its text, `place` its position from 1."""
    column = quoted(bill_format.credits or "")
    return (
        f"(SELECT *, unnest(credit_entries({column})) AS entry, "
        f"generate_subscripts(credit_entries({column}), 1) AS place FROM {source} WHERE {column} <> '[]')"
    )


def _counted(connection: duckdb.DuckDBPyConnection, path: Path, month: int, bucket: int) -> Written:
    """Read a finished file back: what it holds is what is counted, not what was meant to be written."""
    sums = ", ".join(f"coalesce(sum({cost}), 0)::VARCHAR" for cost in _COSTS)
    row = connection.execute(
        f"SELECT count(*), {sums}, "
        f"coalesce(sum(billed_cost_e10) FILTER (line_kind <> '{REMAINDER}' AND NOT is_credit), 0)::VARCHAR, "
        f"coalesce(sum(billed_cost_e10) FILTER (line_kind <> '{REMAINDER}' AND is_credit), 0)::VARCHAR "
        f"FROM (SELECT *, category = 'Credit' AND record_id LIKE 'row-%/credit-%' AS is_credit "
        f"FROM read_parquet({literal(str(path))}))"
    ).fetchone()
    assert row is not None, "an aggregate has a row"
    costs = Costs(int(row[1]), int(row[2]), int(row[3]), int(row[4]))
    return Written(month, bucket, path, int(row[0]), costs, int(row[5]), int(row[6]))


assert E10 == 10**AMOUNT_SCALE, "the macros of decimals cut at ten decimals"
