"""Plays the cases of funds on real books.

Verbs: `account NAME`, `at INSTANT`, `top-up ACCOUNT AMOUNT [CURRENCY [REFERENCE [KEY]]]`, `sources ACCOUNT`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from case_file import Case
from partita.core.money import Money, format_scaled
from partita.core.refusal import Refused
from partita.store import ledger as ledger_store
from partita.usecases.funds import top_up
from partita.usecases.work import Books
from payers import open_accounts


def run(case: Case, books: Books) -> list[str]:
    said: list[str] = []
    for words in [*case.given, *case.when]:
        match words:
            case ["account", name]:
                open_accounts(books, name)
            case ["at", instant]:
                now = datetime.fromisoformat(instant)
                books = replace(books, clock=lambda now=now: now)
            case ["top-up", account, amount, *more]:
                said.append(_top_up(books, account, amount, more))
            case ["sources", account]:
                said += _sources(books, account)
            case _:
                raise AssertionError(f"no such step: {words}")
    return said


def _top_up(books: Books, account: str, amount: str, more: list[str]) -> str:
    currency, reference, *key = [*more, "CNY", ""][: max(len(more), 2)] if len(more) != 1 else [more[0], ""]
    with books.work() as work:
        answer = top_up(
            work,
            account_id=account,
            amount=Money.parse(amount, currency),
            reference=reference,
            idempotency_key=key[0] if key else None,
        )
    if isinstance(answer, Refused):
        return f"refused {answer.reason.name}"
    done = "already recorded" if answer.repeated else "topped up"
    return f"{done} {account} balance {format_scaled(answer.balance.minor, 2, places=2)}"


def _sources(books: Books, account: str) -> list[str]:
    with books.work() as work:
        sources = ledger_store.lock_sources(work.tx, [account], "CNY")[account]
    said = [f"source {s.fund.value} {s.source_id} {format_scaled(s.available, 2, places=2)}" for s in sources]
    return said or ["no source"]
