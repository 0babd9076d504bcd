"""What `verify` asks of the database: sums over whole tables, and the rows that break an equation.

Owns read-only SQL across nouns. Does not own what the equations say (`usecases.verify`). Rules: VERIFY-2 … VERIFY-4.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class MonthSums:
    """The sums of one closed month and currency: exact lines, payable and receivable in minor units."""

    currency: str
    minor_scale_e10: int
    lines_e10: int
    payable_minor: int
    receivable_minor: int


def month_sums(tx: Transaction, month: int) -> list[MonthSums]:
    """Return the sums of the bills of a month by currency."""
    rows = tx.execute(
        """
        select b.currency, max(b.minor_scale_e10), sum(l.lines)::text, sum(b.payable_minor)::text,
               sum(coalesce(r.posted, 0))::text
        from bill b
        left join lateral (select sum(billed_cost_e10) as lines from bill_line l
                           where l.payer_id = b.payer_id and l.bill_id = b.bill_id) l on true
        left join (select e.payer_id, e.reference, p.currency, sum(p.amount_minor) as posted
                   from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
                   where e.kind = 'billed' and p.ledger_account = 'receivable'
                   group by 1, 2, 3) r
          on r.payer_id = b.payer_id and r.reference = b.bill_id and r.currency = b.currency
        where b.month = %s group by b.currency order by b.currency
        """,
        (month,),
    )
    return [MonthSums(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]


def bills_out_of_step(tx: Transaction, month: int, *, limit: int = 20) -> list[str]:
    """Return the bills of a month whose lines, products or postings do not add up to them, as sentences."""
    rows = tx.execute(
        """
        with line as (select payer_id, bill_id, sum(billed_cost_e10) as e10 from bill_line group by 1, 2),
        product as (select payer_id, bill_id, sum(payable_minor) as payable from bill_product group by 1, 2),
        posted as (
            select e.payer_id, e.reference as bill_id, sum(p.amount_minor) as amount
            from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
            where e.kind = 'billed' and p.ledger_account = 'receivable' group by 1, 2)
        select b.bill_id, b.payer_id, b.billed_cost_e10 is distinct from l.e10,
               b.payable_minor is distinct from p.payable, b.payable_minor <> coalesce(r.amount, 0)
        from bill b left join line l using (payer_id, bill_id) left join product p using (payer_id, bill_id)
        left join posted r using (payer_id, bill_id)
        where b.month = %s and (b.billed_cost_e10 is distinct from l.e10
              or b.payable_minor is distinct from p.payable or b.payable_minor <> coalesce(r.amount, 0))
        order by b.payer_id limit %s
        """,
        (month, limit),
    )
    parts = ("its lines", "its products", "its receivable postings")
    return [
        f"bill {bill} of {payer}: differs from {' and '.join(p for p, off in zip(parts, offs, strict=True) if off)}"
        for bill, payer, *offs in rows
    ]


def settlement_sums(tx: Transaction) -> list[tuple[str, int, int, int]]:
    """Return (currency, payable of all bills, paid by draws, receivable left in the ledger) in minor units."""
    rows = tx.execute(
        """
        with paid as (select payer_id, bill_id, sum(amount_minor) as amount from draw group by 1, 2),
        left_over as (select currency, sum(amount_minor) as amount from posting
                      where ledger_account = 'receivable' group by 1)
        select b.currency, sum(b.payable_minor)::text, sum(coalesce(p.amount, 0))::text,
               coalesce((select amount from left_over l where l.currency = b.currency), 0)::text
        from bill b left join paid p using (payer_id, bill_id)
        where exists (select from entry e where e.payer_id = b.payer_id and e.reference = b.bill_id)
        group by b.currency order by b.currency
        """
    )
    return [(currency, int(payable), int(drawn), int(left)) for currency, payable, drawn, left in rows]


def sides(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return (currency, debits, credits) of the whole ledger in minor units, both positive."""
    rows = tx.execute(
        "select currency, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::text, "
        "coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::text "
        "from posting group by currency order by currency"
    )
    return [(currency, int(debits), int(credits_)) for currency, debits, credits_ in rows]


def uneven_entries(tx: Transaction, *, limit: int = 20) -> list[tuple[str, int, str]]:
    """Return (payer, sequence, currency) of entries that do not sum to zero."""
    rows = tx.execute(
        "select payer_id, sequence, currency from posting group by 1, 2, 3 having sum(amount_minor) <> 0 "
        "order by 1, 2, 3 limit %s",
        (limit,),
    )
    return [(payer, sequence, currency) for payer, sequence, currency in rows]


def balance_count(tx: Transaction) -> int:
    """Return how many balances are kept."""
    row = tx.execute("select count(*) from balance").fetchone()
    return row[0] if row else 0


def accepted_totals(tx: Transaction) -> tuple[int, int]:
    """Return how many usage records all batches accepted, and their quantity in `_e6`."""
    row = tx.execute(
        "select coalesce(sum(accepted), 0)::text, coalesce(sum(quantity_e6), 0)::text from usage_batch"
    ).fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0]), int(row[1])
