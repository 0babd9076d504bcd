"""What a folder says of SKUs that are packages or plans: whether their attributes can be read, and name SKUs there are.

Rules: PKG-7 (`docs/rules/resource_package.md`), PLAN-5 (`docs/rules/savings_plan.md`), CATALOG-7.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb

from partita.core import resource_package, savings_plan
from partita.core.fault import Fault, Origin, Problem

_OFFERS = """select sku_id, attributes, file, row from stated_detail
where attributes like '%"rates"%' or attributes like '%"quota"%' or attributes like '%"covers"%' order by row"""
_KNOWN = """select sku_id from stated_sku where sku_id in (select unnest($names))
union select sku_id from book_sku where sku_id in (select unnest($names))"""
_OFFERED = """select sku_id from (from stated_detail select sku_id, attributes
  union all by name from book_detail select sku_id, attributes)
where sku_id in (select unnest($names)) and (attributes like '%"rates"%' or attributes like '%"covers"%')
group by sku_id order by sku_id"""
"""Which of these SKUs are packages or plans themselves."""


def offers_at_fault(engine: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Yield the attributes of packages and plans that make no sense, and the SKUs in them that nobody knows."""
    for sku, text, file, row in engine.execute(_OFFERS).fetchall():
        attributes: dict[str, str] = json.loads(text)
        place = Origin(file, row)
        if (odd := _mixed(attributes, place)) is not None:
            yield odd
            continue
        try:
            covers = _covered(sku, attributes)
        except ValueError as error:
            name = str(error)
            detail = {"value": attributes.get(name, ""), "example": _WRITTEN[name]}
            yield Problem(Fault.BAD_OFFER, place, f"attributes.{name}", detail)
            continue
        column = "attributes.rates" if "rates" in attributes else "attributes.covers"
        known = {name for (name,) in engine.execute(_KNOWN, {"names": covers}).fetchall()}
        for name in sorted(set(covers) - known):
            detail = {"kind": "sku_id", "value": name, "file": "skus"}
            yield Problem(Fault.UNKNOWN_REFERENCE, place, column, detail)
        for (name,) in engine.execute(_OFFERED, {"names": covers}).fetchall():
            yield Problem(Fault.COVERS_AN_OFFER, place, column, {"value": name})


def _mixed(attributes: dict[str, str], place: Origin) -> Problem | None:
    """Return what is wrong with a SKU that is package and plan at once, or half a package."""
    half = {"quota", "covers"} & set(attributes)
    if half and "rates" in attributes:
        return Problem(Fault.PACKAGE_AND_PLAN, place, "attributes.rates", {})
    if len(half) == 1:
        missing = ({"quota", "covers"} - half).pop()
        return Problem(Fault.HALF_A_PACKAGE, place, f"attributes.{half.pop()}", {"missing": missing})
    return None


_WRITTEN = {
    "quota": "1000",
    "covers": "vm.small,vm.large*4",
    "each": "day (hour, day or month)",
    "rates": "vm.small@0.05,vm.large@0.2",
    "years": "1,3 (1, 3 or both)",
}
"""How each attribute is written."""


def _covered(sku: str, attributes: dict[str, str]) -> list[str]:
    """Return the SKUs that a package or plan covers; ValueError names the attribute that is at fault."""
    plan = savings_plan.offered(attributes)
    if plan is not None:
        return [name for name, _ in plan.rates]
    package = resource_package.offered(sku, attributes)
    return [] if package is None else [name for name, _ in package.factors]
