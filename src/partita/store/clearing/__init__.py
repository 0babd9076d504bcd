"""Clearing in the database: what is owed, what pays it, and what `verify` asks of it."""

from __future__ import annotations

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

__all__ = [
    "OffsetRow", "Payer", "ToClear", "credits_left", "given", "offsets", "owing", "save_offsets", "to_clear", "unpaid",
]  # fmt: skip
