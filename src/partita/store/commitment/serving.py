"""Whom packages and plans serve, until when, and what they give to the usage of a month.

Owns the SQL of `commitment_share`, `commitment_skip`, `commitment_end` and `package_cut`. Rules: DEDUCT-5, DEDUCT-7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, zip_longest
from operator import itemgetter

from partita.core import resource_package, savings_plan
from partita.core.deduction import Commitment, Sharing, Skip, ended_at, given_back
from partita.core.ids import bucket_of
from partita.core.org import PaymentRelation, payer_of
from partita.core.period import Cycle, Month
from partita.store import org as org_store
from partita.store import rows as rows_store
from partita.store.commitment.packages import packages_of
from partita.store.commitment.plans import plans_of
from partita.store.control_policy import Setting
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Owned:
    """Which package or plan is meant: its owner and its id."""

    account_id: str
    commitment_id: str


def add_share(tx: Transaction, owned: Owned, member_id: str, *, shared: bool, setting: Setting) -> None:
    """Append that a member ('' = all accounts of the payer) is served from now on, or no longer."""
    tx.execute(
        "insert into commitment_share (account_id, commitment_id, member_id, sequence, shared, effective_from, "
        "recorded_by, recorded_at) select %(account)s, %(name)s, %(member)s, coalesce(max(sequence), 0) + 1, "
        "%(shared)s, %(at)s, %(by)s, %(at)s from commitment_share "
        "where account_id = %(account)s and commitment_id = %(name)s and member_id = %(member)s",
        {
            "account": owned.account_id, "name": owned.commitment_id, "member": member_id, "shared": shared,
            "by": setting.by, "at": setting.at,
        },
    )  # fmt: skip


def add_skip(tx: Transaction, owned: Owned, what: tuple[str, str], *, skipped: bool, setting: Setting) -> None:
    """Append that usage of (SKU, account), '' = any, is passed over from now on, or no longer."""
    tx.execute(
        "insert into commitment_skip (account_id, commitment_id, sku_id, member_id, sequence, skipped, "
        "effective_from, recorded_by, recorded_at) select %(account)s, %(name)s, %(sku)s, %(member)s, "
        "coalesce(max(sequence), 0) + 1, %(skipped)s, %(at)s, %(by)s, %(at)s from commitment_skip "
        "where account_id = %(account)s and commitment_id = %(name)s and sku_id = %(sku)s and member_id = %(member)s",
        {
            "account": owned.account_id, "name": owned.commitment_id, "sku": what[0], "member": what[1],
            "skipped": skipped, "by": setting.by, "at": setting.at,
        },
    )  # fmt: skip


def add_end(tx: Transaction, owned: Owned, reason: str, setting: Setting) -> None:
    """Append that a package or plan is over from now on, before its time."""
    tx.execute(
        "insert into commitment_end (account_id, commitment_id, ended_at, reason, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        (owned.account_id, owned.commitment_id, setting.at, reason, setting.by, setting.at),
    )


def add_cuts(tx: Transaction, owned: Owned, cuts: Mapping[int, int], setting: Setting) -> None:
    """Append what of the last windows of a package that is given back is paid for: stretch → quota `_e6` (PKG-8)."""
    rows = [(owned.account_id, owned.commitment_id, number, quota, setting.at) for number, quota in cuts.items()]
    rows_store.add(tx, "package_cut (account_id, package_id, stretch, quota_e6, recorded_at)", rows)


def cuts_of(tx: Transaction, package_ids: Iterable[str]) -> dict[str, dict[int, int]]:
    """Return what of the last windows of packages that were given back is paid for, by stretch."""
    rows = tx.execute(
        "select package_id, stretch, quota_e6 from package_cut where package_id = any(%s)", (sorted(package_ids),)
    )
    found: dict[str, dict[int, int]] = {}
    for name, number, quota in rows:
        found.setdefault(name, {})[number] = quota
    return found


def end_of(tx: Transaction, commitment_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when packages and plans were ended before their time, those that were."""
    rows = tx.execute(
        "select commitment_id, ended_at from commitment_end where commitment_id = any(%s)", (sorted(commitment_ids),)
    )
    return dict(rows.fetchall())


def owner_of(tx: Transaction, commitment_id: str) -> str | None:
    """Return who owns a package or plan; None where there is none."""
    row = tx.execute(
        "select account_id from resource_package where package_id = %(name)s "
        "union all select account_id from savings_plan where plan_id = %(name)s",
        {"name": commitment_id},
    ).fetchone()
    return None if row is None else str(row[0])


def ends_at(tx: Transaction, commitment_id: str) -> datetime:
    """Return when a package or plan that is there is over, with its renewals, or was ended before."""
    row = tx.execute(
        "select least(max(t.ends_at), (select ended_at from commitment_end where commitment_id = %(name)s)) from ("
        "select ends_at from package_stretch where package_id = %(name)s "
        "union all select ends_at from savings_plan where plan_id = %(name)s) as t",
        {"name": commitment_id},
    ).fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    found: datetime = row[0]
    return found


def shares_of(tx: Transaction, commitment_ids: Iterable[str]) -> dict[str, list[Sharing]]:
    """Return the spans in which packages and plans serve others than their owner."""
    rows = tx.execute(
        "select commitment_id, member_id, effective_from, shared from commitment_share where commitment_id = any(%s) "
        "order by commitment_id, member_id, sequence",
        (sorted(commitment_ids),),
    )
    found: dict[str, list[Sharing]] = {}
    for (name, member), start, end in _spans((row[:2], row[2], row[3]) for row in rows):
        found.setdefault(name, []).append(Sharing(member or None, start, end))
    return found


def skips_of(tx: Transaction, commitment_ids: Iterable[str]) -> dict[str, list[Skip]]:
    """Return the spans in which packages and plans pass usage over."""
    rows = tx.execute(
        "select commitment_id, sku_id, member_id, effective_from, skipped from commitment_skip "
        "where commitment_id = any(%s) order by commitment_id, sku_id, member_id, sequence",
        (sorted(commitment_ids),),
    )
    found: dict[str, list[Skip]] = {}
    for (name, sku, member), start, end in _spans((row[:3], row[3], row[4]) for row in rows):
        found.setdefault(name, []).append(Skip(sku or None, member or None, start, end))
    return found


Switch = tuple[tuple[str, ...], datetime, bool]
"""What is switched, when, and whether on or off."""


def _spans(rows: Iterable[Switch]) -> Iterator[tuple[tuple[str, ...], datetime, datetime | None]]:
    """Yield (key, start, end) of what is switched on and off, the rows of a key in their order; None = no end."""
    for key, of_key in groupby(rows, key=itemgetter(0)):
        turns = [(at, is_on) for _, at, is_on in of_key]
        # only what changes something counts: on after off, off after on
        changes = [one for number, one in enumerate(turns) if one[1] is not (number > 0 and turns[number - 1][1])]
        ends = [at for at, is_on in changes if not is_on]
        starts = [at for at, is_on in changes if is_on]
        for start, end in zip_longest(starts, ends):
            if end is None or start < end:
                yield key, start, end


def of_month(tx: Transaction, month: Month, account_ids: Iterable[str] | None = None) -> dict[int, list[Commitment]]:
    """Return what packages and plans give to the usage of a month, by the bucket of the payer that they serve then.

    That is who pays for the owner when the month begins, or when the commitment starts in it (DEDUCT-7). Only those of
    some owners, or of all.
    """
    owners = None if account_ids is None else sorted(account_ids)
    found = [one for one in (*_packages(tx, owners), *_plans(tx, owners)) if _meets(one, month)]
    if not found:
        return {}
    relations = _relations(tx, {one.owner_id for one in found})
    count = org_store.bucket_count(tx)
    by_bucket: dict[int, list[Commitment]] = {}
    for one in found:
        at = max(one.valid.start, month.period(one.zone).start)
        payer = payer_of(relations[one.owner_id], at, cycle=Cycle.HOUR, zone=one.zone)
        if payer is not None:
            by_bucket.setdefault(bucket_of(payer, count), []).append(replace(one, payer_id=payer))
    return by_bucket


def known(tx: Transaction, account_ids: Iterable[str] | None = None) -> list[Commitment]:
    """Return all that accounts (default all) own, whatever the month; the payer is left as the owner."""
    owners = None if account_ids is None else sorted(account_ids)
    return [*_packages(tx, owners), *_plans(tx, owners)]


def _packages(tx: Transaction, owners: list[str] | None) -> list[Commitment]:
    rows = packages_of(tx, owners)
    if not rows:
        return []
    names = [one.package.package_id for one in rows]
    shares, skips, ends = shares_of(tx, names), skips_of(tx, names), end_of(tx, names)
    cuts = cuts_of(tx, ends) if ends else {}
    found = [
        _ended(
            resource_package.commitment(
                row.package, stretch, row.package.owner_id, shares.get(name, ()), skips.get(name, ())
            ),
            ends.get(name),
            cuts.get(name, {}).get(stretch.number),
        )
        for row, name in zip(rows, names, strict=True)
        for stretch in row.stretches
    ]
    return [one for one in found if one is not None]


def _plans(tx: Transaction, owners: list[str] | None) -> list[Commitment]:
    plans = [row.plan for row in plans_of(tx, owners)]
    if not plans:
        return []
    names = [one.plan_id for one in plans]
    shares, skips, ends = shares_of(tx, names), skips_of(tx, names), end_of(tx, names)
    found = [
        _ended(savings_plan.commitment(one, one.owner_id, shares.get(name, ()), skips.get(name, ())), ends.get(name))
        for one, name in zip(plans, names, strict=True)
    ]
    return [one for one in found if one is not None]


def _ended(one: Commitment, at: datetime | None, paid: int | None = None) -> Commitment | None:
    """Return a commitment as it is when it was ended early, or given back; None when that was before it began."""
    if at is None or at >= one.valid.end:
        return one
    if at <= one.valid.start:
        return None
    if paid is not None:
        return given_back(one, at, paid)
    return ended_at(one, at)


def _meets(one: Commitment, month: Month) -> bool:
    period = month.period(one.zone)
    return one.valid.start < period.end and period.start < one.valid.end


def _relations(tx: Transaction, accounts: set[str]) -> dict[str, list[PaymentRelation]]:
    rows = tx.execute(
        "select account_id, effective_from, payer_id from payment_relation where account_id = any(%s) order by 1, 2",
        (sorted(accounts),),
    )
    found: dict[str, list[PaymentRelation]] = {name: [] for name in accounts}
    for row in rows:
        found[row[0]].append(PaymentRelation(*row))
    return found


def charging_months(tx: Transaction, after: int, through: int) -> set[int]:
    """Return the months (`YYYYMM`) after one and through another in which a plan charges for its hours."""
    rows = tx.execute(
        "select distinct p.zone, p.starts_at, least(p.ends_at, e.ended_at) from savings_plan p "
        "left join commitment_end e on e.commitment_id = p.plan_id where p.pay_mode <> 'all'"
    )
    found: set[int] = set()
    for zone, start, end in rows:
        month = Month.of(start, zone)
        if after and month.number <= after:
            month = Month.from_number(after).next()
        while month.number <= through and month.period(zone).start < end:
            found.add(month.number)
            month = month.next()
    return found
