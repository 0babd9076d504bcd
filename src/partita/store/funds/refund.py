"""What an account bought and what of it came back: what bounds refunds. Owns no table. Rules: FUNDS-16, CREDIT-8."""

from __future__ import annotations

from dataclasses import replace

from partita.core.funds import Bought, Fund, source_account
from partita.core.period import Month
from partita.core.posting_rules import CREDIT_REFUND
from partita.core.posting_rules.chart import CREDIT_REFUNDED, REFUNDED, SETTLED
from partita.core.settlement import SAME_MONTH
from partita.store.db import Transaction
from partita.store.funds.holder import Holder

# One statement, so one round trip. A refund is rare and looks at one payer: its bills, what paid them, its refunds.
_BOUGHT = f"""
    with billed as materialized (
        select b.bill_id, b.month, b.payable_minor from bill_left b
        where b.payer_id = %(payer)s and b.currency = %(currency)s
    ), drawn as materialized (
        select b.month, d.fund = any(%(gifts)s) as is_gift, e.kind = '{SETTLED.kind}' as in_close, d.amount_minor
        from billed b join draw d on d.payer_id = %(payer)s and d.bill_id = b.bill_id
        join entry e on e.entry_id = d.entry_id
    ), returned as materialized (
        select p.ledger_account, -p.amount_minor as amount_minor from entry e
        join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.payer_id = %(payer)s and e.kind in ('{REFUNDED.kind}', '{CREDIT_REFUNDED.kind}')
          and p.currency = %(currency)s and p.amount_minor < 0
    )
    select b.billed, d.by_gifts, b.above_zero - d.in_close, r.refunded, r.as_credit, d.by_money, r.of_month,
           array(select distinct p.product_id from billed b join bill_product p on p.bill_id = b.bill_id
                 and p.payer_id = %(payer)s where b.month = %(month)s or %(month)s is null) as products
    from (
        select coalesce(sum(payable_minor), 0)::bigint as billed,
               coalesce(sum(payable_minor) filter (where payable_minor > 0), 0)::bigint as above_zero
        from billed) b, (
        select coalesce(sum(amount_minor) filter (where is_gift), 0)::bigint as by_gifts,
               coalesce(sum(amount_minor) filter (where in_close), 0)::bigint as in_close,
               coalesce(sum(amount_minor) filter (where not is_gift and month = %(month)s), 0)::bigint as by_money
        from drawn) d, (
        select coalesce(sum(amount_minor), 0)::bigint as refunded,
               coalesce(sum(amount_minor) filter (where ledger_account = '{CREDIT_REFUND}'), 0)::bigint as as_credit,
               coalesce(sum(amount_minor) filter (where ledger_account = %(book)s), 0)::bigint as of_month
        from returned) r
"""


def bought(tx: Transaction, holder: Holder, month: Month | None = None) -> Bought:
    """Return what an account bought in its currency and what of it was refunded, by month where one is asked for.

    The caller holds the payer's lock, so that two refunds never count the same money.
    """
    asked = {
        "payer": holder.account_id,
        "currency": holder.currency,
        "gifts": sorted(fund.value for fund in SAME_MONTH),
        "month": month.number if month else None,
        "book": source_account(Fund.REFUND, str(month)) if month else None,
    }
    row = tx.execute(_BOUGHT, asked).fetchone()
    assert row is not None, "sums are one row"
    *sums, products = row
    found = Bought(holder.account_id, holder.currency, *sums)
    return replace(found, products=frozenset(products), payer_id=holder.payer_id)
