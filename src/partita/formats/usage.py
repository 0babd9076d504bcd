"""Usage files of the world: CSV, NDJSON (both also gzipped) and Parquet, read as rows of plain text.

Owns how a file is recognised and refused as a whole, and the SQL that gives its rows to the bulk engine: one text
column per input column, untouched but for spaces around it. Text files are read line by line, so that a damaged row
damages nothing but itself. Does not own what a valid row is (`columnar.usage`). Rules: USAGE-3, USAGE-6;
schema: `docs/guide/usage-files.md`.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import duckdb

from partita.columnar.tables import column_list
from partita.core.refusal import Reason, Refused, refused
from partita.core.usage import COLUMNS, REJECT_COLUMNS, REQUIRED
from partita.formats.quoting import literal, path_literal, quoted
from partita.formats.text_lines import LINE_BYTES_MAX, TextLines, is_gzip, open_lines

_HINT = ("See docs/guide/usage-files.md.", "参见 docs/guide/usage-files.zh-CN.md。")
_NO_COMMAS = (
    "The columns are not separated by commas: save the file as CSV with commas.",
    "各列不是以逗号分隔：请另存为逗号分隔的 CSV。",
)
_FOLDER = ("it is a folder: name a file in it.", "这是一个文件夹：请指定其中的文件。")
_ZIP = (
    "it is a ZIP archive or an Excel workbook. Save the sheet as CSV (UTF-8), or unpack it.",
    "这是 ZIP 压缩包或 Excel 工作簿。请将工作表另存为 CSV（UTF-8），或先解压。",
)
_ARRAY = (
    "it is one JSON array; write one JSON object per line instead.",
    "这是一个 JSON 数组；请每行写一个 JSON 对象。",
)
_CUT_OFF = (
    "it has no line end and is damaged, so the file was cut off. Fetch it again; or end the line, if it is meant so.",
    "该行没有换行符且已损坏，文件可能被截断。请重新获取文件；若确实如此，请在行末加上换行符。",
)
_NO_OBJECT = ("none of its first lines is a JSON object.", "前若干行都不是 JSON 对象。")
_NO_PARQUET = (
    "it is damaged, broken off, or no Parquet file at all.",
    "文件已损坏、不完整，或不是 Parquet 文件。",
)
_ROW_NUMBER = "file_row_number"
_OUR_NAME = (
    f"it has a column {_ROW_NUMBER}, a name that the reader needs for itself: rename that column.",
    f"列名 {_ROW_NUMBER} 为读取程序保留：请将该列改名。",
)
_MAGIC_PARQUET, _MAGIC_ZIP = b"PAR1", b"PK\x03\x04"
_SAMPLE_LINES = 1000
_SEPARATOR = "chr(0)"
"""What cuts a line into fields: a text file never holds it (`text_lines`)."""
_SAYS_SOMETHING = "(trim(left(line, 1)) <> '' or trim(line) <> '')"

# A field of CSV: between quotes, with spaces around them or not; or anything that does not start with a quote.
_FIELD = ' *"(?:[^"]|"")*" *| *[^," ][^,]*| *'
# A number of so many digits, or with so great an exponent, that a double may not hold it exactly.
_LONG_NUMBER = "[0-9][0-9.]{15}|[0-9][eE][+-]?[0-9]{3}"
_TOKENS = r'("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)'


class Kind(Enum):
    """The kinds of usage files."""

    CSV = "CSV"
    NDJSON = "NDJSON"
    PARQUET = "Parquet"


@dataclass(frozen=True, slots=True)
class UsageSource:
    """A usage file that can be read: `rows` is SQL of the columns of `core.usage.COLUMNS` as text, and `damaged`.

    `numbered` is the same with `row` (as an editor counts), `line` (the damaged row itself) and `original` (a list of
    the values of `header`; empty for a damaged row). `at_once` is a faster way to the same rows for a CSV file without
    any damaged row: it raises, or gives another number of rows than `lines` counts, where `rows` has to be taken.
    `header` is what a rejects file repeats; `ignored` is what no rule knows.
    """

    kind: Kind
    digest: bytes
    header: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: str
    numbered: str
    at_once: str | None = None
    lines: str | None = None


def open_usage(path: Path, folder: Path, engine: duckdb.DuckDBPyConnection) -> UsageSource | Refused:
    """Recognise a usage file and prove that it can be read; `folder` is for a plain copy where one is needed.

    Refuses what is missing, empty, no usage file at all, broken off, not UTF-8, or without a required column.
    """
    if no := refuse_path(path):
        return no
    with path.open("rb") as handle:
        start = handle.read(len(_MAGIC_PARQUET))
    if start == _MAGIC_PARQUET or path.suffix.lower() == ".parquet":
        return _open_parquet(path, engine)
    if start == _MAGIC_ZIP:
        return refused(Reason.FILE_UNREADABLE, format="CSV", detail=_ZIP)
    lines = open_lines(path, folder)
    if isinstance(lines, Refused):
        return lines
    name = path.stem if is_gzip(path) and path.suffix.lower() == ".gz" else path.name
    if lines.first.startswith("{") or Path(name).suffix.lower() in {".ndjson", ".jsonl", ".json"}:
        return _open_ndjson(lines, engine)
    return _open_csv(lines, engine)


def refuse_path(path: Path) -> Refused | None:
    """Refuse a path at which no file with content can be read."""
    if not path.exists():
        return refused(Reason.FILE_NOT_FOUND, path=path)
    if not path.is_file() and not path.is_dir():
        return refused(Reason.NOT_A_REGULAR_FILE, path=path)
    try:
        with path.open("rb") as handle:
            return None if handle.read(1) else refused(Reason.FILE_EMPTY, path=path)
    except OSError as error:
        said = f"{os.strerror(error.errno or 0)}."
        detail = _FOLDER if path.is_dir() else (said, said)
        return refused(Reason.FILE_UNREADABLE, format=f"usage {Kind.CSV.value}", detail=detail)


def _open_csv(lines: TextLines, engine: duckdb.DuckDBPyConnection) -> UsageSource | Refused:
    names = [name.strip() for name in next(csv.reader([lines.first]))]
    found = _find(names, Kind.CSV)
    if isinstance(found, Refused):
        return found
    kept = [(at, name) for at, name in enumerate(names, 1) if name.lower() not in REJECT_COLUMNS]
    columns = ", ".join(
        f'{_unquoted(names.index(found[name]) + 1)} as "{name}"' if name in found else f'null::varchar as "{name}"'
        for name in COLUMNS
    )

    def rows(wanted: str, source: str) -> str:
        read = f"select *, contains(line, '\"') as quoted from {source}"
        cut = f"select *, {_fields()} as fields, {_is_damaged(len(names))} as damaged from ({read})"
        return f"select {columns}, {wanted} from ({cut})"

    if lines.rows > lines.first_row and (no := _refuse_cut(lines, partial(rows, "damaged"), engine)):
        return no
    value_lines = _value_lines(lines, lines.first_row)
    names_and_types = ", ".join(f"'{at}': 'VARCHAR'" for at in range(1, len(names) + 1))
    at_once = (
        f"read_csv({path_literal(lines.path)}, columns={{{names_and_types}}}, delim=',', quote='\"', escape='\"', "
        f"header=true, skip={lines.first_row - 1}, auto_detect=false, "
        f"new_line='{lines.newline}', max_line_size={LINE_BYTES_MAX})"
    )
    direct = ", ".join(
        f'{_text(quoted(str(names.index(found[name]) + 1)))} as "{name}"'
        if name in found
        else f'null::varchar as "{name}"'
        for name in COLUMNS
    )
    original = ", ".join(_unquoted(at) for at, _ in kept)
    return UsageSource(
        Kind.CSV,
        lines.digest,
        tuple(name for _, name in kept),
        _ignored(names, found),
        rows("damaged", value_lines),
        rows(
            f"damaged, row, line, case when damaged then [] else [{original}] end as original",
            _numbered_lines(lines, lines.first_row),
        ),
        at_once=f"select {direct}, false as damaged from {at_once}",
        lines=f"select count(*) from {value_lines}",
    )


def _open_ndjson(lines: TextLines, engine: duckdb.DuckDBPyConnection) -> UsageSource | Refused:
    if lines.first.startswith("["):
        return refused(Reason.FILE_UNREADABLE, format=Kind.NDJSON.value, detail=_ARRAY)
    keys = [alias for aliases in COLUMNS.values() for alias in aliases]
    paths = ", ".join(literal(f"$.{key}") for key in keys)

    def rows(wanted: str, source: str, *, to_the_letter: bool = False) -> str:
        columns = ", ".join(f'{_value_of(name, keys, to_the_letter=to_the_letter)} as "{name}"' for name in COLUMNS)
        is_object = "json_valid(line) and starts_with(ltrim(line), '{')"
        parsed = f"select *, case when {is_object} then line end as json from {source}"
        found = f"select *, json_extract_string(json, [{paths}]) as found, json is null as damaged from ({parsed})"
        return f"select {columns}, {wanted} from ({found})"

    sample = f"(select * from {_value_lines(lines, 0)} limit {_SAMPLE_LINES})"
    failed = _refuse_sample(rows("damaged", sample), engine)
    failed = failed or _refuse_cut(lines, partial(rows, "damaged"), engine)
    if failed:
        return failed
    numbered = rows("damaged, row, line", _numbered_lines(lines, 0), to_the_letter=True)
    return UsageSource(
        Kind.NDJSON,
        lines.digest,
        tuple(COLUMNS),
        _unknown_keys(sample, engine),
        rows("damaged", _value_lines(lines, 0)),
        f"select *, [{column_list(dict.fromkeys(COLUMNS, 'VARCHAR'))}] as original from ({numbered})",
    )


def _open_parquet(path: Path, engine: duckdb.DuckDBPyConnection) -> UsageSource | Refused:
    source = f"read_parquet({path_literal(path)}, binary_as_string=true, {_ROW_NUMBER}=true)"
    try:
        described = engine.execute(
            f"describe from read_parquet({path_literal(path)}, binary_as_string=true)"
        ).fetchall()
    except duckdb.Error:
        return refused(Reason.FILE_UNREADABLE, format=Kind.PARQUET.value, detail=_NO_PARQUET)
    types = {str(row[0]): str(row[1]) for row in described}
    if _ROW_NUMBER in {name.lower() for name in types}:
        return refused(Reason.FILE_UNREADABLE, format=Kind.PARQUET.value, detail=_OUR_NAME)
    found = _find(list(types), Kind.PARQUET)
    if isinstance(found, Refused):
        return found
    if types[found["quantity"]] in {"DOUBLE", "FLOAT"}:
        return refused(
            Reason.FILE_UNREADABLE,
            format=Kind.PARQUET.value,
            detail=_no_exact_type(found["quantity"], types[found["quantity"]]),
        )
    columns = ", ".join(
        f'{_as_text(found[name], types[found[name]])} as "{name}"' if name in found else f'null::varchar as "{name}"'
        for name in COLUMNS
    )
    kept = [name for name in types if name.lower() not in REJECT_COLUMNS]
    original = ", ".join(_as_text(name, types[name]) for name in kept)
    return UsageSource(
        Kind.PARQUET,
        _digest_of(path),
        tuple(kept),
        _ignored(types, found),
        f"select {columns}, false as damaged from {source}",
        f"select {columns}, false as damaged, file_row_number + 1 as row, null::varchar as line, "
        f"[{original}] as original from {source}",
    )


def _refuse_cut(lines: TextLines, rows: Callable[[str], str], engine: duckdb.DuckDBPyConnection) -> Refused | None:
    """Refuse a file whose last line is damaged and has no line end: it was cut off in the middle."""
    if lines.unended is None:
        return None
    (damaged,) = engine.execute(
        f"select damaged from ({rows(f'(select {literal(lines.unended)} as line)')})"
    ).fetchall()
    return refused(Reason.TRUNCATED_FILE, row=lines.rows, detail=_CUT_OFF) if damaged[0] else None


def _no_exact_type(column: str, kind: str) -> tuple[str, str]:
    return (
        (
            f"the column {column} has the type {kind}, which cannot hold decimal quantities exactly. "
            "Write it as DECIMAL(18,6), as an integer, or as text."
        ),
        f"列 {column} 的类型 {kind} 无法精确表示小数用量。请写为 DECIMAL(18,6)、整数或文本。",
    )


def _find(names: Iterable[str], kind: Kind) -> dict[str, str] | Refused:
    """Return input column → header, or refuse what is missing or stands twice."""
    names = tuple(names)
    by_lower: dict[str, list[str]] = {}
    for name in names:
        by_lower.setdefault(name.lower(), []).append(name)
    found: dict[str, str] = {}
    for column, aliases in COLUMNS.items():
        matching = [name for alias in aliases for name in by_lower.get(alias, ())]
        if len(matching) > 1:
            detail = (
                f"the columns {' and '.join(matching)} mean the same; keep one of them.",
                f"列 {' 与 '.join(matching)} 含义相同；请只保留其中一列。",
            )
            return refused(Reason.FILE_UNREADABLE, format=kind.value, detail=detail)
        if matching:
            found[column] = matching[0]
    missing = [column for column in REQUIRED if column not in found]
    if missing:
        hint = _NO_COMMAS if len(names) == 1 and any(mark in names[0] for mark in ";\t|") else _HINT
        return refused(Reason.WRONG_HEADER, format=f"usage {kind.value}", missing=", ".join(missing), hint=hint)
    return found


def _ignored(names: Iterable[str], found: Mapping[str, str]) -> tuple[str, ...]:
    known = set(found.values())
    return tuple(name for name in names if name not in known and name.lower() not in REJECT_COLUMNS)


def _value_lines(lines: TextLines, header_row: int) -> str:
    """SQL of the lines that say something, without the header."""
    skip = f"offset {header_row}" if header_row else ""
    return f"(from (from {lines.sql()} {skip}) where {_SAYS_SOMETHING})"


def _numbered_lines(lines: TextLines, header_row: int) -> str:
    """SQL of the same lines with their numbers: the engine numbers in the order of the file."""
    return (
        f"(from (select line, row_number() over () as row from {lines.sql()}) "
        f"where row > {header_row} and {_SAYS_SOMETHING})"
    )


def _fields() -> str:
    """SQL that cuts a line of CSV at its commas, but not at those between quotes.

    The added comma gives the last field an end like the others; what follows it is one empty field too many.
    """
    cut = f"regexp_replace(line || ',', '({_FIELD}),', '\\1' || {_SEPARATOR}, 'g')"
    return f"case when quoted then string_split({cut}, {_SEPARATOR}) else string_split(line, ',') end"


def _is_damaged(width: int) -> str:
    """SQL that says whether a line of CSV has another number of fields, or quotes that are not in pairs.

    Empty fields at the end do not matter: spreadsheets leave them.
    """
    closes = f"regexp_full_match(line, '(?:{_FIELD})(?:,(?:{_FIELD}))*')"
    more = f"replace(array_to_string(fields[{width + 1}:], ''), '\"', '')"
    return (
        f"len(fields) < {width} + quoted::integer or (quoted and not {closes}) "
        f"or (len(fields) > {width} + quoted::integer and trim({more}) <> '')"
    )


def _unquoted(position: int) -> str:
    """SQL of a field as text: without quotes and outer spaces, NULL when nothing is left."""
    field = f"trim(fields[{position}])"
    inner = f"replace(substr({field}, 2, length({field}) - 2), '\"\"', '\"')"
    return _text(f"case when quoted and starts_with({field}, '\"') then {inner} else {field} end")


def _text(value: str) -> str:
    """SQL of a text without outer spaces, NULL when nothing is left."""
    return f"nullif(trim({value}), '')"


def _value_of(name: str, keys: list[str], *, to_the_letter: bool) -> str:
    """SQL of a value of a JSON object as text; the quantity as it is written, not as a double.

    Up to fifteen digits a double gives back what was written, though `0.0000001` as `1e-07`; `to_the_letter` reads
    the text in any case.
    """
    found = ", ".join(f"found[{keys.index(alias) + 1}]" for alias in COLUMNS[name])
    value = f"coalesce({found})"
    if name == "quantity":
        quoted = f"regexp_replace(json, '{_TOKENS}', '\\1' || chr(1) || '\\2' || chr(2), 'g')"
        exact = f"replace(replace(replace({quoted}, chr(1) || chr(2), ''), chr(1), '\"'), chr(2), '\"')"
        is_long = "json is not null" if to_the_letter else f"regexp_matches(json, '{_LONG_NUMBER}')"
        value = f"case when {is_long} then {exact}->>'$.quantity' else {value} end"
    return _text(value)


def _refuse_sample(rows: str, engine: duckdb.DuckDBPyConnection) -> Refused | None:
    """Refuse an NDJSON file of whose first lines none is an object, or none has a required key."""
    counted = ", ".join(f'count("{name}")' for name in REQUIRED)
    objects, *filled = engine.execute(f"select count(*) filter (not damaged), {counted} from ({rows})").fetchall()[0]
    if not objects:
        return refused(Reason.FILE_UNREADABLE, format=Kind.NDJSON.value, detail=_NO_OBJECT)
    missing = [name for name, count in zip(REQUIRED, filled, strict=True) if not count]
    if missing:
        return refused(Reason.WRONG_HEADER, format="usage NDJSON", missing=", ".join(missing), hint=_HINT)
    return None


def _unknown_keys(sample: str, engine: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the keys of the first lines that no rule knows."""
    known = {alias for aliases in COLUMNS.values() for alias in aliases}
    keys = engine.execute(
        f"select distinct unnest(json_keys(case when json_valid(line) then line end)) as key from {sample} order by key"
    ).fetchall()
    return tuple(key for (key,) in keys if key not in known)


def _as_text(column: str, kind: str) -> str:
    name = quoted(column)
    if kind == "TIMESTAMP WITH TIME ZONE":
        # the engine works in UTC, so this is the same text as its own, without the calendar it asks for each row
        text = f"cast(make_timestamp(epoch_us({name})) as varchar) || '+00'"
        return _text(f"case when isfinite({name}) then {text} else cast({name} as varchar) end")
    value = f"to_json({name})" if kind.startswith(("MAP", "STRUCT")) else name
    return _text(f"cast({value} as varchar)")


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").digest()
