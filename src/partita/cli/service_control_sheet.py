"""`partita control show` and `history`: how service stands, and everything that became of it, with the figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.service_control import policy_line
from partita.core.money import Money, format_scaled, minor_scale_e10, truncate
from partita.core.refusal import Refused
from partita.core.service_control import Change
from partita.core.spend import Pace

if TYPE_CHECKING:
    from datetime import datetime

    from partita.usecases.service_control import ControlShown, ItemShown, QuotaShown, Ran, StepShown

Json = Annotated[bool, Parameter(name="--json")]


def show(account: str, *, as_json: Json = False) -> None:
    """Show how the service of ACCOUNT stands: its quota and how long it lasts, its products, its settings.

    A payer sees the products of the members that it pays for too; of a member the quota of its payer is shown, which
    decides about it, to whoever may see it.

    Parameters
    ----------
    account
        the account.
    """
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = service_control.show(work, account)
        zone = service_control.zone_of(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    assert not isinstance(zone, Refused), "the account was shown"
    shown, here = answer, ZoneInfo(zone)
    screen.answer(_plain(shown), as_json=as_json, render=lambda console: _render(console, shown, here))


def _plain(one: ControlShown) -> dict[str, object]:
    quota, currency = one.quota, one.currency
    return {
        "account_id": one.account_id,
        "payer_id": one.payer_id,
        "available": _decimal(quota.available.result, currency) if quota else None,
        "currency": currency,
        "formula": quota.available.formula(screen.settings().language) if quota else None,
        "pace_per_day": _decimal(quota.pace.per_day_minor(currency), currency) if quota else None,
        "days_left": _tenths(quota.days_left_tenths) if quota else None,
        "overdue_since": quota.watch.overdue_since if quota and quota.watch else None,
        "cap": None if one.cap is None else str(one.cap),
        "spent_this_month": _decimal(truncate(one.spent_e10, minor_scale_e10(one.currency)), one.currency),
        "order": None
        if one.order is None
        else {
            "allowance": _decimal(one.order.allowance_minor, one.currency),
            "horizon_days": one.order.horizon_days,
            "turns": [
                {"member": turn.member_id, "product": turn.product_id, "turn": turn.turn} for turn in one.order.turns
            ],
        },
        "products": [_item_plain(item, one.currency) for item in one.items],
    }


def _item_plain(item: ItemShown, currency: str) -> dict[str, object]:
    use = item.row.use
    return {
        "account_id": use.account_id,
        "product_id": use.product_id,
        "payer_id": use.payer_id,
        "state": item.row.state.word,
        "cause": item.row.cause.name.lower(),
        "since": item.row.since,
        "used_at": use.used_at,
        "pace_per_day": _decimal(item.pace.per_day_minor(currency), currency),
        "paid_ahead": [{"resource_id": paid.resource_id or None, "ends_at": paid.ends_at} for paid in item.paid_ahead],
    }


def _render(console: Console, one: ControlShown, zone: ZoneInfo) -> None:
    if one.payer_id != one.account_id:
        payer = one.payer_id
        console.print(
            screen.say(
                f"{payer} pays for {one.account_id}, so its quota decides"
                + (":" if one.quota else f"; {payer} can see it."),
                f"{one.account_id} 由 {payer} 代付，以其可用额度为准" + ("：" if one.quota else "，额度由其查看。"),
            ),
            markup=False,
        )
    if one.quota:
        _quota(console, one.quota, one.currency, zone)
    if one.cap:
        spent = Money(truncate(one.spent_e10, minor_scale_e10(one.currency)), one.currency).grouped
        cap = one.cap.grouped
        console.print(screen.say(f"Spent {spent} of a cap of {cap} this month", f"本月已消费 {spent}，上限 {cap}"))
    if one.order:
        allowance, days = Money(one.order.allowance_minor, one.currency).grouped, one.order.horizon_days
        console.print(
            screen.say(
                f"Stops in order: {screen.many(len(one.order.turns), 'turn')}, {allowance} a day goes on"
                + (f"; what is left of a tolerated debt is to last {screen.many(days, 'day')}" if days else ""),
                f"按次序停机：{len(one.order.turns)} 条次序，每日保留 {allowance}"
                + (f"；延停额度的余额须可用 {days} 天" if days else ""),
            )
        )
    _items(console, one, zone)


def _quota(console: Console, quota: QuotaShown, currency: str, zone: ZoneInfo) -> None:
    console.print(quota.available.formula(screen.settings().language), markup=False)
    pace = screen.money(quota.pace.per_day_minor(currency), currency)
    lasts = "" if quota.days_left_tenths is None else _tenths(quota.days_left_tenths)
    console.print(
        screen.say(
            f"Pace {pace} {currency} a day" + (f"; it lasts {lasts} days" if lasts else ""),
            f"消费速度 {pace} {currency}/天" + (f"，可用 {lasts} 天" if lasts else ""),
        )
    )
    if quota.watch and quota.watch.overdue_since:
        since = _local(quota.watch.overdue_since, zone)
        console.print(screen.say(f"Overdue since {since}", f"自 {since} 起欠费"))


def _items(console: Console, one: ControlShown, zone: ZoneInfo) -> None:
    if not one.items:
        console.print(screen.say("Nothing that can be stopped is in use.", "没有正在使用、可停机的产品。"))
        return
    say = screen.say
    heads = {
        "account": say("account", "账号"),
        "product": say("product", "产品"),
        "state": say("state", "状态"),
        "since": say("since", "自"),
        "why": say("why", "原因"),
        "pace": say(f"{one.currency} a day", f"每日 {one.currency}"),
        "policy": say("policy", "策略"),
    }
    language = screen.settings().language
    rows = [
        {
            "account": item.row.use.account_id,
            "product": item.row.use.product_id,
            "state": item.row.state.text(language) + (say(" (paid ahead)", "（预付）") if item.paid_ahead else ""),
            "since": _local(item.row.since, zone),
            "why": item.row.cause.text(language),
            "pace": screen.money(item.pace.per_day_minor(one.currency), one.currency),
            "policy": policy_line(item.policy),
        }
        for item in one.items
    ]
    layouts = (list(heads), [name for name in heads if name != "policy"], ["account", "product", "state", "since"])
    shown = screen.print_fitted(console, heads, rows, layouts, right=("pace",))
    screen.print_left_out(console, (heads[name] for name in heads if name not in shown))


def history(account: str, *, as_json: Json = False) -> None:
    """Show everything that became of the service of ACCOUNT: when, who, why, with the figures, and what it cost.

    The cost of a step is what the product cost until its next one, or until now.

    Parameters
    ----------
    account
        the account; a payer sees the steps of the members that it pays for too.
    """
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = service_control.history(work, account)
        zone = service_control.zone_of(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    assert not isinstance(zone, Refused), "the account was shown"
    steps, here = answer, ZoneInfo(zone)
    plain = {"account_id": account, "steps": [_step_plain(one) for one in steps]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render_history(console, steps, here))


def _step_plain(one: StepShown) -> dict[str, object]:
    row = one.row
    return {
        "at": row.recorded_at,
        "account_id": row.account_id,
        "product_id": row.product_id,
        "step": row.step,
        "state": row.state.word,
        "cause": row.cause.name.lower(),
        "payer_id": row.payer_id,
        "available": _decimal(row.available_minor, row.currency) if one.shows_quota else None,
        "currency": row.currency,
        "overdue_since": row.overdue_since if one.shows_quota else None,
        "pace_per_day": _decimal(Pace(row.pace_e10, row.pace_days).per_day_minor(row.currency), row.currency)
        if one.shows_quota
        else None,
        "cost": screen.amount(one.cost_e10, row.currency).replace(",", ""),
        "by": row.recorded_by,
    }


def _render_history(console: Console, steps: Sequence[StepShown], zone: ZoneInfo) -> None:
    if not steps:
        console.print(screen.say("Nothing was decided yet.", "尚无停复机记录。"))
        return
    say, language, currency = screen.say, screen.settings().language, steps[0].row.currency
    heads = {
        "at": say("when", "时间"),
        "account": say("account", "账号"),
        "product": say("product", "产品"),
        "state": say("state", "状态"),
        "quota": say(f"quota {currency}", f"可用额度 {currency}"),
        "cost": say(f"cost {currency}", f"期间费用 {currency}"),
        "why": say("why", "原因"),
        "by": say("by", "操作者"),
    }
    rows = [
        {
            "at": _local(one.row.recorded_at, zone),
            "account": one.row.account_id,
            "product": one.row.product_id,
            "state": one.row.state.text(language),
            "quota": screen.money(one.row.available_minor, one.row.currency) if one.shows_quota else "-",
            "cost": screen.money(truncate(one.cost_e10, minor_scale_e10(one.row.currency)), one.row.currency),
            "why": one.row.cause.text(language),
            "by": screen.who(one.row.recorded_by),
        }
        for one in steps
    ]
    layouts = (list(heads), [name for name in heads if name != "by"], ["at", "account", "product", "state", "quota"])
    shown = screen.print_fitted(console, heads, rows, layouts, right=("quota", "cost"))
    screen.print_left_out(console, (heads[name] for name in heads if name not in shown))


def changes_plain(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Return changes of service as JSON has them."""
    return [
        {
            "account_id": one.item.account_id,
            "product_id": one.item.product_id,
            "before": one.item.state.word,
            "state": one.state.word,
            "cause": one.cause.name.lower(),
        }
        for one in changes
    ]


def show_changes(console: Console, done: Ran) -> None:
    """Say what a round through all payers came to."""
    if done.dry_run:
        console.print(screen.say("Dry run: nothing is saved.", "试运行：未保存任何内容。"))
    language = screen.settings().language
    for one in done.changes:
        what = f"{one.item.account_id} / {one.item.product_id}"
        console.print(f"{what}: {one.state.text(language)} ({one.cause.text(language)})")
    console.print(
        screen.say(
            f"{screen.many(done.payers, 'payer')} looked at, {screen.many(len(done.changes), 'change')}, "
            f"{screen.many(done.endings, 'notice')} of endings, {done.low_packages} of packages nearly used up.",
            f"已检查 {done.payers} 个付款方，状态变化 {len(done.changes)} 项，到期通知 {done.endings} 条，"
            f"资源包余量通知 {done.low_packages} 条。",
        )
    )


def _tenths(value: int | None) -> str | None:
    return None if value is None else format_scaled(value, 1, places=1)


def _decimal(minor: int, currency: str) -> str:
    return str(Money(minor, currency)).partition(" ")[0]


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
