"""A provider's bill on its way in: read once, and checked.

Owns the reading: `stage` reads the file in one pass, text only, and keeps the columns that the format reads as Parquet
in their order; the checks run over those columns. Everything streams, so a file may be larger than memory. Does not own
the mapping (`bill_format`), the arithmetic (`decimals`), or the charges that come of it (`bill_charges`).
Rules: IMPORT-3, IMPORT-5, IMPORT-7 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from partita.core.refusal import Reason, Refused, refused
from partita.formats import decimals
from partita.formats.bill_format import BillFormat, Column, Kind, Layout, literal, quoted
from partita.formats.bill_source import FIRST_ROW, BillSource, first_defect, opened_text

_MACROS = {
    "month_of(x)": "CAST(year(x) * 100 + month(x) AS INTEGER)",
    # 202610, 2026-10, 2026/10 → 202610
    "month_of_digits(x)": r"""CASE WHEN regexp_full_match(x, '\d{4}[-/]?(0[1-9]|1[0-2])')
        THEN CAST(left(x, 4) || right(x, 2) AS INTEGER) END""",
    "month_start(x)": "make_timestamp(month_of_digits(x) // 100, month_of_digits(x) % 100, 1, 0, 0, 0)",
    # a JSON object with sorted keys; what is no object is no tags
    "tags_of_json(x)": """CASE WHEN x IS NULL OR x = '{}' THEN NULL
        ELSE coalesce(tags_of_map(TRY_CAST(TRY_CAST(x AS JSON) AS MAP(VARCHAR, VARCHAR))), tags_with_twins(x)) END""",
    "tags_of_list(x)": """CASE WHEN x IS NULL OR x = '[]' THEN NULL
        ELSE tags_of_entries(TRY_CAST(TRY_CAST(x AS JSON) AS STRUCT(key VARCHAR, value VARCHAR)[])) END""",
    "tags_of_entries(x)": """CASE WHEN len(x) > 0 THEN CAST(to_json(map_from_entries(list_sort(
        list_filter(x, lambda e, i: list_position(list_transform(x, lambda o: o.key), e.key) = i)))) AS VARCHAR) END""",
    "tags_of_map(x)": "CAST(to_json(map_from_entries(list_sort(map_entries(x)))) AS VARCHAR)",
    # a key that is there twice: the first one counts
    "tags_with_twins(x)": """CASE WHEN json_type(TRY_CAST(x AS JSON)) = 'OBJECT' THEN CAST(to_json(map_from_entries(
        list_transform(list_sort(list_distinct(json_keys(x))),
        lambda k: {'key': k, 'value': json_extract_string(x, '$."' || k || '"')}))) AS VARCHAR) END""",
}

_CHECKS = {
    Kind.AMOUNT: "NOT is_amount({x})",
    Kind.QUANTITY: "NOT is_decimal({x})",
    Kind.TIME: "instant({x}) IS NULL",
    Kind.MONTH: "month_of_digits({x}) IS NULL",
    Kind.CREDITS: "NOT are_credits({x})",
}
_SAYS = {
    Kind.AMOUNT: "it must be a plain decimal number of at most 38 digits and below 922,337,203.",
    Kind.QUANTITY: "it must be a plain decimal number.",
    Kind.TIME: "it must be a date or time such as 2026-10-01 or 2026-10-01T00:00:00Z.",
    Kind.MONTH: "it must be a month such as 202610.",
    Kind.CREDITS: "it must be a list of credits, each with an amount.",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """A bill that was read: its format, where the header holds what, the staged Parquet, and its rows."""

    bill_format: BillFormat
    layout: Layout
    path: Path
    records: int

    @property
    def rows(self) -> str:
        """The staged columns as an SQL source, with `row_number` as a spreadsheet shows it."""
        return f"(SELECT file_row_number + {FIRST_ROW} AS row_number, * FROM read_parquet({literal(str(self.path))}))"

    @property
    def columns(self) -> str:
        """The staged columns as an SQL source, without row numbers: cheaper."""
        return f"read_parquet({literal(str(self.path))})"


def stage(
    connection: duckdb.DuckDBPyConnection, source: BillSource, bill_format: BillFormat, layout: Layout, folder: Path
) -> Staged | Refused:
    """Read the file in one pass into `folder`; refuse a file that is damaged anywhere, naming the row."""
    create_macros(connection, bill_format)
    target = folder / "staged.parquet"
    readable = _utf8(source, folder)
    if isinstance(readable, Refused):
        return readable
    select = ", ".join(_staged_columns(connection, readable, bill_format, layout))
    try:
        row = connection.execute(
            f"COPY (SELECT {select} FROM {_reader(readable, bill_format, folder)}) TO {literal(str(target))} "
            "(FORMAT parquet, COMPRESSION snappy)"
        ).fetchone()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
        return _damage(readable, error)
    records = int(row[0]) if row else 0
    if not records:
        return refused(Reason.FILE_WITHOUT_ROWS, path=source.path)
    return Staged(bill_format, layout, target, records)


def create_macros(connection: duckdb.DuckDBPyConnection, bill_format: BillFormat) -> None:
    """Create the macros that the mapping of a format uses."""
    decimals.create_macros(connection)
    for signature, body in (*_MACROS.items(), ("instant(x)", bill_format.instant), *bill_format.macros.items()):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS ({body})")


def first_bad_value(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Refused | None:
    """Return the first value that is no number, date, or allowed word, by row and then by column; None when all are."""
    checks = [(column, check) for column in _found(staged) if (check := _check(column, staged.bill_format))]
    counts = connection.execute(
        f"SELECT {', '.join(f'count_if({check})' for _, check in checks)} FROM {staged.columns}"
    ).fetchone()
    bad = [pair for pair, count in zip(checks, counts or (), strict=True) if count]
    worst: tuple[int, int, str, Column] | None = None
    for column, check in bad:
        name = quoted(column.name)
        row, value = connection.execute(
            f"SELECT min(row_number), arg_min(coalesce({name}, ''), row_number) FROM {staged.rows} WHERE {check}"
        ).fetchone() or (0, "")
        found = (row, staged.layout.positions[column.name], value, column)
        worst = found if worst is None else min(worst, found, key=lambda one: one[:2])
    if worst is None:
        return None
    row, _, value, column = worst
    return refused(
        Reason.BAD_VALUE,
        row=row,
        column=staged.layout.header_of(column.name),
        value=value,
        detail=_says(column, staged.bill_format, value),
    )


def other_currency(connection: duckdb.DuckDBPyConnection, staged: Staged, expected: str | None) -> Refused | str:
    """Return the one currency of the file (the expected one, or that of its first row); refuse where a row differs."""
    column = staged.bill_format.currency
    if column is None:
        return expected or staged.bill_format.default_currency or ""
    name = quoted(column)
    wanted = expected
    if wanted is None:
        first = connection.execute(f"SELECT {name} FROM {staged.columns} LIMIT 1").fetchone()
        wanted = (first[0] if first else None) or ""
    found = connection.execute(
        f"SELECT min(row_number), arg_min(coalesce({name}, ''), row_number) FROM {staged.rows} "
        f"WHERE {name} IS DISTINCT FROM ?",
        [wanted],
    ).fetchone()
    if found and found[0] is not None:
        shown = staged.layout.header_of(column)
        return refused(Reason.CURRENCY_DIFFERS, row=found[0], column=shown, value=found[1], expected=wanted)
    return wanted


def _check(column: Column, bill_format: BillFormat) -> str | None:
    name = quoted(column.name)
    if column.name in {bill_format.payer_column, bill_format.month_column}:
        return f"{name} IS NULL" + (f" OR {_CHECKS[column.kind].format(x=name)}" if column.kind in _CHECKS else "")
    if column.allowed:
        return f"coalesce({name} NOT IN ({', '.join(map(literal, column.allowed))}), true)"
    check = _CHECKS.get(column.kind)
    return None if check is None else f"{name} IS NOT NULL AND {check.format(x=name)}"


def _says(column: Column, bill_format: BillFormat, value: str) -> str:
    if column.allowed:
        return f"it must be one of {', '.join(column.allowed)}."
    if not value and column.name in {bill_format.payer_column, bill_format.month_column}:
        return "it must not be empty."
    return _SAYS[column.kind]


def _found(staged: Staged) -> list[Column]:
    return [column for column in staged.bill_format.columns if column.name in staged.layout.positions]


def _reader(source: BillSource, bill_format: BillFormat, folder: Path) -> str:
    """Write the reading of the file: every column as text by position, so that equal names in a header do not matter.

    The engine would take `*` and `[` in a path for a pattern, so it sees the file under a plain name.
    """
    plain = folder / f"source.{source.kind}"
    if plain != source.path:
        plain.symlink_to(source.path.resolve())
    if source.kind == "parquet":
        return f"read_parquet({literal(str(plain))})"
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(source.header)))
    return (
        f"read_csv({literal(str(plain))}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', strict_mode = true, columns = {{{columns}}}, "
        f"nullstr = [{', '.join(map(literal, bill_format.null_texts))}], "
        f"compression = '{'gzip' if source.kind == 'gzip' else 'none'}')"
    )


def _staged_columns(
    connection: duckdb.DuckDBPyConnection, source: BillSource, bill_format: BillFormat, layout: Layout
) -> list[str]:
    texts = _parquet_texts(connection, source) if source.kind == "parquet" else None
    select = []
    for column in bill_format.columns:
        position = layout.positions.get(column.name)
        text = "CAST(NULL AS VARCHAR)" if position is None else texts[position] if texts else f"c{position}"
        if column.kind in {Kind.AMOUNT, Kind.QUANTITY}:
            text = f"plain_decimal({text})"
        select.append(f"{text} AS {quoted(column.name)}")
    if bill_format.tag_prefixes:
        parts = [
            f"{literal(_json_key(key))} || CAST(to_json({texts[at] if texts else f'c{at}'}) AS VARCHAR)"
            for key, at in layout.tags.items()
        ]
        joined = f"nullif(concat_ws(',', {', '.join(parts)}), '')" if parts else "CAST(NULL AS VARCHAR)"
        select.append(f"'{{' || {joined} || '}}' AS tags")
    return select


def _parquet_texts(connection: duckdb.DuckDBPyConnection, source: BillSource) -> list[str]:
    relation = connection.read_parquet([str(source.path)])
    nested = ("MAP", "STRUCT", "LIST")
    return [
        f"nullif(CAST({f'to_json({quoted(name)})' if str(kind).startswith(nested) else quoted(name)} AS VARCHAR), '')"
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]


def _json_key(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def _utf8(source: BillSource, folder: Path) -> BillSource | Refused:
    """Rewrite a file of another encoding as UTF-8 beside the staged one; the engine reads UTF-8 only."""
    if source.encoding == "utf-8":
        return source
    target = folder / "source.csv"
    row = 1
    try:
        with (
            opened_text(source.path, source.kind, source.encoding, errors="strict") as text,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            for row, line in enumerate(text, 1):  # noqa: B007 - the row is named when a line is no text
                out.write(line)
    except UnicodeDecodeError:
        return refused(Reason.WRONG_ENCODING, row=row + 1)
    except (EOFError, OSError):
        return refused(Reason.TRUNCATED_FILE, row=row + 1, detail="the compressed file ends early or is damaged.")
    return BillSource(target, "csv", "utf-8", source.header)


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
