"""Plays the cases of files: what a killed process leaves behind is not read, and verify tells it.

`stray MONTH` puts a copy of a charge file where no manifest row names it; `rate`, `charges`, `files` as for charges.
"""

from __future__ import annotations

from pathlib import Path

from case_file import Case
from partita.core.period import Month
from partita.store import charge as charge_store
from partita.store.files import FileRoom
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.charge import Charges


class _Room(Charges):
    def stray(self, month: str) -> None:
        with self.books.work() as work:
            named = charge_store.counting(work.tx, Month.parse(month).number)[0].path
        source = self.books.room.path(named)
        source.with_name("left-by-a-kill.parquet").write_bytes(source.read_bytes())

    def look(self) -> None:
        self.said.append(f"parquet files in the room {len(_parquet(self.books.room))}")

    def verify(self) -> None:
        equations = verify(self.books)
        self.said.append("all equations hold" if all(one.holds for one in equations) else "broken")
        self.said += [f"told {Path(note.english.split(':')[0]).name}" for one in equations for note in one.notes]


def _parquet(room: FileRoom) -> list[str]:
    return sorted(path.name for path in room.root.rglob("*.parquet"))


def run(case: Case, books: Books) -> list[str]:
    world = _Room(books)
    world.play([*case.given, *case.when])
    return world.said
