"""What lines of orders start when they are paid: packages, renewals and upgrades of them, plans.

Owns the SQL of `commitment_order`. Rules: PKG-3, PKG-7 (`docs/rules/resource_package.md`), PLAN-5.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from partita.core.order import Order
from partita.core.period import Cycle
from partita.core.resource_package import PackageChange, PackageOffer
from partita.core.savings_plan import PayMode, PlanOffer
from partita.store import rows as rows_store
from partita.store.db import Transaction

Offer: TypeAlias = PackageOffer | PackageChange | PlanOffer


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one line of an order starts: the package or plan, its terms, and the key and body of who asked."""

    line: int
    commitment_id: str
    offer: Offer
    idempotency_key: str
    body_hash: bytes


def add_ordered(tx: Transaction, order: Order, ordered: Iterable[Ordered]) -> None:
    """Append what lines of an order start; the order is there."""
    rows_store.add(
        tx,
        "commitment_order (payer_id, order_id, line, account_id, commitment_id, what, terms, idempotency_key, "
        "body_hash, recorded_at)",
        (
            (order.payer_id, order.order_id, one.line, order.account_id, one.commitment_id, *_written(one.offer),
             one.idempotency_key, one.body_hash, order.placed_at)
            for one in ordered
        ),
    )  # fmt: skip


def ordered_by(tx: Transaction, order_id: str) -> dict[int, Ordered]:
    """Return what an order starts, by its line; nothing for orders of subscriptions alone."""
    rows = tx.execute(
        "select line, commitment_id, what, terms, idempotency_key, body_hash from commitment_order "
        "where order_id = %s order by line",
        (order_id,),
    )
    return {row[0]: Ordered(row[0], row[1], _read(row[2], row[3]), row[4], bytes(row[5])) for row in rows}


def _written(offer: Offer) -> tuple[str, str]:
    match offer:
        case PackageChange():
            what = "renew" if offer.months else "upgrade"
            return what, json.dumps({"months": offer.months, "more_e6": offer.more_e6, "of": offer.package_id})
        case PackageOffer():
            cycle = offer.cycle.value if offer.cycle else None
            return "package", json.dumps({
                "sku": offer.sku_id, "quota_e6": offer.quota_e6, "factors": offer.factors, "months": offer.months,
                "cycle": cycle, "start": _at(offer.start), "regions": offer.regions,
            })  # fmt: skip
        case PlanOffer():
            return "plan", json.dumps({
                "sku": offer.sku_id, "commitment_e10": offer.commitment_e10, "rates": offer.rates,
                "years": offer.years, "pay": offer.pay_mode.word, "start": _at(offer.start), "regions": offer.regions,
            })  # fmt: skip


def _read(what: str, terms: dict[str, Any]) -> Offer:
    if what in {"renew", "upgrade"}:
        return PackageChange(terms["of"], terms["months"], terms["more_e6"])
    start = datetime.fromisoformat(terms["start"]) if terms["start"] else None
    regions = tuple(terms["regions"])
    if what == "package":
        cycle = Cycle(terms["cycle"]) if terms["cycle"] else None
        factors = tuple((sku, factor) for sku, factor in terms["factors"])
        return PackageOffer(
            terms["sku"], terms["quota_e6"], factors, terms["months"], cycle=cycle, start=start, regions=regions
        )
    rates = tuple((sku, rate) for sku, rate in terms["rates"])
    mode = _MODES[terms["pay"]]
    return PlanOffer(terms["sku"], terms["commitment_e10"], rates, terms["years"], mode, start, regions)


_MODES = {mode.word: mode for mode in PayMode}


def _at(start: datetime | None) -> str | None:
    return start.isoformat() if start else None
