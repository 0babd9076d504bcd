"""Oracle Cloud cost report: 33 columns named `group/name`.

Owns the mapping. The report has no billing period: the month is that of the usage, in UTC. A row with `isCorrection`
true is a correction and names the row it corrects in `backreferenceNo`, which is kept. Tags are columns.
Source: focus-and-bills.md 7.4. Rules: IMPORT-1 … IMPORT-6.
"""

from __future__ import annotations

from partita.formats.bill_format import BillFormat, Column, Kind, lookup

_SERVICES = {
    "COMPUTE": "Compute", "FUNCTIONS": "Compute", "BLOCK_STORAGE": "Storage", "OBJECTSTORE": "Storage",
    "FILE_STORAGE": "Storage", "DATABASE": "Databases", "MYSQL": "Databases", "NOSQL": "Databases",
    "NETWORK": "Networking", "LOAD_BALANCER": "Networking", "DNS": "Networking",
    "TELEMETRY": "Management and Governance", "LOGGING": "Management and Governance", "STREAMING": "Integration",
    "VAULT": "Security", "ANALYTICS": "Analytics", "DATA_SCIENCE": "AI and Machine Learning",
}  # fmt: skip
_QUANTITIES = ("usage/billedQuantity", "cost/unitPrice", "cost/unitPriceOverage", "usage/billedQuantityOverage")
_TEXTS = (
    "lineItem/referenceNo", "product/service", "product/compartmentId", "product/compartmentName", "product/region",
    "product/availabilityDomain", "product/resourceId", "cost/subscriptionId", "cost/productSku", "product/Description",
    "cost/billingUnitReadable", "cost/skuUnitDescription", "cost/overageFlag", "lineItem/isCorrection",
    "lineItem/backreferenceNo",
)  # fmt: skip

OCI = BillFormat(
    name="oci",
    title=("Oracle Cloud cost report", "Oracle Cloud 成本报告"),
    columns=(
        Column("cost/myCost", Kind.AMOUNT, required=True),
        Column("lineItem/tenantId", required=True),
        Column("cost/currencyCode", Kind.CURRENCY, required=True),
        Column("lineItem/intervalUsageStart", Kind.TIME, required=True),
        Column("lineItem/intervalUsageEnd", Kind.TIME),
        Column("cost/myCostOverage", Kind.AMOUNT),
        *(Column(name, Kind.QUANTITY) for name in _QUANTITIES),
        *(Column(name) for name in _TEXTS),
    ),
    cost='"cost/myCost"',
    currency="cost/currencyCode",
    payer='"lineItem/tenantId"',
    payer_column="lineItem/tenantId",
    month='month_of(instant("lineItem/intervalUsageStart"))',
    month_column="lineItem/intervalUsageStart",
    instant="CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP)",
    tag_prefixes=("tags/",),
    macros={"service_category(x)": lookup(_SERVICES, "Other")},
    mapping={
        "category": "'Usage'",
        "class": "CASE WHEN lower(\"lineItem/isCorrection\") = 'true' THEN 'Correction' END",
        "record_id": '"lineItem/referenceNo"',
        "account_id": 'coalesce("product/compartmentId", "lineItem/tenantId")',
        "product_id": '"product/service"',
        "sku_id": '"cost/productSku"',
        "charge_start": 'instant("lineItem/intervalUsageStart")',
        "charge_end": 'instant("lineItem/intervalUsageEnd")',
        "quantity_e6": 'e6("usage/billedQuantity")',
        "quantity_text": '"usage/billedQuantity"',
        "unit": '"cost/skuUnitDescription"',
        "contracted_unit_price_e10": 'price_e10("cost/unitPrice")',
        "list_cost_e10": 'e10("cost/myCost")',
        "contracted_cost_e10": 'e10("cost/myCost")',
        "effective_cost_e10": 'e10("cost/myCost")',
        "resource_id": '"product/resourceId"',
        "region": '"product/region"',
        "tags": "tags",
        "description": '"product/Description"',
        "service_category": 'service_category("product/service")',
        "charge_frequency": "'Usage-Based'",
    },
    kept=(
        "product/compartmentName",
        "product/availabilityDomain",
        "cost/subscriptionId",
        "cost/overageFlag",
        "cost/myCostOverage",
        "usage/billedQuantityOverage",
        "lineItem/backreferenceNo",
        "cost/billingUnitReadable",
    ),
)
