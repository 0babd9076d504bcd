"""The documents are true: commands exist, links lead somewhere, nothing names a machine or a registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from shape.sources import ROOT, hold, tracked

READMES = ("README.md", "README.zh-CN.md")
_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
_PARTITA = re.compile(r"(?:^|[`$ /])partita ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_REGISTERED = re.compile(r'\("([a-z -]+)", "partita\.cli\.[\w.]+:')
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)

# put together here, so that this file does not name them itself
HOSTS = tuple(f"{name}.{end}" for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("crates", "io"), ("deb.debian", "org"),
    ("aliyun", "com/pypi"), ("tuna.tsinghua", "edu.cn"), ("docker", "io"),
))  # fmt: skip
MACHINE_PATHS = tuple(f"/{folder}/" for folder in ("work", "root", "home/user", "Users"))
TEXT = frozenset({".md", ".py", ".sql", ".toml", ".lock", ".txt", ".yml", ".yaml", ".json", ".svg", ".case", ".sh", ""})


def read(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))


def test_the_makefile_and_the_script_have_the_same_commands() -> None:
    script = read("scripts/make.py")
    table = script[script.index("TARGETS:") :]
    assert make_targets() == set(re.findall(r'^    "([a-z-]+)": ', table, re.MULTILINE))


@pytest.mark.parametrize("target", [
    "setup", "demo", "test", "check", "laws", "cases", "bench", "serve", "find", "update-golden",
])  # fmt: skip
def test_a_promised_command_is_there(target: str) -> None:
    assert target in make_targets()


def test_documents_name_only_commands_that_exist() -> None:
    targets, registered = make_targets(), set(_REGISTERED.findall(read("src/partita/cli/__main__.py")))
    groups = {words.split()[0] for words in registered}
    wrong = []
    for path in documents():
        code = "\n".join([*_BLOCK.findall(read(path)), *re.findall(r"`[^`\n]+`", read(path))])
        wrong += [f"{path.relative_to(ROOT)}: make {name}" for name in _MAKE.findall(code) if name not in targets]
        for words in _PARTITA.findall(code):
            if words not in registered and words.split()[0] not in registered and words not in groups:
                wrong.append(f"{path.relative_to(ROOT)}: partita {words}")
    hold(wrong, "name a command of the Makefile or of src/partita/cli/__main__.py.")


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (_commands_of(name) for name in READMES)
    assert english == chinese, "README.md and README.zh-CN.md show the same commands in the same order"


def _commands_of(name: str) -> list[str]:
    lines = [line.strip() for block in _BLOCK.findall(read(name)) for line in block.splitlines()]
    shown = [line.removeprefix("$ ").split("#")[0].strip() for line in lines]
    return [line for line in shown if re.match(r"(make|git|python3|partita|\.venv/bin/partita|bash)\b", line)]


def test_links_lead_somewhere() -> None:
    wrong = []
    for path in documents():
        text = re.sub(r"```.*?```", "", read(path), flags=re.DOTALL)
        links = [link for link in _LINK.findall(text) if "://" not in link and not link.startswith("mailto:")]
        wrong += [f"{path.relative_to(ROOT)}: {link}" for link in links if not (path.parent / link).exists()]
    hold(wrong, "link to a file that is there, relative to the page.")


@pytest.mark.parametrize("folder", ["docs/rules", "docs/guide", "docs/adr", "docs/flows"])
def test_every_page_is_in_the_index_of_its_folder(folder: str) -> None:
    linked = set(_LINK.findall(read(f"{folder}/README.md")))
    pages = {path.name for path in (ROOT / folder).glob("*.md")} - {"README.md"}
    hold([f"{folder}/README.md: {name}" for name in sorted(pages - linked)], "add a line that links to the page.")


def test_nothing_names_a_machine_or_a_registry() -> None:
    wrong = []
    for path in tracked():
        if path.suffix in TEXT:
            text = path.read_text(encoding="utf-8", errors="replace")
            found = [word for word in (*HOSTS, *MACHINE_PATHS) if word in text]
            wrong += [f"{path.relative_to(ROOT)}: {word}" for word in found]
    hold(wrong, "leave machine folders and package hosts out: they differ from place to place.")


def test_the_changelog_has_a_place_for_what_is_new() -> None:
    assert "## [Unreleased]" in read("CHANGELOG.md"), "write what users will notice under `## [Unreleased]`"


def test_every_decision_is_complete() -> None:
    wrong = []
    for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        lacking = [part for part in ("Status", "Context", "Decision", "Consequences") if part not in read(path)]
        wrong += [f"docs/adr/{path.name}: no {part}" for part in lacking]
    hold(wrong, "a decision has Status, Context, Decision and Consequences.")


def test_every_dependency_is_pinned_with_a_hash() -> None:
    lock = read("requirements.lock")
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in wanted}
    pinned = {_normal(name) for name in _PIN.findall(lock)}
    hold([f"requirements.lock: {name} is missing" for name in sorted(names - pinned)], "run `make lock`.")
    blocks = re.split(r"^(?=[A-Za-z0-9_.-]+==)", lock, flags=re.MULTILINE)[1:]
    hold([block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block], "run `make lock`.")
    assert "://" not in lock, "no address of a registry in requirements.lock"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
