"""`partita demo`: the command, and the order of its chapters.

The demo has books of its own beside the real ones (`PARTITA_HOME/demo`, with its own database server), made anew each
time.
"""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.rule import Rule

from partita.cli import screen
from partita.cli.demo import buying, ending, invoicing, lines, linking, months, purse, travel, trust
from partita.cli.demo.stage import Clock, Stage, chapter, rule_width
from partita.store.files import private_folder

if TYPE_CHECKING:
    from partita.demo import Generated
    from partita.settings import Settings
    from partita.usecases.work import Books

NOW = datetime(2026, 12, 5, 2, tzinfo=UTC)
"""The demo ends on 5 December 2026: its fourth month is billed, cleared and invoiced."""
SMALLEST = 50_000
_SECRET = b"the secret of the simulated gateway"


def demo(
    *,
    lines: int = 1_000_000,
    seed: int = 2026,
    keep_files: Annotated[bool, Parameter(negative="--no-keep-files")] = True,
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Show a group's months: link accounts, pay, use, stop, resume, close, buy, bill, clear, invoice, refund, verify.

    The demo has books of its own (PARTITA_HOME/demo), made anew each time; yours are not touched.

    Parameters
    ----------
    lines
        at least so many usage lines in three months.
    seed
        another seed makes another group's usage.
    keep_files
        leave the books and files of the demo behind, to look around in.
    dry_run
        say where the demo would be played, and what would make room for it.
    as_json
        print the facts of each chapter and the equations as one JSON document, and no pages.
    """
    from partita.demo import generate  # noqa: PLC0415 - a command starts fast
    from partita.wiring import open_books  # noqa: PLC0415

    started = time.monotonic()
    home = screen.settings().home / "demo"
    settings = replace(screen.settings(), home=home, database_url=None, now=NOW, user=None, account=None)
    if dry_run:
        _say_place(home, max(lines, SMALLEST), as_json=as_json)
        return
    console = Console(quiet=True) if as_json else screen.out()
    _remove(home)
    with chapter(console, "A group is generated", "生成示例集团"):
        made = generate(private_folder(home / "input"), seed=seed, lines=max(lines, SMALLEST))
        console.print(_generated(made))
    with chapter(console, "The embedded PostgreSQL starts", "启动内置 PostgreSQL"), open_books(settings) as books:
        console.print(screen.say(f"Books in {home}", f"账簿位于 {home}"))
        played = _play(_stage(console, books, settings, made))
    _say_done(console, time.monotonic() - started, home if keep_files else None)
    if not keep_files:
        _remove(home)
    if as_json:
        facts = {"books": home if keep_files else None, "lines": made.lines, "resources": made.resources}
        screen.answer(facts | played, as_json=True, render=Console.print)
    if not played["holds"]:
        raise SystemExit(screen.EXIT_DIFFERENCE)


def _stage(console: Console, books: Books, settings: Settings, made: Generated) -> Stage:
    """Build the stage: a clock that moves, a payment gateway, a cloud that fails once, and the local sink."""
    from partita.core.outbox import RESOURCE  # noqa: PLC0415 - a command starts fast
    from partita.gateways.payment import SimulatedGateway  # noqa: PLC0415
    from partita.gateways.resource_control import SimulatedCloud, Trouble  # noqa: PLC0415
    from partita.wiring import open_gateways  # noqa: PLC0415

    clock = Clock(NOW)
    clock.at("2026-07-30 10:00")
    cloud = SimulatedCloud([Trouble.ERROR], file=settings.home / "simulated-cloud.json")
    sink = replace(settings, smtp=None, webhook_secret=None, cloud=None)
    return Stage(
        console=console,
        books=replace(books, clock=clock),
        clock=clock,
        made=made,
        home=settings.home,
        payments=SimulatedGateway(_SECRET, seed=7, until=clock.now),
        cloud=cloud,
        gateways=open_gateways(sink, clock) | {RESOURCE: cloud},
    )


def _play(stage: Stage) -> dict[str, Any]:
    """Play all chapters; return the facts as `--json` shows them."""
    first, second, third = (one.month for one in stage.made.usage)
    months.set_up(stage)
    facts: dict[str, Any] = {"months": [first, second, third]}
    facts["relations"] = linking.link(stage)
    facts["money"] = purse.fill(stage)
    travel.august(stage)
    months.month_ends(stage, first)
    facts["managed"] = travel.runs_dry(stage)
    facts["upgraded"] = linking.upgrade(stage)
    months.month_ends(stage, second, late=True)
    facts["trusted"] = trust.share(stage)
    months.third_month(stage, third)
    facts["notices"] = travel.told(stage)
    months.provider_bill(stage, second)
    months.reports(stage, second)
    facts["explained"] = lines.explain(stage, second)
    facts["single"] = lines.single(stage, second)
    facts["bought"] = buying.plan_and_buy(stage)
    facts["cleared"] = invoicing.bill_and_clear(stage, third.next())
    facts["invoiced"] = invoicing.invoice(stage, third.next(), facts["bought"]["orders"][0]["subscriptions"][0])
    return facts | ending.prove(stage)


def _remove(home: Path) -> None:
    """Remove the books of an earlier demo, and stop their server."""
    from partita.store import postgres  # noqa: PLC0415 - a command starts fast

    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def _generated(made: Generated) -> str:
    first, last = made.usage[0].month, made.usage[-1].month
    return screen.say(
        f"{made.enterprise}: {made.lines:,} usage lines of {made.resources:,} resources, {first} to {last}",
        f"{made.enterprise}：{made.resources:,} 个资源的 {made.lines:,} 条用量，{first} 至 {last}",
    )


def _say_done(console: Console, spent: float, kept: Path | None) -> None:
    console.print(Rule(), width=rule_width(console))
    console.print(screen.say(f"Done in {spent:.0f} s.", f"用时 {spent:.0f} 秒。"), end=" " if kept else "\n")
    if kept:
        elsewhere = "DATABASE_URL= " if screen.settings().database_url else ""
        then = f"PARTITA_NOW={NOW:%Y-%m-%dT%H:%M:%SZ}"
        look = f"{elsewhere}PARTITA_HOME={kept} {then} {sys.argv[0]} control show voyage-main"
        console.print(screen.say(f"Look around: {look}", f"继续查看：{look}"), soft_wrap=True)


def _say_place(home: Path, lines: int, *, as_json: bool) -> None:
    replaces = home.exists()
    text = screen.say(
        f"Would play with at least {lines:,} usage lines in {home}", f"将在 {home} 中以至少 {lines:,} 条用量演示"
    )
    gone = screen.say("; the books of the last demo there would be removed.", "；其中上次演示的账簿将被删除。")
    screen.answer(
        {"books": home, "lines": lines, "replaces": replaces, "dry_run": True},
        as_json=as_json,
        render=lambda console: console.print(text + (gone if replaces else screen.say(".", "。")), soft_wrap=True),
    )
