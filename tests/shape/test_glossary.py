"""The glossary is true: "now" has code, "planned" has none yet, and every core noun is in it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from shape.sources import LAYERS, PACKAGE, ROOT, hold, package

sys.path.insert(0, str(ROOT / "scripts"))
import find

TERMS = find.terms()


def names_of(path: Path) -> set[str]:
    """Return every name that a file defines or uses."""
    if not path.exists():
        return set()
    names: set[str] = {path.stem}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.arg | ast.keyword):
            names.add(node.arg or "")
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            names.add(node.value)
    return names


def missing(term: find.Term) -> list[str]:
    """Return the code names of a term that its file, or the file of the same noun in another layer, does not know."""
    layers = (PACKAGE / layer for layer in ("core", "columnar", "store", "usecases", "cli"))
    folders = [path for layer in layers for path in (layer / term.noun).glob("*.py")]
    files = [PACKAGE / term.file, *(PACKAGE / layer / f"{term.noun}.py" for layer in LAYERS), *folders]
    known = set().union(*map(names_of, files))
    return [name for name in term.code if not all(part in known for part in name.split("."))]


def test_the_glossary_can_be_read() -> None:
    assert len(TERMS) > 80, "the table of terms has six columns: 中文 | English | code | file | rules | status"


def test_what_is_now_has_code() -> None:
    wrong = []
    for term in TERMS:
        if term.is_now and not (PACKAGE / term.file).exists():
            wrong.append(f"{term.chinese}: no src/partita/{term.file}")
        elif term.is_now:
            wrong += [f"{term.chinese}: no `{name}` in {term.file}" for name in missing(term)]
    hold(wrong, "name the code as the glossary does; if the term is not built yet, mark it `planned`.")


def test_what_is_now_has_a_rule_page() -> None:
    wrong = [f"{term.chinese}: docs/rules/{term.rules}" for term in TERMS if term.is_now and not _has_page(term)]
    hold(wrong, "write the rule page, or name the page that holds the rules of this term.")


def _has_page(term: find.Term) -> bool:
    return (ROOT / "docs" / "rules" / term.rules).exists()


def test_what_is_planned_has_no_code_yet() -> None:
    planned = [term for term in TERMS if not term.is_now and (PACKAGE / term.file).exists()]
    wrong = [f"{term.chinese}: {', '.join(term.code)}" for term in planned if not missing(term)]
    hold(wrong, "the code is there: mark the term `now` in GLOSSARY.md.")


def test_every_core_noun_is_in_the_glossary() -> None:
    named = {term.file for term in TERMS}
    files = [
        source.path.relative_to(PACKAGE).as_posix() for source in package("core") if source.path.name != "__init__.py"
    ]
    # a noun that has grown into a folder may be named by any of its files
    wrong = [file for file in files if file not in named and not any(file.startswith(_folder(name)) for name in named)]
    hold(wrong, "add a row to GLOSSARY.md: 中文, English, code name, file, rule page, now.")


def _folder(file: str) -> str:
    parent = file.rpartition("/")[0]
    return f"{parent}/" if parent.count("/") else f"{file.removesuffix('.py')}/"


@pytest.mark.parametrize("wanted", ["停复机", "service control", "service_control", "suspend", "停机"])
def test_a_term_is_found_by_any_of_its_names(wanted: str) -> None:
    found = find.matching(wanted, TERMS)
    assert found
    assert found[0].noun == "service_control"


def test_a_planned_term_is_not_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert find.main(["分账账单"]) == 0
    assert "planned" in capsys.readouterr().out


def test_a_term_that_is_built_shows_what_hangs_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert find.main(["抹零"]) == 0
    shown = capsys.readouterr().out
    assert "src/partita/core/money.py:" in shown
    assert "docs/rules/money.md" in shown
    assert "tests/cases/money/" in shown


def test_an_unknown_term_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert find.main(["no such term"]) == 1
    assert "GLOSSARY.md" in capsys.readouterr().out
