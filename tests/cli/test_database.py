"""`partita db …` as a user types it, on an embedded server of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from partita.store import db, postgres


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "home"
    yield place
    postgres.stop(place)


def partita(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PARTITA_HOME": str(home), "PARTITA_LANG": "en", "PYTHONPATH": str(Path(db.__file__).parents[2])}
    command = [sys.executable, "-m", "partita.cli", *words]
    return subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False, timeout=120)


def told(home: Path, *words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(partita(home, *words, "--json").stdout)
    return found


def test_status_and_stop(home: Path) -> None:
    assert told(home, "db", "status")["running"] is False
    lease = postgres.ensure_running(home).lease
    found = postgres.status(home)
    assert told(home, "db", "status") == {
        "kind": "embedded",
        "running": True,
        "in_use": True,
        "version": str(found.major),
        "folder": str(found.folder),
        "log": str(found.log),
        "server_process": found.server,
        "supervisor_process": found.supervisor,
    }
    assert partita(home, "db", "stop").returncode == 3
    assert told(home, "db", "stop")["refused"] == "DATABASE_IN_USE"
    assert postgres.status(home).server
    lease.close()
    assert told(home, "db", "stop", "--dry-run") == {"was_running": True, "stopped": False, "dry_run": True}
    assert told(home, "db", "stop") == {"was_running": True, "stopped": True, "dry_run": False}
    assert told(home, "db", "stop") == {"was_running": False, "stopped": False, "dry_run": False}


def test_stop_by_force(home: Path) -> None:
    with postgres.ensure_running(home).lease:
        assert told(home, "db", "stop", "--force")["stopped"] is True
        assert postgres.status(home).server is None


def test_a_backup_comes_back_whole(home: Path, tmp_path: Path) -> None:
    assert partita(home, "setup", "show").returncode == 0
    dump = str(tmp_path / "books.dump")
    kept = partita(home, "db", "run", "pg_dump", "--format", "custom", "--file", dump)
    assert kept.returncode == 0, kept.stderr
    other = tmp_path / "other"
    try:
        back = partita(other, "db", "run", "pg_restore", "--exit-on-error", "--dbname", "partita", dump)
        assert back.returncode == 0, back.stderr
        assert partita(other, "setup", "show").stdout == partita(home, "setup", "show").stdout
    finally:
        postgres.stop(other)


def test_a_program_that_is_not_there_is_named(home: Path) -> None:
    said = partita(home, "db", "run", "no-such-program")
    assert said.returncode == 3
    assert "There is no program no-such-program here" in said.stderr


def test_an_unreachable_database_is_exit_code_5_in_both_languages(home: Path) -> None:
    url = "postgresql://somebody:secret@127.0.0.1:1/books"
    for language, word in (("en", "Check DATABASE_URL"), ("zh", "请检查 DATABASE_URL")):
        said = partita(home, "db", "status", DATABASE_URL=url, PARTITA_LANG=language)
        assert said.returncode == 5
        assert word in " ".join(said.stderr.split())
        assert "secret" not in said.stderr + said.stdout


def test_an_external_server_is_not_ours_to_stop(home: Path) -> None:
    said = partita(home, "db", "stop", DATABASE_URL="postgresql://somebody@127.0.0.1:1/books")
    assert said.returncode == 3
    assert "stop it there" in said.stderr
