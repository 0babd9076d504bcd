"""`partita user …`: users and the roles that they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.moment import moment_of
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.period import clock
from partita.core.permission import Grant, Role
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.user import RoleGranted, UserShown

RoleWord = Literal["administrator", "finance", "procurement", "business-owner", "legal", "auditor", "developer"]
_ROLES = {role.word: role for role in Role}


@Parameter(name="*")
@dataclass(frozen=True)
class Span:
    """From when until when a role counts."""

    effective_from: Annotated[str | None, Parameter(name="--from")] = None
    effective_until: Annotated[str | None, Parameter(name="--until")] = None


ALWAYS = Span()


def add(user: str, name: str, *, enterprise: str, ways: Ways = AS_IS) -> None:
    """Add USER, such as `user add li "Li Na" --enterprise acme`. Without a role a user may do nothing.

    Parameters
    ----------
    name
        the name of the person.
    enterprise
        the enterprise whose administrators look after the user.
    """
    from partita.usecases import user as users  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = users.add_user(work, user_id=user, name=name, enterprise_id=enterprise, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "user_id": user,
        "name": name,
        "enterprise_id": enterprise,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"Added user {user}.", f"已添加用户 {user}。"),
        would=(f"Would add user {user}.", f"将添加用户 {user}。"),
    )


def grant(
    user: str, role: RoleWord, *, enterprise: str, unit: str | None = None, span: Span = ALWAYS, ways: Ways = AS_IS
) -> None:
    """Give USER a ROLE in an enterprise, or only in a part of its tree; `permission list` shows what each role may do.

    Parameters
    ----------
    enterprise
        where the role counts.
    unit
        only for the accounts at this unit and below it; default: the whole enterprise.
    span.effective_from
        from when it counts; default: now.
    span.effective_until
        the last day, or the instant at which it ends; default: no end.
    """
    from partita.usecases import user as users  # noqa: PLC0415 - a command starts fast

    asked = users.Asked(
        user,
        _ROLES[role],
        enterprise,
        unit,
        moment_of("from", span.effective_from, as_json=ways.as_json),
        moment_of("until", span.effective_until, as_json=ways.as_json),
    )
    with screen.opened() as books, books.work() as work:
        answer = users.grant_role(work, asked, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    en, zh = answer.grant.names
    tell(
        _told(answer),
        ways,
        done=(f"{user}: {en} ({answer.grant.grant_id}).", f"{user}：{zh}（{answer.grant.grant_id}）。"),
        would=(f"{user} would be {en}.", f"{user} 将成为 {zh}。"),
    )


def revoke(
    grant: str,
    *,
    effective_from: Annotated[str | None, Parameter(name="--from")] = None,
    ways: Ways = AS_IS,
) -> None:
    """Take a role back by its GRANT (grant_…), as `user list` shows it. What was done with it stays done.

    Parameters
    ----------
    effective_from
        from when it counts no more; default: now.
    """
    from partita.usecases import user as users  # noqa: PLC0415 - a command starts fast

    start = moment_of("from", effective_from, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        answer = users.revoke_role(work, grant_id=grant, effective_from=start, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    en, zh = answer.grant.names
    who = answer.grant.user_id
    tell(
        _told(answer),
        ways,
        done=(f"{who} is no more {en}.", f"{who} 不再是 {zh}。"),
        would=(f"{who} would be no more {en}.", f"{who} 将不再是 {zh}。"),
    )


def list_users(user: str | None = None, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """List users and their roles, past ones too, as far as you may see them."""
    from partita.usecases import user as users  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = users.list_users(work, user_id=user)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    shown: list[UserShown] = answer
    plain = {
        "users": [
            {
                "user_id": one.user.user_id,
                "name": one.user.name,
                "enterprise_id": one.user.enterprise_id,
                "grants": [_grant_plain(grant) for grant in one.grants],
            }
            for one in shown
        ]
    }
    screen.answer(plain, as_json=as_json, render=lambda console: _show(console, shown))


def _told(answer: RoleGranted) -> dict[str, object]:
    return _grant_plain(answer.grant) | {"repeated": answer.repeated, "dry_run": answer.dry_run}


def _grant_plain(grant: Grant) -> dict[str, object]:
    return {
        "grant_id": grant.grant_id,
        "user_id": grant.user_id,
        "role": grant.role.word,
        "enterprise_id": grant.enterprise_id,
        "org_unit_id": grant.org_unit_id,
        "effective_from": grant.effective_from,
        "effective_until": grant.effective_until,
        "revoked_from": grant.revoked_from,
    }


def _show(console: Console, shown: list[UserShown]) -> None:
    say, language = screen.say, screen.settings().language
    if not shown:
        console.print(say("No users: `partita user add` adds one.", "没有用户：`partita user add` 可添加。"))
        return
    names = {
        "user": say("user", "用户"),
        "name": say("name", "姓名"),
        "role": say("role", "角色"),
        "where": say("where", "范围"),
        "from": say("from", "生效"),
        "until": say("until", "截止"),
        "grant": say("grant", "授权"),
    }
    cells: list[dict[str, str]] = []
    for one in shown:
        who = dict.fromkeys(names, "") | {"user": one.user.user_id, "name": one.user.name}
        cells += [who | _cell(grant, language) for grant in one.grants] or [who]
    layouts = (tuple(names), ("user", "role", "where", "until", "grant"), ("user", "role", "grant"))
    screen.print_fitted(console, names, cells, layouts)


def _cell(grant: Grant, language: str) -> dict[str, str]:
    ends = [end for end in (grant.revoked_from, grant.effective_until) if end is not None]
    where = grant.enterprise_id if grant.org_unit_id is None else f"{grant.enterprise_id}/{grant.org_unit_id}"
    return {
        "role": grant.role.text(language),
        "where": where,
        "from": clock(grant.effective_from),
        "until": clock(min(ends)) if ends else "",
        "grant": grant.grant_id,
    }
