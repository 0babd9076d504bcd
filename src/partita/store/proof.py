"""What `verify` asks of the database: sums over whole tables, and the rows that break an equation.

Owns read-only SQL across nouns. Does not own what the equations say (`usecases.verify`). Rules: VERIFY-2 … VERIFY-5.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql
from psycopg.rows import class_row

from partita.store.bill import POSTED
from partita.store.db import Transaction
from partita.store.files import FileRoom


@dataclass(frozen=True, slots=True)
class MonthSums:
    """The sums of one month and currency: exact lines, payable and receivable in minor units; zero for what is not."""

    month: int
    currency: str
    lines_e10: int
    payable_minor: int
    receivable_minor: int


@dataclass(frozen=True, slots=True)
class BillOutOfStep:
    """A bill to which some of its parts do not add up."""

    month: int
    currency: str
    payer_id: str
    bill_id: str
    lines: bool
    products: bool
    postings: bool


@dataclass(frozen=True, slots=True)
class BucketTrace:
    """What a close left of one bucket: whether its run is there, the steps, and what each step is known by."""

    month: int
    bucket: int
    frozen: bool
    steps: list[int]
    charged: bool
    billed: bool
    posted: bool

    @property
    def reached(self) -> int:
        """The last step reached; 0 when there is none."""
        return max(self.steps, default=0)


@dataclass(frozen=True, slots=True)
class BatchOutOfStep:
    """A batch of usage whose files do not hold what it accepted; None where the batch or its files are not there."""

    batch_id: str
    accepted: int | None
    on_file: int | None


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """A bill and its journal that do not fit: `entry` is the sequence of the entry, None where there is none."""

    payer_id: str
    bill_id: str
    entry: int | None
    known: bool


def at_one_instant(tx: Transaction) -> None:
    """Let all that this transaction reads be as of one instant, whatever others write meanwhile. Call it first."""
    tx.execute("set transaction isolation level repeatable read")


def row_count(tx: Transaction, table: str) -> int:
    """Return how many rows a table has."""
    row = tx.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
    assert row is not None, "a count is one row"
    return int(row[0])


def bucket_traces(tx: Transaction) -> list[BucketTrace]:
    """Return what the closes left, by month and bucket; a frozen month has all its buckets."""
    with tx.cursor(row_factory=class_row(BucketTrace)) as cursor:
        return cursor.execute(
            """
            with charged as (select distinct month, bucket from charge_file where stage = 'final'),
            billed as (select distinct month, bucket from bill),
            posted as (select distinct b.month, b.bucket from bill b join entry e on e.payer_id = b.payer_id
                       and e.reference = b.bill_id where e.kind in ('billed', 'settled')),
            stepped as (select month, bucket, array_agg(step order by step) as steps from close_step group by 1, 2),
            place as (select month, bucket from charged union select month, bucket from billed
                      union select month, bucket from stepped
                      union select r.month, b from close_run r, deployment d, generate_series(0, d.bucket_count - 1) b)
            select month, bucket, exists (select from close_run r where r.month = place.month) as frozen,
                   coalesce(stepped.steps, '{}') as steps, charged.month is not null as charged,
                   billed.month is not null as billed, posted.month is not null as posted
            from place left join charged using (month, bucket) left join billed using (month, bucket)
            left join stepped using (month, bucket) left join posted using (month, bucket)
            order by month, bucket
            """
        ).fetchall()


def month_sums(tx: Transaction) -> list[MonthSums]:
    """Return the sums of all months by currency: every currency of a bill, or of an entry that bills the month.

    The month of an entry is the one that its description ends with; the chain of entries keeps it.
    """
    rows = tx.execute(
        """
        with due as (select month, currency, sum(payable_minor) as minor from bill group by 1, 2),
        line as (select b.month, b.currency, sum(l.billed_cost_e10) as e10
                 from bill b join bill_line l on l.payer_id = b.payer_id and l.bill_id = b.bill_id group by 1, 2),
        posted as (select replace(right(e.description, 7), '-', '')::integer as month, p.currency,
                          sum(p.amount_minor) as minor
                   from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
                   where e.kind = 'billed' and p.ledger_account = 'receivable'
                     and right(e.description, 7) ~ '^[0-9]{4}-[0-9]{2}$' group by 1, 2)
        select month, currency, coalesce(line.e10, 0)::text, coalesce(due.minor, 0)::text,
               coalesce(posted.minor, 0)::text
        from due full join line using (month, currency) full join posted using (month, currency)
        order by month, currency
        """
    )
    return [MonthSums(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]


def bills_out_of_step(tx: Transaction) -> list[BillOutOfStep]:
    """Return the bills whose lines, products or postings do not add up to them: some of each month and currency."""
    with tx.cursor(row_factory=class_row(BillOutOfStep)) as cursor:
        return cursor.execute(
            """
            with line as (select payer_id, bill_id, sum(billed_cost_e10) as e10 from bill_line group by 1, 2),
            product as (select payer_id, bill_id, sum(payable_minor) as payable from bill_product group by 1, 2),
            posted as (
                select e.payer_id, e.reference as bill_id, p.currency, sum(p.amount_minor) as amount
                from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
                where e.kind = 'billed' and p.ledger_account = 'receivable' group by 1, 2, 3),
            compared as (
                select b.month, b.currency, b.payer_id, b.bill_id, b.billed_cost_e10 is distinct from l.e10 as lines,
                       b.payable_minor is distinct from p.payable as products,
                       b.payable_minor <> coalesce(r.amount, 0) as postings
                from bill b left join line l using (payer_id, bill_id) left join product p using (payer_id, bill_id)
                left join posted r using (payer_id, bill_id, currency)),
            numbered as (
                select *, row_number() over (partition by month, currency order by payer_id, bill_id) as place
                from compared where lines or products or postings)
            select month, currency, payer_id, bill_id, lines, products, postings from numbered
            where place <= 100 order by month, currency, place
            """
        ).fetchall()


def bills_missing(tx: Transaction) -> list[tuple[str, str, list[str]]]:
    """Return (payer, bill, the tables that refer to it) of the bills that are not there."""
    rows = tx.execute(
        """
        with part as (select distinct payer_id, bill_id, 'bill_line' as part from bill_line
                      union select distinct payer_id, bill_id, 'bill_product' from bill_product
                      union select distinct payer_id, bill_id, 'draw' from draw
                      union select distinct payer_id, bill_id, 'bill_offset' from bill_offset)
        select payer_id, bill_id, array_agg(part order by part) from part
        where not exists (select from bill b where b.payer_id = part.payer_id and b.bill_id = part.bill_id)
        group by 1, 2 order by 1, 2
        """
    )
    return [(payer, bill, parts) for payer, bill, parts in rows]


_DUE = f"""
    due as (
        select b.payer_id, b.bill_id from bill b
        where (b.payable_minor <> 0 or exists (select from bill_product p where p.payer_id = b.payer_id
                                               and p.bill_id = b.bill_id and p.payable_minor <> 0))
          and (b.month <> all(%(under_way)s) or exists (select from close_step s where s.month = b.month
                                                        and s.bucket = b.bucket and s.step = {POSTED}))),
    posted as (select payer_id, reference as bill_id, min(sequence)::bigint as entry from entry
               where kind = 'billed' group by 1, 2)
"""


def billed_counts(tx: Transaction, under_way: Collection[int]) -> tuple[int, int]:
    """Return how many bills are due an entry, and how many have one; of months under way, the posted buckets."""
    row = tx.execute(
        f"with {_DUE} select (select count(*) from due), (select count(*) from posted)",
        {"under_way": sorted(under_way)},
    ).fetchone()
    assert row is not None, "a select without tables gives one row"
    return row[0], row[1]


def billed_ends(tx: Transaction, under_way: Collection[int]) -> list[LooseEnd]:
    """Return the bills without an entry, and the entries that bill what is not due."""
    with tx.cursor(row_factory=class_row(LooseEnd)) as cursor:
        return cursor.execute(
            f"with {_DUE} select payer_id, bill_id, posted.entry, due.bill_id is not null as known "
            "from due full join posted using (payer_id, bill_id) "
            "where due.bill_id is null or posted.entry is null order by payer_id, bill_id",
            {"under_way": sorted(under_way)},
        ).fetchall()


_PAID = """
    paid as (select payer_id, bill_id, entry_id, sum(amount_minor) as amount from draw group by 1, 2, 3),
    settled as (
        select e.payer_id, e.reference as bill_id, e.entry_id, e.sequence as entry,
               coalesce(-sum(p.amount_minor) filter (where p.ledger_account = 'receivable'), 0) as amount
        from entry e left join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.kind in ('settled', 'cleared') group by 1, 2, 3, 4)
"""


def settled_counts(tx: Transaction) -> tuple[int, int]:
    """Return how many payments of bills the draws make, and how many entries settle."""
    row = tx.execute(f"with {_PAID} select (select count(*) from paid), (select count(*) from settled)").fetchone()
    assert row is not None, "a select without tables gives one row"
    return row[0], row[1]


def settled_ends(tx: Transaction) -> list[LooseEnd]:
    """Return the draws without an entry, the entries without draws, and those whose sums differ."""
    with tx.cursor(row_factory=class_row(LooseEnd)) as cursor:
        return cursor.execute(
            f"with {_PAID} select payer_id, bill_id, settled.entry, paid.amount is not null as known "
            "from paid full join settled using (payer_id, bill_id, entry_id) "
            "where paid.amount is distinct from settled.amount order by payer_id, bill_id"
        ).fetchall()


def paid_count(tx: Transaction) -> int:
    """Return how many bills funds or credits have paid something of."""
    row = tx.execute("select count(*) from bill_left where drawn_minor + set_off_minor > 0").fetchone()
    assert row is not None, "a count gives one row"
    return int(row[0])


def overpaid(tx: Transaction) -> list[tuple[str, str, str, int, int]]:
    """Return (payer, bill, currency, payable, paid) of the bills of which more was paid than they ask."""
    rows = tx.execute(
        "select payer_id, bill_id, currency, payable_minor, drawn_minor + set_off_minor from bill_left "
        "where drawn_minor + set_off_minor > greatest(payable_minor, 0) order by 1, 2"
    )
    return rows.fetchall()


def settlement_sums(tx: Transaction, under_way: Collection[int]) -> list[tuple[str, int, int, int]]:
    """Return (currency, payable of all bills, paid by draws, receivable left in the ledger) in minor units.

    Of months under way the bills of posted buckets count. Every currency of a bill, a draw or the receivable is there.
    What moves the receivable beside bills and their draws (credit refunds set off, acceptance bills that bounced,
    orders on credit, and what was paid of those) does not count.
    """
    rows = tx.execute(
        f"""
        with due as (
            select b.currency, sum(b.payable_minor) as amount from bill b
            where b.month <> all(%(under_way)s) or exists (select from close_step s where s.month = b.month
                                                           and s.bucket = b.bucket and s.step = {POSTED})
            group by 1),
        paid as (select b.currency, sum(d.amount_minor) as amount
                 from draw d join bill b on b.payer_id = d.payer_id and b.bill_id = d.bill_id group by 1),
        left_over as (select p.currency, sum(p.amount_minor) as amount
                      from posting p join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence
                      where p.ledger_account = 'receivable'
                        and e.kind not in ('credit_refund_applied', 'acceptance_dishonoured', 'cash_owed',
                                           'debt_cleared', 'order_paid', 'order_cleared', 'interest_charged')
                      group by 1)
        select currency, coalesce(due.amount, 0)::text, coalesce(paid.amount, 0)::text,
               coalesce(left_over.amount, 0)::text
        from due full join paid using (currency) full join left_over using (currency) order by currency
        """,
        {"under_way": sorted(under_way)},
    )
    return [(currency, int(payable), int(drawn), int(left)) for currency, payable, drawn, left in rows]


def batches_out_of_step(tx: Transaction) -> list[BatchOutOfStep]:
    """Return the batches whose files do not hold what they accepted, and files whose batch is not there."""
    with tx.cursor(row_factory=class_row(BatchOutOfStep)) as cursor:
        return cursor.execute(
            """
            select batch_id, b.accepted, f.records as on_file
            from usage_batch b full join (
                select batch_id, sum(records)::bigint as records, sum(quantity_e6) as quantity
                from usage_file group by 1
            ) f using (batch_id)
            where b.batch_id is null or b.accepted <> coalesce(f.records, 0)
               or b.quantity_e6 <> coalesce(f.quantity, 0)
            order by batch_id
            """
        ).fetchall()


def parquet_files(room: FileRoom) -> list[str]:
    """Return the paths of the Parquet files that lie under `usage/` and `charges/`, named by the manifest or not."""
    return [
        found.relative_to(room.root).as_posix()
        for kind in ("usage", "charges")
        for found in sorted((room.root / kind).rglob("*.parquet"))
        if found.is_file()
    ]


def sides(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return (currency, debits, credits) of the whole ledger in minor units, both positive."""
    rows = tx.execute(
        "select currency, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::text, "
        "coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::text "
        "from posting group by currency order by currency"
    )
    return [(currency, int(debits), int(credits_)) for currency, debits, credits_ in rows]


def uneven_entries(tx: Transaction) -> list[tuple[str, int, str]]:
    """Return (payer, sequence, currency) of the first twenty entries that do not sum to zero."""
    rows = tx.execute(
        "select payer_id, sequence, currency from posting group by 1, 2, 3 having sum(amount_minor) <> 0 "
        "order by 1, 2, 3 limit 20"
    )
    return [(payer, sequence, currency) for payer, sequence, currency in rows]


def accepted_totals(tx: Transaction) -> tuple[int, int]:
    """Return how many usage records all batches accepted, and their quantity in `_e6`."""
    row = tx.execute(
        "select coalesce(sum(accepted), 0)::text, coalesce(sum(quantity_e6), 0)::text from usage_batch"
    ).fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0]), int(row[1])
