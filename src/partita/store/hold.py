"""Holds for usage that no bill has settled (冻结): running amounts by payer and the month whose close bills them.

Owns how `hold` moves: usage that comes in adds to it, `rate` sets it, and the posting of a bill releases it in the same
transaction, so that no amount counts twice. Does not own how it is read (`store.funds`). The caller holds the lock of
the intake or the payers' heads. Rules: SPEND-1, SPEND-5, SPEND-6 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from partita.store.db import Transaction

Held = Mapping[tuple[str, int, str], int]
"""Amounts in `_e10` by payer, billing month (`YYYYMM`) and currency."""

_ROWS = """
    insert into hold (payer_id, month, currency, amount_e10)
    select payer_id, month, currency, amount_e10::numeric
    from unnest(%(payers)s::text[], %(months)s::integer[], %(currencies)s::text[], %(amounts)s::text[])
         as new (payer_id, month, currency, amount_e10)
    order by 1, 2, 3
    on conflict (payer_id, month, currency)
"""
_ADD = _ROWS + "do update set amount_e10 = hold.amount_e10 + excluded.amount_e10"
_SET = _ROWS + "do update set amount_e10 = excluded.amount_e10"


def add(tx: Transaction, held: Held) -> None:
    """Add to what is held."""
    if held:
        tx.execute(_ADD, _values(held))


def set_to(tx: Transaction, held: Held) -> None:
    """Let these amounts be what is held."""
    if held:
        tx.execute(_SET, _values(held))


def release(tx: Transaction, payers: Iterable[str], month: int) -> None:
    """Release what a close of this month has billed: everything held for it and for months before."""
    tx.execute(
        "update hold set amount_e10 = 0 where payer_id = any(%s) and month <= %s and amount_e10 <> 0",
        (sorted(set(payers)), month),
    )


def payers(tx: Transaction, month: int) -> list[str]:
    """Return the payers for whom something is held for this month or before."""
    rows = tx.execute("select distinct payer_id from hold where month <= %s and amount_e10 <> 0 order by 1", (month,))
    return [row[0] for row in rows]


def _values(held: Held) -> dict[str, object]:
    keys = sorted(held)
    return {
        "payers": [key[0] for key in keys],
        "months": [key[1] for key in keys],
        "currencies": [key[2] for key in keys],
        "amounts": [str(held[key]) for key in keys],
    }
