"""Commands given again: who is looked at for stop and resume are only accounts to which something happened."""

from __future__ import annotations

from datetime import UTC, datetime

from partita.core.money import Money
from partita.core.refusal import Refused
from partita.store.control_policy import PaidAhead
from partita.usecases import credit, service_control
from partita.usecases.work import Books
from payers import group
from steps.world import World


def test_a_contract_that_is_confirmed_again_touches_nobody(books: Books) -> None:
    group(books, "main", "sub")
    with books.work() as work:
        limit = Money(100_00, "CNY")
        asked = credit.request_total(work, management="main", limit=limit, idempotency_key="k")
        assert not isinstance(asked, Refused)
        credit.approve(work, change_id=asked.change.change_id)
    touched = []
    for _ in range(2):
        with books.work() as work:
            assert not isinstance(credit.confirm_contract(work, management="main", contract_id="c-1"), Refused)
            touched.append(set(work.touched))
    assert touched == [{"main"}, set()]


def test_what_is_paid_ahead_already_touches_nobody(books: Books) -> None:
    world = World(books)
    world.play([["account", "acme"], ["sku", "cpu", "in", "compute", "at", "1.00"]])
    world.play([["usage", "r1", "acme", "cpu", "2", "2026-10-09T10:00+08:00"]])
    paid = PaidAhead("acme", "compute", "", datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), "")
    touched = []
    for _ in range(2):
        with books.work() as work:
            assert not isinstance(service_control.pay_ahead(work, paid), Refused)
            touched.append(set(work.touched))
    assert touched == [{"acme"}, set()]
