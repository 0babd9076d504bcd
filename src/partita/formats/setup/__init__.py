"""Setup documents: a folder of CSV files that state an organisation and a catalogue.

Owns what each file means: which facts a row states. Does not own how a row is read (`rows`), tiers of one price
(`tiers`), nor what may be added to the books (`core.setup`). Rules: SETUP-1, SETUP-4 (`docs/rules/setup.md`); the files
are described in `docs/guide/setup-files.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from partita.core.catalog import Product, Sku
from partita.core.discount import Discount, Target
from partita.core.fault import Fault, Problem
from partita.core.money import is_currency
from partita.core.org import Account, Enterprise, OrgUnit, PaymentRelation, Placement, UnitKind
from partita.core.period import DEFAULT_ZONE, Cycle
from partita.core.setup import Setup, Stated, contradiction
from partita.formats.setup.rows import BEGINNING, Row, factor, instant, is_title, optional, rows_of, yes_no
from partita.formats.setup.tiers import PriceRow, price_row, version_of

__all__ = ["FILES", "OPTIONAL", "SERVICE_CATEGORIES", "Reading", "read_setup"]

FILES: dict[str, tuple[str, ...]] = {
    "enterprises.csv": ("enterprise_id", "name", "zone", "currency"),
    "units.csv": ("enterprise_id", "org_unit_id", "parent_id", "kind", "name"),
    "accounts.csv": ("account_id", "enterprise_id", "name", "org_unit_id", "payer_id", "effective_from"),
    "products.csv": ("product_id", "name", "service_category"),
    "skus.csv": ("sku_id", "product_id", "name", "unit"),
    "prices.csv": ("sku_id", "currency", "effective_from", "model", "counter", "tier_to", "price", "block_size"),
    "discounts.csv": ("payer_id", "target_kind", "target_id", "effective_from", "factor", "exclusive"),
}
"""The files and their columns, in the order in which they are read: each may name what an earlier one states."""

OPTIONAL: dict[str, tuple[str, ...]] = {"products.csv": ("cycle",)}
"""Further columns that a file may leave out: then each of their values is empty."""

SERVICE_CATEGORIES = (
    "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
    "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration", "Mobile",
    "Multicloud", "Networking", "Other", "Security", "Storage", "Web",
)  # fmt: skip
"""The categories of FOCUS 1.2 (ServiceCategory)."""


@dataclass(slots=True)
class Reading:
    """What was read from a folder: the facts, every problem, the files read, and CSV files that no one knows."""

    books: Setup
    catalogue_zone: str | None
    stated: Stated = field(default_factory=Stated)
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    prices: dict[tuple[object, ...], list[PriceRow]] = field(default_factory=dict)

    def state(self, row: Row, kind: str, key: object, fact: object) -> None:
        """Take a fact of a sound row; the same fact twice is one, another of the same key is a contradiction."""
        if not row.sound:
            return
        facts = getattr(self.stated.setup, kind)
        if facts.setdefault(key, fact) == fact:
            self.stated.origins.setdefault((kind, key), row.origin)
            return
        column, detail = contradiction(kind, fact, facts[key])
        row.report(column, Fault.CONTRADICTS_ROW, **detail, row=self.stated.origins[kind, key].row)

    def zone_of(self, enterprise_id: str | None) -> str:
        """Return the zone of an enterprise, stated or recorded; an unknown one is another fault."""
        found = self.books.enterprises.get(enterprise_id or "") or self.stated.setup.enterprises.get(
            enterprise_id or ""
        )
        return found.zone if found else DEFAULT_ZONE

    def zone_of_payer(self, payer_id: str) -> str:
        """Return the zone of the enterprise that a payer belongs to."""
        payer = self.books.accounts.get(payer_id) or self.stated.setup.accounts.get(payer_id)
        return self.zone_of(payer.enterprise_id if payer else None)

    def zone_of_catalogue(self) -> str:
        """Return the zone of the enterprise set up first; of those stated together, the one with the smallest id."""
        return self.catalogue_zone or self.zone_of(min(self.stated.setup.enterprises, default=None))


def read_setup(folder: Path, books: Setup, catalogue_zone: str | None) -> Reading:
    """Read every known file of the folder as far as it goes; nothing is raised, every problem is collected (SETUP-1).

    `books` is what is recorded already (for the zones of dates), `catalogue_zone` that of the enterprise set up first.
    """
    reading = Reading(books, catalogue_zone)
    for file, columns in FILES.items():
        path = folder / file
        if not path.is_file():
            continue
        reading.files.append(file)
        for row in rows_of(path, columns, reading.problems, OPTIONAL.get(file, ())):
            _READERS[file](reading, row)
    for group in reading.prices.values():
        version = version_of(group)
        if version is not None:
            key = (version.sku_id, version.currency, version.effective_from)
            reading.state(group[0].row, "prices", key, version)
    reading.ignored = sorted(path.name for path in folder.glob("*.csv") if path.name not in FILES)
    reading.problems.sort(key=lambda one: (list(FILES).index(one.origin.file), one.origin.row))
    return reading


def _enterprise(reading: Reading, row: Row) -> None:
    fact = Enterprise(
        row.id("enterprise_id"),
        row.text("name", is_title, Fault.BAD_NAME),
        row.text("zone", _is_zone, Fault.BAD_ZONE) or DEFAULT_ZONE,
        row.text("currency", is_currency, Fault.BAD_CURRENCY),
    )
    reading.state(row, "enterprises", fact.enterprise_id, fact)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_zone(text: str) -> bool:
    return text in _zones()


def _unit(reading: Reading, row: Row) -> None:
    parent_id = row.id("parent_id") if row.values["parent_id"] else None
    kind = row.one_of("kind", UnitKind)
    title = row.text("name", is_title, Fault.BAD_NAME)
    fact = OrgUnit(row.id("enterprise_id"), row.id("org_unit_id"), parent_id, kind, title)
    reading.state(row, "units", (fact.enterprise_id, fact.org_unit_id), fact)


def _account(reading: Reading, row: Row) -> None:
    account = Account(row.id("account_id"), row.id("enterprise_id"), row.text("name", is_title, Fault.BAD_NAME))
    unit = row.id("org_unit_id")
    payer_id = row.id("payer_id") if row.values["payer_id"] else account.account_id
    zone = reading.zone_of(account.enterprise_id)
    start = row.read("effective_from", lambda text: instant(text, zone), Fault.BAD_INSTANT, BEGINNING)
    key = (account.account_id, start)
    reading.state(row, "accounts", account.account_id, account)
    reading.state(row, "placements", key, Placement(*key, account.enterprise_id, unit))
    reading.state(row, "relations", key, PaymentRelation(*key, payer_id))


def _product(reading: Reading, row: Row) -> None:
    known = ", ".join(SERVICE_CATEGORIES)
    category = row.text("service_category", SERVICE_CATEGORIES.__contains__, Fault.NOT_ONE_OF, known=known)
    cycle = row.one_of("cycle", Cycle) if row.values["cycle"] else Cycle.HOUR
    fact = Product(row.id("product_id"), row.text("name", is_title, Fault.BAD_NAME), category, cycle)
    reading.state(row, "products", fact.product_id, fact)


def _sku(reading: Reading, row: Row) -> None:
    title, unit = row.text("name", is_title, Fault.BAD_NAME), row.text("unit", is_title, Fault.BAD_NAME)
    fact = Sku(row.id("sku_id"), row.id("product_id"), title, unit)
    reading.state(row, "skus", fact.sku_id, fact)


def _price(reading: Reading, row: Row) -> None:
    one = price_row(row, reading.zone_of_catalogue())
    reading.prices.setdefault((one.sku_id, one.currency, one.effective_from), []).append(one)


def _discount(reading: Reading, row: Row) -> None:
    payer_id, kind = row.id("payer_id"), row.one_of("target_kind", Target)
    target_id = row.read("target_id", optional, Fault.BAD_ID, None)
    if target_id is not None and kind is Target.ALL:
        row.report("target_id", Fault.TARGET_NEEDLESS)
    elif target_id is None and kind is not Target.ALL:
        row.report("target_id", Fault.TARGET_MISSING, kind=kind.value)
    zone = reading.zone_of_payer(payer_id)
    start = row.read("effective_from", lambda text: instant(text, zone), Fault.BAD_INSTANT, BEGINNING)
    factor_e6 = row.read("factor", factor, Fault.BAD_FACTOR, 0)
    exclusive = row.read("exclusive", yes_no, Fault.NOT_ONE_OF, otherwise=False, known="yes, no")
    fact = Discount(payer_id, kind, target_id, start, factor_e6, exclusive)
    reading.state(row, "discounts", (payer_id, kind, target_id, start), fact)


_READERS: dict[str, Callable[[Reading, Row], None]] = {
    "enterprises.csv": _enterprise,
    "units.csv": _unit,
    "accounts.csv": _account,
    "products.csv": _product,
    "skus.csv": _sku,
    "prices.csv": _price,
    "discounts.csv": _discount,
}
