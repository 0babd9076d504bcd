"""The scene of cases of orders: what is sold, who pays and approves, what accounts hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from partita.core import approval as approval_rules
from partita.core.approval import Cause
from partita.core.money import Money, format_scaled
from partita.core.order import OrderKind
from partita.core.org import PaymentRelation
from partita.core.permission import OPERATOR, Actor, Role
from partita.core.quantity import parse_factor, parse_price
from partita.core.refusal import Refused
from partita.core.service_control import Grace, Policy, PolicyRow
from partita.core.template import Instrument
from partita.core.unsubscribe import RefundPolicy
from partita.gateways.payment import SimulatedGateway, Troubles
from partita.store import org as org_store
from partita.usecases import approval, coupon, funds, service_control, subscription, user
from partita.usecases import credit as credit_use
from partita.usecases import payment as payment_use
from partita.usecases import template as template_use
from partita.usecases import voucher as voucher_use
from partita.usecases.order import GivenBack, OrderPaid, OrderPlaced
from partita.usecases.order import online as online_use
from partita.usecases.work import Books, Work
from payers import relate
from payers import verify as verify_accounts
from steps.voucher import template_of
from steps.world import World

ZONE = "Asia/Shanghai"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
VERBS = {"as": "as_"}


class Scene(World):
    """Prepares what orders meet; `ask` says a refusal, `done` knows none."""

    owner_url = ""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.orders: dict[str, str] = {}
        self.subscriptions: dict[str, str] = {}
        self.coupons: dict[str, str] = {}
        self.rules: list[approval_rules.Rule] = []
        self.told_until = 0
        self.gateway = SimulatedGateway(b"secret", 7, SINCE, Troubles(repeats=0, fails_first=0, lies=0))

    def play(self, lines: Any) -> None:
        super().play([[VERBS.get(line[0], line[0].replace("-", "_")), *line[1:]] for line in lines])

    def ask(self, what: Callable[[Work], Any]) -> Any:
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        return answer

    def done(self, what: Callable[[Work], Any]) -> Any:
        """Do what only prepares the scene, as the operator."""
        with replace(self.books, actor=OPERATOR).work() as work:
            answer = what(work)
        assert not isinstance(answer, Refused), answer.message()
        return answer

    # the scene
    def at(self, instant: str, zone: str = ZONE) -> None:
        now = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(zone))
        self.books = replace(self.books, clock=lambda: now)

    def template(self, *words: str) -> None:
        one = template_of(Instrument.COUPON, (*(word for word in words if word != "stacks"),))
        self.done(lambda work: template_use.define_template(work, one))

    def issue(self, name: str, template: str, account: str) -> None:
        answer = self.done(
            lambda work: coupon.issue(work, account_id=account, template_id=template, idempotency_key=name)
        )
        self.coupons[name] = answer.coupon.coupon_id

    def voucher(self, account: str, amount: str, *scope: str) -> None:
        one = template_of(Instrument.VOUCHER, (f"v{amount}", "cash", amount, *scope))
        self.done(lambda work: template_use.define_template(work, one))
        wanted = voucher_use.Wanted(account, one.template_id)
        self.done(lambda work: voucher_use.issue(work, wanted, idempotency_key=f"v{amount}"))

    def sold(self, sku: str, term: str, price: str) -> None:
        """Let the catalogue sell a SKU by a term, from 2020 on."""
        row = (sku, "CNY", term, SINCE, f"{sku}-{term}", parse_price(price), SINCE)
        with self.books.work() as work:
            work.tx.execute(
                "insert into subscription_price (sku_id, currency, term, effective_from, price_id, price_e10, "
                "recorded_at) values (%s, %s, %s, %s, %s, %s, %s)",
                row,
            )

    def offer(self, sku: str, _in: str, product: str, month: str, *words: str) -> None:
        """Let the catalogue sell a SKU that is a package (`quota=…`, `covers=…`) or a plan (`rates=…`)."""
        self._item(sku, product)
        if month != "-":
            self.sold(sku, "month", month)
        attributes = dict(word.split("=", 1) for word in words)
        with self.books.work() as work:
            work.tx.execute(
                "insert into sku_detail (sku_id, region, attributes, recorded_at) values (%s, '', %s, %s)",
                (sku, json.dumps(attributes), SINCE),
            )

    def promotion(self, name: str, factor: str, *words: str) -> None:
        """Let a promotion for everything run, from 2020 on."""
        row = (name, SINCE, name, parse_factor(factor), "no-refund" not in words, SINCE)
        with self.books.work() as work:
            work.tx.execute(
                "insert into promotion (promotion_id, effective_from, name, factor_e6, until, listing, products, skus, "
                "occasions, months_min, stacks, refundable, recorded_at) "
                "values (%s, %s, %s, %s, null, 'all', '{}', '{}', '{}', 0, true, %s, %s)",
                row,
            )

    def payer(self, account: str, payer: str) -> None:
        """Let another account pay from now on, as the beginning or the end of a trusteeship does."""
        with self.books.work() as work:
            org_store.add_relations(work.tx, [PaymentRelation(account, work.now, payer)], recorded_at=work.now)

    def related(self, main: str, member: str) -> None:
        verify_accounts(self.books, main, member)
        relate(self.books, main, member)

    def transfer(self, giver: str, receiver: str, amount: str) -> None:
        self.done(
            lambda work: funds.transfer(
                work, giver=giver, receiver=receiver, amount=cny(amount), idempotency_key=amount
            )
        )

    def credit(self, account: str, amount: str) -> None:
        total = cny(amount)
        asked = self.done(
            lambda work: credit_use.request_total(work, management=account, limit=total, idempotency_key="c")
        )
        self.done(lambda work: credit_use.approve(work, change_id=asked.change.change_id))
        self.done(lambda work: credit_use.confirm_contract(work, management=account, contract_id="c-1"))

    def online(self, token: str) -> None:
        name = self.orders[token]
        answer = online_use.pay_online(self.books, self.gateway, order_id=name)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
        elif isinstance(answer, OrderPaid):
            self.said.append(f"{'already paid' if answer.repeated else 'paid'} {token}")
        else:
            self.said.append(f"to collect {plain(answer.payment.amount.minor)}")

    def arrives(self, token: str) -> None:
        """Take in all that the gateway sends."""
        assert token
        for body, signature in self.gateway.deliveries():
            answer = self.done(
                lambda work, body=body, signature=signature: payment_use.take_notice(
                    work, self.gateway, body=body, signature=signature
                )
            )
            self.said.append(f"notice {answer.verdict.name.lower()}")

    def freeze(self, account: str, amount: str) -> None:
        self.done(lambda work: funds.freeze(work, account_id=account, amount=cny(amount)))

    def grace(self, product: str, hours: str, days: str) -> None:
        policy = Policy(Grace(duration=timedelta(hours=int(hours))), retention=timedelta(days=int(days)))
        self.done(lambda work: service_control.set_policy(work, PolicyRow("", product, policy)))

    def policy(self, product: str, what: str) -> None:
        steps = [] if what == "no-five-day" else [step.split(":") for step in what.split(",")]
        ladder = tuple((int(months), parse_factor(factor)) for months, factor in steps)
        answer = self.ask(
            lambda work: subscription.set_refund_policy(
                work, product_id=product, policy=RefundPolicy(five_day=bool(steps), ladder=ladder)
            )
        )
        assert answer is None or answer.policy

    def user(self, name: str, roles: str) -> None:
        self.done(lambda work: user.add_user(work, user_id=name, enterprise_id="group", name=name))
        for role in roles.split(","):
            asked = user.Asked(name, Role[role.upper().replace("-", "_")], "group", effective_from=SINCE)
            self.done(lambda work, asked=asked: user.grant_role(work, asked))

    def as_(self, name: str) -> None:
        self.books = replace(self.books, actor=OPERATOR if name == "operator" else Actor(name))

    def rule(self, cause: str, roles: str, limit: str = "0", products: str = "") -> None:
        named = tuple(Role[role.upper().replace("-", "_")] for role in roles.split(","))
        kind = Cause[cause.upper().replace("-", "_")]
        self.rules.append(
            approval_rules.Rule(kind, named, cny(limit).minor, frozenset(filter(None, products.split(","))))
        )
        self.ask(lambda work: approval.set_policy(work, enterprise_id="group", policy=tuple(self.rules)))

    # what is said
    def _placed(self, token: str, answer: OrderPlaced | None) -> None:
        if answer is None:
            return
        self.orders[token] = answer.order.order_id
        for one in answer.lines:
            if answer.order.kind in (OrderKind.PURCHASE, OrderKind.CONVERT):
                name = token if len(answer.lines) == 1 else f"{token}.{one.line.line}"
                self.subscriptions[name] = one.line.subscription_id
        off = f", coupon {plain(answer.coupon_minor)}" if answer.coupon_minor else ""
        asks = f", needs {', '.join(need.role.word for need in answer.needs)}" if answer.needs else ""
        word = "already ordered" if answer.repeated else "ordered"
        self.said.append(f"{word} {token} {answer.order.kind.word} {plain(answer.order.payable)}{off}{asks}")

    def _given_back(self, token: str, answer: GivenBack) -> None:
        self.orders[token] = answer.order.order_id
        back: dict[str, int] = {}
        for one in answer.draws:
            back[one.source_id] = back.get(one.source_id, 0) - one.amount_minor
        to = ", ".join(f"{name} {plain(amount)}" for name, amount in sorted(back.items()))
        word = "already gave back" if answer.repeated else "gave back"
        all_of_it = " (five days)" if answer.refund and answer.refund.five_day else ""
        self.said.append(f"{word} {token} {plain(-answer.order.payable)}{all_of_it} to {to or 'nobody'}")


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
