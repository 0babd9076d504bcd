"""The room of files: where Parquet lies, how a file comes to exist, and what its digest is.

A file is written under `incoming/`, flushed, moved to its place, and counts only when its manifest row commits. What a
killed process leaves behind has no manifest row, so it is never read; `tidy` removes what lies in the making. Paths in
the manifest are relative to the room, so that a room can be moved. Rules: FILE-1, FILE-2 (`docs/rules/files.md`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileRoom:
    """The folder `files/` of the books: `usage/`, `charges/`, `incoming/`, `spill/`."""

    root: Path

    def path(self, relative: str) -> Path:
        """Return the absolute path of a manifest path."""
        return self.root / relative

    @property
    def spill(self) -> Path:
        """Where the bulk engine spills; created on demand."""
        return private_folder(self.root / "spill")

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Yield a fresh folder for files in the making; it is gone afterwards."""
        folder = private_folder(self.root / "incoming" / uuid.uuid4().hex)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what killed processes left in the making and spilled. The caller knows that nobody is at work."""
        for place in (self.root / "incoming", self.spill):
            for leftover in place.iterdir() if place.is_dir() else ():
                if leftover.is_dir():
                    shutil.rmtree(leftover, ignore_errors=True)

    def keep(self, source: Path, relative: str) -> bytes:
        """Move a finished file to its place, durably; return its SHA-256 digest (FILE-1).

        A file that is already there is one that a killed process left: it is replaced, for no manifest row names it.
        """
        digest = digest_of(source)
        target = self.path(relative)
        _lasting_folder(target.parent)
        with source.open("rb") as handle:
            os.fsync(handle.fileno())
        source.replace(target)
        sync_folder(target.parent)
        return digest


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").digest()


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, for the owner of the books alone; return it."""
    for folder in reversed([one for one in (path, *path.parents) if not one.exists()]):
        folder.mkdir(exist_ok=True, mode=0o700)
    return path


def _lasting_folder(path: Path) -> None:
    """Make a folder so that it outlives a power failure: a new name counts once the folder that holds it is flushed."""
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    private_folder(path)
    for folder in reversed(new):
        sync_folder(folder.parent)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder, so that they outlive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
