"""Notices: what can be read, what is genuine, and what each is worth in every state."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partita.core.money import Money
from partita.core.payment import (
    Notice,
    Payment,
    PaymentState,
    Verdict,
    is_genuine,
    judge,
    notice_id,
    read_notice,
    sign,
    write_notice,
)

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
TRUE = Notice("pay_1", "t1", "100.00", "CNY", succeeded=True, occurred_at=AT)
OPEN = Payment("acme", "pay_1", Money(10_000, "CNY"))
PAID = replace(OPEN, state=PaymentState.PAID, transaction_id="t1", occurred_at=AT)
FAILED = replace(OPEN, state=PaymentState.FAILED, transaction_id="t0", occurred_at=AT)
FAILURE = replace(TRUE, succeeded=False)


@pytest.mark.parametrize(
    ("notice", "payment", "genuine", "verdict"),
    [
        (TRUE, OPEN, True, Verdict.CREDITED),
        (TRUE, FAILED, True, Verdict.CREDITED),
        (TRUE, PAID, True, Verdict.REPEATED),
        (replace(TRUE, transaction_id="t2"), PAID, True, Verdict.PAID_TWICE),
        (FAILURE, OPEN, True, Verdict.FAILED),
        (FAILURE, FAILED, True, Verdict.REPEATED),
        (replace(FAILURE, occurred_at=AT - timedelta(1)), PAID, True, Verdict.STALE),
        (FAILURE, PAID, True, Verdict.CONTRADICTS),
        (TRUE, OPEN, False, Verdict.SIGNATURE_WRONG),
        (None, None, False, Verdict.SIGNATURE_WRONG),
        (None, None, True, Verdict.MALFORMED),
        (TRUE, None, True, Verdict.UNKNOWN_PAYMENT),
        (replace(TRUE, currency="USD"), OPEN, True, Verdict.CURRENCY_DIFFERS),
        (replace(TRUE, amount="100.001"), OPEN, True, Verdict.AMOUNT_DIFFERS),
        (replace(TRUE, amount="99.99"), OPEN, True, Verdict.AMOUNT_DIFFERS),
        (replace(TRUE, amount="much"), OPEN, True, Verdict.AMOUNT_DIFFERS),
        (replace(TRUE, amount="1E+2"), OPEN, True, Verdict.CREDITED),
        (replace(TRUE, occurred_at=AT + timedelta(minutes=5)), OPEN, True, Verdict.CREDITED),
        (replace(TRUE, occurred_at=AT + timedelta(minutes=5, seconds=1)), OPEN, True, Verdict.NOT_YET),
        (replace(FAILURE, occurred_at=AT + timedelta(days=1)), PAID, True, Verdict.NOT_YET),
    ],
)
def test_what_a_notice_is_worth(notice: Notice, payment: Payment, genuine: bool, verdict: Verdict) -> None:  # noqa: FBT001
    assert judge(notice, payment, genuine=genuine, now=AT) is verdict
    assert verdict.text() != verdict.text("zh")


def test_only_one_verdict_moves_money_and_those_that_wait_move_none() -> None:
    assert not Verdict.CREDITED.waits
    assert {one for one in Verdict if not one.waits} == {
        Verdict.STALE, Verdict.REPEATED, Verdict.FAILED, Verdict.CREDITED,
    }  # fmt: skip


def test_a_notice_is_read_as_it_was_written() -> None:
    assert read_notice(write_notice(TRUE, nonce="1")) == TRUE
    assert read_notice(write_notice(FAILURE, nonce="1")) == FAILURE
    assert write_notice(TRUE, nonce="1") != write_notice(TRUE, nonce="2")


@pytest.mark.parametrize(
    "change",
    [
        {"payment_id": "no name"}, {"transaction_id": ""}, {"currency": "yuan"}, {"status": "maybe"},
        {"occurred_at": "noon"}, {"occurred_at": "2026-11-02T12:00:00"}, {"amount": 100}, {"extra": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_read(change: dict[str, object]) -> None:
    said = json.loads(write_notice(TRUE, nonce="1")) | change
    assert read_notice(json.dumps(said).encode()) is None


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=40), st.binary(min_size=1, max_size=40))
def test_only_the_secret_makes_the_signature(body: bytes, secret: bytes, other: bytes) -> None:
    signature = sign(secret, body)
    assert is_genuine(secret, body, signature)
    assert not is_genuine(secret, body + b" ", signature)
    assert not is_genuine(secret, body, signature.upper() + "é")
    read_notice(body)
    if secret.ljust(64, b"\0") != other.ljust(64, b"\0"):
        assert not is_genuine(other, body, signature)
    assert notice_id(body, signature) != notice_id(body, "")
