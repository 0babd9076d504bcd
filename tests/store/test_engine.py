"""The bulk engine: within its memory, in UTC, and tidy."""

from __future__ import annotations

from pathlib import Path

import pytest

from partita.store.engine import leave_room, open_engine, spilling
from partita.store.files import FileRoom

BIG = "create table big as select range as number, md5(range::varchar) as text from range(3_000_000)"


def test_what_does_not_fit_spills_into_the_room_and_goes_with_the_connection(tmp_path: Path) -> None:
    room = FileRoom(tmp_path)
    with open_engine(room, memory="64MB", threads=2) as engine:
        engine.execute(BIG)
        assert engine.execute("select count(*), sum(number) from big").fetchone() == (3_000_000, 4_499_998_500_000)
        assert list(room.spill.glob("*/*"))
    assert list(room.spill.glob("*")) == []


def test_two_engines_spill_apart(tmp_path: Path) -> None:
    room = FileRoom(tmp_path)
    with open_engine(room, memory="64MB", threads=2) as one, open_engine(room, memory="64MB", threads=2) as other:
        one.execute(BIG)
        other.execute(BIG)
        for engine in (one, other):
            assert engine.execute("select sum(number) from big").fetchone() == (4_499_998_500_000,)


def test_the_zone_is_utc_and_nothing_is_fetched(tmp_path: Path) -> None:
    with open_engine(FileRoom(tmp_path), memory="64MB", threads=1) as engine:
        found = [
            str(engine.execute(f"select current_setting('{name}')").fetchall()[0][0])
            for name in ("TimeZone", "threads", "autoinstall_known_extensions", "autoload_known_extensions")
        ]
    assert found == ["UTC", "1", "False", "False"]


@pytest.mark.parametrize(("given", "left"), [("512MB", "230.7 MiB"), ("256MB", "228.8 MiB")])
def test_room_is_left_beside_the_engine(tmp_path: Path, given: str, left: str) -> None:
    with open_engine(FileRoom(tmp_path), memory=given, threads=1) as engine:
        leave_room(engine)
        assert engine.execute("select current_setting('memory_limit')").fetchone() == (left,)


def test_what_a_killed_process_spilled_is_removed_unless_somebody_works(tmp_path: Path) -> None:
    room = FileRoom(tmp_path)
    left = room.spill / "left"
    left.mkdir()
    (left / "block.tmp").write_bytes(b"x")
    with spilling(room):
        assert not left.exists()
        left.mkdir()
        with spilling(room):
            assert left.exists()
