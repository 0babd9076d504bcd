"""Plays the cases of reconciliation: on the pure core, or (`given` begins with `account`) on real books.

Given `line NAME DAY AMOUNT [REFERENCE]`, `posting NAME DAY AMOUNT [REFERENCE [UNDOES]]`; when `compare`. Or `day [over]
[covered] [closed] [differences=N] [transfers=N]`; when `close`.

On real books:

    account NAME · cash ACCOUNT AMOUNT [REFERENCE] · at INSTANT
    source  NAME KIND CURRENCY
    row     DAY AMOUNT [ref=…] [from=…] [text=…]     a line of the next file; `{NAME}` in a text is a reference
    import  SOURCE [FIRST LAST]                      `import again SOURCE` takes in the last file again
    transfers SOURCE · assign ACCOUNT · dismiss NOTE the first that waits
    differences SOURCE · resolve SOURCE KIND NOTE [reverse] · close SOURCE DAY
    has     ACCOUNT · verify
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.bank_transfer import reference_of
from partita.core.money import Money, format_scaled
from partita.core.reconciliation import DayStanding, Side, compare, may_close
from partita.core.refusal import Refused
from partita.usecases import bank_transfer, funds, reconciliation
from partita.usecases.reconciliation.statement import StatementFile
from partita.usecases.verify import verify
from partita.usecases.work import Books
from payers import open_accounts

ZONE = "Asia/Shanghai"
HEAD = "day,amount,reference,sender,text"


def run(case: Case, books: Books) -> list[str]:
    if case.given[0][0] == "account":
        return Player(books).play(case)
    if case.given[0][0] == "day":
        return [_closed(words[1:]) for words in case.given]
    sides = {kind: [_side(*words) for verb, *words in case.given if verb == kind] for kind in ("line", "posting")}
    done = compare(sides["line"], sides["posting"])
    pairs = [f"pair {line.name} {posting.name}" for line, posting in done.pairs]
    return sorted(pairs) + [
        " ".join(
            [
                str(one.day),
                one.kind.word,
                one.line.name if one.line else "-",
                one.posting.name if one.posting else "-",
                format_scaled(one.delta, 2, places=2),
            ]
        )
        for one in done.differences
    ]


def _side(name: str, day: str, amount: str, reference: str = "", undoes: str = "") -> Side:
    return Side(name, date.fromisoformat(day), Money.parse(amount, "CNY").minor, reference, undoes)


def _closed(words: list[str]) -> str:
    option = dict(word.split("=", 1) for word in words if "=" in word)
    standing = DayStanding(
        "icbc",
        date(2026, 10, 5),
        "over" in words,
        "covered" in words,
        "closed" in words,
        int(option.get("differences", "0")),
        int(option.get("transfers", "0")),
    )
    no = may_close(standing)
    return f"refused {no.reason.name}" if no else "may be closed"


class Player:
    """Plays statements on books; what they answer collects in `said`."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.said: list[str] = []
        self.rows: list[str] = []
        self.file = StatementFile("none", b"")

    def play(self, case: Case) -> list[str]:
        for verb, *words in case.given:
            getattr(self, f"do_{verb}")(*words)
        self.said.clear()
        for verb, *words in case.when:
            getattr(self, f"do_{verb}")(*words)
        return self.said

    def _told(self, answer: Any) -> Any:
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        return answer

    def do_account(self, name: str) -> None:
        open_accounts(self.books, name)

    def do_cash(self, account: str, amount: str, reference: str = "") -> None:
        with self.books.work() as work:
            self._told(
                funds.top_up(
                    work, account_id=account, amount=Money.parse(amount, "CNY"), reference=reference,
                    idempotency_key=f"{amount} {reference}",
                )
            )  # fmt: skip

    def do_at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(ZONE))
        self.books = replace(self.books, clock=lambda: now)

    def do_source(self, name: str, kind: str, currency: str) -> None:
        with self.books.work() as work:
            answer = reconciliation.add_source(work, source_id=name, kind=kind, currency=currency, zone=ZONE)
        if self._told(answer):
            self.said.append(f"registered {name}")

    def do_row(self, day: str, amount: str, *words: str) -> None:
        option = dict(word.split("=", 1) for word in words)
        text = re.sub(r"\{(\w+)\}", lambda one: reference_of(one[1]), option.get("text", ""))
        self.rows.append(f"{day},{amount},{option.get('ref', '')},{option.get('from', '')},{text}")

    def do_import(self, *words: str) -> None:
        again, source, *days = words if words[0] == "again" else ("", *words)
        if not again:
            span = (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None
            self.file = StatementFile("file.csv", "\n".join([HEAD, *self.rows]).encode(), span)
            self.rows = []
        with self.books.work() as work:
            done = self._told(reconciliation.take_in(work, source_id=source, file=self.file))
        if done:
            one, matched = done.statement, done.matched
            head = "again" if done.repeated else f"{one.added} of {one.lines} lines"
            self.said.append(f"{head}, {len(matched.entered)} topped up, {matched.waiting} waiting")
            self.said += [f"{each.account_id} {each.amount}" for each in matched.entered]

    def do_transfers(self, source: str) -> None:
        with self.books.work() as work:
            for one in self._told(bank_transfer.waiting(work, source)):
                self.said.append(f"{one.day} {format_scaled(one.amount_minor, 2, places=2)} {one.score} {one.doubt}")

    def do_assign(self, account: str) -> None:
        with self.books.work() as work:
            line = self._told(bank_transfer.waiting(work))[0].line_id
            done = self._told(bank_transfer.assign(work, line_id=line, account_id=account))
            again = bank_transfer.assign(work, line_id=line, account_id=account)
        if done:
            assert not isinstance(again, Refused), "said again it is the same"
            assert again.repeated, "said again it is the same"
            self.said.append(f"{account} {done.entered.amount}")

    def do_dismiss(self, note: str) -> None:
        with self.books.work() as work:
            line = self._told(bank_transfer.waiting(work))[0].line_id
            if self._told(bank_transfer.dismiss(work, line_id=line, note=note)):
                self.said.append(f"dismissed: {note}")

    def do_differences(self, source: str) -> None:
        with self.books.work() as work:
            found = self._told(reconciliation.differences(work, source))
        self.said += [f"{one.row.day} {one.row.kind} {format_scaled(one.row.delta, 2, places=2)}" for one in found] or [
            "no difference"
        ]

    def do_resolve(self, source: str, kind: str, note: str, *reverse: str) -> None:
        with self.books.work() as work:
            one = next(one for one in self._told(reconciliation.differences(work, source)) if one.row.kind == kind)
            answer = reconciliation.resolve(
                work, source_id=source, difference_id=one.difference_id, note=note, reverse=bool(reverse)
            )
            if self._told(answer):
                self.said.append(f"resolved: {note}")

    def do_close(self, source: str, day: str) -> None:
        with self.books.work() as work:
            done = self._told(reconciliation.close_day(work, source_id=source, day=date.fromisoformat(day)))
        if done:
            row = done.row
            self.said.append(f"closed {row.day}: {row.lines} lines, {row.postings} postings, {row.differences} noted")

    def do_has(self, account: str) -> None:
        with self.books.work() as work:
            figures = funds.figures_of(work, account)
        self.said.append(f"{account} cash {format_scaled(figures.cash, 2, places=2)}")

    def do_verify(self) -> None:
        broken = [one.name for one in verify(self.books) if not one.holds]
        self.said += [f"broken {name}" for name in broken] or ["every equation holds"]
