"""SQL: locks are taken in order, and what is append-only is never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shape.sources import hold, package, sql_files, sql_texts

MAY_CHANGE = frozenset(
    "ledger_head balance usage_reach hold usage_counter counted_through running_spend service_item quota_watch "
    "outbox_state commitment_running".split()
)
"""The tables that hold a running state; everything else is facts."""

_CREATED = re.compile(r"create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)", re.IGNORECASE)
_CHANGES = (
    re.compile(r"\bupdate\s+(?:only\s+)?(?:public\.)?(\w+)(?:\s+(?:as\s+)?\w+)?\s+set\b", re.IGNORECASE),
    re.compile(r"\bdelete\s+from\s+(?:only\s+)?(?:public\.)?(\w+)", re.IGNORECASE),
    re.compile(r"\btruncate\s+(?:table\s+)?(?:public\.)?(\w+)", re.IGNORECASE),
    re.compile(r"\binsert\s+into\s+(?:public\.)?(\w+)\b(?=(?:(?!insert\s+into)[^;])*\bdo\s+update\b)", re.IGNORECASE),
)
_GRANT = re.compile(r"grant\s+([\w\s,]+?)\s+on\s+([\w\s,%]+?)\s+to\s", re.IGNORECASE)


def created_tables() -> set[str]:
    return {name.lower() for _, text in sql_files() for name in _CREATED.findall(text)}


def changed_tables(text: str) -> Iterator[str]:
    for pattern in _CHANGES:
        yield from (name.lower() for name in pattern.findall(text))


def test_locks_are_taken_in_order() -> None:
    wrong = []
    for source in package():
        for node, text in sql_texts(source):
            lowered = text.lower()
            if re.search(r"\bfor\s+(no\s+key\s+)?update\b", lowered) and "order by" not in lowered:
                wrong.append(f"{source.at(node)}: {' '.join(text.split())[:80]}")
    hold(
        wrong,
        "add `order by` the key before `for update`: two who lock in one order never wait for each other in a ring.",
    )


def test_facts_are_never_changed() -> None:
    facts = created_tables() - MAY_CHANGE
    assert facts, "the migrations create the tables"
    wrong = []
    for source in package():
        for node, text in sql_texts(source):
            wrong += [f"{source.at(node)}: changes {name}" for name in changed_tables(text) if name in facts]
    hold(wrong, "append a row that points at the old one; only ledger_head and balance hold a running state.")


def test_the_application_may_not_change_facts() -> None:
    wrong = []
    for name, text in sql_files():
        for rights, tables in _GRANT.findall(text):
            granted = {right.strip().lower() for right in rights.split(",")}
            named = {table.strip().lower() for table in tables.split(",")}
            if granted & {"update", "delete", "truncate", "all"} and not named <= MAY_CHANGE:
                wrong.append(f"{name}: grant {rights} on {tables}")
    hold(wrong, "grant select and insert; the role of the application has no right to change a fact.")
