"""Every command that the documents show can be typed as it stands: its words, options and values are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from partita.cli import __main__ as line
from shape.sources import ROOT, hold

PAGES = sorted(
    [ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs" / "guide").glob("*.md"),
     *(ROOT / "docs" / "rules").glob("*.md")]
)  # fmt: skip
_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`partita ([^`]+)`")
_PLACEHOLDER = re.compile(r"[A-Z]{4,}|[\u4e00-\u9fff]|…|[\[\]|/]|--[a-z-]+$")
_NAMES = {command for command, *_ in line.COMMANDS}
_TYPED = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?partita (.+)$")


def typed(text: str) -> list[list[str]]:
    """Return the words of each command in the blocks of a page; remarks and output are left out."""
    found = []
    for block in _BLOCK.findall(text):
        for row in block.splitlines():
            if match := _TYPED.match(row.strip()):
                words = shlex.split(match[1], comments=True)
                stop = next((place for place, word in enumerate(words) if word in {"|", ">", "&&"}), len(words))
                found.append(words[:stop])
    return found + inline(text)


def inline(text: str) -> list[list[str]]:
    """Return the words of the commands within sentences and tables that are whole: with values, not with names."""
    rows = [row for row in _INLINE.findall(_BLOCK.sub("", text)) if not _PLACEHOLDER.search(row)]
    return [words for words in map(shlex.split, rows) if " ".join(words) not in _NAMES and len(words) > 1]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_commands_can_be_typed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PARTITA_USER", "PARTITA_ACCOUNT"):
        monkeypatch.setenv(name, "")
    wrong = []
    for words in typed(path.read_text(encoding="utf-8")):
        given = line._passed_through(line._who_asks(list(words)))  # noqa: SLF001 - what `main` does with the words
        try:
            line.built(given).parse_args(given, exit_on_error=False, print_error=False)
        except CycloptsError as error:
            wrong.append(f"partita {' '.join(words)}: {error}")
    hold(wrong, "show commands as they can be typed; `partita COMMAND --help` shows the options.")


def test_there_are_commands_to_check() -> None:
    count = sum(len(typed(path.read_text(encoding="utf-8"))) for path in PAGES)
    assert count > 100
