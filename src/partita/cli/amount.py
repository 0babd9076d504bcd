"""Amounts on the command line: plain decimals in the currency of an account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.ways import Ways
from partita.core.money import Money, minor_digits
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.work import Work


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def read_amount(text: str, currency: str) -> Money:
    """Read `1000.50` or `1,000.50`; raises ValueError. A comma elsewhere is a slip: `1,5` is not 15; so is `1e3`."""
    if "e" in text.lower() or ("," in text and _GROUPED.fullmatch(text.strip()) is None):
        raise ValueError(text)
    return Money.parse(text.replace(",", ""), currency)


def amount_of(work: Work, account: str, text: str, ways: Ways) -> Money:
    """Read an amount in the currency of an account; leaves with UNKNOWN_ACCOUNT or BAD_AMOUNT."""
    from partita.usecases.funds import currency_of  # noqa: PLC0415 - a command starts fast

    currency = currency_of(work, account)
    if isinstance(currency, Refused):
        screen.refuse(currency, as_json=ways.as_json)
    try:
        return read_amount(text, currency)
    except ValueError:
        digits = minor_digits(currency)
        detail = (
            f"write a plain number with at most {screen.many(digits, 'decimal')}, such as 1000.",
            f"请写普通的数字，最多 {digits} 位小数，例如 1000。",
        )
        screen.refuse(refused(Reason.BAD_AMOUNT, amount=text, currency=currency, detail=detail), as_json=ways.as_json)
