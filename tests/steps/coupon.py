"""Plays the cases of coupons on real books.

Verbs besides those of `steps.world`; a coupon is called by the name that its issue gives it:

    at        INSTANT
    template  NAME cash|threshold|percentage AMOUNT [OPTION …]    as in `steps.voucher`, with `stacks` instead of alone
    issue     COUPON TEMPLATE ACCOUNT
    priority  KEY …
    quote     ACCOUNT OCCASION PRODUCT=AMOUNT[:key=value] …
    list      ACCOUNT
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.coupon import OrderLine
from partita.core.money import Money, format_scaled
from partita.core.refusal import Refused
from partita.core.scope import Item, Occasion
from partita.core.template import Instrument
from partita.core.voucher import Priority
from partita.usecases import coupon
from partita.usecases import template as template_use
from partita.usecases.work import Books, Work
from steps.voucher import template_of
from steps.world import World

_ZONE = ZoneInfo("Asia/Shanghai")


class Coupons(World):
    """Plays what becomes of coupons."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.ids: dict[str, str] = {}

    def ask(self, what: Callable[[Work], Any]) -> Any:
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        return answer

    def at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant).replace(tzinfo=_ZONE)
        self.books = replace(self.books, clock=lambda: now)

    def template(self, *words: str) -> None:
        alone = () if "stacks" in words else ("alone",)
        template = template_of(Instrument.COUPON, (*(word for word in words if word != "stacks"), *alone))
        self.ask(lambda work: template_use.define_template(work, template))

    def issue(self, name: str, template: str, account: str) -> None:
        done = self.ask(lambda work: coupon.issue(work, account_id=account, template_id=template, idempotency_key=name))
        if done:
            self.ids[done.coupon.coupon_id] = name
            end = done.coupon.valid.end.astimezone(_ZONE)
            self.said.append(f"{'already ' if done.repeated else ''}issued {name} until {end:%Y-%m-%d}")

    def priority(self, *keys: str) -> None:
        wanted = tuple(map(Priority, keys))
        self.ask(
            lambda work: template_use.set_priority(
                work, enterprise_id="group", instrument=Instrument.COUPON, keys=wanted
            )
        )

    def quote(self, account: str, occasion: str, *lines: str) -> None:
        order = [_order_line(account, Occasion(occasion), line) for line in lines]
        done = self.ask(lambda work: coupon.quote(work, account, order))
        if done:
            for one in done.quote.reductions:
                by_line = " ".join(_plain(-off) for off in one.by_line)
                self.said.append(f"{self.ids[one.coupon.coupon_id]} {_plain(-one.amount)} = {by_line}")
            self.said += [f"{self.ids[one.coupon.coupon_id]} unused: {one.why[0]}" for one in done.quote.unused]
            self.said.append(f"payable {_plain(done.quote.payable)}")

    def list(self, account: str) -> None:
        held = self.ask(lambda work: coupon.coupons(work, account))
        self.said += [f"has {self.ids[one.coupon_id]}" for one in held.coupons] if held else []


def _order_line(account: str, occasion: Occasion, text: str) -> OrderLine:
    product, _, rest = text.partition("=")
    amount, _, tags = rest.partition(":")
    pairs = frozenset((tag.split("=")[0], tag.split("=")[1]) for tag in tags.split(",") if tag)
    return OrderLine(Item(account, product, occasion, pairs), Money.parse(amount, "CNY").minor)


def _plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)


def run(case: Case, books: Books) -> list[str]:
    """Play a case; what is `given` says nothing."""
    world = Coupons(books)
    world.play(case.given)
    world.said.clear()
    world.play(case.when)
    return world.said
