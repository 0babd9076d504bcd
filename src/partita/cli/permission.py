"""`partita permission …`: who may do what, why (not), and the policy of an enterprise."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.permission import Action, Granted, Over, Policy, RelationPermission, Role, needs
from partita.core.refusal import Refused

Json = Annotated[bool, Parameter(name="--json")]


def list_permissions(enterprise: str | None = None, *, csv: bool = False, as_json: Json = False) -> None:
    """Show which role may do what in ENTERPRISE (default: the policy that comes with partita), and the relation codes.

    Parameters
    ----------
    csv
        write the policy as a file that `permission replace` takes.
    """
    from partita.formats.permission import written  # noqa: PLC0415 - a command starts fast
    from partita.usecases import user as users  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        answer = users.policy_in(work, enterprise)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    policy: Policy = answer
    if csv:
        sys.stdout.write(written(policy))
        return
    screen.answer(_plain(policy), as_json=as_json, render=lambda console: _show(console, policy))


def explain(user: str, action: str, account: str, *, acting_for: str | None = None, as_json: Json = False) -> None:
    """Say whether USER may do ACTION (such as view-bills) to ACCOUNT, and why or why not, way by way.

    Parameters
    ----------
    acting_for
        the main account in whose name the user acts.
    """
    from partita.usecases import permission as permissions  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = permissions.explain(work, user_id=user, action=action, account_id=account, in_name_of=acting_for)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    language = screen.settings().language
    allowed = isinstance(answer.decision, Granted)
    if isinstance(answer.decision, Granted):
        why = answer.decision.because[language == "zh"]
    else:
        why = answer.decision.message(language)
    plain = {
        "user_id": user,
        "action": answer.action.word,
        "account_id": account,
        "acting_for": acting_for,
        "allowed": allowed,
        "why": why,
    }
    said = screen.say("Permitted: ", "允许：") + why
    if isinstance(answer.decision, Refused):
        said = f"{answer.decision.reason.name}: {why}"
    screen.answer(plain, as_json=as_json, render=lambda console: console.print(said, markup=False))


def replace(enterprise: str, file: Path, *, ways: Ways = AS_IS) -> None:
    """Put the policy of FILE (`permission list --csv`) in the place of that of ENTERPRISE, from now on.

    An action without a row, or without a yes, is allowed to nobody; the auditor never changes anything.
    """
    from partita.usecases import user as users  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = users.replace_policy(work, enterprise_id=enterprise, path=file, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    silent = [action.word for action in answer.silent]
    plain = {
        "enterprise_id": enterprise,
        "allowed_to_nobody": silent,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    nobody = (f" Allowed to nobody: {', '.join(silent)}.", f"无人可执行：{'、'.join(silent)}。") if silent else ("", "")
    tell(
        plain,
        ways,
        done=(f"The policy of {enterprise} is replaced.{nobody[0]}", f"已更换 {enterprise} 的权限策略。{nobody[1]}"),
        would=(
            f"Would replace the policy of {enterprise}.{nobody[0]}",
            f"将更换 {enterprise} 的权限策略。{nobody[1]}",
        ),
    )


def print_what_is_left_out(console: Console, left_out: Mapping[str, Refused]) -> None:
    """Name the members that a list does not hold, for it may not: a report says what it lacks."""
    if left_out:
        names = ", ".join(left_out)
        text = screen.say(
            f"Left out, for you may not see them: {names}. `partita permission explain` says why.",
            f"未包含无权查看的账号：{names}。`partita permission explain` 说明原因。",
        )
        console.print(text, style="dim", markup=False)


def _plain(policy: Policy) -> dict[str, object]:
    return {
        "actions": [
            {
                "action": action.word,
                "meaning": action.text(screen.settings().language),
                "roles": [role.word for role in Role if policy.allows(role, action)],
                "operator_only": action.value.operator_only,
                "over_member": _needed(action),
                "barred_by": action.value.barred_by.name if action.value.barred_by else None,
                "capability": action.value.capability.word if action.value.capability else None,
            }
            for action in Action
        ],
        "codes": [
            {
                "code": code.name,
                "meaning": code.text(screen.settings().language),
                "needs": sorted(one.name for one in needs(code)),
            }
            for code in RelationPermission
        ],
    }


def _needed(action: Action) -> str:
    """Return what a main account needs to do this to a member: `never`, `related`, or a code."""
    over = action.value.over
    return over.value if isinstance(over, Over) else over.name


def _show(console: Console, policy: Policy) -> None:
    say, language = screen.say, screen.settings().language
    over = {"never": "—", "related": say("any relation", "任何关联")}
    heads = [say("action", "操作"), *(role.text(language) for role in Role), say("over a member", "对子账号")]
    grid = screen.table(*heads)
    for action in Action:
        marks = ("✓" if policy.allows(role, action) else "" for role in Role)
        last = say("only the operator", "仅运营方") if action.value.operator_only else _needed(action)
        grid.add_row(say(action.word, f"{action.word} {action.text(language)}"), *marks, over.get(last, last))
    console.print(grid)
    console.print()
    codes = screen.table(say("code of a relation", "关联授权码"), say("meaning", "含义"), say("needs", "前提"))
    for code in RelationPermission:
        codes.add_row(code.name, code.text(language), ", ".join(sorted(one.name for one in needs(code))))
    console.print(codes)
