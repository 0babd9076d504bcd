"""Chapters of the demo: a member under 财务管理 runs dry, is warned, stopped, helped and resumed; the others run on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.text import Text

from partita.cli import screen
from partita.cli.demo.chart import Day, quota_chart
from partita.cli.demo.linking import CURRENCY, yuan
from partita.cli.demo.stage import Stage, sure
from partita.core.money import format_scaled
from partita.core.outbox import RESOURCE, Delivery
from partita.core.service_control import Cause, ServiceState

if TYPE_CHECKING:
    from partita.usecases.outbox import Tried

ZONE = ZoneInfo("Asia/Shanghai")
WORST = (
    ServiceState.RUNNING, ServiceState.WARNED, ServiceState.GRACE, ServiceState.SUSPENDED, ServiceState.RELEASED,
)  # fmt: skip
_BATCHES_END = (5, 10, 13, *range(14, 20), 21, 22, 24, 27, 30)
"""After which days of September a batch of usage comes in: every day where it gets tight."""
_HELPED_ON = date(2026, 9, 22)
_HELP = 20_000
"""What the main account transfers to the member that is stopped, in whole yuan."""
_OWN = 50_000
"""What that member pays in itself for October."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of service: when, whose, which products, to what, why, and the quota that decided."""

    at: datetime
    account_id: str
    products: tuple[str, ...]
    state: ServiceState
    cause: Cause
    available: int


def days_of(first: date, last: date) -> list[date]:
    """Return the days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def batches(year: int, month: int, ends: Iterable[int]) -> list[list[date]]:
    """Return the days of a month in batches that end with these days."""
    found, first = [], 1
    for last in ends:
        found.append(days_of(date(year, month, first), date(year, month, last)))
        first = last + 1
    return found


def use(stage: Stage, days: Sequence[date], *, hourly: Collection[str] = ()) -> None:
    """Take in the usage of some days, as of the first hour after them, and carry out what follows from it.

    What the cloud has stopped uses nothing. Accounts in `hourly` are metered hour by hour.
    """
    from partita.demo.voyage import write_usage  # noqa: PLC0415 - a command starts fast
    from partita.usecases.usage import import_usage  # noqa: PLC0415

    stopped = {name for name, one in stage.cloud.services.items() if one.order == "suspend"}
    path = write_usage(stage.made.setup.parent / "usage", days, stopped, hourly)
    stage.clock.at(f"{days[-1] + timedelta(days=1)} 00:30")
    sure(import_usage(stage.books, path))
    carry_out(stage)


def carry_out(stage: Stage) -> None:
    """Deliver what is due; what fails is tried again a minute later."""
    from partita.usecases.outbox import deliver  # noqa: PLC0415 - a command starts fast

    for _ in range(2):
        done = sure(deliver(stage.books, stage.gateways))
        stage.tried += done.tried
        if not done.count(Delivery.FAILED):
            return
        stage.clock.now += timedelta(minutes=1)


def day_of(stage: Stage, payer: str, days: Sequence[date]) -> list[Day]:
    """Return the quota of a payer after a batch of days, and the worst state that it brought what is paid for."""
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    shown = stage.do(lambda work: service_control.show(work, payer))
    states = [one.row.state for one in shown.items if one.row.cause is not Cause.CAP_REACHED] or [ServiceState.RUNNING]
    assert shown.quota is not None, "a payer sees its own quota"
    return [Day(day, shown.quota.available.result, max(states, key=WORST.index)) for day in days]


def events_of(stage: Stage, accounts: Iterable[str], since: datetime) -> list[Event]:
    """Return what became of the service of accounts since an instant, the products of one change together."""
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    found: dict[tuple[datetime, str, ServiceState, Cause, int], list[str]] = {}
    for account in accounts:
        with stage.books.work() as work:
            steps = sure(service_control.history(work, account))
        for one in steps:
            row = one.row
            if row.recorded_at >= since and row.cause is not Cause.FIRST_USED:
                key = (row.recorded_at, row.account_id, row.state, row.cause, row.available_minor)
                found.setdefault(key, []).append(row.product_id)
    return [
        Event(at, account, tuple(products), state, cause, available)
        for (at, account, state, cause, available), products in sorted(found.items(), key=lambda one: one[0][:2])
    ]


def august(stage: Stage) -> None:
    """Take in a quiet month, in three batches."""
    with stage.chapter(
        "August: usage comes in by batches, and is priced and held at once", "八月：用量分批导入，即时批价并冻结额度"
    ):
        for first, last in ((1, 10), (11, 20), (21, 31)):
            use(stage, days_of(date(2026, 8, first), date(2026, 8, last)))
        stands(stage)


def stands(stage: Stage) -> None:
    """Show how the quota of each payer of the company stands, and how long it lasts."""
    from partita.demo.voyage import MAIN, MANAGED  # noqa: PLC0415 - a command starts fast
    from partita.usecases import service_control  # noqa: PLC0415

    heads = [screen.say(*pair) for pair in (
        ("payer", "付款方"), ("available quota", "可用额度"), ("a day", "日均消费"), ("days left", "可用天数"),
        ("pays for", "付款范围"),
    )]  # fmt: skip
    grid = screen.table(*heads, right=heads[1:4])
    for payer in (MAIN, *MANAGED):
        with stage.books.work() as work:
            shown = sure(service_control.show(work, payer))
        quota = shown.quota
        assert quota is not None, "a payer sees its own quota"
        tenths = quota.days_left_tenths
        accounts = dict.fromkeys(one.row.use.account_id for one in shown.items)
        grid.add_row(
            payer,
            screen.money(quota.available.result, CURRENCY),
            screen.money(quota.pace.per_day_minor(CURRENCY), CURRENCY),
            "—" if tenths is None else format_scaled(tenths, 1, places=1),
            "\n".join(accounts),
        )
    stage.console.print(grid)


def runs_dry(stage: Stage) -> dict[str, Any]:
    """Play September: the season empties the purse of one member; return what `--json` tells."""
    from partita.demo.voyage import BOOKING, MAPS, TRUSTED  # noqa: PLC0415 - a command starts fast

    since = stage.clock.now
    with stage.chapter(
        f"September, financial management: {BOOKING} runs dry, the others run on",
        f"九月 · 财务管理：{BOOKING} 额度耗尽，其他账号照常运行",
    ):
        days, tried = [], len(stage.tried)
        for batch in batches(2026, 9, _BATCHES_END):
            if batch[0] == _HELPED_ON:
                _help(stage)
            use(stage, batch)
            days += day_of(stage, BOOKING, batch)
        quota_chart(stage.console, days, currency=CURRENCY)
        events = events_of(stage, [BOOKING], since)
        event_table(stage, events)
        others = events_of(stage, [MAPS, *TRUSTED], since)
        _say_others(stage, others)
        attempts = [one for one in stage.tried[tried:] if one.message.topic == RESOURCE]
        command_table(stage, attempts)
        pay_in = _pay_in(stage)
    return {
        "account": BOOKING,
        "quota": [{"day": one.day, "available": _decimal(one.available), "state": one.state.word} for one in days],
        "events": [event_plain(one) for one in events],
        "others_changed": [event_plain(one) for one in others],
        "commands": [attempt_plain(one) for one in attempts],
        "transferred": _decimal(yuan(_HELP).minor),
        "paid_in": pay_in,
    }


def _help(stage: Stage) -> None:
    """Let the main account transfer money: what is stopped is resumed in that very transaction."""
    from partita.demo.voyage import BOOKING, MAIN  # noqa: PLC0415 - a command starts fast
    from partita.usecases.funds import transfer  # noqa: PLC0415

    stage.clock.at(f"{_HELPED_ON} 10:00")
    amount = yuan(_HELP)
    stage.do(lambda work: transfer(work, giver=MAIN, receiver=BOOKING, amount=amount, idempotency_key="help"))
    carry_out(stage)


def _pay_in(stage: Stage) -> str:
    """Let the member pay in for the next month itself, through the gateway."""
    from partita.cli.demo.purse import pay  # noqa: PLC0415 - chapters that follow each other
    from partita.demo.voyage import BOOKING  # noqa: PLC0415

    pay(stage, {BOOKING: yuan(_OWN)}, "october")
    text = f"{screen.money(yuan(_OWN).minor, CURRENCY)} {CURRENCY}"
    stage.console.print(screen.say(f"{BOOKING} pays in {text} itself for October", f"{BOOKING} 为十月自行充值 {text}"))
    return _decimal(yuan(_OWN).minor)


def _say_others(stage: Stage, others: Sequence[Event]) -> None:
    if not others:
        stage.console.print(
            screen.say("Nothing became of the service of the others.", "其他账号的服务没有任何变化。"), style="green"
        )
    else:
        event_table(stage, others)


def event_table(stage: Stage, events: Sequence[Event]) -> None:
    """Print what became of service, one row for each change."""
    language = screen.settings().language
    heads = {
        "at": screen.say("when", "时间"), "account": screen.say("account", "账号"),
        "products": screen.say("products", "产品"), "state": screen.say("state", "状态"),
        "available": screen.say("available", "可用额度"), "cause": screen.say("why", "原因"),
    }  # fmt: skip
    rows = [
        {
            "at": f"{one.at.astimezone(ZONE):%m-%d %H:%M}",
            "account": one.account_id,
            "products": screen.say(", ", "、").join(one.products),
            "state": one.state.text(language),
            "available": screen.money(one.available, CURRENCY),
            "cause": one.cause.text(language),
        }
        for one in events
    ]
    one_account = len({one.account_id for one in events}) == 1
    narrow = ("at", "state", "available", "cause") if one_account else ("at", "account", "state", "cause")
    layouts = [("at", "account", "products", "state", "available", "cause"), narrow]
    screen.print_fitted(stage.console, heads, rows, layouts, right=("available",))


def command_table(stage: Stage, attempts: Sequence[Tried]) -> None:
    """Print what the cloud was told, try by try."""
    language = screen.settings().language
    heads = [screen.say(*pair) for pair in (
        ("command to the cloud", "发往云的指令"), ("product", "产品"), ("try", "第几次"), ("answer", "结果"),
    )]  # fmt: skip
    grid = screen.table(*heads, right=heads[2:3])
    for one in attempts:
        good = one.attempt.delivery is Delivery.DELIVERED
        answer = Text(one.attempt.delivery.text(language), style="" if good else "yellow")
        grid.add_row(str(one.message.payload["order"]), one.message.subject, str(one.attempt.attempt), answer)
    stage.console.print(grid)


def told(stage: Stage) -> list[dict[str, Any]]:
    """Show what the local sink received; return it."""
    path = stage.home / "notices" / "voyage.ndjson"
    with stage.chapter("What people were told: the notices of the local sink", "通知：本地接收文件"):
        notices = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        counts = Counter((str(one["account"]), str(one["title"])) for one in notices)
        heads = (screen.say("to", "发给"), screen.say("notice", "通知"), screen.say("times", "次数"))
        grid = screen.table(*heads, right=heads[2:])
        for (account, title), count in counts.items():
            grid.add_row(account, title, str(count))
        stage.console.print(grid)
        first = next((one for one in notices if one["kind"] == "service.suspended"), notices[0])
        stage.console.print(Text(f"{first['title']}\n{first['body']}", style="dim"))
        stage.console.print(str(path), style="dim", soft_wrap=True)
    return notices


def event_plain(one: Event) -> dict[str, Any]:
    """Return an event as JSON has it."""
    return {
        "at": one.at,
        "account": one.account_id,
        "products": list(one.products),
        "state": one.state.word,
        "cause": one.cause.name.lower(),
        "available": _decimal(one.available),
    }


def attempt_plain(one: Tried) -> dict[str, Any]:
    """Return a try as JSON has it."""
    return {
        "order": one.message.payload["order"],
        "subject": one.message.subject,
        "attempt": one.attempt.attempt,
        "delivery": one.attempt.delivery.name.lower(),
    }


def states(days: Collection[Day]) -> list[str]:
    """Return the states in the order in which they came, each once."""
    return list(dict.fromkeys(one.state.word for one in days))


def _decimal(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
