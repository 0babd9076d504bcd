"""Text files as lines: one pass that proves a file whole, UTF-8 and readable, and the SQL that reads its lines.

Owns the digest of the content, unpacking of gzip, the encoding, line ends and the first line. A line is what an editor
shows as one. Does not own what a line says (`usage`). Rules: USAGE-2, USAGE-6.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from partita.core.refusal import Reason, Refused, refused
from partita.formats.quoting import path_literal

LINE_BYTES_MAX = 2_000_000
_BLOCK = 1 << 20
_NOT_PACKED = ("its name ends in .gz, but it is not packed with gzip.", "文件名以 .gz 结尾，但并非 gzip 压缩文件。")
_CUT_GZIP = ("the compressed file ends early or is damaged: fetch it again.", "压缩文件不完整或已损坏：请重新获取。")
_MAGIC_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class TextLines:
    """A whole, readable text file: `path` is the file itself, or a plain copy of it; `first` its first line with text.

    `digest` is the SHA-256 of the unpacked content, so that packing a file changes nothing. `unended` is the last line
    where it has no line end: the file may have been cut off in it; `rows` is its number.
    """

    path: Path
    digest: bytes
    first: str
    first_row: int
    newline: str
    unended: str | None
    rows: int

    def sql(self) -> str:
        """Return SQL of `line VARCHAR`: every line in order, blank ones NULL."""
        return (
            f"read_csv({path_literal(self.path)}, columns={{'line': 'VARCHAR'}}, delim='', quote='', escape='', "
            f"header=false, auto_detect=false, new_line='{self.newline}', max_line_size={LINE_BYTES_MAX})"
        )


@dataclass(slots=True)
class _Pass:
    """What one pass over the bytes learns."""

    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    newlines: int = 0
    returns: int = 0
    pairs: int = 0
    after_return: bool = False
    bad_row: int | None = None
    head: bytearray = field(default_factory=bytearray)

    def take(self, block: bytes) -> None:
        self.digest.update(block)
        self.returns += block.count(b"\r")
        self.pairs += block.count(b"\r\n") + (self.after_return and block.startswith(b"\n"))
        self.after_return = block.endswith(b"\r")
        if len(self.head) < LINE_BYTES_MAX:
            self.head += block
        if self.bad_row is None:
            self._decode(block)
        self.newlines += block.count(b"\n")

    def finish(self) -> None:
        with suppress(UnicodeDecodeError):
            self.decoder.decode(b"", final=True)
            return
        self.bad_row = self.bad_row or self.newlines + 1

    def _decode(self, block: bytes) -> None:
        if b"\0" in block:
            self.bad_row = self.newlines + block[: block.index(b"\0")].count(b"\n") + 1
            return
        try:
            self.decoder.decode(block)
        except UnicodeDecodeError as error:
            # the error counts from what the decoder kept of the block before: at most three bytes, none a line end
            self.bad_row = self.newlines + block[: max(error.start, 0)].count(b"\n") + 1

    @property
    def line_ends(self) -> int:
        """How many line ends there are, of whatever kind."""
        return self.newlines + self.returns - self.pairs

    @property
    def is_odd(self) -> bool:
        """Say whether line ends are mixed, so that a copy with plain ones is needed."""
        return self.returns > 0 and not self.returns == self.pairs == self.newlines


def is_gzip(path: Path) -> bool:
    """Say whether the file starts as gzip does."""
    with path.open("rb") as handle:
        return handle.read(2) == _MAGIC_GZIP


def open_lines(path: Path, folder: Path) -> TextLines | Refused:
    """Read the file once from end to end; refuse what is empty, broken off or not UTF-8.

    A packed file, or one with mixed line ends, is copied into `folder` as plain lines.
    """
    packed = is_gzip(path)
    if not packed and path.suffix.lower() == ".gz":
        return refused(Reason.FILE_UNREADABLE, format="gzip", detail=_NOT_PACKED)
    plain = folder / "lines.txt" if packed else path
    seen = _Pass()
    try:
        _read(path, seen, plain if packed else None)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return refused(Reason.TRUNCATED_FILE, row=seen.newlines + 1, detail=_CUT_GZIP)
    except OSError as error:
        said = f"{os.strerror(error.errno or 0)}."
        return refused(Reason.FILE_UNREADABLE, format=path.suffix.lstrip("."), detail=(said, said))
    if seen.bad_row is not None:
        return refused(Reason.WRONG_ENCODING, row=seen.bad_row)
    newline = "\\r\\n" if seen.returns else "\\n"
    if seen.is_odd:
        plain = _with_plain_line_ends(plain, folder / "plain.txt")
        newline = "\\n"
    row, first = _first_line(bytes(seen.head))
    if not first:
        return refused(Reason.FILE_EMPTY, path=path)
    return TextLines(plain, seen.digest.digest(), first, row, newline, _unended(plain), seen.line_ends + 1)


def _read(path: Path, seen: _Pass, copy: Path | None) -> None:
    """Pass over the bytes, unpacked when there is a copy to be made."""
    with _reading(path, packed=copy is not None) as source, copy.open("wb") if copy else nullcontext() as target:
        for block in _blocks(source):
            seen.take(block)
            if target:
                target.write(block)
    seen.finish()


def _reading(path: Path, *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _with_plain_line_ends(source: Path, target: Path) -> Path:
    """Copy a text so that each of its line ends, of whatever kind, is one newline."""
    with source.open("rb") as reading, target.open("wb") as writing:
        kept = b""
        for block in _blocks(reading):
            text = kept + block
            kept = b"\r" if text.endswith(b"\r") else b""
            writing.write(text[: len(text) - len(kept)].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        writing.write(kept.replace(b"\r", b"\n"))
    return target


def _unended(path: Path) -> str | None:
    """Return the last line of a file that does not end with a line end; None when it does, or says nothing."""
    with path.open("rb") as handle:
        handle.seek(max(path.stat().st_size - LINE_BYTES_MAX, 0))
        end = handle.read()
    last = end[max(end.rfind(b"\n"), end.rfind(b"\r")) + 1 :].decode("utf-8", errors="ignore")
    return last if last.strip() else None


def _first_line(head: bytes) -> tuple[int, str]:
    """Return number and text of the first line that says something; ('' when there is none)."""
    for number, line in enumerate(head.decode("utf-8-sig", errors="ignore").splitlines(), 1):
        if line.strip():
            return number, line.strip()
    return 0, ""
