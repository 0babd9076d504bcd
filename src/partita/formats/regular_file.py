"""Files that a command names: is there a regular file at a path at all?

Owns that one question. Does not own what the file says; usage and provider bills say of a folder more than this
(`formats.usage`, `formats.bill_source`). Rules: REFUSE-1 (`docs/rules/refusal.md`).
"""

from __future__ import annotations

from pathlib import Path

from partita.core.refusal import Reason, Refused, refused


def refuse_path(path: Path) -> Refused | None:
    """Refuse what is no regular file: FILE_NOT_FOUND, NOT_A_REGULAR_FILE (a folder, a pipe, a device)."""
    if path.is_file():
        return None
    return refused(Reason.NOT_A_REGULAR_FILE if path.exists() else Reason.FILE_NOT_FOUND, path=path)
