"""The file of a provider's bill before anything is taken in: what it is, its header, and the first defect in it.

Owns the look at the first bytes (CSV, gzip, Parquet, or something else altogether), the reading of the header, and the
slow exact search for the first damaged row, which runs only after the bulk engine has refused the file. Rows are
counted as a spreadsheet counts them: the header is row 1; a quoted line break starts no row, blank lines do not count.
Does not own what the columns mean (`bill_format`). Rules: IMPORT-5, IMPORT-7 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
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
    b"PK\x03\x04": (
        "it is a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV.",
        "这是 ZIP 压缩包或 Excel 工作簿：请解压，或将工作表另存为 CSV。",
    ),
    b"\xd0\xcf\x11\xe0": (
        "it is an Excel workbook: save the sheet as CSV.",
        "这是 Excel 工作簿：请将工作表另存为 CSV。",
    ),
    b"%PDF": ("it is a PDF document: download the bill as CSV.", "这是 PDF 文档：请下载 CSV 格式的账单。"),
} | {
    magic: (
        f"it is compressed with {name}: unpack it, or compress it with gzip.",
        f"文件使用 {name} 压缩：请解压，或改用 gzip 压缩。",
    )
    for magic, name in ((b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"))
}
CUT_PARQUET = (
    "the Parquet file ends early or is damaged: fetch it again.",
    "Parquet 文件不完整或已损坏：请重新获取。",
)
_CUT_GZIP = ("the compressed file ends early or is damaged: fetch it again.", "压缩文件不完整或已损坏：请重新获取。")
_BINARY = ("it is a binary file, not a CSV file.", "这是二进制文件，不是 CSV 文件。")
_ZERO_BYTE = (
    "it holds a zero byte, so the file is binary or damaged.",
    "含有零字节：文件是二进制文件或已损坏。",
)
_FOLDER = ("it is a folder.", "这是一个文件夹。")


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
        if path.exists() and not path.is_file() and not path.is_dir():
            return refused(Reason.NOT_A_REGULAR_FILE, path=path)
        with path.open("rb") as handle:
            start = handle.read(8)
    except FileNotFoundError:
        return refused(Reason.FILE_NOT_FOUND, path=path)
    except OSError as error:
        said = f"{os.strerror(error.errno or 0)}."
        return refused(Reason.FILE_UNREADABLE, format=format_name, detail=_FOLDER if path.is_dir() else (said, said))
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
    return None if what is None else refused(Reason.FILE_UNREADABLE, format=format_name, detail=what)


def fingerprint(source: BillSource) -> bytes | Refused:
    """Return the SHA-256 of the file; refuse text that is none: a zero byte, or bytes that are not UTF-8.

    The engine proves only the columns that it reads to be UTF-8, so here all of them are.
    """
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    is_utf8 = source.kind == "csv" and source.encoding == "utf-8"
    with source.path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            if (source.kind == "csv" and b"\0" in block) or (is_utf8 and not _goes_on(decoder, block)):
                return first_defect(source) or refused(Reason.FILE_UNREADABLE, format="csv", detail=_BINARY)
            digest.update(block)
    return digest.digest() if not decoder.getstate()[0] else _cut_letter(source)


def _goes_on(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    """Say whether the text goes on as UTF-8; plain ASCII needs no decoding."""
    if block.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _cut_letter(source: BillSource) -> Refused:
    """Refuse a text that ends within a letter."""
    defect = first_defect(source)
    assert defect is not None, "a letter that is cut is no text"
    return defect


def first_defect(source: BillSource) -> Refused | None:
    """Return the first damaged row of a text file, or None when every row is sound. Row by row: slow and exact.

    Bytes that are no text of the file's encoding come out as surrogates, so they have a row as everything has.
    """
    read = [0]
    try:
        with opened_text(source.path, source.kind, source.encoding) as handle, _long_fields():
            checked = _checked(csv.reader(handle, strict=True), source, read)
            return next(filter(None, checked), None)
    except csv.Error as error:
        return refused(Reason.TRUNCATED_FILE, row=read[0] + 1, detail=_csv_says(str(error)))
    except (EOFError, OSError, zlib.error):
        return refused(Reason.TRUNCATED_FILE, row=read[0] + 1, detail=_CUT_GZIP)


def _checked(rows: Iterable[list[str]], source: BillSource, read: list[int]) -> Iterator[Refused | None]:
    """Yield what is wrong with each row; `read[0]` counts them as a spreadsheet does, empty lines left out."""
    for fields in rows:
        read[0] += bool(fields)
        yield _defect(fields, source, read[0])


@contextmanager
def opened_text(path: Path, kind: str, encoding: str, errors: str = "surrogateescape") -> Iterator[IO[str]]:
    """Open a text file, unpacking it; bytes that are no text of the encoding come out as surrogates."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("rb") as raw, gzip.open(raw) if kind == "gzip" else raw as unpacked:
        buffered = io.BufferedReader(unpacked) if kind == "gzip" else unpacked
        yield io.TextIOWrapper(buffered, encoding=name, errors=errors, newline="")


def _defect(fields: list[str], source: BillSource, row: int) -> Refused | None:
    if not fields:
        return None
    text = ",".join(fields)
    if "\0" in text:
        return refused(Reason.TRUNCATED_FILE, row=row, detail=_ZERO_BYTE)
    if len(fields) != (width := len(source.header)):
        detail = (f"it has {len(fields)} fields instead of {width}.", f"有 {len(fields)} 个字段，应为 {width} 个。")
        return refused(Reason.TRUNCATED_FILE, row=row, detail=detail)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _no_text(row, source.encoding)
    return None


def _no_text(row: int, *encodings: str) -> Refused:
    """Refuse bytes that are no text; a file that was taken for GB18030 was not UTF-8 either."""
    both = "gb18030" in encodings
    return refused(Reason.WRONG_ENCODING_OF_TWO if both else Reason.WRONG_ENCODING, row=row)


def _parquet(path: Path, format_name: str) -> BillSource | Refused:
    with duckdb.connect() as connection:
        try:
            relation = connection.read_parquet([str(path)])
            return BillSource(path, "parquet", "utf-8", tuple(relation.columns))
        except duckdb.Error:
            return refused(Reason.FILE_UNREADABLE, format=format_name, detail=CUT_PARQUET)


def _text(path: Path, kind: str, format_name: str, encodings: Sequence[str]) -> BillSource | Refused:
    try:
        with path.open("rb") as raw, gzip.open(raw) if kind == "gzip" else raw as unpacked:
            start = unpacked.read(_HEADER_BYTES_MAX)
    except (EOFError, OSError, zlib.error):
        return refused(Reason.TRUNCATED_FILE, row=_row_reached(path), detail=_CUT_GZIP)
    if b"\0" in start[:4096]:
        return refused(Reason.FILE_UNREADABLE, format=format_name, detail=_BINARY)
    for encoding in encodings:
        header = _header(start, encoding)
        if header is not None and any(header):
            return BillSource(path, kind, encoding, header)
    if _header(start, "latin-1") is None or not start.strip(b"\xef\xbb\xbf\r\n ,"):
        return refused(Reason.FILE_EMPTY, path=path)
    return _no_text(1, *encodings)


def _row_reached(path: Path) -> int:
    """Return the row in which a compressed file breaks off."""
    row = 1
    try:
        with gzip.open(path) as unpacked:
            for row, _ in enumerate(unpacked, 2):  # noqa: B007 - the row is named when the reading fails
                pass
    except (EOFError, OSError, zlib.error):
        return row
    return row


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


def _csv_says(message: str) -> tuple[str, str]:
    if "field larger" in message:
        most = f"{ROW_BYTES_MAX // 1024 // 1024} MiB"
        return (
            f"a field is longer than {most}: a quotation mark is probably not closed.",
            f"字段超过 {most}：可能有引号未闭合。",
        )
    if "unexpected end" in message:
        return "the file ends inside a quoted field: it is cut off.", "文件在带引号的字段中结束：内容被截断。"
    if "expected after" in message:
        return (
            "text follows a closed quotation mark: a quotation mark inside a field is written twice.",
            "闭合的引号之后还有文字：字段内的引号应写两次。",
        )
    return f"{message}.", f"{message}。"
