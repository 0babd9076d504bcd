"""Promotions in PostgreSQL: every version, and those that could run.

Owns the SQL of `promotion`. Rows are only ever added. Rules: PROMOTION-2 (`docs/rules/promotion.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from partita.core.promotion import Promotion
from partita.core.scope import Listing, Occasion, Scope
from partita.store.db import Transaction

_COLUMNS = (
    "promotion_id, effective_from, name, factor_e6, until, listing, products, skus, occasions, months_min, stacks, "
    "refundable"
)


def promotions_of(tx: Transaction) -> dict[tuple[str, datetime], Promotion]:
    """Return every version of every promotion, by id and start."""
    rows = tx.execute(f"select {_COLUMNS} from promotion order by promotion_id, effective_from")
    found: dict[tuple[str, datetime], Promotion] = {}
    for name, start, title, factor, until, listing, products, skus, occasions, months, stacks, refundable in rows:
        scope = Scope(Listing(listing), frozenset(products), occasions=frozenset(map(Occasion, occasions)))
        found[name, start] = Promotion(
            name, title, start, factor, until, scope, frozenset(skus), months, stacks=stacks, refundable=refundable
        )
    return found


def add_promotions(tx: Transaction, promotions: Iterable[Promotion], *, recorded_at: datetime) -> None:
    """Append versions of promotions."""
    with tx.cursor() as cursor:
        cursor.executemany(
            f"insert into promotion ({_COLUMNS}, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    one.promotion_id, one.effective_from, one.name, one.factor_e6, one.until, one.scope.listing.value,
                    sorted(one.scope.products), sorted(one.skus), sorted(kind.value for kind in one.scope.occasions),
                    one.months_min, one.stacks, one.refundable, recorded_at,
                )
                for one in promotions
            ],
        )  # fmt: skip
