"""Plays the cases of batches on real books.

Verbs besides those of `steps.relation`:

    row   VALUES …                       a row of the file, in the order of the kind's columns
    run   KIND [as sheet] [keyed KEY] [dry]     apply the rows so far: each row, or every fault
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from case_file import Case
from partita.core.refusal import Refused
from partita.formats.batch import BatchKind
from partita.usecases.batch import run_batch
from partita.usecases.work import Books
from sheets import write_sheet
from steps.relation import Relations, verbs_of


class _Batches(Relations):
    def __init__(self, books: Books, owner_url: str) -> None:
        super().__init__(books, owner_url)
        self.rows: list[tuple[str, ...]] = []

    def row(self, *values: str) -> None:
        self.rows.append(values)

    def run(self, word: str, *how: str) -> None:
        kind = BatchKind[word.upper()]
        key = how[how.index("keyed") + 1] if "keyed" in how else None
        width = max(map(len, self.rows))
        head = [column for columns in kind.value for column in columns][:width]
        whole = [head, *([*row, *[""] * (width - len(row))] for row in self.rows)]
        self.rows = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("file.xlsx" if "sheet" in how else "file.csv")
            if "sheet" in how:
                write_sheet(path, whole)
            else:
                with path.open("w", newline="", encoding="utf-8") as handle:
                    csv.writer(handle).writerows(whole)
            with self.books.work() as work:
                answer = run_batch(work, path, kind, idempotency_key=key, dry_run="dry" in how)
        if isinstance(answer, Refused):
            told = str(answer.detail.get("problems", answer.reason.name)).replace("'", "")
            self.said += [f"refused {answer.reason.name}", *(line.strip() for line in told.splitlines())]
            return
        again = "already " if answer.repeated else "would be " if answer.dry_run else ""
        self.said += [
            f"row {one.line} {again}{one.account_id} {one.english}{' so already' if one.repeated else ''}"
            for one in answer.batch.rows
        ]


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    """Play a case; what is `given` says nothing."""
    world = _Batches(books, owner_url)
    world.play(verbs_of(case.given))
    world.said.clear()
    world.play(verbs_of(case.when))
    return world.said
