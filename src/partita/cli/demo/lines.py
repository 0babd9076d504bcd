"""Chapters of the demo: the story of one bill line, and the customer with one account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich.text import Text

from partita.cli import screen
from partita.cli.bill import bill_plain
from partita.cli.bill_line import line_page, story_plain
from partita.cli.demo.linking import CURRENCY
from partita.cli.demo.stage import Stage, sure
from partita.core.permission import Actor
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.core.period import Month


def explain(stage: Stage, month: Month) -> dict[str, Any]:
    """Tell one line from usage to money: the compute of the member that was helped."""
    from partita.demo.voyage import BOOKING  # noqa: PLC0415 - a command starts fast
    from partita.usecases import bill_line  # noqa: PLC0415
    from partita.usecases.bill import show_bills  # noqa: PLC0415

    [shown] = stage.do(lambda work: show_bills(work, BOOKING, month))
    line = next(one.line for one in shown.lines if one.product_id == "compute")
    bill_id = shown.summary.bill.bill_id
    with stage.chapter("One bill line from usage to money", "一行账单的来龙去脉：从用量到资金"):
        stage.console.print(f"$ partita bill explain {bill_id} {line}", style="dim", soft_wrap=True)
        story = sure(bill_line.explain(stage.books, bill_id, line))
        line_page(stage.console, story)
    return story_plain(story)


def single(stage: Stage, month: Month) -> dict[str, Any]:
    """Show the customer of the basic tier: registered, paid in, used, billed; and what its tier does not have."""
    from partita.core.tier import UNTIERED  # noqa: PLC0415 - a command starts fast
    from partita.demo.voyage import MAPS, SINGLE  # noqa: PLC0415
    from partita.usecases import funds, relation  # noqa: PLC0415
    from partita.usecases.account import show_account  # noqa: PLC0415
    from partita.usecases.bill import list_bills  # noqa: PLC0415
    from partita.usecases.relation import Terms  # noqa: PLC0415

    language = screen.settings().language
    with stage.chapter(
        "One account, basic tier: register, pay in, use, be billed", "单账号基础客户：注册、充值、使用、出账"
    ):
        with stage.books.work() as work:
            account = sure(show_account(work, SINGLE))
            [bill] = sure(list_bills(work, month=month, payer_id=SINGLE))
            purse = sure(funds.show(work, SINGLE))
        with replace(stage.books, actor=Actor(account_id=SINGLE)).work() as work:
            no = relation.invite(work, management=SINGLE, member=MAPS, terms=Terms())
        assert isinstance(no, Refused), "the basic tier has one account"
        entity = account.entity.name if account.entity else ""
        tier = account.tier or UNTIERED
        money = [screen.money(one, CURRENCY) for one in (bill.bill.payable_minor, bill.paid_minor, purse.figures.cash)]
        stage.console.print(
            screen.say(
                f"{SINGLE} ({tier.text(language)}, {entity}): bill of {month} {money[0]}, paid {money[1]}, "
                f"cash {money[2]} {CURRENCY}",
                f"{SINGLE}（{tier.text(language)}，{entity}）：{month} 账单 {money[0]}，已付 {money[1]}，"
                f"现金余额 {money[2]} {CURRENCY}",
            )
        )
        stage.console.print(Text.assemble((f"{no.reason.name} ", "yellow"), no.message(language)))
    return bill_plain(bill) | {"tier": tier.word, "refused": no.reason.name}
