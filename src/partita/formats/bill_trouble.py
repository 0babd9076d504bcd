"""What is wrong with a bill that could not be taken in: the first damaged row, or the first bad value, by name.

Runs only after the fast reading has failed, so it may be slow and must be exact. The file is read once more as text;
rows and columns are then named as a spreadsheet shows them. Rules: IMPORT-7 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from partita.core.money import CURRENCIES
from partita.core.refusal import Reason, Refused, refused
from partita.formats.bill_format import BillFormat, Column, Kind
from partita.formats.bill_rows import Rows
from partita.formats.bill_source import CUT_PARQUET, FIRST_ROW, BillSource, first_defect
from partita.formats.decimals import DIGITS_MAX
from partita.formats.quoting import literal, quoted

_CHECKS: Mapping[Kind, str] = {
    Kind.AMOUNT: "NOT is_amount({x})",
    Kind.QUANTITY: "NOT is_decimal({x})",
    Kind.TIME: "instant({x}) IS NULL",
    Kind.MONTH: "month_of_digits({x}) IS NULL",
    Kind.CREDITS: "NOT are_credits({x})",
    Kind.CURRENCY: f"NOT list_contains([{', '.join(map(literal, sorted(CURRENCIES)))}], {{x}})",
    Kind.ID: r"contains({x}, 'E+') AND regexp_full_match({x}, '\W*\d(\.\d+)?E\+\d+\W*')",
}
_QUICK: Mapping[Kind, str] = {
    **_CHECKS,
    Kind.CURRENCY: "false",  # the one currency of the file is looked at once
    # what does not fit the line stops the pass when it is read
    Kind.AMOUNT: f"NOT is_decimal({{x}}) OR strlen({{x}}) > {DIGITS_MAX + 1}",
}
_SAYS = {
    Kind.AMOUNT: (
        "it must be a plain decimal number of at most 38 digits and below 922,337,203.",
        "必须是普通的十进制数，最多 38 位，且小于 922,337,203。",
    ),
    Kind.QUANTITY: ("it must be a plain decimal number.", "必须是普通的十进制数。"),
    Kind.MONTH: (
        "it must be a month from 200001 to 209912, such as 202610.",
        "必须是 200001 至 209912 的账期，例如 202610。",
    ),
    Kind.CREDITS: ("it must be a list of credits, each with an amount.", "必须是抵免列表，且每项都有金额。"),
    Kind.CURRENCY: (
        "it must be an ISO 4217 code in capital letters, such as CNY.",
        "必须是大写的 ISO 4217 币种代码，例如 CNY。",
    ),
    Kind.ID: (
        (
            "a spreadsheet has shortened this long number, so its digits are lost: take the file as the provider "
            "wrote it, or set the column to text before you save."
        ),
        "该长数字已被电子表格缩写，末尾数字已丢失：请使用厂商的原始文件，或先把该列设为文本再保存。",
    ),
}
_TWO_ENDS = (
    "its line ends are of two kinds (CRLF and LF): save it again with one kind.",
    "换行符有两种（CRLF 与 LF）：请统一为一种后重新保存。",
)
_EMPTY = ("it must not be empty.", "不能为空。")


def unfit(rows: Rows) -> str:
    """Write the condition that a row has a value that does not fit: a quick form of the checks that name it.

    A CASE, for within its conditions the engine looks no further than it must: in a plain OR it evaluates everything.
    """
    checks = [check for column in _found(rows) if (check := _quick_check(column, rows.bill_format))]
    return f"CASE {' '.join(f'WHEN {check} THEN true' for check in checks)} ELSE false END"


def name_trouble(
    connection: duckdb.DuckDBPyConnection, rows: Rows, expected_currency: str | None, folder: Path
) -> Refused | None:
    """Return the first thing that is wrong: damage, then values by row and column, then the currency; else None."""
    target = folder / "text.parquet"
    try:
        connection.execute(f"COPY (SELECT * FROM {rows.sql}) TO {literal(target)} (FORMAT parquet)")
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        return _damage(rows.source, error)
    texts = f"(SELECT file_row_number + {FIRST_ROW} AS row_number, * FROM read_parquet({literal(target)}))"
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
        return refused(Reason.BAD_VALUE, row=found[0], column=shown, value="", detail=_EMPTY)
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


def _quick_check(column: Column, bill_format: BillFormat) -> str | None:
    """Write the quick check; an amount that repeats the cost, as most do, is as good as the cost, which has a check."""
    check, name = _check(column, bill_format, _QUICK), quoted(column.name)
    costs = [quoted(one.name) for one in bill_format.columns if one.kind is Kind.AMOUNT]
    if column.kind is Kind.AMOUNT and bill_format.cost in costs and bill_format.cost != name:
        return f"{name} IS DISTINCT FROM {bill_format.cost} AND {check}"
    return check


def _says(column: Column, bill_format: BillFormat, value: str) -> tuple[str, str]:
    if column.allowed:
        return f"it must be one of {', '.join(column.allowed)}.", f"必须是以下之一：{'、'.join(column.allowed)}。"
    if not value and column.name in {bill_format.payer_column, bill_format.month_column}:
        return _EMPTY
    if column.kind is Kind.TIME:
        en, zh = bill_format.time_says
        return f"it must be a date or time from 2000 to 2099, {en}.", f"必须是 2000 至 2099 年的日期或时间，{zh}。"
    return _SAYS[column.kind]


def _damage(source: BillSource, error: duckdb.Error) -> Refused:
    """Name the damaged row; where every row is sound by itself, say what the engine stumbled over."""
    if source.kind == "parquet":
        return refused(Reason.FILE_UNREADABLE, format="parquet", detail=CUT_PARQUET)
    defect = first_defect(source)
    if defect is not None:
        return defect
    said = str(error).partition("\n")[0]
    detail = _TWO_ENDS if isinstance(error, duckdb.InvalidInputException) else (said, said)
    return refused(Reason.FILE_UNREADABLE, format="csv", detail=detail)
