"""Plays the cases of payments on real books.

Verbs: `account NAME`, `pay ACCOUNT AMOUNT`, and notices about the last payment:

    notice  succeeded|failed [tx=T] [amount=A] [currency=C] [payment=P] [at=HH:MM] [nonce=N] [secret=S] [changed]
    again                                      the last notice, word for word
    cash ACCOUNT · state · waiting · settle NOTE
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from case_file import Case
from partita.core import posting_rules
from partita.core.money import Money, format_scaled
from partita.core.payment import Notice, sign, write_notice
from partita.core.refusal import Refused
from partita.gateways.payment import SignedGateway
from partita.store import ledger as ledger_store
from partita.store import payment as payment_store
from partita.usecases import payment
from partita.usecases.work import Books
from payers import open_accounts

SECRET = b"the secret of the gateway"


def run(case: Case, books: Books) -> list[str]:
    return Player(books).play([*case.given, *case.when])


class Player:
    """Plays verbs on books; what they answer collects in `said`."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.gateway = SignedGateway(SECRET)
        self.said: list[str] = []
        self.payment_id = ""
        self.delivery = (b"", "")

    def play(self, lines: Sequence[Sequence[str]]) -> list[str]:
        for verb, *words in lines:
            getattr(self, f"do_{verb}")(*words)
        return self.said

    def do_account(self, name: str) -> None:
        open_accounts(self.books, name)

    def do_pay(self, account: str, amount: str, *key: str) -> None:
        answer = payment.start(
            self.books,
            self.gateway,
            account_id=account,
            amount=Money.parse(amount, "CNY"),
            idempotency_key=key[0] if key else amount,
        )
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        self.payment_id = answer.payment.payment_id
        self.said.append(f"{'already ' if answer.repeated else ''}started {account} {amount}")

    def do_notice(self, status: str, *options: str) -> None:
        said = dict(option.split("=") for option in options if "=" in option)
        hour, minute = map(int, said.get("at", "03:00").split(":"))
        notice = Notice(
            payment_id=said.get("payment", self.payment_id),
            transaction_id=said.get("tx", "t1"),
            amount=said.get("amount", "100.00"),
            currency=said.get("currency", "CNY"),
            succeeded=status == "succeeded",
            occurred_at=datetime(2026, 11, 2, hour, minute, tzinfo=UTC),
        )
        body = write_notice(notice, nonce=said.get("nonce", "1"))
        signature = sign(said.get("secret", SECRET.decode()).encode(), body)
        self._take(body + b" " if "changed" in options else body, signature)

    def do_garbage(self, text: str) -> None:
        self._take(text.encode(), sign(SECRET, text.encode()))

    def do_again(self) -> None:
        self._take(*self.delivery)

    def do_cash(self, account: str) -> None:
        with self.books.work() as work:
            minor = -ledger_store.balance_of(work.tx, account, posting_rules.CASH, "CNY")
        self.said.append(f"cash {account} {format_scaled(minor, 2, places=2)}")

    def do_state(self) -> None:
        with self.books.work() as work:
            found = payment_store.payment(work.tx, self.payment_id)
        assert found is not None
        self.said.append(f"state {found.state.word}")

    def do_waiting(self) -> None:
        with self.books.work() as work:
            rows = payment.mismatches(work)
        assert not isinstance(rows, Refused)
        self.said += sorted(f"waits {row.worth.name}" for row in rows) or ["nothing waits"]

    def do_settle(self, note: str) -> None:
        with self.books.work() as work:
            rows = payment.mismatches(work)
            assert not isinstance(rows, Refused)
            answers = [payment.end_mismatch(work, notice_id=row.notice_id, note=note) for row in rows]
        self.said += sorted(f"settled {one.verdict.name}" for one in answers if not isinstance(one, Refused))

    def _take(self, body: bytes, signature: str) -> None:
        self.delivery = (body, signature)
        with self.books.work() as work:
            taken = payment.take_notice(work, self.gateway, body=body, signature=signature)
        assert not isinstance(taken, Refused), taken.message()
        self.said.append(f"{taken.verdict.name}{' again' if taken.repeated else ''}")
