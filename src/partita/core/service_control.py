"""Stop and resume (停复机): what becomes of a product that an account uses when the money runs out, and comes back.

Owns the states, what they mean for the cloud, the policy of a product and the decision. Does not own the available
quota (`funds`), the pace (`spend`) or the order in which a group stops (`stop_order`). A decision is a function of what
is known at one instant: asked again with the same it changes nothing. Rules: STOP-1 … STOP-11
(`docs/rules/service_control.md`); source: enterprise-finance.md B8, B15.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from partita.core.money import Money
from partita.core.spend import Pace
from partita.core.stop_order import Burning, StopOrder, to_stop


class ServiceState(Enum):
    """How a product of an account stands (STOP-1), from the best to the worst."""

    RUNNING = ("running", "运行中")
    WARNED = ("warned", "已预警")
    GRACE = ("grace", "延停中")
    SUSPENDED = ("suspended", "已停机")
    RELEASED = ("released", "已释放")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    @property
    def runs(self) -> bool:
        """Whether the cloud serves it."""
        return self not in {ServiceState.SUSPENDED, ServiceState.RELEASED}

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class Cause(Enum):
    """Why a product came to its state (STOP-1)."""

    FIRST_USED = ("it was used for the first time", "首次使用")
    QUOTA_LOW = ("the quota does not last as long as the warning asks", "可用额度即将耗尽")
    QUOTA_BACK = ("the quota is there again", "可用额度已恢复")
    OVERDUE = ("the quota is below zero; the grace runs", "可用额度已小于零，进入延停")
    SPARED = ("there is no grace left; the group's stop order spares it for now", "已超出延停，按停机顺序暂缓停机")
    GRACE_OVER = ("the quota is below zero and there is no grace left", "可用额度小于零，且已超出延停额度或时长")
    STOP_ORDER = ("the group stops it first, so that the others go on", "按集团停机顺序先停，以保障其他资源")
    CAP_REACHED = ("the spending cap of the member is reached", "已达到子账号的月度消费上限")
    CAP_LIFTED = ("the spending cap no longer holds it", "不再受消费上限限制")
    RETENTION_OVER = ("it was kept as long as promised after the stop", "停机保留期已满")
    USED_AGAIN = ("it is used anew after the release", "释放后重新使用")
    PAID_AHEAD = ("it is paid ahead, or never stopped by policy", "已预付，或按策略不停机")

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class Order(Enum):
    """What the cloud is told to do (STOP-10)."""

    SUSPEND = ("suspend", "停机")
    RESUME = ("resume", "复机")
    RELEASE = ("release", "释放")

    @property
    def word(self) -> str:
        """The name as the message carries it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return str(self.value[language == "zh"])


@dataclass(frozen=True, slots=True)
class Grace:
    """延停: how much debt and how long is tolerated (STOP-4). None = no limit of that kind; both None = no grace.

    It is no cap on the debt: usage goes on and is billed, and the debt may pass the amount before anybody looks.
    """

    amount: Money | None = None
    duration: timedelta | None = None

    def covers(self, debt_minor: int, overdue: timedelta) -> bool:
        """Say whether a debt of that much, for that long, is tolerated."""
        if self.amount is None and self.duration is None:
            return False
        within_amount = self.amount is None or debt_minor <= self.amount.minor
        return within_amount and (self.duration is None or overdue < self.duration)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a product is controlled (STOP-2). `retention` None = what is stopped is never released.

    `stops` False = this product goes on whatever happens: a name service, a backup.
    """

    grace: Grace = Grace(duration=timedelta(hours=24))
    warning: timedelta = timedelta(days=3)
    retention: timedelta | None = timedelta(days=15)
    stops: bool = True


DEFAULT_POLICY = Policy()
"""Where nothing is set: warned three days before, a day of grace, released fifteen days after the stop."""


def subject_of(account_id: str, product_id: str) -> str:
    """Return what commands name a product of an account by (STOP-10)."""
    return f"{account_id}/{product_id}"


@dataclass(frozen=True, slots=True)
class Item:
    """One product of one account as it stands: its state since when and why, its last use, its pace, its policy.

    `paid_ahead`: the whole product is. `spares_others`: the single resources that are paid ahead now are not those that
    the cloud was told to spare when it stopped the rest (STOP-5).
    """

    account_id: str
    product_id: str
    state: ServiceState
    cause: Cause
    since: datetime
    used_at: datetime
    pace: Pace
    policy: Policy = DEFAULT_POLICY
    paid_ahead: bool = False
    turn: int = 0
    spares_others: bool = False

    @property
    def subject(self) -> str:
        """What commands name it by."""
        return subject_of(self.account_id, self.product_id)


@dataclass(frozen=True, slots=True)
class Group:
    """All that one payer's quota decides about (STOP-3): its own products (财务管理), and its members' (财务托管).

    `overdue_since` is when the quota was first seen below zero; None = it is not. `over_cap` are members that have
    reached their spending cap of the month. `order` None = no order of stopping is set.
    """

    payer_id: str
    currency: str
    available_minor: int
    overdue_since: datetime | None
    pace: Pace
    items: tuple[Item, ...]
    now: datetime
    over_cap: frozenset[str] = frozenset()
    order: StopOrder | None = None

    def __post_init__(self) -> None:
        assert (self.overdue_since is not None) == (self.available_minor < 0), "overdue = the quota is below zero"

    @property
    def debt_minor(self) -> int:
        """By how much the quota is below zero."""
        return max(0, -self.available_minor)

    @property
    def overdue(self) -> timedelta:
        """For how long the quota has been below zero."""
        return self.now - self.overdue_since if self.overdue_since else timedelta(0)


@dataclass(frozen=True, slots=True)
class Change:
    """One product that comes to another state: what it was, what it is now, and why."""

    item: Item
    state: ServiceState
    cause: Cause

    @property
    def order(self) -> Order | None:
        """What the cloud has to do; None where it serves, or does not, as before (STOP-10)."""
        if self.state is ServiceState.RELEASED:
            return Order.RELEASE
        if self.state is self.item.state is ServiceState.SUSPENDED and self.item.spares_others:
            return Order.SUSPEND
        if self.state.runs == self.item.state.runs or self.item.state is ServiceState.RELEASED:
            return None
        return Order.RESUME if self.state.runs else Order.SUSPEND


def decide(group: Group) -> tuple[Change, ...]:
    """Return what changes for the products of a payer (STOP-1 … STOP-9); in the order of account and product.

    Each product is judged for itself; those that the grace no longer covers, and those that an order of stopping may
    touch, are then looked at together, so that the fewest are stopped.
    """
    judged = {item.subject: _judge(item, group) for item in group.items}
    judged |= _stopped_in_order(group, judged)
    changes = (
        Change(item, *judged[item.subject])
        for item in sorted(group.items, key=lambda one: (one.account_id, one.product_id))
    )
    return tuple(change for change in changes if _differs(change))


Judged = tuple[ServiceState, Cause]


def _judge(item: Item, group: Group) -> Judged:
    """Judge one product, as if nobody else were there; what must stop is SUSPENDED by GRACE_OVER."""
    if item.state is ServiceState.RELEASED and not (item.used_at > item.since and group.available_minor >= 0):
        return item.state, item.cause
    if item.paid_ahead or not item.policy.stops:
        return ServiceState.RUNNING, item.cause if item.state is ServiceState.RUNNING else Cause.PAID_AHEAD
    if item.account_id in group.over_cap:
        return ServiceState.SUSPENDED, Cause.CAP_REACHED
    stays = item.state is ServiceState.SUSPENDED and item.cause is not Cause.CAP_REACHED and group.available_minor <= 0
    if stays:
        return _kept(item, group.now)
    if group.available_minor < 0:
        covered = item.policy.grace.covers(group.debt_minor, group.overdue)
        return (ServiceState.GRACE, Cause.OVERDUE) if covered else (ServiceState.SUSPENDED, Cause.GRACE_OVER)
    return _in_funds(item, group)


def _kept(item: Item, now: datetime) -> Judged:
    """Keep what is stopped as long as promised, then release it (STOP-7)."""
    retention = item.policy.retention
    if retention is not None and now - item.since >= retention:
        return ServiceState.RELEASED, Cause.RETENTION_OVER
    return item.state, item.cause


_MARGIN = timedelta(days=1)
"""A warning ends when the quota lasts a day longer than it asks: figures that waver call nobody twice (STOP-6)."""


def _in_funds(item: Item, group: Group) -> Judged:
    """Run, warned when the quota does not last long enough at the present pace (STOP-6)."""
    margin = _MARGIN if item.state is ServiceState.WARNED else timedelta(0)
    if not group.pace.lasts(group.available_minor, group.currency, item.policy.warning + margin):
        return ServiceState.WARNED, Cause.QUOTA_LOW
    if item.state is ServiceState.RELEASED:
        return ServiceState.RUNNING, Cause.USED_AGAIN
    if item.cause is Cause.CAP_REACHED:
        return ServiceState.RUNNING, Cause.CAP_LIFTED
    return ServiceState.RUNNING, item.cause if item.state is ServiceState.RUNNING else Cause.QUOTA_BACK


def _stopped_in_order(group: Group, judged: dict[str, Judged]) -> dict[str, Judged]:
    """Apply the group's order to what runs although the quota is below zero (STOP-8); without an order, nothing.

    Beyond the grace only what fits the daily allowance goes on: SPARED. Within a grace that has an amount, with a
    horizon set, only what lets the rest of the amount last that long.
    """
    if group.order is None or group.available_minor >= 0:
        return {}
    beyond = [one for one in group.items if judged[one.subject] == (ServiceState.SUSPENDED, Cause.GRACE_OVER)]
    beyond = [one for one in beyond if one.state.runs or one.cause is Cause.CAP_REACHED]
    within = [one for one in group.items if judged[one.subject] == (ServiceState.GRACE, Cause.OVERDUE)]
    stopped = set(to_stop(map(_burning, beyond), group.order.allowance_e10(group.currency)))
    spared = {one.subject: (ServiceState.GRACE, Cause.SPARED) for one in beyond if one.subject not in stopped}
    room = min((_room(one, group) for one in within if one.policy.grace.amount is not None), default=None)
    if room is None or group.order.horizon_days is None:
        return spared
    shed = to_stop(map(_burning, within), group.order.allowed_e10(room, group.currency))
    return spared | dict.fromkeys(shed, (ServiceState.SUSPENDED, Cause.STOP_ORDER))


def _room(item: Item, group: Group) -> int:
    """Return what is left of an item's tolerated debt, in minor units."""
    assert item.policy.grace.amount is not None, "only a grace with an amount leaves a rest"
    return max(0, item.policy.grace.amount.minor - group.debt_minor)


def _burning(item: Item) -> Burning:
    return Burning(item.subject, item.turn, item.pace.per_day_e10)


def _differs(change: Change) -> bool:
    """Say whether anything is to be written: another state, or a stop that has another cause or spares others now.

    So is a grace that is over while the order of stopping spares the product, and one that covers it again.
    """
    if change.state is not change.item.state:
        return True
    if change.state is ServiceState.GRACE:
        return change.cause is not change.item.cause
    stopped = change.state is ServiceState.SUSPENDED
    return stopped and (change.cause is not change.item.cause or change.item.spares_others)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as it was set: for an account or '' for all, for a product or '' for all (STOP-2)."""

    account_id: str
    product_id: str
    policy: Policy


Policies = Mapping[tuple[str, str], Policy]
"""Policies by account or '' and product or ''."""


def policies_in(rows: Iterable[PolicyRow], currency: str) -> dict[tuple[str, str], Policy]:
    """Return the policies that say something for payers of a currency.

    A tolerated debt in another currency says nothing, so such a row is passed over (STOP-2).
    """
    return {
        (row.account_id, row.product_id): row.policy
        for row in rows
        if row.policy.grace.amount is None or row.policy.grace.amount.currency == currency
    }


def policy_for(policies: Policies, account_id: str, payer_id: str, product_id: str) -> Policy:
    """Return the policy of a product of an account: the most particular that is set (STOP-2).

    First those of the account, then of its payer, then of all; among them those of the product before those of all
    products.
    """
    for account in dict.fromkeys((account_id, payer_id, "")):
        for product in (product_id, ""):
            if (account, product) in policies:
                return policies[account, product]
    return DEFAULT_POLICY


def is_well(available_minor: int, currency: str, pace: Pace, policies: Iterable[Policy]) -> bool:
    """Say whether a quota is there and lasts so long that whatever runs goes on running, by any policy (STOP-6)."""
    longest = max(policy.warning for policy in (DEFAULT_POLICY, *policies))
    return available_minor > 0 and pace.lasts(available_minor, currency, longest + _MARGIN)
