"""What verify says when somebody changed the money behind the books' back."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from conftest import NOW
from partita.core.funds import Acceptance
from partita.core.money import Money
from partita.core.payment import Notice, sign, write_notice
from partita.core.permission import RelationPermission
from partita.gateways.payment import SignedGateway
from partita.usecases import credit, funds, payment
from partita.usecases.credit import CreditChanged
from partita.usecases.funds import CardOffer
from partita.usecases.payment import PaymentStarted
from partita.usecases.verify import Equation
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books
from payers import group

PAID_TWICE = """
    with other as (
        insert into payment
        select (jsonb_populate_record(p, '{"payment_id": "pay_2", "idempotency_key": "k2"}')).* from payment p
        returning payment_id
    )
    insert into payment_step select (jsonb_populate_record(s, '{"payment_id": "pay_2"}')).* from payment_step s, other
"""


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


@pytest.fixture
def used(books: Books) -> Books:
    """Books with a transfer, a freeze, a card, an acceptance bill, a payment and credit."""
    group(books, "acme", "shop", codes=(RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY,))
    gateway = SignedGateway(b"secret")
    started = payment.start(books, gateway, account_id="acme", amount=cny("100.00"), idempotency_key="k")
    assert isinstance(started, PaymentStarted)
    body = write_notice(
        Notice(started.payment.payment_id, "t", "100.00", "CNY", succeeded=True, occurred_at=NOW), nonce="n"
    )
    with books.work() as work:
        payment.take_notice(work, gateway, body=body, signature=sign(b"secret", body))
        funds.transfer(work, giver="acme", receiver="shop", amount=cny("30.00"))
        funds.freeze(work, account_id="acme", amount=cny("10.00"))
        funds.buy_card(work, account_id="acme", offer=CardOffer(cny("20.00"), cny("20.00")), idempotency_key="c")
        funds.accept(work, Acceptance("acme", "d1", cny("5.00"), date(2027, 3, 31), "ICBC"))
        asked = credit.request_total(work, management="acme", limit=cny("50.00"), idempotency_key="l")
        assert isinstance(asked, CreditChanged)
        credit.approve(work, change_id=asked.change.change_id)
        credit.allocate(work, management="acme", member="shop", limit=cny("20.00"), idempotency_key="a")
    return books


def equations(books: Books) -> dict[str, Equation]:
    return {one.name: one for one in verify_books(books)}


def test_every_equation_of_funds_holds(used: Books) -> None:
    found = equations(used)
    assert {name for name, one in found.items() if not one.holds} == set()
    sides = {name: (one.left, one.right) for name, one in found.items()}
    assert sides["transfers CNY"] == ("30.00 CNY", "30.00 CNY")
    assert sides["payments CNY"] == ("100.00 CNY", "100.00 CNY")
    assert sides["transactions"] == ("1", "1")
    assert sides["acceptances CNY"] == ("5.00 CNY", "5.00 CNY")
    assert sides["cards CNY"] == ("20.00 CNY", "20.00 CNY")
    assert sides["credit"] == ("1", "1")
    assert sides["fund-books"][0] == sides["fund-books"][1]


@pytest.mark.parametrize(
    ("harm", "broken", "named"),
    [
        ("delete from posting where ledger_account = 'transfer_clearing/acme'", "transfers CNY", "acme and shop"),
        ("update balance set amount_minor = 1 where ledger_account = 'transfer_book/acme'", "fund-books", "of shop"),
        ("update fund_freeze set amount_minor = 1", "fund-books", "frz_"),
        ("update acceptance set face_minor = 600", "acceptances CNY", ""),
        ("update stored_value_card set face_minor = 2100", "cards CNY", ""),
        ("update payment set amount_minor = 9999", "payments CNY", "pay_"),
        ("delete from payment_step", "payments CNY", "pay_"),
        (PAID_TWICE, "transactions", "t paid 2"),
        ("update credit_change set limit_minor = 6000 where account_id = 'shop'", "credit", "acme"),
    ],
)
def test_harm_is_named(used: Books, owner_url: str, harm: str, broken: str, named: str) -> None:
    if "fund_freeze" in harm:
        with used.work() as work:
            one = funds.freeze(work, account_id="acme", amount=cny("10.00"))
            assert isinstance(one, funds.Frozen)
            funds.release(work, freeze_id=one.freeze_id, amount=cny("4.00"))
    with psycopg.connect(owner_url) as connection:
        connection.execute(harm)
    found = equations(used)
    assert not found[broken].holds
    assert named in " ".join(map(str, found[broken].findings))
