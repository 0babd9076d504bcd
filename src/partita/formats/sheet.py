"""Sheets of Excel and OpenDocument: the cells of the first sheet as text, exactly as far as a sheet is exact.

A sheet keeps numbers in binary. A number is taken as its shortest decimal text, or with the 15 digits that a
spreadsheet shows where only the binary noise of a formula stands beyond them; any other number keeps all its digits, so
that what is no exact amount is refused by whoever reads it. A formula that fails, or was never computed, reads as its
error or its text and never as an empty cell. Does not own what the columns mean (`formats.batch`). Rules: BATCH-4
(`docs/rules/batch.md`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from math import ulp
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

SUFFIXES = frozenset({".xlsx", ".xlsm", ".ods"})
"""How the name of a file ends that is read as sheets."""
OLD_SUFFIXES = frozenset({".xls", ".xlsb"})
"""Binary workbooks: in them a formula that fails cannot be told from an empty cell, so they are not read."""

_NOISE_ULPS = 4
_PLACE = re.compile(r"([A-Z]+)([0-9]+)\Z")
_ERROR = re.compile(r"#|Err:")
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Broken = Iterator[tuple[int, int, str]]
"""Row and column of a cell, both from 0, and what it says instead of a value."""


class SheetUnreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no workbook that can be read."""


def read_sheet(path: Path) -> list[list[str]]:
    """Return the rows of the first sheet, each with its cells as text. Raises SheetUnreadable."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            name = book.sheet_names[0]
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        rows = [[_text(cell) for cell in row] for row in cells]
        with ZipFile(path) as parts:
            _put_in(rows, parts, name, is_ods=path.suffix.lower() == ".ods")
    except (CalamineError, BadZipFile, ET.ParseError, OSError, LookupError, ValueError) as error:
        raise SheetUnreadable(str(error).strip() or "no sheet") from error
    return rows


def _put_in(rows: list[list[str]], parts: ZipFile, sheet: str, *, is_ods: bool) -> None:
    """Let cells that hold an error, or a formula without a value, say so in `rows`."""
    with parts.open("content.xml" if is_ods else _part_of(parts, sheet)) as part:
        for row, column, text in _broken_of_ods(part) if is_ods else _broken_of_excel(part):
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = text


def _text(cell: object) -> str:
    """Return what a cell says as text: a whole number without its point, any other as its decimal."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return _decimal(cell)
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


def _decimal(cell: float) -> str:
    """Return the decimal that a sheet shows: its 15 digits, if what it drops is no more than the noise of binary."""
    whole, seen = Decimal(repr(cell)), Decimal(f"{cell:.15g}")
    return f"{seen if abs(whole - seen) <= _NOISE_ULPS * Decimal(ulp(cell)) else whole:f}"


def _broken_of_excel(part: IO[bytes]) -> Broken:
    """Find the cells of a sheet of Excel that hold an error, or a formula without a value."""
    row = column = -1
    for event, node in _events(part):
        kind = _local(node.tag)
        if event == "start" and kind == "row":
            row, column = int(node.get("r", row + 2)) - 1, -1
        elif event == "end" and kind == "c":
            place = _PLACE.match(node.get("r", ""))
            column = _column(place[1]) if place else column + 1
            if wrong := _wrong(node):
                yield row, column, wrong
            node.clear()


def _wrong(cell: ET.Element) -> str:
    """Return the error of a cell of Excel, or its formula where that was never computed; '' where all is well."""
    inner = {_local(one.tag): one.text or "" for one in cell}
    if cell.get("t") == "e":
        return inner.get("v") or "#ERROR"
    return f"={inner['f']}" if "f" in inner and not inner.get("v") and cell.get("t") != "str" else ""


def _part_of(parts: ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet of Excel. Raises LookupError."""
    (workbook,) = (part for kind, part in _related(parts, "").values() if kind == "officeDocument")
    root = ET.fromstring(parts.read(workbook))  # noqa: S314 - expat guards against entities that grow
    named = {one.get("name"): one.get(_RELATED, "") for one in root.iter() if _local(one.tag) == "sheet"}
    return _related(parts, workbook)[named[sheet]][1]


def _related(parts: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the kind and name of each part that a part (or '', the package) names, by the id of the relationship."""
    folder, _, name = part.rpartition("/")
    described = f"{folder}/_rels/{name}.rels".lstrip("/")
    root = ET.fromstring(parts.read(described))  # noqa: S314 - expat guards against entities that grow
    return {
        one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], posixpath.join(f"/{folder}", target).lstrip("/"))
        for one in root
        if (target := one.get("Target", ""))
    }


def _broken_of_ods(part: IO[bytes]) -> Broken:
    """Find the cells of the first OpenDocument sheet that hold an error."""
    row = column = 0
    for event, node in _events(part):
        kind = _local(node.tag)
        if event == "start" and kind == "table-row":
            column = 0
        elif event == "end" and kind in {"table-cell", "covered-table-cell"}:
            told = "".join(node.itertext()).strip()
            if _attribute(node, "formula") and (_attribute(node, "value-type") == "error" or _ERROR.match(told)):
                yield row, column, told or "#ERROR"
            column += int(_attribute(node, "number-columns-repeated") or 1)
            node.clear()
        elif event == "end" and kind == "table-row":
            row += int(_attribute(node, "number-rows-repeated") or 1)
        elif event == "end" and kind == "table":
            return


def _events(part: IO[bytes]) -> Iterator[tuple[str, ET.Element]]:
    return ET.iterparse(part, ("start", "end"))  # noqa: S314 - expat guards against entities that grow


def _attribute(node: ET.Element, name: str) -> str:
    """Return an attribute in whichever namespace; an error is said in one of its own, beside the ordinary one."""
    values = [value for key, value in node.attrib.items() if _local(key) == name]
    return "error" if "error" in values else next(iter(values), "")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
