"""Sizes and names: what is small and well named is read."""

from __future__ import annotations

import ast

from shape.sources import ROOT, everything, hold, package, sql_files

LINES_OF_FILE = 400
LINES_OF_FUNCTION = 50
PARAMETERS = 6
NESTING = 3

FORBIDDEN_NAMES = frozenset(
    "util utils helper helpers common misc base manager managers handler handlers service services "
    "impl data info".split()
)
ALLOWED_BASES = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "Protocol", "Exception", "NamedTuple", "TypedDict"})
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def test_files_are_short() -> None:
    python = [(source.name, source.lines) for source in everything()]
    sql = [(name, (ROOT / name).read_text(encoding="utf-8").count("\n")) for name, _ in sql_files()]
    wrong = [f"{name}: {lines} lines" for name, lines in python + sql if lines > LINES_OF_FILE]
    hold(wrong, f"at most {LINES_OF_FILE} lines: split by ideas into noun/ with the same public names, never `part2`.")


def test_functions_are_short() -> None:
    wrong = []
    for source in everything():
        for function in source.functions():
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LINES_OF_FUNCTION:
                wrong.append(f"{source.at(function)}: {function.name} has {lines} lines")
    hold(wrong, f"at most {LINES_OF_FUNCTION} lines: name the paragraphs as functions.")


def test_functions_take_few_parameters() -> None:
    wrong = []
    for source in everything():
        for function in source.functions():
            taken = function.args
            every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
            names = [argument.arg for argument in every if argument is not None]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            if count > PARAMETERS:
                wrong.append(f"{source.at(function)}: {function.name} takes {count}")
    hold(
        wrong,
        f"at most {PARAMETERS} parameters, keyword-only ones count too: put what belongs together into a dataclass.",
    )


def test_nesting_is_shallow() -> None:
    wrong = []
    for source in everything():
        for function in source.functions():
            depth = max(map(_depth, function.body))
            if depth > NESTING:
                wrong.append(f"{source.at(function)}: {function.name} nests {depth} deep")
    hold(wrong, f"at most {NESTING} blocks inside each other: return early, or name the inner block as a function.")


def _depth(node: ast.AST) -> int:
    """Return how many blocks stand inside each other; `elif` is no deeper, a function within begins at zero."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return 0
    own = int(isinstance(node, BLOCKS))
    chained = node.orelse if isinstance(node, ast.If) and _is_elif(node) else []
    inner = [child for child in ast.iter_child_nodes(node) if child not in chained]
    return max([own + max(map(_depth, inner), default=0), *map(_depth, chained)])


def _is_elif(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def test_no_file_has_a_name_that_says_nothing() -> None:
    wrong = [source.name for source in everything() if source.path.stem in FORBIDDEN_NAMES]
    wrong += [source.name for source in package() if source.path.parent.name in FORBIDDEN_NAMES]
    hold(wrong, "name the file after its noun (GLOSSARY.md).")


def test_our_own_code_does_not_inherit() -> None:
    wrong = []
    for source in package():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).split("[")[0].rpartition(".")[2] for base in node.bases]
                wrong += [f"{source.at(node)}: {node.name}({name})" for name in bases if name not in ALLOWED_BASES]
    hold(wrong, "compose, or use a function; only enums, protocols, tuples and exceptions have a base.")


def test_every_module_says_what_it_owns() -> None:
    wrong = [
        source.name for source in package() if source.tree.body and not (ast.get_docstring(source.tree) or "").strip()
    ]
    hold(wrong, "open the module with what it owns and what it does not own.")
