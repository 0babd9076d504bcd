"""Running spend of adjustments: what was put on the bill of an open month counts at once, like usage.

An adjustment is held until its bill is settled, or makes room at once where it takes something off. Does not own which
bill it goes on (`core.adjustment`). Rules: ADJUST-4 (`docs/rules/adjustment.md`), SPEND-5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from partita.core.adjustment import Adjustment
from partita.core.money import minor_scale_e10
from partita.core.period import Month
from partita.core.spend import Spend
from partita.store import adjustment as adjustment_store
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.store.db import Transaction

_EVER = datetime.max.replace(tzinfo=UTC)


def with_adjustments(tx: Transaction, spend: Sequence[Spend], place: tuple[Month, int]) -> list[Spend]:
    """Return the spend of usage of a month and bucket together with that of the adjustments on its bills."""
    month, bucket = place
    adjusted = adjustment_store.by_bucket(tx, month.number, org_store.bucket_count(tx)).get(bucket, ())
    return summed([*spend, *spend_of(tx, adjusted)]) if adjusted else list(spend)


def spend_of(tx: Transaction, adjusted: Iterable[Adjustment]) -> list[Spend]:
    """Return adjustments as spend of the day on which they stand, in the calendar of their account."""
    known = list(adjusted)
    holders = funds_store.holders(tx, {one.account_id for one in known}, _EVER)
    return [
        Spend(
            *(one.payer_id, one.account_id, one.product_id),
            one.charged_at.astimezone(ZoneInfo(holders[one.account_id].zone)).date(),
            *(one.amount.currency, one.month, one.amount.minor * minor_scale_e10(one.amount.currency)),
        )
        for one in known
    ]


def summed(spend: Iterable[Spend]) -> list[Spend]:
    """Add up spend of the same day, account and product, in order."""
    found: dict[Spend, int] = {}
    for one in spend:
        key = replace(one, amount_e10=0)
        found[key] = found.get(key, 0) + one.amount_e10
    return [
        replace(key, amount_e10=amount)
        for key, amount in sorted(
            found.items(), key=lambda pair: (pair[0].payer_id, pair[0].account_id, pair[0].product_id, pair[0].day)
        )
    ]
