"""The words in which the catalogue is told: kinds of facts, ways of selling, prices and promotions in a line.

Owns no command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from partita.cli import screen
from partita.cli.moment import local
from partita.core.catalog import Tier
from partita.core.promotion import Promotion
from partita.core.quantity import format_price, format_quantity
from partita.core.scope import Listing
from partita.core.setup import shown

Price = tuple[str, tuple[Tier, ...], int | None]
"""A model, its tiers, and the size of a block."""

KINDS = {
    "product": ("products", "产品"),
    "sku": ("SKUs", "计费项"),
    "detail": ("configurations", "配置"),
    "price": ("prices of usage", "用量价格"),
    "subscription": ("prices of subscriptions", "包年包月价格"),
    "promotion": ("promotions", "活动"),
}
WAYS = {"usage": ("usage", "用量"), "month": ("month", "包月"), "year": ("year", "包年")}


def counted(counts: Mapping[str, int]) -> str:
    """Write how many facts of each kind there are: `2 products, 5 SKUs`."""
    told = [f"{count:,} {screen.say(*KINDS[kind])}" for kind in KINDS if (count := counts.get(kind, 0))]
    return screen.say(", ", "、").join(told)


def promotion_plain(one: Promotion) -> dict[str, Any]:
    """Return a promotion as plain values."""
    return {
        "promotion_id": one.promotion_id,
        "name": one.name,
        "effective_from": one.effective_from,
        "until": one.until,
        "factor": format_quantity(one.factor_e6),
        "listing": one.scope.listing.value,
        "products": sorted(one.scope.products),
        "skus": sorted(one.skus),
        "orders": sorted(kind.value for kind in one.scope.occasions),
        "months": one.months_min,
        "stacks": one.stacks,
        "refundable": one.refundable,
    }


def promotion_text(one: Promotion, zone: str) -> str:
    """Write a promotion in a line."""
    products = ", ".join(sorted(one.scope.products | one.skus)) or screen.say("everything", "全部产品")
    if one.scope.listing is Listing.BLACK:
        products = screen.say("all but ", "除外：") + products
    until = f" … {local(one.until, zone)}" if one.until else " …"
    months = screen.say(f", from {one.months_min} months on", f"，满 {one.months_min} 个月") if one.months_min else ""
    alone = "" if one.stacks else screen.say(", not with contract discounts", "，不与合同折扣同享")
    final = "" if one.refundable else screen.say(", not refunded", "，不可退款")
    factor = format_quantity(one.factor_e6)
    start = local(one.effective_from, zone)
    return f"{one.promotion_id}  {one.name}  × {factor}  {products}{months}  {start}{until}{alone}{final}"


def price_text(model: str | None, tiers: tuple[Tier, ...], block_e6: int | None) -> str:
    """Write a price: its tiers, with the model where that is not the price of a unit; — where there is none."""
    if model is None:
        return "—"
    text = shown(tiers)
    if model == "block":
        return f"{text} / {format_quantity(block_e6 or 0)}"
    return text if model == "unit" else f"{model} {text}"


def price_plain(model: str | None, tiers: tuple[Tier, ...], block_e6: int | None) -> dict[str, Any] | None:
    """Return a price as plain values; None where there is none."""
    return None if model is None else price_plain_of((model, tiers, block_e6))


def price_plain_of(price: Price) -> dict[str, Any]:
    """Return a price as plain values."""
    model, tiers, block_e6 = price
    return {
        "model": model,
        "tiers": [
            {"to": None if tier.to_e6 is None else format_quantity(tier.to_e6), "price": format_price(tier.price_e10)}
            for tier in tiers
        ],
        "block_size": None if block_e6 is None else format_quantity(block_e6),
    }


def say_more(console: Console, more: int) -> None:
    """Say how many rows are not shown."""
    if more > 0:
        count = f"{more:,}"
        console.print(screen.say(f"… and {count} more; --limit 0 shows all", f"……另有 {count} 行；--limit 0 显示全部"))
