"""Plays the cases of the ledger on real books.

Verbs:

    at      INSTANT                                       the clock
    post    PAYER KEY ACCOUNT AMOUNT ACCOUNT AMOUNT [on INSTANT]
    post together  PAYER KEY AMOUNT  PAYER KEY AMOUNT …   top-ups in one call
    billed  PAYER BILL PRODUCT MONTH PAYABLE              as `posting_rules` has it
    reverse PAYER KEY                                     `reversal-of-KEY` means the mirror
    balance PAYER ACCOUNT
    as-of   PAYER effective|recorded DAY-OR-INSTANT       balances, seen until then
    sql     app|owner STATEMENT                           as the application's role, or as the database's owner
    verify
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import psycopg

from case_file import Case
from partita.core.ids import derived_id
from partita.core.ledger import Draft, Posting
from partita.core.money import Money, format_scaled
from partita.core.refusal import Refused
from partita.store import ledger as ledger_store
from partita.usecases import ledger
from partita.usecases.ledger import AsOf
from partita.usecases.work import Books
from payers import open_accounts
from steps.posting_rules import draft_of


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    open_accounts(books, "acme", "bolt", "carl")
    scene = Scene(books, owner_url)
    return [line for words in [*case.given, *case.when] for line in scene.play(words)]


class Scene:
    def __init__(self, books: Books, owner_url: str) -> None:
        self.books = books
        self.owner_url = owner_url

    def play(self, words: list[str]) -> list[str]:
        verb, *rest = words
        steps: dict[str, Callable[..., list[str]]] = {
            "at": self.at, "post": self.post, "billed": self.billed, "reverse": self.reverse, "balance": self.balance,
            "as-of": self.as_of, "sql": self.sql, "verify": self.verify,
        }  # fmt: skip
        return steps[verb](*rest)

    def at(self, instant: str) -> list[str]:
        now = datetime.fromisoformat(instant)
        self.books = replace(self.books, clock=lambda: now)
        return []

    def post(self, payer: str, *words: str) -> list[str]:
        if payer == "together":
            triples = zip(words[::3], words[1::3], words[2::3], strict=True)
            return self.append([draft_of(["topped_up", name, amount, "key", key]) for name, key, amount in triples])
        key, *moves = words
        moment = datetime.fromisoformat(moves[-1]) if "on" in moves else None
        moves = moves[:4]
        postings = [
            Posting(account, "CNY", Money.parse(amount, "CNY").minor)
            for account, amount in zip(moves[::2], moves[1::2], strict=True)
        ]
        return self.append([Draft(payer, "topped_up", "Top up", "", moment, key, tuple(postings))])

    def billed(self, *words: str) -> list[str]:
        return self.append([draft_of(["billed", *words])])

    def append(self, drafts: list[Draft]) -> list[str]:
        with self.books.work() as work:
            answer = ledger_store.append(work.tx, drafts, recorded_at=work.now)
        if isinstance(answer, Refused):
            return [f"refused {answer.reason.name}"]
        return [f"entry {entry.payer_id} {entry.sequence}" for entry in answer]

    def reverse(self, payer: str, key: str) -> list[str]:
        entry_id = derived_id("ent", payer, key)
        if key.startswith("reversal-of-"):
            entry_id = derived_id(
                "ent", payer, f"reversed:{derived_id('ent', payer, key.removeprefix('reversal-of-'))}"
            )
        with self.books.work() as work:
            answer = ledger.reverse(work, entry_id=entry_id)
        if isinstance(answer, Refused):
            return [f"refused {answer.reason.name}"]
        return [f"reversed {payer} {answer.original.sequence} by {answer.mirror.sequence}"]

    def balance(self, payer: str, account: str) -> list[str]:
        with self.books.work() as work:
            return [_stands(account, ledger_store.balance_of(work.tx, payer, account, "CNY"))]

    def as_of(self, payer: str, which: str, text: str) -> list[str]:
        moment = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        as_of = AsOf(effective_until=moment) if which == "effective" else AsOf(recorded_until=moment)
        with self.books.work() as work:
            found = ledger.balances(work, account_id=payer, as_of=as_of)
        assert not isinstance(found, Refused)
        return [", ".join(_stands(row.ledger_account, row.amount_minor) for row in found) or "nothing"]

    def sql(self, role: str, *words: str) -> list[str]:
        statement = " ".join(words)
        try:
            if role == "app":
                with self.books.work() as work:
                    work.tx.execute(statement)
            else:
                with psycopg.connect(self.owner_url) as connection:
                    connection.execute(statement)
        except psycopg.Error as error:
            return [f"database: {error.diag.message_primary}"]
        return ["database: done"]

    def verify(self) -> list[str]:
        with self.books.work() as work:
            breaks = ledger_store.verify_chain(work.tx)
            differences = ledger_store.check_balances(work.tx)
        said = [Refused(one.reason, {"payer": one.payer_id, "sequence": one.sequence}).message() for one in breaks]
        said += [
            f"balance of {one.payer_id} {one.ledger_account}: kept {_plain(one.kept_minor)}, "
            f"postings {_plain(one.postings_minor)}"
            for one in differences
        ]
        return said or ["the books are whole"]


def _stands(account: str, amount_minor: int) -> str:
    side = {True: " Dr", False: " Cr"}[amount_minor > 0] if amount_minor else ""
    return f"{account} {_plain(abs(amount_minor))}{side}"


def _plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
