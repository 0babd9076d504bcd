"""Files of the order of stopping: CSV with `member`, `product`, `turn`; an empty member or product means all.

Owns how such a file is read. Does not own what a turn means (`core.stop_order`). Rules: STOP-8.
"""

from __future__ import annotations

import csv
from pathlib import Path

from partita.core.refusal import Reason, Refused, refused
from partita.core.stop_order import FIRST_TURN, LAST_TURN, Turn
from partita.formats.regular_file import refuse_path

COLUMNS = ("member", "product", "turn")


def read_turns(path: Path) -> tuple[Turn, ...] | Refused:
    """Read the turns of a file.

    Refused in this order: FILE_NOT_FOUND, NOT_A_REGULAR_FILE, WRONG_ENCODING, WRONG_HEADER, BAD_STOP_ORDER (a row that
    is no turn, or a member and product that stand twice).
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
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        turn = _turn(path, number, row)
        if isinstance(turn, Refused):
            return turn
        if (turn.member_id, turn.product_id) in turns:
            detail = ("the member and the product stand in the file twice.", "该子账号与产品在文件中重复。")
            return refused(Reason.BAD_STOP_ORDER, path=path, row=number, detail=detail)
        turns[turn.member_id, turn.product_id] = turn
    return tuple(turns[place] for place in sorted(turns))


_HINT = ("Write `member,product,turn` in the first row.", "首行请写 `member,product,turn`。")


def _turn(path: Path, number: int, row: list[str]) -> Turn | Refused:
    if len(row) != len(COLUMNS) or not row[2].isascii() or not row[2].isdigit():
        detail = ("write member, product and a number.", "请写子账号、产品与数字。")
        return refused(Reason.BAD_STOP_ORDER, path=path, row=number, detail=detail)
    if not FIRST_TURN <= int(row[2]) <= LAST_TURN:
        detail = (
            f"a turn is a number from {FIRST_TURN} to {LAST_TURN}.",
            f"次序须在 {FIRST_TURN} 至 {LAST_TURN} 之间。",
        )
        return refused(Reason.BAD_STOP_ORDER, path=path, row=number, detail=detail)
    return Turn(row[0], row[1], int(row[2]))
