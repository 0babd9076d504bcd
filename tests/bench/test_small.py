"""Every bench still runs: its small size, on a database of its own. The figures mean nothing here."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from partita.store import db

FOLDER = Path(__file__).resolve().parent


def subjects() -> tuple[str, ...]:
    """Return what `run.py` measures; the scripts are no package, so it is read, not imported."""
    tree = ast.parse((FOLDER / "run.py").read_text(encoding="utf-8"))
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    found = next(
        node for node in assigned if isinstance(node.targets[0], ast.Name) and node.targets[0].id == "SUBJECTS"
    )
    names: tuple[str, ...] = ast.literal_eval(found.value)
    return names


@pytest.mark.parametrize("subject", subjects())
def test_the_small_size_of_a_bench_runs(subject: str, server: str, owner_url: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    environment = os.environ | {
        "DATABASE_URL": owner_url if subject == "provider_bill" else server,
        "PYTHONPATH": str(Path(db.__file__).parents[2]),
        "PARTITA_HOME": str(tmp_path / "home"),
    }
    command = [sys.executable, FOLDER / f"{subject}.py", "--small", "--json", report]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    rows = [row for table in json.loads(report.read_text(encoding="utf-8")) for row in table["rows"]]
    assert rows
    assert all(row["seconds"] > 0 and (row["reference"] is None or row["reference_seconds"] > 0) for row in rows)


def test_every_bench_is_a_subject() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py") if "from ground import" in path.read_text(encoding="utf-8")}
    assert scripts - {"test_small"} == set(subjects())
