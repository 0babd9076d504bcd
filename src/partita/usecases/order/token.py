"""Client tokens: what an order was asked with, as a hash, so that a token stands for one order for ever.

Rules: ORDER-7 (`docs/rules/order.md`).
"""

from __future__ import annotations

import json
from hashlib import sha256


def body_of(asked: object) -> bytes:
    """Return the SHA-256 of what was asked for: the same content gives the same hash."""
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(text.encode()).digest()
