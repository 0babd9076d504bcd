"""What the books know of the money of accounts, set-based: the figures that quotas are made of.

Owns no table. A thousand accounts cost as many statements as one. Rules: FUNDS-4 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from partita.core.funds import Figures, Fund, fund_of
from partita.core.money import minor_scale_e10, truncate
from partita.core.period import Month
from partita.core.posting_rules import CREDIT_REFUND, RECEIVABLE, TRANSFER_CLEARING
from partita.store import credit
from partita.store.db import Transaction
from partita.store.funds.holder import Holder, holders
from partita.store.funds.holds import frozen_of, usage_held

_BALANCES = """
    select b.payer_id, b.ledger_account, b.currency, b.amount_minor from balance b
    where b.payer_id = any(%s) and split_part(b.ledger_account, '/', 1) = any(%s) and b.amount_minor <> 0
    order by b.payer_id, b.ledger_account
"""
_COUNTED = [
    Fund.CASH.value,
    Fund.TRANSFER_BOOK.value,
    Fund.REFUND.value,
    Fund.ACCEPTANCE.value,
    CREDIT_REFUND,
    RECEIVABLE,
]


def figures(tx: Transaction, account_ids: Collection[str], at: datetime) -> dict[str, Figures]:
    """Return the figures of accounts at an instant, each in its own currency; unknown accounts are left out.

    Only the credit limit and the calendar look at `at`; the rest is what the books hold now.
    """
    known = holders(tx, account_ids, at)
    books = _books(tx, known)
    limits = credit.limits_of(tx, known, at)
    frozen = frozen_of(tx, known)
    usage = _usage(tx, known, at)
    return {
        name: Figures(
            account_id=name,
            currency=one.currency,
            cash=books[name].get(Fund.CASH.value, 0),
            transfer_books=_by_source(books[name], Fund.TRANSFER_BOOK),
            refund_book=sum(left for _, left in _by_source(books[name], Fund.REFUND)),
            acceptance_book=sum(left for _, left in _by_source(books[name], Fund.ACCEPTANCE)),
            credit_limit=limits.get(name, 0),
            credit_refunds=books[name].get(CREDIT_REFUND, 0),
            usage_this_month=usage[name][0],
            usage_earlier=usage[name][1],
            frozen=frozen.get((name, one.currency), 0),
            outstanding=-books[name].get(RECEIVABLE, 0),
        )
        for name, one in known.items()
    }


def left_of(tx: Transaction, payer_id: str, fund: Fund) -> dict[str, int]:
    """Return what the sources of a fund have, by source; those with nothing are left out."""
    rows = tx.execute(_BALANCES, ([payer_id], [fund.value]))
    return {name.partition("/")[2] or name: -amount for _, name, _, amount in rows}


def left_of_pair(tx: Transaction, giver_id: str, receiver_id: str, currency: str) -> int:
    """Return what a giver has transferred to a receiver and not reclaimed: what stands in the clearing between them."""
    row = tx.execute(
        "select amount_minor from balance where payer_id = %s and ledger_account = %s and currency = %s",
        (giver_id, f"{TRANSFER_CLEARING}/{receiver_id}", currency),
    ).fetchone()
    return -int(row[0]) if row else 0


def given_by(tx: Transaction, giver_id: str) -> dict[str, int]:
    """Return what a giver has transferred and not reclaimed, by receiver; those with nothing left are left out."""
    rows = tx.execute(_BALANCES, ([giver_id], [TRANSFER_CLEARING]))
    given = {name.partition("/")[2]: -amount for _, name, _, amount in rows}
    return {receiver: amount for receiver, amount in given.items() if amount > 0}


def _books(tx: Transaction, known: dict[str, Holder]) -> dict[str, dict[str, int]]:
    """Return the balances by account and ledger account, each as what we owe the customer (credit more than zero)."""
    found: dict[str, dict[str, int]] = {name: {} for name in known}
    for payer, account, currency, amount_minor in tx.execute(_BALANCES, (sorted(known), _COUNTED)):
        if currency == known[payer].currency:
            found[payer][account] = -amount_minor
    return found


def _by_source(books: dict[str, int], fund: Fund) -> tuple[tuple[str, int], ...]:
    sources = ((fund_of(account), left) for account, left in books.items())
    return tuple((source[1], left) for source, left in sources if source is not None and source[0] is fund)


def _usage(tx: Transaction, known: dict[str, Holder], at: datetime) -> dict[str, tuple[int, int]]:
    """Return what usage of this month, and of all others, holds; each month is cut as its bill will be."""
    held = dict.fromkeys(known, (0, 0))
    for payer, month, currency, amount_e10 in usage_held(tx, known):
        if currency != known[payer].currency:
            continue
        minor = truncate(amount_e10, minor_scale_e10(currency))
        now, earlier = held[payer]
        current = month == Month.of(at, known[payer].zone).number
        held[payer] = (now + minor, earlier) if current else (now, earlier + minor)
    return held
