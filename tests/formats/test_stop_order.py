"""Files of the order of stopping: every row at fault is named."""

from __future__ import annotations

from pathlib import Path

from partita.core.refusal import Refused
from partita.core.stop_order import Turn
from partita.formats.stop_order import read_turns


def test_turns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "turns.csv"
    path.write_text("Member,product,Turn\nlab,,10\n\n,disk,95\n", encoding="utf-8")
    assert read_turns(path) == (Turn("", "disk", 95), Turn("lab", "", 10))


def test_every_row_at_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "turns.csv"
    path.write_text("member,product,turn\nlab,,0\nlab,disk,10\nlab,disk,20\nlab,5\nweb,,x\n", encoding="utf-8")
    no = read_turns(path)
    assert isinstance(no, Refused)
    assert no.message().partition(", ")[2] == (
        "row 2: column turn: '0' is no number from 1 to 99. Row 4: the member and the product stand in the file twice. "
        "Row 5: write member, product and turn. Row 6: column turn: 'x' is no number from 1 to 99. Nothing was changed."
    )
    assert all(f"第 {number} 行" in no.message("zh") for number in (2, 4, 5, 6))
