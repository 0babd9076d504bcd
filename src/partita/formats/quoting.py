"""Quoting: names, texts and paths as they stand in SQL for the engine. Owns no statement."""

from __future__ import annotations

import re
from pathlib import Path

_PATTERN = re.compile(r"[*?\[]")


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Write a text, or the path of a file to be written, as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """Write the path of a file to be read as an SQL literal: the engine takes `*`, `?` and `[` for patterns."""
    return literal(_PATTERN.sub(r"[\g<0>]", str(path)))
