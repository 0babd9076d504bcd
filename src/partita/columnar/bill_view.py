"""Views of a month bill in columns: the fast twin of `core.bill_view.gathered`.

Owns the one relation that all views read (`bill_charges`: charges of usage, adjustments and orders alike) and the
statement that sums it up by what a view lists. Works on the view `charges` (`tables.CHARGE`, one billing month, no
imports), `order_charges`, `notes`, `bills`, `accounts`, `months`, `products`, `sku_names` and `placements`. Does not
own what the views are (`core.bill_view`). Rules: VIEW-1 … VIEW-4, VIEW-6 (`docs/rules/bill_view.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from partita.core.bill_view import CHARGE_KINDS, MODES, MONEY, Dimension, Figure

ORDER_CHARGES: dict[str, str] = {
    "payer_id": "VARCHAR",
    "currency": "VARCHAR",
    "account_id": "VARCHAR",
    "product_id": "VARCHAR",
    "kind": "VARCHAR",
    "document": "VARCHAR",
    "charged_at": "TIMESTAMP",
    "month": "INTEGER",
    "subscription": "VARCHAR",
    "line": "INTEGER",
    "sku_id": "VARCHAR",
    "resource_id": "VARCHAR",
    "region": "VARCHAR",
    "quantity": "BIGINT",
    "tags": "VARCHAR",
    "list_e10": "BIGINT",
    "discount_e10": "BIGINT",
    "coupon_e10": "BIGINT",
    "round_down_e10": "BIGINT",
    "payable_e10": "BIGINT",
    "starts_at": "TIMESTAMP",
    "ends_at": "TIMESTAMP",
}
"""Charges of orders (`order_charge`), with what list, discount, coupon and round-down are of each."""

BILLS: dict[str, str] = {"payer_id": "VARCHAR", "currency": "VARCHAR", "bill_id": "VARCHAR", "closed_at": "TIMESTAMP"}
"""The bill that each payer has, or will have, for its usage; `closed_at` NULL = it is not there yet."""

NOTES: dict[str, str] = {"record_id": "VARCHAR", "note": "VARCHAR"}
"""Why each adjustment was made."""

_KIND = """case c.line_kind when 'rated' then 'usage' when 'commitment' then 'plan-fee'
        when 'round_down' then 'round-down' else c.line_kind end"""
_OF_CHARGES = f"""
    select c.payer_id, c.currency, c.account_id, c.product_id, {_KIND} as kind, null::varchar as document,
           {{charged_at}} as charged_at, c.usage_month, null::varchar as subscription, null::integer as line, c.sku_id,
           c.resource_id, c.region, c.unit, {{note}} as note, c.tags,
           case c.line_kind when 'round_down' then 0 else c.list_cost_e10 end as list_e10,
           c.list_cost_e10 - c.contracted_cost_e10 as discount_e10, 0::bigint as coupon_e10,
           case c.line_kind when 'round_down' then -c.billed_cost_e10
                else c.contracted_cost_e10 - c.billed_cost_e10 end as round_down_e10,
           c.billed_cost_e10 as payable_e10, c.quantity_e6, 1 as charges, c.charge_start as stood_at,
           c.charge_end as stood_until, null::timestamp as starts_at, null::timestamp as ends_at
    from charges c {{joins}} where {{which}}
"""
_OF_ORDERS = """
    select payer_id, currency, account_id, product_id, kind, document, charged_at, month as usage_month, subscription,
           line, sku_id, resource_id, region, 'instance' as unit, null::varchar as note, tags, list_e10, discount_e10,
           coupon_e10, round_down_e10, payable_e10, quantity * 1000000 as quantity_e6, 1 as charges,
           charged_at as stood_at,
           null::timestamp as stood_until, starts_at, ends_at
    from order_charges
"""
_ADJUSTED = "c.line_kind = 'adjustment'"
CHARGES = f"""
create or replace temp view bill_charges as
    {_OF_CHARGES.format(charged_at="null::timestamp", note="null::varchar", joins="",
                        which="c.line_kind not in ('adjustment', 'covered', 'unused')")}
    union all by name
    {_OF_CHARGES.format(charged_at="c.charge_start", note="n.note", which=_ADJUSTED,
                        joins="left join notes n on n.record_id = c.record_id")}
    union all by name {_OF_ORDERS}
"""  # fmt: skip
"""All charges of a billing month, each once. What was paid ahead covers usage without standing on the bill."""

_SPREAD_OF = tuple(f"{one.word.replace('-', '_')}_e10" for one in MONEY[1:])


def _spread(column: str) -> str:
    """Return the share of a month: the amount by its seconds, odd units to the largest remainders (MONEY-3)."""
    return f"(sign({column})::hugeint * ({column}_floor + case when {column}_turn <= {column}_odd then 1 else 0 end))"


def _amortised_sql() -> str:
    """Return the charges with `amortised_in`: those with a service period once for each month of it (VIEW-6)."""
    floors = ", ".join(
        f"(abs({one})::hugeint * part) // whole as {one}_floor, (abs({one})::hugeint * part) % whole as {one}_left"
        for one in _SPREAD_OF
    )
    turns = ", ".join(
        f"abs({one})::hugeint - sum({one}_floor) over of_charge as {one}_odd, "
        f"row_number() over (partition by document, line order by {one}_left desc, amortised_in) as {one}_turn"
        for one in _SPREAD_OF
    )
    shares = ", ".join(f"{_spread(one)} as {one}" for one in _SPREAD_OF)
    listed = " + ".join(_spread(one) for one in _SPREAD_OF)
    return f"""
    with parts as (
        select o.*, m.month as amortised_in,
               date_sub('second', greatest(o.starts_at, m.from_at), least(o.ends_at, m.to_at))::hugeint as part
        from bill_charges o join accounts a on a.account_id = o.account_id
        join months m on m.zone = a.zone and m.from_at < o.ends_at and m.to_at > o.starts_at
        where o.starts_at is not null),
    weighed as (select *, sum(part) over (partition by document, line) as whole,
                       row_number() over (partition by document, line order by amortised_in) as place from parts),
    cut as (select *, {floors} from weighed),
    turned as (select *, {turns} from cut window of_charge as (partition by document, line))
    select *, usage_month as amortised_in from bill_charges where starts_at is null
    union all by name
    select * exclude (part, whole, place, {_beside()}) replace ({shares}, {listed} as list_e10,
        case when place = 1 then quantity_e6 else 0 end as quantity_e6,
        case when place = 1 then charges else 0 end as charges) from turned
    """


def _beside() -> str:
    return ", ".join(f"{one}_{what}" for one in _SPREAD_OF for what in ("floor", "left", "odd", "turn"))


_CHARGED_AT = "coalesce(g.charged_at, bill.closed_at)"
_LOCAL = f"timezone(here.zone, timezone('UTC', {_CHARGED_AT}))"
_OFFSET = f"date_diff('minute', {_CHARGED_AT}, {_LOCAL})"
_CLOCK = (
    f"strftime({_LOCAL}, '%Y-%m-%dT%H:%M:%S') || case when {_OFFSET} < 0 then '-' else '+' end "
    f"|| printf('%02d:%02d', abs({_OFFSET}) // 60, abs({_OFFSET}) % 60)"
)
"""An instant as the clock of its payer shows it, with what that clock is ahead of UTC (PERIOD-4)."""
_MONTH = "printf('%04d-%02d', {0} // 100, {0} % 100)"
_D = Dimension
_RAW: Mapping[Dimension, tuple[str, ...]] = {
    _D.PAYER: ("payer_id",),
    _D.MONTH: (),
    _D.ACCOUNT: ("account_id",),
    _D.ACCOUNT_NAME: ("account_id",),
    _D.MODE: ("account_id", "payer_id"),
    _D.ORG: ("org",),
    _D.PRODUCT: ("product_id",),
    _D.PRODUCT_NAME: ("product_id",),
    _D.KIND: ("kind",),
    _D.DOCUMENT: ("document", "payer_id"),
    _D.CHARGED_AT: ("charged_at", "document", "payer_id"),
    _D.USAGE_MONTH: ("usage_month",),
    _D.SUBSCRIPTION: ("subscription",),
    _D.LINE: ("line",),
    _D.SKU: ("sku_id",),
    _D.SKU_NAME: ("sku_id",),
    _D.INSTANCE: ("resource_id",),
    _D.REGION: ("region",),
    _D.UNIT: ("unit",),
    _D.NOTE: ("note",),
    _D.AMORTISED_IN: ("amortised_in",),
}
"""What charges are grouped by for each dimension, before anything is written as text."""

_SHOWN: Mapping[Dimension, str] = {
    _D.PAYER: "g.payer_id",
    _D.MONTH: _MONTH.format("getvariable('billing_month')"),
    _D.ACCOUNT: "g.account_id",
    _D.ACCOUNT_NAME: "account.account_name",
    _D.MODE: "case when g.account_id = g.payer_id then '' else 'trusteeship' end",
    _D.ORG: "g.org",
    _D.PRODUCT: "g.product_id",
    _D.PRODUCT_NAME: "product.name",
    _D.KIND: "g.kind",
    _D.DOCUMENT: "coalesce(g.document, bill.bill_id)",
    _D.CHARGED_AT: _CLOCK,
    _D.USAGE_MONTH: _MONTH.format("g.usage_month"),
    _D.SUBSCRIPTION: "g.subscription",
    _D.LINE: "g.line::varchar",
    _D.SKU: "g.sku_id",
    _D.SKU_NAME: "sku.name",
    _D.INSTANCE: "g.resource_id",
    _D.REGION: "g.region",
    _D.UNIT: "g.unit",
    _D.NOTE: "g.note",
    _D.AMORTISED_IN: _MONTH.format("g.amortised_in"),
}
_OF_BILL = "left join bills bill on bill.payer_id = g.payer_id and bill.currency = g.currency"
_NAMED: Mapping[Dimension, tuple[str, ...]] = {
    _D.ACCOUNT_NAME: ("left join account_names account on account.account_id = g.account_id",),
    _D.PRODUCT_NAME: ("left join products product on product.product_id = g.product_id",),
    _D.SKU_NAME: ("left join sku_names sku on sku.sku_id = g.sku_id",),
    _D.DOCUMENT: (_OF_BILL,),
    _D.CHARGED_AT: (_OF_BILL, "left join accounts here on here.account_id = g.payer_id"),
}
"""What stands beside a group, joined after it is summed up: so a name costs once for each row, not for each charge."""

_SUMS: Mapping[Figure, str] = {
    **{one: f"sum({one.word.replace('-', '_')}_e10)" for one in MONEY},
    Figure.QUANTITY: "coalesce(sum(quantity_e6), 0)",
    Figure.CHARGES: "sum(charges)",
}
ACCOUNT_NAMES = """
create or replace temp table account_names as
    select account_id, arg_max(account_name, from_at) as account_name from placements group by account_id
"""
_PLACED = """left join placements p on p.account_id = c.account_id and c.stood >= p.from_at and c.stood < p.to_at"""
_STOOD = "case c.kind when 'round-down' then c.stood_until - interval 1 microsecond else c.stood_at end"


def column(figure: Figure) -> str:
    """Return the name of the column of a figure in the result: amounts `_e10`, the quantity `_e6`."""
    name = figure.word.replace("-", "_")
    return name if figure is Figure.CHARGES else f"{name}_e6" if figure is Figure.QUANTITY else f"{name}_e10"


def view_sql(dimensions: Sequence[Dimension], *, only: Collection[Dimension] = ()) -> str:
    """Return the rows of a view over `bill_charges`: a text column for each dimension, `currency`, and the figures.

    Of the dimensions in `only` the values are those that stand in a table `wanted (dimension, value)`. Every charge is
    in one row, so rows add up to the same whatever they stand for (VIEW-1). The variable `billing_month` says which
    month it is (YYYYMM). Text that is absent is ''. Ordered by the dimensions, so the same bill reads the same.
    """
    every = tuple(dict.fromkeys((*dimensions, *only)))
    raw = tuple(dict.fromkeys(name for one in every for name in _RAW[one]))
    source = "bill_charges" if _D.AMORTISED_IN not in every else f"({_amortised_sql()})"
    placed = f"select c.*, p.path as org from (select c.*, {_STOOD} as stood from {source} c) c {_PLACED}"
    keys = "".join(f"{name}, " for name in raw)
    sums = ", ".join(f"{expression}::decimal(38, 0) as {column(one)}" for one, expression in _SUMS.items())
    grouped = f"select {keys}currency, {sums} from ({placed if _D.ORG in every else f'from {source}'}) group by all"
    joins = "\n    ".join(dict.fromkeys(join for one in every for join in _NAMED.get(one, ())))
    shown = "".join(f"""coalesce({_SHOWN[one]}, '') as "{one.word}", """ for one in every)
    figures = ", ".join(column(one) for one in _SUMS)
    rows = f"select {shown}g.currency, {figures} from ({grouped}) g {joins}"
    which = " and ".join(
        f"""r."{one.word}" in (select value from wanted where dimension = '{one.word}')""" for one in only
    )
    words = "".join(f'r."{one.word}", ' for one in dimensions)
    totals = ", ".join(f"sum(r.{column(one)})::decimal(38, 0) as {column(one)}" for one in _SUMS)
    where = f"where {which}" if which else ""
    return f"select {words}r.currency, {totals} from ({rows}) r {where} group by all order by all"


def said_sql(rows: str, dimensions: Collection[Dimension], language: str) -> str:
    """Return rows of a view as a file in Chinese says them: kinds and modes by their names; in English as they are."""
    if language != "zh":
        return rows
    words = {_D.KIND: CHARGE_KINDS, _D.MODE: MODES}
    said = ", ".join(
        f"""case "{one.word}" {" ".join(f"when '{word}' then '{text}'" for word, (_, text) in words[one].items())} """
        f"""else "{one.word}" end as "{one.word}" """
        for one in words
        if one in dimensions
    )
    return f"select * replace ({said}) {rows}" if said else rows


TOTALS = """
    select payer_id, currency, sum(payable_e10)::decimal(38, 0), count(*) from bill_charges group by all order by all
"""
"""What each payer owes for the month by all charges: (payer, currency, exact sum in `_e10`, charges)."""
