"""The file of a provider's bill before anything is taken in: what it is, its header, and the first defect in it.

Owns the look at the first bytes (CSV, gzip, Parquet, or something else altogether), the reading of the header, and the
slow exact search for the first damaged row, which runs only after the bulk engine has refused the file. Rows are
counted as a spreadsheet counts them: the header is row 1; a quoted line break starts no row, blank lines do not count.
Does not own what the columns mean (`bill_format`). Rules: IMPORT-5, IMPORT-7 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from partita.core.refusal import Reason, Refused, refused

FIRST_ROW = 2
"""Row of the first values: the header is row 1."""
ROW_BYTES_MAX = 2 * 1024 * 1024
_HEADER_BYTES_MAX = 1024 * 1024
_BLOCK = 1024 * 1024
_PARQUET = b"PAR1"
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_STRANGERS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV.",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the sheet as CSV.",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or compress it with gzip.",
    b"BZh": "compressed with bzip2: unpack it, or compress it with gzip.",
    b"\xfd7zXZ": "compressed with xz: unpack it, or compress it with gzip.",
    b"%PDF": "a PDF document: download the bill as CSV.",
}


@dataclass(frozen=True, slots=True)
class BillSource:
    """A file that can be read: its kind (`csv`, `gzip`, `parquet`), encoding, and header."""

    path: Path
    kind: str
    encoding: str
    header: tuple[str, ...]


def look_at(path: Path, format_name: str, encodings: Sequence[str]) -> BillSource | Refused:
    """Say what a file is and read its header; refuse what cannot be a bill."""
    try:
        with path.open("rb") as handle:
            start = handle.read(8)
    except FileNotFoundError:
        return refused(Reason.FILE_NOT_FOUND, path=path)
    except OSError as error:
        detail = "it is a folder." if path.is_dir() else f"{os.strerror(error.errno or 0)}."
        return refused(Reason.FILE_UNREADABLE, format=format_name, detail=detail)
    stranger = _stranger(path, start, format_name)
    if stranger is not None:
        return stranger
    if start.startswith(_PARQUET):
        return _parquet(path, format_name)
    return _text(path, "gzip" if start.startswith(_GZIP) else "csv", format_name, encodings)


def _stranger(path: Path, start: bytes, format_name: str) -> Refused | None:
    if not start:
        return refused(Reason.FILE_EMPTY, path=path)
    if start.startswith(_UTF16):
        return refused(Reason.WRONG_ENCODING, row=1)
    what = next((what for magic, what in _STRANGERS.items() if start.startswith(magic)), None)
    return None if what is None else refused(Reason.FILE_UNREADABLE, format=format_name, detail=f"it is {what}")


def fingerprint(source: BillSource) -> bytes | Refused:
    """Return the SHA-256 of the file; refuse text that holds a zero byte, which no text does."""
    digest = hashlib.sha256()
    with source.path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            if source.kind == "csv" and b"\0" in block:
                return first_defect(source) or refused(Reason.FILE_UNREADABLE, format="csv", detail="it is binary.")
            digest.update(block)
    return digest.digest()


def first_defect(source: BillSource) -> Refused | None:
    """Return the first damaged row of a text file, or None when every row is sound. Row by row: slow and exact."""
    width, row = len(source.header), 0
    try:
        with opened_text(source.path, source.kind, "utf-8") as handle, _long_fields():
            for fields in csv.reader(handle, strict=True):
                row += bool(fields)
                defect = _defect(fields, width, row)
                if defect is not None:
                    return defect
    except csv.Error as error:
        return refused(Reason.TRUNCATED_FILE, row=row + 1, detail=_csv_says(str(error)))
    except (EOFError, OSError, zlib.error):
        return refused(Reason.TRUNCATED_FILE, row=row + 1, detail="the compressed file ends early or is damaged.")
    return None


@contextmanager
def opened_text(path: Path, kind: str, encoding: str, errors: str = "surrogateescape") -> Iterator[IO[str]]:
    """Open a text file, unpacking it; bytes that are no text of the encoding come out as surrogates."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("rb") as raw, gzip.open(raw) if kind == "gzip" else raw as unpacked:
        buffered = io.BufferedReader(unpacked) if kind == "gzip" else unpacked
        yield io.TextIOWrapper(buffered, encoding=name, errors=errors, newline="")


def _defect(fields: list[str], width: int, row: int) -> Refused | None:
    if not fields:
        return None
    text = ",".join(fields)
    if "\0" in text:
        return refused(Reason.TRUNCATED_FILE, row=row, detail="it holds a zero byte, so the file is binary or damaged.")
    try:
        text.encode()
    except UnicodeEncodeError:
        return refused(Reason.WRONG_ENCODING, row=row)
    if len(fields) != width:
        return refused(Reason.TRUNCATED_FILE, row=row, detail=f"it has {len(fields)} fields instead of {width}.")
    return None


def _parquet(path: Path, format_name: str) -> BillSource | Refused:
    with duckdb.connect() as connection:
        try:
            relation = connection.read_parquet([str(path)])
            return BillSource(path, "parquet", "utf-8", tuple(relation.columns))
        except duckdb.Error:
            detail = "the Parquet file ends early or is damaged: fetch it again."
            return refused(Reason.FILE_UNREADABLE, format=format_name, detail=detail)


def _text(path: Path, kind: str, format_name: str, encodings: Sequence[str]) -> BillSource | Refused:
    try:
        with path.open("rb") as raw, gzip.open(raw) if kind == "gzip" else raw as unpacked:
            start = unpacked.read(_HEADER_BYTES_MAX)
    except (EOFError, OSError, zlib.error):
        return refused(Reason.TRUNCATED_FILE, row=1, detail="the compressed file ends early or is damaged.")
    if b"\0" in start[:4096]:
        return refused(Reason.FILE_UNREADABLE, format=format_name, detail="it is a binary file, not a CSV file.")
    for encoding in encodings:
        header = _header(start, encoding)
        if header is not None and any(header):
            return BillSource(path, kind, encoding, header)
    if _header(start, "latin-1") is None or not start.strip(b"\xef\xbb\xbf\r\n ,"):
        return refused(Reason.FILE_EMPTY, path=path)
    return refused(Reason.WRONG_ENCODING, row=1)


def _header(start: bytes, encoding: str) -> tuple[str, ...] | None:
    """Read the first row that is not blank; None when it is not text in this encoding or does not end."""
    text = start.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="surrogateescape")
    try:
        with _long_fields():
            fields = next((row for row in csv.reader(io.StringIO(text, newline="")) if row), None)
    except csv.Error:
        return None
    try:
        return None if fields is None else tuple(field.strip() for field in fields if field.encode() or not field)
    except UnicodeEncodeError:
        return None


@contextmanager
def _long_fields() -> Iterator[None]:
    before = csv.field_size_limit(ROW_BYTES_MAX)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _csv_says(message: str) -> str:
    if "field larger" in message:
        return f"a field is longer than {ROW_BYTES_MAX // 1024 // 1024} MiB: a quotation mark is probably not closed."
    if "unexpected end" in message:
        return "the file ends inside a quoted field: it is cut off."
    if "expected after" in message:
        return "text follows a closed quotation mark: a quotation mark inside a field is written twice."
    return f"{message}."
