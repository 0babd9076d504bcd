"""Plays the cases of clearing: on the pure core, and on real books with closes and money that comes later.

On the core (`given` begins with `owed`): `owed AMOUNT`, `bill MONTH UNPAID`, `FUND SOURCE AMOUNT`; when `clear`.

On real books, verbs besides those of `steps.world`, in `given` and `when`:

    refund    ACCOUNT PRODUCT MONTH AMOUNT
    freeze    ACCOUNT AMOUNT · release
    accept    ACCOUNT DOCUMENT AMOUNT DAY · dishonour ACCOUNT DOCUMENT
    at        INSTANT
    clear     ACCOUNT                         `dry clear ACCOUNT` says what would be paid
    bills     ACCOUNT                         what is outstanding of each, and what paid it
    has       ACCOUNT                         cash, and what is owed
    paid      MONTH of ACCOUNT                which source paid how much of which line
    verify
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.clearing import Debts, Unpaid, clear
from partita.core.funds import Acceptance, AcceptanceState, Fund
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.core.settlement import Source
from partita.store import bill as bill_store
from partita.usecases import funds
from partita.usecases.bill import list_bills
from partita.usecases.bill_line import paid_parts
from partita.usecases.clearing import clear_bills
from partita.usecases.funds import RefundOf
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.world import World

ZONE = "Asia/Shanghai"


def run(case: Case, books: Books) -> list[str]:
    if case.given[0][0] == "owed":
        return _on_core(case)
    world = Clearings(books)
    world.play(case.given)
    world.said.clear()
    world.play(case.when)
    return world.said


def _on_core(case: Case) -> list[str]:
    bills = tuple(
        Unpaid(f"bill-{words[1]}", Month.parse(words[1]), cny(words[2]).minor)
        for words in case.given
        if words[0] == "bill"
    )
    funds_given = [words for words in case.given if words[0] not in ("owed", "bill")]
    sources = [Source(Fund(fund), name, cny(amount).minor) for fund, name, amount in funds_given]
    debts = Debts(cny(case.given[0][1]).minor, bills, ZONE)
    return [
        f"{one.bill.month if one.bill else 'no-bill'} {draw.fund.value} {draw.source_id} {plain(draw.amount)}"
        for one in clear(debts, sources, Month(2026, 11))
        for draw in one.draws
    ]


class Clearings(World):
    """Plays debts and the money that pays them."""

    freeze_id = ""

    def at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(ZONE))
        self.books = replace(self.books, clock=lambda: now)

    def _did(self, answer: Any) -> Any:
        assert not isinstance(answer, Refused), answer.message()
        return answer

    def refund(self, account: str, product: str, month: str, amount: str) -> None:
        of = RefundOf(product, Month.parse(month))
        with self.books.work() as work:
            self._did(funds.refund(work, account_id=account, of=of, amount=cny(amount), idempotency_key=month))

    def freeze(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            self.freeze_id = self._did(funds.freeze(work, account_id=account, amount=cny(amount))).freeze_id

    def release(self) -> None:
        with self.books.work() as work:
            self._did(funds.release(work, freeze_id=self.freeze_id))

    def accept(self, account: str, document: str, amount: str, day: str) -> None:
        with self.books.work() as work:
            self._did(funds.accept(work, Acceptance(account, document, cny(amount), date.fromisoformat(day), "ICBC")))

    def dishonour(self, account: str, document: str) -> None:
        with self.books.work() as work:
            self._did(funds.end(work, account_id=account, document_id=document, state=AcceptanceState.DISHONOURED))

    def dry(self, _clear: str, account: str) -> None:
        self.clear(account, dry=True)

    def clear(self, account: str, *, dry: bool = False) -> None:
        with self.books.work() as work:
            answer = clear_bills(work, account_id=account, dry_run=dry)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        word = "would pay" if dry else "paid"
        paid = [f"{word} {one.month or 'no-bill'} {plain(one.amount.minor)}" for one in answer.paid]
        self.said += paid or ["nothing to pay"]

    def bills(self, account: str) -> None:
        with self.books.work() as work:
            for one in self._did(list_bills(work, payer_id=account)):
                self.said.append(f"{Month.from_number(one.bill.month)} outstanding {plain(one.outstanding_minor)}")
                self.said += [
                    f"draw {draw.fund} {draw.source_id} {plain(draw.amount_minor)}"
                    for draw in bill_store.draws(work.tx, [one.bill.bill_id])
                ]

    def has(self, account: str) -> None:
        with self.books.work() as work:
            figures = funds.figures_of(work, account)
        self.said.append(f"cash {plain(figures.cash)} outstanding {plain(figures.outstanding)}")

    def paid(self, month: str, _of: str, account: str) -> None:
        with self.books.work() as work:
            (bill,) = bill_store.bills(work.tx, month=Month.parse(month).number, payer_id=account)
        parts = paid_parts(self.books, bill)
        self.said += [f"line {line} {fund} {source} {plain(amount)}" for fund, source, line, amount in parts]

    def verify(self) -> None:
        broken = [one.name for one in verify(self.books) if not one.holds]
        self.said += [f"broken {name}" for name in broken] or ["every equation holds"]


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
