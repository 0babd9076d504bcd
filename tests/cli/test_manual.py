"""What `--help` and a mistyped command say, in both languages."""

from __future__ import annotations

import inspect
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError
from rich.console import Console

from partita.cli import __main__ as line
from partita.cli.manual_chinese import CHINESE
from partita.cli.wrong_usage import told

COMMANDS = {command: target for command, target, _, _ in line.COMMANDS}
EXPLAINED_ONCE = {"as_json", "json", "ways", "dry_run"}
_HAN = re.compile(r"[\u4e00-\u9fff]")


def page(*words: str, language: str, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False)
    with pytest.raises(SystemExit) as leaving:
        line.built(words, language)([*words, "--help"], console=console, exit_on_error=False)
    assert not leaving.value.code
    file: Any = console.file
    text: str = file.getvalue()
    return text


def test_every_command_and_parameter_is_explained_in_chinese() -> None:
    assert set(CHINESE) == set(COMMANDS)
    for command, target in COMMANDS.items():
        names = set(inspect.signature(line.function_of(target)).parameters)
        said = CHINESE[command][1]
        assert names - EXPLAINED_ONCE <= set(said), command
        # what belongs together is one parameter: `place.unit` is the option --unit of `place`
        assert {name.partition(".")[0] for name in said} <= names | {"currency"}, command


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_page_of_help_speaks_one_language(command: str) -> None:
    english, chinese = (page(*command.split(), language=language) for language in ("en", "zh"))
    assert not _HAN.search(english)
    assert "Usage:" in english
    assert chinese.startswith("用法：partita")
    assert not re.search(r"Usage|Parameters|Commands|required|default|InlineText", chinese)
    assert len(_HAN.findall(chinese)) > 10


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command: str) -> None:
    for language in ("en", "zh"):
        options = re.findall(r"^│ [ *] (--[^│]*)│$", page(*command.split(), language=language, width=300), re.MULTILINE)
        silent = [one for one in options if re.fullmatch(r"(--?[a-z-]+ |[A-Z.]+ )+ *(\[.*)?", one)]
        assert silent == [], language


@pytest.mark.parametrize("command", COMMANDS)
def test_only_a_batch_is_said_to_be_one(command: str) -> None:
    is_batch = command.split(maxsplit=1)[0] in {"import", "batch"}
    assert is_batch or "name of the batch" not in page(*command.split(), language="en", width=300)


def test_a_name_is_what_it_is_of() -> None:
    assert "the name of the person" in page("user", "add", language="en")
    assert "姓名" in page("user", "add", language="zh")
    assert "the name of the batch; default" in page("import", "usage", language="en", width=120)


def test_every_option_has_a_word() -> None:
    text = page("close", language="en")
    assert "say what would be done and save nothing" in text
    assert "print one JSON document" in text
    assert "[default: False]" not in text


MISTYPED = {
    "close": ("MONTH is missing.", "缺少 MONTH。"),
    "close 2026-10 more": ("Too many arguments: more.", "多余的参数：more。"),
    "close --odd 2026-10": ("--odd", "未知选项：--odd。"),
    "import bill f.csv": ("--format is missing.", "缺少 --format。"),
    "import bill f.csv --format x": ('Invalid value "x" for --format', "--format 的值 'x' 无效。可用：focus、"),
    "report cost --top x": ("Invalid value for --top", "--top 的值 'x' 无效。"),
    "bill list --month a --month b": ("--month specified multiple times", "--month 只能给出一次。"),
    "frobnicate": ('Unknown command "frobnicate"', "未知命令：frobnicate。"),
}


@pytest.mark.parametrize("typed", MISTYPED)
def test_a_mistyped_command_is_told_in_both_languages(typed: str) -> None:
    words = typed.split()
    with pytest.raises(CycloptsError) as caught:
        line.built(words)(words, exit_on_error=False, print_error=False)
    for language, said in zip(("en", "zh"), MISTYPED[typed], strict=True):
        text = told(caught.value, language)
        assert said in text
        assert "--help" in text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("--as li --json funds show acme", "funds show --json acme"),
        ("--json --as li funds show acme", "funds show --json acme"),
        ("--dry-run --json close 2026-10", "close --dry-run --json 2026-10"),
        ("--json funds shwo acme", "funds shwo acme --json"),
        ("funds show acme --json", "funds show acme --json"),
        ("--json db run psql --json", "db run --json psql --json"),
        ("--help", "--help"),
        ("--json", "--json"),
        ("", ""),
    ],
)
def test_options_of_every_command_stand_in_any_order_before_it(
    typed: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTITA_USER", "")
    assert line._in_order(line._who_asks(typed.split())) == read.split()  # noqa: SLF001 - as `main` does
    if "--as" in typed:
        assert os.environ["PARTITA_USER"] == "li"


def test_a_reader_that_goes_away_is_no_bug(tmp_path: Path) -> None:
    environment = os.environ | {"PARTITA_HOME": str(tmp_path), "PYTHONPATH": str(Path(line.__file__).parents[2])}
    script = f"{{ sleep 1; {sys.executable} -m partita.cli db status; }} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["141"], done.stderr
    assert not (tmp_path / "last-error.txt").exists()
