"""Plays the cases of the catalogue.

`rate` as in rating, `in-force SKU on DATE`, and `check WORDS` of a price. Given `subscription SKU TERM PRICE from DATE`
`sold SKU TERM DATE` says what it costs then.
"""

from __future__ import annotations

from case_file import Case
from partita.core.catalog import Model, SubscriptionPrice, check_price, price_in_force
from partita.core.quantity import format_price, parse_price
from partita.core.subscription import Term
from steps.pricebook import Pricing, Words, instant, price_version


def run(case: Case) -> list[str]:
    pricing = Pricing()
    pricing.play([words for words in case.given if words[0] != "subscription"])
    sold = [_subscription(words[1:]) for words in case.given if words[0] == "subscription"]
    lines: list[str] = []
    for verb, *words in case.when:
        match verb:
            case "rate":
                lines += pricing.said()
            case "sold":
                lines.append(_sold(sold, words))
            case "in-force":
                lines.append(_in_force(pricing, words))
            case _:
                lines.append(_checked(words))
    return lines


def _in_force(pricing: Pricing, words: list[str]) -> str:
    sku, _, at = words
    version = price_in_force([one for one in pricing.book.prices if one.sku_id == sku], instant(at))
    return f"in-force {at} {version.price_id if version else 'none'}"


def _subscription(words: list[str]) -> SubscriptionPrice:
    sku, term, price, _, start = words
    return SubscriptionPrice(start, sku, "CNY", Term(term), instant(start), parse_price(price))


def _sold(prices: list[SubscriptionPrice], words: list[str]) -> str:
    sku, term, at = words
    found = price_in_force([one for one in prices if (one.sku_id, one.term.value) == (sku, term)], instant(at))
    return f"{sku} {term} {at} {format_price(found.price_e10) if found else 'not sold'}"


def _checked(words: list[str]) -> str:
    found = Words(words)
    sku, model, *tiers = found.plain
    problem = check_price(price_version(sku, Model(model), tiers, found.option)) or "fine"
    return problem.replace("'", "")  # a case has no quotation marks
