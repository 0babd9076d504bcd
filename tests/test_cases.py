"""Plays every `.case` file: what happens must be what `then` says, line by line."""

from __future__ import annotations

import importlib
import inspect
import os
from pathlib import Path

import pytest

import case_file


@pytest.mark.parametrize("path", case_file.every(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    case = case_file.read(path)
    steps = importlib.import_module(f"steps.{case.noun}")
    # Steps that ask for `books` play on real books; the others on the pure core, without a database.
    asked = [name for name in inspect.signature(steps.run).parameters if name != "case"]
    lines = steps.run(case, *(request.getfixturevalue(name) for name in asked))
    actual = [" ".join(line.split()) for line in lines]
    if os.environ.get("UPDATE_GOLDEN") and actual != case.then:
        text = path.read_text(encoding="utf-8")
        head = text[: text.index("\nthen") + len("\nthen\n")]
        path.write_text(head + "".join(f"  {line}\n" for line in actual), encoding="utf-8")
        return
    assert actual == case.then, f"{case.title} ({case.rule})"
