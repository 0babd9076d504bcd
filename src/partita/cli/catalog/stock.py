"""How the catalogue itself looks: products, one SKU with its prices, and the prices of an instant. Owns no command."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from partita.cli import screen
from partita.cli.catalog.wording import (
    WAYS,
    Price,
    counted,
    price_plain_of,
    price_text,
    promotion_plain,
    promotion_text,
    say_more,
)
from partita.cli.moment import local
from partita.core.catalog import Tier

if TYPE_CHECKING:
    from partita.usecases.catalog import CatalogueShown, PriceListed, PricesShown, SkuShown


def catalogue_plain(whole: CatalogueShown) -> dict[str, Any]:
    """Return the catalogue as plain values."""
    return {
        "at": whole.at,
        "products": [
            {"product_id": one.product_id, "name": one.name, "service_category": one.service_category,
             "cycle": one.cycle, "skus": one.skus, "regions": one.regions, "prices": one.prices,
             "subscription_prices": one.subscriptions, "to_come": one.to_come}
            for one in whole.stock
        ],
        "promotions": [promotion_plain(one) for one in whole.promotions],
        "changes": [
            {"change_id": one.change_id, "recorded_at": one.recorded_at, "recorded_by": one.recorded_by,
             "source": one.source, "reason": one.reason, "added": one.added}
            for one in whole.changes
        ],
    }  # fmt: skip


def print_catalogue(console: Console, whole: CatalogueShown) -> None:
    """Print products, promotions and the last changes."""
    if not whole.stock:
        console.print(screen.say("The catalogue is empty: partita catalog apply FOLDER",
                                 "价目为空。请执行：partita catalog apply 文件夹"))  # fmt: skip
        return
    heads = {
        "product": screen.say("product", "产品"), "name": screen.say("name", "名称"),
        "category": screen.say("category", "类别"), "cycle": screen.say("billed by", "计费周期"), "skus": "SKU",
        "regions": screen.say("regions", "地域"), "prices": screen.say("usage prices", "用量价"),
        "ahead": screen.say("subscription prices", "包年包月价"), "come": screen.say("to come", "待生效"),
    }  # fmt: skip
    rows = [
        {"product": one.product_id, "name": one.name, "category": one.service_category, "cycle": one.cycle,
         "skus": f"{one.skus:,}", "regions": f"{one.regions:,}", "prices": f"{one.prices:,}",
         "ahead": f"{one.subscriptions:,}", "come": f"{one.to_come:,}"}
        for one in whole.stock
    ]  # fmt: skip
    figures = ("skus", "regions", "prices", "ahead", "come")
    layouts = (tuple(heads), ("product", "name", "skus", "prices", "ahead", "come"), ("product", "skus", "prices"))
    screen.print_fitted(console, heads, rows, layouts, right=figures)
    for one in whole.promotions:
        console.print(screen.say("promotion ", "活动 ") + promotion_text(one, whole.zone))
    for change in whole.changes:
        added = counted(change.added)
        who = f"{local(change.recorded_at, whole.zone)}  {change.recorded_by}  {change.source}"
        console.print(f"{who}  + {added}" + (f"  ({change.reason})" if change.reason else ""), style="dim")


def sku_plain(found: SkuShown) -> dict[str, Any]:
    """Return a SKU with all its prices as plain values."""
    return {
        "sku_id": found.sku.sku_id,
        "product_id": found.product.product_id,
        "name": found.sku.name,
        "unit": found.sku.unit,
        "cycle": found.product.cycle.value,
        "region": found.detail.region if found.detail else "",
        "attributes": dict(found.detail.attributes) if found.detail else {},
        "prices": [
            {"way": way, "currency": currency, "effective_from": start, "price_id": price_id, **price_plain_of(price),
             **_recorded_plain(found, price_id)}
            for way, currency, start, price_id, price in _versions(found)
        ],
    }  # fmt: skip


def _versions(found: SkuShown) -> list[tuple[str, str, datetime, str, Price]]:
    """Return every price version: (way, currency, start, id, price), those of one way together, by start."""
    usage = [
        ("usage", one.currency, one.effective_from, one.price_id, (one.model.value, one.tiers, one.block_e6))
        for one in found.prices
    ]
    ahead = [
        (one.term.value, one.currency, one.effective_from, one.price_id, ("unit", (Tier(None, one.price_e10),), None))
        for one in found.subscriptions
    ]
    return [*usage, *ahead]


def print_sku(console: Console, found: SkuShown) -> None:
    """Print a SKU, its configuration and its prices; the one in force is marked."""
    region = found.detail.region if found.detail else ""
    attributes = [f"{name} {value}" for name, value in _attributes(found)]
    parts = [found.sku.name, found.product.product_id, region, *attributes]
    console.print(f"{found.sku.sku_id}  " + " · ".join(part for part in parts if part), style="bold")
    heads = {
        "now": "", "way": screen.say("sold by", "计费"), "from": screen.say("from", "生效"),
        "price": screen.say("price", "价格"), "currency": "", "unit": screen.say("per", "单位"),
        "recorded": screen.say("recorded", "记录时间"), "who": screen.say("by", "记录人"),
        "why": screen.say("reason", "原因"),
    }  # fmt: skip
    versions = _versions(found)
    current = {
        max((start, price_id) for w, c, start, price_id, _ in versions if (w, c) == key and start <= found.at)[1]
        for key in {(way, currency) for way, currency, start, _, _ in versions if start <= found.at}
    }
    rows = []
    for way, currency, start, price_id, price in versions:
        recorded = found.recorded[price_id]
        change = found.changes.get(recorded)
        rows.append(
            {"now": "▸" if price_id in current else "", "way": screen.say(*WAYS[way]),
             "from": local(start, found.zone), "price": price_text(*price), "currency": currency,
             "unit": found.sku.unit if way == "usage" else screen.say(*WAYS[way]),
             "recorded": local(recorded, found.zone), "who": change.recorded_by if change else "",
             "why": change.reason if change else ""}
        )  # fmt: skip
    if not rows:
        console.print(screen.say("No price.", "没有价格。"))
        return
    layouts = (tuple(heads), ("now", "way", "from", "price", "currency", "recorded"), ("now", "way", "from", "price"))
    screen.print_fitted(console, heads, rows, layouts, right=("price",))


def _attributes(found: SkuShown) -> tuple[tuple[str, str], ...]:
    return found.detail.attributes if found.detail else ()


def _recorded_plain(found: SkuShown, price_id: str) -> dict[str, Any]:
    recorded = found.recorded[price_id]
    change = found.changes.get(recorded)
    return {
        "recorded_at": recorded,
        "recorded_by": change.recorded_by if change else None,
        "reason": change.reason if change else None,
    }


def prices_plain(found: PricesShown) -> dict[str, Any]:
    """Return a price list as plain values."""
    return {"at": found.at, "count": found.count, "prices": [_listed_plain(one) for one in found.prices]}


def _listed_plain(one: PriceListed) -> dict[str, Any]:
    return {
        "sku_id": one.sku_id,
        "product_id": one.product_id,
        "name": one.name,
        "region": one.region,
        "attributes": dict(one.attributes),
        "way": one.way,
        "unit": one.unit if one.way == "usage" else one.way,
        "currency": one.currency,
        "effective_from": one.effective_from,
        "price_id": one.price_id,
        **price_plain_of((one.model, one.tiers, one.block_e6)),
    }


def print_prices(console: Console, found: PricesShown) -> None:
    """Print a price list."""
    if not found.prices:
        console.print(screen.say("No price in force.", "没有生效的价格。"))
        return
    heads = {
        "sku": "SKU", "name": screen.say("name", "名称"), "region": screen.say("region", "地域"),
        "attributes": screen.say("attributes", "配置"), "way": screen.say("sold by", "计费"),
        "price": screen.say("price", "价格"), "currency": "", "unit": screen.say("per", "单位"),
        "from": screen.say("from", "生效"),
    }  # fmt: skip
    rows = [
        {"sku": one.sku_id, "name": one.name, "region": one.region,
         "attributes": ", ".join(f"{name} {value}" for name, value in one.attributes),
         "way": screen.say(*WAYS[one.way]), "price": price_text(one.model, one.tiers, one.block_e6),
         "currency": one.currency, "unit": one.unit if one.way == "usage" else screen.say(*WAYS[one.way]),
         "from": local(one.effective_from, found.zone)}
        for one in found.prices
    ]  # fmt: skip
    layouts = (
        tuple(heads),
        ("sku", "region", "way", "price", "currency", "unit"),
        ("sku", "way", "price", "currency"),
    )
    screen.print_fitted(console, heads, rows, layouts, right=("price",))
    say_more(console, found.count - len(rows))
