"""Reads the project's own sources for the shape tests: files, syntax trees, SQL texts."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "partita"

LAYERS = {
    "core": 0,
    "columnar": 1,
    "formats": 2,
    "settings": 3,
    "store": 4,
    "gateways": 5,
    "usecases": 6,
    "wiring": 7,
    "demo": 8,
    "cli": 9,
    "api": 9,
    "jobs": 9,
}
"""From left to right: a layer imports from its left and from itself. `wiring` builds, so only faces may call it."""

_SQL = re.compile(
    r"\b(select|insert\s+into|update|delete\s+from|create\s+(?:temp\s+)?(?:table|view)|copy)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        """The path from the root of the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def layer(self) -> str:
        """The layer that the file belongs to; '' for the package itself and for files outside it."""
        if not self.path.is_relative_to(PACKAGE):
            return ""
        first = self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        return first if first in LAYERS else ""

    def at(self, node: ast.AST) -> str:
        """Return `path:line` of a node."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Return every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def package(*layers: str) -> list[Source]:
    """Return the files of these layers, or of the whole package."""
    found = [_source(path) for path in sorted(PACKAGE.rglob("*.py"))]
    return [source for source in found if not layers or source.layer in layers]


def everything() -> list[Source]:
    """Return every Python file: package, tests and scripts."""
    folders = [ROOT / "src", ROOT / "tests", ROOT / "scripts"]
    return [_source(path) for folder in folders for path in sorted(folder.rglob("*.py"))]


@cache
def _source(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path, ast.parse(text, filename=str(path)), text.count("\n"))


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that git tracks (or would, once added)."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.splitlines() if (path := ROOT / name).is_file())


def sql_texts(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Return the string literals that hold SQL, docstrings left out; the holes of an f-string become `?`."""
    inside = {id(part) for node in ast.walk(source.tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    skipped = inside | set(map(id, _docstrings(source.tree)))
    for node in ast.walk(source.tree):
        text = literal_text(node) if id(node) not in skipped else None
        if text is not None and _SQL.search(text):
            yield node, text


def literal_text(node: ast.AST) -> str | None:
    """Return the text of a string literal or f-string, else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal_text(part) or "?" for part in node.values)
    return None


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    """Return the string statements: docstrings of modules, classes, functions and constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def sql_files() -> list[tuple[str, str]]:
    """Return name and text of the migrations, comments left out."""
    files = sorted(PACKAGE.rglob("*.sql"))
    return [
        (path.relative_to(ROOT).as_posix(), re.sub(r"--.*", "", path.read_text(encoding="utf-8"))) for path in files
    ]


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else node.attr
    return ""


def hold(violations: list[str], mend: str) -> None:
    """Fail with every violation and with the way to mend it."""
    if violations:
        pytest.fail("\n  " + "\n  ".join(sorted(set(violations))) + f"\nTo mend: {mend}", pytrace=False)
