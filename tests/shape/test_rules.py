"""Rules: every core module names its rules, every rule has a page and a case, every case names a rule."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import Path

from shape.sources import ROOT, Source, hold, package

sys.path.insert(0, str(ROOT / "scripts"))
import find

PAGES = ROOT / "docs" / "rules"
_HEAD = re.compile(r"^#+ ([A-Z]+-\d+)\b", re.MULTILINE)
_ID = re.compile(r"\b[A-Z]{2,}-\d+\b")
_RULES_OF_MODULE = re.compile(r"Rules?:(.*?)(?:\n\n|;|\Z)", re.DOTALL)


def rules_of_pages() -> list[tuple[str, Path]]:
    return [
        (rule, page) for page in sorted(PAGES.glob("*.md")) for rule in _HEAD.findall(page.read_text(encoding="utf-8"))
    ]


def cases_by_rule() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path, rule in find.case_rules().items():
        found.setdefault(rule, []).append(path)
    return found


def test_every_core_module_names_its_rules() -> None:
    wrong = [source.name for source in package("core") if _has_code(source) and not _named(source)]
    hold(wrong, "end the module's docstring with `Rules: SETTLE-1 … SETTLE-4 (`docs/rules/settlement.md`).`")


def test_every_rule_named_by_a_module_has_a_page() -> None:
    known = {rule for rule, _ in rules_of_pages()}
    families = {rule.split("-")[0] for rule in known}
    wrong = []
    for source in package():
        loose = {
            rule for rule in _ID.findall(source.path.read_text(encoding="utf-8")) if rule.split("-")[0] in families
        }
        wrong += [f"{source.name}: {rule}" for rule in sorted((_named(source) | loose) - known)]
    hold(wrong, "give the rule a heading `## SETTLE-1 Title` in docs/rules/<noun>.md, or name the right one.")


def test_every_rule_stands_once() -> None:
    count = Counter(rule for rule, _ in rules_of_pages())
    wrong = [rule for rule, times in count.items() if times > 1]
    hold(wrong, "a rule has one home: refer to it from the other page without a heading.")


def test_every_rule_has_a_case() -> None:
    cases = cases_by_rule()
    wrong = [f"{page.relative_to(ROOT)}: {rule}" for rule, page in rules_of_pages() if rule not in cases]
    hold(wrong, "write tests/cases/<noun>/<what happens>.case with `rule: <id>`; tests/steps/<noun>.py plays it.")


def test_every_case_names_a_rule_that_exists() -> None:
    known = {rule for rule, _ in rules_of_pages()}
    cases = [(rule, path) for rule, paths in cases_by_rule().items() for path in paths]
    wrong = [f"{path.relative_to(ROOT)}: {rule}" for rule, path in cases if rule not in known]
    hold(wrong, "name one rule of docs/rules.")


def test_every_folder_of_cases_can_be_played() -> None:
    folders = {path.parent for path in find.case_rules()}
    steps = ROOT / "tests" / "steps"
    wrong = [str(folder.relative_to(ROOT)) for folder in folders if not (steps / f"{folder.name}.py").exists()]
    hold(sorted(wrong), "write tests/steps/<noun>.py with `run(case) -> list[str]`.")


def test_every_rule_page_shows_an_example() -> None:
    wrong = []
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if _HEAD.search(text) and "```" not in text and "|" not in text:
            wrong.append(str(page.relative_to(ROOT)))
    hold(wrong, "add a worked example with figures: a table or a block.")


def _named(source: Source) -> set[str]:
    docstring = ast.get_docstring(source.tree) or ""
    return {rule for part in _RULES_OF_MODULE.findall(docstring) for rule in _ID.findall(part)}


def _has_code(source: Source) -> bool:
    """Say whether a module does anything: an `__init__` that only names others has no rules of its own."""
    return any(
        isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign) for node in source.tree.body
    )
