"""Merged copies of usage: many small files of a month and bucket read as one.

A meter that sends a small file every minute leaves thousands in a month, and whoever asks whether a record is new would
open them all. So a copy of all of them through some usage file is kept beside them. It is no part of the books: it is
made from them, it can be thrown away at any time, and no manifest names it. Rules: FILE-3 (`docs/rules/files.md`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from partita.store.files import FileRoom
from partita.store.usage import UsageFile

MANY = 48
"""So many files that no copy holds are worth a new copy."""
_KEPT = 2
"""Copies that stay: the newest, and the one that a reader may just have begun with."""
_NAME = re.compile(r"(\d+)-(\d+)\.parquet\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read for a month and bucket: the newest copy, if there is one, and the files that it does not hold."""

    copy: Path | None
    rest: tuple[UsageFile, ...]

    def paths(self, room: FileRoom) -> list[Path]:
        """Return all files to read."""
        return [*([self.copy] if self.copy else []), *(room.path(one.path) for one in self.rest)]


def newest(room: FileRoom, month: int, bucket: int, last: int) -> tuple[int, Path] | None:
    """Return the newest copy of a month and bucket, and the last file that it holds; `last` is the last there is.

    One that holds more belongs to other books, and counts for none.
    """
    copies = [one for one in _copies(room, month, bucket) if one[0] <= last]
    return copies[-1] if copies else None


def keep(room: FileRoom, made: Path, month: int, bucket: int, through: int) -> None:
    """Put a new copy in its place, whole or not at all, and remove those that nobody needs any more."""
    target = room.path(f"merged/{month}/{bucket:04d}-{through}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made.replace(target)
    for _, old in _copies(room, month, bucket)[:-_KEPT]:
        old.unlink(missing_ok=True)


def forget(room: FileRoom, month: int, bucket: int) -> None:
    """Throw the copies of a month and bucket away: one that cannot be read is worth nothing."""
    for _, path in _copies(room, month, bucket):
        path.unlink(missing_ok=True)


def _copies(room: FileRoom, month: int, bucket: int) -> list[tuple[int, Path]]:
    """Return the copies there are, with the last usage file that each holds, oldest first."""
    folder = room.path(f"merged/{month}")
    found = [(match, path) for path in folder.glob(f"{bucket:04d}-*.parquet") if (match := _NAME.search(path.name))]
    return sorted((int(match[2]), path) for match, path in found if int(match[1]) == bucket)
