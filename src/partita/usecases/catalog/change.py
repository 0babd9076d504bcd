"""Change the catalogue: is a folder sound, what would it change, and take it into the books.

Rules: CATALOG-7, CATALOG-8 (`docs/rules/catalog.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from partita.columnar import catalog as sql
from partita.core.catalog import Tier
from partita.core.promotion import Promotion
from partita.core.refusal import Refused
from partita.store import catalog_change as change_store
from partita.store import org as org_store
from partita.store import promotion as promotion_store
from partita.store import usage as usage_store
from partita.store.catalog_change import Change
from partita.store.db import Transaction
from partita.usecases.catalog.examine import Examined, desk, examine, tiers_of
from partita.usecases.funds.command import text_at_fault
from partita.usecases.work import Books

Counts = dict[str, int]
"""How many facts of each kind: product, sku, detail, price, subscription, promotion."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A sound folder: how many facts it states, how many are new to the books, which files, which were left aside."""

    stated: Counts
    new: Counts
    files: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionChange:
    """A price version that is new, and what was in force before it; `way`: usage, month or year.

    `before` is empty for the first price of its kind. A block price has its size beside it.
    """

    way: str
    product_id: str
    sku_id: str
    currency: str
    effective_from: datetime
    before_model: str | None
    before: tuple[Tier, ...]
    before_block_e6: int | None
    model: str
    after: tuple[Tier, ...]
    block_e6: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a folder would change: counts, and the first of the changes of prices, of `prices` in all; promotions."""

    new: Counts
    prices: int
    changes: tuple[VersionChange, ...]
    promotions: tuple[Promotion, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a folder added; without a change everything stood in the books. Nothing is kept of a dry run."""

    stated: Counts
    new: Counts
    change: Change | None
    files: tuple[str, ...]
    ignored: tuple[str, ...]
    dry_run: bool


def validate(books: Books, folder: Path) -> Validated | Refused:
    """Check a folder against itself and the books; nothing is saved. Refused: what `examine` says."""
    with desk(books) as engine, books.work() as work:
        found = examine(work, engine, folder)
        if isinstance(found, Refused):
            return found
        return Validated(found.stated, found.new, found.files, found.ignored)


def compare(books: Books, folder: Path, *, limit: int | None = None) -> Compared | Refused:
    """Say what a folder would change, each new price with the one before; `limit` of them. Refused: as `examine`."""
    with desk(books) as engine, books.work() as work:
        found = examine(work, engine, folder)
        if isinstance(found, Refused):
            return found
        some = engine.execute(sql.CHANGES if limit is None else f"{sql.CHANGES} limit {limit:d}").fetchall()
        changes = tuple(
            VersionChange(
                way, product, sku, currency, start.replace(tzinfo=UTC), old_model, tiers_of(old) if old else (),
                old_block, model, tiers_of(tiers), block,
            )
            for way, product, sku, currency, start, old_model, old, old_block, model, tiers, block in some
        )  # fmt: skip
        count = found.new["price"] + found.new["subscription"]
        return Compared(found.new, count, changes, tuple(found.promotions.values()), found.zone)


def apply(books: Books, folder: Path, *, reason: str = "", dry_run: bool = False) -> Applied | Refused:
    """Take a folder into the books, wholly or not at all; the same folder again changes nothing (CATALOG-7, -8).

    Refused in this order: what `examine` says, BAD_TEXT (the reason).
    """
    with desk(books) as engine, books.work() as work:
        # A close freezes its month under the same lock: a price is either seen by all of it, or refused (SETUP-3).
        usage_store.lock_intake(work.tx)
        found = examine(work, engine, folder)
        if isinstance(found, Refused):
            return found
        if no := text_at_fault({"reason": reason}, needed=frozenset()):
            return no
        change = None
        if any(found.new.values()) and not dry_run:
            org_store.found(work.tx, recorded_at=work.now)
            added = {kind: count for kind, count in found.new.items() if count}
            change = change_store.record_change(
                work.tx, source=folder.resolve().name, reason=reason, added=added, recorded_by=work.actor.signature,
                now=work.now,
            )  # fmt: skip
            _save(work.tx, found, recorded_at=change.recorded_at)
        return Applied(found.stated, found.new, change, found.files, found.ignored, dry_run)


_SAVERS: dict[str, Callable[..., None]] = {
    "product": change_store.add_products,
    "sku": change_store.add_skus,
    "detail": change_store.add_details,
    "price": change_store.add_prices,
    "subscription": change_store.add_subscriptions,
}


def _save(tx: Transaction, found: Examined, *, recorded_at: datetime) -> None:
    for kind in sql.KINDS:
        columns = ", ".join(kind.columns)
        new: pa.Table = found.engine.sql(f"select {columns} from new_{kind.name}").to_arrow_table()
        _SAVERS[kind.name](tx, new, recorded_at=recorded_at)
    promotion_store.add_promotions(tx, found.promotions.values(), recorded_at=recorded_at)
