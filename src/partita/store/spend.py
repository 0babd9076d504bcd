"""Running spend in the books: counters of the month, what usage costs by day, and through which file both are complete.

Owns the SQL of `usage_counter`, `counted_through` and `running_spend`: running state, moved by every batch of usage
under `store.usage.lock_intake` and recomputed by `rate`. Does not own the holds (`store.funds`).
Rules: SPEND-1, SPEND-2, SPEND-5 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from partita.core.period import Month
from partita.core.spend import Spend
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class CounterRow:
    """What a counter of a month shows: the quantity of one account's use of a SKU, paid by one payer."""

    payer_id: str
    sku_id: str
    account_id: str
    quantity_e6: int


def counters(tx: Transaction, month: int, of: Collection[tuple[str, str]]) -> list[CounterRow]:
    """Return what the counters of these (payer, SKU) show, each account by itself."""
    rows = tx.execute(
        "select c.payer_id, c.sku_id, c.account_id, c.quantity_e6::text from usage_counter c "
        "join unnest(%s::text[], %s::text[]) as asked (payer_id, sku_id) using (payer_id, sku_id) "
        "where c.month = %s order by 1, 2, 3",
        ([payer for payer, _ in of], [sku for _, sku in of], month),
    )
    return [CounterRow(payer, sku, account, int(quantity)) for payer, sku, account, quantity in rows]


_COUNTER_ROWS = """
    insert into usage_counter (payer_id, month, sku_id, account_id, quantity_e6)
    select payer_id, %(month)s, sku_id, account_id, quantity_e6::numeric
    from unnest(%(payer)s::text[], %(sku)s::text[], %(account)s::text[], %(quantity)s::text[])
         as new (payer_id, sku_id, account_id, quantity_e6)
    order by 1, 2, 3, 4
    on conflict (payer_id, month, sku_id, account_id)
"""
_ADD_COUNTERS = _COUNTER_ROWS + "do update set quantity_e6 = usage_counter.quantity_e6 + excluded.quantity_e6"
_SET_COUNTERS = _COUNTER_ROWS + "do update set quantity_e6 = excluded.quantity_e6"


def move_counters(tx: Transaction, month: int, rows: Sequence[CounterRow], *, anew: bool = False) -> None:
    """Add to the counters of a month; `anew` = these are what they show."""
    if not rows:
        return
    values = {
        "month": month,
        "payer": [one.payer_id for one in rows],
        "sku": [one.sku_id for one in rows],
        "account": [one.account_id for one in rows],
        "quantity": [str(one.quantity_e6) for one in rows],
    }
    tx.execute(_SET_COUNTERS if anew else _ADD_COUNTERS, values)


def through(tx: Transaction, month: int) -> dict[int, int]:
    """Return through which usage file the running figures of each bucket of a month are complete."""
    rows = tx.execute("select bucket, sequence from counted_through where month = %s", (month,))
    return dict(rows.fetchall())


def last_files(tx: Transaction, month: int, *, without: str | None = None) -> dict[int, int]:
    """Return the last usage file of each bucket of a month; `without` leaves the files of one batch out."""
    rows = tx.execute(
        "select bucket, max(sequence) from usage_file where month = %(month)s "
        "and (%(without)s::text is null or batch_id <> %(without)s) group by bucket",
        {"month": month, "without": without},
    )
    return dict(rows.fetchall())


def reach(tx: Transaction, month: int, files: Mapping[int, int]) -> None:
    """Say through which usage file the running figures of buckets of a month are complete now."""
    tx.execute(
        "insert into counted_through (month, bucket, sequence) select %s, bucket, sequence "
        "from unnest(%s::integer[], %s::bigint[]) as asked (bucket, sequence) order by bucket "
        "on conflict (month, bucket) do update set sequence = excluded.sequence",
        (month, list(files), list(files.values())),
    )


_SPEND_ROWS = """
    insert into running_spend (payer_id, account_id, product_id, day, billed_in, currency, bucket, amount_e10)
    select payer_id, account_id, product_id, day, billed_in, currency, bucket, amount_e10::numeric
    from unnest(%(payer)s::text[], %(account)s::text[], %(product)s::text[], %(day)s::date[], %(billed_in)s::integer[],
                %(currency)s::text[], %(bucket)s::integer[], %(amount)s::text[])
         as new (payer_id, account_id, product_id, day, billed_in, currency, bucket, amount_e10)
    order by 1, 2, 3, 4, 5, 6
    on conflict (payer_id, account_id, product_id, day, billed_in, currency)
"""
_ADD_SPEND = _SPEND_ROWS + "do update set amount_e10 = running_spend.amount_e10 + excluded.amount_e10"
_SET_SPEND = (
    _SPEND_ROWS + "do update set amount_e10 = excluded.amount_e10 where running_spend.amount_e10 <> excluded.amount_e10"
)


def add(tx: Transaction, rows: Sequence[tuple[Spend, int]]) -> None:
    """Add to the running spend: (spend, bucket of its payer)."""
    if rows:
        tx.execute(_ADD_SPEND, _spend_values(rows))


def set_month(tx: Transaction, month: Month, bucket: int, rows: Sequence[Spend]) -> None:
    """Let these be the running spend of an open month in a bucket; late usage of earlier months stays as it is."""
    known = {(one.payer_id, one.account_id, one.product_id, one.day, one.currency) for one in rows}
    first, after = date(month.year, month.month, 1), date(month.next().year, month.next().month, 1)
    stored = tx.execute(
        "select payer_id, account_id, product_id, day, currency from running_spend "
        "where billed_in = %s and bucket = %s and day >= %s and day < %s and amount_e10 <> 0",
        (month.number, bucket, first, after),
    )
    gone = [Spend(payer, account, product, day, currency, month, 0)
            for payer, account, product, day, currency in stored
            if (payer, account, product, day, currency) not in known]  # fmt: skip
    both = [(one, bucket) for one in (*rows, *gone)]
    if both:
        tx.execute(_SET_SPEND, _spend_values(both))


def _spend_values(rows: Sequence[tuple[Spend, int]]) -> dict[str, object]:
    spends = [one for one, _ in rows]
    return {
        "payer": [one.payer_id for one in spends],
        "account": [one.account_id for one in spends],
        "product": [one.product_id for one in spends],
        "day": [one.day for one in spends],
        "billed_in": [one.billed_in.number for one in spends],
        "currency": [one.currency for one in spends],
        "bucket": [bucket for _, bucket in rows],
        "amount": [str(one.amount_e10) for one in spends],
    }


def payers_of(tx: Transaction, month: int, bucket: int) -> set[str]:
    """Return the payers of a bucket that have running spend which this month bills."""
    rows = tx.execute(
        "select distinct payer_id from running_spend where billed_in = %s and bucket = %s", (month, bucket)
    )
    return {row[0] for row in rows}


Totals = dict[tuple[str, int, str], int]
"""What is spent and not billed, by payer, month that bills it, and currency, in `_e10`."""


def totals(tx: Transaction, months: Iterable[int], *, payers: Collection[str] | None = None) -> Totals:
    """Return what the running spend of these billing months adds up to, of some payers or of all."""
    rows = tx.execute(
        "select payer_id, billed_in, currency, sum(amount_e10)::text from running_spend "
        "where billed_in = any(%(months)s) and (%(payers)s::text[] is null or payer_id = any(%(payers)s)) "
        "group by 1, 2, 3 order by 1, 2, 3",
        {"months": sorted(set(months)), "payers": None if payers is None else sorted(payers)},
    )
    return {(payer, month, currency): int(amount) for payer, month, currency, amount in rows}


Days = dict[date, int]
"""Spend by day, in `_e10`."""


def by_day(tx: Transaction, payers: Collection[str], first: date) -> dict[str, Days]:
    """Return what each payer spent from `first` on, by day, for all accounts and products together."""
    rows = tx.execute(
        "select payer_id, day, sum(amount_e10)::text from running_spend "
        "where payer_id = any(%s) and day >= %s group by 1, 2 order by 1, 2",
        (sorted(payers), first),
    )
    found: dict[str, Days] = {}
    for payer, day, amount in rows:
        found.setdefault(payer, {})[day] = int(amount)
    return found


def of_items_by_day(
    tx: Transaction, payers: Collection[str], first: date, *, accounts: Collection[str] | None = None
) -> dict[str, dict[tuple[str, str], Days]]:
    """Return what each payer spent from `first` on for each (account, product), by day; for some accounts or all."""
    rows = tx.execute(
        "select payer_id, account_id, product_id, day, sum(amount_e10)::text from running_spend "
        "where payer_id = any(%(payers)s) and day >= %(first)s "
        "and (%(accounts)s::text[] is null or account_id = any(%(accounts)s)) group by 1, 2, 3, 4 order by 1, 2, 3, 4",
        {"payers": sorted(payers), "first": first, "accounts": None if accounts is None else sorted(accounts)},
    )
    found: dict[str, dict[tuple[str, str], Days]] = {}
    for payer, account, product, day, amount in rows:
        found.setdefault(payer, {}).setdefault((account, product), {})[day] = int(amount)
    return found


def of_members(tx: Transaction, accounts: Collection[str], first: date, last: date) -> dict[str, int]:
    """Return what accounts have spent from one day to another, both included, in `_e10`; whoever pays."""
    rows = tx.execute(
        "select account_id, sum(amount_e10)::text from running_spend "
        "where account_id = any(%s) and day between %s and %s group by 1",
        (sorted(accounts), first, last),
    )
    return {account: int(amount) for account, amount in rows}


def of_items(tx: Transaction, items: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return what each (account, product) has spent in all, in `_e10`."""
    rows = tx.execute(
        "select s.account_id, s.product_id, sum(s.amount_e10)::text from running_spend s "
        "join unnest(%s::text[], %s::text[]) as asked (account_id, product_id) using (account_id, product_id) "
        "group by 1, 2",
        ([account for account, _ in items], [product for _, product in items]),
    )
    return {(account, product): int(amount) for account, product, amount in rows}
