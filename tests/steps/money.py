"""Plays the cases of money: `cut A to N`, `round-down A CUR`, `split A CUR by W`, `read`, `currency`, `shown A CUR`."""

from __future__ import annotations

from case_file import Case
from partita.core.money import (
    AMOUNT_SCALE,
    Money,
    format_scaled,
    is_currency,
    minor_digits,
    minor_scale_e10,
    parse_scaled,
    round_down,
    split,
    truncate,
)
from partita.core.refusal import Reason, refused


def run(case: Case) -> list[str]:
    verbs = {
        "cut": _cut,
        "round-down": _round_down,
        "split": _split,
        "read": _read,
        "currency": _currency,
        "shown": _shown,
    }
    return [verbs[verb](words) for verb, *words in case.when]


def _cut(words: list[str]) -> str:
    amount, _, digits = words
    places = int(digits)
    return (
        f"amount {format_scaled(truncate(parse_scaled(amount, AMOUNT_SCALE), 10 ** (AMOUNT_SCALE - places)), places)}"
    )


def _round_down(words: list[str]) -> str:
    amount, currency = words
    total = parse_scaled(amount, AMOUNT_SCALE)
    payable, dropped = round_down(total, currency)
    assert payable * minor_scale_e10(currency) + dropped == total
    return f"payable {Money(payable, currency)} dropped {format_scaled(dropped, AMOUNT_SCALE)}"


def _split(words: list[str]) -> str:
    amount, currency, _, *weights = words
    total = Money.parse(amount, currency)
    shares = split(total.minor, [int(weight) for weight in weights])
    assert sum(shares) == total.minor
    return f"shares {' '.join(_plain(Money(share, currency)) for share in shares)} of {_plain(total)}"


def _shown(words: list[str]) -> str:
    amount = Money.parse(*words)
    no = refused(Reason.AMOUNT_NOT_POSITIVE, amount=amount)
    return f"people {amount.grouped} programs {amount}; {no.message()} {no.details()['amount']}"


def _plain(money: Money) -> str:
    return str(money).split()[0]


def _read(words: list[str]) -> str:
    try:
        return f"amount {format_scaled(parse_scaled(words[0], AMOUNT_SCALE), AMOUNT_SCALE)}"
    except ValueError as error:
        return f"refused {error}".replace("'", "")  # a case has no quotation marks


def _currency(words: list[str]) -> str:
    code = words[0]
    return f"currency {code} {minor_digits(code)} decimals" if is_currency(code) else f"no currency {code}"
