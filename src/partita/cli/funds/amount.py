"""Amounts on the command line: read in the currency of an account, and written as plain decimals for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.amount import read_amount
from partita.core.money import Money, is_currency, minor_digits
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.work import Work


def money_for(work: Work, account: str, amount: str, *, currency: str | None = None, as_json: bool) -> Money:
    """Read an amount in the currency that an account is billed in, or in the one that is named; leaves when it is none.

    An account that does not exist is left to the use case, which says so in its order: its amount is read as CNY.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    known = currency or funds.currency_of(work, account)
    read = parsed(amount, "CNY" if isinstance(known, Refused) else known)
    if isinstance(read, Refused):
        screen.refuse(read, as_json=as_json)
    return read


def parsed(amount: str, currency: str) -> Money | Refused:
    """Read an amount such as `1,000.00`. Refused: UNKNOWN_CURRENCY, BAD_AMOUNT."""
    if not is_currency(currency):
        return refused(Reason.UNKNOWN_CURRENCY, currency=currency)
    try:
        return read_amount(amount, currency)
    except ValueError:
        digits = minor_digits(currency)
        detail = (
            f"write a plain number with at most {screen.many(digits, 'decimal')}, such as 1000.",
            f"请写普通的数字，最多 {digits} 位小数，例如 1000。",
        )
        return refused(Reason.BAD_AMOUNT, amount=amount, currency=currency, detail=detail)


def decimal(money: Money) -> str:
    """Write an amount without its currency: `1000.00`."""
    return str(money).partition(" ")[0]


def shown(money: Money) -> str:
    """Write an amount for people: `1,000.00 CNY`."""
    return money.grouped
