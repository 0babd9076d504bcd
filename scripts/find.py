#!/usr/bin/env python3
"""Find a term: `make find 停复机` prints its glossary row and everything that hangs on it.

Owns the reading of GLOSSARY.md and the search by Chinese, English or code name. Says "planned" where nothing exists
yet. Standard library only, no set-up needed.
"""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "partita"
RULES = ROOT / "docs" / "rules"
CASES = ROOT / "tests" / "cases"
_HEAD = re.compile(r"^#+ ([A-Z]+-\d+)\b", re.MULTILINE)
_CASE_RULE = re.compile(r"^rule:\s*(\S+)", re.MULTILINE)
_COMMAND = re.compile(r'\("([a-z -]+)", "partita\.cli\.(\w+):(\w+)"')
_IMPORT = re.compile(r"^\s*from partita\.([\w.]+) import \(?([\w, \n]+)", re.MULTILINE)
_COLUMNS = 6


@dataclass(frozen=True)
class Term:
    """One row of the glossary; `file` is below src/partita, `rules` below docs/rules."""

    chinese: str
    english: str
    code: tuple[str, ...]
    file: str
    rules: str
    status: str

    @property
    def noun(self) -> str:
        """The name that this noun has in every layer: that of its file, or of its folder where it has grown."""
        path = Path(self.file)
        return path.parent.name if path.stem == "__init__" else path.stem

    @property
    def is_now(self) -> bool:
        """Say whether the code exists."""
        return self.status == "now"


def terms(glossary: Path = ROOT / "GLOSSARY.md") -> list[Term]:
    """Read the rows of the table of terms."""
    found = []
    for line in glossary.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == _COLUMNS and cells[5] in ("now", "planned"):
            names = tuple(re.findall(r"`([^`]+)`", cells[2]))
            found.append(Term(cells[0], cells[1], names, cells[3], cells[4], cells[5]))
    return found


def matching(wanted: str, among: Sequence[Term]) -> list[Term]:
    """Return the terms that hold `wanted` in either language or in a code name: as a whole word, else as a part."""
    needle = _plain(wanted)
    whole = [term for term in among if any(needle in (text, *text.split()) for text in _texts(term))]
    return whole or holding(needle, among)


def holding(wanted: str, among: Sequence[Term]) -> list[Term]:
    """Return the terms that hold `wanted` anywhere."""
    return [term for term in among if any(_plain(wanted) in text for text in _texts(term))]


def _texts(term: Term) -> list[str]:
    """Return what a term is searched by: its names in both languages, each alone, its code names and its noun."""
    parts = re.split(r"[/、()（）,]", f"{term.chinese}/{term.english}")
    names = [name for full in term.code for name in (full, full.rpartition(".")[2])]
    return [_plain(text) for text in (*parts, *names, *map(_spaced, names), term.noun)]


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("_", " ").replace("-", " ").casefold().strip()


def rule_ids(page: Path) -> list[str]:
    """Return the ids of the rules of a page, in its order."""
    return _HEAD.findall(page.read_text(encoding="utf-8")) if page.exists() else []


def case_rules() -> dict[Path, str]:
    """Return the rule that each case names."""
    found = {}
    for path in sorted(CASES.rglob("*.case")):
        match = _CASE_RULE.search(path.read_text(encoding="utf-8"))
        found[path] = match[1] if match else ""
    return found


def commands() -> dict[str, list[str]]:
    """Return the commands by module and by function of the command line: `bill` → `partita bill show` …."""
    source = PACKAGE / "cli" / "__main__.py"
    if not source.exists():
        return {}
    found: dict[str, list[str]] = {}
    for words, module, function in _COMMAND.findall(source.read_text(encoding="utf-8")):
        for noun in {module, function}:
            found.setdefault(noun, []).append(f"partita {words}")
    return found


def users(module: str) -> list[str]:
    """Return the use cases nearest to a module: those that import it, or import what imports it."""
    imported_by: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        here = _module(path)
        for origin, names in _IMPORT.findall(path.read_text(encoding="utf-8")):
            for target in (origin, *(f"{origin}.{name.strip()}" for name in names.split(","))):
                imported_by.setdefault(target, set()).add(here)
    seen, near = {module}, {module}
    while near:
        near = {user for one in near for user in imported_by.get(one, ())} - seen
        seen |= near
        found = sorted(name for name in near if name.startswith("usecases."))
        if found:
            return found
    return []


def _module(path: Path) -> str:
    """Return `core.money` for a file of the package, `usecases.close` for a folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def describe(term: Term) -> Iterator[str]:
    """Write a term and what hangs on it, one line each; what does not exist yet is not promised."""
    yield f"{term.chinese} · {term.english}" + ("" if term.is_now else "   [planned, not built yet · 已规划，尚未实现]")
    yield _line("code", ", ".join(term.code))
    if not term.is_now:
        yield _line("will be in", f"src/partita/{term.file}, docs/rules/{term.rules}")
        return
    yield _line("core" if term.file.startswith("core/") else "file", _place(term))
    rules = rule_ids(RULES / term.rules)
    if rules:
        yield _line("rules", f"docs/rules/{term.rules}  ({', '.join(rules)})")
        cases = [path for path, rule in case_rules().items() if rule in rules]
        folders = sorted({f"{path.parent.relative_to(ROOT).as_posix()}/" for path in cases})
        yield _line("cases", f"{', '.join(folders)}  ({len(cases)})")
    nouns = list(dict.fromkeys((term.noun, Path(term.rules).stem)))
    for layer in ("columnar", "store"):
        there = _files(layer, nouns)
        if there:
            yield _line(layer, ", ".join(there))
    cases_of_use = _files("usecases", nouns)
    if not cases_of_use:
        used_in = [name.split(".")[1] for name in users(_module(PACKAGE / term.file))]
        cases_of_use, nouns = _files("usecases", used_in), used_in
    if cases_of_use:
        yield _line("use case", ", ".join(cases_of_use))
    known = commands()
    named = [command for noun in nouns for command in known.get(noun, ())]
    if named:
        yield _line("command", " | ".join(dict.fromkeys(named)))


def _files(layer: str, nouns: Sequence[str]) -> list[str]:
    """Return the files or folders of these nouns in a layer."""
    names = [f"src/partita/{layer}/{noun}{end}" for noun in nouns for end in (".py", "/__init__.py")]
    return [name.replace("__init__.py", "") for name in dict.fromkeys(names) if (ROOT / name).exists()]


def _place(term: Term) -> str:
    """Return the file and the line where the first code name is defined."""
    path = PACKAGE / term.file
    names = {name.rpartition(".")[2] for name in term.code}
    if path.exists():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if getattr(node, "name", None) in names:
                return f"src/partita/{term.file}:{getattr(node, 'lineno', 1)}"
    return f"src/partita/{term.file}"


def _line(label: str, text: str) -> str:
    return f"  {label:<10} {text}"


def main(arguments: Sequence[str]) -> int:
    """Print every term that matches; return 1 when none does."""
    wanted = " ".join(arguments).strip()
    if not wanted:
        print("Say what to find, in English or Chinese: make find 停复机 · make find settlement", file=sys.stderr)
        return 2
    every = terms()
    found = matching(wanted, every)
    for term in found:
        print("\n".join(describe(term)) + "\n")
    others = [f"{term.chinese} ({term.english})" for term in holding(wanted, every) if term not in found]
    if others:
        print(f"See also: {'; '.join(others)}")
    if not found:
        print(f"No term holds {wanted!r}. GLOSSARY.md lists all {len(every)}; try a shorter part of the word.")
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
