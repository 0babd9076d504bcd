"""Money is integers: no float, no `/`, no second rounding, neither in Python nor in SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from shape.sources import Source, dotted, hold, package, sql_texts

EXACT = ("core", "columnar", "formats", "store", "usecases")
OF_SECONDS = re.compile(r"(?:^|_)(?:seconds?|timeout|interval|patience|pause)(?:$|_)", re.IGNORECASE)
"""A float that is called seconds, or is passed as such, is a time to wait and never money."""
CALLS_OF_SECONDS = frozenset({"sleep", "wait", "time"})
PATH_METHODS = frozenset({"resolve", "expanduser", "absolute", "with_suffix", "with_name", "joinpath", "relative_to"})
PATH_ATTRIBUTES = frozenset({"parent", "parents"})
_SQL_INEXACT = (
    (re.compile(r"(?<=[\s\w)])\s/\s(?=[\s\w(])"), "`/` makes a DOUBLE"),
    (re.compile(r"\bavg\s*\(", re.IGNORECASE), "avg() makes a DOUBLE"),
    (re.compile(r"\bround\s*\(", re.IGNORECASE), "round() is a second rounding"),
    (re.compile(r"(?:::|\bas\s+)(?:double|float\d?|real)\b", re.IGNORECASE), "a cast to a float type"),
)


def test_no_float_literal() -> None:
    wrong = []
    for source in package(*EXACT):
        seconds = set(_floats_of_seconds(source))
        floats = [node for node in ast.walk(source.tree) if _is_float(node) and id(node) not in seconds]
        wrong += [f"{source.at(node)}: {ast.unparse(node)}" for node in floats]
    hold(wrong, "write an integer at a named scale (`_e10`, `_e6`, minor units); call a time to wait `…_seconds`.")


def test_no_call_makes_a_float_or_rounds() -> None:
    wrong = []
    for source in package(*EXACT):
        calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
        named = [(call, dotted(call.func)) for call in calls]
        wrong += [f"{source.at(call)}: {name}()" for call, name in named if name in ("float", "round", "math.fsum")]
    hold(wrong, "stay in integers; the one rounding is core.money.truncate.")


def test_no_division_that_makes_a_float() -> None:
    wrong = []
    for source in package(*EXACT):
        for node in ast.walk(source.tree):
            divides = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
            if divides and not _is_path(node, _path_names(source)):
                wrong.append(f"{source.at(node)}: {ast.unparse(node)[:60]}")
    hold(
        wrong, "use `//` on what is never negative, or core.money.truncate; annotate paths as Path so that `/` is seen."
    )


def test_no_sql_makes_a_float_or_rounds() -> None:
    wrong = []
    for source in package(*EXACT):
        for node, text in sql_texts(source):
            wrong += [f"{source.at(node)}: {why}" for pattern, why in _SQL_INEXACT if pattern.search(_unquoted(text))]
    hold(wrong, "divide with `//` (DuckDB cuts toward zero, as core.money.truncate does) and sum in HUGEINT.")


def _unquoted(sql: str) -> str:
    return re.sub(r"'[^']*'", "''", re.sub(r"--.*", "", sql))


def _is_float(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _floats_of_seconds(source: Source) -> Iterator[int]:
    """Return the ids of the float literals that plainly are seconds."""
    for node in ast.walk(source.tree):
        holders: list[ast.AST] = []
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in CALLS_OF_SECONDS:
            holders = [*node.args]
        elif isinstance(node, ast.keyword) and OF_SECONDS.search(node.arg or ""):
            holders = [node.value]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            holders = [node.value] if any(OF_SECONDS.search(dotted(target)) for target in targets) else []
        elif isinstance(node, ast.arguments):
            holders = list(_defaults_of_seconds(node))
        yield from (id(part) for holder in holders for part in ast.walk(holder) if _is_float(part))


def _defaults_of_seconds(arguments: ast.arguments) -> Iterator[ast.AST]:
    positional = [*arguments.posonlyargs, *arguments.args]
    tail = positional[len(positional) - len(arguments.defaults) :]
    pairs = [
        *zip(tail, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    yield from (default for argument, default in pairs if default is not None and OF_SECONDS.search(argument.arg))


def _is_path(node: ast.AST, names: frozenset[str]) -> bool:
    """Say whether an expression is plainly a path: text, something annotated as Path, or a path joined to anything."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.Subscript):
        return _is_path(_leftmost(node), names)
    if isinstance(node, ast.Call):
        called = dotted(node.func)
        return called in ("Path", "Path.home", "Path.cwd") or called.rpartition(".")[2] in names | PATH_METHODS
    last = dotted(node).rpartition(".")[2]
    return last in names or last in PATH_ATTRIBUTES


def _leftmost(node: ast.BinOp | ast.AugAssign | ast.Subscript) -> ast.AST:
    if isinstance(node, ast.BinOp):
        return node.left
    return node.target if isinstance(node, ast.AugAssign) else node.value


def _path_names(source: Source) -> frozenset[str]:
    """Return the names that are paths in a file: declared as such anywhere in the package, or made from a path here."""
    names = set(_declared_paths())
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assign) and _is_path(node.value, frozenset(names)):
            names |= {dotted(target) for target in node.targets}
        if isinstance(node, ast.For | ast.comprehension) and _lists_paths(node.iter):
            names.add(dotted(node.target))
    return frozenset(names)


def _lists_paths(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in ("iterdir", "glob", "rglob")


@cache
def _declared_paths() -> frozenset[str]:
    names: set[str] = set()
    for source in package():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.arg | ast.AnnAssign) and _says_path(node.annotation):
                names.add(node.arg if isinstance(node, ast.arg) else dotted(node.target))
            if isinstance(node, ast.FunctionDef) and _says_path(node.returns):
                names.add(node.name)
    return frozenset(names)


def _says_path(annotation: ast.AST | None) -> bool:
    return annotation is not None and ast.unparse(annotation) in ("Path", "Path | None", "pathlib.Path")
