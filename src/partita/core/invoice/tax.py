"""Included tax: how much of an amount is tax, and how that is shared among lines so that it adds up.

Owns `TaxItem` (税收分类) and the arithmetic. What customers pay includes the tax, so the amount is given and tax and
net amount follow. Rules: INVOICE-3, INVOICE-4; source: enterprise-finance.md B12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core.money import split, truncate

RATE_SCALE = 10_000
"""A rate is a whole number of hundredths of a percent: 600 is 6 %."""


@dataclass(frozen=True, slots=True)
class TaxItem:
    """What is sold, as the tax authority calls it: its code (19 digits), its name in both languages, and its rate.

    `special`: whether a special VAT invoice may be issued for it.
    """

    code: str
    english: str
    chinese: str
    rate_e4: int
    special: bool = True

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return self.chinese if language == "zh" else self.english


CLOUD_SERVICE = TaxItem("3040201010000000000", "Cloud services", "*信息技术服务*云服务费", 600)
CARD_SALE = TaxItem("6010000000000000000", "Sale of stored-value cards", "*预付卡销售*储值卡", 0, special=False)
"""Money on a card is not consumed yet: its sale is invoiced, without tax; what the card pays later is not."""
TAX_ITEMS = {item.code: item for item in (CLOUD_SERVICE, CARD_SALE)}


@dataclass(frozen=True, slots=True)
class Taxed:
    """An amount with the tax in it, in minor units: `net + tax == gross`."""

    gross: int
    tax: int

    @property
    def net(self) -> int:
        """The amount without tax."""
        return self.gross - self.tax


def included_tax(gross: int, rate_e4: int) -> int:
    """Return the tax in an amount (INVOICE-3): gross × rate ÷ (1 + rate), to the nearest minor unit.

    A half goes away from zero. Below zero it is the mirror: a red letter takes back exactly the tax of its invoice.
    """
    assert rate_e4 >= 0, "a rate is no credit"
    whole = RATE_SCALE + rate_e4
    nearest = truncate(2 * abs(gross) * rate_e4 + whole, 2 * whole)
    return nearest if gross >= 0 else -nearest


def taxed(lines: Sequence[int], rate_e4: int) -> list[Taxed]:
    """Return each line with its tax; the taxes add up to the tax of the whole invoice (INVOICE-4).

    `lines` are minor units, each more than zero. The tax of the whole is rounded once and shared among the lines: each
    line's is within one minor unit of its own exact tax.
    """
    assert lines, "an invoice has a line"
    assert min(lines) > 0, "a line asks something"
    taxes = split(included_tax(sum(lines), rate_e4), lines)
    return [Taxed(gross, tax) for gross, tax in zip(lines, taxes, strict=True)]
