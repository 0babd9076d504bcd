"""Two tenants on real books, small but whole, for the stateful test: who there is, and how books come cheap.

Each tenant has a main account, a member under 财务管理, one under 财务托管 and one that nobody has verified, and
users with and without rights. Both have one kind of everything: two products with a price in each currency, voucher
and coupon templates, a line of credit, some cash. Every example starts on a copy of the same database.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg.conninfo import make_conninfo

from conftest import Clock
from partita.core.account import EntityKind, InvoiceProfile, LegalEntity
from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP
from partita.core.money import Money
from partita.core.permission import OPERATOR, Actor, Role
from partita.core.permission import RelationPermission as Code
from partita.core.refusal import Refused
from partita.core.template import Instrument, Kind, Template, Terms
from partita.settings import Settings
from partita.store import account as account_store
from partita.usecases import credit, funds, relation, template, user
from partita.usecases.clearing.switch import set_seller
from partita.usecases.relation import Terms as Offer
from partita.usecases.setup import apply_setup
from partita.usecases.work import Books, Work
from partita.wiring import open_books
from servers import clone, drop
from steps.world import HEADS

FOUNDED = datetime(2026, 9, 20, 3, 30, tzinfo=UTC)
STARTS = datetime(2026, 10, 5, 4, tzinfo=UTC)
BUCKETS = 2
CASH, CREDIT = 20_000, 30_000
PRODUCTS = {"compute": "hour", "backup": "day"}
MARKET = {"backup": "seller"}
PRICES = {"vm": ("compute", 37), "tape": ("backup", 11)}
"""SKU → product and price in tenths of a unit of money: 3.70 and 1.10, the same in every currency."""
SHARED = frozenset({Code.SYNCHRONIZE_FINANCE_IDENTITY, Code.CHECK_FINANCE_INFO})


@dataclass(frozen=True)
class Tenant:
    """An enterprise with its calendar (hours from UTC, no summer time) and its money."""

    name: str
    zone: str
    hours: int
    currency: str

    def named(self, role: str) -> str:
        """Return the account or user of this tenant that has a role, such as `north-main`."""
        return f"{self.name}-{role}"


NORTH, SOUTH = Tenant("north", "Asia/Shanghai", 8, "CNY"), Tenant("south", "Asia/Tokyo", 9, "USD")
TENANTS = (NORTH, SOUTH)
ACCOUNTS = ("main", "member", "trust", "free")
USERS: dict[str, Role | None] = {"admin": Role.ADMINISTRATOR, "auditor": Role.AUDITOR, "nobody": None}
VOUCHERS = (
    ("cash", Kind.CASH, 4_000, Terms()),
    ("alone", Kind.CASH, 2_500, Terms(stacks=False)),
    ("from", Kind.THRESHOLD, 1_500, Terms(minimum_minor=2_000)),
    ("share", Kind.PERCENTAGE, 3_000, Terms(percent_e6=250_000)),
)
DAYS = 40


def other(tenant: Tenant) -> Tenant:
    """Return the tenant that this one must not touch."""
    return SOUTH if tenant is NORTH else NORTH


def tenant_of(name: str) -> Tenant:
    """Return the tenant of an account, a user or an actor."""
    return NORTH if name.startswith(NORTH.name) else SOUTH


def actor_of(who: str) -> Actor:
    """Return who acts: `operator`, a user such as `north-admin`, or an account itself: `north-main itself`."""
    if who == "operator":
        return OPERATOR
    name, _, itself = who.partition(" ")
    return Actor(None, name) if itself else Actor(name)


def found(settings: Settings) -> None:
    """Found both tenants on the database of these settings."""
    with open_books(settings) as opened:
        books = replace(opened, clock=Clock(FOUNDED))
        with books.work() as work:
            work.tx.execute("insert into deployment (bucket_count, created_at) values (%s, %s)", (BUCKETS, FOUNDED))
        _set_up(books, settings.home / "setup")
        for tenant in TENANTS:
            with books.work() as work:
                _people(work, tenant)
                _templates(work, tenant)
                _money(work, tenant)
                _relations(work, tenant)


def _set_up(books: Books, folder: Path) -> None:
    folder.mkdir(parents=True)
    rows = {
        "enterprises": [[one.name, one.name.title(), one.zone, one.currency] for one in TENANTS],
        "units": [[one.name, f"{one.name}-unit", "", "company", "Unit"] for one in TENANTS],
        "accounts": [
            [one.named(role), one.name, role.title(), f"{one.name}-unit", "", "2020-01-01"]
            for one in TENANTS
            for role in ACCOUNTS
        ],
        "products": [[name, name.title(), "Compute", cycle] for name, cycle in PRODUCTS.items()],
        "skus": [[sku, product, sku, "hour"] for sku, (product, _) in PRICES.items()],
        "prices": [
            [sku, one.currency, "2020-01-01", "unit", "account", "", f"{price // 10}.{price % 10}", ""]
            for sku, (_, price) in PRICES.items()
            for one in TENANTS
        ],
    }
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([HEADS[name].split(","), *lines])
    with books.work() as work:
        done(apply_setup(work, folder))
        for product, seller in MARKET.items():
            done(set_seller(work, product_id=product, seller=seller))


def _people(work: Work, tenant: Tenant) -> None:
    for role, held in USERS.items():
        name = tenant.named(role)
        done(user.add_user(work, user_id=name, name=role.title(), enterprise_id=tenant.name))
        if held:
            done(user.grant_role(work, user.Asked(name, held, tenant.name, None, date(2026, 1, 1))))
    entity = LegalEntity(EntityKind.ORGANISATION, "CN", f"number of {tenant.name}", tenant.name.title())
    for role in ACCOUNTS[:3]:
        by = {"recorded_by": "operator", "recorded_at": work.now}
        account_store.verify(work.tx, tenant.named(role), entity, **by)
        account_store.add_invoice_profile(work.tx, tenant.named(role), InvoiceProfile("Group"), **by)


def _templates(work: Work, tenant: Tenant) -> None:
    for name, kind, amount, terms in VOUCHERS:
        made = Template(name, tenant.name, Instrument.VOUCHER, kind, name, tenant.currency, amount, terms, days=DAYS)
        done(template.define_template(work, made))
    coupon = Template(
        "coupon", tenant.name, Instrument.COUPON, Kind.CASH, "coupon", tenant.currency, 500, Terms(), days=DAYS
    )
    done(template.define_template(work, coupon))


def _money(work: Work, tenant: Tenant) -> None:
    main, total = tenant.named("main"), Money(CREDIT, tenant.currency)
    for role in ACCOUNTS:
        cash = Money(CASH, tenant.currency)
        done(funds.top_up(work, account_id=tenant.named(role), amount=cash, idempotency_key="first"))
    asked = done(credit.request_total(work, management=main, limit=total, idempotency_key="first"))
    done(credit.approve(work, change_id=asked.change.change_id))
    done(credit.confirm_contract(work, management=main, contract_id=f"contract-{tenant.name}"))


def _relations(work: Work, tenant: Tenant) -> None:
    main = tenant.named("main")
    offers = {"member": Offer(INDEPENDENT, SHARED), "trust": Offer(TRUSTEESHIP)}
    for role, offer in offers.items():
        done(relation.invite(work, management=main, member=tenant.named(role), terms=offer))


T = TypeVar("T")


def done(answer: T | Refused) -> T:
    """Return an answer that is no refusal."""
    assert not isinstance(answer, Refused), answer.message()
    return answer


@dataclass
class Copies:
    """Copies of the founded database: one for each example and one for each replay."""

    server: str
    template: str
    home: Path

    @contextmanager
    def books(self) -> Iterator[tuple[Books, Clock, psycopg.Connection]]:
        """Open a copy; it is dropped afterwards. Gives the books, their clock, and the owner's own connection."""
        name = f"partita_law_{uuid.uuid4().hex[:16]}"
        url, clock = make_conninfo(self.server, dbname=name), Clock(STARTS)
        with psycopg.connect(self.server, autocommit=True) as connection:
            clone(connection, name, self.template)
            home = self.home / name
            settings = Settings(home=home, database_url=url, memory="512MB", threads=1, language="en", now=STARTS)
            try:
                with open_books(settings) as books, psycopg.connect(url, autocommit=True) as owner:
                    owner.execute("set timezone = 'UTC'")
                    yield replace(books, clock=clock), clock, owner
            finally:
                drop(connection, name)
