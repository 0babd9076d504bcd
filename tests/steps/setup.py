"""Plays the cases of setting up: rows of documents on books in memory, through the reader and the decision.

Verbs:

    FILE.csv VALUES…       a row of a document; `-` is an empty value
    closed MONTH           the close of the month has begun
    used ACCOUNT INSTANT   the last usage of the account that is stored started then
    related ACCOUNT OTHER  the account has or had a relation with the other
    apply                  reads the rows so far and adds what they state; says what was added, or every fault
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from case_file import Case
from partita.core.period import Month
from partita.core.setup import Settled, Setup, decide
from partita.formats.setup import FILES, OPTIONAL, read_setup

_GROUP = (
    ("enterprises.csv", "group", "集团 Group", "Asia/Shanghai", "CNY"),
    ("units.csv", "group", "east", "-", "company", "East"),
    ("units.csv", "group", "sales", "east", "department", "Sales"),
)


class Documents:
    """Rows of documents that wait to be applied, and the books they go to."""

    def __init__(self) -> None:
        self.books = Setup()
        self.rows: dict[str, list[Sequence[str]]] = {}
        self.closed: list[Month] = []
        self.reach: dict[str, datetime] = {}
        self.pairs: dict[str, str] = {}
        self.said: list[str] = []

    def group(self) -> None:
        """Set up a group with one company and one department."""
        for file, *values in _GROUP:
            self.row(file, *values)
        self.apply()
        self.said.clear()

    def row(self, file: str, *values: str) -> None:
        self.rows.setdefault(file, []).append(["" if value == "-" else value for value in values])

    def apply(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for file, rows in self.rows.items():
                with (folder / file).open("w", newline="", encoding="utf-8") as handle:
                    columns = (*FILES[file], *OPTIONAL.get(file, ()))
                    csv.writer(handle).writerows([columns[: max(map(len, rows))], *rows])
            reading = read_setup(folder, self.books, self._zone())
        self.rows.clear()
        decision = reading.problems or decide(reading.stated, self.books, self._settled())
        if isinstance(decision, list):
            self.said += [f"fault {_plain(problem.message())}" for problem in decision]
            return
        added = [f"added {kind} {count}" for kind, count in decision.counts().items() if count]
        self.said += added or ["nothing changed"]
        self.books = Setup(**{kind: getattr(self.books, kind) | facts for kind, facts in decision.parts()})

    def used(self, account: str, last: str) -> None:
        self.reach[account] = datetime.fromisoformat(last)

    def related(self, account: str, other: str) -> None:
        self.pairs[account] = other

    def _settled(self) -> Settled:
        return Settled(self.closed, self.reach, self.pairs)

    def play(self, lines: Sequence[Sequence[str]]) -> None:
        for verb, *words in lines:
            if verb.endswith(".csv"):
                self.row(verb, *words)
            elif verb == "closed":
                self.closed.append(Month.parse(words[0]))
            else:
                getattr(self, verb)(*words)

    def played(self, case: Case) -> list[str]:
        """Play a case on the group, and return what its `when` says."""
        self.group()
        self.play(case.given)
        self.said.clear()
        self.play(case.when)
        return self.said

    def _zone(self) -> str | None:
        return next((one.zone for one in self.books.enterprises.values()), None)


def run(case: Case) -> list[str]:
    return Documents().played(case)


def _plain(message: str) -> str:
    """Leave the quotes out: the reader of cases takes them as its own."""
    return message.replace("'", "")
