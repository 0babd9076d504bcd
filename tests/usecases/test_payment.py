"""Payments through a gateway that repeats, delays, reorders and lies: each is credited once, nothing else is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from conftest import NOW
from partita.core import posting_rules
from partita.core.money import Money
from partita.core.payment import NOTICE_BYTES_MAX, Notice, Verdict, sign, write_notice
from partita.core.permission import Actor
from partita.core.refusal import Reason, Refused
from partita.gateways.payment import SimulatedGateway, Troubles
from partita.store import ledger as ledger_store
from partita.store import payment as payment_store
from partita.usecases import payment
from partita.usecases.payment import NoticeTaken, PaymentStarted
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books
from payers import open_accounts

ACCOUNTS = ("acme", "bolt", "carl")


def gateway(seed: int, troubles: Troubles = Troubles()) -> SimulatedGateway:  # noqa: B008 - frozen
    return SimulatedGateway(b"secret", seed, NOW, troubles)


def start(books: Books, at: SimulatedGateway, account: str, minor: int, key: str) -> PaymentStarted:
    answer = payment.start(books, at, account_id=account, amount=Money(minor, "CNY"), idempotency_key=key)
    assert not isinstance(answer, Refused), answer.message()
    return answer


def take(books: Books, at: SimulatedGateway, body: bytes, signature: str) -> NoticeTaken:
    with books.work() as work:
        answer = payment.take_notice(work, at, body=body, signature=signature)
    assert not isinstance(answer, Refused), answer.message()
    return answer


def cash(books: Books, account: str) -> int:
    with books.work() as work:
        return -ledger_store.balance_of(work.tx, account, posting_rules.CASH, "CNY")


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_gateway_sends_each_payment_is_credited_once(books: Books, seed: int) -> None:
    open_accounts(books, *ACCOUNTS)
    at = gateway(seed)
    due = dict.fromkeys(ACCOUNTS, 0)
    for number in range(24):
        account = ACCOUNTS[number % 3]
        start(books, at, account, 1000 + number, f"k{number}")
        due[account] += 1000 + number
    taken = [take(books, at, *delivery) for delivery in at.deliveries()]
    assert {account: cash(books, account) for account in ACCOUNTS} == due
    assert sum(one.verdict is Verdict.CREDITED and not one.repeated for one in taken) == 24
    waiting = {one.notice_id for one in taken if one.verdict.waits}
    with books.work() as work:
        found = payment.mismatches(work)
    assert not isinstance(found, Refused)
    assert {row.notice_id for row in found} == waiting
    assert waiting, "the simulated gateway lies now and then"
    again = [take(books, at, *delivery) for delivery in at.deliveries()]
    assert all(one.repeated for one in again)
    assert {account: cash(books, account) for account in ACCOUNTS} == due
    assert all(one.holds for one in verify_books(books))


def test_many_writers_take_the_same_notices(books: Books) -> None:
    open_accounts(books, *ACCOUNTS)
    at = gateway(7, Troubles(repeats=90, fails_first=50, lies=80))
    due = 0
    for number in range(12):
        start(books, at, ACCOUNTS[number % 3], 100 + number, f"k{number}")
        due += 100 + number
    sent = at.deliveries() * 2
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda delivery: take(books, at, *delivery), sent))
    assert sum(cash(books, account) for account in ACCOUNTS) == due
    credited = {one.payment_id for one in taken if one.verdict is Verdict.CREDITED}
    assert len(credited) == 12
    assert all(one.holds for one in verify_books(books))


def test_what_the_gateway_never_said_is_not_credited(books: Books) -> None:
    open_accounts(books, "acme")
    at = gateway(1, Troubles(loses=100, lies=0))
    started = start(books, at, "acme", 100, "k")
    for delivery in at.deliveries():
        take(books, at, *delivery)
    assert cash(books, "acme") == 0
    with books.work() as work:
        rows = payment.list_payments(work, "acme")
    assert not isinstance(rows, Refused)
    assert [row.payment_id for row in rows] == [started.payment.payment_id]


def test_the_simulated_gateway_is_the_same_again_by_its_seed(books: Books) -> None:
    open_accounts(books, "acme")
    one, two, other = gateway(3), gateway(3), gateway(4)
    for at in (one, two, other):
        for number in range(10):
            start(books, at, "acme", 100, f"k{number}")
    assert one.deliveries() == two.deliveries()
    assert one.deliveries() != other.deliveries()


def test_dry_runs_save_nothing(books: Books) -> None:
    open_accounts(books, "acme")
    at = gateway(1)
    dry = payment.start(books, at, account_id="acme", amount=Money(100, "CNY"), idempotency_key="k", dry_run=True)
    assert isinstance(dry, PaymentStarted)
    assert not at.opened, "the gateway hears nothing of it"
    started = start(books, at, "acme", 100, "k")
    assert started.payment == dry.payment
    body = write_notice(
        Notice(started.payment.payment_id, "t", "1.00", "CNY", succeeded=True, occurred_at=NOW), nonce="n"
    )
    with books.work() as work:
        first = payment.take_notice(work, at, body=body, signature=sign(b"secret", body), dry_run=True)
        assert payment_store.waiting(work.tx) == []
    assert cash(books, "acme") == 0
    done = take(books, at, body, sign(b"secret", body))
    assert isinstance(first, NoticeTaken)
    assert replace(first, dry_run=False) == done


def test_refusals(books: Books) -> None:
    open_accounts(books, "acme")
    at = gateway(1)
    asked = [
        payment.start(books, at, account_id="none", amount=Money(1, "CNY"), idempotency_key="k"),
        payment.start(books, at, account_id="acme", amount=Money(1, "USD"), idempotency_key="k"),
        payment.start(books, at, account_id="acme", amount=Money(0, "CNY"), idempotency_key="k"),
        payment.start(books, at, account_id="acme", amount=Money(1, "CNY"), idempotency_key=""),
    ]
    with books.work() as work:
        asked_too = [
            payment.take_notice(work, at, body=b"x" * (NOTICE_BYTES_MAX + 1), signature=""),
            payment.take_notice(work, at, body=b"x", signature="a\nb"),
            payment.end_mismatch(work, notice_id="ntc_0", note="x"),
        ]
        stranger = replace(work, actor=Actor(account_id="acme"))
        barred = [payment.mismatches(stranger), payment.end_mismatch(stranger, notice_id="ntc_0", note="x")]
    reasons = [one.reason for one in (*asked, *asked_too, *barred) if isinstance(one, Refused)]
    assert reasons == [
        Reason.UNKNOWN_ACCOUNT, Reason.CURRENCY_NOT_USED, Reason.AMOUNT_NOT_POSITIVE, Reason.BAD_TEXT,
        Reason.NOTICE_TOO_LONG, Reason.BAD_TEXT, Reason.UNKNOWN_NOTICE, Reason.NOT_PERMITTED, Reason.NOT_PERMITTED,
    ]  # fmt: skip


def test_a_mismatch_is_settled_once(books: Books) -> None:
    open_accounts(books, "acme")
    at = gateway(1)
    waits = take(books, at, b"{}", sign(b"secret", b"{}"))
    assert waits.verdict is Verdict.MALFORMED
    with books.work() as work:
        answers = [
            payment.end_mismatch(work, notice_id=waits.notice_id, note=note) for note in ("", "called", "called", "no")
        ]
    told = [one.reason if isinstance(one, Refused) else one.repeated for one in answers]
    assert told == [Reason.BAD_TEXT, False, True, Reason.NOTICE_ENDED]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"null", b"{", b'{"payment_id": 1}', b"[" * 3000])
def test_any_bytes_are_only_malformed(books: Books, body: bytes) -> None:
    assert take(books, gateway(1), body, sign(b"secret", body)).verdict is Verdict.MALFORMED
