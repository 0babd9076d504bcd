"""A catalogue as a folder of documents: products, SKUs, prices of usage and of subscriptions, promotions.

Owns what each document states, as tables (`columnar.catalog.STATED`) and promotions. Does not own how a document is
read (`documents`, `columns`), what the rows say together and against the books (`columnar.catalog`), nor what a
promotion is. Rules: CATALOG-7 (`docs/rules/catalog.md`); the files are described in `docs/guide/catalogue.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from partita.columnar.catalog import STATED
from partita.columnar.tables import arrow_schema
from partita.core.catalog import Counter, Model
from partita.core.fault import Fault, Origin, Problem
from partita.core.ids import is_name
from partita.core.money import is_currency
from partita.core.period import Cycle
from partita.core.subscription import Term
from partita.formats.catalog.columns import Columns
from partita.formats.catalog.documents import SUFFIXES, Document, Layout, read_document
from partita.formats.catalog.promotions import LAYOUT as PROMOTION_LAYOUT
from partita.formats.catalog.promotions import StatedPromotion, read_promotions
from partita.formats.setup import SERVICE_CATEGORIES
from partita.formats.setup.rows import instant, is_title, price, quantity

__all__ = ["DOCUMENTS", "Reading", "StatedPromotion", "read_catalogue"]

DOCUMENTS: dict[str, Layout] = {
    "products": Layout(("product_id", "name", "service_category"), ("cycle",)),
    "skus": Layout(("sku_id", "product_id", "name", "unit"), ("region",), attributes=True),
    "prices": Layout(("sku_id", "currency", "effective_from", "price"), ("model", "counter", "tier_to", "block_size")),
    "subscription_prices": Layout(("sku_id", "currency", "term", "effective_from", "price")),
    "promotions": PROMOTION_LAYOUT,
}
"""The documents of a catalogue and their columns, in the order in which they build on one another."""

E = TypeVar("E", bound=Enum)
_INSTANT = pa.timestamp("us")
_TEXT, _WHOLE = pa.string(), pa.int64()


@dataclass(slots=True)
class Reading:
    """What a folder states: a table for each name of `columnar.catalog.STATED`, promotions, faults, and the files."""

    tables: dict[str, pa.Table]
    promotions: list[StatedPromotion] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_catalogue(folder: Path, zone: str) -> Reading:
    """Read every known document of a folder; dates are midnights in `zone`. Faults are collected, not raised."""
    reading = Reading({name: arrow_schema(kinds).empty_table() for name, kinds in STATED.items()})
    for name, layout in DOCUMENTS.items():
        found = [path for path in (folder / f"{name}{suffix}" for suffix in SUFFIXES) if path.is_file()]
        reading.files += found
        if len(found) > 1:
            detail = {"other": found[0].name}
            reading.problems.append(Problem(Fault.STATED_TWICE, Origin(found[1].name, 0), "", detail))
            continue
        document = read_document(found[0], layout, reading.problems) if found else None
        if document is not None:
            _READERS[name](reading, document, zone)
    reading.problems.sort(key=lambda one: (_place(one.origin.file), one.origin.row))
    known = {path.name for path in reading.files}
    reading.ignored = sorted(one.name for one in folder.glob("*.*") if one.suffix in SUFFIXES and one.name not in known)
    return reading


def _place(file: str) -> int:
    return list(DOCUMENTS).index(file.rpartition(".")[0])


def _products(reading: Reading, document: Document, _zone: str) -> None:
    columns = Columns(document, reading.problems)
    columns.take("product_id", _TEXT, _name, Fault.BAD_ID)
    columns.take("name", _TEXT, _title, Fault.BAD_NAME)
    columns.take("service_category", _TEXT, _category, Fault.NOT_ONE_OF, known=", ".join(SERVICE_CATEGORIES))
    columns.take("cycle", _TEXT, _one_of(Cycle), Fault.NOT_ONE_OF, otherwise=Cycle.HOUR.value, known=_known(Cycle))
    reading.tables["stated_product"] = columns.table("product_id", "name", "service_category", "cycle")


def _skus(reading: Reading, document: Document, _zone: str) -> None:
    columns = Columns(document, reading.problems)
    columns.take("sku_id", _TEXT, _name, Fault.BAD_ID)
    columns.take("product_id", _TEXT, _name, Fault.BAD_ID)
    for name in ("name", "unit"):
        columns.take(name, _TEXT, _title, Fault.BAD_NAME)
    columns.take("region", _TEXT, _name_or_none, Fault.BAD_ID)
    _check_attributes(reading, document)
    reading.tables["stated_sku"] = columns.table("sku_id", "product_id", "name", "unit")
    # Where neither region nor attributes are stated, nothing is said of the configuration.
    attributes = pa.array(_attributes(document), _TEXT)
    detail = columns.table("sku_id", "region").add_column(2, "attributes", attributes)
    says = [bool(region) or text != "{}" for region, text in zip(document.columns["region"], attributes.to_pylist(),
                                                                 strict=True)]  # fmt: skip
    reading.tables["stated_detail"] = detail.filter(pa.array(says, pa.bool_()))


def _attributes(document: Document) -> list[str]:
    """Return the attributes of each row as a JSON object with sorted keys; what is empty is not an attribute."""
    if not document.attributes:
        return ["{}"] * len(document.rows)
    names = sorted(document.attributes)
    known: dict[tuple[str, ...], str] = {}
    found: list[str] = []
    for values in zip(*(document.attributes[name] for name in names), strict=True):
        if values not in known:
            stated = {name: value for name, value in zip(names, values, strict=True) if value}
            known[values] = json.dumps(stated, ensure_ascii=False)
        found.append(known[values])
    return found


def _check_attributes(reading: Reading, document: Document) -> None:
    for name, values in document.attributes.items():
        wrong = {value for value in set(values) if value and not is_title(value)}
        for row, value in zip(document.rows, values, strict=True) if wrong else ():
            if value in wrong:
                origin = Origin(document.file, row)
                reading.problems.append(Problem(Fault.BAD_NAME, origin, f"attributes.{name}", {"value": value}))


def _prices(reading: Reading, document: Document, zone: str) -> None:
    columns = Columns(document, reading.problems)
    _dated(columns, zone)
    columns.take("model", _TEXT, _one_of(Model), Fault.NOT_ONE_OF, otherwise=Model.UNIT.value, known=_known(Model))
    columns.take(
        "counter", _TEXT, _one_of(Counter), Fault.NOT_ONE_OF, otherwise=Counter.ACCOUNT.value, known=_known(Counter)
    )
    columns.take("tier_to", _WHOLE, _quantity_or_none, Fault.BAD_QUANTITY)
    columns.take("price", _WHOLE, price, Fault.BAD_PRICE)
    columns.take("block_size", _WHOLE, _quantity_or_none, Fault.BAD_QUANTITY)
    names = ("sku_id", "currency", "effective_from", "model", "counter", "tier_to", "price", "block_size")
    table = columns.table(*names)
    reading.tables["stated_tier"] = table.rename_columns(list(STATED["stated_tier"]))


def _subscription_prices(reading: Reading, document: Document, zone: str) -> None:
    columns = Columns(document, reading.problems)
    _dated(columns, zone)
    columns.take("term", _TEXT, _one_of(Term), Fault.NOT_ONE_OF, known=_known(Term))
    columns.take("price", _WHOLE, price, Fault.BAD_PRICE)
    table = columns.table("sku_id", "currency", "term", "effective_from", "price")
    reading.tables["stated_subscription"] = table.rename_columns(list(STATED["stated_subscription"]))


def _promotions(reading: Reading, document: Document, zone: str) -> None:
    reading.promotions = read_promotions(document, zone, reading.problems)


def _dated(columns: Columns, zone: str) -> None:
    columns.take("sku_id", _TEXT, _name, Fault.BAD_ID)
    columns.take("currency", _TEXT, _currency, Fault.BAD_CURRENCY)
    columns.take("effective_from", _INSTANT, lambda text: instant(text, zone).replace(tzinfo=None), Fault.BAD_INSTANT)


def _checked(is_valid: Callable[[str], bool]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not is_valid(text):
            raise ValueError(text)
        return text

    return parse


_name, _title, _currency = _checked(is_name), _checked(is_title), _checked(is_currency)
_category = _checked(SERVICE_CATEGORIES.__contains__)


def _name_or_none(text: str) -> str:
    return _name(text) if text else ""


def _quantity_or_none(text: str) -> int | None:
    return quantity(text) if text else None


def _one_of(kinds: type[E]) -> Callable[[str], str]:
    return lambda text: str(kinds(text.lower()).value)


def _known(kinds: type[E]) -> str:
    return ", ".join(str(kind.value) for kind in kinds)


_READERS: dict[str, Callable[[Reading, Document, str], None]] = {
    "products": _products,
    "skus": _skus,
    "prices": _prices,
    "subscription_prices": _subscription_prices,
    "promotions": _promotions,
}
