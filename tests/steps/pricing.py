"""Plays the cases of the price models: a price book and usage (`steps.pricebook`), then `rate`."""

from __future__ import annotations

from case_file import Case
from steps.pricebook import Pricing


def run(case: Case) -> list[str]:
    assert case.when == [["rate"]]
    pricing = Pricing()
    pricing.play(case.given)
    return pricing.said()
