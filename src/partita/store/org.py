"""The organisation in the books: the deployment, enterprises, units, accounts, placements and who pays.

Owns the SQL of those tables, and the same facts as columns for the bulk engine (`accounts_table`, `payers_table`,
`months_table`, `placements_table`). Decides nothing. Rules: ORG-2, ORG-3, ORG-5, IDS-2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from partita.columnar.tables import ACCOUNTS, MONTHS, PAYERS, PLACEMENTS, arrow_schema
from partita.core.ids import bucket_of
from partita.core.org import (
    Account,
    Enterprise,
    OrgUnit,
    PaymentRelation,
    Placement,
    UnitKind,
    Units,
    by_cycle,
    nearest,
    path_of,
)
from partita.core.period import Cycle, Month
from partita.store import rows as rows_store
from partita.store.db import Transaction

DEFAULT_BUCKETS = 8
"""How many buckets a deployment is cut into; fixed when the first organisation is set up (IDS-2)."""

OPEN_END = "timestamptz '9999-01-01 00:00:00+00'"
"""The end, as SQL, of what has no end yet."""

NO_END = datetime(9999, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same end in a table of the bulk engine, whose instants are UTC by contract."""

_END = f"lead(effective_from, 1, {OPEN_END}) over (partition by account_id order by effective_from)"


def accounts_table(tx: Transaction, only: Collection[str] | None = None) -> pa.Table:
    """Return every account (or only some) with its zone and currency (`tables.ACCOUNTS`)."""
    rows = tx.execute(
        "select account_id, zone, currency from account join enterprise using (enterprise_id) "
        "where %(only)s::text[] is null or account_id = any(%(only)s) order by 1",
        {"only": None if only is None else sorted(only)},
    )
    return table_of(ACCOUNTS, rows.fetchall())


def payers_table(tx: Transaction, only: Collection[str] | None = None) -> pa.Table:
    """Return who pays for each account (or only some), when, by the cycles that products have (`tables.PAYERS`).

    Each row has its payer's bucket. Accounts come in order, the spans of each by cycle and time (ORG-5).
    """
    rows = tx.execute(
        "select account_id, effective_from, payer_id, zone from payment_relation join account using (account_id) "
        "join enterprise using (enterprise_id) where %(only)s::text[] is null or account_id = any(%(only)s) "
        "order by account_id, effective_from",
        {"only": None if only is None else sorted(only)},
    ).fetchall()
    count, cycles = bucket_count(tx), cycles_in_use(tx)
    buckets = {payer: bucket_of(payer, count) for payer in {row[2] for row in rows}}
    spans = []
    for (account_id, zone), of_account in groupby(rows, key=itemgetter(0, 3)):
        relations = [PaymentRelation(*row[:3]) for row in of_account]
        for cycle in cycles:
            of_cycle = _spans(by_cycle(relations, cycle, zone))
            spans += [(account_id, cycle.value, *span, buckets[span[-1]]) for span in of_cycle]
    return table_of(PAYERS, spans)


def cycles_in_use(tx: Transaction) -> list[Cycle]:
    """Return the billing cycles that products have, in the order of the enum; a product says none = each hour."""
    rows = tx.execute(
        "select distinct coalesce(c.cycle, %s) from product p left join product_cycle c using (product_id)",
        (Cycle.HOUR.value,),
    )
    known = {row[0] for row in rows}
    return [cycle for cycle in Cycle if cycle.value in known]


def months_table(zones: Iterable[str], first: Month, last: Month) -> pa.Table:
    """Return each month from `first` to `last` (both included) of each zone as UTC instants (`tables.MONTHS`)."""
    assert first <= last, "months run forward"
    rows = []
    for zone in sorted(set(zones)):
        month = first
        while month <= last:
            period = month.period(zone)
            rows.append((zone, month.number, period.start.replace(tzinfo=None), period.end.replace(tzinfo=None)))
            month = month.next()
    return table_of(MONTHS, rows)


def placements_table(tx: Transaction) -> pa.Table:
    """Return where each account stands, when, by name (`tables.PLACEMENTS`); reports group by it."""
    units = units_of(tx)
    names = {key: _names_on_the_way(units, *key) for key in units}
    rows = tx.execute(
        f"""
        select account_id, effective_from at time zone 'UTC', ends at time zone 'UTC', account.name,
               placed.enterprise_id, enterprise.name, org_unit_id
        from (select account_id, effective_from, enterprise_id, org_unit_id, {_END} as ends from placement) as placed
        join account using (account_id)
        join enterprise on enterprise.enterprise_id = placed.enterprise_id
        order by account_id, effective_from
        """
    ).fetchall()
    return table_of(PLACEMENTS, [(*row[:6], *names[row[4], row[6]]) for row in rows])


def bucket_count(tx: Transaction) -> int:
    """Return how many buckets this deployment has; the default before anything is set up."""
    row = tx.execute("select bucket_count from deployment").fetchone()
    return DEFAULT_BUCKETS if row is None else int(row[0])


def found(tx: Transaction, *, recorded_at: datetime) -> None:
    """Write the deployment's own row on first use; nothing afterwards."""
    tx.execute(
        "insert into deployment (bucket_count, created_at) values (%s, %s) on conflict do nothing",
        (DEFAULT_BUCKETS, recorded_at),
    )


def zones(tx: Transaction) -> list[str]:
    """Return the zones of all enterprises, sorted."""
    return [row[0] for row in tx.execute("select distinct zone from enterprise order by zone")]


def catalogue_zone(tx: Transaction) -> str | None:
    """Return the zone in which dates of the catalogue are read: that of the enterprise set up first (SETUP-4)."""
    row = tx.execute("select zone from enterprise order by recorded_at, enterprise_id limit 1").fetchone()
    return None if row is None else str(row[0])


def closed_months(tx: Transaction) -> list[Month]:
    """Return the months that nothing may change any more, in order: from the first with usage to the last close begun.

    A month without a close of its own is among them: its late usage is charged by the next close (BILL-6).
    """
    row = tx.execute(
        "select least(min(month), (select min(month) from usage_file)), max(month) from close_run"
    ).fetchone()
    if row is None or row[1] is None:
        return []
    months = [Month.from_number(row[0])]
    while months[-1].number < row[1]:
        months.append(months[-1].next())
    return months


def enterprises_of(tx: Transaction) -> dict[str, Enterprise]:
    """Return all enterprises by id."""
    rows = tx.execute("select enterprise_id, name, zone, currency from enterprise order by enterprise_id")
    return {row[0]: Enterprise(*row) for row in rows}


def units_of(tx: Transaction) -> dict[tuple[str, str], OrgUnit]:
    """Return all org units by enterprise and id."""
    rows = tx.execute("select enterprise_id, org_unit_id, parent_id, kind, name from org_unit order by 1, 2")
    return {(row[0], row[1]): OrgUnit(row[0], row[1], row[2], UnitKind(row[3]), row[4]) for row in rows}


def accounts_of(tx: Transaction) -> dict[str, Account]:
    """Return all accounts by id."""
    rows = tx.execute("select account_id, enterprise_id, name from account order by account_id")
    return {row[0]: Account(*row) for row in rows}


def accounts_in(tx: Transaction, enterprise_id: str, account_ids: Collection[str]) -> set[str]:
    """Return those of the accounts that belong to an enterprise."""
    rows = tx.execute(
        "select account_id from account where enterprise_id = %s and account_id = any(%s)",
        (enterprise_id, sorted(account_ids)),
    )
    return {row[0] for row in rows}


def placements_of(tx: Transaction) -> dict[tuple[str, datetime], Placement]:
    """Return all placements by account and start."""
    rows = tx.execute("select account_id, effective_from, enterprise_id, org_unit_id from placement order by 1, 2")
    return {(row[0], row[1]): Placement(*row) for row in rows}


def relations_of(tx: Transaction) -> dict[tuple[str, datetime], PaymentRelation]:
    """Return all payment relations by account and start."""
    rows = tx.execute("select account_id, effective_from, payer_id from payment_relation order by 1, 2")
    return {(row[0], row[1]): PaymentRelation(*row) for row in rows}


def payers_of(tx: Transaction, account_id: str) -> list[PaymentRelation]:
    """Return the payment relations of one account in order of time."""
    rows = tx.execute(
        "select account_id, effective_from, payer_id from payment_relation where account_id = %s order by 2",
        (account_id,),
    )
    return [PaymentRelation(*row) for row in rows]


def last_payer(tx: Transaction, account_id: str) -> PaymentRelation | None:
    """Return the payment relation of an account that starts last, be it later than now."""
    row = tx.execute(
        "select account_id, effective_from, payer_id from payment_relation where account_id = %s "
        "order by effective_from desc limit 1",
        (account_id,),
    ).fetchone()
    return None if row is None else PaymentRelation(*row)


def is_account(tx: Transaction, account_id: str) -> bool:
    """Say whether there is such an account."""
    return tx.execute("select from account where account_id = %s", (account_id,)).fetchone() is not None


def add_enterprises(tx: Transaction, enterprises: Iterable[Enterprise], *, recorded_at: datetime) -> None:
    """Append enterprises."""
    rows = [(one.enterprise_id, one.name, one.zone, one.currency) for one in enterprises]
    append(tx, "enterprise (enterprise_id, name, zone, currency, recorded_at)", rows, recorded_at=recorded_at)


def add_units(tx: Transaction, units: Iterable[OrgUnit], *, recorded_at: datetime) -> None:
    """Append org units."""
    rows = [(one.enterprise_id, one.org_unit_id, one.parent_id, one.kind.value, one.name) for one in units]
    append(
        tx, "org_unit (enterprise_id, org_unit_id, parent_id, kind, name, recorded_at)", rows, recorded_at=recorded_at
    )


def add_accounts(tx: Transaction, accounts: Iterable[Account], *, recorded_at: datetime) -> None:
    """Append accounts."""
    rows = [(one.account_id, one.enterprise_id, one.name) for one in accounts]
    append(tx, "account (account_id, enterprise_id, name, recorded_at)", rows, recorded_at=recorded_at)


def add_account(tx: Transaction, one: Account, *, recorded_at: datetime) -> bool:
    """Append an account; say whether its id was free. It may be taken where whoever asks sees nothing (TENANT-4)."""
    row = tx.execute(
        "insert into account (account_id, enterprise_id, name, recorded_at) values (%s, %s, %s, %s) "
        "on conflict (account_id) do nothing returning account_id",
        (one.account_id, one.enterprise_id, one.name, recorded_at),
    ).fetchone()
    return row is not None


def add_placements(tx: Transaction, placements: Iterable[Placement], *, recorded_at: datetime) -> None:
    """Append placements."""
    rows = [(one.account_id, one.effective_from, one.enterprise_id, one.org_unit_id) for one in placements]
    columns = "account_id, effective_from, enterprise_id, org_unit_id, recorded_at"
    append(tx, f"placement ({columns})", rows, recorded_at=recorded_at)


def add_relations(tx: Transaction, relations: Iterable[PaymentRelation], *, recorded_at: datetime) -> None:
    """Append payment relations."""
    rows = [(one.account_id, one.effective_from, one.payer_id) for one in relations]
    columns = "account_id, effective_from, payer_id, recorded_at"
    append(tx, f"payment_relation ({columns})", rows, recorded_at=recorded_at)


def append(tx: Transaction, into: str, rows: Sequence[tuple[Any, ...]], *, recorded_at: datetime) -> None:
    """Append rows to a table, each with the instant of recording as its last column: set-based (P7)."""
    rows_store.add(tx, into, ((*row, recorded_at) for row in rows))


def table_of(table: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Turn rows into an Arrow table with the schema of `columnar.tables`."""
    schema = arrow_schema(table)
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in schema]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _spans(relations: Sequence[PaymentRelation]) -> Iterator[tuple[datetime, datetime, str]]:
    """Yield start, end and payer of each span, as UTC without a zone."""
    starts = [one.effective_from.astimezone(UTC).replace(tzinfo=None) for one in relations]
    for start, end, relation in zip(starts, [*starts[1:], NO_END], relations, strict=True):
        yield start, end, relation.payer_id


def _names_on_the_way(units: Units, enterprise_id: str, org_unit_id: str) -> tuple[str | None, ...]:
    """Return the names of the nearest company, department and team of a unit, and its path."""
    path = path_of(units, enterprise_id, org_unit_id)
    found = (nearest(path, kind) for kind in (UnitKind.COMPANY, UnitKind.DEPARTMENT, UnitKind.TEAM))
    return (*(unit.name if unit else None for unit in found), " / ".join(unit.name for unit in path))
