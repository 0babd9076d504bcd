"""Chapters of the demo: a price list is tried and taken in; quoted, approved, ordered and paid in both modes; saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from partita.cli.demo.linking import yuan
from partita.cli.demo.purse import pay
from partita.cli.demo.stage import Stage, sure
from partita.core.money import format_scaled
from partita.core.permission import Actor, Role
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.order import OrderPaid, OrderPlaced
    from partita.usecases.work import Work

PEOPLE = {"lin": Role.BUSINESS_OWNER, "zhao": Role.PROCUREMENT, "qian": Role.FINANCE}
"""Who orders, and who approves in turn."""
_LIMIT = 2_000
"""From so many yuan on an order needs approval."""
_NOVEMBER = {"voyage-main": 2_000, "voyage-booking": 45_000, "voyage-maps": 12_000}
"""What is paid in for November, in whole yuan."""
_SHOWN = 5

Answer = TypeVar("Answer")


def plan_and_buy(stage: Stage) -> dict[str, Any]:
    """Try and take in a price list, buy in both modes, save by a package and a plan; return what `--json` tells."""
    stage.clock.at("2026-11-02 14:00")
    _price_list(stage)
    orders = _orders(stage)
    return {"orders": orders, "saved_by": _save(stage)}


def _price_list(stage: Stage) -> None:
    from partita.cli.catalog.changes import print_compared, print_tried  # noqa: PLC0415 - a command starts fast
    from partita.demo.price_list import write_price_list  # noqa: PLC0415
    from partita.usecases.catalog import apply, compare, try_prices  # noqa: PLC0415
    from partita.usecases.catalog.trial import Trial  # noqa: PLC0415

    folder = write_price_list(stage.made.setup.parent / "price-list")
    with stage.chapter("A price list, tried on the last month before it counts", "新价目：先以上月用量试算，再生效"):
        print_compared(stage.console, sure(compare(stage.books, folder)))
        print_tried(stage.console, sure(try_prices(stage.books, folder, Trial(by=("payer",)))), _SHOWN)
        sure(apply(stage.books, folder, reason="list of winter"))


def _orders(stage: Stage) -> list[dict[str, Any]]:
    """A member under 财务托管 orders what the main account pays, one under 财务管理 what it pays itself."""
    from partita.demo.price_list import SERVER, SMALL  # noqa: PLC0415 - a command starts fast
    from partita.demo.voyage import APP, MAPS  # noqa: PLC0415

    _staff(stage)
    pay(stage, {name: yuan(amount) for name, amount in _NOVEMBER.items()}, "november")
    with stage.chapter(
        f"Quoted, approved, ordered: {APP} under trusteeship, {MAPS} with funds of its own",
        f"报价、审批、下单：{APP}（财务托管）与 {MAPS}（财务管理）",
    ):
        return [_bought(stage, APP, SERVER, instances=4, months=3), _bought(stage, MAPS, SMALL, instances=1, months=1)]


def _staff(stage: Stage) -> None:
    from partita.core.approval import Cause, Rule  # noqa: PLC0415 - a command starts fast
    from partita.demo.group import ENTERPRISE  # noqa: PLC0415
    from partita.usecases import approval, user  # noqa: PLC0415

    with stage.books.work() as work:
        for name, role in PEOPLE.items():
            sure(user.add_user(work, user_id=name, name=name.title(), enterprise_id=ENTERPRISE))
            sure(user.grant_role(work, user.Asked(name, role, ENTERPRISE)))
        rule = Rule(Cause.ABOVE_LIMIT, (Role.PROCUREMENT, Role.FINANCE), yuan(_LIMIT).minor, frozenset())
        sure(approval.set_policy(work, enterprise_id=ENTERPRISE, policy=(rule,)))


def _as(stage: Stage, user: str, what: Callable[[Work], Answer | Refused]) -> Answer | Refused:
    with replace(stage.books, actor=Actor(user)).work() as work:
        return what(work)


def _bought(stage: Stage, account: str, sku: str, *, instances: int, months: int) -> dict[str, Any]:
    """Let a business owner quote and order, whoever must approve, and finance pay."""
    from partita.cli.quote import quote_page  # noqa: PLC0415 - a command starts fast
    from partita.core.quote import Asked as Line  # noqa: PLC0415
    from partita.core.quote import Span  # noqa: PLC0415
    from partita.core.subscription import Term  # noqa: PLC0415
    from partita.usecases import order  # noqa: PLC0415
    from partita.usecases.quote import quote  # noqa: PLC0415

    buyer = next(iter(PEOPLE))
    asked = [(Line(sku, instances), Span(Term.MONTH, months))]
    quote_page(stage.console, sure(_as(stage, "qian", lambda work: quote(work, account, asked))))
    wanted = [order.Asked(sku, instances, Term.MONTH, months)]
    token = order.Token(f"demo {sku}", None)
    placed = sure(_as(stage, buyer, lambda work: order.buy(work, account_id=account, asked=wanted, token=token)))
    return _said(stage, _agreed(stage, placed), [need.role.word for need in placed.needs])


def _agreed(stage: Stage, placed: OrderPlaced) -> OrderPaid:
    """Let whoever must approve an order do so, one after the other, and finance pay it."""
    from partita.core.approval import Verdict  # noqa: PLC0415 - a command starts fast
    from partita.usecases import approval, order  # noqa: PLC0415

    name = placed.order.order_id
    for approver in list(PEOPLE)[1:] if placed.needs else ():
        stage.clock.now += timedelta(minutes=10)
        sure(_as(stage, approver, lambda work: approval.decide(
            work, order_id=name, verdict=Verdict.APPROVED, reason="within the plan of the quarter")))  # fmt: skip
    return sure(_as(stage, "qian", lambda work: order.pay(work, order_id=name)))


def _said(stage: Stage, paid: OrderPaid, approved_by: list[str]) -> dict[str, Any]:
    from partita.cli.order_sheet import order_page  # noqa: PLC0415 - a command starts fast
    from partita.usecases.order import show  # noqa: PLC0415

    one = paid.order
    shown = stage.do(lambda work: show(work, one.order_id))
    order_page(stage.console, shown)
    return {
        "order_id": one.order_id,
        "account": one.account_id,
        "payer": one.payer_id,
        "payable": format_scaled(one.payable, 2, places=2),
        "approved_by": approved_by,
        "subscriptions": [line.line.subscription_id for line in shown.lines],
    }


def _save(stage: Stage) -> dict[str, Any]:
    """The main account orders a package that its members share, a member with funds of its own a savings plan."""
    from partita.cli.commitment.package import package_table  # noqa: PLC0415 - a command starts fast
    from partita.cli.commitment.plan import plan_table  # noqa: PLC0415
    from partita.core.quantity import parse_price  # noqa: PLC0415
    from partita.core.savings_plan import PayMode, PlanOffer  # noqa: PLC0415
    from partita.demo.price_list import PACKAGE, PLAN  # noqa: PLC0415
    from partita.demo.voyage import MAIN, MAPS  # noqa: PLC0415
    from partita.usecases import commitment, order  # noqa: PLC0415

    buyer, token = next(iter(PEOPLE)), order.Token("demo plan", None)
    promise = PlanOffer(PLAN, parse_price("1.40"), (), 1, PayMode.NONE)
    with stage.chapter("A resource package for all members, a savings plan", "资源包（成员共享）与节省计划"):
        package = _bought(stage, MAIN, PACKAGE, instances=1, months=2)["subscriptions"][0]
        stage.do(lambda work: commitment.share(work, commitment_id=package, member_id=""))
        placed = sure(_as(stage, buyer, lambda work: commitment.order_plan(
            work, account_id=MAPS, offer=promise, token=token)))  # fmt: skip
        plan = _agreed(stage, placed).subscriptions[0]
        package_table(stage.console, stage.do(lambda work: commitment.list_packages(work, MAIN)), stage.clock.now)
        plan_table(stage.console, stage.do(lambda work: commitment.list_plans(work, MAPS)), stage.clock.now)
    return {"package": package, "plan": plan}
