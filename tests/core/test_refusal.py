"""Refusals: every reason speaks both languages and names the same details."""

from __future__ import annotations

import importlib
import pkgutil
import string

import pytest

from partita.core import refusal as package
from partita.core.refusal import Reason, refused


def fields(text: str) -> set[str]:
    # A list of problems comes once in each language: `problems` and `problems_zh`.
    return {name.removesuffix("_zh") for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_both_languages_name_the_same_details(reason: Reason) -> None:
    english, chinese = reason.value
    assert english.isascii() or "…" in english
    assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
    assert fields(english) == fields(chinese)


def test_every_text_is_a_reason_of_its_own() -> None:
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    texts = {name: text for module in modules for name, text in vars(module).items() if name.isupper()}
    assert texts == {name: reason.value for name, reason in Reason.__members__.items()}
    assert len(Reason) == len(texts), "two reasons never share a text"


def test_a_refusal_speaks_the_language_asked_for() -> None:
    refusal = refused(Reason.NO_BILL, payer="acme", month="2026-10")
    assert refusal.message().startswith("No bill of acme for 2026-10.")
    assert refusal.message("zh").startswith("没有 acme 在账期 2026-10 的账单。")


def test_a_detail_may_speak_both_languages() -> None:
    refusal = refused(Reason.TRUNCATED_FILE, row=3, detail=("it is cut off.", "内容被截断。"))
    assert "(row 3): it is cut off. Nothing" in refusal.message()
    assert "（第 3 行）：内容被截断。 未导入" in refusal.message("zh")
    assert refusal.details("zh") == {"row": 3, "detail": "内容被截断。"}
