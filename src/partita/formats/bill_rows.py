"""The rows of a provider's bill as the bulk engine reads them: one pass, every column as text.

Owns the SQL that reads a file, and the macros that a mapping uses. `Rows.sql` gives the columns of the format by name,
as text, absent ones as NULL, numbers without E notation, and each time as read besides. Does not own what becomes of
them (`bill_staging`, `bill_trouble`). Rules: IMPORT-1, IMPORT-3, IMPORT-5 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

import gzip
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from partita.core.refusal import Refused
from partita.formats import decimals
from partita.formats.bill_format import BillFormat, Kind, Layout
from partita.formats.bill_source import ROW_BYTES_MAX, BillSource, first_defect, opened_text
from partita.formats.quoting import literal, quoted

_CHARACTERS = 1024 * 1024

_MACROS = {
    # IN would become a join, and a join does not keep the order of the file, which gives the number of the row
    "one_of(x, a, b := NULL, c := NULL, d := NULL, e := NULL, f := NULL, g := NULL)": """CASE x WHEN a THEN true
        WHEN b THEN true WHEN c THEN true WHEN d THEN true WHEN e THEN true WHEN f THEN true WHEN g THEN true
        ELSE false END""",
    "month_of(x)": "CAST(year(x) * 100 + month(x) AS INTEGER)",
    # `infinity`, `epoch` and year 9999 are times to the engine, but not of a bill
    "of_our_time(x)": "CASE WHEN x >= TIMESTAMP '2000-01-01' AND x < TIMESTAMP '2100-01-01' THEN x END",
    # the month of the middle: a month of UTC+8 starts on the last day of the month before it
    "month_of_period(a, b)": """month_of(make_timestamp(
        (epoch_us(a) + epoch_us(coalesce(b, a + INTERVAL 28 DAY))) // 2))""",
    # 202610, 2026-10, 2026/10 → 202610
    "month_of_digits(x)": r"""CASE WHEN regexp_full_match(x, '20\d{2}[-/]?(0[1-9]|1[0-2])')
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


_READ = " read"
_INSTANT = re.compile(r'\binstant\("([^"]+)"\)')


def times_read(sql: str) -> str:
    """Let an expression over `Rows.sql` use the times that are read there already: a time costs more than a number."""
    return _INSTANT.sub(rf'"\1{_READ}"', sql)


@dataclass(frozen=True, slots=True)
class Rows:
    """A file ready to be read as often as needed: what it is, its format, where the columns are, and the SQL."""

    source: BillSource
    bill_format: BillFormat
    layout: Layout
    sql: str


def open_rows(
    connection: duckdb.DuckDBPyConnection, source: BillSource, bill_format: BillFormat, layout: Layout, folder: Path
) -> Rows | Refused:
    """Make a file readable for the engine; what that takes (a plain name, UTF-8) is put into `folder`."""
    create_macros(connection, bill_format)
    readable = _utf8(source, folder)
    if isinstance(readable, Refused):
        return readable
    select = ", ".join(_columns(connection, readable, bill_format, layout))
    sql = f"(SELECT {select} FROM {_reader(readable, bill_format, folder)})"
    return Rows(readable, bill_format, layout, sql)


def create_macros(connection: duckdb.DuckDBPyConnection, bill_format: BillFormat) -> None:
    """Create the macros that the mapping of a format uses."""
    decimals.create_macros(connection)
    for signature, body in (
        *_MACROS.items(),
        ("instant(x)", f"of_our_time({bill_format.instant})"),
        *bill_format.macros.items(),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS ({body})")


def _reader(source: BillSource, bill_format: BillFormat, folder: Path) -> str:
    """Write the reading of the file: every column as text by position, so that equal names in a header do not matter.

    The engine would take `*` and `[` in a path for a pattern, so it sees the file under a plain name.
    """
    plain = folder / f"source.{source.kind}"
    if plain != source.path:
        plain.symlink_to(source.path.resolve())
    if source.kind == "parquet":
        return f"read_parquet({literal(plain)})"
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(source.header)))
    return (
        f"read_csv({literal(plain)}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', strict_mode = true, columns = {{{columns}}}, "
        f"max_line_size = {ROW_BYTES_MAX}, buffer_size = {4 * ROW_BYTES_MAX}, "
        f"nullstr = [{', '.join(map(literal, bill_format.null_texts))}], "
        f"compression = '{'gzip' if source.kind == 'gzip' else 'none'}')"
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, source: BillSource, bill_format: BillFormat, layout: Layout
) -> list[str]:
    texts = _parquet_texts(connection, source) if source.kind == "parquet" else None
    select = []
    for column in bill_format.columns:
        position = layout.positions.get(column.name)
        text = "CAST(NULL AS VARCHAR)" if position is None else texts[position] if texts else f"c{position}"
        if column.kind in {Kind.AMOUNT, Kind.QUANTITY} and position is not None:
            text = f"plain_decimal({text})"
        select.append(f"{text} AS {quoted(column.name)}")
        if column.kind is Kind.TIME:
            select.append(f"instant({text}) AS {quoted(column.name + _READ)}")
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


def _named(defect: Refused | None) -> Refused:
    assert defect is not None, "what cannot be read has a row"
    return defect


def _json_key(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def _utf8(source: BillSource, folder: Path) -> BillSource | Refused:
    """Rewrite a file of another encoding as UTF-8; the engine reads UTF-8 only."""
    if source.encoding == "utf-8":
        return source
    target = folder / "source.csv"
    try:
        with (
            opened_text(source.path, source.kind, source.encoding, errors="strict") as text,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(text, out, _CHARACTERS)
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error):
        return _named(first_defect(source))
    return BillSource(target, "csv", "utf-8", source.header)
