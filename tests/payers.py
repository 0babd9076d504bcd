"""Accounts on real books for tests of money: each in one enterprise, each paying for itself."""

from __future__ import annotations

from datetime import UTC, datetime

from partita.core.org import Account, Enterprise, PaymentRelation
from partita.store import org
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
