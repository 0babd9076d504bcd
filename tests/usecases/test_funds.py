"""Top-ups: dry run, repetition, and the order of refusals (the daily key is in the cases)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import Clock
from partita.core.money import Money
from partita.core.refusal import Reason, Refused
from partita.store import ledger
from partita.usecases.funds import ToppedUp, currency_of, top_up
from partita.usecases.work import Books
from payers import open_accounts

HUNDRED = Money(10000, "CNY")


def topped_up(books: Books, **asked: object) -> ToppedUp:
    with books.work() as work:
        answer = top_up(work, **({"account_id": "acme", "amount": HUNDRED} | asked))  # type: ignore[arg-type]
    assert isinstance(answer, ToppedUp), answer
    return answer


def refusal(books: Books, **asked: object) -> Reason:
    with books.work() as work:
        answer = top_up(work, **({"account_id": "acme", "amount": HUNDRED} | asked))  # type: ignore[arg-type]
    assert isinstance(answer, Refused), answer
    assert answer.message()
    assert answer.message("zh")
    return answer.reason


def test_a_dry_run_decides_the_same_and_saves_nothing(books: Books) -> None:
    open_accounts(books, "acme")
    dry = topped_up(books, dry_run=True)
    with books.work() as work:
        assert ledger.entry_count(work.tx) == 0
        assert ledger.balance_of(work.tx, "acme", "cash", "CNY") == 0
    real = topped_up(books)
    assert (dry.entry_id, dry.balance, dry.repeated) == (real.entry_id, real.balance, False)
    assert topped_up(books, dry_run=True).repeated


def test_a_repeated_key_gives_the_first_answer(books: Books, clock: Clock) -> None:
    open_accounts(books, "acme")
    first = topped_up(books, idempotency_key="k")
    clock.now += timedelta(days=400)
    again = topped_up(books, idempotency_key="k")
    assert again.repeated
    assert (again.entry_id, again.effective_at, again.balance) == (first.entry_id, first.effective_at, HUNDRED)


def test_refusals_in_their_order(books: Books) -> None:
    assert refusal(books, amount=Money(-1, "USD")) is Reason.UNKNOWN_ACCOUNT
    open_accounts(books, "acme")
    assert refusal(books, amount=Money(-1, "USD")) is Reason.CURRENCY_NOT_USED
    assert refusal(books, amount=Money(0, "CNY"), reference="a\nb") is Reason.AMOUNT_NOT_POSITIVE
    assert refusal(books, amount=Money(10**15 + 1, "CNY"), reference="a\nb") is Reason.BAD_AMOUNT
    assert refusal(books, reference="a\nb", idempotency_key="k") is Reason.BAD_TEXT
    assert refusal(books, reference="x" * 201) is Reason.BAD_TEXT
    topped_up(books, idempotency_key="k")
    assert refusal(books, idempotency_key="k", reference="other") is Reason.IDEMPOTENCY_KEY_REUSED


def test_only_the_currency_that_the_account_is_billed_in(books: Books) -> None:
    open_accounts(books, "acme")
    open_accounts(books, "kyoto", currency="JPY", zone="Asia/Tokyo")
    topped_up(books)
    assert refusal(books, amount=Money(500, "JPY")) is Reason.CURRENCY_NOT_USED
    with books.work() as work:
        assert currency_of(work, "kyoto") == "JPY"
        assert isinstance(currency_of(work, "nobody"), Refused)
    assert topped_up(books, account_id="kyoto", amount=Money(500, "JPY")).payer_id == "kyoto"


@pytest.mark.parametrize("key", ["", "a\tb"])
def test_a_bad_key(books: Books, key: str) -> None:
    open_accounts(books, "acme")
    assert refusal(books, idempotency_key=key) is Reason.BAD_TEXT
