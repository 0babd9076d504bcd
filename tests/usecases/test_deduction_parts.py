"""A bucket that is priced in parts deducts as one that is priced at once: cases of packages, two records a part."""

from __future__ import annotations

from pathlib import Path

import pytest

import case_file
from conftest import Clock
from partita.usecases import rating
from partita.usecases.work import Books
from steps import resource_package

CASES = [path for path in case_file.every() if path.parent.name == "resource_package"]


def test_there_are_cases_to_play() -> None:
    assert CASES


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_in_parts(path: Path, books: Books, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "PART_LINES", 2)
    case = case_file.read(path)
    said = [" ".join(line.split()) for line in resource_package.run(case, books, clock)]
    assert said == case.then, case.title
