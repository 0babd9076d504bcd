"""What a settlement works with, out of PostgreSQL as columns: bills of a bucket, their lines, sources and templates.

Owns the SQL of `bill_seller`, and reads bills, draws, offsets, balances, vouchers, cards and freezes; the schemas are
`columnar.settlement.TABLES`. Rows leave the database by COPY and never become Python objects. Decides nothing. Rules:
SETTLE-5, SETTLE-8, VOUCHER-4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from partita.columnar import settlement as columnar
from partita.columnar.tables import arrow_schema
from partita.core.funds import Fund
from partita.core.ledger import instant_text
from partita.core.period import Period
from partita.core.scope import Occasion
from partita.core.settlement import SAME_MONTH
from partita.core.template import Instrument, Kind
from partita.core.voucher import DEFAULT_POLICY, Priority
from partita.store import rows as rows_store
from partita.store.db import Transaction
from partita.store.org import OPEN_END


@dataclass(frozen=True, slots=True)
class Of:
    """Which bills: of a month and bucket, or one of them; the month's period in each zone; the instant of the close.

    `lines`: whose lines are needed (`_LINES_WHERE`); of the other bills the whole payable counts as one line.
    `kept_back`: payers of whose funds only those pay that pay in no other month.
    """

    month: int
    bucket: int
    periods: Mapping[str, Period]
    at: datetime
    bill_id: str | None = None
    lines: str = "held"
    kept_back: frozenset[str] = frozenset()


# Templates are known by enterprise and name; a blank is in no name.
_TEMPLATE = "v.enterprise_id || ' ' || v.template_id"

_LINES_WHERE = {
    "all": "true",
    "held": """exists (
        select from balance v where v.payer_id = b.payer_id and v.currency = b.currency
        and split_part(v.ledger_account, '/', 1) = 'voucher' and v.amount_minor < 0)
        or (b.payer_id, b.bill_id) in (select payer_id, bill_id from of_sellers)""",
    "drawn": """exists (
        select from draw w where w.payer_id = b.payer_id and w.bill_id = b.bill_id and w.fund = 'voucher')
        or exists (select from bill_seller s where s.payer_id = b.payer_id and s.bill_id = b.bill_id)""",
}
"""Whose lines are needed: vouchers look at them, and who of several sellers is paid. For the others the whole payable
is one line (`columnar.settlement.lay_out`), so that much less is moved."""
_DUE = """
    with of_sellers as materialized (
        select p.payer_id, p.bill_id from bill b
        join bill_product p on p.payer_id = b.payer_id and p.bill_id = b.bill_id
        left join seller_now s on s.product_id = p.product_id and s.since <= %(at)s
        where b.month = %(month)s and b.bucket = %(bucket)s and exists (select from product_seller)
        group by 1, 2 having count(distinct coalesce(s.seller, '')) > 1),
    due as materialized (
        select b.payer_id, b.bill_id, b.currency, b.month, b.payable_minor, b.minor_scale_e10, a.enterprise_id, e.zone,
               {lines} as by_line
        from bill b join account a on a.account_id = b.payer_id join enterprise e on e.enterprise_id = a.enterprise_id
        where b.month = %(month)s and b.bucket = %(bucket)s and b.payable_minor > 0
          and (%(bill)s::text is null or b.bill_id = %(bill)s))
"""

_BILLS = """
    select payer_id, bill_id, currency, left(month::text, 4) || '-' || right(month::text, 2), minor_scale_e10,
           p.from_at at time zone 'UTC', p.to_at at time zone 'UTC', payable_minor, by_line
    from due join unnest(%(zones)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        as p (zone, from_at, to_at) on p.zone = due.zone
"""

_PRODUCTS = """
    select p.bill_id, p.product_id, p.payable_minor from due d
    join bill_product p on p.payer_id = d.payer_id and p.bill_id = d.bill_id where d.by_line
"""

_LINES = """
    select l.bill_id, l.line, '', l.account_id, l.product_id, l.billed_cost_e10 from due d
    join bill_line l on l.payer_id = d.payer_id and l.bill_id = d.bill_id where d.by_line
"""

_KEY = {
    Priority.EXPIRY: "(extract(epoch from v.valid_until) * 1000000)::bigint",
    Priority.DEDICATED: "case when t.listing = 'white' or t.accounts <> '{}' or t.tags <> '{}' then 0 else 1 end",
    Priority.BALANCE: "b.amount_minor",
    Priority.ISSUE: "(extract(epoch from v.recorded_at) * 1000000)::bigint",
}
"""The numbers of core.voucher.priority; a balance is what is left with its sign turned."""
_CHOICE = " ".join(f"when '{one.value}' then {number}" for one, number in _KEY.items())
_KEYS = ", ".join(f"case p.keys[{place}] {_CHOICE} else 0 end" for place in range(1, len(Priority) + 1))

_SOURCES = f"""
    select b.payer_id, b.currency, split_part(b.ledger_account, '/', 1),
           case when strpos(b.ledger_account, '/') = 0 then b.ledger_account
                else substr(b.ledger_account, strpos(b.ledger_account, '/') + 1) end,
           -b.amount_minor - case when b.ledger_account = '{Fund.CASH.value}' then coalesce(frozen.amount_minor, 0)
                                  else 0 end,
           c.activated_at at time zone 'UTC',
           coalesce(c.activated_at + make_interval(days => s.valid_days), {OPEN_END}) at time zone 'UTC',
           null, 0, 0, 0, 0, 0
    from due d join balance b on b.payer_id = d.payer_id and b.currency = d.currency
    left join stored_value_activation c on b.ledger_account = '{Fund.STORED_VALUE.value}/' || c.card_id
    left join stored_value_card s on s.payer_id = c.payer_id and s.card_id = c.card_id
    left join (
        select payer_id, currency, sum(amount_minor)::bigint as amount_minor from (
            select f.payer_id, f.currency, f.amount_minor from fund_freeze f
            where f.payer_id in (select payer_id from due)
            union all
            select f.payer_id, f.currency, -r.amount_minor from fund_release r
            join fund_freeze f on f.payer_id = r.payer_id and f.freeze_id = r.freeze_id
            where f.payer_id in (select payer_id from due)
        ) both_ways group by payer_id, currency
    ) frozen on frozen.payer_id = b.payer_id and frozen.currency = b.currency
    where b.amount_minor < 0 and split_part(b.ledger_account, '/', 1) = any(%(funds)s)
      and (b.payer_id <> all(%(kept_back)s) or split_part(b.ledger_account, '/', 1) = any(%(same_month)s))
    union all
    select b.payer_id, b.currency, '{Fund.VOUCHER.value}', v.voucher_id, -b.amount_minor,
           v.valid_from at time zone 'UTC', v.valid_until at time zone 'UTC', {_TEMPLATE}, 0, {_KEYS}
    from due d join balance b on b.payer_id = d.payer_id and b.currency = d.currency
    join voucher v on b.ledger_account = '{Fund.VOUCHER.value}/' || v.voucher_id
    join template t on t.enterprise_id = v.enterprise_id and t.template_id = v.template_id
    cross join lateral (
        select coalesce((select keys from priority_policy o where o.enterprise_id = d.enterprise_id
                         and o.instrument = '{Instrument.VOUCHER.value}' and o.recorded_at <= %(at)s
                         order by o.sequence desc limit 1), %(keys)s::text[]) as keys) p
    where b.amount_minor < 0 and (t.kind = '{Kind.CASH.value}' or not exists (
        select from draw w where w.fund = '{Fund.VOUCHER.value}' and w.source_id = v.voucher_id)
        and not exists (select from order_draw w where w.fund = '{Fund.VOUCHER.value}' and w.source_id = v.voucher_id))
"""
"""What is there: of cash without what is frozen; of vouchers without those for one use that were used."""

_DRAWN = f"""
    select d.payer_id, d.currency, w.fund, w.source_id, w.amount_minor, null::timestamp, null::timestamp,
           {_TEMPLATE}, w.line, 0, 0, 0, 0
    from due d join draw w on w.payer_id = d.payer_id and w.bill_id = d.bill_id
    left join voucher v on w.fund = '{Fund.VOUCHER.value}' and v.voucher_id = w.source_id
    union all
    select d.payer_id, d.currency, o.kind, o.source_id, o.amount_minor, null, null, null, o.after_draws,
           (extract(epoch from o.recorded_at) * 1000000)::bigint, 0, 0, 0
    from due d join bill_offset o on o.payer_id = d.payer_id and o.bill_id = d.bill_id
"""
"""What was drawn, as sources that hold just that, in the order of the draws: they pay the same lines again.

What was set off comes after the draws that were there before it: no fund has its name, so it is the last of its round.
"""

_OF_VOUCHERS = f"""
    vouchers as materialized (
        select distinct d.payer_id, d.currency, v.enterprise_id, v.template_id from due d
        join balance b on b.payer_id = d.payer_id and b.currency = d.currency
        join voucher v on b.ledger_account = '{Fund.VOUCHER.value}/' || v.voucher_id
        where d.by_line),
    used as materialized (
        select distinct t.* from vouchers v
        join template t on t.enterprise_id = v.enterprise_id and t.template_id = v.template_id
        where t.occasions = '{{}}' or '{Occasion.PAY_AS_YOU_GO.value}' = any(t.occasions))
"""
_NAME = "t.enterprise_id || ' ' || t.template_id"
_TEMPLATES = f"""
    select {_NAME}, t.listing, t.accounts <> '{{}}', t.tags <> '{{}}', t.minimum_minor, t.percent_e6, t.stacks
    from used t
"""
_TEMPLATE_PRODUCTS = f"select {_NAME}, unnest(t.products) from used t"
_TEMPLATE_ACCOUNTS = f"select {_NAME}, unnest(t.accounts) from used t"
_WISHES = f"""
    select v.payer_id, v.currency, {_NAME}, tag.key, tag.value,
           (select count(*) from jsonb_object_keys(t.tags))
    from vouchers v join used t on t.enterprise_id = v.enterprise_id and t.template_id = v.template_id,
         jsonb_each_text(t.tags) as tag
"""

_WITH_TEMPLATES = {
    "templates": _TEMPLATES,
    "template_products": _TEMPLATE_PRODUCTS,
    "template_accounts": _TEMPLATE_ACCOUNTS,
}


def to_settle(tx: Transaction, of: Of) -> dict[str, pa.Table]:
    """Return what the settlement of a bucket's bills works with, by name of `columnar.settlement.TABLES`."""
    return _tables(tx, of, _SOURCES)


def settled(tx: Transaction, of: Of) -> dict[str, pa.Table]:
    """Return the same with the draws that were made as the sources: settled again, they pay the lines they paid."""
    return _tables(tx, of, _DRAWN)


def wishes(tx: Transaction, of: Of) -> pa.Table:
    """Return the tags that the vouchers of these payers ask for; without rows no line has parts."""
    return _table(tx, f"{_due(of)}, {_OF_VOUCHERS} {_WISHES}", _values(of), columnar.WISHES)


def line_numbers(tx: Transaction, of: Of) -> pa.Table:
    """Return what each line of these bills is known by, so that the charges of its parts are found."""
    select = """
        select d.payer_id, d.currency, d.bill_id, l.line, l.kind, l.account_id, l.product_id, l.sku_id, l.usage_month,
               l.unit from due d join bill_line l on l.payer_id = d.payer_id and l.bill_id = d.bill_id where d.by_line
    """
    return _table(tx, f"{_due(of)} {select}", _values(of), columnar.LINE_NUMBERS)


def save_sellers(
    tx: Transaction, rows: Iterable[tuple[str, str, int, str, int, int]], *, recorded_at: datetime
) -> None:
    """Save which lines of bills are whose: (payer, bill, place, seller, due, of it paid by vouchers and cards)."""
    at = instant_text(recorded_at)
    rows_store.add(
        tx,
        "bill_seller (payer_id, bill_id, place, seller, due_minor, same_month_minor, recorded_at)",
        ((*row, at) for row in rows),
    )


def with_sellers(tx: Transaction) -> list[tuple[int, int]]:
    """Return the months and buckets that have bills of several sellers."""
    return tx.execute(
        "select distinct b.month, b.bucket from bill_seller s join bill b on b.bill_id = s.bill_id order by 1, 2"
    ).fetchall()


def paid_to_sellers(tx: Transaction, month: int, bucket: int) -> dict[tuple[str, str], int]:
    """Return what money paid of bills of several sellers, as invoices take it: (bill, seller) → minor units."""
    rows = tx.execute(
        "select c.reference, c.seller, c.original_minor from cash_consumption c "
        "join bill b on b.payer_id = c.payer_id and b.bill_id = c.reference "
        "where c.kind = 'bill' and b.month = %s and b.bucket = %s and c.original_minor > 0 "
        "and exists (select from bill_seller s where s.payer_id = b.payer_id and s.bill_id = b.bill_id)",
        (month, bucket),
    )
    return {(bill, seller): amount for bill, seller, amount in rows}


def _tables(tx: Transaction, of: Of, sources: str) -> dict[str, pa.Table]:
    """Return all tables; what belongs to vouchers alone is asked for only when somebody has one."""
    due, values = _due(of), _values(of)
    facts = {name: _table(tx, f"{due} {select}", values, columnar.TABLES[name]) for name, select in (
        ("bills", _BILLS), ("sources", sources))}  # fmt: skip
    if pc.any(facts["bills"].column("by_line")).as_py():
        facts |= {
            name: _table(tx, f"{due} {select}", values, columnar.TABLES[name])
            for name, select in (("products", _PRODUCTS), ("lines", _LINES))
        }
        facts |= {
            name: _table(tx, f"{due}, {_OF_VOUCHERS} {select}", values, columnar.TABLES[name])
            for name, select in _WITH_TEMPLATES.items()
        }
    return facts


def _due(of: Of) -> str:
    return _DUE.format(lines=_LINES_WHERE[of.lines])


def _values(of: Of) -> dict[str, object]:
    zones = sorted(of.periods)
    return {
        "month": of.month,
        "bucket": of.bucket,
        "bill": of.bill_id,
        "at": of.at,
        "zones": zones,
        "starts": [of.periods[zone].start for zone in zones],
        "ends": [of.periods[zone].end for zone in zones],
        "keys": [key.value for key in DEFAULT_POLICY],
        "funds": [fund.value for fund in Fund if fund is not Fund.VOUCHER],
        "kept_back": sorted(of.kept_back),
        "same_month": [fund.value for fund in SAME_MONTH],
    }


def _table(tx: Transaction, query: str, values: dict[str, object], schema: dict[str, str]) -> pa.Table:
    """Return the rows of a query as columns of a schema: out by COPY, in by the CSV reader; an empty text stays one."""
    with tx.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format csv)", values) as copy:
        rows = BytesIO(b"".join(copy))
    kinds = arrow_schema(schema)
    if not rows.getbuffer().nbytes:
        return kinds.empty_table()
    return csv.read_csv(
        rows,
        csv.ReadOptions(column_names=kinds.names),
        csv.ParseOptions(newlines_in_values=False),
        csv.ConvertOptions(
            column_types=kinds,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
            timestamp_parsers=[csv.ISO8601],
        ),
    )
