"""Layers: a file imports only from its left; the core knows nothing but values."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from shape.sources import LAYERS, Source, dotted, hold, package

ALLOWED_OUTSIDE = {
    "core": frozenset(),
    "columnar": frozenset({"duckdb", "pyarrow"}),
    "formats": frozenset({"duckdb", "pyarrow", "msgspec", "python_calamine", "stdnum", "drafthorse", "typst", "yaml"}),
}
"""What the inner layers may import beside the standard library and each other; the others use any dependency."""

OF_THE_WORLD = frozenset(
    "os io sys pathlib shutil tempfile glob subprocess socket ssl http urllib ftplib sqlite3 logging time random "
    "secrets uuid threading multiprocessing asyncio signal locale platform getpass".split()
)
"""Modules of the standard library that read the world: the pure layers do without them."""

CALLS_OF_THE_WORLD = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})


def imports(source: Source) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.at(node)}: write imports in full, `from partita.core …`"
            module = node.module or ""
            if module == "partita":
                yield from ((node, f"partita.{alias.name}") for alias in node.names)
            else:
                yield node, module


def test_imports_go_only_to_the_left() -> None:
    wrong = []
    for source in package():
        for node, module in imports(source):
            target = module.split(".")[1] if module.startswith("partita.") else ""
            if target in LAYERS and source.layer in LAYERS and LAYERS[target] > LAYERS[source.layer]:
                wrong.append(f"{source.at(node)}: {source.layer} imports {module}")
    order = " ← ".join(dict.fromkeys(LAYERS))
    hold(wrong, f"the order is {order}. Move the code to the layer that may know it, or pass the value as an argument.")


def test_every_file_belongs_to_a_layer() -> None:
    known = {"__init__.py"}
    wrong = [source.name for source in package() if not source.layer and source.path.name not in known]
    hold(wrong, "put the file into a layer of ARCHITECTURE.md, or add the layer there and in tests/shape/sources.py.")


def test_inner_layers_import_no_outside_library() -> None:
    wrong = []
    for source in package(*ALLOWED_OUTSIDE):
        known = ALLOWED_OUTSIDE[source.layer] | sys.stdlib_module_names | {"partita"}
        outside = [(node, module) for node, module in imports(source) if module.split(".")[0] not in known]
        wrong += [f"{source.at(node)}: {source.layer} imports {module}" for node, module in outside]
    hold(
        wrong,
        "core is standard library only, columnar and formats add DuckDB and Arrow. Do it in store or further right.",
    )


def test_pure_layers_do_not_touch_the_world() -> None:
    wrong = []
    for source in package("core", "columnar"):
        modules = [(node, name) for node, name in imports(source) if name.split(".")[0] in OF_THE_WORLD]
        wrong += [f"{source.at(node)}: imports {name}" for node, name in modules]
        calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
        wrong += [f"{source.at(call)}: calls {dotted(call.func)}()" for call in calls if _is_of_the_world(call)]
    hold(wrong, "core and columnar are functions of their arguments: let the use case fetch it and pass it in.")


def _is_of_the_world(call: ast.Call) -> bool:
    name = dotted(call.func)
    opens_file = name == "duckdb.connect" and bool(call.args) and ast.unparse(call.args[0]) != "':memory:'"
    return name in CALLS_OF_THE_WORLD or opens_file
