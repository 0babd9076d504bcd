"""Fifty writers on one account, each with a connection of its own: nothing is overspent, lost or doubled.

Main account and members are topped up, transferred to, reclaimed from and withdrawn from at once, every command twice.
What was answered is all that happened: the balances follow from the answers, and `verify` finds the books in order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier

import pytest
from psycopg_pool import ConnectionPool

from partita.core.money import Money
from partita.core.refusal import Reason, Refused
from partita.settings import Settings
from partita.store import ledger as ledger_store
from partita.store.db import ready_address
from partita.usecases import funds
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books, Work
from payers import group

WRITERS = 50
COMMANDS_EACH = 6
MEMBERS = ("alfa", "bravo", "charlie")
OVERSPENT = frozenset(
    {Reason.EXCEEDS_TRANSFERABLE, Reason.EXCEEDS_RECLAIMABLE, Reason.EXCEEDS_WITHDRAWABLE, Reason.SOURCE_OVERDUE}
)

Command = tuple[str, str, int, str]
"""Verb, member ('' = the main account alone), amount in minor units, key."""


@contextmanager
def wide(books: Books, settings: Settings) -> Iterator[Books]:
    """Open the same books with a pool that gives every writer a connection at once."""
    where = ready_address(settings)
    with ConnectionPool(where.app, min_size=WRITERS, max_size=WRITERS, open=True) as pool:
        pool.wait(60)
        yield replace(books, pool=pool)
    where.release()


def commands(seed: int) -> list[list[Command]]:
    """What each writer does: every command stands in the lists of two writers."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    every: list[Command] = []
    for number in range(WRITERS * COMMANDS_EACH // 2):
        verb = chance.choice(("transfer", "transfer", "reclaim", "withdraw", "top_up"))
        member = chance.choice(MEMBERS) if verb in ("transfer", "reclaim") else ""
        every.append((verb, member, chance.randrange(1, 3000), f"k{number}"))
    lists = [every[writer::WRITERS] + every[(writer + 1) % WRITERS :: WRITERS] for writer in range(WRITERS)]
    for one in lists:
        chance.shuffle(one)
    return lists


def carry_out(work: Work, command: Command) -> tuple[bool, int]:
    """Return whether it happened now (not before, not refused), and its amount."""
    verb, member, minor, key = command
    amount = Money(minor, "CNY")
    answer: object
    match verb:
        case "transfer":
            answer = funds.transfer(work, giver="main", receiver=member, amount=amount, idempotency_key=key)
        case "reclaim":
            answer = funds.reclaim(work, giver="main", receiver=member, amount=amount, idempotency_key=key)
        case "withdraw":
            answer = funds.withdraw(work, account_id="main", amount=amount, idempotency_key=key)
        case _:
            answer = funds.top_up(work, account_id="main", amount=amount, idempotency_key=key)
    if isinstance(answer, Refused):
        assert answer.reason in OVERSPENT, answer.message()
        return False, minor
    repeated: bool = answer.repeated  # type: ignore[attr-defined]
    return not repeated, minor


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_writers_on_one_account(books: Books, settings: Settings, seed: int) -> None:
    group(books, "main", *MEMBERS)
    with books.work() as work:
        funds.top_up(work, account_id="main", amount=Money(50_000, "CNY"), idempotency_key="start")
    gate = Barrier(WRITERS)

    def writer(mine: list[Command], at: Books) -> list[tuple[Command, bool]]:
        gate.wait(60)
        done = []
        for command in mine:
            with at.work() as work:
                done.append((command, carry_out(work, command)[0]))
        return done

    with wide(books, settings) as at, ThreadPoolExecutor(WRITERS) as pool:
        told = [one for done in pool.map(lambda mine: writer(mine, at), commands(seed)) for one in done]

    happened = [command for command, now in told if now]
    assert len({key for *_, key in happened}) == len(happened), "no command happened twice"
    _books_follow_from(books, happened)
    assert all(one.holds for one in verify_books(books)), "nothing is overdrawn, transfers cancel, balances are sums"


def _books_follow_from(books: Books, happened: list[Command]) -> None:
    moved = dict.fromkeys(("transfer", "reclaim", "withdraw", "top_up"), 0)
    held = dict.fromkeys(MEMBERS, 0)
    for verb, member, minor, _ in happened:
        moved[verb] += minor
        held[member] = held.get(member, 0) + {"transfer": minor, "reclaim": -minor}.get(verb, 0)
    cash = 50_000 + moved["top_up"] + moved["reclaim"] - moved["transfer"] - moved["withdraw"]
    with books.work() as work:
        assert -ledger_store.balance_of(work.tx, "main", "cash", "CNY") == cash
        assert cash >= 0, "never overspent"
        for member in MEMBERS:
            book = -ledger_store.balance_of(work.tx, member, "transfer_book/main", "CNY")
            assert (book, book >= 0) == (held[member], True)


def test_money_goes_both_ways_at_once_without_a_deadlock(books: Books, settings: Settings) -> None:
    """Money goes both ways between the same two accounts at once: locks are taken in one order."""
    group(books, "main", "sub")
    with books.work() as work:
        for name in ("main", "sub"):
            funds.top_up(work, account_id=name, amount=Money(100_000, "CNY"), idempotency_key="start")
    gate = Barrier(WRITERS)
    ways: list[Callable[[Work, str], object]] = [
        lambda work, key: funds.transfer(
            work, giver="main", receiver="sub", amount=Money(100, "CNY"), idempotency_key=key
        ),
        lambda work, key: funds.transfer(
            work, giver="sub", receiver="main", amount=Money(100, "CNY"), idempotency_key=key
        ),
    ]

    def writer(number: int, at: Books) -> None:
        gate.wait(60)
        for turn in range(4):
            with at.work() as work:
                answer = ways[(number + turn) % 2](work, f"{number} {turn}")
            assert not isinstance(answer, Refused), answer

    with wide(books, settings) as at, ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda number: writer(number, at), range(WRITERS)))
    with books.work() as work:
        for name, other in (("main", "sub"), ("sub", "main")):
            assert -ledger_store.balance_of(work.tx, name, "cash", "CNY") == 100_000 - 100 * 2 * WRITERS
            assert -ledger_store.balance_of(work.tx, name, f"transfer_book/{other}", "CNY") == 100 * 2 * WRITERS
    assert all(one.holds for one in verify_books(books))
