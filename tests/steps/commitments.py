"""Packages and plans in the words of a case, beside a price book and usage (`steps.pricebook`); pure core.

    package ID OWNER QUOTA [each hour|day|month] SKU[*FACTOR]… from DATE until DATE [price 100] [region R]
    plan    ID OWNER COMMITMENT all|half|none SKU@RATE… from DATE [until DATE] [region R] [gift]
    share   ID all|ACCOUNT [from DATE] [until DATE]
    skip    ID SKU|ACCOUNT:NAME [from DATE] [until DATE]

`usage … in REGION` puts a record into a region, `paid by PAYER` lets another than acme pay for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from partita.core import resource_package, savings_plan
from partita.core.deduction import (
    Commitment,
    Deduction,
    Sharing,
    Skip,
    Unused,
    deduct,
    left_of,
    taken_by_window,
    unused,
)
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.period import DEFAULT_ZONE, Cycle, Period
from partita.core.quantity import format_quantity, parse_price, parse_quantity
from partita.core.rating import rate
from partita.core.resource_package import ResourcePackage, Stretch, StretchKind
from partita.core.savings_plan import PayMode, SavingsPlan
from steps.pricebook import OCTOBER, PAYER, Pricing, Words, instant, said

LONG_AGO = "2020-01-01"


class Chain:
    """Plays the verbs; what the commitments took is asked of `deducted`."""

    def __init__(self) -> None:
        self.pricing = Pricing()
        self.commitments: dict[str, Commitment] = {}

    def play(self, lines: Sequence[Sequence[str]]) -> None:
        for verb, *words in lines:
            own = getattr(self, verb, None)
            if own:
                own(Words(words, ("from", "until", "each", "price", "region", "by", "in")))
            else:
                self.pricing.play([[verb, *words]])

    def usage(self, words: Words) -> None:
        plain = [word for word in words.plain if word != "paid"]
        self.pricing.usage(Words(plain))
        last = self.pricing.records[-1]
        payer, region = words.option.get("by", PAYER), words.option.get("in")
        self.pricing.records[-1] = replace(last, payer_id=payer, region=region)

    def package(self, words: Words) -> None:
        name, owner, quota, *skus = words.plain
        cycle = Cycle(words.option["each"]) if "each" in words.option else None
        pairs = [sku.partition("*") for sku in skus]
        factors = tuple((sku, parse_quantity(factor or "1")) for sku, _, factor in pairs)
        package = ResourcePackage(name, owner, "pack", "CNY", DEFAULT_ZONE, "unit", cycle, factors, regions(words))
        price = int(parse_quantity(words.option.get("price", "0")) // 10_000)
        stretch = Stretch(name, 1, StretchKind.NEW, period(words), parse_quantity(quota), price)
        self.commitments[name] = resource_package.commitment(package, stretch, PAYER)

    def plan(self, words: Words) -> None:
        plan = plan_of(words)
        self.commitments[plan.plan_id] = savings_plan.commitment(plan, PAYER)

    def share(self, words: Words) -> None:
        name, account = words.plain
        one = Sharing(None if account == "all" else account, *span(words))
        found = self.commitments[name]
        self.commitments[name] = replace(found, shares=(*found.shares, one))

    def skip(self, words: Words) -> None:
        name, what = words.plain
        is_account = what.startswith("ACCOUNT:")
        one = Skip(None if is_account else what, what.partition(":")[2] if is_account else None, *span(words))
        found = self.commitments[name]
        self.commitments[name] = replace(found, skips=(*found.skips, one))

    def deducted(self) -> list[Deduction]:
        zones = {one.account_id: DEFAULT_ZONE for one in self.pricing.book.currencies}
        return deduct(self.pricing.records, self.commitments.values(), self.pricing.book, zones)

    def unused_until(self, end: str) -> list[Unused]:
        within = Period(OCTOBER.period(DEFAULT_ZONE).start, instant(end))
        return unused(self.commitments.values(), taken_by_window(self.deducted()), within)

    def rated(self) -> list[str]:
        return [said(one) for one in rate(left_of(self.pricing.records, self.deducted()), self.pricing.book, OCTOBER)]


def plan_of(words: Words) -> SavingsPlan:
    name, owner, commitment, mode, *rest = words.plain
    rates = tuple((sku, parse_price(rate)) for sku, _, rate in (word.partition("@") for word in rest if "@" in word))
    valid = savings_plan.term(instant(words.option["from"]), 1, DEFAULT_ZONE)
    valid = Period(valid.start, instant(words.option["until"])) if "until" in words.option else valid
    return SavingsPlan(
        name, owner, "promise", "CNY", DEFAULT_ZONE, parse_price(commitment), valid, PayMode(_MODES[mode]), rates,
        regions(words), "gift" in rest,
    )  # fmt: skip


_MODES = {mode.word: mode.value for mode in PayMode}


def period(words: Words) -> Period:
    return Period(instant(words.option["from"]), instant(words.option["until"]))


def span(words: Words) -> tuple[datetime, datetime | None]:
    until = words.option.get("until")
    return instant(words.option.get("from", LONG_AGO)), instant(until) if until else None


def regions(words: Words) -> tuple[str, ...]:
    return tuple(words.option["region"].split(",")) if "region" in words.option else ()


def took(one: Deduction) -> str:
    """Return `pack1 took 4 of r1, list 4.00 effective 0.40`."""
    return (
        f"{one.commitment.source_id} took {format_quantity(one.quantity_e6)} of {one.record.record_id} "
        f"list {amount(one.list_cost_e10)} effective {amount(one.effective_cost_e10)}"
    )


def lost(one: Unused) -> str:
    """Return `pack1 lost 6 of 2026-10-01T00:00 effective 0.60`; of a plan what is left is money."""
    is_plan = one.commitment.kind.value == "plan"
    left = amount(one.left) if is_plan else format_quantity(one.left)
    start = one.window.start.astimezone(ZoneInfo(DEFAULT_ZONE)).isoformat(timespec="minutes")[:16]
    return f"{one.commitment.source_id} lost {left} of {start} effective {amount(one.effective_cost_e10)}"


def amount(amount_e10: int) -> str:
    return format_scaled(amount_e10, AMOUNT_SCALE, places=2)
