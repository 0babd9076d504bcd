"""Plays the cases of orders, subscriptions, refunds and approvals on real books.

Verbs besides those of `steps.world`; an order is called by its client token, its subscription by the same name (`o1`;
of several lines `o1.2`). Prices are stated by the operator: `1m@100.00` is a month at 100.00, `2y@900.00` two years.

    at        INSTANT [ZONE]
    template  NAME cash|threshold|percentage AMOUNT [OPTION …]     as in `steps.voucher`, of coupons
    issue     COUPON TEMPLATE ACCOUNT · voucher ACCOUNT AMOUNT [OPTION …]
    sold      SKU month|year PRICE · promotion NAME FACTOR [no-refund]
    credit    ACCOUNT AMOUNT · freeze ACCOUNT AMOUNT · payer ACCOUNT PAYER · related MAIN MEMBER
    transfer  MAIN MEMBER AMOUNT
    buy       TOKEN ACCOUNT SKU TERMS[@PRICE] … [x2] [resource=i-1] [start=DATE] [coupon=none|NAME]
    convert   (the same)
    renew     TOKEN OF TERMS[@PRICE]
    resize    TOKEN OF SKU x2 TERMS[@PRICE]
    pay       TOKEN · cancel TOKEN · expire · online TOKEN · arrives TOKEN
    unsubscribe TOKEN OF [renewals] · to-usage TOKEN OF
    auto      OF TERMS|none|manual · day ACCOUNT DAY · run · policy PRODUCT no-five-day|3:0.9,12:0.8
    waits     TOKEN OF                         names the order that waits on it
    grace     PRODUCT HOURS DAYS
    rule      CAUSE ROLE,ROLE [LIMIT] [PRODUCT,…] · clear-rules
    user      NAME ROLE,… · as NAME|operator · lend ROLE TO until INSTANT
    approve   TOKEN REASON · reject TOKEN REASON
    order     TOKEN · shows OF · has ACCOUNT · paid-ahead OF · matters ACCOUNT · told · charges ACCOUNT
    used      ACCOUNT MONTH · lose TABLE · verify
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from case_file import Case
from partita.core.approval import Verdict
from partita.core.money import format_scaled
from partita.core.order import OrderKind
from partita.core.period import Month
from partita.core.permission import Role
from partita.core.quantity import format_quantity
from partita.core.refusal import Refused
from partita.core.subscription import RenewalMode, Term
from partita.store import charge as charge_store
from partita.store import control_policy as policy_store
from partita.store import order as order_store
from partita.store import outbox as outbox_store
from partita.store import relation as relation_store
from partita.store import subscription as subscription_store
from partita.store.subscription import Renewing
from partita.usecases import approval, funds, order, subscription
from partita.usecases.analysis import show_charges
from partita.usecases.order import NO_COUPON, Asked, GivenBack, OrderPaid, Token
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.order_commitment import Commitments
from steps.order_scene import ZONE, cny, plain
from steps.verify import drop_foreign_keys

TERMS = {"m": Term.MONTH, "y": Term.YEAR}


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    world = Orders(books)
    world.owner_url = owner_url
    world.play(case.given)
    world.said.clear()
    world.play(case.when)
    return world.said


class Orders(Commitments):
    """Plays what becomes of orders."""

    def buy(self, token: str, account: str, *words: str, convert: bool = False) -> None:
        asked, chosen = self._lines(words)
        used = order.metered(self.books, account, [one.resource_id for one in asked]) if convert else None
        answer = self.ask(
            lambda work: order.buy(work, account_id=account, asked=asked, token=Token(token, chosen), convert=used)
        )
        self._placed(token, answer)

    def convert(self, token: str, account: str, *words: str) -> None:
        self.buy(token, account, *words, convert=True)

    def renew(self, token: str, of: str, terms: str) -> None:
        names = [self.subscriptions.get(one, one) for one in of.split(",")]
        answer = self.ask(
            lambda work: order.renew(work, subscription_ids=names, asked=terms_of(terms), token=Token(token))
        )
        self._placed(token, answer)

    def resize(self, token: str, of: str, sku: str, quantity: str, terms: str) -> None:
        to = replace(terms_of(terms), sku_id=sku, quantity=int(quantity.removeprefix("x")))
        name = self.subscriptions.get(of, of)
        answer = self.ask(lambda work: order.resize(work, subscription_id=name, to=to, token=Token(token)))
        if isinstance(answer, GivenBack):
            self._given_back(token, answer)
        else:
            self._placed(token, answer)

    def pay(self, token: str) -> None:
        answer = self.ask(lambda work: order.pay(work, order_id=self.orders.get(token, token)))
        if isinstance(answer, OrderPaid):
            draws: dict[str, int] = {}
            for one in answer.draws:
                name = one.fund if one.source_id.startswith("vch_") else one.source_id
                draws[name] = draws.get(name, 0) + one.amount_minor
            by = ", ".join(f"{name} {plain(amount)}" for name, amount in sorted(draws.items()))
            self.said.append(f"{'already paid' if answer.repeated else 'paid'} {token} by {by or 'nobody'}")

    def cancel(self, token: str) -> None:
        answer = self.ask(lambda work: order.cancel(work, order_id=self.orders.get(token, token)))
        if answer:
            self.said.append(f"{'already ' if answer.repeated else ''}{answer.order.state.word} {token}")

    def expire(self) -> None:
        answer = self.ask(order.expire)
        names = {name: token for token, name in self.orders.items()}
        self.said += [f"expired {names[one.order_id]}" for one in answer.orders] or ["nothing expires"]

    def unsubscribe(self, token: str, of: str, renewals: str = "", kind: OrderKind = OrderKind.UNSUBSCRIBE) -> None:
        name = self.subscriptions.get(of, of)
        if name.startswith(("pkg_", "plan_")):
            back = self.ask(lambda work: order.unsubscribe_package(work, package_id=name, key=token))
            if back:
                self._given_back(token, back)
            return
        answer = self.ask(
            lambda work: order.unsubscribe(
                work, subscription_id=name, key=token, kind=kind, renewals_only=bool(renewals)
            )
        )
        if answer:
            self._given_back(token, answer)

    def to_usage(self, token: str, of: str) -> None:
        self.unsubscribe(token, of, kind=OrderKind.TO_USAGE)

    # what the clock does
    def auto(self, of: str, terms: str) -> None:
        if terms in ("none", "manual"):
            renewing = Renewing(RenewalMode[terms.upper()])
        else:
            asked = terms_of(terms)
            renewing = Renewing(RenewalMode.AUTO, asked.term, asked.terms)
        name = self.subscriptions.get(of, of)
        self.ask(lambda work: subscription.set_renewing(work, subscription_id=name, renewing=renewing))

    def waits(self, token: str, of: str) -> None:
        name = self.subscriptions.get(of, of)
        with self.books.work() as work:
            self.orders[token] = order_store.open_on(work.tx, [name], work.now)[name]

    def day(self, account: str, day: str) -> None:
        number = None if day == "none" else int(day)
        self.ask(lambda work: subscription.set_expiry_day(work, account_id=account, day=number))

    def run(self) -> None:
        ran = subscription.run(self.books)
        assert not isinstance(ran, Refused)
        names = {name: token for token, name in self.subscriptions.items()}
        for what in ("renewed", "reminded", "stopped", "released"):
            self.said += [f"{what} {names[one]}" for one in getattr(ran, what)]
        self.said += [f"not renewed {names[one]}: {no.reason.name}" for one, no in ran.failed]
        if not any((ran.renewed, ran.reminded, ran.stopped, ran.released, ran.failed)):
            self.said.append("nothing is due")

    # approval
    def approve(self, token: str, *reasons: str, verdict: Verdict = Verdict.APPROVED) -> None:
        name, reason = self.orders.get(token, token), " ".join(reasons)
        answer = self.ask(lambda work: approval.decide(work, order_id=name, verdict=verdict, reason=reason))
        if answer:
            one, after = answer.decision, answer.approval.next
            for_whom = f" for {one.on_behalf_of}" if one.on_behalf_of else ""
            rest = f"next {after.role.word}" if after else f"the order is {answer.order.state.word}"
            self.said.append(f"{one.verdict.word} by {one.decided_by}{for_whom} as {one.role.word}; {rest}")

    def reject(self, token: str, *reasons: str) -> None:
        self.approve(token, *reasons, verdict=Verdict.REJECTED)

    def lend(self, role: str, to: str, _until: str, instant: str) -> None:
        end = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(ZONE))
        self.ask(
            lambda work: approval.delegate(
                work, lent_to=(Role[role.upper()], to), enterprise_id="group", between=(work.now, end)
            )
        )

    # what is there
    def order(self, token: str) -> None:
        shown = self.ask(lambda work: order.show(work, self.orders.get(token, token)))
        if shown:
            one = shown.order
            self.said.append(f"{token} {one.kind.word} of {one.account_id} by {one.payer_id} {one.state.word}")
            self.said += [
                f"decided {each.role.word} {each.verdict.word} {each.decided_by}: {each.reason}"
                for each in shown.approval.decisions
            ]

    def shows(self, of: str) -> None:
        shown = self.ask(lambda work: subscription.show(work, self.subscriptions.get(of, of)))
        if shown:
            one = shown.subscription
            ends = one.paid.ends_at.astimezone(ZoneInfo(one.zone))
            self.said.append(f"{of} {one.quantity} {one.sku_id} {shown.state.word} until {ends:%Y-%m-%dT%H:%M:%S}")

    def months(self, of: str) -> None:
        shown = self.ask(lambda work: subscription.show(work, self.subscriptions[of]))
        self.said += [f"{share.month} {plain(share.amount)}" for share in shown.months]

    def has(self, account: str) -> None:
        with self.books.work() as work:
            one = funds.figures_of(work, account)
        texts = [f"cash {plain(one.cash)}"]
        texts += [f"owes {plain(one.outstanding)}"] if one.outstanding else []
        texts += [f"credit refunds {plain(one.credit_refunds)}"] if one.credit_refunds else []
        texts += [f"from {giver} {plain(left)}" for giver, left in one.transfer_books]
        self.said.append(f"{account} {', '.join(texts)}")

    def paid_ahead(self, of: str) -> None:
        with self.books.work() as work:
            one = subscription_store.subscription(work.tx, self.subscriptions[of])
            assert one is not None
            found = policy_store.paid_ahead(work.tx, [one.account_id], work.now)
        runs = {each.resource_id for each in found}
        self.said.append(f"{of} is {'' if one.resource_id in runs else 'not '}paid ahead")

    def matters(self, account: str) -> None:
        names = {name: token for token, name in self.orders.items()}
        with self.books.work() as work:
            found = relation_store.open_matters(work.tx, account)
        self.said += [f"{one.kind.text() if hasattr(one.kind, 'text') else one.kind.value[0]} {names[one.reference]}"
                      for one in found] or ["no open matter"]  # fmt: skip

    def told(self) -> None:
        with self.books.work() as work:
            found = outbox_store.every(work.tx, open_only=False, limit=1000)
        new = [one.message for one in found if one.message.sequence > self.told_until]
        self.told_until = max((one.message.sequence for one in found), default=0)
        for one in new:
            what = one.payload.get("order") or one.payload.get("kind")
            self.said.append(f"told {one.topic} {what} {one.payload.get('resource') or one.payload['account']}")

    def charges(self, account: str) -> None:
        with self.books.work() as work:
            found = [one for one in order_store.charges(work.tx) if one.account_id == account]
        for one in found:
            start, end = (at.astimezone(ZoneInfo(ZONE)) for at in (one.period.start, one.period.end))
            days = f"{start:%Y-%m-%d}..{end:%Y-%m-%d}"
            self.said.append(f"{one.kind} {one.product_id} {one.month} {days} {plain(one.payable_minor)}")

    def used(self, account: str, month: str) -> None:
        """Say what the usage of a month became: record, quantity charged or covered, what it costs."""
        with self.books.work() as work:
            files = charge_store.counting(work.tx, Month.parse(month).number)
        with self.books.engine() as engine:
            show_charges(engine, self.books.room, files)
            rows = engine.execute(
                "select record_id, line_kind, quantity_e6, billed_cost_e10, price_id from charges "
                "where account_id = ? and category = 'Usage' order by all",
                [account],
            ).fetchall()
        names = {name: token for token, name in self.subscriptions.items()}
        for record, kind, quantity, cost, price in rows:
            by = f" by {names[price]}" if price in names else ""
            self.said.append(f"{record} {kind}{by} {format_quantity(quantity)} costs {format_scaled(cost, 10)}")

    def lose(self, table: str) -> None:
        """Delete the rows of a table as the owner of the database, past all guards."""
        with psycopg.connect(self.owner_url) as owner:
            drop_foreign_keys(owner)
            owner.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))

    def verify(self) -> None:
        broken = [one.name for one in verify(self.books) if not one.holds]
        self.said += [f"broken {name}" for name in broken] or ["every equation holds"]

    def _lines(self, words: tuple[str, ...]) -> tuple[list[Asked], str | None]:
        """Read lines: each begins with a SKU and its terms."""
        lines: list[Asked] = []
        chosen: str | None = None
        sku = ""
        for word in words:
            name, equals, value = word.partition("=")
            if name == "coupon" and equals:
                chosen = NO_COUPON if value == "none" else self.coupons.get(value, value)
            elif name == "start" and equals:
                lines[-1] = replace(lines[-1], start=datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(ZONE)))
            elif name == "resource" and equals:
                lines[-1] = replace(lines[-1], resource_id=value)
            elif word[0] == "x" and word[1:].isdigit():
                lines[-1] = replace(lines[-1], quantity=int(word[1:]))
            elif word[0].isdigit():
                lines.append(replace(terms_of(word), sku_id=sku))
            else:
                sku = word
        return lines, chosen


def terms_of(text: str) -> Asked:
    """Read `3m@100.00`: three months at 100.00 each; without a price: `1y`."""
    span, _, price = text.partition("@")
    return Asked(term=TERMS[span[-1]], terms=int(span[:-1]), price=cny(price) if price else None)
