"""How changes of the catalogue look: what a folder states, what it would change and cost, what a price list became.

Owns no command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from partita.cli import screen
from partita.cli.catalog.wording import (
    KINDS,
    WAYS,
    counted,
    price_plain,
    price_text,
    promotion_plain,
    promotion_text,
    say_more,
)
from partita.cli.moment import local
from partita.core.money import format_scaled
from partita.core.quantity import format_price

if TYPE_CHECKING:
    from partita.usecases.catalog import Applied, Compared, Imported, Tried, VersionChange


def print_counts(
    console: Console, title: str, counts: tuple[Mapping[str, int], Mapping[str, int]], ignored: Sequence[str]
) -> None:
    """Print how many facts of each kind a folder states, and how many of them are new."""
    stated, new = counts
    what, count, fresh = screen.say("what", "内容"), screen.say("stated", "声明"), screen.say("new", "新增")
    grid = screen.table(what, count, fresh, right=(count, fresh), title=title)
    for kind, number in stated.items():
        if number:
            grid.add_row(screen.say(*KINDS[kind]), f"{number:,}", f"{new[kind]:,}")
    console.print(grid)
    for name in ignored:
        console.print(screen.say(f"left aside: {name}", f"未处理：{name}"), style="dim")


def applied_plain(found: Applied) -> dict[str, Any]:
    """Return what was applied as plain values."""
    return {
        "dry_run": found.dry_run,
        "files": found.files,
        "ignored": found.ignored,
        "stated": found.stated,
        "new": found.new,
        "change_id": found.change.change_id if found.change else None,
        "recorded_at": found.change.recorded_at if found.change else None,
    }


def compared_plain(found: Compared) -> dict[str, Any]:
    """Return a comparison as plain values."""
    return {
        "new": found.new,
        "prices": [
            {
                "way": one.way,
                "product_id": one.product_id,
                "sku_id": one.sku_id,
                "currency": one.currency,
                "effective_from": one.effective_from,
                "before": price_plain(one.before_model, one.before, one.before_block_e6),
                "after": price_plain(one.model, one.after, one.block_e6),
                "percent": _percent(one),
            }
            for one in found.changes
        ],
        "promotions": [promotion_plain(one) for one in found.promotions],
    }


def print_compared(console: Console, found: Compared) -> None:
    """Print what a folder would change."""
    if not any(found.new.values()):
        console.print(screen.say("Nothing is new.", "没有新内容。"))
        return
    console.print(screen.say("New: ", "新增：") + counted(found.new))
    heads = {
        "sku": "SKU", "way": screen.say("sold by", "计费"), "from": screen.say("from", "生效"),
        "before": screen.say("before", "原价格"), "after": screen.say("after", "新价格"), "percent": "%",
        "currency": "",
    }  # fmt: skip
    rows = [
        {
            "sku": one.sku_id, "way": screen.say(*WAYS[one.way]), "from": local(one.effective_from, found.zone),
            "before": price_text(one.before_model, one.before, one.before_block_e6),
            "after": price_text(one.model, one.after, one.block_e6), "percent": _percent(one) or "",
            "currency": one.currency,
        }
        for one in found.changes
    ]  # fmt: skip
    if rows:
        layouts = (tuple(heads), tuple(name for name in heads if name != "way"), ("sku", "before", "after", "percent"))
        screen.print_fitted(console, heads, rows, layouts, right=("before", "after", "percent"))
    say_more(console, found.prices - len(rows))
    for one in found.promotions:
        console.print(screen.say("promotion ", "活动 ") + promotion_text(one, found.zone))


def tried_plain(found: Tried) -> dict[str, Any]:
    """Return a trial as plain values, amounts exact."""
    return {
        "month": str(found.month),
        "at": found.at,
        "by": found.by,
        "prices": found.prices,
        "records": found.records,
        "unpriced_before": found.unpriced,
        "rows": [
            {
                **dict(zip(found.by, one.names, strict=True)),
                "currency": one.currency,
                "records": one.records,
                "list_before": format_price(one.list_before_e10),
                "list_after": format_price(one.list_after_e10),
                "before": format_price(one.contracted_before_e10),
                "after": format_price(one.contracted_after_e10),
                "difference": format_price(one.difference_e10),
            }
            for one in found.rows
        ],
    }


_DIMENSIONS = {
    "payer": ("payer", "付款方"), "account": ("account", "账号"), "product": ("product", "产品"), "sku": ("SKU", "SKU"),
}  # fmt: skip


def print_tried(console: Console, found: Tried, limit: int) -> None:
    """Print what prices would have cost whom, who pays most more first, with the sums of all rows."""
    shown_rows = found.rows[:limit]
    sums: dict[str, list[int]] = {}
    for one in found.rows:
        of_currency = sums.setdefault(one.currency, [0, 0, 0])
        for place, amount in enumerate((one.contracted_before_e10, one.contracted_after_e10, one.difference_e10)):
            of_currency[place] += amount
    figures = [
        (one.names, one.currency, (one.contracted_before_e10, one.contracted_after_e10, one.difference_e10))
        for one in shown_rows
    ]
    total = (screen.say("total", "合计"), *("" for _ in found.by[1:]))
    figures += [(total, currency, (each[0], each[1], each[2])) for currency, each in sorted(sums.items())]
    columns = [screen.amounts_of((row[2][place], row[1]) for row in figures) for place in range(3)]
    heads = {name: screen.say(*_DIMENSIONS[name]) for name in found.by} | {
        "before": screen.say("was", "原费用"), "after": screen.say("would be", "新费用"),
        "more": screen.say("difference", "差额"), "currency": "",
    }  # fmt: skip
    rows = [
        dict(zip(found.by, names, strict=True)) | {"before": was, "after": would, "more": more, "currency": currency}
        for (names, currency, _), was, would, more in zip(figures, *columns, strict=True)
    ]
    count, records = f"{found.prices:,}", screen.many(found.records, "record")
    title = screen.say(
        f"{count} new prices on the usage of {found.month}: {records}",
        f"以 {count} 个新价格试算账期 {found.month} 的用量：{found.records:,} 条",
    )
    if not found.rows:
        console.print(title)
        console.print(screen.say("No cost would have changed.", "费用没有变化。"))
        return
    layouts = (tuple(heads), (*found.by, "more", "currency"))
    screen.print_fitted(console, heads, rows, layouts, right=("before", "after", "more"), title=title)
    say_more(console, len(found.rows) - len(shown_rows))
    if found.unpriced:
        count = f"{found.unpriced:,}"
        text = screen.say(f"{count} of them have no price in the books", f"其中 {count} 条在账簿中没有价格")
        console.print(text, style="dim")


def imported_plain(found: Imported) -> dict[str, Any]:
    """Return what a price list became as plain values."""
    return {
        "products": len(found.found.products),
        "skus": len(found.found.skus),
        "prices": len(found.found.prices),
        "free": found.found.free,
        "left_out": [
            {"where": where, "price": price, "why": screen.say(*why)} for where, price, why in found.found.left_out
        ],
        "written": found.written,
    }


def print_imported(console: Console, found: Imported, folder: Path) -> None:
    """Print what a price list became, and what of it was left out."""
    listed = found.found
    numbers = (f"{len(listed.prices):,}", f"{len(listed.products):,}")
    if found.written:
        console.print(screen.say(f"{numbers[0]} prices of {numbers[1]} sheets written to {folder}.",
                                 f"已将 {numbers[1]} 份价目的 {numbers[0]} 个价格写入 {folder}。"))  # fmt: skip
        console.print(f"partita catalog diff {folder}", style="dim")
    else:
        console.print(screen.say(f"{numbers[0]} prices of {numbers[1]} sheets would be written.",
                                 f"将写入 {numbers[1]} 份价目的 {numbers[0]} 个价格。"))  # fmt: skip
    if listed.free:
        console.print(screen.say(f"{listed.free:,} of them are zero: --without-free leaves them out.",
                                 f"其中 {listed.free:,} 个价格为零：--without-free 可略去。"))  # fmt: skip
    reasons: dict[tuple[str, str], list[str]] = {}
    for where, _, why in listed.left_out:
        reasons.setdefault(why, []).append(where)
    for why, places in reasons.items():
        console.print(screen.say(f"{len(places):,} left out, {why[0]}, such as {places[0]}.",
                                 f"略去 {len(places):,} 个：{why[1]}，例如 {places[0]}。"))  # fmt: skip


def _percent(one: VersionChange) -> str | None:
    """Return by how much a single price changes, in percent, cut to two decimals; None where it has no one price."""
    alike = one.before_model == one.model and one.before_block_e6 == one.block_e6
    if not alike or len(one.before) != 1 or len(one.after) != 1 or not one.before[0].price_e10:
        return None
    before, after = one.before[0].price_e10, one.after[0].price_e10
    hundredths = abs(after - before) * 10_000 // before
    sign = "-" if after < before else "+"
    return f"{sign}{format_scaled(hundredths, 2, places=2)}"
