"""`partita demo` as a user types it: the whole story on few lines, its last equation, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partita.store import postgres


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    done = partita(home, "demo", "--lines", "50000", "--json")
    postgres.stop(home / "demo")
    assert done.returncode == 0, done.stderr
    return home, json.loads(done.stdout)


def partita(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    source = str(Path(postgres.__file__).parents[2])
    environment |= {"PARTITA_HOME": str(home), "PARTITA_LANG": "en", "PYTHONPATH": source}
    command = [sys.executable, "-m", "partita.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_it_ends_with_equations_that_hold(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]
    assert told["months"] == ["2026-08", "2026-09", "2026-10"]
    assert told["lines"] >= 50_000
    assert {bill["month"] for bill in told["bills"]} == {"2026-08", "2026-09"}
    assert told["holds"] is True
    assert all(one["holds"] for one in told["equations"])


def test_the_bill_of_another_provider_is_taken_in_and_proved(played: tuple[Path, dict[str, Any]]) -> None:
    proofs = [one for one in played[1]["equations"] if one["equation"].startswith("nimbus-2026-09.csv")]
    assert [one["equation"].partition(": ")[2] for one in proofs] == [
        "rows of the file = rows charged, once",
        "file total = charges + remainder",
    ]
    assert proofs[1]["left"] == proofs[1]["right"]
    assert len(proofs[1]["left"].partition(".")[2]) > 10, "the file has decimals that a line does not hold"


def test_a_dry_run_says_what_would_make_room(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played
    before = sorted((home / "demo").iterdir())
    said = partita(home, "demo", "--dry-run")
    assert "the books of the last demo there would be removed" in said.stdout
    assert json.loads(partita(home, "demo", "--dry-run", "--json").stdout)["replaces"] is True
    assert sorted((home / "demo").iterdir()) == before


def test_the_books_can_be_left_out(tmp_path: Path) -> None:
    done = partita(tmp_path, "demo", "--lines", "50000", "--no-keep-files")
    assert done.returncode == 0, done.stderr
    assert "equations hold." in done.stdout
    assert "Look around" not in done.stdout
    assert not (tmp_path / "demo").exists()
