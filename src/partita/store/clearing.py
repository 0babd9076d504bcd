"""What clearing works with, set-based: who owes, which bills are not wholly paid, and which funds are there.

Owns no table: draws are those of `store.bill`. Vouchers and stored-value cards are left out, for they pay only in the
close of their month. Rules: CLEAR-1 … CLEAR-4 (`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from partita.core.clearing import Debts, Unpaid
from partita.core.funds import Fund
from partita.core.period import Month
from partita.core.posting_rules import RECEIVABLE
from partita.core.settlement import SAME_MONTH, WATERFALL, Source
from partita.store.bill import POSTED
from partita.store.db import Transaction

Payer = tuple[str, str]
"""A payer and a currency."""

_OWING = """
    select payer_id, currency, amount_minor from balance
    where payer_id = any(%s) and ledger_account = %s and amount_minor > 0 order by payer_id, currency
"""
# A bill of a bucket that a close is still posting is on no receivable yet.
_UNPAID = f"""
    select b.payer_id, b.currency, b.bill_id, b.month, b.payable_minor - coalesce(d.paid, 0), coalesce(d.lines, 0) + 1
    from bill b left join lateral (
        select sum(amount_minor)::bigint as paid, max(line) as lines from draw d
        where d.payer_id = b.payer_id and d.bill_id = b.bill_id) d on true
    where b.payer_id = any(%s) and b.payable_minor > coalesce(d.paid, 0)
      and exists (select from close_step s where s.month = b.month and s.bucket = b.bucket and s.step = {POSTED})
"""
_ZONES = """
    select a.account_id, e.zone from account a join enterprise e using (enterprise_id) where a.account_id = any(%s)
"""
_SOURCES = """
    select b.payer_id, b.currency, split_part(b.ledger_account, '/', 1),
           case when strpos(b.ledger_account, '/') = 0 then b.ledger_account
                else substr(b.ledger_account, strpos(b.ledger_account, '/') + 1) end,
           -b.amount_minor - case when b.ledger_account <> %(cash)s then 0 else
               coalesce((select sum(f.amount_minor) from fund_freeze f
                         where f.payer_id = b.payer_id and f.currency = b.currency), 0)
               - coalesce((select sum(r.amount_minor) from fund_release r join fund_freeze f using (payer_id, freeze_id)
                           where r.payer_id = b.payer_id and f.currency = b.currency), 0) end
    from balance b where b.payer_id = any(%(payers)s) and b.amount_minor < 0
      and split_part(b.ledger_account, '/', 1) = any(%(funds)s)
"""


@dataclass(frozen=True, slots=True)
class ToClear:
    """What one payer owes in one currency, and what it has to pay it with."""

    payer_id: str
    currency: str
    debts: Debts
    sources: tuple[Source, ...]


def owing(tx: Transaction, payer_ids: Collection[str]) -> dict[Payer, int]:
    """Return what stands on the receivables of payers, in minor units; who owes nothing is left out."""
    rows = tx.execute(_OWING, (sorted(payer_ids), RECEIVABLE))
    return {(payer, currency): amount for payer, currency, amount in rows}


def to_clear(tx: Transaction, owed: dict[Payer, int]) -> list[ToClear]:
    """Return what each payer that owes (as `owing` says) has to clear, and with what; the caller holds their locks."""
    payers = sorted({payer for payer, _ in owed})
    bills: dict[Payer, list[Unpaid]] = {}
    for payer, currency, bill, month, amount, line in tx.execute(_UNPAID, (payers,)):
        bills.setdefault((payer, currency), []).append(Unpaid(bill, Month.from_number(month), amount, line))
    zones: dict[str, str] = dict(tx.execute(_ZONES, (payers,)).fetchall())
    sources: dict[Payer, list[Source]] = {}
    funds = [fund.value for fund in WATERFALL if fund not in SAME_MONTH]
    for payer, currency, fund, source, left in tx.execute(
        _SOURCES, {"payers": payers, "funds": funds, "cash": Fund.CASH.value}
    ):
        sources.setdefault((payer, currency), []).append(Source(Fund(fund), source, int(left)))
    return [
        ToClear(
            payer, currency, Debts(amount, tuple(bills.get((payer, currency), ())), zones[payer]),
            tuple(sources.get((payer, currency), ())),
        )
        for (payer, currency), amount in owed.items()
    ]  # fmt: skip
