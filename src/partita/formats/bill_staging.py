"""A provider's bill on its way in: read and mapped in one pass, in the order of the file.

Owns the one pass: every row is mapped to the columns of `tables.IMPORTED` and kept as Parquet in a folder of the
import; the place in it gives the row number, so that the reading stays parallel. Everything streams: a file may be
larger than memory. Whatever does not fit stops the pass, and `bill_trouble` says what it was. Does not own the mapping
(`bill_format`) nor the files of charges (`bill_charges`). Rules: IMPORT-3, IMPORT-4, IMPORT-7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from partita.columnar.tables import IMPORTED
from partita.core.money import CURRENCIES
from partita.core.refusal import Reason, Refused, refused
from partita.formats.bill_format import Layout
from partita.formats.bill_rows import Rows, times_read
from partita.formats.bill_source import FIRST_ROW
from partita.formats.bill_trouble import name_trouble, unfit
from partita.formats.quoting import literal, quoted

_TROUBLES = (
    duckdb.InvalidInputException,  # a damaged row, bytes that are no text
    duckdb.ConversionException,  # text that is no number
    duckdb.OutOfRangeException,  # a number that does not fit
    duckdb.IOException,  # a packed file that ends early
)
ROW_GROUP = 40_960
"""Rows that a thread holds before it writes them: small blocks stay in the caches and within tight memory."""
COSTS = ("list_cost_e10", "contracted_cost_e10", "billed_cost_e10", "effective_cost_e10")


_E10 = re.compile(r"e10\(([^()]+|coalesce\([^()]+\))\)")


@dataclass(frozen=True, slots=True)
class Staged:
    """A bill that was read: its format, the one currency, the staged Parquet, and its rows.

    Beside `tables.IMPORTED` it holds `billing_month`, `cost_text`, `credits_text`, `identity_holds` and `unfit`.
    """

    rows: Rows
    currency: str
    path: Path
    records: int

    @property
    def layout(self) -> Layout:
        """Where the header holds the columns."""
        return self.rows.layout

    @property
    def numbered(self) -> str:
        """The staged charges as an SQL source, with `row_number` as a spreadsheet shows it."""
        columns = "* EXCLUDE (row_number, file_row_number)"
        return f"(SELECT {columns}, file_row_number + {FIRST_ROW} AS row_number FROM {self.plain})"

    @property
    def plain(self) -> str:
        """The staged charges as an SQL source, as they are."""
        return f"read_parquet({literal(self.path)}, file_row_number = true)"


def stage(
    connection: duckdb.DuckDBPyConnection, rows: Rows, expected_currency: str | None, folder: Path
) -> Staged | Refused:
    """Read and map the file into `folder`; refuse it when anything in it does not fit, naming row and column."""
    target = folder / "staged.parquet"
    failure: duckdb.Error | None = None
    select = mapped(rows)
    assert keeps_order(connection, select), "the place of a row in the file is its number"
    try:
        row = connection.execute(
            f"COPY ({select}) TO {literal(target)} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchone()
    except _TROUBLES as error:
        failure, row = error, (1,)
    if not row or not row[0]:
        return refused(Reason.FILE_WITHOUT_ROWS, path=rows.source.path)
    currency = None if failure else _one_currency(connection, rows, expected_currency, target)
    if currency is None:
        trouble = name_trouble(connection, rows, expected_currency, folder)
        detail = str(failure).partition("\n")[0]
        return trouble or refused(Reason.FILE_UNREADABLE, format=rows.bill_format.name, detail=detail)
    return Staged(rows, currency, target, int(row[0]))


def keeps_order(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Say whether the engine runs a statement as a scan and projections only, which keep the order of the file.

    A long `IN`, for example, becomes a join behind the scenes, and a join does not.
    """
    plan = "".join(row[1] for row in connection.execute(f"EXPLAIN {statement}").fetchall()).upper()
    return not any(word in plan for word in ("JOIN", "AGGREGATE", "WINDOW", "ORDER_BY", "UNION"))


def mapped(rows: Rows) -> str:
    """Write the mapping of the file's rows to the columns of imported charges, in order; the cost is read once."""
    one, mapping = rows.bill_format, dict(rows.bill_format.mapping)
    cost = "billed_e10"
    mapping |= {column: f"coalesce({_same_as(one.cost, mapping.get(column, 'NULL'))}, {cost})" for column in COSTS} | {
        "billed_cost_e10": cost,
        "origin": literal(one.name),
        "line_kind": "'imported'",
        "payer_id": one.payer,
        "usage_month": f"CASE WHEN ({mapping.get('class', 'NULL')}) = 'Correction' "
        f"THEN month_of({mapping['charge_start']}) ELSE {one.month} END",
        "currency": literal(one.default_currency or "") if one.currency is None else quoted(one.currency),
        "provider_columns": _kept(rows),
    }
    if one.tags_of is not None:
        mapping["tags"] = quoted(one.tags_of)
    beside = {
        "billing_month": f"CAST({one.month} AS INTEGER)",
        "cost_text": one.cost,
        "credits_text": "NULL" if one.credits is None else quoted(one.credits),
        "identity_holds": one.identity or "true",
        "unfit": unfit(rows),
    }
    columns = times_read(f"{typed(mapping)}, {', '.join(f'{sql} AS {name}' for name, sql in beside.items())}")
    return f"SELECT {columns} FROM (SELECT *, coalesce(e10({one.cost}), 0) AS {cost} FROM {rows.sql})"


def _same_as(cost: str, other: str) -> str:
    """Write another cost so that it is read only where its text differs from that of the cost, which is read anyway."""
    text = _E10.fullmatch(other)
    return other if text is None else f"CASE WHEN {text[1]} = {cost} THEN billed_e10 ELSE {other} END"


def typed(mapping: dict[str, str]) -> str:
    """Write expressions as the columns of imported charges, in their order and types; what is not mapped is NULL."""
    return ", ".join(f'CAST({mapping.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in IMPORTED.items())


def _kept(rows: Rows) -> str:
    """Write the kept columns as one JSON object."""
    names = [name for name in rows.bill_format.kept if name in rows.layout.positions]
    return f"json_object({', '.join(f'{literal(name)}, {quoted(name)}' for name in names)})" if names else "NULL"


def _one_currency(connection: duckdb.DuckDBPyConnection, rows: Rows, expected: str | None, target: Path) -> str | None:
    """Return the currency when every row fits and the file holds one currency only, the expected one."""
    row = connection.execute(
        f"SELECT min(currency), max(currency), count_if(unfit OR currency IS NULL) FROM read_parquet({literal(target)})"
    ).fetchone()
    assert row is not None, "an aggregate has a row"
    least, most, misfits = row
    if misfits or least != most or least not in CURRENCIES | {""}:
        return None
    if rows.bill_format.currency is None:
        return expected or str(least)
    return str(least) if expected in {None, least} else None
