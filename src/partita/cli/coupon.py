"""`partita coupon …`: templates, issue, what an account has, and what an order would cost with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli import template as templates_of
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.moment import local
from partita.cli.template import USUAL, Terms, occasion_of, tags_of
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.coupon import Coupon, OrderLine
from partita.core.money import Money
from partita.core.refusal import Refused
from partita.core.scope import Item, Occasion
from partita.core.template import Instrument

if TYPE_CHECKING:
    from partita.usecases.coupon import Quoted
    from partita.usecases.work import Work

Json = Annotated[bool, Parameter(name="--json")]


def template(name: str, kind: str, amount: str, *, terms: Terms = USUAL, ways: Ways = AS_IS) -> None:
    """Define what coupons are made by: `coupon template new10 percentage 500.00 --percent 10 --on purchase --days 30`.

    KIND is cash (its amount off), threshold (its amount off from --minimum on) or percentage (--percent off, AMOUNT
    being the cap). A coupon lowers one order. A template never changes. Lists have commas between.

    Parameters
    ----------
    name
        the name of the template, by which coupons are issued.
    terms.minimum
        what the order must cost within the scope.
    terms.percent
        of a percentage: the share that it takes off, such as 10.
    terms.only
        the only products that it lowers.
    terms.excluding
        products that it does not lower.
    terms.accounts
        the only accounts whose orders it lowers.
    terms.tags
        tags that lines must carry, such as team=web.
    terms.on
        the kinds of order: purchase, renew, resize; default: all.
    terms.stacks
        whether it is used together with others; default: no.
    terms.start
        the first day, or an instant; default: from the issue on.
    terms.until
        the last day, or the instant at which it ends.
    terms.days
        for how many days it is valid, instead of --until.
    terms.title
        what people call it.
    terms.enterprise
        the enterprise, where there are several.
    """
    templates_of.define(Instrument.COUPON, (name, kind, amount), terms, ways)


def templates(*, enterprise: str | None = None, as_json: Json = False) -> None:
    """List the templates of coupons, of one --enterprise where there are several."""
    templates_of.show_all(Instrument.COUPON, enterprise, as_json=as_json)


def priority(*keys: str, enterprise: str | None = None, ways: Ways = AS_IS) -> None:
    """Set which coupon goes first: `coupon priority balance expiry`, the most important first.

    Parameters
    ----------
    keys
        expiry (the one that ends first), dedicated (for named products, accounts or tags before general ones), balance
        (the largest), issue (issued first).
    enterprise
        the enterprise, where there are several.
    """
    templates_of.set_order(Instrument.COUPON, keys, enterprise, ways)


def issue(template: str, account: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Issue a coupon by TEMPLATE to ACCOUNT: `coupon issue new10 acme`.

    Parameters
    ----------
    key
        the key; without one, a template is issued to an account once a day.
    """
    from partita.usecases import coupon  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = coupon.issue(work, account_id=account, template_id=template, idempotency_key=key, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = _plain(answer.coupon) | {
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    named = answer.coupon.coupon_id
    tell(plain, ways, done=(f"Issued {named} to {account}.", f"已向 {account} 发放 {named}。"),
         would=(f"Would issue a coupon to {account}.", f"将向 {account} 发放优惠券。"))  # fmt: skip


def list_coupons(account: str, *, as_json: Json = False) -> None:
    """List the coupons of ACCOUNT in the order in which they are used."""
    from partita.usecases import coupon  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = coupon.coupons(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    held, found = answer, answer.coupons

    def render(console: Console) -> None:
        if not found:
            console.print(screen.say("No coupons.", "没有优惠券。"))
            return
        grid = screen.table(screen.say("coupon", "优惠券"), screen.say("until", "到期"), screen.say("terms", "条款"))
        for one in found:
            line = templates_of.template_line(one.template, held.zone)
            grid.add_row(one.coupon_id, local(one.valid.end, held.zone), line)
        console.print(grid)

    screen.answer({"coupons": [_plain(one) for one in found]}, as_json=as_json, render=render)


def quote(account: str, *lines: str, on: str = "purchase", ways: Ways = AS_IS) -> None:
    """Say what an order of ACCOUNT would cost with its coupons: `coupon quote acme compute=1200.00 storage=300.00`.

    Nothing is used up or saved.

    Parameters
    ----------
    lines
        the lines of the order: product=amount, or product=amount:key=value for one with tags.
    on
        the kind of order: purchase, renew or resize.
    """
    from partita.usecases import coupon  # noqa: PLC0415 - a command starts fast

    occasion = occasion_of(on)
    with screen.opened() as books, books.work() as work:
        order = [_order_line(work, account, occasion, text, ways) for text in lines]
        answer = coupon.quote(work, account, order)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    found = answer
    screen.answer(_quote_plain(found), as_json=ways.as_json, render=lambda console: _render(console, found))


def _order_line(work: Work, account: str, occasion: Occasion, text: str, ways: Ways) -> OrderLine:
    product, equals, rest = text.partition("=")
    amount, _, tags = rest.partition(":")
    if not equals or not product:
        screen.misuse(f"{text!r} is no line: write product=amount.", f"{text!r} 不是订单行：请写成 产品=金额。")
    money = money_for(work, account, amount, as_json=ways.as_json)
    if money.minor < 0:
        screen.misuse(f"{text!r} costs less than nothing.", f"{text!r} 的金额小于零。")
    return OrderLine(Item(account, product, occasion, tags_of(tags)), money.minor)


def _plain(one: Coupon) -> dict[str, Any]:
    return {
        "coupon_id": one.coupon_id,
        "account_id": one.account_id,
        "template": templates_of.template_plain(one.template),
        "valid_from": one.valid.start,
        "valid_until": one.valid.end,
    }


def _quote_plain(found: Quoted) -> dict[str, object]:
    currency, quoted = found.currency, found.quote
    return {
        "account_id": found.account_id,
        "currency": currency,
        "lines": [
            {"product_id": line.item.product_id, "amount": decimal(Money(line.amount, currency)),
             "payable": decimal(Money(left, currency))}
            for line, left in zip(found.order, quoted.lines, strict=True)
        ],
        "used": [
            {"coupon_id": one.coupon.coupon_id, "amount": decimal(Money(one.amount, currency)),
             "by_line": [decimal(Money(off, currency)) for off in one.by_line]}
            for one in quoted.reductions
        ],
        "unused": [{"coupon_id": one.coupon.coupon_id, "why": screen.say(*one.why)} for one in quoted.unused],
        "payable": decimal(Money(quoted.payable, currency)),
    }  # fmt: skip


def _render(console: Console, found: Quoted) -> None:
    heads = (("amount", "金额"), ("off", "减免"), ("payable", "应付"))
    amount, off, left = (f"{screen.say(*head)} {found.currency}" for head in heads)
    grid = screen.table(screen.say("product", "产品"), amount, off, left, right=(amount, off, left))
    for line, payable in zip(found.order, found.quote.lines, strict=True):
        cells = (line.amount, payable - line.amount, payable)
        grid.add_row(line.item.product_id, *(screen.money(cell, found.currency) for cell in cells))
    console.print(grid)
    for one in found.quote.reductions:
        taken = shown(Money(-one.amount, found.currency))
        console.print(screen.say(f"used {one.coupon.coupon_id}: {taken}", f"使用 {one.coupon.coupon_id}：{taken}"))
    for unused in found.quote.unused:
        console.print(f"{unused.coupon.coupon_id}{screen.say(': ', '：')}{screen.say(*unused.why)}", style="dim")
    console.print(screen.say("Payable: ", "应付：") + shown(Money(found.quote.payable, found.currency)))
