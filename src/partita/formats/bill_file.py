"""Bills as files: CSV, Excel and Parquet, of any number of rows, written by the bulk engine itself.

Owns how the rows of a view become a file: heads in one language, exact amounts, and an Excel workbook that is made as
text in the engine and streamed into a zip, a sheet for each 1,048,575 rows. Does not own which rows (`core.bill_view`).
Rules: CUSTOM-3 (`docs/rules/custom_bill.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import duckdb
import pyarrow as pa

from partita.columnar.bill_view import column
from partita.core.bill_view import DIMENSIONS, FIGURES, MONEY, Figure
from partita.formats.quoting import literal

SHEET_ROWS = 1_048_575
"""Rows of a sheet of Excel under its head."""
CURRENCY = "currency"
KINDS = (".csv", ".xlsx", ".parquet")
"""What the name of a file may end in."""

_PIECE = 8_000_000
_NO_XML = bytes(sign for sign in range(0x20) if chr(sign) not in "\t\n\r")
"""Letters that XML cannot hold; in UTF-8 none of them is part of another letter."""
_AT_ONCE = 2_048
"""Rows that the engine hands over at once."""
_FAST = 1
_YEAR_ONE = (1980, 1, 1, 0, 0, 0)
_HEADS = {CURRENCY: ("currency", "币种")}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: its columns by word in order, the language of its heads, and its title."""

    columns: tuple[str, ...]
    language: str
    title: str

    def heads(self) -> list[str]:
        """Return the heads of the columns."""
        chinese = self.language == "zh"
        return [
            _HEADS[word][chinese] if word in _HEADS else (DIMENSIONS.get(word) or FIGURES[word]).text(self.language)
            for word in self.columns
        ]


def columns_sql(rows: str, columns: Sequence[str], *, exact: bool) -> str:
    """Return the rows of a view as a file has them: texts, and figures as decimals (`exact`) or as plain texts."""
    shown = ", ".join(f'{_value(word, exact=exact)} as "{word}"' for word in columns)
    return f"select {shown} from ({rows})"


def _value(word: str, *, exact: bool) -> str:
    figure = FIGURES.get(word)
    if figure is None:
        return f'"{word}"'
    if figure is Figure.CHARGES:
        return f"{column(figure)}::bigint"
    scale = 6 if figure is Figure.QUANTITY else 10
    decimal = (
        f"{column(figure)}::decimal({38 - scale}, 0) * cast('{'0.' + '0' * (scale - 1)}1' as decimal({scale}, {scale}))"
    )
    if exact:
        return decimal
    keep = 2 if figure in MONEY else 0
    text = f"({decimal})::varchar"
    # Zeros at the end say nothing; of money two decimals stay, so that a column reads as amounts.
    return f"rpad_decimals({text}, {keep})"


_PLAIN = r"""
create or replace temp macro rpad_decimals(amount, keep) as
    case when keep = 0 then rtrim(rtrim(amount, '0'), '.')
         else left(amount, length(amount) - 10 + greatest(2, length(rtrim(right(amount, 10), '0')))) end;
create or replace temp macro xml(value) as
    replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
"""


def write(engine: duckdb.DuckDBPyConnection, rows: str, sheet: Sheet, target: Path) -> int:
    """Write the rows of a statement to a file whose name ends in one of `KINDS`; return how many there are.

    Raises OSError or duckdb.IOException where the file cannot be written.
    """
    engine.execute(_PLAIN)
    engine.execute(f"create or replace temp table bill_rows as {rows}")
    kind, heads = target.suffix.lower(), sheet.heads()
    if kind == ".xlsx":
        _write_workbook(engine, sheet, target)
    else:
        exact = kind == ".parquet"
        inner = columns_sql("from bill_rows", sheet.columns, exact=exact)
        names = ", ".join(
            f'"{word}" as "{word if exact else head.replace(chr(34), "")}"'
            for word, head in zip(sheet.columns, heads, strict=True)
        )
        how = "format parquet, compression zstd" if exact else "format csv, header true"
        engine.execute(f"copy (select {names} from ({inner})) to {literal(target)} ({how})")
    ((count,),) = engine.execute("select count(*) from bill_rows").fetchall()
    return int(count)


def sums_of_file(engine: duckdb.DuckDBPyConnection, sheet: Sheet, target: Path) -> dict[str, int] | None:
    """Read a CSV or Parquet file again; return the payable in it by currency in `_e10`, None where it does not say."""
    if not {CURRENCY, Figure.PAYABLE.word} <= set(sheet.columns):
        return None
    kind = target.suffix.lower()
    if kind == ".xlsx":
        found = _sums_of_workbook(engine, sheet, target)
    else:
        heads = dict(zip(sheet.columns, sheet.columns if kind == ".parquet" else sheet.heads(), strict=True))
        reader = "read_parquet({})" if kind == ".parquet" else "read_csv({}, all_varchar = true, header = true)"
        found = engine.execute(
            f'select "{heads[CURRENCY]}", sum(cast("{heads[Figure.PAYABLE.word]}" as decimal(38, 10)))::varchar '
            f"from {reader.format(literal(target))} group by 1"
        ).fetchall()
    return {currency: int(amount.replace(".", "")) for currency, amount in found}


def _sums_of_workbook(engine: duckdb.DuckDBPyConnection, sheet: Sheet, target: Path) -> list[tuple[str, str]]:
    """Add up the payable cells of a workbook: its sheets are read out of the zip piece by piece."""
    places = sheet.columns.index(CURRENCY), sheet.columns.index(Figure.PAYABLE.word)
    engine.execute("create or replace temp table read_rows (currency varchar, amount decimal(38, 10))")
    reading = _READ.format(currency=places[0] + 1, amount=places[1] + 1)
    with ZipFile(target) as workbook:
        for name in (one for one in workbook.namelist() if one.startswith(_SHEETS)):
            _add_up(engine, reading, workbook, name)
    return engine.execute("select currency, sum(amount)::varchar from read_rows group by 1").fetchall()


def _add_up(engine: duckdb.DuckDBPyConnection, reading: str, workbook: ZipFile, name: str) -> None:
    with workbook.open(name) as handle:
        for text in _pieces(handle):
            engine.execute(reading, [text])


_SHEETS = "xl/worksheets/"
_READ = r"""
    insert into read_rows
    select regexp_extract(split_part(row, '</c>', {currency}), '<t[^>]*>([^<]*)', 1),
           regexp_extract(split_part(row, '</c>', {amount}), '<v>([^<]*)', 1)::decimal(38, 10)
    from unnest(string_split(?, '</row>')) t(row) where starts_with(row, '<row>')
"""


def _pieces(packed: IO[bytes]) -> Iterator[str]:
    """Read a sheet in pieces that end with a whole row; the head is left out."""
    handle = TextIOWrapper(packed, encoding="utf-8")
    rest, first = "", True
    while chunk := handle.read(_PIECE):
        whole, sign, rest = (rest + chunk).rpartition("</row>")
        if first and sign:
            whole, first = whole.partition("</row>")[2], False
        yield whole + sign


def _write_workbook(engine: duckdb.DuckDBPyConnection, sheet: Sheet, target: Path) -> None:
    ((count,),) = engine.execute("select count(*) from bill_rows").fetchall()
    starts = range(0, max(1, count), SHEET_ROWS)
    names = [sheet.title[:25] if number == 0 else f"{sheet.title[:25]} {number + 1}" for number in range(len(starts))]
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_FAST) as workbook:
        for name, text in _parts_of(names).items():
            workbook.writestr(_entry(name), text)
        for number, start in enumerate(starts, 1):
            _pack(workbook, f"{_SHEETS}sheet{number}.xml", _sheet(engine, sheet, start))


def _pack(workbook: ZipFile, name: str, texts: Iterator[bytes]) -> None:
    with workbook.open(_entry(name), "w", force_zip64=True) as handle:
        for text in texts:
            handle.write(text)


def _sheet(engine: duckdb.DuckDBPyConnection, sheet: Sheet, start: int) -> Iterator[bytes]:
    """Yield the sheet of the rows from `start` on: its head, then thousands of rows at a time."""
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{16 if word in FIGURES else 22}" customWidth="1"/>'
        for place, word in enumerate(sheet.columns, 1)
    )
    head = "".join(f'<c s="1" t="inlineStr"><is><t>{escape(name)}</t></is></c>' for name in sheet.heads())
    yield (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView '
        'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{widths}</cols><sheetData><row>{head}</row>"
    ).encode()
    cells = ", ".join(_cell(word) for word in sheet.columns)
    span = f"from bill_rows where rowid >= {start} and rowid < {start + SHEET_ROWS}"
    inner = columns_sql(span, sheet.columns, exact=False)
    rows = engine.sql(f"select concat('<row>', {cells}, '</row>') from ({inner})").to_arrow_reader(_AT_ONCE)
    for batch in rows:
        yield bytes(_joined(batch.column(0))).translate(None, _NO_XML)
    yield b"</sheetData></worksheet>"


def _joined(texts: pa.StringArray) -> pa.Buffer:
    """Return texts as one: Arrow keeps them one after the other, so no row is a loop."""
    _, places, letters = texts.buffers()
    if letters is None:
        return pa.py_buffer(b"")
    first, last = (
        int.from_bytes(places[4 * place : 4 * place + 4].to_pybytes(), "little")
        for place in (texts.offset, texts.offset + len(texts))
    )
    return letters[first:last]


def _cell(word: str) -> str:
    if word not in FIGURES:
        return f"""'<c t="inlineStr"><is><t xml:space="preserve">', xml("{word}"), '</t></is></c>'"""
    style = ' s="2"' if FIGURES[word] in MONEY else ""
    return f"""'<c{style}><v>', "{word}", '</v></c>'"""


def _entry(name: str) -> ZipInfo:
    """Name a part of the workbook with an instant of its own, so that the same bill gives the same file."""
    entry = ZipInfo(name, _YEAR_ONE)
    entry.compress_type = ZIP_DEFLATED
    entry._compresslevel = _FAST  # type: ignore[attr-defined] # noqa: SLF001 - a ZipInfo takes its level nowhere else
    return entry


def _parts_of(sheets: Sequence[str]) -> Mapping[str, str]:
    """Return the parts of a workbook beside its sheets."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    top = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in numbers
    )
    listed = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{related}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    styles = len(sheets) + 1
    return {
        "[Content_Types].xml": f'{top}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{top}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{top}<workbook xmlns="{main}" xmlns:r="{related}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{top}<Relationships xmlns="{package}/relationships">{links}<Relationship '
        f'Id="rId{styles}" Type="{related}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{top}<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" '
        'formatCode="#,##0.00########"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
        'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        '<border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf '
        'numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" '
        'fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" '
        'applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        "</cellXfs></styleSheet>",
    }
