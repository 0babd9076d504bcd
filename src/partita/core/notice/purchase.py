"""What people are told of custom bills and of subscriptions. Rules: CUSTOM-4, SUB-7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from partita.core.ledger import instant_text
from partita.core.notice.message import Notice, Text
from partita.core.period import clock


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

    `facts` are subscription, product and resource; `ends_at` is by the clock of the account; `why` it was not renewed.
    """
    name, product, resource = facts
    named = {"name": name, "ends": clock(ends_at)}
    title, body = _OF_SUBSCRIPTION[kind]
    (english, chinese), (more, more_chinese) = title, body
    return Notice(
        account_id=account_id,
        key=f"subscription:{kind}:{account_id}:{name}:{instant_text(ends_at.astimezone(UTC))}:{mark}",
        kind=f"subscription.{kind}",
        title=(f"{account_id}: {english.format(**named)}", f"{account_id}：{chinese.format(**named)}"),
        body=(
            f"{product} / {resource}. {more.format(**named, why=why[0])}".strip(),
            f"{product} / {resource}。{more_chinese.format(**named, why=why[1])}".strip(),
        ),
        figures={
            "account": account_id,
            "subscription": name,
            "product": product,
            "ends_at": ends_at.astimezone(UTC).isoformat(),
        },
    )
