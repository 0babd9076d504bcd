"""Laws of the ledger on random histories: balances are sums, chains are whole, and beancount agrees."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ledger import Draft, Entry, reverse
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused
from partita.core.settlement import Draw
from partita.store import ledger
from partita.usecases.work import Books
from payers import open_accounts

START = datetime(2026, 11, 1, tzinfo=UTC)
PAYERS = ("acme", "bolt", "carl")
CURRENCIES = ("CNY", "JPY", "KWD")


@pytest.fixture
def books(books: Books) -> Books:
    """Books with the accounts that events are about."""
    open_accounts(books, *PAYERS)
    return books


@dataclass(frozen=True)
class Event:
    kind: str
    payer: str
    currency: str
    amount: int
    number: int
    effective_hours: int


EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(["topped_up", "billed", "settled", "reversed"]),
        st.sampled_from(PAYERS),
        st.sampled_from(CURRENCIES),
        st.integers(1, 10**9),
        st.integers(0, 5),
        st.integers(-1000, 1000),
    ),
    max_size=25,
)


def draft_of(event: Event, entries: list[Entry]) -> Draft | None:
    at = START + timedelta(hours=event.effective_hours)
    bill = f"bill_{event.payer}_{event.currency}_{event.number}"
    if event.kind == "reversed":
        own = [entry for entry in entries if entry.payer_id == event.payer and entry.kind != "reversed"]
        mirror = reverse(own[event.number % len(own)], description="x", effective_at=START) if own else None
        return mirror if isinstance(mirror, Draft) else None
    if event.kind == "billed":
        payable = Money(event.amount - 10**6, event.currency)
        return posting_rules.billed(
            payer_id=event.payer, bill_id=bill, product_id="p", month=Month(2026, 10), payable=payable, effective_at=at
        ) if payable.minor else None  # fmt: skip
    if event.kind == "settled":
        draws = [Draw(Fund.CASH, "cash", event.amount)]
        return posting_rules.settled(
            payer_id=event.payer, bill_id=bill, month=Month(2026, 10), currency=event.currency, draws=draws,
            effective_at=at,
        )  # fmt: skip
    amount = Money(event.amount, event.currency)
    return posting_rules.topped_up(
        payer_id=event.payer, amount=amount, reference="r", idempotency_key=str(event.number), effective_at=at
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS, st.integers(1, 8))
def test_any_history_keeps_the_books_whole(books: Books, events: list[Event], batch: int) -> None:
    """A model in memory and the database say the same, for accepted and refused drafts alike."""
    model: dict[tuple[str, str], Entry] = {}
    with books.pool.connection() as tx, tx.transaction(force_rollback=True):
        for start in range(0, len(events), batch):
            known = list(model.values())
            drafts = [draft for event in events[start : start + batch] if (draft := draft_of(event, known))]
            answer = ledger.append(tx, drafts, recorded_at=START + timedelta(hours=start))
            if isinstance(answer, Refused):
                assert answer.reason in {Reason.IDEMPOTENCY_KEY_REUSED, Reason.ALREADY_REVERSED}
                continue
            for entry in answer:
                assert model.setdefault((entry.payer_id, entry.idempotency_key), entry) == entry
        assert ledger.verify_chain(tx) == []
        assert ledger.check_balances(tx) == []
        expected: dict[tuple[str, str, str], int] = defaultdict(int)
        for entry in model.values():
            for posting in entry.postings:
                expected[entry.payer_id, posting.ledger_account, posting.currency] += posting.amount_minor
        found = {(b.payer_id, b.ledger_account, b.currency): b.amount_minor for b in ledger.balances_at(tx, None)}
        assert found == expected
        for payer in PAYERS:
            last = {(n.ledger_account, n.currency): n.balance_minor for n in ledger.statement(tx, payer)}
            assert last == {name[1:]: amount for name, amount in expected.items() if name[0] == payer}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_beancount_reads_the_same_balances_from_the_journal(books: Books, events: list[Event]) -> None:
    """An independent double-entry program, given our journal, finds no error and the same balances."""
    pytest.importorskip("beancount", reason="beancount is not installed: the comparison with it is left out")
    from beancount import loader  # noqa: PLC0415 - only where it is installed
    from beancount.core import realization  # noqa: PLC0415

    with books.pool.connection() as tx, tx.transaction(force_rollback=True):
        entries: list[Entry] = []
        for event in events:
            draft = draft_of(event, entries)
            answer = ledger.append(tx, [draft] if draft else [], recorded_at=START)
            entries += [] if isinstance(answer, Refused) else [one for one in answer if one not in entries]
        ours = {
            (_name(b.payer_id, b.ledger_account), b.currency): Decimal(
                str(Money(b.amount_minor, b.currency)).split()[0]
            )
            for b in ledger.balances_at(tx, None)
            if b.amount_minor
        }
    parsed, errors, options = loader.load_string(_journal(entries))
    assert errors == []
    theirs = {
        (account.account, position.units.currency): position.units.number
        for account in realization.iter_children(realization.realize(parsed))
        for position in account.balance
    }
    assert theirs == ours
    assert options["title"]


def _journal(entries: list[Entry]) -> str:
    names = sorted({_name(entry.payer_id, p.ledger_account) for entry in entries for p in entry.postings})
    lines = ['option "title" "Ledger"', *(f"2020-01-01 open {name}" for name in names)]
    for entry in entries:
        lines.append(f'{entry.effective_at:%Y-%m-%d} * "{entry.kind}" "{entry.entry_id}"')
        lines += [
            f"  {_name(entry.payer_id, p.ledger_account)}  {Money(p.amount_minor, p.currency)}" for p in entry.postings
        ]
    return "\n".join(lines) + "\n"


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(str(Money(minor, currency)).partition(" ")[0])


def _name(payer: str, ledger_account: str) -> str:
    roots = {"bank": "Assets:Bank", "receivable": "Assets:Receivable", "cash": "Liabilities:Cash"}
    root = roots.get(ledger_account) or f"Income:{ledger_account.partition('/')[2].title()}"
    return f"{root}:{payer.title()}"
