"""A public price list as documents of a catalogue: the JSON form of apache-libcloud's pricing file.

The form: `compute` maps a price sheet (such as `ec2_linux`) to sizes, and a size to its price an hour, or to one price
for each region; a price may be wrapped with others' numbers (`{"price": …, "sku": …}`). Owns how such a list becomes
products, SKUs and prices. Numbers are read to the letter: what ten decimals cannot hold is left out and said, never
rounded. Does not own the catalogue's documents (`formats.catalog`). Rules: CATALOG-10.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from partita.core.ids import is_name
from partita.formats.setup.rows import price

UNIT = "Hour"
CATEGORY = "Compute"
_UNFIT = re.compile(r"[^A-Za-z0-9_.:/@-]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?\Z", re.ASCII)
_WITH_REGION = 3
"""A path of sheet, size and region; a shorter one has no region."""

HEADS = {
    "products": ("product_id", "name", "service_category", "cycle"),
    "skus": ("sku_id", "product_id", "name", "unit", "region", "attributes.size"),
    "prices": ("sku_id", "currency", "effective_from", "price"),
}


@dataclass(slots=True)
class PriceList:
    """What a price list states, as rows of documents, and what was left out: (where, price, reason in two languages).

    `free`: how many prices are zero; a public list may mean by it that a size is not offered.
    """

    products: list[tuple[str, ...]] = field(default_factory=list)
    skus: list[tuple[str, ...]] = field(default_factory=list)
    prices: list[tuple[str, ...]] = field(default_factory=list)
    left_out: list[tuple[str, str, tuple[str, str]]] = field(default_factory=list)
    free: int = 0


def read_price_list(text: str, *, currency: str, effective_from: str, without_free: bool = False) -> PriceList:
    """Read a price list; raises ValueError when the text is not of this form.

    A SKU is `sheet/size` or `sheet/size/region`, what fits in no id replaced by `-`.
    """
    document = json.loads(text, parse_float=str, parse_int=str)
    sheets = document.get("compute") if isinstance(document, dict) else None
    if not isinstance(sheets, dict) or not all(isinstance(one, dict) for one in sheets.values()):
        raise ValueError("no price sheets under `compute`")
    found, taken = PriceList(), set[str]()
    for sheet in sheets:
        product, before = _UNFIT.sub("-", sheet), len(found.skus)
        for path, stated in _leaves(sheets[sheet], (sheet,)):
            sku = _UNFIT.sub("-", "/".join(path))
            why = _LONG if not _fits(stated) else _TAKEN if sku in taken or not is_name(sku) else None
            is_free = why is None and price(stated) == 0
            if is_free and without_free:
                why = _FREE
            if why is not None:
                found.left_out.append(("/".join(path), stated, why))
                continue
            taken.add(sku)
            found.free += is_free
            region = path[-1] if len(path) >= _WITH_REGION and is_name(path[-1]) else ""
            size = " ".join(path[1:-1] if region else path[1:])
            found.skus.append((sku, product, f"{sheet} {size} {region}".strip(), UNIT, region, size))
            found.prices.append((sku, currency, effective_from, stated))
        if len(found.skus) > before:
            found.products.append((product, sheet, CATEGORY, "hour"))
    return found


_LONG = ("more than ten decimals", "超过十位小数")
_TAKEN = ("its id is taken by another or too long", "标识与其他重复或过长")
_FREE = ("the price is zero", "价格为零")


def write_catalogue(found: PriceList, folder: Path) -> list[Path]:
    """Write the documents of a catalogue into a folder, which is made; return them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, head in HEADS.items():
        path = folder / f"{name}.csv"
        rows: Sequence[tuple[str, ...]] = getattr(found, name)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(head)
            writer.writerows(rows)
        written.append(path)
    return written


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each price with the names on the way to it; descriptions and others' numbers are passed over."""
    if isinstance(value, dict):
        if _is_number(value.get("price")):
            yield path, str(value["price"])
            return
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif _is_number(value):
        yield path, str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.match(value) is not None


def _fits(text: str) -> bool:
    try:
        price(text)
    except ValueError:
        return False
    return True
