"""The two modes: the table decides, agrees with the permissions, and the guide is printed from it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from partita.core.finance_mode import (
    INDEPENDENT,
    MATRIX,
    TRUSTEESHIP,
    Right,
    Topic,
    differences,
    may_move_funds,
    needs_same_entity,
    right,
    shares,
)
from partita.core.permission import Action, RelationPermission
from partita.core.permission import RelationPermission as Code

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGES = {"en": "finance-modes.md", "zh": "finance-modes.zh-CN.md"}
HEADS = {
    "en": ("| topic | 财务管理 financial management | code | 财务托管 financial trusteeship |", "same entity"),
    "zh": ("| 事项 | 财务管理 | 权限代码 | 财务托管 |", "同一主体"),
}


def test_every_topic_stands_in_both_modes() -> None:
    assert list(MATRIX) == list(Topic)
    for rights in MATRIX.values():
        assert set(rights) == {INDEPENDENT, TRUSTEESHIP}


def test_every_code_opens_or_bars_a_topic() -> None:
    rights = [one[INDEPENDENT] for one in MATRIX.values()]
    known = {code for one in rights for code in (one.opened_by, one.barred_by) if code}
    assert known == set(RelationPermission)


def test_a_trusteeship_needs_no_codes() -> None:
    for topic in Topic:
        one = right(topic, TRUSTEESHIP)
        assert one.opened_by is None
        assert one.barred_by is None


def test_credit_and_discounts_need_one_entity_and_nothing_else_does() -> None:
    sharing = {Code.SYNCHRONIZE_FINANCE_IDENTITY, Code.SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET}
    assert needs_same_entity(INDEPENDENT) == sharing
    assert needs_same_entity(TRUSTEESHIP) == frozenset()
    for topic, code in (
        (Topic.CREDIT, Code.SYNCHRONIZE_FINANCE_IDENTITY),
        (Topic.BILLS, Code.CHECK_TARGET_CONSUMPTION),
    ):
        assert shares(topic, INDEPENDENT, frozenset({code}), same_entity=True)
        assert not shares(topic, INDEPENDENT, frozenset(), same_entity=True)
        assert shares(topic, TRUSTEESHIP, frozenset(), same_entity=True)
    assert not shares(Topic.CREDIT, INDEPENDENT, frozenset({Code.SYNCHRONIZE_FINANCE_IDENTITY}), same_entity=False)
    assert shares(Topic.BILLS, INDEPENDENT, frozenset({Code.CHECK_TARGET_CONSUMPTION}), same_entity=False)


def test_funds_are_transferred_to_members_that_pay_for_themselves_within_one_entity() -> None:
    assert may_move_funds(INDEPENDENT, same_entity=True)
    assert not may_move_funds(INDEPENDENT, same_entity=False)
    assert not may_move_funds(TRUSTEESHIP, same_entity=True)


@pytest.mark.parametrize(
    ("topic", "action"),
    [
        (Topic.BILLS, Action.VIEW_BILLS),
        (Topic.FINANCES, Action.VIEW_FINANCES),
        (Topic.INVOICES, Action.SET_INVOICE_PROFILE),
        (Topic.WITHDRAWAL, Action.WITHDRAW),
    ],
)
def test_the_table_says_what_the_permissions_ask_for(topic: Topic, action: Action) -> None:
    one = right(topic, INDEPENDENT)
    assert one.barred_by is action.value.barred_by
    if one.opened_by is not None:
        assert one.opened_by is action.value.over


def test_what_differs_is_told_both_ways() -> None:
    there = [topic for topic, _, _ in differences(INDEPENDENT, TRUSTEESHIP)]
    back = [topic for topic, _, _ in differences(TRUSTEESHIP, INDEPENDENT)]
    assert there == back
    assert {Topic.PAYMENT, Topic.FUNDS, Topic.CONTROL, Topic.ALERTS} <= set(there)
    assert list(differences(INDEPENDENT, INDEPENDENT)) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guide_is_printed_from_the_table(language: str) -> None:
    page = GUIDE / PAGES[language]
    text = page.read_text(encoding="utf-8")
    wanted = replaced(replaced(text, "matrix", matrix(language)), "codes", codes(language))
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted, "run `make update-golden`"


def replaced(text: str, name: str, lines: list[str]) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    assert pattern.search(text), f"the page has a place for {name}"
    return pattern.sub(lambda match: match[1] + "\n" + "\n".join(lines) + "\n\n" + match[2], text)


def matrix(language: str) -> list[str]:
    head, _ = HEADS[language]
    rows = [
        f"| {topic.text(language)} | {cell(rights[INDEPENDENT], language)} | {opened(rights[INDEPENDENT])} "
        f"| {cell(rights[TRUSTEESHIP], language)} |"
        for topic, rights in MATRIX.items()
    ]
    return [head, "| --- | --- | --- | --- |", *rows]


def cell(one: Right, language: str) -> str:
    mark = f" **{HEADS[language][1]}**" if one.same_entity else ""
    return f"{one.text(language)}{mark}"


def opened(one: Right) -> str:
    return "<br>".join(f"`{code.name}`" for code in (one.opened_by, one.barred_by) if code) or "—"


def codes(language: str) -> list[str]:
    head = {"en": "| code | meaning |", "zh": "| 代码 | 含义 |"}[language]
    return [head, "| --- | --- |", *(f"| `{code.name}` | {code.text(language)} |" for code in RelationPermission)]
