"""A file that a command names is a regular file; what is none is called by its name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from partita.core.refusal import Reason, Refused
from partita.formats.regular_file import refuse_path
from partita.formats.stop_order import read_turns
from partita.usecases.focus import check_focus

READERS: list[Callable[[Path], object]] = [refuse_path, read_turns, lambda path: check_focus(path, path)]


@pytest.mark.parametrize("read", READERS)
def test_a_folder_a_pipe_and_a_device_are_no_regular_file(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path / "none", Reason.FILE_NOT_FOUND),
        (tmp_path, Reason.NOT_A_REGULAR_FILE),
        (tmp_path / "pipe", Reason.NOT_A_REGULAR_FILE),
        (Path("/dev/null"), Reason.NOT_A_REGULAR_FILE),
    ):
        answer = read(path)
        assert isinstance(answer, Refused)
        assert answer.reason is reason
        assert str(path) in answer.message("zh")


def test_a_regular_file_is_not_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert refuse_path(tmp_path / "file") is None
