"""Proof of the rows: every sealed row of the database is as it was written (VERIFY-2)."""

from __future__ import annotations

from partita.store import proof, seal
from partita.usecases.verify.equation import Equation, Finding
from partita.usecases.work import Books


def untouched(books: Books) -> list[Equation]:
    """Prove that no sealed row was changed; a changed one is named by table and key."""
    with books.work() as work:
        proof.at_one_instant(work.tx)
        rows, broken = seal.sealed_rows(work.tx), seal.broken(work.tx)
    return [
        Equation(
            name="rows",
            english="rows written = rows unchanged",
            chinese="写入的行 = 未被改动的行",
            left=f"{rows:,}",
            right=f"{rows - len(broken):,}",
            findings=tuple(
                Finding(
                    f"table {one.table}, key {one.key}: changed after it was written",
                    f"表 {one.table}，主键 {one.key}：写入后被改动",
                )
                for one in broken
            ),
        )
    ]
