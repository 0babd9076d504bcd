"""What is wrong with a bill that could not be taken in: the first damaged row, or the first bad value, by name.

Runs only after the fast reading has failed, so it may be slow and must be exact. The file is read once more as text;
rows and columns are then named as a spreadsheet shows them. Rules: IMPORT-7 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from partita.core.refusal import Reason, Refused, refused
from partita.formats.bill_format import BillFormat, Column, Kind, literal, quoted
from partita.formats.bill_rows import Rows
from partita.formats.bill_source import FIRST_ROW, BillSource, first_defect
from partita.formats.decimals import DIGITS_MAX

_CHECKS = {
    Kind.AMOUNT: "NOT is_amount({x})",
    Kind.QUANTITY: "NOT is_decimal({x})",
    Kind.TIME: "instant({x}) IS NULL",
    Kind.MONTH: "month_of_digits({x}) IS NULL",
    Kind.CREDITS: "NOT are_credits({x})",
}
_QUICK = _CHECKS | {
    # a cast costs half of a pattern; what it lets through (`1_000`) is read as the number it is
    Kind.AMOUNT: f"TRY_CAST({{x}} AS DECIMAL(38,20)) IS NULL OR strlen({{x}}) > {DIGITS_MAX + 1}",
    Kind.QUANTITY: "TRY_CAST({x} AS DECIMAL(38,6)) IS NULL",
}
_SAYS = {
    Kind.AMOUNT: "it must be a plain decimal number of at most 38 digits and below 922,337,203.",
    Kind.QUANTITY: "it must be a plain decimal number.",
    Kind.TIME: "it must be a date or time such as 2026-10-01 or 2026-10-01T00:00:00Z.",
    Kind.MONTH: "it must be a month such as 202610.",
    Kind.CREDITS: "it must be a list of credits, each with an amount.",
}


def unfit(rows: Rows) -> str:
    """Write the condition that a row has a value that does not fit: a quick form of the checks that name it."""
    checks = [check for column in _found(rows) if (check := _check(column, rows.bill_format, _QUICK))]
    return " OR ".join(f"({check})" for check in checks)


def name_trouble(
    connection: duckdb.DuckDBPyConnection, rows: Rows, expected_currency: str | None, folder: Path
) -> Refused | None:
    """Return the first thing that is wrong: damage, then values by row and column, then the currency; else None."""
    target = folder / "text.parquet"
    try:
        connection.execute(f"COPY (SELECT * FROM {rows.sql}) TO {literal(str(target))} (FORMAT parquet)")
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        return _damage(rows.source, error)
    texts = f"(SELECT file_row_number + {FIRST_ROW} AS row_number, * FROM read_parquet({literal(str(target))}))"
    return _bad_value(connection, rows, texts) or _other_currency(connection, rows, texts, expected_currency)


def _bad_value(connection: duckdb.DuckDBPyConnection, rows: Rows, texts: str) -> Refused | None:
    worst: tuple[int, int, str, Column] | None = None
    for column in _found(rows):
        check = _check(column, rows.bill_format, _CHECKS)
        if check is None:
            continue
        name = quoted(column.name)
        row, value = connection.execute(
            f"SELECT min(row_number), arg_min(coalesce({name}, ''), row_number) FROM {texts} WHERE {check}"
        ).fetchone() or (None, "")
        if row is not None:
            bad = (row, rows.layout.positions[column.name], value, column)
            worst = bad if worst is None else min(worst, bad, key=lambda one: one[:2])
    if worst is None:
        return None
    row, _, value, column = worst
    shown, detail = rows.layout.header_of(column.name), _says(column, rows.bill_format, value)
    return refused(Reason.BAD_VALUE, row=row, column=shown, value=value, detail=detail)


def _other_currency(
    connection: duckdb.DuckDBPyConnection, rows: Rows, texts: str, expected: str | None
) -> Refused | None:
    column = rows.bill_format.currency
    if column is None:
        return None
    name = quoted(column)
    first = connection.execute(f"SELECT arg_min(coalesce({name}, ''), row_number) FROM {texts}").fetchone()
    wanted = expected if expected is not None else (first[0] if first else "")
    found = connection.execute(
        f"SELECT min(row_number), arg_min(coalesce({name}, ''), row_number) FROM {texts} "
        f"WHERE nullif(?, '') IS NULL OR {name} IS DISTINCT FROM ?",
        [wanted, wanted],
    ).fetchone()
    if found is None or found[0] is None:
        return None
    shown = rows.layout.header_of(column)
    if not found[1]:
        detail = "it must not be empty."
        return refused(Reason.BAD_VALUE, row=found[0], column=shown, value="", detail=detail)
    return refused(Reason.CURRENCY_DIFFERS, row=found[0], column=shown, value=found[1], expected=wanted)


def _found(rows: Rows) -> list[Column]:
    return [column for column in rows.bill_format.columns if column.name in rows.layout.positions]


def _check(column: Column, bill_format: BillFormat, checks: Mapping[Kind, str]) -> str | None:
    name = quoted(column.name)
    if column.name in {bill_format.payer_column, bill_format.month_column}:
        return f"{name} IS NULL" + (f" OR {checks[column.kind].format(x=name)}" if column.kind in checks else "")
    if column.allowed:
        return f"NOT one_of({name}, {', '.join(map(literal, column.allowed))})"
    check = checks.get(column.kind)
    return None if check is None else f"{name} IS NOT NULL AND ({check.format(x=name)})"


def _says(column: Column, bill_format: BillFormat, value: str) -> str:
    if column.allowed:
        return f"it must be one of {', '.join(column.allowed)}."
    if not value and column.name in {bill_format.payer_column, bill_format.month_column}:
        return "it must not be empty."
    return _SAYS[column.kind]


def _damage(source: BillSource, error: duckdb.Error) -> Refused:
    """Name the damaged row; where every row is sound by itself, say what the engine stumbled over."""
    if source.kind == "parquet":
        detail = "the Parquet file ends early or is damaged: fetch it again."
        return refused(Reason.FILE_UNREADABLE, format="parquet", detail=detail)
    defect = first_defect(source)
    if defect is not None:
        return defect
    if isinstance(error, duckdb.InvalidInputException):
        detail = "its line ends are of two kinds (CRLF and LF): save it again with one kind."
    else:
        detail = str(error).partition("\n")[0]
    return refused(Reason.FILE_UNREADABLE, format="csv", detail=detail)
