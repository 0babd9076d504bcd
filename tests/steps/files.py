"""Plays the cases of files: what a killed process leaves behind is not read, and verify tells it.

`stray MONTH` puts a copy of a charge file where no manifest row names it; `rate`, `charges`, `files` as for charges.
"""

from __future__ import annotations

from pathlib import Path

from case_file import Case
from partita.core.period import Month
from partita.store import charge as charge_store
from partita.store import merged
from partita.store import usage as usage_store
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

    def batches_of(self, count: str, account: str, sku: str, first: str) -> None:
        """`batches-of COUNT ACCOUNT SKU FIRST`: so many files of one record each, numbered from FIRST on."""
        for number in range(int(first), int(first) + int(count)):
            self.take_in([[f"m{number}", account, sku, "1", "2026-10-08T12:00+08:00"]])

    def reads(self, month: str) -> None:
        """`reads MONTH`: what is read to know whether a record is new."""
        with self.books.work() as work:
            files = usage_store.files(work.tx, month=Month.parse(month).number)
        for bucket in sorted({one.bucket for one in files}):
            of_bucket = [one for one in files if one.bucket == bucket]
            copy = merged.newest(self.books.room, of_bucket[0].month, bucket, of_bucket[-1].sequence)
            rest = [one for one in of_bucket if copy is None or one.sequence > copy[0]]
            self.said.append(f"reads {'1 copy' if copy else 'no copy'} and {len(rest)} files")

    def spoil(self) -> None:
        """`spoil`: whatever copies there are cannot be read any more."""
        for copy in self.books.room.path("merged").rglob("*.parquet"):
            copy.write_bytes(b"no parquet")

    def again(self, number: str, account: str, sku: str) -> None:
        """`again NUMBER ACCOUNT SKU`: a record that came before; whether it is new."""
        before = self.stored()
        self.take_in([[f"m{number}", account, sku, "1", "2026-10-08T12:00+08:00"], [f"n{number}", account, sku, "1",
                      "2026-10-08T12:00+08:00"]])  # fmt: skip
        self.said.append(f"new records {self.stored() - before}")

    def stored(self) -> int:
        with self.books.work() as work:
            return sum(one.records for one in usage_store.files(work.tx))

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
    world.play([[words[0].replace("-", "_"), *words[1:]] for words in (*case.given, *case.when)])
    return world.said
