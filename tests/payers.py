"""Accounts on real books for tests of money: in one enterprise, paying for themselves; verified, related."""

from __future__ import annotations

from datetime import UTC, datetime

from partita.core.account import EntityKind, LegalEntity
from partita.core.ids import derived_id
from partita.core.org import Account, Enterprise, FinanceMode, PaymentRelation
from partita.core.permission import RelationPermission
from partita.core.relation import Command, Relation, State
from partita.store import account, org, relation
from partita.usecases.work import Books

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def open_accounts(books: Books, *names: str, currency: str = "CNY", zone: str = "Asia/Shanghai") -> None:
    """Open accounts in an enterprise of this currency and zone, which is made on first use."""
    enterprise = f"group-{currency}".lower()
    with books.work() as work:
        if enterprise not in org.enterprises_of(work.tx):
            org.add_enterprises(work.tx, [Enterprise(enterprise, "Group", zone, currency)], recorded_at=SINCE)
        org.add_accounts(work.tx, [Account(name, enterprise, name.title()) for name in names], recorded_at=SINCE)
        org.add_relations(work.tx, [PaymentRelation(name, SINCE, name) for name in names], recorded_at=SINCE)


def verify(books: Books, *names: str, number: str = "91110000600037341L") -> None:
    """Verify accounts as one legal entity: that of a register number."""
    entity = LegalEntity(EntityKind.ORGANISATION, "CN", number, "Acme")
    with books.work() as work:
        for name in names:
            account.verify(work.tx, name, entity, recorded_by="test", recorded_at=SINCE)


def relate(
    books: Books,
    management: str,
    member: str,
    *codes: RelationPermission,
    mode: FinanceMode = FinanceMode.INDEPENDENT,
    state: State = State.ACTIVE,
) -> None:
    """Relate two accounts, from the present instant on, with these permissions; or end their relation."""
    with books.work() as work:
        known = [one for one in relation.states(work.tx, work.now, [member]) if one.management_id == management]
        identity = derived_id("rel", management, member, SINCE.isoformat())
        step = len(relation.steps(work.tx, identity)) if known else 0
        now = Relation(identity, management, member, mode, state, frozenset(codes), work.now, None, step, "invited")
        if not known:
            relation.add_relation(work.tx, now, recorded_at=work.now)
        relation.add_steps(
            work.tx, [relation.Step(now, Command.CONFIRM, f"step {step}", {}, recorded_by="test", recorded_at=work.now)]
        )


def group(books: Books, management: str, *members: str, codes: tuple[RelationPermission, ...] = ()) -> None:
    """Open a main account and members, verified as one legal entity, under 财务管理."""
    open_accounts(books, management, *members)
    verify(books, management, *members)
    for member in members:
        relate(books, management, member, *codes)
