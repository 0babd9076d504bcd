"""What journeys on the command line may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import CommandLine


@pytest.fixture
def line(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line on the test's own books, and a folder for its files."""
    folder = tmp_path / "files"
    folder.mkdir()
    return CommandLine(environment, monkeypatch, folder)
