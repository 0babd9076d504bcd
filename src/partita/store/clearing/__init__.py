"""Clearing in PostgreSQL: debts, credits and funds (`debts`), the switch and sellers (`switch`), custom settlements.

What `verify` asks is in `proof`. Rules: CLEAR-1 … CLEAR-7 (`docs/rules/clearing.md`).
"""

from partita.store.clearing.custom import (
    CustomRow,
    add_custom,
    add_payments,
    custom,
    custom_by_key,
    customs_of,
    end_custom,
)
from partita.store.clearing.debts import (
    OffsetRow,
    Payer,
    ToClear,
    credits_left,
    given,
    offsets,
    owing,
    save_offsets,
    to_clear,
    unpaid,
)
from partita.store.clearing.switch import (
    add_seller,
    is_billed,
    market_products,
    sellers,
    set_switch,
    switched_off,
    wanted,
)

__all__ = [
    "CustomRow", "OffsetRow", "Payer", "ToClear", "add_custom", "add_payments", "add_seller", "credits_left",
    "custom", "custom_by_key", "customs_of", "end_custom", "given", "is_billed", "market_products", "offsets", "owing",
    "save_offsets", "sellers", "set_switch", "switched_off", "to_clear", "unpaid", "wanted",
]  # fmt: skip
