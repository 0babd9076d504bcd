"""Slips that must not pass: a comma in an amount, and a user that is nobody."""

from __future__ import annotations

import re

import pytest

from partita.cli.amount import read_amount
from partita.settings import Settings, WrongSetting


@pytest.mark.parametrize(("text", "minor"), [("1,000", 100_000), ("1,234,567.89", 123_456_789), ("1000.5", 100_050)])
def test_groups_of_three_are_read(text: str, minor: int) -> None:
    assert read_amount(text, "CNY").minor == minor


@pytest.mark.parametrize("text", ["1,5", "1,00", ",5", "5,", "1,00,0.5", "1000,000", "1,000,", "1.000,50"])
def test_a_comma_elsewhere_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read_amount(text, "CNY")


@pytest.mark.parametrize("variable", ["PARTITA_USER", "PARTITA_ACCOUNT"])
def test_an_empty_name_is_never_the_operator(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "")
    with pytest.raises(WrongSetting, match=variable):
        Settings.from_environment()
