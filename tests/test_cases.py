"""Plays every `.case` file: what happens must be what `then` says, line by line."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import case_file
import pytest


@pytest.mark.parametrize("path", case_file.every(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = case_file.read(path)
    steps = importlib.import_module(f"steps.{case.noun}")
    actual = [" ".join(line.split()) for line in steps.run(case)]
    if os.environ.get("UPDATE_GOLDEN") and actual != case.then:
        text = path.read_text(encoding="utf-8")
        head = text[: text.index("\nthen") + len("\nthen\n")]
        path.write_text(head + "".join(f"  {line}\n" for line in actual), encoding="utf-8")
        return
    assert actual == case.then, f"{case.title} ({case.rule})"
