"""The room of files: how a file comes to exist, and what goes when a process was killed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from partita.store.engine import spilling
from partita.store.files import FileRoom, digest_of


@pytest.fixture
def room(tmp_path: Path) -> FileRoom:
    return FileRoom(tmp_path / "files")


def test_a_kept_file_is_in_its_place_with_its_digest(room: FileRoom) -> None:
    with room.incoming() as folder:
        made = folder / "part.parquet"
        made.write_bytes(b"records")
        digest = room.keep(made, "usage/202610/3/bat_1.parquet")
        assert not made.exists()
    assert digest == hashlib.sha256(b"records").digest()
    assert digest_of(room.path("usage/202610/3/bat_1.parquet")) == digest
    assert list((room.root / "incoming").iterdir()) == []


def test_what_a_killed_process_left_in_a_place_is_replaced(room: FileRoom) -> None:
    for content in (b"left by a kill", b"whole"):
        with room.incoming() as folder:
            (folder / "x").write_bytes(content)
            room.keep(folder / "x", "usage/202610/3/bat_1.parquet")
    assert room.path("usage/202610/3/bat_1.parquet").read_bytes() == b"whole"


def test_an_error_leaves_nothing_in_the_making(room: FileRoom) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"half")
        raise RuntimeError("broken off")

    with pytest.raises(RuntimeError), room.incoming() as folder:
        fail(folder)
    assert list((room.root / "incoming").iterdir()) == []


def test_what_killed_processes_left_goes_when_nobody_is_at_work(room: FileRoom) -> None:
    program = (
        "import sys, time; from pathlib import Path; from partita.store.files import FileRoom\n"
        "from partita.store.engine import spilling\n"
        "room = FileRoom(Path(sys.argv[1]))\n"
        "with spilling(room), room.incoming() as folder:\n"
        "    (folder / 'half').write_bytes(b'half'); print('ready', flush=True); time.sleep(60)\n"
    )
    source = Path(sys.modules[FileRoom.__module__].__file__ or "").parents[2]
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(room.root)], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(source)},
    )  # fmt: skip
    assert running.stdout is not None
    with running:
        assert running.stdout.readline() == "ready\n"
        with spilling(room):
            assert len(list((room.root / "incoming").iterdir())) == 1, "a process at work keeps its files"
        running.send_signal(signal.SIGKILL)
    with spilling(room):
        assert list((room.root / "incoming").iterdir()) == []
