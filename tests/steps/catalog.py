"""Plays the cases of the catalogue: `rate` as in rating, `in-force SKU on DATE`, and `check WORDS` of a price."""

from __future__ import annotations

from case_file import Case
from partita.core.catalog import Model, check_price, price_in_force
from steps.pricebook import Pricing, Words, instant, price_version


def run(case: Case) -> list[str]:
    pricing = Pricing()
    pricing.play(case.given)
    lines: list[str] = []
    for verb, *words in case.when:
        match verb:
            case "rate":
                lines += pricing.said()
            case "in-force":
                lines.append(_in_force(pricing, words))
            case _:
                lines.append(_checked(words))
    return lines


def _in_force(pricing: Pricing, words: list[str]) -> str:
    sku, _, at = words
    version = price_in_force([one for one in pricing.book.prices if one.sku_id == sku], instant(at))
    return f"in-force {at} {version.price_id if version else 'none'}"


def _checked(words: list[str]) -> str:
    found = Words(words)
    sku, model, *tiers = found.plain
    problem = check_price(price_version(sku, Model(model), tiers, found.option)) or "fine"
    return problem.replace("'", "")  # a case has no quotation marks
