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
_COMMAND = re.compile(r'\("([a-z -]+)", "partita\.cli\.(\w+):')
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
    """Return the terms that hold `wanted` in either language or in a code name: whole words, else parts of words."""
    needle = _plain(wanted)
    whole = [term for term in among if any(needle in (text, *text.split()) for text in _texts(term))]
    return whole or [term for term in among if any(needle in text for text in _texts(term))]


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
    """Return the commands of each module of the command line: `bill` → `close`, `bill show` …."""
    source = PACKAGE / "cli" / "__main__.py"
    if not source.exists():
        return {}
    found: dict[str, list[str]] = {}
    for words, module in _COMMAND.findall(source.read_text(encoding="utf-8")):
        found.setdefault(module, []).append(f"partita {words}")
    return found


def describe(term: Term) -> Iterator[str]:
    """Write a term and what hangs on it, one line each; what does not exist yet is not promised."""
    yield f"{term.chinese} · {term.english}" + ("" if term.is_now else "   [planned, not built yet · 已规划，尚未实现]")
    yield _line("code", ", ".join(term.code))
    if not term.is_now:
        yield _line("will be in", f"src/partita/{term.file}, docs/rules/{term.rules}")
        return
    yield _line(term.file.partition("/")[0].rstrip("s"), _place(term))
    rules = rule_ids(RULES / term.rules)
    if rules:
        yield _line("rules", f"docs/rules/{term.rules}  ({', '.join(rules)})")
        cases = [path for path, rule in case_rules().items() if rule in rules]
        folders = sorted({f"{path.parent.relative_to(ROOT).as_posix()}/" for path in cases})
        yield _line("cases", f"{', '.join(folders)}  ({len(cases)})")
    nouns = list(dict.fromkeys((term.noun, Path(term.rules).stem)))
    for layer in ("columnar", "store", "usecases"):
        files = [f"src/partita/{layer}/{noun}{end}" for noun in nouns for end in (".py", "/__init__.py")]
        there = [file for file in files if (ROOT / file).exists() and file != f"src/partita/{term.file}"]
        if there:
            yield _line("use case" if layer == "usecases" else layer, ", ".join(there))
    known = commands()
    for noun in nouns:
        if noun in known:
            yield _line("command", " | ".join(known[noun]))


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
    if not found:
        print(f"No term holds {wanted!r}. GLOSSARY.md lists all {len(every)}; try a shorter part of the word.")
    return 0 if found else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
