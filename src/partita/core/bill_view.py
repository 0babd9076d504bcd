"""Views of a month bill (账单视图): five ways to read the same charges, each with the same total.

Month bill → bill details → bill flow → detail by resource and billing item → amortised cost. Owns what each view lists,
by what charges can be cut, the figures of a row, and the states of a month's bill. `gathered` is the reference that
`columnar.bill_view` must equal. Does not own how charges come to be (`rating`, `order`, `adjustment`) nor who paid
(`settlement`). Rules: VIEW-1 … VIEW-7 (`docs/rules/bill_view.md`); source: enterprise-finance.md B6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from partita.core.period import Month, Period
from partita.core.subscription import amortise

Text = tuple[str, str]
"""The same in English and in Chinese."""


class Dimension(Enum):
    """By what charges can be cut (VIEW-2); the value is its word and its head (English, 中文)."""

    PAYER = ("payer", "payer", "付款方")
    MONTH = ("month", "month", "账期")
    ACCOUNT = ("account", "account", "归属账号")
    ACCOUNT_NAME = ("account-name", "account name", "归属账号名称")
    MODE = ("mode", "finance mode", "财务模式")
    ORG = ("org", "organisation", "组织")
    PRODUCT = ("product", "product", "产品")
    PRODUCT_NAME = ("product-name", "product name", "产品名称")
    KIND = ("kind", "kind", "消费类型")
    DOCUMENT = ("document", "bill or order", "账单或订单")
    CHARGED_AT = ("charged-at", "charged at", "计费时间")
    USAGE_MONTH = ("usage-month", "usage month", "用量账期")
    SUBSCRIPTION = ("subscription", "subscription", "包年包月实例")
    LINE = ("line", "line", "订单行")
    SKU = ("sku", "billing item", "计费项")
    SKU_NAME = ("sku-name", "billing item name", "计费项名称")
    INSTANCE = ("instance", "instance", "实例")
    REGION = ("region", "region", "地域")
    UNIT = ("unit", "unit", "单位")
    NOTE = ("note", "reason", "原因")
    AMORTISED_IN = ("amortised-in", "amortised in", "摊销账期")

    @property
    def word(self) -> str:
        """The name as commands, files and definitions write it: `usage-month`."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Head the column in `en` or `zh`."""
        return self.value[2 if language == "zh" else 1]


class Figure(Enum):
    """A figure of a row (VIEW-3); the value is its word and its head. All but counts are exact amounts in `_e10`.

    List − discount − coupon − round-down = payable, in every row and so in every total.
    """

    LIST = ("list", "list", "原价")
    DISCOUNT = ("discount", "discount", "优惠")
    COUPON = ("coupon", "coupon", "优惠券抵扣")
    ROUND_DOWN = ("round-down", "round-down", "抹零")
    PAYABLE = ("payable", "payable", "应付")
    QUANTITY = ("quantity", "quantity", "用量")
    CHARGES = ("charges", "charges", "计费行数")

    @property
    def word(self) -> str:
        """The name as commands, files and definitions write it."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Head the column in `en` or `zh`."""
        return self.value[2 if language == "zh" else 1]


MONEY = (Figure.LIST, Figure.DISCOUNT, Figure.COUPON, Figure.ROUND_DOWN, Figure.PAYABLE)
DIMENSIONS: Mapping[str, Dimension] = {one.word: one for one in Dimension}
FIGURES: Mapping[str, Figure] = {one.word: one for one in Figure}


class View(Enum):
    """The five views (VIEW-1); the value is its word and its name (English, 中文)."""

    MONTH = ("month", "month bill", "月账单")
    DETAILS = ("details", "bill details", "账单明细")
    FLOW = ("flow", "bill flow", "账单流水")
    ITEMS = ("items", "detail by resource and billing item", "明细账单")
    AMORTISED = ("amortised", "amortised cost", "摊销成本")

    @property
    def word(self) -> str:
        """The name as commands write it."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return self.value[2 if language == "zh" else 1]


VIEWS: Mapping[str, View] = {one.word: one for one in View}

_D = Dimension
_DETAILS = (_D.PAYER, _D.ACCOUNT, _D.ACCOUNT_NAME, _D.MODE, _D.PRODUCT, _D.PRODUCT_NAME, _D.KIND)
_FLOW = (*_DETAILS, _D.DOCUMENT, _D.CHARGED_AT, _D.USAGE_MONTH, _D.NOTE)
_ITEMS = (*_FLOW, _D.SUBSCRIPTION, _D.LINE, _D.SKU, _D.SKU_NAME, _D.INSTANCE, _D.REGION, _D.UNIT)
LISTS: Mapping[View, tuple[Dimension, ...]] = {
    View.MONTH: (_D.PAYER, _D.MONTH),
    View.DETAILS: _DETAILS,
    View.FLOW: _FLOW,
    View.ITEMS: _ITEMS,
    View.AMORTISED: (*_ITEMS, _D.AMORTISED_IN),
}
"""What a row of each view stands for; each lists what the one before it does, and more (VIEW-1)."""

BY: Mapping[str, tuple[Dimension, ...]] = {
    "instance": (_D.INSTANCE, _D.PRODUCT),
    "product": (_D.PRODUCT, _D.PRODUCT_NAME),
    "account": (_D.ACCOUNT, _D.ACCOUNT_NAME, _D.MODE),
    "org": (_D.ORG,),
    "payer": (_D.PAYER,),
}
"""By what a view may be summed up instead (VIEW-4)."""


def dimensions_of(view: View, by: str | None) -> tuple[Dimension, ...]:
    """Return what a row of a view stands for, summed up by one of `BY` or not; amortised cost keeps its months."""
    if by is None:
        return LISTS[view]
    return (*BY[by], _D.AMORTISED_IN) if view is View.AMORTISED else BY[by]


class State(Enum):
    """How the bill of a month stands (VIEW-5); the value is its word and its name (English, 中文)."""

    OPEN = ("open", "open", "未出账")
    GENERATED = ("generated", "generated", "已出账")
    UNCLEARED = ("uncleared", "uncleared", "未结清")
    CLEARED = ("cleared", "cleared", "已结清")

    @property
    def word(self) -> str:
        """The name as commands write it."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return self.value[2 if language == "zh" else 1]


def state_of(*, closed: bool, posted: bool, outstanding: int) -> State:
    """Return how the bill of a month stands (VIEW-5).

    Open until its charges are final; generated until it is asked of the funds; then uncleared or cleared. What is
    below zero is a credit that nothing has taken up: nothing is owed, so it is cleared.
    """
    if not closed:
        return State.OPEN
    if not posted:
        return State.GENERATED
    return State.UNCLEARED if outstanding > 0 else State.CLEARED


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as views read it: by what it is cut, its figures, and the period over which it is amortised.

    Amounts are `_e10`, the quantity `_e6`. `spread` None: it is amortised in its own usage month.
    """

    cut: Mapping[Dimension, str]
    figures: Mapping[Figure, int]
    usage_month: Month
    zone: str
    spread: Period | None = None

    def __post_init__(self) -> None:
        listed, *less, payable = (self.figures.get(one, 0) for one in MONEY)
        assert listed - sum(less) == payable, "list less discount, coupon and round-down is payable"


Row = tuple[str, ...]


def gathered(charges: Iterable[Charge], dimensions: Sequence[Dimension]) -> dict[Row, dict[Figure, int]]:
    """Sum charges up by what a view lists (VIEW-1): the reference of `columnar.bill_view`.

    Each charge is in exactly one row, or, amortised, in one row a month whose parts add up to it (VIEW-6).
    """
    rows: dict[Row, dict[Figure, int]] = {}
    for charge in charges:
        for cut, figures in _parts(charge, amortised=_D.AMORTISED_IN in dimensions):
            row = rows.setdefault(tuple(cut.get(one, "") for one in dimensions), {})
            for name, amount in figures.items():
                row[name] = row.get(name, 0) + amount
    return rows


def _parts(charge: Charge, *, amortised: bool) -> list[tuple[Mapping[Dimension, str], Mapping[Figure, int]]]:
    if not amortised:
        return [(charge.cut, charge.figures)]
    shares = {name: _spread(charge, charge.figures.get(name, 0)) for name in MONEY[1:]}
    months = sorted({month for share in shares.values() for month in share})
    found: list[tuple[Mapping[Dimension, str], Mapping[Figure, int]]] = []
    for place, month in enumerate(months):
        figures = {name: share[month] for name, share in shares.items()}
        figures[Figure.LIST] = sum(figures.values())
        counted = {name: amount for name, amount in charge.figures.items() if name not in MONEY}
        cut = {**charge.cut, _D.AMORTISED_IN: str(month)}
        found.append((cut, figures | counted if place == 0 else figures))
    return found


def _spread(charge: Charge, amount: int) -> dict[Month, int]:
    if charge.spread is None:
        return {charge.usage_month: amount}
    return {share.month: share.amount for share in amortise(amount, charge.spread, charge.zone)}


CHARGE_KINDS: Mapping[str, Text] = {
    "usage": ("usage", "按量用量"),
    "plan-fee": ("fee of a savings plan", "节省计划费用"),
    "correction": ("correction", "更正"),
    "adjustment": ("adjustment", "调账"),
    "round-down": ("round-down", "抹零"),
    "purchase": ("purchase", "新购"),
    "renew": ("renewal", "续费"),
    "upgrade": ("upgrade", "升配"),
    "downgrade": ("downgrade", "降配"),
    "convert": ("conversion to subscription", "转包年包月"),
    "to-usage": ("conversion to pay-as-you-go", "转按量付费"),
    "unsubscribe": ("refund of a subscription", "退订"),
}
"""What a charge is of (`Dimension.KIND`), in English and Chinese."""
MODES: Mapping[str, Text] = {"trusteeship": ("trusteeship", "财务托管")}
"""How somebody else comes to pay for an account (`Dimension.MODE`); empty: it pays itself."""
