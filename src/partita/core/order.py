"""Orders (订单): what is bought, renewed, resized, converted or given up; its price, its states and its life.

Owns the kinds, the states, the lines as they are priced, the one coupon of an order, and what may be done in which
state. Does not own list prices and promotions (`quote`), periods (`subscription`), refunds (`unsubscribe`), who must
approve (`approval`) nor which fund pays (`settlement`). Rules: ORDER-1 … ORDER-8 (`docs/rules/order.md`); source:
enterprise-finance.md B3, B5, B13.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from partita.core import coupon as coupon_rules
from partita.core.bill import share_payable
from partita.core.coupon import Coupon, Reduction, Unused
from partita.core.money import minor_scale_e10, round_down
from partita.core.period import Period
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Item, Occasion, Tag
from partita.core.settlement import Due, Line
from partita.core.voucher import Policy

LINES_MAX = 100
"""An order is put together by people: more lines are a slip."""
QUANTITY_MAX = 10_000
"""Instances of one line."""
TERMS_MAX = {"month": 60, "year": 5}
"""Nothing is paid more than five years ahead."""


class OrderKind(Enum):
    """What an order does (ORDER-1); the value is its name (English, 中文)."""

    PURCHASE = ("purchase", "新购")
    RENEW = ("renew", "续费")
    UPGRADE = ("upgrade", "升配")
    DOWNGRADE = ("downgrade", "降配")
    CONVERT = ("convert to subscription", "转包年包月")
    TO_USAGE = ("convert to pay-as-you-go", "转按量付费")
    UNSUBSCRIBE = ("unsubscribe", "退订")

    @property
    def word(self) -> str:
        """The name as tables and commands write it: `to-usage`."""
        return self.name.lower().replace("_", "-")

    @property
    def occasion(self) -> Occasion:
        """What vouchers and coupons know it as."""
        return _OCCASIONS.get(self, Occasion.PURCHASE)

    @property
    def gives_back(self) -> bool:
        """Whether money comes back: such an order is carried out when it is given and never unpaid."""
        return self in _GIVE_BACK

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


_OCCASIONS = {
    OrderKind.RENEW: Occasion.RENEW,
    OrderKind.UPGRADE: Occasion.RESIZE,
    OrderKind.DOWNGRADE: Occasion.RESIZE,
}
_GIVE_BACK = frozenset({OrderKind.DOWNGRADE, OrderKind.TO_USAGE, OrderKind.UNSUBSCRIBE})


class OrderState(Enum):
    """Where an order stands (ORDER-2); all but the first are final."""

    UNPAID = ("unpaid", "未支付")
    PAID = ("paid", "已支付")
    CANCELLED = ("cancelled", "已取消")
    EXPIRED = ("expired", "已过期")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


PAY_WITHIN = timedelta(days=3)
APPROVE_WITHIN = timedelta(days=15)
RESIZE_WITHIN = timedelta(days=1)
"""For how long an order may be paid: one that needs approval longer, a resize only while its rest is what it was."""


def expires_at(kind: OrderKind, placed_at: datetime, *, needs_approval: bool) -> datetime:
    """Return when an order that nobody pays expires (ORDER-3)."""
    if kind is OrderKind.UPGRADE:
        return placed_at + RESIZE_WITHIN
    return placed_at + (APPROVE_WITHIN if needs_approval else PAY_WITHIN)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as it was quoted, for all its instances and its whole period; exact costs in `_e10`, at least zero.

    `list_cost_e10` is before any discount, `contracted_cost_e10` after promotions and the contract; `refundable` False:
    a promotion that says so was used. `price_id` names the price version.
    """

    product_id: str
    sku_id: str
    region: str
    quantity: int
    list_cost_e10: int
    contracted_cost_e10: int
    price_id: str
    refundable: bool = True
    tags: frozenset[Tag] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order: what it is priced at in minor units, before (`price`) and after (`payable`) the coupon.

    `original`: before discounts. `subscription_id`: of what it pays for. Below zero: what comes back.
    """

    line: int
    priced: PricedLine
    subscription_id: str
    period: Period | None
    original: int
    price: int
    payable: int


@dataclass(frozen=True, slots=True)
class Priced:
    """An order as it is priced: its lines, the exact sums, what rounding dropped, and the coupon that lowers it."""

    lines: tuple[OrderLine, ...]
    list_cost_e10: int
    contracted_cost_e10: int
    round_down_e10: int
    reduction: Reduction | None
    unused: tuple[Unused, ...]

    @property
    def payable(self) -> int:
        """What is to be paid, in minor units."""
        return sum(one.payable for one in self.lines)


@dataclass(frozen=True, slots=True)
class Order:
    """An order in the books, as it stands."""

    order_id: str
    payer_id: str
    account_id: str
    kind: OrderKind
    currency: str
    payable: int
    state: OrderState
    placed_at: datetime
    expires_at: datetime
    placed_by: str
    coupon_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that is to be priced into an order: what was quoted, what it pays for and for when, if that is known."""

    priced: PricedLine
    subscription_id: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """By what an order is priced: whose it is, its kind, currency and instant, and how coupons are chosen."""

    account_id: str
    kind: OrderKind
    currency: str
    at: datetime
    coupons: tuple[Coupon, ...] = ()
    policy: Policy = ()


def price(wanted: Sequence[Wanted], terms: Terms) -> Priced:
    """Price an order (ORDER-4, ORDER-5): the exact sum cut once to minor units, shared, and lowered by one coupon.

    Of the coupons given the first by the policy that takes anything off is used, and no other.
    """
    scale = minor_scale_e10(terms.currency)
    contracted = {number: one.priced.contracted_cost_e10 for number, one in enumerate(wanted, 1)}
    listed = {number: one.priced.list_cost_e10 for number, one in enumerate(wanted, 1)}
    whole, dropped = round_down(sum(contracted.values()), terms.currency)
    shares = share_payable(whole, contracted, scale_e10=scale)
    originals = share_payable(round_down(sum(listed.values()), terms.currency)[0], listed, scale_e10=scale)
    asked = [
        coupon_rules.OrderLine(
            Item(terms.account_id, one.priced.product_id, terms.kind.occasion, one.priced.tags), shares[number]
        )
        for number, one in enumerate(wanted, 1)
    ]
    reduction, unused = _one_coupon(asked, terms)
    off = reduction.by_line if reduction else (0,) * len(asked)
    lines = tuple(
        OrderLine(
            number, one.priced, one.subscription_id, one.period, originals[number], shares[number],
            shares[number] - off[number - 1],
        )
        for number, one in enumerate(wanted, 1)
    )  # fmt: skip
    return Priced(lines, sum(listed.values()), sum(contracted.values()), dropped, reduction, unused)


def _one_coupon(asked: Sequence[coupon_rules.OrderLine], terms: Terms) -> tuple[Reduction | None, tuple[Unused, ...]]:
    """Choose the one coupon of an order (ORDER-5), with the reasons why the others are not used."""
    quoted = coupon_rules.quote(asked, terms.coupons, terms.policy, terms.at)
    if not quoted.reductions:
        return None, quoted.unused
    first = quoted.reductions[0].coupon
    alone = coupon_rules.quote(asked, [first], terms.policy, terms.at)
    others = [Unused(one.coupon, _ONE_COUPON) for one in quoted.reductions[1:]]
    return alone.reductions[0], (*others, *quoted.unused)


_ONE_COUPON = ("an order takes one coupon, and another comes first", "每个订单只能使用一张优惠券，已选用其他优惠券")


def dues(account_id: str, kind: OrderKind, lines: Iterable[OrderLine]) -> list[Due]:
    """Return what the lines of an order ask of the waterfall, as lines of their occasion (ORDER-6)."""
    return [
        Due(
            Line(one.line, account_id, one.priced.product_id, 0, tags=one.priced.tags, occasion=kind.occasion),
            one.payable,
        )
        for one in lines
        if one.payable > 0
    ]


def state_now(order: Order, now: datetime) -> OrderState:
    """Return the state of an order by the clock: unpaid beyond its time it is expired, recorded or not (ORDER-3)."""
    if order.state is OrderState.UNPAID and now >= order.expires_at:
        return OrderState.EXPIRED
    return order.state


def may_pay(order: Order, now: datetime, *, payer_now: str) -> Refused | None:
    """Refuse to pay an order (ORDER-2): ORDER_NOT_UNPAID, ORDER_PAYER_CHANGED (another pays for the account now)."""
    state = state_now(order, now)
    if state is not OrderState.UNPAID:
        return _ended(order, state)
    if payer_now != order.payer_id:
        return refused(
            Reason.ORDER_PAYER_CHANGED, order=order.order_id, account=order.account_id, payer=payer_now,
            before=order.payer_id,
        )  # fmt: skip
    return None


def may_cancel(order: Order, now: datetime) -> Refused | None:
    """Refuse to cancel an order that is not unpaid: ORDER_NOT_UNPAID."""
    state = state_now(order, now)
    return None if state is OrderState.UNPAID else _ended(order, state)


def _ended(order: Order, state: OrderState) -> Refused:
    return refused(Reason.ORDER_NOT_UNPAID, order=order.order_id, state=(state.text(), state.text("zh")))


def check_quantity(quantity: int, term: str, terms: int) -> str | None:
    """Say what is wrong with what is asked for, or None: instances from 1 to 10,000, at most five years ahead."""
    if not 1 <= quantity <= QUANTITY_MAX:
        return f"1 … {QUANTITY_MAX}"
    most = TERMS_MAX[term]
    return None if 1 <= terms <= most else f"1 … {most} ({term})"


def with_periods(lines: Iterable[OrderLine], periods: Mapping[int, Period]) -> tuple[OrderLine, ...]:
    """Return lines with the periods that begin when the order is paid, by line."""
    return tuple(replace(one, period=periods.get(one.line, one.period)) for one in lines)
