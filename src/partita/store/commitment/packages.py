"""Resource packages and their stretches. Owns the SQL of `resource_package` and `package_stretch`. Rules: PKG-3."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.period import Cycle, Period
from partita.core.resource_package import ResourcePackage, Stretch, StretchKind
from partita.store.db import Transaction

_KINDS = {kind.word: kind for kind in StretchKind}


@dataclass(frozen=True, slots=True)
class Bought:
    """How something came into the books: its order (None = given), the key and body of who asked, who, and when."""

    order_id: str | None
    idempotency_key: str
    body_hash: bytes
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package with its stretches, in their order."""

    package: ResourcePackage
    stretches: tuple[Stretch, ...]


def add_package(tx: Transaction, package: ResourcePackage, bought: Bought) -> None:
    """Append a package; its first stretch follows."""
    tx.execute(
        "insert into resource_package (account_id, package_id, sku_id, currency, zone, cycle, factors, regions, "
        "recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            package.owner_id, package.package_id, package.sku_id, package.currency, package.zone,
            package.cycle.value if package.cycle else None, json.dumps(package.factors), list(package.regions),
            bought.recorded_by, bought.recorded_at,
        ),
    )  # fmt: skip


def add_stretch(tx: Transaction, owner_id: str, one: Stretch, bought: Bought) -> None:
    """Append a stretch of a package."""
    tx.execute(
        "insert into package_stretch (account_id, package_id, stretch, kind, starts_at, ends_at, quota_e6, "
        "price_minor, order_id, idempotency_key, body_hash, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            owner_id, one.package_id, one.number, one.kind.word, one.valid.start, one.valid.end, one.quota_e6,
            one.price_minor, bought.order_id, bought.idempotency_key, bought.body_hash, bought.recorded_by,
            bought.recorded_at,
        ),
    )  # fmt: skip


_PACKAGE = """
    select p.account_id, p.package_id, p.sku_id, p.currency, p.zone, s.unit, p.cycle, p.factors, p.regions
    from resource_package p join sku s using (sku_id)
"""
_STRETCH = "select package_id, stretch, kind, starts_at, ends_at, quota_e6, price_minor from package_stretch"


def package_of(tx: Transaction, package_id: str) -> PackageRow | None:
    """Return a package by its id."""
    row = tx.execute(f"{_PACKAGE} where p.package_id = %s", (package_id,)).fetchone()
    return None if row is None else _with_stretches(tx, [_package(row)])[0]


def orders_of(tx: Transaction, package_id: str) -> dict[int, str]:
    """Return which order paid each stretch of a package: number → order; what was given has none."""
    rows = tx.execute(
        "select stretch, order_id from package_stretch where package_id = %s and order_id is not null", (package_id,)
    )
    return dict(rows.fetchall())


def packages_of(tx: Transaction, account_ids: Iterable[str] | None = None) -> list[PackageRow]:
    """Return the packages of accounts (default all), by account and id."""
    asked = None if account_ids is None else sorted(account_ids)
    rows = tx.execute(
        f"{_PACKAGE} where %(asked)s::text[] is null or p.account_id = any(%(asked)s) order by 1, 2", {"asked": asked}
    )
    return _with_stretches(tx, [_package(row) for row in rows])


@dataclass(frozen=True, slots=True)
class KeptStretch:
    """A stretch as it was asked for: the hash of the content, and the order that paid it (None = given)."""

    stretch: Stretch
    body_hash: bytes
    order_id: str | None


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> KeptStretch | None:
    """Return the stretch that a key of an account stands for."""
    row = tx.execute(
        "select package_id, stretch, kind, starts_at, ends_at, quota_e6, price_minor, body_hash, order_id "
        "from package_stretch where account_id = %s and idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    return None if row is None else KeptStretch(_stretch(row[:7]), bytes(row[7]), row[8])


def _with_stretches(tx: Transaction, packages: list[ResourcePackage]) -> list[PackageRow]:
    rows = tx.execute(
        f"{_STRETCH} where package_id = any(%s) order by package_id, stretch", ([one.package_id for one in packages],)
    )
    found: dict[str, list[Stretch]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_stretch(row))
    return [PackageRow(one, tuple(found[one.package_id])) for one in packages]


def _package(row: tuple[Any, ...]) -> ResourcePackage:
    owner, name, sold_as, currency, zone, unit, cycle, factors, regions = row
    pairs = tuple((sku, int(factor)) for sku, factor in factors)
    resets = Cycle(cycle) if cycle else None
    return ResourcePackage(name, owner, sold_as, currency, zone, unit, resets, pairs, tuple(regions))


def _stretch(row: tuple[Any, ...]) -> Stretch:
    package, number, kind, start, end, quota, price = row
    return Stretch(package, number, _KINDS[kind], Period(start, end), quota, price)
