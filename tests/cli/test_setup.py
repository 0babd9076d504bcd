from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from command_line import ran
from partita.demo.catalogue import catalogue
from partita.demo.generator import write_setup
from partita.demo.group import organisation


def partita(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return ran(words, environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_setup(tmp_path / "setup")
    return tmp_path / "setup"


def test_apply_show_and_again(environment: dict[str, str], folder: Path) -> None:
    accounts = folder / "accounts.csv"
    alone, paid = (f"galaxy-search-prod,galaxy,搜索推荐部 生产,search,{payer}," for payer in ("", "galaxy-tech-main"))
    text = accounts.read_text(encoding="utf-8")
    assert alone in text
    accounts.write_text(text.replace(alone, paid), encoding="utf-8")
    dry = partita(environment, "setup", "apply", str(folder), "--dry-run")
    first = json.loads(partita(environment, "setup", "apply", str(folder), "--json").stdout)
    again = json.loads(partita(environment, "setup", "apply", str(folder), "--json").stdout)
    shown = json.loads(partita(environment, "setup", "show", "--json").stdout)

    assert dry.returncode == 0
    assert "+ enterprises: galaxy" in dry.stdout
    assert "+00:00" not in dry.stdout
    assert first["files"] == [*organisation(), *catalogue()]
    assert again["unchanged"] == first["added"] == shown["counts"]
    assert len(shown["accounts"]) == 46
    modes = {one["account_id"]: one["finance_mode"] for one in shown["accounts"]}
    assert modes["galaxy-search-prod"] == "trusteeship"
    assert modes["galaxy-ads-prod"] == "independent"
    tree = partita(environment | {"PARTITA_LANG": "zh"}, "setup", "show").stdout
    assert "galaxy-search-prod  搜索推荐部 生产  ← 由 galaxy-tech-main 付款" in tree


def test_a_fault_is_refused_with_file_row_and_column(environment: dict[str, str], folder: Path) -> None:
    prices = folder / "prices.csv"
    prices.write_text(prices.read_text(encoding="utf-8").replace(",0.4872,", ',"0,4872",', 1), encoding="utf-8")
    no = partita(environment, "setup", "apply", str(folder))

    assert no.returncode == 3
    assert "prices.csv row 2, column price: '0,4872' is no price" in no.stderr
    assert partita(environment, "setup", "show").stdout.startswith("Nothing is set up.")
