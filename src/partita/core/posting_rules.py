"""Posting rules (记账规则): business event → journal entry. The whole chart of movements is on this page.

Owns the chart of accounts, which two accounts each event moves, and the idempotency key that each event derives from
its facts. Does not own amounts (`settlement`, `bill`) nor entries (`ledger`). An amount below zero is the same movement
with sides swapped: a month of credits lowers the receivable. Rules: POST-1 … POST-5 (`docs/rules/posting_rules.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.funds import Fund, source_account
from partita.core.ledger import REVERSED, Draft, Posting, Side
from partita.core.money import Money
from partita.core.period import Month
from partita.core.settlement import Draw

BANK = "bank"
CASH = source_account(Fund.CASH, Fund.CASH.value)
RECEIVABLE = "receivable"
REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """A book account (科目) of each payer: the side it normally stands on, and whether its balance is kept.

    Balances are kept only where a limit is checked; the others are summed when asked for, so they have no hot row.
    A name such as `revenue` stands for `revenue/<product>` too.
    """

    name: str
    chinese: str
    normal: Side
    kept: bool


CHART = (
    LedgerAccount(BANK, "银行存款", Side.DEBIT, kept=False),
    LedgerAccount(RECEIVABLE, "应收账款", Side.DEBIT, kept=True),
    LedgerAccount(CASH, "客户现金余额", Side.CREDIT, kept=True),
    LedgerAccount(REVENUE, "营业收入", Side.CREDIT, kept=False),
)
"""The chart of accounts. `cash` is the customer's money that we owe: a liability, so it stands on the credit side."""

KEPT = frozenset(account.name for account in CHART if account.kept)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one kind of event moves: debit one account, credit another; the braces are filled from the event."""

    kind: str
    english: str
    chinese: str
    debit: str
    credit: str


TOPPED_UP = Movement("topped_up", "Top up", "充值", debit=BANK, credit=CASH)
BILLED = Movement("billed", "Bill", "出账", debit=RECEIVABLE, credit=REVENUE + "/{product}")
SETTLED = Movement("settled", "Settlement", "扣款", debit="{fund}", credit=RECEIVABLE)
MOVEMENTS = (TOPPED_UP, BILLED, SETTLED)
"""Every kind of entry but `reversed` (冲销), which `ledger.reverse` makes: the entry's own accounts, sides swapped."""


KIND_NAMES = {one.kind: (one.english, one.chinese) for one in MOVEMENTS} | {REVERSED: ("Reversal", "冲销")}
KINDS_OF_A_CLOSE = frozenset({BILLED.kind, SETTLED.kind})
"""What a month close posts: the next bill corrects it, a hand does not."""


def topped_up(
    *, payer_id: str, amount: Money, reference: str, idempotency_key: str, effective_at: datetime | None = None
) -> Draft:
    """Return the entry of money received (POST-1): bank → cash. The key is the caller's, in a space of its own."""
    return Draft(
        payer_id=payer_id,
        kind=TOPPED_UP.kind,
        description=TOPPED_UP.english,
        reference=reference,
        effective_at=effective_at,
        idempotency_key=f"{TOPPED_UP.kind}:{idempotency_key}",
        postings=_pair(TOPPED_UP, amount),
    )


def billed(
    *, payer_id: str, bill_id: str, product_id: str, month: Month, payable: Money, effective_at: datetime
) -> Draft:
    """Return the entry of one product of a bill (POST-2): receivable ← revenue/<product>.

    `payable` is not zero (there is nothing to post then); below zero the receivable falls (POST-4).
    """
    return Draft(
        payer_id=payer_id,
        kind=BILLED.kind,
        description=f"{product_id} {month}",
        reference=bill_id,
        effective_at=effective_at,
        idempotency_key=f"{BILLED.kind}:{bill_id}:{product_id}",
        postings=_pair(BILLED, payable, product=product_id),
    )


def settled(
    *, payer_id: str, bill_id: str, month: Month, currency: str, draws: Sequence[Draw], effective_at: datetime
) -> Draft:
    """Return the entry that pays a bill (POST-3): each draw moves its fund → receivable, one pair a draw.

    `draws` are not empty: a bill that no fund pays stays outstanding and needs no entry.
    """
    pairs = (_pair(SETTLED, Money(d.amount, currency), fund=source_account(d.fund, d.source_id)) for d in draws)
    return Draft(
        payer_id=payer_id,
        kind=SETTLED.kind,
        description=f"{SETTLED.english} {month}",
        reference=bill_id,
        effective_at=effective_at,
        idempotency_key=f"{SETTLED.kind}:{bill_id}",
        postings=tuple(posting for pair in pairs for posting in pair),
    )


def ledger_account(name: str) -> LedgerAccount | None:
    """Return the row of the chart that a ledger account such as `revenue/compute` belongs to, if there is one."""
    root = name.partition("/")[0]
    return next((account for account in CHART if account.name == root), None)


def is_kept(name: str) -> bool:
    """Say whether the balance of a ledger account is kept, because a limit is checked on it (LEDGER-2)."""
    return name in KEPT or name.partition("/")[0] in KEPT


def normal_side(name: str) -> Side:
    """Return the side a ledger account normally stands on; every fund but those of the chart is owed: credit."""
    account = ledger_account(name)
    return account.normal if account else Side.CREDIT


def _pair(movement: Movement, amount: Money, **names: str) -> tuple[Posting, Posting]:
    debit, credit = movement.debit.format(**names), movement.credit.format(**names)
    return Posting(debit, amount.currency, amount.minor), Posting(credit, amount.currency, -amount.minor)
