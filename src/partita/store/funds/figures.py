"""What the books know of the money of accounts, set-based: the figures that quotas are made of.

Owns no table. A thousand accounts cost as many statements as one. Rules: FUNDS-4 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from partita.core.funds import Figures, Fund, fund_of
from partita.core.money import minor_scale_e10, truncate
from partita.core.period import Month
from partita.core.posting_rules import CREDIT_REFUND, RECEIVABLE, TRANSFER_CLEARING
from partita.store import credit, invoice
from partita.store.db import Transaction, named

_BALANCES = """
    select b.payer_id, b.ledger_account, b.currency, b.amount_minor from balance b
    where b.payer_id = any(%s) and split_part(b.ledger_account, '/', 1) = any(%s) and b.amount_minor <> 0
    order by b.payer_id, b.ledger_account
"""
# One statement, so one round trip; whoever gives to thousands has a clearing with each, which the index leaves out.
_FIGURES = f"""
    select a.account_id, e.zone, e.currency,
           array(select b.ledger_account || ' ' || b.amount_minor from balance b
                 where b.payer_id = a.account_id and b.currency = e.currency and b.amount_minor <> 0
                   and split_part(b.ledger_account, '/', 1) in (
                       '{Fund.CASH.value}', '{Fund.TRANSFER_BOOK.value}', '{Fund.REFUND.value}',
                       '{Fund.ACCEPTANCE.value}', '{CREDIT_REFUND}', '{RECEIVABLE}')
                 order by b.ledger_account),
           array(select h.month || ' ' || h.amount_e10 from hold h
                 where h.payer_id = a.account_id and h.currency = e.currency and h.amount_e10 <> 0 order by h.month),
           coalesce((select sum(f.amount_minor) from fund_freeze f
                     where f.payer_id = a.account_id and f.currency = e.currency), 0)
           - coalesce((select sum(r.amount_minor) from fund_release r join fund_freeze f using (payer_id, freeze_id)
                       where r.payer_id = a.account_id and f.currency = e.currency), 0),
           exists (select from invoice_line l where l.payer_id = a.account_id),
           exists (select from credit_change c where a.account_id in (c.account_id, c.management_id))
    from account a join enterprise e using (enterprise_id) where a.account_id {{named}}
    order by a.account_id
"""


def figures(tx: Transaction, account_ids: Collection[str], at: datetime) -> dict[str, Figures]:
    """Return the figures of accounts at an instant, each in its own currency; unknown accounts are left out.

    Only the credit limit and the calendar look at `at`; the rest is what the books hold now. A limit that is suspended
    counts nothing (DUN-4).
    """
    which, values = named(account_ids)
    rows = tx.execute(_FIGURES.format(named=which), values).fetchall()
    limits = credit.limits_of(tx, [row[0] for row in rows if row[-1]], at)
    limits |= dict.fromkeys(credit.suspended(tx, limits), 0) if limits else {}
    invoiced = [row[0] for row in rows if row[-2]]
    owed = invoice.owed(tx, invoiced) if invoiced else {}
    return {row[0]: _figures_of(row, limits.get(row[0], 0), owed.get((row[0], row[2]), 0), at) for row in rows}


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


def _figures_of(row: tuple[Any, ...], credit_limit: int, owed_invoices: int, at: datetime) -> Figures:
    account_id, zone, currency, balances, held, frozen, *_ = row
    books = _books(balances)
    this_month, earlier = _usage(held, currency, Month.of(at, zone).number)
    return Figures(
        account_id=account_id,
        currency=currency,
        cash=books.get(Fund.CASH.value, 0),
        transfer_books=_by_source(books, Fund.TRANSFER_BOOK),
        refund_book=sum(left for _, left in _by_source(books, Fund.REFUND)),
        acceptance_book=sum(left for _, left in _by_source(books, Fund.ACCEPTANCE)),
        credit_limit=credit_limit,
        credit_refunds=books.get(CREDIT_REFUND, 0),
        usage_this_month=this_month,
        usage_earlier=earlier,
        frozen=int(frozen),
        outstanding=-books.get(RECEIVABLE, 0),
        owed_invoices=owed_invoices,
    )


def _books(balances: list[str]) -> dict[str, int]:
    """Return the balances by ledger account, each as what we owe the customer (credit more than zero)."""
    named = (line.rsplit(" ", 1) for line in balances)
    return {account: -int(amount) for account, amount in named}


def _by_source(books: dict[str, int], fund: Fund) -> tuple[tuple[str, int], ...]:
    sources = ((fund_of(account), left) for account, left in books.items())
    return tuple((source[1], left) for source, left in sources if source is not None and source[0] is fund)


def _usage(held: list[str], currency: str, this_month: int) -> tuple[int, int]:
    """Return what usage of this month, and of all others, holds; each month is cut as its bill will be."""
    scale, now, earlier = minor_scale_e10(currency), 0, 0
    for line in held:
        month, amount_e10 = map(int, line.split())
        minor = truncate(amount_e10, scale)
        now, earlier = (now + minor, earlier) if month == this_month else (now, earlier + minor)
    return now, earlier
