"""Ids with a prefix that says what they name, and the buckets that cut the work.

Owns the prefixes, ids derived from facts (the same facts always give the same id, so a step run again writes the
same rows) and `bucket_of`. Rules: IDS-1, IDS-2 (`docs/rules/ids.md`).
"""

from __future__ import annotations

import hashlib
import re

PREFIXES = frozenset(
    "bat bill ent imp prc chg lent grant vch cpn frz card pay ntc crc rel bch stl stm sln dif ord sub inv ivc "
    "ivo ctc pkg plan adj".split()
)
"""bat: usage batch; bill: bill; ent: journal entry; imp: import of a provider's bill; prc: price; chg: charge; lent:
legal entity; grant: role of a user; vch: voucher; cpn: coupon; frz: freeze; card: stored-value card; pay: payment;
ntc: notice of a gateway; crc: change of credit; rel: relation; bch: batch of commands;
stl: custom settlement; stm: statement; sln: line of a statement; dif: difference; ord: order; sub:
subscription; inv: invoice; ivc: what may be invoiced; ivo: offset of an owed invoice; ctc:
change of the catalogue; pkg: resource package; plan: savings plan; adj: adjustment."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,127}\Z")
_DERIVED_DIGITS = 26


def derived_id(prefix: str, *facts: object) -> str:
    """Return the id that these facts always have: `bill_` + 26 hex digits of SHA-256 (IDS-1)."""
    assert prefix in PREFIXES, "an id says what it names"
    text = "\x1f".join(map(str, facts))
    return f"{prefix}_{hashlib.sha256(text.encode()).hexdigest()[:_DERIVED_DIGITS]}"


def is_name(text: str) -> bool:
    """Say whether a given id (account, SKU, product …) is of a form that is safe in files, paths and terminals."""
    return _NAME.match(text) is not None


def bucket_of(payer_id: str, bucket_count: int) -> int:
    """Return the bucket in which all work of a payer is done (IDS-2): the same on every machine, for ever."""
    return int.from_bytes(hashlib.sha256(payer_id.encode()).digest()[:8]) % bucket_count
