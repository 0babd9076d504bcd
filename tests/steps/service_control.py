"""Plays the cases of stop and resume on real books: usage and money in, and how service stands.

Verbs beside those of the world:

    at         INSTANT                           the books' clock from here on
    policy     ACCOUNT|all PRODUCT|all [grace 24h|none] [amount 100.00] [warning 3d] [retention 15d|none]
                                                  [never-stop yes]
    order      PAYER ALLOWANCE [horizon DAYS] [MEMBER/PRODUCT=TURN …]
    cap        ACCOUNT AMOUNT|none
    paid-ahead ACCOUNT PRODUCT UNTIL [RESOURCE]
    top-up     ACCOUNT AMOUNT
    run                                           a round by the clock
    state      PAYER                              each product: state, cause, and the payer's quota
    history    ACCOUNT                            each step: state, cause, quota, what it cost, who
    commands                                      what was left for the cloud
    deliver    [TROUBLE …]                        carry commands out in a cloud that meets these troubles first
    cloud                                         how products stand in the cloud
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from case_file import Case
from partita.core.money import Money, format_scaled, minor_scale_e10, truncate
from partita.core.outbox import RESOURCE
from partita.core.period import Month
from partita.core.permission import Actor
from partita.core.refusal import Refused
from partita.core.service_control import Grace, Policy, PolicyRow
from partita.core.stop_order import StopOrder, Turn
from partita.gateways.resource_control import SimulatedCloud, Trouble
from partita.store import outbox as outbox_store
from partita.store.control_policy import PaidAhead
from partita.usecases import service_control
from partita.usecases.close import close_month
from partita.usecases.funds import top_up
from partita.usecases.outbox import deliver
from partita.usecases.rating import rate_month
from partita.usecases.work import Books, Work
from steps.world import World

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def span(text: str) -> timedelta | None:
    return None if text == "none" else int(text[:-1]) * UNITS[text[-1]]


def money(minor: int) -> str:
    return format_scaled(minor, 2, places=2)


class Controlled(World):
    """A world with a clock that moves and a cloud that can fail."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.simulated = SimulatedCloud()
        self.moment = books.clock()
        self.top_ups = 0

    def play_all(self, case: Case) -> list[str]:
        lines = [[words[0].replace("-", "_"), *words[1:]] for words in (*case.given, *case.when)]
        self.play(lines)
        return self.said

    def at(self, instant: str) -> None:
        self.moment = datetime.fromisoformat(instant)
        self.books = replace(self.books, clock=lambda: self.moment)

    def do(self, what: Callable[[Work], object]) -> None:
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")

    def policy(self, account: str, product: str, *words: str) -> None:
        said = dict(pairwise(words)) if words else {}
        amount = Money.parse(said["amount"], "CNY") if "amount" in said else None
        grace = Grace(amount, span(said.get("grace", "none" if amount else "24h")))
        stated = Policy(
            grace=grace,
            warning=span(said.get("warning", "3d")) or timedelta(0),
            retention=span(said.get("retention", "15d")),
            stops="never-stop" not in said,
        )
        row = PolicyRow("" if account == "all" else account, "" if product == "all" else product, stated)
        self.do(lambda work: service_control.set_policy(work, row))

    def order(self, payer: str, allowance: str, *words: str) -> None:
        horizon = int(words[1]) if words[:1] == ("horizon",) else None
        turns = [one.replace("=", "/").split("/") for one in words if "=" in one]
        stated = StopOrder(
            tuple(Turn(member.strip("*"), product.strip("*"), int(turn)) for member, product, turn in turns),
            Money.parse(allowance, "CNY").minor,
            horizon,
        )
        self.do(lambda work: service_control.set_order(work, payer, stated))

    def cap(self, account: str, amount: str) -> None:
        limit = None if amount == "none" else Money.parse(amount, "CNY")
        self.do(lambda work: service_control.set_cap(work, account, limit))

    def paid_ahead(self, account: str, product: str, until: str, *resource: str) -> None:
        paid = PaidAhead(account, product, "".join(resource), self.moment, datetime.fromisoformat(until), "")
        self.do(lambda work: service_control.pay_ahead(work, paid))

    def top_up(self, account: str, amount: str) -> None:
        self.top_ups += 1
        key = f"top-up {self.top_ups}"
        self.do(lambda work: top_up(work, account_id=account, amount=Money.parse(amount, "CNY"), idempotency_key=key))

    def run(self) -> None:
        assert not isinstance(service_control.run(self.books), Refused)

    def rate(self, month: str) -> None:
        assert not isinstance(rate_month(self.books, Month.parse(month)), Refused)

    def close(self, *words: str) -> None:
        assert not isinstance(close_month(self.books, Month.parse(words[-1])), Refused)

    def state(self, payer: str) -> None:
        with self.books.work() as work:
            shown = service_control.show(work, payer)
        assert not isinstance(shown, Refused)
        assert shown.quota is not None
        quota = money(shown.quota.available.result)
        self.said += [
            f"{one.row.use.account_id}/{one.row.use.product_id} {one.row.state.word} {one.row.cause.name} "
            f"available {quota}"
            for one in shown.items
        ]

    def decides(self, account: str, _as: str = "", who: str = "") -> None:
        """`decides ACCOUNT [as ACCOUNT]`: whose quota decides about an account, as far as it may be seen."""
        actor = Actor(account_id=who) if who else self.books.actor
        with replace(self.books, actor=actor).work() as work:
            shown = service_control.show(work, account)
        assert not isinstance(shown, Refused)
        quota = money(shown.quota.available.result) if shown.quota else "not shown"
        self.said.append(f"{account} {shown.payer_id} {quota}")

    def history(self, account: str, _as: str = "", who: str = "") -> None:
        actor = Actor(account_id=who) if who else self.books.actor
        with replace(self.books, actor=actor).work() as work:
            steps = service_control.history(work, account)
        assert not isinstance(steps, Refused)
        for one in steps:
            row = one.row
            cost = money(truncate(one.cost_e10, minor_scale_e10("CNY")))
            quota = money(row.available_minor) if one.shows_quota else "not shown"
            self.said.append(
                f"{row.account_id}/{row.product_id} {row.step} {row.state.word} {row.cause.name} "
                f"available {quota} cost {cost} by {row.recorded_by}"
            )

    def commands(self) -> None:
        with self.books.work() as work:
            rows = outbox_store.every(work.tx, open_only=False, limit=1000)
        for one in rows:
            if one.message.topic == RESOURCE:
                payload = one.message.payload
                spared = "".join(f" spared {name}" for name in payload["spared"])  # type: ignore[attr-defined]
                self.said.append(f"{payload['order']} {one.message.subject} step {payload['step']}{spared}")

    def deliver(self, *troubles: str) -> None:
        self.simulated._ahead = iter([Trouble[one.upper()] for one in troubles])  # noqa: SLF001 - the case sets them
        answer = deliver(self.books, {RESOURCE: self.simulated})
        assert not isinstance(answer, Refused)
        self.said += [
            f"{one.message.payload['order']} {one.message.subject} try {one.attempt.attempt}: "
            f"{one.attempt.delivery.name.lower()}"
            for one in answer.tried
        ]

    def cloud(self) -> None:
        self.said += [f"cloud {name} {one.order}" for name, one in sorted(self.simulated.services.items())]


def run(case: Case, books: Books) -> list[str]:
    return Controlled(books).play_all(case)
