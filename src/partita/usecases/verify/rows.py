"""Proof of the rows: every sealed row of the database is as it was written (VERIFY-2)."""

from __future__ import annotations

from partita.store import seal
from partita.usecases.verify.equation import Equation, Finding, counted, reading
from partita.usecases.work import Books


def untouched(books: Books) -> list[Equation]:
    """Prove that no sealed row was changed; a changed one is named by table and key."""
    with reading(books) as tx:
        rows, broken = seal.sealed_rows(tx), seal.broken(tx)
    return [
        counted(
            "rows",
            "rows written = rows unchanged",
            "写入的行 = 未被改动的行",
            (rows, rows - len(broken)),
            [
                Finding(
                    f"table {one.table}, key {one.key}: changed after it was written",
                    f"表 {one.table}，主键 {one.key}：写入后被改动",
                )
                for one in broken
            ],
        )
    ]
