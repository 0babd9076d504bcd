"""Relations in PostgreSQL: pairs, their steps, and what stands against a change.

Owns the SQL of `relation`, `relation_step` and the view `open_matter`. A relation is what its last step says. A payer
that a setup folder stated is a relation too: it has no rows until it is first changed. Decides nothing.
Rules: REL-1, REL-4, REL-9 (`docs/rules/relation.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from partita.core.ids import derived_id
from partita.core.org import FinanceMode
from partita.core.permission import RelationPermission
from partita.core.relation import Command, Matter, MatterKind, Relation, State
from partita.store.db import FEW, MANY, Transaction, named

_MATTERS = {kind.name.lower().replace("_", " "): kind for kind in MatterKind}

# A payer that begins within a second of a step is the step's own: it may begin a microsecond after another one.
# {pair} and {paid} say of which relations; a text of its own for each, so that the server always finds its indexes
_STATED = """
    with stated as (
        select distinct on (r.relation_id) r.relation_id, r.management_id, r.member_id, s.mode, s.state, s.permissions,
               s.effective_at, s.expires_at, s.step, r.origin
        from relation r join relation_step s on s.relation_id = r.relation_id and s.effective_at <= %(at)s
        where {pair}
        order by r.relation_id, s.effective_at desc, s.step desc),
    paid as (
        select distinct on (p.account_id) p.account_id, p.payer_id, p.effective_from
        from payment_relation p
        where p.effective_from <= %(at)s and {paid}
        order by p.account_id, p.effective_from desc)
    select relation_id, management_id, member_id, mode, state, permissions, effective_at, expires_at, step, origin
    from stated
    union all
    select null, payer_id, account_id, 'trusteeship', 'active', '{{}}', effective_from, null, -1, 'setup'
    from paid
    where payer_id <> account_id and not exists (
        select from stated s where s.member_id = paid.account_id and s.management_id = paid.payer_id
        and s.effective_at > paid.effective_from - interval '1 second')
    order by 2, 3, 7, 1
"""
_OF_ALL = _STATED.format(pair="true", paid="true")
_OF_MEMBERS = {how: _STATED.format(pair=f"r.member_id {how}", paid=f"p.account_id {how}") for how in (FEW, MANY)}
_OF_EITHER = {
    how: _STATED.format(
        pair=f"(r.member_id {how} or r.management_id {how})",
        paid=f"p.account_id in (select q.account_id from payment_relation q where q.account_id {how} "
        f"union all select q.account_id from payment_relation q where q.payer_id {how})",
    )
    for how in (FEW, MANY)
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a relation as it was recorded; `body` is what was asked for."""

    relation: Relation
    command: Command
    idempotency_key: str
    body: dict[str, Any]
    recorded_by: str
    recorded_at: datetime


def relation_of_member(tx: Transaction, member_id: str, at: datetime) -> Relation | None:
    """Return the active relation in which an account is the member at an instant."""
    return relations_of_members(tx, [member_id], at).get(member_id)


def relations_of_members(tx: Transaction, member_ids: Collection[str], at: datetime) -> dict[str, Relation]:
    """Return the active relations in which accounts are the members at an instant, by member; others are left out."""
    found: dict[str, Relation] = {}
    for one in _as_members(tx, at, member_ids):
        if one.state is State.ACTIVE:
            found.setdefault(one.member_id, one)
    return found


def live_of_member(tx: Transaction, member_id: str, at: datetime) -> Relation | None:
    """Return the relation that binds an account as a member at an instant: active, or an open invitation."""
    return next((one for one in _as_members(tx, at, [member_id]) if one.is_live), None)


def last_of_member(tx: Transaction, member_id: str, at: datetime) -> Relation | None:
    """Return the live relation of a member; when there is none, the one that changed last."""
    return max(_as_members(tx, at, [member_id]), key=lambda one: (one.is_live, one.since), default=None)


def members_of(tx: Transaction, management_id: str, at: datetime) -> list[Relation]:
    """Return the active relations of a main account at an instant, by member."""
    found = [one for one in states(tx, at, [management_id]) if one.management_id == management_id]
    return sorted((one for one in found if one.state is State.ACTIVE), key=lambda one: one.member_id)


def sides_of(tx: Transaction, account_id: str, at: datetime) -> tuple[Relation | None, list[Relation]]:
    """Return `relation_of_member` and `members_of` of an account, looked up once."""
    found = [one for one in states(tx, at, [account_id]) if one.state is State.ACTIVE]
    below = sorted((one for one in found if one.management_id == account_id), key=lambda one: one.member_id)
    return next((one for one in found if one.member_id == account_id), None), below


def active(tx: Transaction, at: datetime) -> list[Relation]:
    """Return all active relations at an instant, by main account and member."""
    return [one for one in states(tx, at) if one.state is State.ACTIVE]


def states(tx: Transaction, at: datetime, account_ids: Collection[str] | None = None) -> list[Relation]:
    """Return every relation of these accounts (all when None), on either side, as it stands at an instant.

    By main account, member and time. An invitation that ran out is EXPIRED, whether or not that was written down.
    """
    if account_ids is None:
        return [_relation(row, at) for row in tx.execute(_OF_ALL, {"at": at})]
    which, values = named(account_ids)
    return [_relation(row, at) for row in tx.execute(_OF_EITHER[which], values | {"at": at})]


def _as_members(tx: Transaction, at: datetime, member_ids: Collection[str]) -> list[Relation]:
    """Return every relation in which these accounts are the members, in the order of `states`."""
    which, values = named(member_ids)
    return [_relation(row, at) for row in tx.execute(_OF_MEMBERS[which], values | {"at": at})]


def related(tx: Transaction) -> dict[str, str]:
    """Return (account, the other side) of every account that has or had a relation that was written down."""
    rows = tx.execute(
        "select management_id, member_id from relation "
        "union select member_id, management_id from relation order by 1, 2"
    )
    return dict(rows.fetchall())


def steps(tx: Transaction, relation_id: str) -> list[Step]:
    """Return the steps of a relation in order."""
    return _steps(tx, "where s.relation_id = %s", (relation_id,))


def step_by_key(tx: Transaction, member_id: str, idempotency_key: str) -> Step | None:
    """Return the step that a key of a member stands for, in any of its relations."""
    found = _steps(tx, "where r.member_id = %s and s.idempotency_key = %s", (member_id, idempotency_key))
    return found[0] if found else None


def open_matters(tx: Transaction, account_id: str) -> tuple[Matter, ...]:
    """Return what is under way with an account's orders, by kind and reference."""
    rows = tx.execute("select kind, reference from open_matter where account_id = %s order by 1, 2", (account_id,))
    return tuple(Matter(_MATTERS[kind], reference) for kind, reference in rows)


def new_relation_id(tx: Transaction, management_id: str, member_id: str) -> str:
    """Return the id of the next relation of a pair. The caller holds the locks of both accounts."""
    row = tx.execute(
        "select count(*) from relation where management_id = %s and member_id = %s", (management_id, member_id)
    ).fetchone()
    assert row is not None, "a count is one row"
    return derived_id("rel", management_id, member_id, row[0])


def add_relation(tx: Transaction, relation: Relation, *, recorded_at: datetime) -> None:
    """Append a pair. The caller holds the locks of both accounts."""
    tx.execute(
        "insert into relation (relation_id, enterprise_id, management_id, member_id, origin, recorded_at) "
        "select %s, enterprise_id, account_id, %s, %s, %s from account where account_id = %s",
        (relation.relation_id, relation.member_id, relation.origin, recorded_at, relation.management_id),
    )


def add_steps(tx: Transaction, added: Iterable[Step]) -> None:
    """Append steps of known pairs. The caller holds the locks of both accounts of each."""
    columns = (
        "relation_id, step, command, state, mode, permissions, effective_at, expires_at, idempotency_key, body, "
        "recorded_by, recorded_at"
    )
    holes = ", ".join("%s" for _ in columns.split(", "))
    with tx.cursor() as cursor:
        cursor.executemany(f"insert into relation_step ({columns}) values ({holes})", [_values(one) for one in added])


def _values(one: Step) -> tuple[object, ...]:
    relation = one.relation
    return (
        relation.relation_id,
        relation.step,
        one.command.value,
        relation.state.value,
        relation.mode.value,
        [code.name for code in RelationPermission if code in relation.permissions],
        relation.since,
        relation.expires_at if relation.state is State.INVITED else None,
        one.idempotency_key,
        Jsonb(one.body),
        one.recorded_by,
        one.recorded_at,
    )


def _relation(row: tuple[Any, ...], at: datetime) -> Relation:
    relation_id, main, member, mode, state, codes, since, expires_at, step, origin = row
    reached = State(state)
    if reached is State.INVITED and expires_at <= at:
        reached = State.EXPIRED
    permissions = frozenset(RelationPermission[code] for code in codes)
    identity = relation_id or derived_id("rel", main, member, since.isoformat())
    return Relation(identity, main, member, FinanceMode(mode), reached, permissions, since, expires_at, step, origin)


def _steps(tx: Transaction, where: str, values: tuple[object, ...]) -> list[Step]:
    rows = tx.execute(
        "select r.relation_id, r.management_id, r.member_id, s.mode, s.state, s.permissions, s.effective_at, "
        "s.expires_at, s.step, r.origin, s.command, s.idempotency_key, s.body, s.recorded_by, s.recorded_at "
        f"from relation r join relation_step s using (relation_id) {where} order by r.relation_id, s.step",
        values,
    )
    return [Step(_relation(row[:10], row[6]), Command(row[10]), row[11], row[12], row[13], row[14]) for row in rows]
