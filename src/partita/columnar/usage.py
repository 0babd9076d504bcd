"""Usage in bulk: check, normalise, compare and cut rows of text into the records of `tables.USAGE`.

Owns what a valid row is, what two records having the same content means, and the order of records in a file, as SQL
on a connection of the bulk engine. Does not own how a file is read (`formats.usage`), nor where the stored records
lie (`store.usage`). Rules: USAGE-1 … USAGE-9 (`docs/rules/usage.md`).

Tables it makes on the connection, in this order: `look-ups` by `lay_out`; `staged` by `stage` (every row of the file;
`problem` NULL = valid so far); `tag_form` (each distinct text of tags and its normal form); `removed` by `compare`
(rows of `staged` that are not taken in: `kind` duplicate or conflict); `fresh` by `settle_fresh` (what is taken in).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from partita.columnar.period import FIRST_YEAR, LAST_YEAR, local_spans, month_spans
from partita.columnar.tables import USAGE, column_list
from partita.core.usage import RejectReason

_MACROS = r"""
create or replace temp macro decimal_shift(t) as
    6 - length(split_part(regexp_extract(t, '[0-9.]+'), '.', 2))
    + coalesce(try_cast(nullif(regexp_extract(t, '[eE]([+-]?[0-9]+)$', 1), '') as integer), 0);
create or replace temp macro decimal_digits(t) as ltrim(replace(regexp_extract(t, '[0-9.]+'), '.', ''), '0');
create or replace temp macro scaled_digits(digits, shift) as case
    when digits = '' then 0::hugeint
    when shift >= 0 then case when length(digits) + shift > 25 then -3
        else (digits || repeat('0', greatest(shift, 0)))::hugeint end
    when rtrim(right(digits, least(-shift, 20000)), '0') <> '' then -1
    when length(digits) + shift > 25 then -3
    else left(digits, greatest(length(digits) + shift, 0))::hugeint end;
-- quantity_e6, or -1 too many decimals, -2 negative, -3 out of range, NULL no number
create or replace temp macro quantity_of(t) as case
    when regexp_full_match(t, '[0-9]{1,12}(\.[0-9]{1,6})?') then case strpos(t, '.')
        when 0 then (t || '000000')::bigint
        else (left(t, strpos(t, '.') - 1) || rpad(substr(t, strpos(t, '.') + 1), 6, '0'))::bigint end
    when not regexp_full_match(t, '[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?') then null
    when starts_with(t, '-') and decimal_digits(t) <> '' then -2
    else case when scaled_digits(decimal_digits(t), decimal_shift(t)) > 9223372036854775807 then -3
        else scaled_digits(decimal_digits(t), decimal_shift(t))::bigint end end;
create or replace temp macro instant_of(t) as case
    when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?'
                              '(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)')
    then make_timestamp(epoch_us(try_cast(t as timestamptz))) end;
create or replace temp macro local_time_of(t) as case
    when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]'
                              '(:[0-5][0-9](\.[0-9]{1,9})?)?)?')
    then try_cast(t as timestamp) end;
create or replace temp macro is_plain_text(t) as length(t) <= 256 and not regexp_matches(t, '[[:cntrl:]]');
"""

_TAG_FORM = r"""
create or replace temp table tag_form as
select text, fine, case when fine and len(entries) > 0
    then to_json(map_from_entries(list_sort(entries)))::varchar end as tags
from (
    select text, entries, coalesce(fine and len(list_distinct([e.key for e in entries])) = len(entries)
        and not list_contains([e.key for e in entries], ''), false) as fine
    from (
        select text, given is not null and not list_bool_or([left(e.value, 1) in ('{', '[') for e in given] || [false])
            as fine, [{'key': e.key, 'value': json_extract_string(e.value, '$')} for e in given
            if e.value::varchar <> 'null'] as entries
        from (select text, map_entries(from_json(text, '"MAP(VARCHAR,JSON)"')) as given
              from tag_text where json_valid(text) and starts_with(text, '{'))
        union all
        select text, list_bool_and([instr(p, '=') > 0 for p in parts] || [true]) as fine,
            [{'key': trim(left(p, instr(p, '=') - 1)), 'value': trim(substr(p, instr(p, '=') + 1))} for p in parts]
        from (select text, [p for p in string_split(text, ';') if trim(p) <> ''] as parts
              from tag_text where not (json_valid(text) and starts_with(text, '{')))
    )
)
"""

_CONTENT = """md5(concat_ws(chr(31), sku_id, quantity_e6, usage_start, usage_end, coalesce(resource_id, chr(30)),
    coalesce(region, chr(30)), coalesce(tags, chr(30))))"""
"""What a record says beside its id, as one text: the smallest wins among rows of one file that disagree (USAGE-7)."""

_SAME = " and ".join(
    f"one.{name} is not distinct from other.{name}"
    for name in ("sku_id", "quantity_e6", "usage_start", "usage_end", "resource_id", "region", "tags")
)

ORDER = "account_id, sku_id, usage_start, record_id"
"""The order of records within a file: the same whatever the order of import; it also compresses well."""


@dataclass(frozen=True, slots=True)
class LookUps:
    """What the checks look up: schemas `ACCOUNTS`, `PAYERS` and (as `skus`) `CYCLES` of `columnar.tables`."""

    accounts: pa.Table
    payers: pa.Table
    skus: pa.Table

    def same_as(self, other: LookUps) -> bool:
        """Tell whether a file checked against these need not be checked against the others."""
        pairs = ((self.accounts, other.accounts), (self.payers, other.payers), (self.skus, other.skus))
        return all(bool(one.equals(two)) for one, two in pairs)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a file; they add up to `records` (USAGE-6). `quantity_e6` is what was accepted."""

    records: int
    accepted: int
    duplicates: int
    rejected: int
    quantity_e6: int


@dataclass(frozen=True, slots=True)
class Part:
    """The fresh records of one month and bucket."""

    month: int
    bucket: int
    records: int
    quantity_e6: int

    @property
    def sql(self) -> str:
        """SELECT of exactly the columns of `tables.USAGE`, in their order in a file."""
        return (
            f"select {column_list(USAGE)} from fresh where month = {self.month} and bucket = {self.bucket} "
            f"order by {ORDER}"
        )


def lay_out(engine: duckdb.DuckDBPyConnection, look_ups: LookUps) -> None:
    """Create what the checks look up: accounts, who pays for them, SKUs, and the calendars of the zones."""
    engine.execute(_MACROS)
    zones = frozenset(str(zone) for zone in look_ups.accounts.column("zone").unique().to_pylist())
    calendars = {"month_spans": month_spans(zones), "local_spans": local_spans(zones)}
    tables = {"accounts": look_ups.accounts, "payers": look_ups.payers, "skus": look_ups.skus}
    for name, table in (tables | calendars).items():
        engine.register("arriving", table)
        engine.execute(f"create or replace temp table {name} as from arriving")
        engine.unregister("arriving")


def stage(engine: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Check and normalise the rows of a file (`formats.usage.UsageSource.rows`) into `staged` and `tag_form`."""
    with _look_ups_in_memory(engine):
        engine.execute(f"create or replace temp table staged as {_checked(rows, '')}")
    engine.execute(
        "create or replace temp view tag_text as "
        "select distinct tags_text as text from staged where problem is null and tags_text is not null"
    )
    engine.execute(_TAG_FORM)
    engine.execute(
        "create or replace temp table repeated as select key from staged where problem is null "
        "group by key having count(*) > 1"
    )
    engine.execute(
        "create or replace temp view valid as "
        "select staged.* exclude (tags_text, problem), staged.rowid as place, tags "
        "from staged left join tag_form on text = tags_text where problem is null and coalesce(fine, true)"
    )


def touched(engine: duckdb.DuckDBPyConnection) -> tuple[list[int], list[int]]:
    """Return the months of the valid rows, and every bucket in which their accounts may have records.

    A record that says another time may lie in the bucket of an earlier payer: so all payers ever are looked at.
    """
    months = engine.execute("select distinct month from staged where problem is null order by month").fetchall()
    buckets = engine.execute(
        "select distinct bucket from payers "
        "where account_id in (select account_id from staged where problem is null) order by bucket"
    ).fetchall()
    return [row[0] for row in months], [row[0] for row in buckets]


def compare(engine: duckdb.DuckDBPyConnection, stored: str | None) -> None:
    """Find the rows that are not new, into `removed`: known to the books, or repeated within the file (USAGE-1, -7).

    `stored` is SQL of the columns of `tables.USAGE` and `month`; None = nothing is stored in the months touched.
    """
    engine.execute("create or replace temp table removed (place bigint, kind varchar)")
    if stored is not None:
        engine.execute(
            f"insert into removed select one.place, if({_SAME}, 'duplicate', 'conflict') from valid as one "
            f"join ({stored}) as other using (account_id, record_id, month)"
        )
    engine.execute(
        f"""
        insert into removed
        select place, if(content = first_value(content) over w, 'duplicate', 'conflict')
        from (select account_id, record_id, month, place, {_CONTENT} as content
              from valid semi join repeated using (key) anti join removed using (place))
        window w as (partition by account_id, record_id, month order by content, place)
        qualify row_number() over w > 1
        """
    )


def count(engine: duckdb.DuckDBPyConnection) -> Counts:
    """Count what became of the rows; after `compare`."""
    one = engine.execute(
        """
        select (select count(*) from staged), (select count(*) from valid),
               (select count(*) from removed where kind = 'duplicate'), (select count(*) from removed),
               (select coalesce(sum(quantity_e6), 0) from valid anti join removed using (place))
        """
    ).fetchone()
    assert one is not None, "an aggregate has one row"
    records, valid, duplicates, removed, quantity_e6 = (int(value) for value in one)
    return Counts(records, valid - removed, duplicates, records - valid + removed - duplicates, quantity_e6)


def reached(engine: duckdb.DuckDBPyConnection) -> list[tuple[str, datetime]]:
    """Return each account with the last start of the usage that is taken in, in UTC; after `settle_fresh`."""
    rows = engine.execute("select account_id, max(usage_start) from fresh group by 1 order by 1").fetchall()
    return [(str(account), last.replace(tzinfo=UTC)) for account, last in rows]


def settle_fresh(engine: duckdb.DuckDBPyConnection) -> list[Part]:
    """Cut what is taken in into months and buckets; return the parts, whose `sql` reads `fresh`.

    `fresh` is in no order: looking through its months and buckets once a part costs less than sorting all of it.
    """
    engine.execute(
        f"create or replace temp table fresh as select {column_list(USAGE)}, month, bucket "
        "from valid anti join removed using (place)"
    )
    parts = engine.execute(
        "select month, bucket, count(*), sum(quantity_e6)::hugeint from fresh group by all order by month, bucket"
    ).fetchall()
    return [Part(*(int(value) for value in part)) for part in parts]


REJECTS = "select row, problem, value, original from rejected order by row"
"""The rejected rows in the order of the file: row, problem (`code:column`), value, original (list)."""


def find_rejects(engine: duckdb.DuckDBPyConnection, numbered: str) -> int:
    """Find the rejected rows into `rejected`, and return how many there are; after `compare`.

    The file is read once more, with row numbers; `numbered` is `formats.usage.UsageSource.numbered`.
    """
    engine.execute(
        f"create or replace temp table conflict as select distinct account_id, record_id, month, {_CONTENT} as content "
        "from valid semi join (from removed where kind = 'conflict') using (place)"
    )
    checked = _checked(numbered, ", row, line, original, quantity, start_text, end_text")
    problem = f"""coalesce(found.problem, if(not fine, '{RejectReason.BAD_TAGS.code}:tags', null),
        if(conflict.content is not null, '{RejectReason.CONFLICTING_RECORD.code}:record_id', null))"""
    value = """case split_part(problem, ':', 2) when 'record_id' then record_id when 'account_id' then account_id
        when 'sku_id' then sku_id when 'quantity' then quantity when 'start' then start_text when 'end' then end_text
        when 'resource' then resource_id when 'region' then region when 'tags' then tags_text else line end"""
    with _look_ups_in_memory(engine):
        engine.execute(
            f"""
            create or replace temp table rejected as
            select row, problem, {value} as value, original
            from (
                select found.* exclude (problem), {problem} as problem
                from (select checked.*, fine,
                             case when problem is null and coalesce(fine, true) then {_CONTENT} end as content
                      from ({checked}) as checked left join tag_form on text = tags_text) as found
                left join conflict using (account_id, record_id, month, content)
            )
            where problem is not null
            """
        )
    return int(engine.execute("select count(*) from rejected").fetchall()[0][0])


@contextmanager
def _look_ups_in_memory(engine: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Join as written: the rows of the file stream past the look-ups.

    The engine cannot know how many rows a text file has: left to itself it may hold the file in memory instead.
    """
    engine.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        engine.execute("reset disabled_optimizers")


_PROBLEM = f"""
    case when damaged then '{RejectReason.DAMAGED_ROW.code}:'
    {{missing}}
    when not regexp_full_match(record_id, '[!-~]{{{{1,128}}}}') then '{RejectReason.BAD_ID.code}:record_id'
    when not is_plain_text(resource_id) then '{RejectReason.BAD_ID.code}:resource'
    when not is_plain_text(region) then '{RejectReason.BAD_ID.code}:region'
    when zone is null then '{RejectReason.UNKNOWN_ACCOUNT.code}:account_id'
    when known_sku is null then '{RejectReason.UNKNOWN_SKU.code}:sku_id'
    when measured is null then '{RejectReason.BAD_NUMBER.code}:quantity'
    when measured = -1 then '{RejectReason.TOO_MANY_DECIMALS.code}:quantity'
    when measured = -2 then '{RejectReason.NEGATIVE_QUANTITY.code}:quantity'
    when measured = -3 then '{RejectReason.QUANTITY_OUT_OF_RANGE.code}:quantity'
    when start_read is null then '{RejectReason.BAD_TIME.code}:start'
    when end_read is null then '{RejectReason.BAD_TIME.code}:end'
    when year(start_read) not between {FIRST_YEAR} and {LAST_YEAR} then '{RejectReason.TIME_OUT_OF_RANGE.code}:start'
    when year(end_read) not between {FIRST_YEAR} and {LAST_YEAR} then '{RejectReason.TIME_OUT_OF_RANGE.code}:end'
    when usage_end < usage_start then '{RejectReason.END_BEFORE_START.code}:end'
    when payer_id is null then '{RejectReason.ACCOUNT_NOT_OPEN.code}:start'
    end
""".format(
    missing=" ".join(
        f"when {name} is null then '{RejectReason.MISSING_VALUE.code}:{column}'"
        for name, column in (
            ("record_id", "record_id"),
            ("account_id", "account_id"),
            ("sku_id", "sku_id"),
            ("quantity", "quantity"),
            ("start_text", "start"),
        )
    )
)
"""The checks of one row in the documented order (USAGE-6): the first that fails is the reason."""


def _checked(rows: str, beside: str) -> str:
    """SQL that checks and normalises text rows; `beside` names further columns to carry along, each after a comma."""
    return f"""
    with raw as (
        select *, "start" as start_text, "end" as end_text, resource as resource_id, tags as tags_text from ({rows})
    ), measured as (
        select *, quantity_of(quantity) as measured, instant_of(start_text) as start_instant,
            instant_of(end_text) as end_instant from raw
    ), timed as (
        select *, case when start_instant is null then local_time_of(start_text) end as start_local,
            case when end_instant is null then local_time_of(end_text) end as end_local from measured
    ), zoned as (
        select timed.*, accounts.zone, coalesce(start_instant, start_local) as start_read,
            case when end_text is null then start_read else coalesce(end_instant, end_local) end as end_read,
            coalesce(start_instant, start_local - to_seconds(at_start.offset_seconds)) as usage_start,
            case when end_text is null then usage_start
                 else coalesce(end_instant, end_local - to_seconds(at_end.offset_seconds)) end as usage_end
        from timed left join accounts using (account_id)
        left join local_spans as at_start on at_start.zone = accounts.zone
            and at_start.local_year = year(start_local)
            and start_local >= at_start.from_local and start_local < at_start.to_local
        left join local_spans as at_end on at_end.zone = accounts.zone and at_end.local_year = year(end_local)
            and end_local >= at_end.from_local and end_local < at_end.to_local
    ), paid as (
        select zoned.*, payer_id, bucket, month, skus.sku_id as known_sku
        from zoned left join skus on skus.sku_id = zoned.sku_id
        left join payers on payers.account_id = zoned.account_id and payers.cycle = skus.cycle
            and usage_start >= payers.from_at and usage_start < payers.to_at
        left join month_spans on month_spans.zone = zoned.zone
            and utc_month = (year(usage_start) * 100 + month(usage_start))::integer
            and usage_start >= month_spans.from_at and usage_start < month_spans.to_at
    )
    select record_id, account_id, sku_id, case when measured >= 0 then measured end as quantity_e6, usage_start,
        usage_end, resource_id, region, tags_text, payer_id, bucket, month,
        hash(account_id, record_id, month) as key, {_PROBLEM} as problem{beside}
    from paid
    """
