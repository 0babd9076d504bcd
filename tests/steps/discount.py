"""Plays the cases of discounts: `rate` as in rating, and `check WORDS` of a discount."""

from __future__ import annotations

from case_file import Case
from partita.core.discount import check_discount
from steps.pricebook import Pricing, Words


def run(case: Case) -> list[str]:
    pricing = Pricing()
    pricing.play(case.given)
    lines: list[str] = []
    for verb, *words in case.when:
        lines += pricing.said() if verb == "rate" else [_checked(words)]
    return lines


def _checked(words: list[str]) -> str:
    pricing = Pricing()
    pricing.discount(Words(words))
    return check_discount(pricing.book.discounts[0]) or "fine"
