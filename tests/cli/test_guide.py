"""Every command that the documents show can be typed as it stands: its words, options and values are understood."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from partita.cli import __main__ as line
from partita.core.permission import Action, Role
from partita.formats.permission import packaged
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


@pytest.mark.parametrize("page", ["accounts.md", "accounts.zh-CN.md"])
def test_the_table_of_roles_says_what_the_policy_file_says(page: str) -> None:
    text = (ROOT / "docs" / "guide" / page).read_text(encoding="utf-8")
    found = {row[1].split()[0]: set(re.findall(r"`([a-z-]+)`", row[3])) for row in _cells(text) if len(row) == _ROLES}
    policy = packaged()
    for role in Role:
        may = {action for action in Action if not action.value.reads and policy.allows(role, action)}
        if role is Role.ADMINISTRATOR:
            own = {one for one in Action if not one.value.reads and not one.value.operator_only}
            assert {one.word for one in own - may} == found[role.word], role
        else:
            assert found[role.word] == {action.word for action in may}, role


_ROLES = len(["", "role", "for", "may change", ""])


def _cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.splitlines() if row.startswith("|")]


def test_the_guide_names_the_commands_that_always_take_a_key() -> None:
    signatures = {
        command: inspect.signature(line.function_of(target)).parameters for command, target, *_ in line.COMMANDS
    }
    needed = {
        command
        for command, some in signatures.items()
        if "key" in some and some["key"].default is inspect.Parameter.empty
    }
    for page in ("funds.md", "funds.zh-CN.md"):
        text = (ROOT / "docs" / "guide" / page).read_text(encoding="utf-8")
        row = next(one for one in text.splitlines() if "`payment start`" in one and "`--key`" in one)
        named = set(re.findall(r"`([a-z]+ [a-z-]+)`", row))
        assert needed == named, page


def test_every_text_of_the_program_names_commands_that_exist() -> None:
    named = re.compile(r"`partita ([a-z-]+)(?: ([a-z-]+))?")
    wrong = [
        f"{path.relative_to(ROOT)}: partita {' '.join(filter(None, words))}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for words in named.findall(path.read_text(encoding="utf-8"))
        if words[0] not in _NAMES and " ".join(words) not in _NAMES and words[1]
    ]
    hold(wrong, "name a command that there is: a way out that leads nowhere helps nobody.")
