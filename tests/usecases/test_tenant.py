"""Use cases of users, as PostgreSQL lets them: they do what they did, and ids that others have are simply taken."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conftest import NOW
from partita.core.account import EntityKind, LegalEntity
from partita.core.money import Money
from partita.core.payment import PaymentState
from partita.core.permission import Actor, Role
from partita.core.refusal import Reason, Refused
from partita.gateways.payment import SimulatedGateway, Troubles
from partita.usecases import account, funds, payment, registration, user
from partita.usecases.verify import verify
from partita.usecases.work import Books, Work
from payers import group

NUMBER = "91110000600037341L"
TRANSFERS = 40


def do(books: Books, what: Callable[[Work], Any]) -> Any:
    with books.work() as work:
        return what(work)


def refusal(answer: object) -> Reason:
    assert isinstance(answer, Refused)
    return answer.reason


@pytest.fixture
def two(books: Books) -> Books:
    """Two enterprises, red and blue, each with an account of its name and an administrator, rosa and bao."""
    for name, who in (("red", "rosa"), ("blue", "bao")):
        stated = registration.Registration(name, name.title(), effective_from=date(2026, 1, 1))
        do(books, lambda work, stated=stated: registration.register(work, stated))
        do(books, lambda work, who=who, name=name: user.add_user(work, user_id=who, name=who, enterprise_id=name))
        asked = user.Asked(who, Role.ADMINISTRATOR, name, effective_from=date(2026, 1, 1))
        do(books, lambda work, asked=asked: user.grant_role(work, asked))
    return books


def test_an_id_that_others_have_is_taken_and_nothing_else_is_said(two: Books) -> None:
    rosa = replace(two, actor=Actor("rosa"))
    stated = registration.Registration("blue", "Blue", enterprise_id="red", org_unit_id="red")
    for dry_run in (True, False):
        answer = do(rosa, lambda work, dry_run=dry_run: registration.register(work, stated, dry_run=dry_run))
        assert refusal(answer) is Reason.ACCOUNT_EXISTS
    answer = do(rosa, lambda work: user.add_user(work, user_id="bao", name="Bao", enterprise_id="red"))
    assert refusal(answer) is Reason.USER_EXISTS
    assert [row.account_id for row in do(rosa, account.list_accounts)] == ["red"]


def test_a_legal_entity_of_others_keeps_its_name_to_itself(two: Books) -> None:
    known = LegalEntity(EntityKind.ORGANISATION, "CN", NUMBER, "Blue Secret Ltd")
    do(two, lambda work: account.verify_entity(work, account_id="blue", entity=known))
    rosa = replace(two, actor=Actor("rosa"))
    answer = do(rosa, lambda work: account.verify_entity(work, account_id="red", entity=replace(known, name="Red Ltd")))
    assert refusal(answer) is Reason.ENTITY_NAME_DIFFERS
    assert "Secret" not in answer.message() + answer.message("zh")
    assert do(rosa, lambda work: account.show_account(work, "red")).entity is None
    same = do(rosa, lambda work: account.verify_entity(work, account_id="red", entity=known))
    assert same.entity == known
    assert do(rosa, lambda work: account.show_account(work, "red")).entity == known


class Unused:
    """A gateway that nobody should ask."""

    def genuine(self, body: bytes, signature: str) -> bool:
        raise AssertionError((body, signature))

    def open(self, payment_id: str, amount: Money) -> str:
        raise AssertionError((payment_id, amount))


def test_only_the_operator_takes_notices_of_a_gateway_in(two: Books) -> None:
    rosa = replace(two, actor=Actor("rosa"))
    answer = do(rosa, lambda work: payment.take_notice(work, Unused(), body=b"{}", signature="x"))
    assert refusal(answer) is Reason.NOT_PERMITTED


def test_a_user_pays_in_and_sees_the_payments(two: Books) -> None:
    rosa = replace(two, actor=Actor("rosa"))
    gateway = SimulatedGateway(b"secret", 1, NOW, Troubles(repeats=0, fails_first=0, lies=0))
    amount = Money(500, "CNY")
    started = payment.start(rosa, gateway, account_id="red", amount=amount, idempotency_key="k")
    assert not isinstance(started, Refused)
    again = payment.start(rosa, gateway, account_id="red", amount=amount, idempotency_key="k")
    assert not isinstance(again, Refused)
    assert again.repeated
    for body, signature in gateway.deliveries():
        do(
            two,
            lambda work, body=body, signature=signature: payment.take_notice(
                work, gateway, body=body, signature=signature
            ),
        )
    shown = do(rosa, lambda work: payment.list_payments(work, "red"))
    assert [(one.payment_id, one.state) for one in shown] == [(started.payment.payment_id, PaymentState.PAID)]
    assert shown[0].transaction_id


def test_what_it_costs(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what a transfer takes, by the operator and by the account itself: nothing is asserted about time."""
    group(books, "main", "shop")
    do(books, lambda work: funds.top_up(work, account_id="main", amount=Money(10**9, "CNY"), idempotency_key="all"))
    itself = replace(books, actor=Actor(account_id="main"))
    taken: dict[str, list[float]] = {"operator": [], "tenant": []}
    for number in range(TRANSFERS):
        for name, who in (("operator", books), ("tenant", itself)):
            began = time.perf_counter()
            done = do(who, lambda work, key=f"{name}{number}": _transfer(work, key))
            taken[name].append(time.perf_counter() - began)
            assert not isinstance(done, Refused)
    assert all(one.holds for one in verify(books))
    middle = {name: statistics.median(times) * 1000 for name, times in taken.items()}
    with capsys.disabled():
        sys.stdout.write(
            f"\na transfer: {middle['operator']:.1f} ms by the operator, {middle['tenant']:.1f} by a tenant\n"
        )


def _transfer(work: Work, key: str) -> object:
    return funds.transfer(work, giver="main", receiver="shop", amount=Money(1, "CNY"), idempotency_key=key)
