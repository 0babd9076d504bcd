"""Plays the cases of reports: `report BY[,BY…] [now] [NAME=VALUE …]` says each row and the total."""

from __future__ import annotations

from case_file import Case
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.usecases.analysis import cost_report
from partita.usecases.rating import rate_month
from partita.usecases.work import Books
from steps.people import People, played_by


class _Reports(People):
    def rate(self, month: str) -> None:
        answer = rate_month(self.books, Month.parse(month))
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")

    def report(self, by: str, *only: str) -> None:
        conditions = [(name, value) for name, is_given, value in (word.partition("=") for word in only) if is_given]
        answer = cost_report(self.books, by.split(","), only=conditions, tree_now="now" in only)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        for row in answer.rows:
            keys = " ".join(key or "—" for key in row.keys)
            self.said.append(f"row {keys} {format_scaled(row.billed_e10, 10, places=2)}")
        for total in answer.totals.values():
            self.said.append(f"total {format_scaled(total.billed_e10, 10, places=2)} {total.currency}")


def run(case: Case, books: Books) -> list[str]:
    return played_by(_Reports(books), case)
