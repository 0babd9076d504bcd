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

from partita.core.finance_mode import MATRIX, MODE_NAMES, TRUSTEESHIP, Holder, Right, Topic
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import Cycle, Month, clock, in_zone
from partita.core.relation.nouns import Permissions, Standing, named, one_entity

Text: TypeAlias = tuple[str, str]

CYCLE_NAMES = {Cycle.HOUR: ("hour", "小时"), Cycle.DAY: ("day", "日"), Cycle.MONTH: ("month", "月")}


@dataclass(frozen=True, slots=True)
class Turn:
    """Who pays for usage of these products, which are billed by `cycle`: from when, and who, beginning now (ORG-5).

    One payer alone: it pays for the cycle that runs and for all later ones.
    """

    cycle: Cycle
    products: tuple[str, ...]
    payers: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a pair: the modes before and after (None = not related), permissions, and the pair's figures.

    `cash_minor`, `granted_minor`: what the member's own cash and the main account's transfers to it amount to.
    `is_new`: the account is opened by this very change: it has no bills, funds, orders or resources of before.
    """

    management: Standing
    member: Standing
    before: FinanceMode | None
    after: FinanceMode | None
    permissions_before: Permissions
    permissions_after: Permissions
    now: datetime
    turns: tuple[Turn, ...]
    cash_minor: int = 0
    granted_minor: int = 0
    credit_minor: int = 0
    is_new: bool = False

    @property
    def payer(self) -> str:
        """Who pays once the change is made and every running cycle has ended."""
        return (self.management if self.after is TRUSTEESHIP else self.member).account_id

    @property
    def first_turn(self) -> datetime | None:
        """When another account begins to pay for the first product; None = nobody else does than now."""
        return min((at for turn in self.turns for at, _ in turn.payers[1:]), default=None)

    @property
    def same_entity(self) -> bool:
        """Whether both accounts are verified as one legal entity."""
        return one_entity(self.management, self.member)

    def money(self, minor: int) -> str:
        """Write an amount of the pair."""
        return Money(minor, self.member.currency).grouped

    def local(self, at: datetime) -> str:
        """Write an instant in the enterprise's zone."""
        return clock(in_zone(at, self.member.zone))


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
    if topic in _TOLD_OF_NEW and change.is_new and change.after is TRUSTEESHIP:
        yield _TOLD_OF_NEW[topic](change)
        return
    if topic in _TOLD and TRUSTEESHIP in {change.before, change.after} and change.before is not change.after:
        yield from _TOLD[topic](change)
        return
    before = _standing(topic, change, change.before, change.permissions_before)
    after = _standing(topic, change, change.after, change.permissions_after)
    if before != after and not (before.alone and after.alone):
        yield Consequence(topic, f"{after.en}.", f"{after.zh}。")


_BEFOREHAND = frozenset({Topic.VERIFICATION, Topic.CONFIRMATION})
"""What is checked before the change, not brought by it."""


@dataclass(frozen=True, slots=True)
class _Stands:
    """How a topic stands; `alone`: as if there were no relation, so that nothing changes when one begins or ends."""

    alone: bool
    en: str
    zh: str


def _standing(topic: Topic, change: Change, mode: FinanceMode | None, permissions: Permissions) -> _Stands:
    """Return how a topic stands for a member of this mode and these permissions; without a relation, alone."""
    if mode is None:
        return _Stands(alone=True, en="the account's own alone", zh="由账号自行负责")
    one: Right = MATRIX[topic][mode]
    if one.same_entity and one.holder is Holder.MEMBER and not change.same_entity:
        apart = "its own alone, for the two accounts are not verified as one legal entity"
        return _Stands(alone=True, en=apart, zh="由账号自行负责：双方未认证为同一实名主体")
    if one.barred_by is not None and one.barred_by in permissions:
        codes = [code for code in (one.opened_by, one.barred_by) if code is not None and code in permissions]
        en = "; ".join(f"{code.text()} ({code.name})" for code in codes)
        return _Stands(alone=False, en=en, zh="；".join(f"{code.text('zh')}（{code.name}）" for code in codes))
    is_open = one.opened_by in permissions
    alone = one.holder is Holder.MEMBER and not is_open and not one.main_acts
    if one.opened_by is None:
        return _Stands(alone, one.en, one.zh)
    en, zh = ("permitted", "已授予") if is_open else ("not permitted", "未授予")
    return _Stands(alone, f"{one.en} ({one.opened_by.name}: {en})", f"{one.zh}（{one.opened_by.name}：{zh}）")


def _payment(change: Change) -> Iterator[Consequence]:
    for turn in change.turns:
        cycle, cycle_zh = CYCLE_NAMES[turn.cycle]
        products, (_, payer), then = ", ".join(turn.products), turn.payers[0], turn.payers[1:]
        if not then:
            yield Consequence(
                Topic.PAYMENT,
                f"{products} (billed by {cycle}): {payer} pays for the {cycle} that runs now and for all later ones.",
                f"{products}（按{cycle_zh}计费）：当前计费周期及以后的用量均由 {payer} 付款。",
            )
            continue
        en = zh = ""
        for at, other in then:
            clock_at = change.local(at)
            en += f"{payer} pays for usage before {clock_at}, "
            zh += f"{clock_at} 之前的用量由 {payer} 付款，"
            payer = other
        en, zh = f"{en}{payer} from then on.", f"{zh}此后由 {payer} 付款。"
        yield Consequence(
            Topic.PAYMENT,
            f"{products} (billed by {cycle}): {en}",
            f"{products}（按{cycle_zh}计费）：{zh}",
            then[0][0],
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
    related = change.after is not None  # only within a relation money is transferred
    way, way_zh = ("Top up or transfer", "充值或划拨") if related else ("Top up", "充值")
    short = change.cash_minor + change.granted_minor <= 0
    first = change.first_turn
    by, by_zh = (f"before {change.local(first)}", f"在 {change.local(first)} 之前") if first else ("now", "立即")
    yield Consequence(
        Topic.FUNDS,
        f"{member} pays from its own funds again: cash {cash}, transferred {granted}. What {main} paid stays paid; "
        "nothing returns." + (f" {way} {by}: it has no funds." if short else ""),
        f"{member} 恢复使用自己的资金：现金 {cash}，划拨资金 {granted}。{main} 已支付的款项不退回。"
        + (f"该账号没有资金，请{by_zh}{way_zh}。" if short else ""),
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
    en, zh = f"{main}'s credit counts for {member} no more.", f"{main} 的信控额度不再用于 {member}。"
    if change.credit_minor:
        en += (
            f" The limit of {member} ({limit}) is cleared: credit shared before the trusteeship does not come back by "
            "itself; share it anew by permission and limit."
        )
        zh += f"{member} 的信控额度（{limit}）清零：托管之前共享的信控不会自动恢复，需重新授权并设定额度。"
    yield Consequence(Topic.CREDIT, en, zh)


def _orders(change: Change) -> Iterator[Consequence]:
    member, matters = change.member.account_id, change.member.matters
    payer = change.payer
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
    month, member = Month.of(change.now, change.member.zone), change.member.account_id
    yield Consequence(
        Topic.BILLS,
        f"Bill {month}: usage of {member} stands on the bill of whoever pays for it. Earlier bills, and what is owed "
        "for them, stay where they are.",
        f"账期 {month}：{member} 的用量记入其付款方的账单。以往账单及其欠款不变。",
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


def _funds_of_new(change: Change) -> Consequence:
    member, main = change.member.account_id, change.management.account_id
    return Consequence(
        Topic.FUNDS,
        f"{member} has no funds of its own and needs none: {main} pays. In trusteeship nothing is transferred.",
        f"{member} 没有也不需要自己的资金：由 {main} 付款；托管期间不能划拨。",
    )


def _credit_of_new(change: Change) -> Consequence:
    member, main = change.member.account_id, change.management.account_id
    return Consequence(
        Topic.CREDIT,
        f"{main}'s credit counts for the usage of {member}; it gets no limit of its own.",
        f"{member} 的用量占用 {main} 的信控额度，不单独分配额度。",
    )


def _orders_of_new(change: Change) -> Consequence:
    member, main = change.member.account_id, change.management.account_id
    return Consequence(Topic.ORDERS, f"{member} orders, {main} pays.", f"{member} 下单，由 {main} 付款。")


def _resources_of_new(change: Change) -> Consequence:
    member, main = change.member.account_id, change.management.account_id
    return Consequence(
        Topic.RESOURCES,
        f"What {member} buys belongs to {main} while the trusteeship lasts.",
        f"托管期间 {member} 购买的资源归 {main}。",
    )


def _bills_of_new(change: Change) -> Consequence:
    month, member = Month.of(change.now, change.member.zone), change.member.account_id
    main = change.management.account_id
    return Consequence(
        Topic.BILLS,
        f"From bill {month} on usage of {member} stands on the bill of {main}.",
        f"自账期 {month} 起，{member} 的用量记入 {main} 的账单。",
    )


_TOLD_OF_NEW: dict[Topic, Callable[[Change], Consequence]] = {
    Topic.FUNDS: _funds_of_new,
    Topic.CREDIT: _credit_of_new,
    Topic.ORDERS: _orders_of_new,
    Topic.RESOURCES: _resources_of_new,
    Topic.BILLS: _bills_of_new,
}
"""What is told of an account that is opened in trusteeship: nothing of it was before."""


def declined(change: Change, by: Text) -> Text:
    """Say in one line that an invitation was declined, and by whom."""
    main, member = change.management.account_id, change.member.account_id
    return (
        f"{main} → {member}: the invitation of {main} is declined by {by[0].rstrip(',')}; {member} stays not related",
        f"{main} → {member}：{by[1]} 拒绝 {main} 的邀请；{member} 仍无关联",
    )


def headline(change: Change) -> Text:
    """Say the change in one line: who, from which mode to which."""
    alone = ("new account", "新账号") if change.is_new else ("not related", "无关联")
    pair = f"{change.management.account_id} → {change.member.account_id}"
    en, zh = (
        [MODE_NAMES[mode][language] if mode else alone[language] for mode in (change.before, change.after)]
        for language in (0, 1)
    )
    codes, codes_zh = named(change.permissions_after)
    return (
        f"{pair}: {en[0]} → {en[1]}; permissions: {codes}",
        f"{pair}：{zh[0]} → {zh[1]}；权限：{codes_zh}",
    )
