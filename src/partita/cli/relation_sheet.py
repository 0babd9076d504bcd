"""What is shown of relations: commands, plans, lists and steps, as people read them.

Owns how relations look; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.moment import local
from partita.core.org import FinanceMode
from partita.core.permission import RelationPermission
from partita.core.relation import STATE_NAMES, Command

if TYPE_CHECKING:
    from partita.core.relation import Consequence, Relation
    from partita.store.relation import Step
    from partita.usecases.relation import GoBackPlan, GoneBack, Related

_COMMANDS = {
    Command.INVITE: ("invite", "邀请"),
    Command.CREATE: ("create", "创建"),
    Command.CONFIRM: ("confirm", "确认"),
    Command.DECLINE: ("decline", "拒绝"),
    Command.EXPIRE: ("expire", "过期"),
    Command.PERMIT: ("permit", "变更授权"),
    Command.UPGRADE: ("upgrade", "升级"),
    Command.RELEASE: ("release", "解除"),
    Command.SETUP: ("set-up", "初始设置"),
}


def show_steps(console: Console, steps: Sequence[Step], zone: str) -> None:
    """Print what relations went through."""
    say = screen.say
    grid = screen.table(
        say("when", "时间"), say("member", "子账号"), say("command", "操作"), say("state", "状态"), say("by", "操作人"),
        title=zone,
    )  # fmt: skip
    for step in steps:
        one = step.relation
        command, state = say(*_COMMANDS[step.command]), say(*STATE_NAMES[one.state])
        grid.add_row(local(step.recorded_at, zone), one.member_id, command, state, screen.who(step.recorded_by))
    console.print(grid)


def show_change(console: Console, done: Related, zone: str) -> None:
    """Print what a command did to a relation, on the clock of the member."""
    say, one = screen.say, done.relation
    if done.repeated:
        console.print(say("So already; nothing changed.", "此前已如此，未作任何更改。"))
    console.print(say(*done.headline))
    if one.expires_at is not None:
        end = local(one.expires_at, zone)
        text = (
            f"Invited: {one.member_id} confirms with exactly these permissions until {end}.",
            f"已邀请：{one.member_id} 须在 {end} 前以完全一致的权限确认。",
        )
        console.print(say(*text))
    _render_consequences(console, done.consequences)
    if done.dry_run:
        console.print(say("Nothing was saved.", "未保存任何内容。"))


def show_plan(console: Console, plan: GoBackPlan) -> None:
    """Print what going back would bring, and what stands against it."""
    say, language = screen.say, screen.settings().language
    console.print(say(*plan.headline))
    _render_consequences(console, plan.consequences)
    if plan.needs_confirmation:
        console.print(say(f"{plan.member_id} has to confirm the new relation.", f"{plan.member_id} 须确认新的关联。"))
    for no in plan.obstacles:
        console.print(say("Stands against it: ", "障碍：") + f"{no.reason.name} {no.message(language)}")
    if not plan.obstacles:
        console.print(say("Nothing stands against it. Nothing was saved.", "没有障碍。未保存任何内容。"))


def show_gone(console: Console, done: GoneBack) -> None:
    """Print what going back did."""
    if done.repeated:
        console.print(screen.say("So already; nothing changed.", "此前已如此，未作任何更改。"))
    console.print(screen.say(*done.headline))
    _render_consequences(console, done.consequences)


def _render_consequences(console: Console, some: Sequence[Consequence]) -> None:
    language = screen.settings().language
    if not some:
        return
    topics: dict[str, list[str]] = {}
    for one in some:  # topics of which the same is to be said stand in one row
        names = topics.setdefault(one.text(language), [])
        names += [name for name in (one.topic.text(language),) if name not in names]
    table = screen.table(screen.say("topic", "事项"), screen.say("what it brings", "影响"))
    for text, names in topics.items():
        table.add_row(screen.say(", ", "、").join(names), text)
    console.print(table)


def show_list(console: Console, some: Sequence[Relation], zone: str) -> None:
    """Print relations, one a row."""
    say = screen.say
    if not some:
        console.print(say("No relations.", "没有关联。"))
        return
    grid = screen.table(
        say("main account", "主账号"), say("member", "子账号"), say("mode", "模式"), say("state", "状态"),
        say(f"since ({zone})", f"自（{zone}）"), say("permissions", "权限"),
    )  # fmt: skip
    for one in some:
        mode = say("management", "财务管理") if one.mode is FinanceMode.INDEPENDENT else say("trusteeship", "财务托管")
        codes = "\n".join(code.name for code in RelationPermission if code in one.permissions)
        since = local(one.since, zone)
        grid.add_row(one.management_id, one.member_id, mode, say(*STATE_NAMES[one.state]), since, codes)
    console.print(grid)
