"""Plays the cases of permissions: people and accounts as in `steps.people`."""

from __future__ import annotations

from case_file import Case
from partita.usecases.work import Books
from steps.people import played


def run(case: Case, books: Books) -> list[str]:
    return played(case, books)
