"""`partita org …`: the tree, a new unit, an account that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.tree import Tree as Branches

from partita.cli import screen
from partita.cli.moment import local, moment_of
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.org import OrgUnit, UnitKind
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.core.org import Account
    from partita.usecases.org import Tree

UnitWord = Literal["company", "department", "team"]


def tree(
    *, at: str | None = None, accounts: bool = True, as_json: Annotated[bool, Parameter(name="--json")] = False
) -> None:
    """Show the organisation as it is now, or as it was at another time: units and the accounts that stand there.

    Parameters
    ----------
    at
        a day such as 2026-10-31 (its beginning) or an instant; default: now.
    accounts
        also show each account, not only how many there are.
    """
    from partita.usecases import org  # noqa: PLC0415 - a command starts fast

    moment = moment_of("at", at, as_json=as_json)
    with screen.opened() as books, books.work() as work:
        answer = org.tree(work, at=moment)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: Tree = answer
    screen.answer(_plain(found), as_json=as_json, render=lambda console: _show(console, found, accounts=accounts))


def add_unit(
    enterprise: str,
    unit: str,
    name: str,
    *,
    kind: UnitWord = "department",
    under: str | None = None,
    ways: Ways = AS_IS,
) -> None:
    """Add UNIT to ENTERPRISE, such as `org add-unit acme online "Online Sales" --kind team --under sales`.

    Parameters
    ----------
    kind
        what it is; a unit never stands under one of a lower kind.
    under
        the unit that it stands under; default: directly under the enterprise.
    """
    from partita.usecases import org  # noqa: PLC0415 - a command starts fast

    new = OrgUnit(enterprise, unit, under, UnitKind(kind), name)
    with screen.opened() as books, books.work() as work:
        answer = org.add_unit(work, new, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    path = " / ".join(answer.path)
    plain = {
        "enterprise_id": enterprise,
        "org_unit_id": unit,
        "path": list(answer.path),
        "kind": kind,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(plain, ways, done=(f"Added {path}.", f"已新增：{path}。"), would=(f"Would add {path}.", f"将新增：{path}。"))


def move(
    account: str,
    unit: str,
    *,
    effective_from: Annotated[str | None, Parameter(name="--from")] = None,
    ways: Ways = AS_IS,
) -> None:
    """Move ACCOUNT to UNIT of its enterprise. Costs from before stay where they were.

    `report cost --tree now` shows them by the tree as it is now.

    Parameters
    ----------
    effective_from
        from when it stands there: a day or an instant; default: now. Not in a month that is closed.
    """
    from partita.usecases import org  # noqa: PLC0415 - a command starts fast

    start = moment_of("from", effective_from, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        answer = org.move_account(
            work, account_id=account, org_unit_id=unit, effective_from=start, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    placement = answer.placement
    plain = {
        "account_id": account,
        "org_unit_id": placement.org_unit_id,
        "before": answer.before,
        "effective_from": placement.effective_from,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    since = f"{local(placement.effective_from, answer.zone)} ({answer.zone})"
    tell(
        plain,
        ways,
        done=(f"{account} stands at {unit} from {since} on.", f"{account} 自 {since} 起归属 {unit}。"),
        would=(f"{account} would stand at {unit} from {since} on.", f"{account} 将自 {since} 起归属 {unit}。"),
    )


def _plain(found: Tree) -> dict[str, object]:
    return {
        "at": found.at,
        "enterprises": [
            {"enterprise_id": one.enterprise_id, "name": one.name, "zone": one.zone, "currency": one.currency}
            for one in found.enterprises
        ],
        "units": [
            {
                "enterprise_id": unit.enterprise_id,
                "org_unit_id": unit.org_unit_id,
                "parent_id": unit.parent_id,
                "kind": unit.kind.value,
                "name": unit.name,
                "accounts": [one.account_id for one in _accounts(found, unit)],
            }
            for unit in found.units
        ],
    }


def _accounts(found: Tree, unit: OrgUnit) -> list[Account]:
    return found.accounts.get((unit.enterprise_id, unit.org_unit_id), [])


def _show(console: Console, found: Tree, *, accounts: bool) -> None:
    children: dict[tuple[str, str | None], list[OrgUnit]] = {}
    for unit in found.units:
        children.setdefault((unit.enterprise_id, unit.parent_id), []).append(unit)

    def grow(branch: Branches, enterprise_id: str, parent_id: str | None) -> None:
        for unit in children.get((enterprise_id, parent_id), ()):
            inside = _accounts(found, unit)
            many = screen.say(screen.many(len(inside), "account"), f"{len(inside)} 个账号") if inside else ""
            twig = branch.add(f"{unit.name}  ({unit.org_unit_id})  {many}".rstrip())
            for account in inside if accounts else ():
                twig.add(f"{account.account_id}  {account.name}")
            grow(twig, enterprise_id, unit.org_unit_id)

    for enterprise in found.enterprises:
        root = Branches(f"{enterprise.name}  ({enterprise.enterprise_id}, {enterprise.zone}, {enterprise.currency})")
        grow(root, enterprise.enterprise_id, None)
        console.print(root)
    if not found.enterprises:
        console.print(screen.say("There is no organisation yet.", "尚无组织。"))
