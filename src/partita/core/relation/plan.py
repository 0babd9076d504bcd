"""What a change of a relation brings, told before it happens: money, rights, bills and control, with dates.

Owns the sentences about one pair, made of the matrix of the modes and of the pair's own figures. Does not own the modes
(`finance_mode`) nor whether the change may be made (`checks`). Rules: REL-7 (`docs/rules/relation.md`); source:
enterprise-finance.md B1.2, B1.5, B8, B9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from partita.core.finance_mode import INDEPENDENT, MATRIX, TRUSTEESHIP, Right, Topic
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import Cycle, Month
from partita.core.relation.nouns import Permissions, Standing, named

Text: TypeAlias = tuple[str, str]

CYCLE_NAMES = {Cycle.HOUR: ("hour", "小时"), Cycle.DAY: ("day", "日"), Cycle.MONTH: ("month", "月")}
MODE_NAMES: dict[FinanceMode, Text] = {
    INDEPENDENT: ("financial management", "财务管理"),
    TRUSTEESHIP: ("financial trusteeship", "财务托管"),
}


@dataclass(frozen=True, slots=True)
class CycleStart:
    """When the next cycle of these products begins, and with it the other payer."""

    cycle: Cycle
    at: datetime
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a pair: the modes before and after (None = not related), permissions, and the pair's figures.

    `cash_minor`, `granted_minor`: what the member's own cash and the main account's transfers to it amount to.
    """

    management: Standing
    member: Standing
    before: FinanceMode | None
    after: FinanceMode | None
    permissions_before: Permissions
    permissions_after: Permissions
    now: datetime
    starts: tuple[CycleStart, ...]
    cash_minor: int = 0
    granted_minor: int = 0
    credit_minor: int = 0

    @property
    def payers(self) -> tuple[str, str]:
        """Who pays before and after."""
        main, member = self.management.account_id, self.member.account_id
        before, after = (main if mode is TRUSTEESHIP else member for mode in (self.before, self.after))
        return before, after

    def money(self, minor: int) -> str:
        """Write an amount of the pair."""
        return str(Money(minor, self.member.currency))

    def local(self, at: datetime) -> str:
        """Write an instant in the enterprise's zone."""
        return f"{at.astimezone(ZoneInfo(self.member.zone)):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that a change brings; `at`: from when, where it is not at once."""

    topic: Topic
    en: str
    zh: str
    at: datetime | None = None

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.zh if language == "zh" else self.en


def consequences(change: Change) -> tuple[Consequence, ...]:
    """Return what a change brings, topic by topic; nothing for topics that stay as they are (REL-7)."""
    return tuple(one for topic in Topic for one in _of_topic(topic, change))


def _of_topic(topic: Topic, change: Change) -> Iterator[Consequence]:
    if topic in _BEFOREHAND:
        return
    before = _standing(topic, change.before, change.permissions_before)
    after = _standing(topic, change.after, change.permissions_after)
    if topic in _TOLD and TRUSTEESHIP in {change.before, change.after} and change.before is not change.after:
        yield from _TOLD[topic](change)
    elif before != after:
        en, zh = after
        yield Consequence(topic, f"{en}.", f"{zh}。")


_BEFOREHAND = frozenset({Topic.VERIFICATION, Topic.CONFIRMATION})
"""What is checked before the change, not brought by it."""


def _standing(topic: Topic, mode: FinanceMode | None, permissions: Permissions) -> Text:
    """Return how a topic stands for a member of this mode and these permissions; without a relation, alone."""
    if mode is None:
        return "the account's own alone", "由账号自行负责"
    one: Right = MATRIX[topic][mode]
    en, zh = one.en, one.zh
    if one.opened_by is not None:
        is_open = one.opened_by in permissions
        en += f" ({one.opened_by.name}: {'permitted' if is_open else 'not permitted'})"
        zh += f"（{one.opened_by.name}：{'已授予' if is_open else '未授予'}）"
    if one.barred_by is not None and one.barred_by in permissions:
        en, zh = f"{en}; the member is barred ({one.barred_by.name})", f"{zh}；已禁止子账号（{one.barred_by.name}）"
    return en, zh


def _payment(change: Change) -> Iterator[Consequence]:
    before, after = change.payers
    for start in change.starts:
        en, zh = CYCLE_NAMES[start.cycle]
        products, at = ", ".join(start.products), change.local(start.at)
        yield Consequence(
            Topic.PAYMENT,
            f"{products} (billed by {en}): {before} pays for usage before {at}, {after} from then on.",
            f"{products}（按{zh}计费）：{at} 之前的用量由 {before} 付款，此后由 {after} 付款。",
            start.at,
        )


def _funds(change: Change) -> Iterator[Consequence]:
    member, cash, granted = (
        change.member.account_id,
        change.money(change.cash_minor),
        change.money(change.granted_minor),
    )
    main = change.management.account_id
    if change.after is TRUSTEESHIP:
        yield Consequence(
            Topic.FUNDS,
            f"{member} keeps its cash {cash} and the transferred {granted}: they pay its bills of usage up to then and "
            f"nothing later; {main} can reclaim what is left of its transfers.",
            f"{member} 保留现金 {cash} 与划拨资金 {granted}，仅用于支付此前用量的账单；{main} 可回收剩余的划拨资金。",
        )
        return
    short = change.cash_minor + change.granted_minor <= 0
    first = min((start.at for start in change.starts), default=change.now)
    yield Consequence(
        Topic.FUNDS,
        f"{member} pays from its own funds again: cash {cash}, transferred {granted}. What {main} paid stays paid; "
        "nothing returns." + (f" Top up or transfer before {change.local(first)}: it has no funds." if short else ""),
        f"{member} 恢复使用自己的资金：现金 {cash}，划拨资金 {granted}。{main} 已支付的款项不退回。"
        + (f"该账号没有资金，请在 {change.local(first)} 之前充值或划拨。" if short else ""),
        first,
    )


def _credit(change: Change) -> Iterator[Consequence]:
    member, main, limit = change.member.account_id, change.management.account_id, change.money(change.credit_minor)
    if change.after is TRUSTEESHIP:
        yield Consequence(
            Topic.CREDIT,
            f"{main}'s credit counts for new usage; the limit {limit} of {member} counts for its earlier bills only.",
            f"新用量占用 {main} 的信控额度；{member} 的额度 {limit} 仅用于其此前的账单。",
        )
        return
    yield Consequence(
        Topic.CREDIT,
        f"The limit of {member} ({limit}) is cleared: credit shared before the trusteeship does not come back by "
        "itself; share it anew by permission and limit.",
        f"{member} 的信控额度（{limit}）清零：托管之前共享的信控不会自动恢复，需重新授权并设定额度。",
    )


def _orders(change: Change) -> Iterator[Consequence]:
    member, matters = change.member.account_id, change.member.matters
    payer = change.payers[1]
    en = ", ".join(f"{one.reference} ({one.kind.value[0]})" for one in matters)
    zh = "、".join(f"{one.reference}（{one.kind.value[1]}）" for one in matters)
    open_en = f"open orders: {en}" if matters else "no open orders stand against it"
    open_zh = f"未完成的订单：{zh}" if matters else "没有未完成的订单"
    yield Consequence(
        Topic.ORDERS,
        f"{member} orders, {payer} pays for new orders; {open_en}.",
        f"{member} 下单，新订单由 {payer} 付款；{open_zh}。",
    )


def _resources(change: Change) -> Iterator[Consequence]:
    member, main = change.member.account_id, change.management.account_id
    if change.after is TRUSTEESHIP:
        yield Consequence(
            Topic.RESOURCES,
            f"The resources of {member} belong to {main} while the trusteeship lasts; they run on.",
            f"托管期间 {member} 的资源归 {main}，继续运行。",
        )
        return
    yield Consequence(
        Topic.RESOURCES,
        f"The resources return to {member} without refund value: they run until they expire; a refund, downgrade or "
        "change of what was bought in trusteeship gives 0.",
        f"资源退回 {member}，没有退订价值：可用至到期；托管期间所购资源的退订、降配或变配金额为 0。",
    )


def _bills(change: Change) -> Iterator[Consequence]:
    before, after = change.payers
    month = Month.of(change.now, change.member.zone)
    yield Consequence(
        Topic.BILLS,
        f"Bill {month}: that of {before} holds the usage of {change.member.account_id} before those instants, that of "
        f"{after} the usage from then on. Earlier bills, and what is owed for them, stay where they are.",
        f"账期 {month}：上述时刻之前 {change.member.account_id} 的用量记入 {before} 的账单，此后的记入 {after} 的账单。"
        "以往账单及其欠款不变。",
    )


_TOLD: dict[Topic, Callable[[Change], Iterator[Consequence]]] = {
    Topic.PAYMENT: _payment,
    Topic.FUNDS: _funds,
    Topic.CREDIT: _credit,
    Topic.ORDERS: _orders,
    Topic.RESOURCES: _resources,
    Topic.BILLS: _bills,
}
"""What is told with the pair's own figures when a trusteeship begins or ends."""


def headline(change: Change) -> Text:
    """Say the change in one line: who, from which mode to which."""
    pair = f"{change.management.account_id} → {change.member.account_id}"
    en, zh = (
        [
            MODE_NAMES[mode][language] if mode else ("not related", "无关联")[language]
            for mode in (change.before, change.after)
        ]
        for language in (0, 1)
    )
    codes = named(change.permissions_after)
    return (
        f"{pair}: {en[0]} → {en[1]}; permissions: {codes}",
        f"{pair}：{zh[0]} → {zh[1]}；权限：{codes}",
    )
