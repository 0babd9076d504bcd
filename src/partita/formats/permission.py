"""The file of a permission policy: a table with a row for each action, a column for each role, and `yes` where it may.

Owns the form of the file, the policy that comes with the program (`permission_policy.csv`), and the form in which a
policy is kept. Does not own what a policy means (`core.permission`). Rules: PERM-2 (`docs/rules/permission.md`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from partita.core.permission import Action, Policy, Role
from partita.core.refusal import Reason, Refused, refused

YES = "yes"
ACTIONS = {action.word: action for action in Action}
ROLES = {role.word: role for role in Role}
Content = Mapping[str, Sequence[str]]
"""A policy as it is kept: for each action the roles that may do it, by their words."""


@cache
def packaged() -> Policy:
    """Return the policy that counts for an enterprise that has not replaced it."""
    text = files("partita.formats").joinpath("permission_policy.csv").read_text(encoding="utf-8")
    policy = read_policy(text, "permission_policy.csv")
    assert isinstance(policy, Policy), "the policy that comes with the program makes sense"
    return policy


def read_policy(text: str, path: str) -> Policy | Refused:
    """Read a policy from the text of a CSV file.

    An action without a row is allowed to nobody. Refused in this order: WRONG_HEADER, then row by row BAD_VALUE (an
    action that does not exist or stands twice, a cell that is neither `yes` nor empty, a right to change for the
    auditor, a right that only the operator has), then POLICY_LOCKS_OUT.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    head = [name.strip() for name in rows[0]] if rows else []
    wrong = [name for name in head[1:] if name not in ROLES]
    if head[:1] != ["action"] or wrong or len(set(head)) != len(head):
        known = ", ".join(("action", *ROLES))
        hint = (f"Known columns: {known}.", f"可用列：{known}。")
        missing = "action" if head[:1] != ["action"] else ", ".join(wrong) or "-"
        return refused(Reason.WRONG_HEADER, format=path, missing=missing, hint=hint)
    allowed: dict[Role, set[Action]] = {role: set() for role in Role}
    seen: set[str] = set()
    for number, cells in enumerate(rows[1:], 2):
        if not any(cells):
            continue
        if bad := _bad_row(number, head, cells, seen):
            return bad
        seen.add(cells[0].strip())
        for name, cell in zip(head[1:], cells[1:], strict=False):
            if cell.strip().lower() == YES:
                allowed[ROLES[name]].add(ACTIONS[cells[0].strip()])
    policy = Policy({role: frozenset(actions) for role, actions in allowed.items()})
    if not any(policy.allows(role, Action.CHANGE_POLICY) for role in Role):
        return refused(Reason.POLICY_LOCKS_OUT, path=path, action=Action.CHANGE_POLICY.word)
    return policy


def written(policy: Policy) -> str:
    """Return the text of the file that this policy is read from."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["action", *ROLES])
    for word, action in ACTIONS.items():
        writer.writerow([word, *(YES if policy.allows(role, action) else "" for role in Role)])
    return out.getvalue()


def content_of(policy: Policy) -> dict[str, list[str]]:
    """Return a policy in the form in which it is kept."""
    return {word: [role.word for role in Role if policy.allows(role, action)] for word, action in ACTIONS.items()}


def policy_of(content: Content) -> Policy:
    """Return the policy that is kept in this form; actions and roles of other versions of the program do not count."""
    return Policy(
        {role: frozenset(ACTIONS[word] for word in _of(role, content) if word in ACTIONS) for role in Role},
    )


def _of(role: Role, content: Content) -> Iterable[str]:
    return (word for word, roles in content.items() if role.word in roles)


def _bad_row(number: int, head: Sequence[str], cells: Sequence[str], seen: set[str]) -> Refused | None:
    word = cells[0].strip()
    if word not in ACTIONS:
        known = ", ".join(ACTIONS)
        return _bad(number, "action", word, f"known actions: {known}.", f"可用操作：{known}。")
    if word in seen:
        return _bad(number, "action", word, "it stands twice.", "重复出现。")
    if len(cells) > len(head):
        return _bad(number, "action", word, "the row has too many cells.", "该行的单元格过多。")
    for name, cell in zip(head[1:], cells[1:], strict=False):
        if cell.strip() and (why := _why_not(ACTIONS[word], ROLES[name], cell)):
            return _bad(number, name, cell, *why)
    return None


def _why_not(action: Action, role: Role, cell: str) -> tuple[str, str] | None:
    """Return why a cell that is not empty cannot stand."""
    if cell.strip().lower() != YES:
        return "write yes, or nothing.", "请填 yes 或留空。"
    if role.reads_only and not action.value.reads:
        return "this role only reads.", "该角色只读。"
    if action.value.operator_only:
        return "only the operator of the books does this.", "仅账簿的运营方可以执行。"
    return None


def _bad(row: int, column: str, value: str, en: str, zh: str) -> Refused:
    return refused(Reason.BAD_VALUE, row=row, column=column, value=value, detail=(en, zh))
