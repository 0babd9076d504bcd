"""What `verify` asks of invoices: that invoices, what is owed and what is not invoiced yet are the cash consumption.

Owns read-only SQL. Rules: INVOICE-10, VERIFY-5.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class PayerSums:
    """The sums of one payer and currency, in minor units.

    `invoiced`: what invoices that stand say of it. `owed`: what of that is not consumed any more. `open`: what is not
    invoiced yet, less what came back before it was. `consumed`: what the ledger took of cash and its like, less what it
    gave back.
    """

    payer_id: str
    currency: str
    invoiced: int
    owed: int
    open: int
    consumed: int

    @property
    def explained(self) -> int:
        """Invoices − owed + not yet invoiced."""
        return self.invoiced - self.owed + self.open


_SUMS = """
    with said as (
        select l.payer_id, i.currency, sum(l.gross_minor) as invoiced
        from invoice_line l join invoice i on i.account_id = l.account_id and i.invoice_id = l.invoice_id
        join invoice_now n on n.account_id = i.account_id and n.invoice_id = i.invoice_id
        where n.counts group by 1, 2),
    held as (
        select payer_id, currency, sum(least(greatest(-net, 0), greatest(covered, 0))) as owed,
               sum(greatest(net, 0) - greatest(-net, 0) + least(greatest(-net, 0), greatest(covered, 0))) as open
        from (select payer_id, currency, invoiced_minor + taken_minor - given_minor as covered,
                     original_minor - refunded_minor - taken_minor + given_minor - invoiced_minor as net
              from invoice_candidate) c group by 1, 2),
    entered as (
        select p.payer_id, p.currency, sum(p.amount_minor) as consumed
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.kind in (select kind from cash_kind)
          and split_part(p.ledger_account, '/', 1) in ('cash', 'transfer_book', 'acceptance', 'refund') group by 1, 2)
    select payer_id, currency, coalesce(invoiced, 0)::bigint as invoiced, coalesce(owed, 0)::bigint as owed,
           coalesce(open, 0)::bigint as open, coalesce(consumed, 0)::bigint as consumed
    from said full join held using (payer_id, currency) full join entered using (payer_id, currency)
    order by currency, payer_id
"""


def payer_sums(tx: Transaction) -> list[PayerSums]:
    """Return the sums of every payer that consumed or was invoiced, by currency."""
    with tx.cursor(row_factory=class_row(PayerSums)) as cursor:
        return cursor.execute(_SUMS).fetchall()


@dataclass(frozen=True, slots=True)
class InvoiceApart:
    """An invoice whose lines are not its sums, or whose red letter is not its mirror."""

    account_id: str
    invoice_id: str


def invoices_apart(tx: Transaction) -> tuple[int, list[InvoiceApart]]:
    """Return how many invoices there are, and those to which their lines, tax or red letter do not add up."""
    count = tx.execute("select count(*) from invoice").fetchone()
    with tx.cursor(row_factory=class_row(InvoiceApart)) as cursor:
        found = cursor.execute(
            """
            select i.account_id, i.invoice_id from invoice i
            left join lateral (
                select sum(gross_minor) as gross, sum(tax_minor) as tax from invoice_line l
                where l.account_id = i.account_id and l.invoice_id = i.invoice_id) l on true
            left join invoice o on o.invoice_id = i.red_of
            where l.gross is distinct from i.gross_minor or l.tax is distinct from i.tax_minor
               or abs(2 * (i.tax_minor::numeric * (10000 + i.rate_e4) - i.gross_minor::numeric * i.rate_e4))
                  > 10000 + i.rate_e4
               or (i.red_of is not null and (o.gross_minor, o.tax_minor, o.account_id)
                   is distinct from (-i.gross_minor, -i.tax_minor, i.account_id))
            order by 1, 2
            """
        ).fetchall()
    return (int(count[0]) if count else 0), found
