"""Statement, balances and reversal as people ask for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from conftest import NOW, Clock
from partita.core.money import Money
from partita.core.refusal import Reason, Refused
from partita.store import ledger as ledger_store
from partita.usecases import ledger
from partita.usecases.funds import ToppedUp, top_up
from partita.usecases.ledger import AsOf
from partita.usecases.work import Books
from payers import open_accounts


def pay_in(books: Books, key: str, minor: int = 10000, account: str = "acme") -> str:
    with books.work() as work:
        answer = top_up(work, account_id=account, amount=Money(minor, "CNY"), idempotency_key=key, reference=key)
    assert isinstance(answer, ToppedUp)
    return answer.entry_id


def cash(books: Books, as_of: AsOf = ledger.EVERYTHING, account: str | None = "acme") -> int:
    with books.work() as work:
        found = ledger.balances(work, account_id=account, as_of=as_of)
    assert not isinstance(found, Refused)
    return -sum(one.amount_minor for one in found if one.ledger_account == "cash")


def test_a_date_is_a_whole_day_of_the_enterprise(books: Books, clock: Clock) -> None:
    open_accounts(books, "acme")
    clock.now = datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)  # the last second of October in Shanghai
    pay_in(books, "k1", 100)
    clock.now += timedelta(seconds=1)
    pay_in(books, "k2", 50)
    assert cash(books, AsOf(effective_until=date(2026, 10, 31))) == 100
    assert cash(books, AsOf(effective_until=date(2026, 11, 1))) == 150
    assert cash(books, AsOf(recorded_until=date(2026, 10, 30))) == 0
    assert cash(books, AsOf(effective_until=clock.now)) == 100, "an instant is not in itself"
    with books.work() as work:
        found = ledger.statement(work, account_id="acme", as_of=AsOf(effective_from=date(2026, 11, 1)))
    assert not isinstance(found, Refused)
    assert [(line.reference, line.ledger_account) for line in found.lines] == [("k2", "bank"), ("k2", "cash")]
    assert found.zone == "Asia/Shanghai"


def test_balances_of_all_payers(books: Books) -> None:
    assert cash(books, account=None) == 0
    open_accounts(books, "acme", "bolt")
    pay_in(books, "k1", 100)
    pay_in(books, "k1", 200, "bolt")
    assert cash(books, account=None) == 300


def test_unknown_accounts(books: Books) -> None:
    with books.work() as work:
        answers = [ledger.statement(work, account_id="none"), ledger.balances(work, account_id="none")]
    assert [answer.reason for answer in answers if isinstance(answer, Refused)] == [Reason.UNKNOWN_ACCOUNT] * 2


def test_reverse_dry_run_then_once(books: Books) -> None:
    open_accounts(books, "acme")
    entry_id = pay_in(books, "k1")
    with books.work() as work:
        dry = ledger.reverse(work, entry_id=entry_id, reason="Typed twice", dry_run=True)
    assert cash(books) == 10000
    with books.work() as work:
        done = ledger.reverse(work, entry_id=entry_id, reason="Typed twice")
    assert not isinstance(dry, Refused)
    assert not isinstance(done, Refused)
    assert dry.mirror == done.mirror
    assert (done.mirror.description, done.mirror.reverses, done.mirror.effective_at) == ("Typed twice", entry_id, NOW)
    assert cash(books) == 0
    with books.work() as work:
        again = ledger.reverse(work, entry_id=entry_id)
        bad = ledger.reverse(work, entry_id=entry_id, reason="a\nb")
        none = ledger.reverse(work, entry_id="ent_0")
        mirrored = ledger.reverse(work, entry_id=done.mirror.entry_id)
        assert ledger_store.verify_chain(work.tx) == []
    reasons = [answer.reason for answer in (again, bad, none, mirrored) if isinstance(answer, Refused)]
    assert reasons == [
        Reason.ALREADY_REVERSED, Reason.BAD_TEXT, Reason.UNKNOWN_ENTRY, Reason.REVERSAL_NOT_REVERSED,
    ]  # fmt: skip
