"""Users, roles and policies in PostgreSQL.

Owns the SQL of `books_user`, `role_grant`, `role_revocation` and `permission_policy`, and where accounts stand for a
decision. Decides nothing. Rules: PERM-2, PERM-3 (`docs/rules/permission.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from partita.core.period import in_zone
from partita.core.permission import Grant, Place, Role
from partita.store.db import Transaction

_PEOPLE_LOCK = 0x7061_7274_0101

_GRANTS = """
    select g.grant_id, g.user_id, g.role, g.enterprise_id, g.org_unit_id, g.effective_from, g.effective_until,
           r.effective_from, e.zone
    from role_grant g left join role_revocation r using (grant_id) join enterprise e using (enterprise_id)
    where (%(user)s::text is null or g.user_id = %(user)s)
    order by g.user_id, g.effective_from, g.grant_id
"""
_PLACES = """
    with recursive standing as (
        select distinct on (account_id) account_id, enterprise_id, org_unit_id from placement
        where effective_from <= %(at)s and (%(accounts)s::text[] is null or account_id = any(%(accounts)s))
        order by account_id, effective_from desc),
    climb as (
        select u.enterprise_id, u.org_unit_id as foot, u.parent_id, array[u.org_unit_id] as path
        from org_unit u where exists (select from standing s where s.enterprise_id = u.enterprise_id
                                      and s.org_unit_id = u.org_unit_id)
        union all
        select c.enterprise_id, c.foot, u.parent_id, u.org_unit_id || c.path
        from climb c join org_unit u on u.enterprise_id = c.enterprise_id and u.org_unit_id = c.parent_id)
    select a.account_id, a.enterprise_id, coalesce(c.path, '{}')
    from account a left join standing s using (account_id)
    left join climb c on c.enterprise_id = s.enterprise_id and c.foot = s.org_unit_id and c.parent_id is null
    where %(accounts)s::text[] is null or a.account_id = any(%(accounts)s)
    order by a.account_id
"""
_UNIT_PATH = """
    with recursive climb as (
        select enterprise_id, parent_id, array[org_unit_id] as path from org_unit
        where enterprise_id = %(enterprise)s and org_unit_id = %(unit)s
        union all
        select c.enterprise_id, u.parent_id, u.org_unit_id || c.path
        from climb c join org_unit u on u.enterprise_id = c.enterprise_id and u.org_unit_id = c.parent_id)
    select path from climb where parent_id is null
"""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may ask for things in the books; the administrators of the enterprise look after them."""

    user_id: str
    enterprise_id: str
    name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """A policy that an enterprise put in the place of the packaged one: its number, what it says, and since when."""

    enterprise_id: str
    sequence: int
    digest: bytes
    content: dict[str, list[str]]
    recorded_at: datetime


def lock_people(tx: Transaction) -> None:
    """Let nobody else change users, roles and policies until the end of the transaction."""
    tx.execute("select pg_advisory_xact_lock(%s)", (_PEOPLE_LOCK,))


def users(tx: Transaction, user_id: str | None = None) -> list[User]:
    """Return all users, or the one of this id, by id."""
    rows = tx.execute(
        "select user_id, enterprise_id, name, recorded_at from books_user "
        "where %(user)s::text is null or user_id = %(user)s order by user_id",
        {"user": user_id},
    )
    return [User(*row) for row in rows]


def grants(tx: Transaction, user_id: str | None = None) -> list[Grant]:
    """Return the grants of a user, or all, past and revoked ones too, by user and start.

    Their instants are by the calendar of the enterprise in which they count.
    """
    rows = tx.execute(_GRANTS, {"user": user_id})
    return [_grant(*row) for row in rows]


def policies(tx: Transaction, enterprise_ids: Collection[str]) -> dict[str, KeptPolicy]:
    """Return the policy that counts in each of these enterprises, where one was put in the packaged one's place."""
    rows = tx.execute(
        "select distinct on (enterprise_id) enterprise_id, sequence, digest, content, recorded_at "
        "from permission_policy where enterprise_id = any(%s) order by enterprise_id, sequence desc",
        (sorted(enterprise_ids),),
    )
    return {row[0]: KeptPolicy(*row) for row in rows}


def places(tx: Transaction, at: datetime, account_ids: Collection[str] | None = None) -> dict[str, Place]:
    """Return where accounts (all when None) stand at an instant; accounts that do not exist are left out."""
    asked = None if account_ids is None else sorted(account_ids)
    rows = tx.execute(_PLACES, {"at": at, "accounts": asked})
    return {account: Place(enterprise, tuple(path)) for account, enterprise, path in rows}


def place_of_unit(tx: Transaction, enterprise_id: str, org_unit_id: str | None) -> Place | None:
    """Return the place that a unit is, or the enterprise itself; None when there is no such enterprise or unit."""
    if org_unit_id is None:
        row = tx.execute("select from enterprise where enterprise_id = %s", (enterprise_id,)).fetchone()
        return None if row is None else Place(enterprise_id)
    row = tx.execute(_UNIT_PATH, {"enterprise": enterprise_id, "unit": org_unit_id}).fetchone()
    return None if row is None else Place(enterprise_id, tuple(row[0]))


def add_user(tx: Transaction, user: User, *, recorded_by: str) -> bool:
    """Append a user; say whether the id was free. It may be taken where whoever asks sees nothing (TENANT-4)."""
    row = tx.execute(
        "insert into books_user (user_id, enterprise_id, name, recorded_by, recorded_at) values (%s, %s, %s, %s, %s) "
        "on conflict (user_id) do nothing returning user_id",
        (user.user_id, user.enterprise_id, user.name, recorded_by, user.recorded_at),
    ).fetchone()
    return row is not None


def add_grant(tx: Transaction, grant: Grant, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append a grant."""
    tx.execute(
        "insert into role_grant (grant_id, user_id, role, enterprise_id, org_unit_id, effective_from, effective_until, "
        "recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            grant.grant_id,
            grant.user_id,
            grant.role.name,
            grant.enterprise_id,
            grant.org_unit_id,
            grant.effective_from,
            grant.effective_until,
            recorded_by,
            recorded_at,
        ),
    )


def revoke(
    tx: Transaction, grant_id: str, *, effective_from: datetime, recorded_by: str, recorded_at: datetime
) -> None:
    """Append the end of a grant."""
    tx.execute(
        "insert into role_revocation (grant_id, effective_from, recorded_by, recorded_at) values (%s, %s, %s, %s)",
        (grant_id, effective_from, recorded_by, recorded_at),
    )


def add_policy(tx: Transaction, policy: KeptPolicy, *, recorded_by: str) -> None:
    """Append a policy; it counts from now on."""
    tx.execute(
        "insert into permission_policy (enterprise_id, sequence, digest, content, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        (
            policy.enterprise_id,
            policy.sequence,
            policy.digest,
            Jsonb(policy.content),
            recorded_by,
            policy.recorded_at,
        ),
    )


def _grant(*row: Any) -> Grant:  # noqa: ANN401 - a row of _GRANTS
    *where, start, until, revoked, zone = row
    grant_id, user_id, role, enterprise_id, unit_id = where
    ends = (None if end is None else in_zone(end, zone) for end in (until, revoked))
    return Grant(grant_id, user_id, Role[role], enterprise_id, unit_id, in_zone(start, zone), *ends)
