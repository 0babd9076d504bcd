"""`partita quote`: what an order would cost an account, everything by its name, and which funds would pay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.chart import account_name
from partita.cli.funds.amount import decimal, shown
from partita.core.discount import Discount
from partita.core.money import Money
from partita.core.order import OrderKind
from partita.core.quantity import format_price, format_quantity, parse_quantity
from partita.core.quote import Asked, QuotedLine, Span
from partita.core.refusal import Refused
from partita.core.subscription import Term

if TYPE_CHECKING:
    from partita.core.promotion import Promotion
    from partita.usecases.quote import Quoted, UsageQuoted

Json = Annotated[bool, Parameter(name="--json")]
_LINE = re.compile(r"(?P<sku>[^=*]+)(?:\*(?P<quantity>\d{1,9}))?=(?P<terms>\d{1,4})(?P<term>[my])", re.ASCII)
_OF = {"m": Term.MONTH, "y": Term.YEAR}
KINDS = {one.word: one for one in (OrderKind.PURCHASE, OrderKind.RENEW, OrderKind.UPGRADE)}


@Parameter(name="*")
@dataclass(frozen=True)
class Wishes:
    """How it is bought: the kind of order, with or without coupons, and if it must be refundable."""

    on: str = OrderKind.PURCHASE.word
    refundable: bool = False
    no_coupon: bool = False


USUAL = Wishes()


def quote(account: str, *lines: str, usage: bool = False, wishes: Wishes = USUAL, as_json: Json = False) -> None:
    """Say what an order of ACCOUNT would cost now, and which funds would pay: `quote acme vm.large*2=1y disk=3m`.

    Every promotion, discount, coupon and voucher is named, and those that are not used with the reason. Nothing is used
    up or saved. With --usage the lines are quantities of what is paid as you go: `quote acme --usage traffic=500`.

    Parameters
    ----------
    lines
        the lines: SKU*NUMBER=TERMS, in months (m) or years (y), the number may be left out; with --usage SKU=QUANTITY.
    usage
        quote what is paid as you go.
    wishes.on
        the kind of order: purchase, renew or upgrade.
    wishes.refundable
        leave promotions out that forbid a refund.
    wishes.no_coupon
        use no coupon.
    """
    if usage:
        _quote_usage(account, lines, as_json=as_json)
        return
    from partita.usecases import quote as use  # noqa: PLC0415 - a command starts fast

    if wishes.on not in KINDS:
        known = ", ".join(KINDS)
        screen.misuse(f"--on {wishes.on!r}: write one of {known}.", f"--on {wishes.on!r}：可用值为 {known}。")
    wish = use.Wish(KINDS[wishes.on], refundable=wishes.refundable, with_coupons=not wishes.no_coupon)
    asked = [_asked(text) for text in lines]
    with screen.opened() as books, books.work() as work:
        answer = use.quote(work, account, asked, wish)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(_plain(found), as_json=as_json, render=lambda console: quote_page(console, found))


def _quote_usage(account: str, lines: tuple[str, ...], *, as_json: bool) -> None:
    from partita.usecases import quote as use  # noqa: PLC0415 - a command starts fast

    asked = [_quantity(text) for text in lines]
    with screen.opened() as books, books.work() as work:
        answer = use.quote_usage(work, account, asked)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(_usage_plain(found), as_json=as_json, render=lambda console: _render_usage(console, found))


def _asked(text: str) -> tuple[Asked, Span]:
    found = _LINE.fullmatch(text)
    if found is None:
        screen.misuse(
            f"{text!r} is no line: write SKU*NUMBER=TERMS, such as vm.large*2=1y.",
            f"{text!r} 不是订单行：请写成 SKU*数量=时长，例如 vm.large*2=1y。",
        )
    span = Span(_OF[found["term"]], int(found["terms"]))
    return Asked(found["sku"], int(found["quantity"] or 1)), span


def _quantity(text: str) -> tuple[str, int]:
    sku, equals, quantity = text.partition("=")
    try:
        return sku, parse_quantity(quantity if equals and sku else "")
    except ValueError:
        screen.misuse(
            f"{text!r} is no line: write SKU=QUANTITY, such as traffic=500.",
            f"{text!r} 不是用量：请写成 SKU=用量，例如 traffic=500。",
        )


def _made_by(line: QuotedLine) -> list[str]:
    """Name what lowered a line, in the order in which it was applied."""
    named = []
    if line.promotion is not None:
        factor = format_quantity(line.promotion.factor_e6)
        name = f"{line.promotion.name} ({line.promotion.promotion_id})"
        named.append(screen.say(f"promotion {name} × {factor}", f"活动 {name} × {factor}"))
    return named + [_discount_text(one) for one in line.discounts]


_TARGETS_ZH = {"all": "全部", "product": "产品", "sku": "SKU"}


def _discount_text(one: Discount) -> str:
    kind = screen.say(one.target_kind.value, _TARGETS_ZH[one.target_kind.value])
    target = f"{kind} {one.target_id}" if one.target_id else screen.say("all", "全部")
    factor, payer = format_quantity(one.factor_e6), one.payer_id
    return screen.say(f"contract of {payer}, {target} × {factor}", f"{payer} 合同折扣（{target}）× {factor}")


def quote_page(console: Console, found: Quoted) -> None:
    """Print a quote: its lines, what made each price, the coupon, and who would pay."""
    heads = {
        "line": "", "sku": "SKU", "region": screen.say("region", "地域"), "quantity": screen.say("number", "数量"),
        "terms": screen.say("for", "时长"), "listed": screen.say("list", "原价"),
        "price": screen.say("discounted", "折后"), "payable": screen.say("payable", "应付"),
    }  # fmt: skip
    rows = [
        {
            "line": str(kept.line), "sku": kept.priced.sku_id, "region": kept.priced.region,
            "quantity": str(kept.priced.quantity), "terms": _span_text(line.span),
            "listed": screen.money(kept.original, found.currency), "price": screen.money(kept.price, found.currency),
            "payable": screen.money(kept.payable, found.currency),
        }
        for kept, line in zip(found.priced.lines, found.lines, strict=True)
    ]  # fmt: skip
    figures = ("line", "quantity", "listed", "price", "payable")
    layouts = (tuple(heads), tuple(name for name in heads if name != "region"), ("sku", "quantity", "terms", "payable"))
    screen.print_fitted(console, heads, rows, layouts, right=figures)
    for number, line in enumerate(found.lines, 1):
        for text in _made_by(line):
            console.print(f"{number}  {text}")
        if not line.priced.refundable:
            console.print(screen.say(f"{number}  not refunded afterwards", f"{number}  使用后不可退款"))
        for one, why in line.unused:
            _not_used(console, f"{number}  {one.promotion_id}", why)
    if found.coupon is not None:
        off = shown(Money(-found.coupon.amount, found.currency))
        name = found.coupon.coupon.coupon_id
        console.print(screen.say(f"coupon {name}: {off}", f"优惠券 {name}：{off}"))
    for unused in found.coupons_unused:
        _not_used(console, unused.coupon.coupon_id, unused.why)
    console.print(screen.say("Payable: ", "应付：") + shown(Money(found.priced.payable, found.currency)), style="bold")
    _render_funding(console, found)


def _not_used(console: Console, name: str, why: tuple[str, str]) -> None:
    console.print(f"{name}: " + screen.say(f"not used, {why[0]}", f"未使用，{why[1]}"), style="dim")


def _render_funding(console: Console, found: Quoted) -> None:
    funding = found.funding
    if isinstance(funding, Refused):
        console.print(funding.message(screen.settings().language), style="dim")
        return
    for (fund, source), amount in funding.plan.by_source.items():
        named = account_name(fund.value) + ("" if source == fund.value else f" {source}")
        name = funding.vouchers[source].name if source in funding.vouchers else ""
        title = f" ({name})" if name else ""
        paid = shown(Money(amount, found.currency))
        console.print(screen.say(f"would be paid by {named}{title}: {paid}", f"将由{named}{title}支付：{paid}"))
    if funding.plan.on_credit:
        rest = shown(Money(funding.plan.on_credit, found.currency))
        console.print(screen.say(f"would go on credit: {rest}", f"将使用信控额度：{rest}"))
    if funding.plan.short:
        short = shown(Money(funding.plan.short, found.currency))
        console.print(screen.say(f"{funding.payer_id} is short of {short}:", f"{funding.payer_id} 尚缺 {short}："))
        console.print(funding.quota.formula(screen.settings().language))


def _span_text(span: Span) -> str:
    if span.term is Term.YEAR:
        return screen.say(screen.many(span.terms, "year"), f"{span.terms} 年")
    return screen.say(screen.many(span.terms, "month"), f"{span.terms} 个月")


def _plain(found: Quoted) -> dict[str, Any]:
    currency = found.currency
    coupon = found.coupon
    return {
        "account_id": found.account_id,
        "payer_id": found.payer_id,
        "currency": currency,
        "lines": [_line_plain(number, found) for number in range(len(found.lines))],
        "coupon": None if coupon is None else {
            "coupon_id": coupon.coupon.coupon_id, "amount": decimal(Money(coupon.amount, currency)),
        },
        "coupons_unused": [
            {"coupon_id": one.coupon.coupon_id, "why": screen.say(*one.why)} for one in found.coupons_unused
        ],
        "list_cost": format_price(found.priced.list_cost_e10),
        "contracted_cost": format_price(found.priced.contracted_cost_e10),
        "round_down": format_price(found.priced.round_down_e10),
        "payable": decimal(Money(found.priced.payable, currency)),
        "funding": _funding_plain(found),
    }  # fmt: skip


def _line_plain(place: int, found: Quoted) -> dict[str, Any]:
    line, kept, currency = found.lines[place], found.priced.lines[place], found.currency
    return {
        "line": kept.line,
        "product_id": line.priced.product_id,
        "sku_id": line.priced.sku_id,
        "region": line.priced.region,
        "quantity": line.priced.quantity,
        "terms": line.span.terms,
        "term": line.span.term.value,
        "price_id": line.price.price_id,
        "price": format_price(line.price.price_e10),
        "list_cost": format_price(line.priced.list_cost_e10),
        "promotion": None if line.promotion is None else _promotion_plain(line.promotion),
        "discounts": [
            {"payer_id": one.payer_id, "target_kind": one.target_kind.value, "target_id": one.target_id,
             "factor": format_quantity(one.factor_e6)}
            for one in line.discounts
        ],
        "promotions_unused": [{"promotion_id": one.promotion_id, "why": screen.say(*why)} for one, why in line.unused],
        "contracted_cost": format_price(line.priced.contracted_cost_e10),
        "refundable": line.priced.refundable,
        "original": decimal(Money(kept.original, currency)),
        "discounted": decimal(Money(kept.price, currency)),
        "payable": decimal(Money(kept.payable, currency)),
    }  # fmt: skip


def _promotion_plain(one: Promotion) -> dict[str, Any]:
    return {"promotion_id": one.promotion_id, "name": one.name, "factor": format_quantity(one.factor_e6)}


def _funding_plain(found: Quoted) -> dict[str, Any]:
    funding = found.funding
    if isinstance(funding, Refused):
        return {"refused": funding.reason.name, "message": funding.message(screen.settings().language)}
    return {
        "payer_id": funding.payer_id,
        "draws": [
            {"line": part.line, "fund": part.fund.value, "source_id": part.source_id,
             "amount": decimal(Money(part.amount, found.currency))}
            for part in funding.plan.parts
        ],
        "on_credit": decimal(Money(funding.plan.on_credit, found.currency)),
        "available": decimal(Money(funding.plan.available, found.currency)),
        "short": decimal(Money(funding.plan.short, found.currency)),
    }  # fmt: skip


def _render_usage(console: Console, found: UsageQuoted) -> None:
    heads = (screen.say("quantity", "用量"), screen.say("unit price", "单价"), screen.say("list", "原价"),
             screen.say("discounted", "折后"))  # fmt: skip
    grid = screen.table("SKU", *heads, "", right=heads)
    for sku, one in found.lines:
        unit = "—" if one.unit_price_e10 is None else format_price(one.unit_price_e10)
        costs = screen.amounts((one.list_cost_e10, one.contracted_cost_e10), found.currency)
        grid.add_row(sku, format_quantity(one.quantity_e6), unit, *costs, found.currency)
    console.print(grid)
    for sku, one in found.lines:
        for discount in one.discounts:
            console.print(f"{sku}  {_discount_text(discount)}")


def _usage_plain(found: UsageQuoted) -> dict[str, Any]:
    return {
        "account_id": found.account_id,
        "payer_id": found.payer_id,
        "currency": found.currency,
        "lines": [
            {
                "sku_id": sku,
                "price_id": one.version.price_id,
                "quantity": format_quantity(one.quantity_e6),
                "unit_price": None if one.unit_price_e10 is None else format_price(one.unit_price_e10),
                "list_cost": format_price(one.list_cost_e10),
                "contracted_cost": format_price(one.contracted_cost_e10),
                "discounts": [
                    {"payer_id": each.payer_id, "target_kind": each.target_kind.value, "target_id": each.target_id,
                     "factor": format_quantity(each.factor_e6)}
                    for each in one.discounts
                ],
            }
            for sku, one in found.lines
        ],
    }  # fmt: skip
