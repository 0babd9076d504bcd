"""Plays packages and plans together, over several months of real books, in the words of `steps.resource_package`."""

from __future__ import annotations

from case_file import Case
from conftest import Clock
from partita.usecases.work import Books
from steps.resource_package import Bought


def run(case: Case, books: Books, clock: Clock) -> list[str]:
    bought = Bought(books, clock)
    bought.play([*case.given, *case.when])
    return bought.said
