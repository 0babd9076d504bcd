"""Deduction in rating: which commitments a month's usage meets, and the charges that follow, bucket by bucket.

Owns how commitments, subscriptions, usage and what was taken before come together in the bulk engine; rating, the
close and `verify` go through the same functions. Does not own what is taken (`core.deduction`, `columnar.deduction`).
Rules: DEDUCT-1, DEDUCT-6, DEDUCT-7, DEDUCT-10 (`docs/rules/deduction.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from partita.columnar import deduction as deduction_sql
from partita.columnar.tables import CHARGE, USAGE, column_list
from partita.core.deduction import Commitment, Subscribed, WindowKey, ended_by
from partita.core.ids import bucket_of
from partita.core.period import Month
from partita.core.service_control import policies_in
from partita.formats.quoting import literal
from partita.store import commitment as commitment_store
from partita.store import control_policy as policy_store
from partita.store import org as org_store
from partita.store import subscription as subscription_store
from partita.store.commitment import Taken
from partita.store.db import Transaction
from partita.usecases.order.life import life_in


@dataclass(frozen=True, slots=True)
class Deducting:
    """What the usage of a month meets in one bucket.

    `before`: what was taken of windows earlier. `through`: how far an open month is over. Of late usage of a closed
    month: `charged`, the files with all its final charges, and `ended`, the month whose close takes it up.
    """

    commitments: tuple[Commitment, ...]
    before: Mapping[WindowKey, int] = field(hash=False)
    through: datetime | None = None
    charged: tuple[str, ...] | None = None
    ended: Month | None = None
    subscribed: tuple[Subscribed, ...] = field(default=(), hash=False)


def open_month(tx: Transaction, month: Month, now: datetime) -> dict[int, Deducting]:
    """Return what the usage of an open month meets, by bucket: after all months before it, closed or not."""
    return _loaded(tx, month, closed_before=month.number, running=month.number, through=now)


def closing_month(tx: Transaction, month: Month) -> dict[int, Deducting]:
    """Return what the usage of a month meets in its close, by bucket: after the closes before it."""
    return _loaded(tx, month, closed_before=month.number)


def _loaded(
    tx: Transaction, month: Month, *, closed_before: int, running: int | None = None, through: datetime | None = None
) -> dict[int, Deducting]:
    found: dict[int, Deducting] = {}
    by_bucket = commitment_store.of_month(tx, month)
    subscribed = _subscribed(tx, month)
    for bucket in {**by_bucket, **subscribed}:
        commitments = tuple(by_bucket.get(bucket, ()))
        before = commitment_store.taken_before(tx, commitments, closed_before=closed_before, running=running)
        found[bucket] = Deducting(commitments, before, through, subscribed=tuple(subscribed.get(bucket, ())))
    return found


def _subscribed(tx: Transaction, month: Month) -> dict[int, list[Subscribed]]:
    """Return when in a month which resource was a subscription in which SKU, by bucket (DEDUCT-10).

    Through its grace and no longer, whenever somebody looks at the clock: what is stopped or over by then is used at
    the normal price. A bucket has those of every account that its payers pay for, or ever paid for.
    """
    rows = subscription_store.subscribed(tx, month)
    if not rows:
        return {}
    count, stated = org_store.bucket_count(tx), policy_store.policies(tx)
    by_currency = {currency: policies_in(stated, currency) for currency in {one.currency for one in rows}}
    found: dict[int, list[Subscribed]] = {}
    for one in rows:
        life = life_in(by_currency[one.currency], one.span.account_id, one.payer_id, one.product_id)
        span = one.span if one.goes_on else ended_by(one.span, one.ends_at + life.grace)
        if span is not None:
            for bucket in sorted({bucket_of(payer, count) for payer in one.payers}):
                found.setdefault(bucket, []).append(span)
    return found


def of_bucket(tx: Transaction, month: Month, bucket: int) -> list[Commitment]:
    """Return what packages and plans give to the usage of a month in a bucket."""
    return commitment_store.of_month(tx, month).get(bucket, [])


def late_usage(
    tx: Transaction, place: tuple[Month, int], charged: Sequence[str], *, closing: Month
) -> Deducting | None:
    """Return what late usage of a closed month meets in a bucket when a later month closes (DEDUCT-6).

    None where the month had neither commitments nor subscriptions: nothing was deducted, so the usage is priced as a
    whole. Where another pays for the owner since, what is left of a quota that goes on is for usage that this other
    pays.
    """
    month, bucket = place
    found = of_bucket(tx, month, bucket)
    subscribed = _subscribed(tx, month).get(bucket, [])
    if not (found or subscribed):
        return None
    own = tuple(one for one in found if one.cycle is not None or one.payer_id == _payer_at_end(tx, one, closing))
    before = commitment_store.taken_before(tx, own, closed_before=closing.number)
    return Deducting(own, before, charged=tuple(charged), ended=closing, subscribed=tuple(subscribed))


def _payer_at_end(tx: Transaction, one: Commitment, closing: Month) -> str | None:
    last = Month.of(min(one.valid.end, closing.period(one.zone).end) - _INSTANT, one.zone)
    then = commitment_store.of_month(tx, last, [one.owner_id])
    return next((each.payer_id for of in then.values() for each in of if each.source_id == one.source_id), None)


_INSTANT = timedelta(microseconds=1)


def after(engine: duckdb.DuckDBPyConnection, meets: Deducting, made: Iterable[Path]) -> Deducting:
    """Return what usage meets after files of charges that the same close has written."""
    taken = taken_in(engine, made, meets.commitments)
    both = {key: meets.before.get(key, 0) + taken.get(key, 0) for key in {**meets.before, **taken}}
    return replace(meets, before=both)


def take_off(engine: duckdb.DuckDBPyConnection, month: Month, deducting: Deducting) -> None:
    """Take what commitments cover off the view `measured`; leaves the view `usage`, what is to be priced (DEDUCT-1)."""
    late = deducting.charged is not None
    _lay_out(engine, month, deducting, deducting.before)
    if deducting.charged is not None:
        _show(engine, "billed", deducting.charged, month)
        engine.execute(f"create or replace temp table charged as {deduction_sql.CHARGED}")
        windows = {
            (source, start.replace(tzinfo=UTC)): int(taken)
            for source, start, taken in engine.execute(deduction_sql.CHARGED_WINDOWS).fetchall()
        }
        _lay_out(engine, month, deducting, {**deducting.before, **windows})
    deduction_sql.deduct(engine, late=late)
    left = deduction_sql.LEFT_LATE if late else deduction_sql.LEFT
    engine.execute(f"create or replace temp view usage as {left}")


def _lay_out(
    engine: duckdb.DuckDBPyConnection, month: Month, deducting: Deducting, before: Mapping[WindowKey, int]
) -> None:
    tables = deduction_sql.tables_of(
        deducting.commitments, month, before, through=deducting.through, ended=deducting.ended,
        subscribed=deducting.subscribed,
    )  # fmt: skip
    deduction_sql.lay_out(engine, tables)


def nothing_measured(engine: duckdb.DuckDBPyConnection) -> None:
    """Let there be no usage: plans charge and windows pass without any."""
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in USAGE.items())
    engine.execute(f"create or replace temp view measured as select {columns}, 0::bigint as place where false")


def statements(month: Month, deducting: Deducting) -> dict[str, str]:
    """Return the SELECTs of the charges that deduction adds, by the name of their file; after `take_off`."""
    if deducting.charged is not None:
        return {
            "covered": deduction_sql.covered_sql(month.number, late=True),
            "unused": deduction_sql.newly_used_sql(month.number),
        }
    return {
        "covered": deduction_sql.covered_sql(month.number),
        "unused": deduction_sql.unused_sql(month.number),
        "fees": deduction_sql.fees_sql(month.number),
    }


def running(engine: duckdb.DuckDBPyConnection) -> list[Taken]:
    """Return what was taken of the last window of each commitment, for the running state; after `take_off`."""
    return [
        Taken(payer, source, start.replace(tzinfo=UTC), int(taken))
        for payer, source, start, taken in engine.execute(deduction_sql.RUNNING).fetchall()
    ]


def taken_in(
    engine: duckdb.DuckDBPyConnection, paths: Iterable[Path], commitments: Iterable[Commitment]
) -> dict[WindowKey, int]:
    """Return what files of charges took of the windows that go on beyond a month, read from the files themselves."""
    lasting = {one.source_id: one for one in commitments if one.cycle is None}
    covered = [str(path) for path in paths if path.name.startswith("covered-")]
    if not lasting or not covered:
        return {}
    _show(engine, "taken_charges", covered)
    rows = engine.execute(
        "select price_id, sku_id, sum(quantity_e6)::varchar from taken_charges group by all order by all"
    ).fetchall()
    found: dict[WindowKey, int] = {}
    for source, sku, quantity in rows:
        if source in lasting:
            key = (source, lasting[source].valid.start)
            found[key] = found.get(key, 0) + int(quantity) * lasting[source].weights[sku]
    return found


def _show(engine: duckdb.DuckDBPyConnection, view: str, paths: Sequence[str], month: Month | None = None) -> None:
    """Make a view over files of charges, of one usage month or of all."""
    names = ", ".join(literal(path) for path in paths)
    only = f" where usage_month = {month.number}" if month else ""
    engine.execute(
        f"create or replace temp view {view} as select {column_list(CHARGE)} "
        f"from read_parquet([{names}], union_by_name=true){only}"
    )
