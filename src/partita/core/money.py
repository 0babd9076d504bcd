"""Money: exact integers, one rounding function, and the split that loses nothing.

Owns currencies, amounts in minor units (`Money`), the scale of rated amounts (ten decimals, `_e10`), the one rounding
function (`truncate`) and `split`. Does not own quantities and unit prices (`quantity`) nor where rounding happens
(`bill`). Rules: MONEY-1 … MONEY-6 (`docs/rules/money.md`); source: enterprise-finance.md B6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

AMOUNT_SCALE = 10
"""Rated amounts keep ten decimals (enterprise-finance.md B6: price precision)."""
AMOUNT_E10_MAX = 2**63 - 1
"""One line holds at most 922,337,203.6854775807; more raises instead of wrapping."""

_DIGITS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
_DIGITS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
_DIGITS |= dict.fromkeys("CLF UYW".split(), 4)
"""The decimals of those currencies that do not have two (ISO 4217, minor units)."""
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL""".split()
)
"""The codes of ISO 4217 in which money can be owed: no metals, no test codes, no units of account without a coin."""
_DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\Z", re.ASCII)


def is_currency(code: str) -> bool:
    """Say whether `code` is a code of ISO 4217 in which money can be owed (MONEY-5)."""
    return code in CURRENCIES


def minor_digits(currency: str) -> int:
    """Return how many decimals the smallest coin of `currency` has (ISO 4217): 2 for CNY, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def truncate(value: int, divisor: int) -> int:
    """Divide and cut toward zero: the one rounding function of the system (MONEY-1).

    Cutting toward zero is what the bill promises the customer (抹零, B6), and it is symmetric: a refund mirrors its
    charge. `divisor` is positive.
    """
    assert divisor > 0, "a divisor is a positive scale"
    return value // divisor if value >= 0 else -(-value // divisor)


def minor_scale_e10(currency: str) -> int:
    """Return how many `_e10` units one minor unit of `currency` holds: 10^8 for CNY."""
    return int(10 ** (AMOUNT_SCALE - minor_digits(currency)))


def round_down(amount_e10: int, currency: str) -> tuple[int, int]:
    """Cut a month total to minor units; return (payable in minor units, 抹零 as a line in e10, same sign) (MONEY-2).

    `payable * minor_scale_e10(currency) + dropped_e10 == amount_e10` always.
    """
    scale = minor_scale_e10(currency)
    payable = truncate(amount_e10, scale)
    return payable, amount_e10 - payable * scale


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` by `weights`, losing nothing; odd units go to the largest remainders, earlier first (MONEY-3).

    Weights are not negative and not all zero. The shares add up to `total` exactly.
    """
    whole, sign = sum(weights), -1 if total < 0 else 1
    assert whole > 0, "weights sum to more than zero"
    assert min(weights) >= 0, "no weight is negative"
    shares = [abs(total) * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(abs(total) * weights[i] % whole), i))
    for i in by_remainder[: abs(total) - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]


def parse_scaled(text: str, scale: int) -> int:
    """Read a decimal text (`12.5`, `-3`, `5.2E-9`) as an integer at `scale` decimals, exactly (MONEY-4).

    Raises ValueError when the text is no decimal or carries more decimals than `scale`: nothing is rounded silently.
    """
    match = _DECIMAL.match(text.strip())
    if match is None or not (match[2] or match[3]):
        raise ValueError(f"not a decimal number: {text!r}")
    sign, whole, fraction, exponent = match[1], match[2] or "", match[3] or "", int(match[4] or 0)
    value, shift = int(whole + fraction), scale - len(fraction) + exponent
    if shift < 0:
        value, lost = divmod(value, 10**-shift)
        if lost:
            raise ValueError(f"more than {scale} decimals: {text!r}")
    else:
        value *= int(10**shift)
    return -value if sign == "-" else value


def format_scaled(value: int, scale: int, *, places: int | None = None) -> str:
    """Write an integer at `scale` decimals as plain decimal text, exactly.

    Without `places` trailing zeros are dropped; with it exactly at least that many decimals are shown.
    """
    sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(scale + 1, "0")
    whole, fraction = (digits[:-scale], digits[-scale:]) if scale else (digits, "")
    fraction = fraction.rstrip("0")
    if places is not None:
        fraction = fraction.ljust(places, "0")
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def grouped(text: str) -> str:
    """Put thousands separators into a plain decimal text, as people read it: `1,234.50` (MONEY-6)."""
    whole, dot, fraction = text.partition(".")
    return f"{int(whole):,}{dot}{fraction}" if not whole.startswith("-0") else f"-{whole[1:]}{dot}{fraction}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency in minor units (cents): `Money(125000, "CNY")` is 1250.00 CNY.

    As a text it is plain, for data and keys; `grouped` is how people read it.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        assert is_currency(self.currency), "a currency is an ISO 4217 code"

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read `12.50` as money; raises ValueError when it has more decimals than the currency."""
        return cls(parse_scaled(text, minor_digits(currency)), currency)

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "only one currency is added up"
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    @property
    def grouped(self) -> str:
        """The amount for people: `1,250.00 CNY` (MONEY-6)."""
        return grouped(str(self).partition(" ")[0]) + f" {self.currency}"

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        return f"{format_scaled(self.minor, digits, places=digits)} {self.currency}"
