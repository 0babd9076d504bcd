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
        select b.bill_id, b.month, b.payable_minor, b.closed_at from bill_left b
        where b.payer_id = %(payer)s and b.currency = %(currency)s
    ), drawn as materialized (
        select b.month, d.fund = any(%(gifts)s) as is_gift, e.kind = '{SETTLED.kind}' as in_close, d.amount_minor
        from billed b join draw d on d.payer_id = %(payer)s and d.bill_id = b.bill_id
        join entry e on e.entry_id = d.entry_id
    ), returned as materialized (
        select p.ledger_account, e.reference, -p.amount_minor as amount_minor from entry e
        join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.payer_id = %(payer)s and e.kind in ('{REFUNDED.kind}', '{CREDIT_REFUNDED.kind}')
          and p.currency = %(currency)s and p.amount_minor < 0
    ), whose as materialized (
        select coalesce(max(c.original_minor), 0) as paid, coalesce(max(c.refunded_minor), 0) as refunded
        from billed b
        left join seller_now s on s.product_id = %(product)s and s.since <= b.closed_at
        join cash_consumption c on c.payer_id = %(payer)s and c.kind = 'bill' and c.reference = b.bill_id
            and c.seller = coalesce(s.seller, '')
        where b.month = %(month)s
    )
    select b.billed, d.by_gifts, b.above_zero - d.in_close, r.refunded, r.as_credit, d.by_money, r.of_month,
           array(select distinct p.product_id from billed b join bill_product p on p.bill_id = b.bill_id
                 and p.payer_id = %(payer)s where b.month = %(month)s or %(month)s is null) as products,
           p.of_product, r.of_product, case when several then whose.paid end, whose.refunded
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
               coalesce(sum(amount_minor) filter (where ledger_account = %(book)s), 0)::bigint as of_month,
               coalesce(sum(amount_minor) filter (where reference = %(product)s and (
                   ledger_account = %(book)s or %(book)s::text is null)), 0)::bigint as of_product
        from returned) r, (
        select (coalesce(sum(q.payable_minor), 0) + least(max(later.amount), 0))::bigint as of_product
        from (select coalesce(sum(a.amount_minor), 0) as amount from bill_adjustment a
              where a.payer_id = %(payer)s and a.currency = %(currency)s and a.product_id = %(product)s
              and case when %(month)s::integer is null
                  then not exists (select from billed b where b.month = a.month)
                  else a.about = %(month)s and a.month > a.about end) later
        left join billed b on b.month = %(month)s or %(month)s is null
        left join bill_product q on q.payer_id = %(payer)s and q.bill_id = b.bill_id and q.product_id = %(product)s
        ) p, (
        select exists (select from billed b join bill_seller s on s.payer_id = %(payer)s and s.bill_id = b.bill_id
                       where b.month = %(month)s) as several) s, whose
"""


def bought(tx: Transaction, holder: Holder, product_id: str, month: Month | None = None) -> Bought:
    """Return what an account bought in its currency and what came back, of a product too, by month if one is asked for.

    The caller holds the payer's lock, so that two refunds never count the same money.
    """
    asked = {
        "payer": holder.account_id,
        "currency": holder.currency,
        "product": product_id,
        "gifts": sorted(fund.value for fund in SAME_MONTH),
        "month": month.number if month else None,
        "book": source_account(Fund.REFUND, str(month)) if month else None,
    }
    row = tx.execute(_BOUGHT, asked).fetchone()
    assert row is not None, "sums are one row"
    *sums, products, of_product, refunded, of_seller, refunded_of_seller = row
    return replace(
        Bought(holder.account_id, holder.currency, *sums),
        products=frozenset(products),
        payer_id=holder.payer_id,
        of_product=of_product,
        refunded_of_product=refunded,
        of_seller=of_seller,
        refunded_of_seller=refunded_of_seller,
    )
