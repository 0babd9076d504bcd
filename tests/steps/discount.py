"""Plays the cases of discounts: `rate` as in rating."""

from __future__ import annotations

from case_file import Case
from steps.pricebook import Pricing


def run(case: Case) -> list[str]:
    pricing = Pricing()
    pricing.play(case.given)
    return [line for _ in case.when for line in pricing.said()]
