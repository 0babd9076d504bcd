"""Reads `.case` files: golden scenarios that finance staff can read.

A case has a title, one rule, and three blocks of lines: given, when, then. `#` starts a comment. The first word of a
line is the verb, the rest are words; `"quoted words"` stay together. Each noun has `tests/steps/<noun>.py` with
`run(case) -> list[str]`: it plays given and when, and returns the lines that `then` should hold, in order.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario; `given` and `when` are lists of word lists, `then` a list of normalised lines."""

    path: Path
    title: str
    rule: str
    given: list[list[str]]
    when: list[list[str]]
    then: list[str]

    @property
    def noun(self) -> str:
        return self.path.parent.name


def read(path: Path) -> Case:
    heads: dict[str, str] = {}
    blocks: dict[str, list[list[str]]] = {"given": [], "when": [], "then": []}
    block = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if raw.strip() in blocks:
            block = raw.strip()
        elif block:
            blocks[block] += [words] if (words := shlex.split(raw, comments=True)) else []
        elif raw.strip() and not raw.startswith("#"):  # a title is a sentence: an apostrophe is no quotation mark
            key, _, value = raw.partition(":")
            assert value, f"{path}:{number}: expected `title: …` or `rule: …`"
            heads[key.strip()] = value.strip()
    assert set(heads) == {"title", "rule"}, f"{path}: a case has a title and a rule"
    then = [" ".join(words) for words in blocks["then"]]
    return Case(path, heads["title"], heads["rule"], blocks["given"], blocks["when"], then)


def every() -> list[Path]:
    return sorted(ROOT.rglob("*.case"))
