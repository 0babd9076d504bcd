"""Chapters of the demo: accounts are verified, credit is contracted, members are linked to their main accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from partita.cli import screen
from partita.cli.demo.stage import OFFSET, WIDTH, Stage, sure
from partita.core.finance_mode import Topic
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.core.relation import Relation

CURRENCY = "CNY"
_FLEET_LEAST = 480
_CREDIT = {"galaxy-tech-main": 6_000_000, "galaxy-media-main": 6_000_000, "galaxy-mind-main": 3_000_000}
"""What is contracted for the least fleet, in whole yuan; a larger fleet has more."""
_CREDIT_OF_VOYAGE = 12_000
_SHARED = frozenset(
    {
        RelationPermission.CHECK_FINANCE_INFO,
        RelationPermission.CHECK_TARGET_CONSUMPTION,
        RelationPermission.SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET,
    }
)
_TOLD = frozenset({Topic.PAYMENT, Topic.FUNDS, Topic.CREDIT, Topic.BILLS, Topic.CONTROL})
"""What the demo tells of an upgrade; the dry run of the command tells all."""
_WITH_CREDIT = _SHARED | {RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY}


def yuan(amount: int) -> Money:
    """Return an amount of whole yuan."""
    return Money(amount * 100, CURRENCY)


def scaled(stage: Stage, amount: int) -> Money:
    """Return whole yuan that suit the size of the fleet: `amount` for the least one."""
    return yuan(amount * stage.made.resources // _FLEET_LEAST // 1000 * 1000)


def link(stage: Stage) -> dict[str, Any]:
    """Verify all accounts, contract credit, and link every member; return what `--json` tells of the relations."""
    with stage.chapter("Accounts are verified, credit is contracted", "实名认证，签订信控合同"):
        _verify(stage)
        _contract(stage)
    with stage.chapter("Members are linked to their main accounts, in both modes", "关联子账号：财务管理与财务托管"):
        _link_fleet(stage)
        confirmed = _confirm(stage)
        _link_voyage(stage)
        return _show(stage, confirmed)


def _verify(stage: Stage) -> None:
    from partita.core.account import EntityKind, InvoiceProfile, LegalEntity  # noqa: PLC0415 - a command starts fast
    from partita.demo.group import entity_of  # noqa: PLC0415
    from partita.usecases.account import list_accounts, set_invoice_profile, verify_entity  # noqa: PLC0415

    accounts = [one.account_id for one in stage.do(list_accounts)]
    names: Counter[str] = Counter()
    with stage.books.work() as work:
        for account in accounts:
            number, name = entity_of(account)
            entity = LegalEntity(EntityKind.ORGANISATION, "CN", number, name)
            sure(verify_entity(work, account_id=account, entity=entity))
            sure(set_invoice_profile(work, account_id=account, profile=InvoiceProfile("")))
            names[f"{name} {number}"] += 1
    for name, count in names.items():
        stage.console.print(screen.say(f"{screen.many(count, 'account')}: {name}", f"{count} 个账号：{name}"))


def _contract(stage: Stage) -> None:
    from partita.core.credit import Term  # noqa: PLC0415 - a command starts fast
    from partita.demo.voyage import MAIN  # noqa: PLC0415
    from partita.usecases import credit  # noqa: PLC0415

    totals = {main: scaled(stage, amount) for main, amount in _CREDIT.items()} | {MAIN: yuan(_CREDIT_OF_VOYAGE)}
    with stage.books.work() as work:
        for main, total in totals.items():
            asked = sure(credit.request_total(work, management=main, limit=total, idempotency_key="demo"))
            sure(credit.approve(work, change_id=asked.change.change_id))
            sure(credit.confirm_contract(work, management=main, contract_id=f"{main}-2026"))
            sure(credit.agree_term(work, management=main, term=Term(1, 30)))
    listed = screen.say(", ", "，").join(
        f"{main} {screen.money(total.minor, CURRENCY)}" for main, total in totals.items()
    )
    term = screen.say(" (due 30 days after the month)", "（账期后 30 天还款）")
    stage.console.print(f"{screen.say('credit: ', '信控：')}{listed}{term}")


def _link_fleet(stage: Stage) -> None:
    from partita.formats.batch import BatchKind  # noqa: PLC0415 - a command starts fast
    from partita.usecases.batch import run_batch  # noqa: PLC0415

    done = stage.do(lambda work: run_batch(work, stage.made.links, BatchKind.LINK))
    rows, name = len(done.batch.rows), stage.made.links.name
    stage.console.print(
        screen.say(f"{name}: {rows} accounts linked by one batch", f"{name}：一个批次关联 {rows} 个账号")
    )


def _confirm(stage: Stage) -> list[str]:
    """Let the members of another legal entity confirm, each in its own name, exactly what is offered."""
    from partita.demo.group import SEES, invited  # noqa: PLC0415 - a command starts fast
    from partita.usecases import relation  # noqa: PLC0415

    members = invited()
    with replace(stage.books, actor=Actor(account_id=members[0])).work() as work:
        no = relation.confirm(work, member=members[0], permissions=_SHARED)
    for member in members:
        with replace(stage.books, actor=Actor(account_id=member)).work() as work:
            sure(relation.confirm(work, member=member, permissions=SEES))
    assert isinstance(no, Refused), "more was confirmed than offered"
    asked = screen.say(f"{members[0]} would confirm more than was offered: ", f"{members[0]} 试图确认未提供的权限：")
    stage.console.print(Text.assemble(asked, (no.reason.name, "yellow")))
    stage.console.print(
        screen.say(
            f"{', '.join(members)} have another legal entity: each confirmed exactly what was offered",
            f"{'、'.join(members)} 为另一实名主体，已逐一按所提供的权限确认",
        )
    )
    return members


def _link_voyage(stage: Stage) -> None:
    from partita.core.finance_mode import TRUSTEESHIP  # noqa: PLC0415 - a command starts fast
    from partita.demo import voyage  # noqa: PLC0415
    from partita.usecases import relation  # noqa: PLC0415
    from partita.usecases.relation import Terms  # noqa: PLC0415

    terms = {voyage.BOOKING: Terms(permissions=_SHARED), voyage.MAPS: Terms(permissions=_WITH_CREDIT)}
    terms |= {member: Terms(TRUSTEESHIP) for member in voyage.TRUSTED}
    with stage.books.work() as work:
        for member, one in terms.items():
            sure(relation.invite(work, management=voyage.MAIN, member=member, terms=one))


def _show(stage: Stage, confirmed: list[str]) -> dict[str, Any]:
    from partita.usecases.relation import relations  # noqa: PLC0415 - a command starts fast

    found: list[Relation] = stage.do(relations)
    counts = Counter((one.management_id, one.mode) for one in found)
    mains = sorted({one.management_id for one in found})
    modes = (FinanceMode.INDEPENDENT, FinanceMode.TRUSTEESHIP)
    heads = [screen.say(*pair) for pair in (
        ("main account", "主账号"), ("financial management", "财务管理"), ("financial trusteeship", "财务托管"),
    )]  # fmt: skip
    grid = screen.table(*heads, right=heads[1:])
    for main in mains:
        grid.add_row(main, *(str(counts[main, mode]) for mode in modes))
    stage.console.print(grid)
    return {
        "active": sum(one.is_active for one in found),
        "confirmed": confirmed,
        "by_main": {main: {mode.value: counts[main, mode] for mode in modes} for main in mains},
    }


def upgrade(stage: Stage) -> dict[str, Any]:
    """Upgrade one member to trusteeship; show, before it is done, what that brings."""
    from partita.demo.group import UPGRADED_ACCOUNT  # noqa: PLC0415 - a command starts fast
    from partita.usecases import relation  # noqa: PLC0415

    language = screen.settings().language
    with stage.chapter(f"{UPGRADED_ACCOUNT} is upgraded to trusteeship", f"{UPGRADED_ACCOUNT} 升级为财务托管"):
        stage.clock.at("2026-10-01 08:10")
        plan = stage.do(lambda work: relation.upgrade(work, member=UPGRADED_ACCOUNT, dry_run=True))
        grid = screen.table("", "")
        grid.show_header = False
        told = [one for one in plan.consequences if one.topic in _TOLD]
        for one in told:
            grid.add_row(one.topic.text(language), one.text(language))
        stage.console.print(grid, width=min(stage.console.width, WIDTH))
        more = len(plan.consequences) - len(told)
        command = f"partita relation upgrade {UPGRADED_ACCOUNT} --dry-run"
        text = screen.say(f"… and {more} more topics: {command}", f"…… 另有 {more} 项：{command}")
        stage.console.print(text, style="dim", soft_wrap=True)
        done = stage.do(lambda work: relation.upgrade(work, member=UPGRADED_ACCOUNT))
    starts = [one.at for one in done.consequences if one.at is not None]
    zone = timedelta(hours=int(OFFSET[1:3]))
    return {
        "account": UPGRADED_ACCOUNT,
        "mode": done.relation.mode.value,
        "main_pays_from": min(starts) if starts else None,
        "consequences": {one.topic.text("en"): one.text("en") for one in done.consequences},
    } | ({"local": f"{min(starts) + zone:%Y-%m-%d %H:%M}"} if starts else {})
