"""`partita order …`: buy, renew, resize, convert and give up; pay, cancel and look at orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.moment import moment_of
from partita.cli.order_sheet import order_plain, render_order, render_orders, show_given_back, show_placed
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money
from partita.core.order import OrderKind
from partita.core.refusal import Refused
from partita.core.subscription import Term

if TYPE_CHECKING:
    from partita.usecases.order import Asked, OrderPaid
    from partita.usecases.payment import PaymentStarted
    from partita.usecases.ports import PaymentGateway
    from partita.usecases.work import Work

Json = Annotated[bool, Parameter(name="--json")]
_LINE = re.compile(r"(?P<sku>[^=*#]+)(?:\*(?P<quantity>\d+))?=(?P<terms>[^#]+)(?:#(?P<resource>.+))?")
_TERMS = re.compile(r"(?P<number>\d+)(?P<term>[my])(?:@(?P<price>[\d.,]+))?")
_OF = {"m": Term.MONTH, "y": Term.YEAR}


@Parameter(name="*")
@dataclass(frozen=True)
class Coupon:
    """Which coupon lowers an order: the best one (nothing given), a named one, or none."""

    coupon: str | None = None
    no_coupon: bool = False

    @property
    def chosen(self) -> str | None:
        """What the use case is told: None = the best, '' = none."""
        return "" if self.no_coupon else self.coupon


THE_BEST = Coupon()


def buy(
    account: str, *lines: str, key: str, start: str | None = None, coupon: Coupon = THE_BEST, ways: Ways = AS_IS
) -> None:
    """Order subscriptions and resource packages for ACCOUNT: `order buy acme vm.large*2=1y pack=3m --key req-1`.

    A line is SKU, how many of it, for how many months (m) or years (y), and of which resource (disk=3m#disk-7). The
    order is unpaid: `order pay` pays it. The operator may state the price of a term: vm.large=1y@900.00.

    Parameters
    ----------
    lines
        the lines: SKU*NUMBER=TERMS#RESOURCE; number and resource may be left out.
    key
        the client token: the same again orders nothing more.
    start
        a day or an instant up to six months ahead from which packages count; default: when they are paid.
    coupon.coupon
        the coupon to use; default: the best one.
    coupon.no_coupon
        use no coupon.
    """
    _buy(account, lines, (key, coupon, start), ways, convert_=False)


def convert(account: str, *lines: str, key: str, coupon: Coupon = THE_BEST, ways: Ways = AS_IS) -> None:
    """Make resources of ACCOUNT that are paid by usage subscriptions: `order convert acme vm.large=1y#i-1 --key req-2`.

    From the payment on, their usage of that SKU costs nothing more. The other way round is `order unsubscribe
    --to-usage`.

    Parameters
    ----------
    lines
        the lines: SKU*NUMBER=TERMS#RESOURCE.
    key
        the client token: the same again orders nothing more.
    coupon.coupon
        the coupon to use; default: the best one.
    coupon.no_coupon
        use no coupon.
    """
    _buy(account, lines, (key, coupon, None), ways, convert_=True)


def _buy(
    account: str, lines: tuple[str, ...], how: tuple[str, Coupon, str | None], ways: Ways, *, convert_: bool
) -> None:
    """Order lines: `how` is the client token, the coupon, and from when on packages count."""
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import start_of, zone_of  # noqa: PLC0415

    key, coupon, start = how

    with screen.opened() as books:
        names = [found["resource"] for text in lines if (found := _LINE.fullmatch(text)) and found["resource"]]
        used = order.metered(books, account, names) if convert_ else None
        with books.work() as work:
            begins = start_of(moment_of("start", start, as_json=ways.as_json), zone_of(work, account))
            asked = [replace(_line(work, account, text, ways), start=begins) for text in lines]
            token = order.Token(key, coupon.chosen)
            answer = order.buy(work, account_id=account, asked=asked, token=token, convert=used, dry_run=ways.dry_run)
    show_placed(answer, ways)


def renew(*subscriptions: str, terms: str = "1m", key: str, coupon: Coupon = THE_BEST, ways: Ways = AS_IS) -> None:
    """Order the renewal of SUBSCRIPTIONS of one account: `order renew sub_1 sub_2 --terms 1y --key req-3`.

    With a unified expiry day (`subscription expiry-day`) the odd days up to it are added.

    Parameters
    ----------
    subscriptions
        the subscriptions, sub_….
    terms
        for how many months (m) or years (y).
    key
        the client token: the same again orders nothing more.
    coupon.coupon
        the coupon to use; default: the best one.
    coupon.no_coupon
        use no coupon.
    """
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        asked = _terms(work, _account_of(work, subscriptions), terms, ways)
        token = order.Token(key, coupon.chosen)
        answer = order.renew(work, subscription_ids=subscriptions, asked=asked, token=token, dry_run=ways.dry_run)
    show_placed(answer, ways)


@Parameter(name="*")
@dataclass(frozen=True)
class Configuration:
    """What a subscription is to become."""

    sku: str = ""
    quantity: int = 0
    terms: str = ""


AS_IT_IS = Configuration()


def resize(
    subscription: str, *, to: Configuration = AS_IT_IS, key: str, coupon: Coupon = THE_BEST, ways: Ways = AS_IS
) -> None:
    """Change SUBSCRIPTION for the rest of what is paid: `order resize sub_1 --sku vm.xlarge --quantity 1 --key req-4`.

    Dearer, it is an order to be paid; cheaper, it gives back at once what the rest costs less.

    Parameters
    ----------
    to.sku
        the SKU; default: the same.
    to.quantity
        how many of it; default (0): as many as now.
    to.terms
        a price that the operator states, such as 1y@900.00; default: the catalogue's.
    key
        the client token: the same again changes nothing more.
    coupon.coupon
        the coupon to use; default: the best one.
    coupon.no_coupon
        use no coupon.
    """
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        stated = _terms(work, _account_of(work, (subscription,)), to.terms or "1m", ways)
        asked = replace(stated, sku_id=to.sku, quantity=to.quantity)
        token = order.Token(key, coupon.chosen)
        answer = order.resize(work, subscription_id=subscription, to=asked, token=token, dry_run=ways.dry_run)
    if isinstance(answer, order.GivenBack):
        show_given_back(answer, ways)
    else:
        show_placed(answer, ways)


def unsubscribe(
    subscription: str,
    *,
    key: str,
    renewals_only: bool = False,
    to_usage: bool = False,
    ways: Ways = AS_IS,
) -> None:
    """Give SUBSCRIPTION up now; what is left of what was paid comes back the way it came. Try it with --dry-run.

    Coupons and vouchers do not come back. Within five days of a new purchase, once a year, all that was paid does. Of a
    resource package (pkg_…) comes back what nobody used of it.

    Parameters
    ----------
    key
        the client token: the same again gives back nothing more.
    renewals_only
        take back only the renewals that have not started.
    to_usage
        the resource goes on and is paid by usage.
    """
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast

    kind = OrderKind.TO_USAGE if to_usage else OrderKind.UNSUBSCRIBE
    is_package = subscription.startswith(("pkg_", "plan_"))
    if is_package and (renewals_only or to_usage):
        screen.misuse(
            "A package is given back whole: --renewals-only and --to-usage are for subscriptions.",
            "资源包只能整体退订：--renewals-only 与 --to-usage 仅用于包年包月。",
        )
    with screen.opened() as books, books.work() as work:
        if is_package:
            answer = order.unsubscribe_package(work, package_id=subscription, key=key, dry_run=ways.dry_run)
        else:
            answer = order.unsubscribe(
                work, subscription_id=subscription, key=key, kind=kind, renewals_only=renewals_only,
                dry_run=ways.dry_run,
            )  # fmt: skip
    show_given_back(answer, ways)


def pay(order: str, *, online: bool = False, ways: Ways = AS_IS) -> None:
    """Pay ORDER from the funds of whoever pays for its account: vouchers, cards, books, cash, the rest on credit.

    Parameters
    ----------
    online
        collect what is lacking through the payment gateway; the order is paid when it arrives.
    """
    from partita.usecases import order as order_use  # noqa: PLC0415 - a command starts fast

    if online:
        _pay_online(order, ways)
        return
    with screen.opened() as books, books.work() as work:
        answer = order_use.pay(work, order_id=order, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_paid(answer, ways)


def _pay_online(name: str, ways: Ways) -> None:
    from partita.usecases.order import online  # noqa: PLC0415 - a command starts fast
    from partita.usecases.order.payment import OrderPaid as Paid  # noqa: PLC0415 - a command starts fast

    gateway = _gateway(as_json=ways.as_json)
    with screen.opened() as books:
        answer = online.pay_online(books, gateway, order_id=name, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    if isinstance(answer, Paid):
        _tell_paid(answer, ways)
        return
    started: PaymentStarted = answer
    amount = started.payment.amount
    plain = {
        "order_id": name,
        "payment_id": started.payment.payment_id,
        "amount": decimal(amount),
        "currency": amount.currency,
        "pay_at": started.pay_at,
        "repeated": started.repeated,
        "dry_run": ways.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"Pay {shown(amount)} at {started.pay_at}: then {name} is paid.",
              f"请前往 {started.pay_at} 支付 {shown(amount)}，到账后订单 {name} 即支付。"),
        would=(f"Would collect {shown(amount)} for {name}.", f"将为订单 {name} 收取 {shown(amount)}。"),
    )  # fmt: skip


def cancel(order: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Cancel ORDER, which is not paid.

    Parameters
    ----------
    reason
        why, for the history.
    """
    from partita.usecases import order as order_use  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = order_use.cancel(work, order_id=order, reason=reason, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = order_plain(answer.order) | {"repeated": answer.repeated, "dry_run": answer.dry_run}
    tell(plain, ways, done=(f"Cancelled {order}.", f"已取消订单 {order}。"),
         would=(f"Would cancel {order}.", f"将取消订单 {order}。"))  # fmt: skip


def expire(*, ways: Ways = AS_IS) -> None:
    """Record the orders that nobody paid in time; for a timer. Run again it finds nothing."""
    from partita.usecases import order as order_use  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = order_use.expire(work, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    count = len(answer.orders)
    plain = {"orders": [order_plain(one) for one in answer.orders], "dry_run": answer.dry_run}
    tell(plain, ways, done=(f"{screen.many(count, 'order')} expired.", f"{count} 个订单已过期。"),
         would=(f"{screen.many(count, 'order')} would expire.", f"{count} 个订单将过期。"))  # fmt: skip


def list_orders(account: str, *, as_json: Json = False) -> None:
    """List the orders of ACCOUNT, and those that it pays for, the newest first."""
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = order.list_orders(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    plain = {"orders": [order_plain(one) for one in answer]}
    found = answer
    screen.answer(plain, as_json=as_json, render=lambda console: render_orders(console, found))


def show(order: str, *, as_json: Json = False) -> None:
    """Show ORDER: its lines, who must approve and who did, its steps, and who paid what of it."""
    from partita.usecases import order as order_use  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = order_use.show(work, order)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    render_order(answer, as_json=as_json)


def _tell_paid(answer: OrderPaid, ways: Ways) -> None:
    one = answer.order
    amount = Money(one.payable, one.currency)
    plain = order_plain(one) | {
        "draws": [
            {"line": each.line, "fund": each.fund, "source_id": each.source_id,
             "amount": decimal(Money(each.amount_minor, one.currency))}
            for each in answer.draws
        ],
        "entry_id": answer.entry_id,
        "subscriptions": list(answer.subscriptions),
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }  # fmt: skip
    tell(
        plain,
        ways,
        done=(f"Paid {shown(amount)} for {one.order_id}.", f"订单 {one.order_id} 已支付 {shown(amount)}。"),
        would=(f"Would pay {shown(amount)} for {one.order_id}.", f"将为订单 {one.order_id} 支付 {shown(amount)}。"),
    )


def _gateway(*, as_json: bool) -> PaymentGateway:
    from partita.core.refusal import Reason, refused  # noqa: PLC0415 - a command starts fast
    from partita.wiring import payment_gateway  # noqa: PLC0415 - a command starts fast

    gateway = payment_gateway(screen.settings())
    if gateway is None:
        screen.refuse(refused(Reason.GATEWAY_NOT_SET_UP), as_json=as_json)
    return gateway


def _line(work: Work, account: str, text: str, ways: Ways) -> Asked:
    found = _LINE.fullmatch(text)
    if found is None:
        screen.misuse(f"{text!r} is no line: write SKU*NUMBER=TERMS#RESOURCE, such as vm.large*2=1y.",
                      f"{text!r} 不是订单行：请写成 SKU*数量=时长#资源，例如 vm.large*2=1y。")  # fmt: skip
    asked = _terms(work, account, found["terms"], ways)
    quantity = int(found["quantity"] or 1)
    return replace(asked, sku_id=found["sku"], quantity=quantity, resource_id=found["resource"] or "")


def _terms(work: Work, account: str, text: str, ways: Ways) -> Asked:
    from partita.usecases import order  # noqa: PLC0415 - a command starts fast

    found = _TERMS.fullmatch(text.strip())
    if found is None:
        screen.misuse(f"{text!r} is no time: write 3m or 1y.", f"{text!r} 不是时长：请写成 3m 或 1y。")
    price = money_for(work, account, found["price"], as_json=ways.as_json) if found["price"] else None
    return order.Asked(term=_OF[found["term"]], terms=int(found["number"]), price=price)


def _account_of(work: Work, subscriptions: tuple[str, ...]) -> str:
    """Return the account of the first subscription, whose currency a stated price is in; '' when there is none."""
    from partita.store import subscription  # noqa: PLC0415 - a command starts fast

    found = subscription.subscription(work.tx, subscriptions[0]) if subscriptions else None
    return found.account_id if found else ""
