"""The file of a policy: every fault is named by row and column, and the packaged one says something of every action."""

from __future__ import annotations

from importlib.resources import files

import pytest

from partita.core.permission import Action, Policy, Role
from partita.core.refusal import Reason, Refused
from partita.formats.permission import packaged, read_policy

HEAD = "action,administrator,auditor\n"
WHOLE = HEAD + "change-policy,yes,\nview-bills,yes,yes\n"


def test_a_policy_says_who_may_do_what() -> None:
    policy = read_policy("\ufeff" + WHOLE + "\n,,\n", "policy.csv")
    assert isinstance(policy, Policy)
    assert policy.allows(Role.ADMINISTRATOR, Action.CHANGE_POLICY)
    assert policy.allows(Role.AUDITOR, Action.VIEW_BILLS)
    assert not policy.allows(Role.FINANCE, Action.VIEW_BILLS), "a role without a column may do nothing"
    assert not policy.allows(Role.ADMINISTRATOR, Action.TRANSFER), "an action without a row is allowed to nobody"


@pytest.mark.parametrize(("text", "reason", "said"), [
    ("", Reason.WRONG_HEADER, "missing action"),
    ("actions,auditor\n", Reason.WRONG_HEADER, "missing action"),
    ("action,boss\n", Reason.WRONG_HEADER, "missing boss"),
    ("action,auditor,auditor\n", Reason.WRONG_HEADER, "Known columns"),
    (WHOLE + "fly,yes,\n", Reason.BAD_VALUE, "Row 4, column action: 'fly'"),
    (WHOLE + "view-bills,yes,\n", Reason.BAD_VALUE, "'view-bills' is not valid: it stands twice."),
    (WHOLE + "transfer,maybe,\n", Reason.BAD_VALUE, "Row 4, column administrator: 'maybe'"),
    (WHOLE + "transfer,yes,yes\n", Reason.BAD_VALUE, "this role only reads"),
    (WHOLE + "top-up,yes,\n", Reason.BAD_VALUE, "only the operator of the books does this"),
    (WHOLE + "transfer,yes,,yes\n", Reason.BAD_VALUE, "too many cells"),
    (HEAD + "view-bills,yes,yes\n", Reason.POLICY_LOCKS_OUT, "change-policy"),
])  # fmt: skip
def test_a_fault_is_named(text: str, reason: Reason, said: str) -> None:
    no = read_policy(text, "policy.csv")
    assert isinstance(no, Refused)
    assert no.reason is reason
    assert said in no.message()
    assert no.message("zh")


def test_every_action_has_a_row_in_the_packaged_policy() -> None:
    text = files("partita.formats").joinpath("permission_policy.csv").read_text(encoding="utf-8")
    rows = [line.partition(",")[0] for line in text.splitlines()[1:]]
    assert sorted(rows) == sorted(action.word for action in Action)
    nobody = {action for action in Action if not any(packaged().allows(role, action) for role in Role)}
    assert nobody == {action for action in Action if action.value.operator_only}
