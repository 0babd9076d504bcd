"""Stop and resume decided in the transaction of a user: all that a decision reads is there for its enterprise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from conftest import Clock
from partita.core.money import Money
from partita.core.permission import Actor
from partita.core.refusal import Refused
from partita.core.service_control import Grace, Policy, PolicyRow, ServiceState
from partita.usecases import service_control
from partita.usecases.funds import freeze
from partita.usecases.work import Books
from steps.world import World


def test_an_account_moves_its_money_while_some_of_its_products_are_stopped(books: Books, clock: Clock) -> None:
    clock.now = datetime(2026, 10, 10, 4, tzinfo=UTC)
    world = World(books)
    world.play([["account", "acme"], ["sku", "cpu", "in", "compute", "at", "1.00"], ["cash", "acme", "10.00"]])
    with books.work() as work:
        service_control.set_policy(work, PolicyRow("", "", Policy(grace=Grace())))
    world.play([["usage", "r1", "acme", "cpu", "4", "2026-10-09T10:00+08:00"]])
    with books.work() as work:
        service_control.set_cap(work, "acme", Money(1_00, "CNY"))
    with books.work() as work:
        shown = service_control.show(work, "acme")
    assert not isinstance(shown, Refused)
    assert [one.row.state for one in shown.items] == [ServiceState.SUSPENDED]
    with replace(books, actor=Actor(account_id="acme")).work() as work:
        done = freeze(work, account_id="acme", amount=Money(1_00, "CNY"), idempotency_key="k")
    assert not isinstance(done, Refused)
