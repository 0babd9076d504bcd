"""Promotions of a catalogue: the rows of `promotions.yaml` or `promotions.csv`, one version of a promotion each.

Owns what the columns mean. Lists are names with commas between them. Rules: CATALOG-7, PROMOTION-1, PROMOTION-4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from partita.core.fault import Fault, Origin, Problem
from partita.core.ids import is_name
from partita.core.promotion import ORDERS, Promotion, check_promotion
from partita.core.scope import Listing, Occasion, Scope
from partita.formats.catalog.documents import Document, Layout
from partita.formats.setup.rows import BEGINNING, Row, factor, instant, is_title, yes_no

LAYOUT = Layout(
    ("promotion_id", "name", "effective_from", "factor"),
    ("until", "products", "excluding", "skus", "orders", "months", "stacks", "refundable"),
)
_KINDS = ", ".join(sorted(one.value for one in ORDERS))


@dataclass(frozen=True, slots=True)
class StatedPromotion:
    """A version of a promotion as a document states it, and where."""

    promotion: Promotion
    origin: Origin


def read_promotions(document: Document, zone: str, problems: list[Problem]) -> list[StatedPromotion]:
    """Read the promotions of a document; dates are midnights in `zone`. Faults are noted."""
    found: list[StatedPromotion] = []
    for place, number in enumerate(document.rows):
        values = {name: column[place] for name, column in document.columns.items()}
        row = Row(Origin(document.file, number), values, problems)
        one = _promotion(row, zone)
        wrong = check_promotion(one) if row.sound else None
        if wrong is not None:
            row.report("", Fault.BAD_PROMOTION, english=wrong[0], chinese=wrong[1])
        if row.sound:
            found.append(StatedPromotion(one, row.origin))
    return found


def _promotion(row: Row, zone: str) -> Promotion:
    only, excluding = _names(row, "products"), _names(row, "excluding")
    if only and excluding:
        row.report("excluding", Fault.PRODUCTS_TWICE)
    listing = Listing.WHITE if only else Listing.BLACK if excluding else Listing.ALL
    kinds = row.read("orders", _kinds, Fault.NOT_ONE_OF, frozenset[Occasion](), known=_KINDS)
    return Promotion(
        promotion_id=row.id("promotion_id"),
        name=row.text("name", is_title, Fault.BAD_NAME),
        effective_from=row.read("effective_from", _instant_in(zone), Fault.BAD_INSTANT, BEGINNING),
        factor_e6=row.read("factor", factor, Fault.BAD_FACTOR, 0),
        until=row.read("until", _instant_or_none(zone), Fault.BAD_INSTANT, None),
        scope=Scope(listing, only or excluding, occasions=kinds),
        skus=_names(row, "skus"),
        months_min=row.read("months", _months, Fault.BAD_MONTHS, 0),
        stacks=row.read("stacks", _yes_unless_no, Fault.NOT_ONE_OF, otherwise=True, known="yes, no"),
        refundable=row.read("refundable", _yes_unless_no, Fault.NOT_ONE_OF, otherwise=True, known="yes, no"),
    )


def _names(row: Row, column: str) -> frozenset[str]:
    names = frozenset(one.strip() for one in row.values[column].split(",") if one.strip())
    for name in sorted(names):
        if not is_name(name):
            row.report(column, Fault.BAD_ID, value=name)
    return names


def _kinds(text: str) -> frozenset[Occasion]:
    return frozenset(Occasion(one.strip().lower()) for one in text.split(",") if one.strip())


def _instant_in(zone: str) -> Callable[[str], datetime]:
    return lambda text: instant(text, zone)


def _instant_or_none(zone: str) -> Callable[[str], datetime | None]:
    return lambda text: instant(text, zone) if text else None


def _months(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text or "0")


def _yes_unless_no(text: str) -> bool:
    return yes_no(text) if text else True
