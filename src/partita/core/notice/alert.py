"""What people are told of figures that cross a threshold, and of what ends. Rules: ALERT-2 … ALERT-6, PKG-6, STOP-9."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core.alert import AlertKind, Ending, Expiring
from partita.core.ledger import instant_text
from partita.core.money import Money
from partita.core.notice.message import Notice, Text


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


@dataclass(frozen=True, slots=True)
class Package:
    """How little of a package's quota is left: in its unit, in percent (cut), and from and until when that counts."""

    name: str
    left: str
    quota: str
    percent: int
    since: str
    until: str


def package_notice(account_id: str, low: Package) -> Notice:
    """Tell that a package is nearly used up (PKG-6): once for each window, which the key sees to."""
    return Notice(
        account_id=account_id,
        key=f"{AlertKind.LOW_PACKAGE.word}:{account_id}:{low.name}:{low.since}",
        kind=f"alert.{AlertKind.LOW_PACKAGE.word}",
        title=(
            f"{account_id}: {low.percent} % of resource package {low.name} are left",
            f"{account_id}：资源包 {low.name} 余量 {low.percent}%",
        ),
        body=(
            f"{low.left} of {low.quota} are left until {low.until}. What is used beyond is pay-as-you-go; upgrade it.",
            f"{low.until} 前剩余 {low.left}（共 {low.quota}）；超出部分按量计费。请升配或另购资源包。",
        ),
        figures={
            "account": account_id,
            "package": low.name,
            "left": low.left,
            "quota": low.quota,
            "percent": low.percent,
            "since": low.since,
            "until": low.until,
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
