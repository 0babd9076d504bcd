"""The catalogue as a folder: check it, compare it, try it on a month's usage, apply it; and show what stands.

Rules: CATALOG-7 … CATALOG-10 (`docs/rules/catalog.md`).
"""

from partita.usecases.catalog.change import Applied, Compared, Validated, VersionChange, apply, compare, validate
from partita.usecases.catalog.price_list import Imported, import_price_list
from partita.usecases.catalog.show import (
    CatalogueShown,
    PriceListed,
    PricesShown,
    SkuShown,
    show_catalogue,
    show_prices,
    show_sku,
)
from partita.usecases.catalog.trial import Tried, TriedRow, try_prices

__all__ = [
    "Applied", "CatalogueShown", "Compared", "Imported", "PriceListed", "PricesShown", "SkuShown", "Tried", "TriedRow",
    "Validated", "VersionChange", "apply", "compare", "import_price_list", "show_catalogue", "show_prices", "show_sku",
    "try_prices", "validate",
]  # fmt: skip
