"""Files of the order of stopping: CSV with `member`, `product`, `turn`; an empty member or product means all.

Owns how such a file is read. Does not own what a turn means (`core.stop_order`). Rules: STOP-8.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TypeAlias

from partita.core.refusal import Reason, Refused, refused
from partita.core.stop_order import FIRST_TURN, LAST_TURN, Turn
from partita.formats.regular_file import refuse_path

Text: TypeAlias = tuple[str, str]
"""The same in English and in Chinese."""
COLUMNS = ("member", "product", "turn")


def read_turns(path: Path) -> tuple[Turn, ...] | Refused:
    """Read the turns of a file.

    Refused in this order: FILE_NOT_FOUND, NOT_A_REGULAR_FILE, WRONG_ENCODING, WRONG_HEADER, BAD_STOP_ORDER (every row
    that is no turn, or names a member and product that stand there already).
    """
    if no := refuse_path(path):
        return no
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return refused(Reason.WRONG_ENCODING, row=1)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines)]
    header = tuple(name.lower() for name in rows[0]) if rows else ()
    if header != COLUMNS:
        missing = ", ".join(name for name in COLUMNS if name not in header) or ", ".join(COLUMNS)
        return refused(Reason.WRONG_HEADER, format="stop order", missing=missing, hint=_HINT)
    turns: dict[tuple[str, str], Turn] = {}
    faults: list[tuple[int, Text]] = []
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        turn = _turn(row)
        if not isinstance(turn, Turn):
            faults.append((number, turn))
        elif (turn.member_id, turn.product_id) in turns:
            faults.append((number, _TWICE))
        else:
            turns[turn.member_id, turn.product_id] = turn
    return _at_fault(path, faults) if faults else tuple(turns[place] for place in sorted(turns))


def _at_fault(path: Path, faults: list[tuple[int, Text]]) -> Refused:
    """Name every fault of a file: the first with the file, the others by their row."""
    (first, (english, chinese)), *others = faults
    english += "".join(f" Row {number}: {text[0]}" for number, text in others)
    chinese += "".join(f"第 {number} 行：{text[1]}" for number, text in others)
    return refused(Reason.BAD_STOP_ORDER, path=path, row=first, detail=(english, chinese))


_TWICE: Text = ("the member and the product stand in the file twice.", "该子账号与产品在文件中重复。")
_HINT = ("Write `member,product,turn` in the first row.", "首行请写 `member,product,turn`。")


def _turn(row: list[str]) -> Turn | Text:
    """Return the turn that a row states, or what is wrong with it, column by column."""
    if len(row) != len(COLUMNS):
        return ("write member, product and turn.", "请写子账号、产品与次序。")
    if not row[2].isascii() or not row[2].isdigit() or not FIRST_TURN <= int(row[2]) <= LAST_TURN:
        return (
            f"column turn: {row[2]!r} is no number from {FIRST_TURN} to {LAST_TURN}.",
            f"turn 列：{row[2]!r} 不是 {FIRST_TURN} 至 {LAST_TURN} 之间的数字。",
        )
    return Turn(row[0], row[1], int(row[2]))
