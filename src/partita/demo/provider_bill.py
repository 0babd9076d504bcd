"""A small provider bill for the demo: an invented provider's FOCUS 1.2 file, the same every time.

Its amounts have more decimals than a charge keeps, and some are written in E notation, as files of the world do: the
demo shows that the total of the file is the charges plus a remainder, exactly.
"""

from __future__ import annotations

import csv
from pathlib import Path

from partita.core.period import Month

ROWS = 48
_PAYER = "nimbus-4711"
_SERVICES = (
    ("Nimbus Compute", "Compute", "nb-vm-4", "Hours"),
    ("Nimbus Storage", "Storage", "nb-store", "GB-Months"),
    ("Nimbus Functions", "Compute", "nb-func", "Requests"),
)
_COLUMNS = (
    "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingAccountId", "SubAccountId", "BillingCurrency",
    "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ServiceName",
    "ServiceCategory", "SkuId", "PricingQuantity", "PricingUnit", "ProviderName", "InvoiceIssuerName", "RegionId",
)  # fmt: skip


def write_provider_bill(path: Path, month: Month) -> Path:
    """Write the bill of `month` as CSV with `ROWS` rows; the same month gives the same bytes. Returns `path`."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_row(number, month) for number in range(ROWS))
    return path


def _row(number: int, month: Month) -> tuple[str, ...]:
    service, category, sku, unit = _SERVICES[number % len(_SERVICES)]
    cost, quantity = _cost(number), str(number * 7 + 3)
    day = f"{month}-{number // 2 + 1:02d}"
    return (
        *(cost,) * 4, _PAYER, f"nimbus-team-{number % 4 + 1}", "CNY",
        f"{month}-01T00:00:00Z", f"{month.next()}-01T00:00:00Z", f"{day}T00:00:00Z", f"{day}T12:00:00Z", "Usage",
        service, category, sku, quantity, unit, "Nimbus Cloud", "Nimbus Cloud", "nimbus-east",
    )  # fmt: skip


def _cost(number: int) -> str:
    """Return an amount: twelve decimals, every third one a tiny one in E notation."""
    if number % len(_SERVICES) == len(_SERVICES) - 1:
        return f"{number + 1}.{number:02d}7E-09"
    return f"{number * 37 + 11}.{(number + 1) * 20_408_163_265 % 10**12:012d}"
