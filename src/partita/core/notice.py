"""Notices (通知): what people are told about service and money, in both languages, each once.

Owns the texts and the keys by which a notice is told apart. Does not own when it is told (`service_control`, `alert`)
nor how it travels (`outbox`). Rules: OUTBOX-5 (`docs/rules/outbox.md`), ALERT-6 (`docs/rules/alert.md`), SUB-7; source:
enterprise-finance.md B8, B9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from partita.core.alert import AlertKind, Ending, Expiring
from partita.core.ledger import instant_text
from partita.core.money import Money, format_scaled
from partita.core.service_control import Cause, Change, Group, ServiceState

Text: TypeAlias = tuple[str, str]
"""The same in English and in Chinese."""


class Channel(Enum):
    """How a notice may travel; the value is its topic in the outbox."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell an account: `key` tells it apart for ever, `figures` are for programs."""

    account_id: str
    key: str
    kind: str
    title: Text
    body: Text
    figures: Mapping[str, object]


SHOWN = 12
"""So many products are named in a notice; of more, the number is told."""


def service_notices(group: Group, changes: Iterable[Change]) -> tuple[Notice, ...]:
    """Return what a payer, and each member concerned, is told of changes: one notice for each state and cause.

    A warning that ends and a first use are not told. Service that comes back to a warning says both (STOP-6).
    """
    told: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        if change.state is ServiceState.RUNNING and change.item.state not in _HELD:
            continue
        for account in dict.fromkeys((group.payer_id, change.item.account_id)):
            kind = (account, change.state.word, change.cause.name, _came_back_from(change))
            told.setdefault(kind, []).append(change)
    return tuple(_service_notice(kind[0], group, of_kind) for kind, of_kind in sorted(told.items()))


_HELD = frozenset({ServiceState.SUSPENDED, ServiceState.GRACE})


def _came_back_from(change: Change) -> str:
    """Return from where service came back to a warning; '' where it did not: what runs again without one says so."""
    return change.item.state.word if change.state is ServiceState.WARNED and change.item.state in _HELD else ""


_HEADLINES: dict[ServiceState, Text] = {
    ServiceState.RUNNING: ("{account}: service runs again", "{account}：服务已恢复"),
    ServiceState.WARNED: ("{account}: money runs low, service stops soon", "{account}：额度即将耗尽，服务可能停机"),
    ServiceState.GRACE: ("{account}: overdue, the grace runs", "{account}：已欠费，进入延停"),
    ServiceState.SUSPENDED: ("{account}: service is stopped", "{account}：服务已停机"),
    ServiceState.RELEASED: ("{account}: stopped resources are released", "{account}：停机资源已释放"),
}
_NEXT: dict[ServiceState, Text] = {
    ServiceState.RUNNING: ("Nothing is to be done.", "无需操作。"),
    ServiceState.WARNED: (
        "Top up {payer} or transfer money to it before the quota is gone.",
        "请在额度耗尽前为 {payer} 充值或划拨资金。",
    ),
    ServiceState.GRACE: (
        "Usage goes on and is billed. Top up {payer} before the grace ends.",
        "服务继续运行并照常计费。请在延停结束前为 {payer} 充值。",
    ),
    ServiceState.SUSPENDED: (
        "Service resumes by itself as soon as the available quota of {payer} is above zero.",
        "{payer} 的可用额度大于零后，服务将自动恢复。",
    ),
    ServiceState.RELEASED: ("What is released cannot be brought back.", "已释放的资源无法恢复。"),
}
_HEADLINE_SPARED: Text = (
    "{account}: overdue beyond the grace, spared by the stop order",
    "{account}：欠费已超出延停，按停机顺序暂缓停机",
)
_NEXT_SPARED: Text = (
    "It goes on within the daily allowance of the stop order, and is billed. Top up {payer}.",
    "在停机顺序的每日保留额度内继续运行并照常计费。请为 {payer} 充值。",
)
_HEADLINES_BACK: dict[str, Text] = {
    ServiceState.SUSPENDED.word: (
        "{account}: service runs again, but money is still low",
        "{account}：服务已恢复，但额度仍即将耗尽",
    ),
    ServiceState.GRACE.word: (
        "{account}: no longer overdue, but money is still low",
        "{account}：已不再欠费，但额度仍即将耗尽",
    ),
}
_NEXT_OF_CAP: Text = (
    "The member goes on in the next month, or when its spending cap is raised.",
    "子账号将在下个自然月或提高消费上限后恢复。",
)


def _service_notice(account: str, group: Group, changes: Sequence[Change]) -> Notice:
    state, cause = changes[0].state, changes[0].cause
    named = [f"{one.item.account_id} / {one.item.product_id}" for one in changes]
    after = {Cause.CAP_REACHED: _NEXT_OF_CAP, Cause.SPARED: _NEXT_SPARED}.get(cause, _NEXT[state])
    back = _came_back_from(changes[0])
    headline = _HEADLINE_SPARED if cause is Cause.SPARED else _HEADLINES_BACK.get(back, _HEADLINES[state])
    body: list[str] = []
    for language, said in enumerate(("en", "zh")):
        lines = [
            (f"Why: {cause.text(said)}.", f"原因：{cause.text(said)}。")[language],
            *(_quota_lines(group, language) if account == group.payer_id else ()),
            (f"Products: {_list(named, language)}", f"产品：{_list(named, language)}")[language],
            after[language].format(payer=group.payer_id),
        ]
        body.append("\n".join(lines))
    return Notice(
        account_id=account,
        key=":".join(
            [
                "service",
                account,
                group.payer_id,
                state.word,
                *([back] if back else []),
                cause.name.lower(),
                instant_text(group.now),
            ]
        ),
        kind=f"service.{state.word}",
        title=(headline[0].format(account=account), headline[1].format(account=account)),
        body=(body[0], body[1]),
        figures={
            "account": account,
            "payer": group.payer_id,
            "state": state.word,
            "cause": cause.name.lower(),
            "available": str(Money(group.available_minor, group.currency)) if account == group.payer_id else None,
            "products": [one.item.subject for one in changes],
        },
    )


def _quota_lines(group: Group, language: int) -> list[str]:
    """Return the quota of the payer and how long it lasts; figures that are told to the payer alone (STOP-11)."""
    quota = Money(group.available_minor, group.currency).grouped
    said = (f"Available quota of {group.payer_id}: {quota}", f"{group.payer_id} 的可用额度：{quota}")[language]
    return [said, *_lasts(group, language)]


def _lasts(group: Group, language: int) -> list[str]:
    tenths = group.pace.days_left_tenths(group.available_minor, group.currency)
    if tenths is None or group.available_minor < 0:
        return []
    days = format_scaled(tenths, 1, places=1)
    return [(f"It lasts {days} days at the present pace.", f"按当前消费速度可用 {days} 天。")[language]]


def _list(named: Sequence[str], language: int) -> str:
    shown = (", ", "、")[language].join(named[:SHOWN])
    more = len(named) - SHOWN
    return f"{shown}{(f' and {more} more', f' 等，另有 {more} 项')[language]}" if more > 0 else shown


@dataclass(frozen=True, slots=True)
class Low:
    """A figure that fell below its threshold: money, or days as people read them."""

    figure: Money | str
    threshold: Money | str
    available: Money
    times: int


def _read(figure: Money | str) -> str:
    return figure.grouped if isinstance(figure, Money) else figure


def low_notice(kind: AlertKind, account_id: str, low: Low, at: datetime) -> Notice:
    """Tell that the quota is low, or that it does not last (ALERT-2, ALERT-4)."""
    figure, threshold, quota = _read(low.figure), _read(low.threshold), low.available.grouped
    en = {
        AlertKind.LOW_QUOTA: f"The available quota is {figure}; the alert is set at {threshold}.",
        AlertKind.NEAR_OVERDUE: f"At the pace of the last 7 days the quota lasts {figure} days "
        f"(alert: {threshold} days). It is {quota} now.",
    }[kind]
    zh = {
        AlertKind.LOW_QUOTA: f"可用额度为 {figure}，预警阈值为 {threshold}。",
        AlertKind.NEAR_OVERDUE: f"按最近 7 天的消费速度，额度还可用 {figure} 天（预警阈值 {threshold} 天）；"
        f"当前可用额度 {quota}。",
    }[kind]
    return Notice(
        account_id=account_id,
        key=f"{kind.word}:{account_id}:{instant_text(at)}",
        kind=f"alert.{kind.word}",
        title=(f"{account_id}: {kind.text()}", f"{account_id}：{kind.text('zh')}"),
        body=(en, zh),
        figures={
            "account": account_id,
            "figure": str(low.figure),
            "threshold": str(low.threshold),
            "available": str(low.available),
            "times": low.times,
        },
    )


@dataclass(frozen=True, slots=True)
class High:
    """What a product cost on one day, and what it was to stay within; `day` as the account's calendar has it."""

    product_id: str
    day: str
    spent: Money
    threshold: Money


def high_notice(account_id: str, high: High) -> Notice:
    """Tell that a product cost more than wanted on a day (ALERT-3): once a day, which the key sees to."""
    spent, threshold = high.spent.grouped, high.threshold.grouped
    return Notice(
        account_id=account_id,
        key=f"{AlertKind.HIGH_SPEND.word}:{account_id}:{high.product_id}:{high.day}",
        kind=f"alert.{AlertKind.HIGH_SPEND.word}",
        title=(
            f"{account_id}: {high.product_id} cost {spent} on {high.day}",
            f"{account_id}：{high.product_id} 于 {high.day} 消费 {spent}",
        ),
        body=(
            f"{high.product_id} has cost {spent} on {high.day} so far; the alert is {threshold} a day.",
            f"{high.product_id} 在 {high.day} 已消费 {spent}，超过每日阈值 {threshold}。",
        ),
        figures={
            "account": account_id,
            "product": high.product_id,
            "day": high.day,
            "spent": str(high.spent),
            "threshold": str(high.threshold),
        },
    )


def cap_notice(account_id: str, payer_id: str, month: str, spent: Money, cap: Money) -> Notice:
    """Tell a member and its payer that the spending cap is near (STOP-9): once a month, which the key sees to."""
    now, most = spent.grouped, cap.grouped
    return Notice(
        account_id=account_id,
        key=f"cap-near:{account_id}:{payer_id}:{month}:{cap}",
        kind="service.cap-near",
        title=(f"{account_id}: the spending cap of {month} is near", f"{account_id}：{month} 月度消费接近上限"),
        body=(
            f"{account_id} has spent {now} of {most} in {month}. At the cap it stops until month or cap change.",
            f"{account_id} 在 {month} 已消费 {now}，上限为 {most}。达到上限后将停机，直至下个自然月或提高上限。",
        ),
        figures={"account": account_id, "payer": payer_id, "month": month, "spent": str(spent), "cap": str(cap)},
    )


def expiry_notice(account_id: str, ending: Expiring, days: int) -> Notice:
    """Tell that something ends soon (ALERT-5): once for each mark of days, which the key sees to."""
    left = None if ending.remaining_minor is None else Money(ending.remaining_minor, ending.currency)
    said = left.grouped if left else None
    title, (en, zh) = _due_words(ending, said) if ending.what is Ending.CREDIT else _end_words(ending, said)
    return Notice(
        account_id=account_id,
        key=f"{AlertKind.EXPIRY.word}:{account_id}:{ending.what.word}:{ending.name}:{ending.ends_on}:{days}",
        kind=f"alert.{AlertKind.EXPIRY.word}",
        title=(f"{account_id}: {title[0]}", f"{account_id}：{title[1]}"),
        body=(en, zh),
        figures={
            "account": account_id,
            "what": ending.what.word,
            "name": ending.name,
            "ends_on": ending.ends_on.isoformat(),
            "left": str(left) if left else None,
            "days": days,
        },
    )


def _end_words(ending: Expiring, left: str | None) -> tuple[Text, Text]:
    """Say that something ends, and with how much: what is left is lost then."""
    what, zh = ending.what.text(), ending.what.text("zh")
    return (f"{what} {ending.name} ends soon", f"{zh} {ending.name} 即将到期"), (
        f"{what.capitalize()} {ending.name} ends on {ending.ends_on}" + (f" with {left} left." if left else "."),
        f"{zh} {ending.name} 将于 {ending.ends_on} 到期" + (f"，剩余 {left}。" if left else "。"),
    )


def _due_words(ending: Expiring, owed: str | None) -> tuple[Text, Text]:
    """Say that a bill bought on credit has to be paid, and how much of it."""
    return (f"the bill of {ending.name} is due soon", f"{ending.name} 账单即将到还款日"), (
        f"{owed} of the bill of {ending.name} are to be paid by {ending.ends_on}. Top up to pay it.",
        f"{ending.name} 账单还有 {owed} 须在 {ending.ends_on} 前还款。请充值以清偿。",
    )


def bill_notice(account_id: str, name: str, turn: str, figures: Mapping[str, object]) -> Notice:
    """Tell that a custom bill is there (CUSTOM-4): once for each turn, which the key sees to.

    `figures`: month, file, sha256, rows, and the payable by currency.
    """
    month, rows = figures["month"], figures["rows"]
    totals = figures["payable"]
    said = ", ".join(str(one) for one in totals) if isinstance(totals, Sequence) else ""
    return Notice(
        account_id=account_id,
        key=f"custom-bill:{account_id}:{name}:{turn}",
        kind="bill.custom",
        title=(f"{account_id}: bill {name} of {month}", f"{account_id}：{month} 账单 {name}"),
        body=(
            f"{rows} rows, payable {said or '0.00'}. File: {figures['file']}",
            f"共 {rows} 行，应付 {said or '0.00'}。文件：{figures['file']}",
        ),
        figures={"account": account_id, "name": name, "turn": turn, **figures},
    )


_OF_SUBSCRIPTION: dict[str, tuple[Text, Text]] = {
    "renew": (
        ("{name} ends on {ends}", "{name} 将于 {ends} 到期"),
        ("Renew it before: `partita order renew {name}`.", "请在此前续费：`partita order renew {name}`。"),
    ),
    "not-renewed": (
        ("{name} ends on {ends} and will not be renewed", "{name} 将于 {ends} 到期且不再续费"),
        ("Nothing is to be done, unless it should go on.", "如不再使用，则无需操作。"),
    ),
    "renewed": (
        ("{name} was renewed", "{name} 已自动续费"),
        ("It was to end on {ends}.", "原到期时间为 {ends}。"),
    ),
    "renewal-failed": (
        ("{name} could not be renewed", "{name} 自动续费失败"),
        ("It is tried again each day until it is released. {why}", "释放前每天重试。{why}"),
    ),
    "stop": (
        ("{name} is stopped", "{name} 已停机"),
        ("It ended on {ends}. Renew it before it is released.", "已于 {ends} 到期。请在释放前续费。"),
    ),
    "release": (
        ("{name} is released", "{name} 已释放"),
        ("It ended on {ends}. What is released cannot be brought back.", "已于 {ends} 到期。已释放的资源无法恢复。"),
    ),
}


def subscription_notice(
    account_id: str, kind: str, mark: str, facts: tuple[str, str, str], *, ends_at: datetime, why: Text
) -> Notice:
    """Tell of the end or renewal of a subscription (SUB-7): once for each end and mark, which the key sees to.

    `facts` are subscription, product and resource; `why` is why a renewal failed.
    """
    name, product, resource = facts
    named = {"name": name, "ends": f"{ends_at:%Y-%m-%d %H:%M} UTC"}
    title, body = _OF_SUBSCRIPTION[kind]
    (english, chinese), (more, more_chinese) = title, body
    return Notice(
        account_id=account_id,
        key=f"subscription:{kind}:{account_id}:{name}:{instant_text(ends_at)}:{mark}",
        kind=f"subscription.{kind}",
        title=(f"{account_id}: {english.format(**named)}", f"{account_id}：{chinese.format(**named)}"),
        body=(
            f"{product} / {resource}. {more.format(**named, why=why[0])}".strip(),
            f"{product} / {resource}。{more_chinese.format(**named, why=why[1])}".strip(),
        ),
        figures={"account": account_id, "subscription": name, "product": product, "ends_at": ends_at.isoformat()},
    )
