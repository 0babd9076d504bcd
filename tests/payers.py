"""Accounts on real books for tests of money: in one enterprise, paying for themselves; verified, related."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from partita.core.account import EntityKind, LegalEntity
from partita.core.catalog import Counter, Model, PriceVersion, Product, Sku, Tier
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.org import Account, Enterprise, FinanceMode, PaymentRelation
from partita.core.period import Month
from partita.core.permission import RelationPermission
from partita.core.refusal import Refused
from partita.core.relation import Command, Relation, State
from partita.store import account, catalog, org, relation
from partita.usecases.close import close_month
from partita.usecases.usage import import_usage
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


def bill(books: Books, month: Month, amounts: Mapping[str, Money], *, product: str = "compute") -> None:
    """Let accounts use so much of a product in a month, and close it: a cent a unit, so that nothing is rounded."""
    cent = f"{product}-cent"
    with books.work() as work:
        if product not in catalog.products_of(work.tx):
            catalog.add_products(work.tx, [Product(product, product.title(), "Compute")], recorded_at=SINCE)
        if cent not in catalog.skus_of(work.tx):
            catalog.add_skus(work.tx, [Sku(cent, product, cent, "cent")], recorded_at=SINCE)
            price = PriceVersion(cent, cent, "CNY", SINCE, Model.UNIT, Counter.ACCOUNT, (Tier(None, 10**8),))
            catalog.add_prices(work.tx, [price], recorded_at=SINCE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"usage-{product}-{month}.csv"
        start = f"{month}-15T04:00:00Z"
        rows = [f"{product}-{month}-{name},{name},{cent},{one.minor},{start},{start}," for name, one in amounts.items()]
        path.write_text("\n".join(["record_id,account_id,sku,quantity,start,end,tags", *rows, ""]), encoding="utf-8")
        taken = import_usage(books, path)
    assert not isinstance(taken, Refused), taken.message()
    closed = close_month(books, month)
    assert not isinstance(closed, Refused), closed.message()
