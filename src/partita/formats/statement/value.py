"""Values of a statement as files write them: days, amounts, currencies and texts. Rules: RECON-2."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from partita.core.money import Money

TEXT_MAX = 500
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ].*)?\Z", re.ASCII)
_CURRENCIES = {"人民币": "CNY", "RMB": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR", "日元": "JPY"}


def day_of(text: str, zone: str) -> date:
    """Read a day: `2026-10-05`, `20261005`, `2026/10/5`, `2026年10月5日`; of an instant with a zone its day in `zone`.

    Raises ValueError when it is none.
    """
    plain = text.strip()
    if "T" in plain and (plain.endswith("Z") or re.search(r"[+-]\d{2}:?\d{2}$", plain)):
        return datetime.fromisoformat(plain).astimezone(ZoneInfo(zone)).date()
    match = _DAY.match(plain)
    if match is None or (plain.isdigit() and len(plain) != len("20261005")):
        raise ValueError(f"no day: {text!r}")
    return date(int(match[1]), int(match[2]), int(match[3]))


MINOR_MOST = 10**15
"""Ten million million of a currency with two decimals: more is a slip, and no column of the books would hold it."""


def minor_of(text: str, currency: str) -> int:
    """Read an amount such as `1,000.00` or `-5`, in minor units. ValueError: it is none, or beyond `MINOR_MOST`."""
    plain = text.strip().lstrip("￥¥$€£").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    minor = Money.parse(plain, currency).minor
    if abs(minor) > MINOR_MOST:
        raise ValueError(text)
    return minor


def currency_of(text: str) -> str:
    """Return the code of a currency: Chinese names are known."""
    return _CURRENCIES.get(text.strip(), text.strip().upper())


def line_of(text: str | None) -> str:
    """Return a text as one line without control characters, cut where it is very long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text or "").split())[:TEXT_MAX]
