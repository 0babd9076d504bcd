"""FOCUS Cost and Usage, versions 1.0 to 1.3 (and 1.4 with the provider's new column names).

Owns the mapping. FOCUS is what our own charges are modelled on, so most columns map one to one. Times without a zone
are UTC (the specification demands UTC). The billing month is that of the middle of the billing period, for a month of
UTC+8 starts at 16:00 UTC on the last day of the month before it.
Source: focus-and-bills.md 2.2, 2.6. Rules: IMPORT-1 … IMPORT-6.
"""

from __future__ import annotations

from partita.core.charge import CATEGORIES
from partita.formats.bill_format import BillFormat, Column, Kind

_AMOUNTS = ("ContractedCost", "EffectiveCost", "ListCost")
_QUANTITIES = ("PricingQuantity", "ListUnitPrice", "ContractedUnitPrice")
_TEXTS = (
    "SubAccountId", "ChargeClass", "ChargeDescription", "ChargeFrequency", "PricingCategory", "PricingUnit",
    "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId", "InvoiceId", "ResourceId", "ResourceName", "RegionId",
    "CommitmentDiscountId", "CommitmentDiscountCategory", "CommitmentDiscountStatus", "Tags", "BillingAccountName",
    "SubAccountName", "ServiceSubcategory", "InvoiceIssuerName", "PublisherName", "ResourceType", "RegionName",
    "AvailabilityZone", "ConsumedUnit", "CommitmentDiscountType",
)  # fmt: skip

FOCUS = BillFormat(
    name="focus",
    title=("FOCUS 1.0–1.3", "FOCUS 1.0–1.3 账单"),
    columns=(
        Column("BilledCost", Kind.AMOUNT, required=True),
        Column("BillingAccountId", Kind.ID, required=True),
        Column("BillingCurrency", Kind.CURRENCY, required=True),
        Column("BillingPeriodStart", Kind.TIME, required=True),
        Column("BillingPeriodEnd", Kind.TIME),
        Column("ChargePeriodStart", Kind.TIME, required=True),
        Column("ChargePeriodEnd", Kind.TIME),
        Column("ChargeCategory", required=True, allowed=CATEGORIES),
        Column("ProviderName", spellings=("ProviderName", "ServiceProviderName")),
        *(Column(name, Kind.AMOUNT) for name in _AMOUNTS),
        *(Column(name, Kind.QUANTITY) for name in _QUANTITIES),
        *(Column(name) for name in _TEXTS),
    ),
    cost='"BilledCost"',
    currency="BillingCurrency",
    payer='"BillingAccountId"',
    payer_column="BillingAccountId",
    month='month_of_period(instant("BillingPeriodStart"), instant("BillingPeriodEnd"))',
    month_column="BillingPeriodStart",
    instant="CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP)",
    tags_of="Tags",
    mapping={
        "category": '"ChargeCategory"',
        "class": "CASE WHEN \"ChargeClass\" = 'Correction' THEN 'Correction' END",
        "account_id": 'coalesce("SubAccountId", "BillingAccountId")',
        "product_id": '"ServiceName"',
        "sku_id": '"SkuId"',
        "price_id": '"SkuPriceId"',
        "charge_start": 'instant("ChargePeriodStart")',
        "charge_end": 'instant("ChargePeriodEnd")',
        "quantity_e6": 'e6("PricingQuantity")',
        "quantity_text": '"PricingQuantity"',
        "unit": '"PricingUnit"',
        "list_unit_price_e10": 'price_e10("ListUnitPrice")',
        "contracted_unit_price_e10": 'price_e10("ContractedUnitPrice")',
        "list_cost_e10": 'e10(coalesce("ListCost", "ContractedCost", "BilledCost"))',
        "contracted_cost_e10": 'e10(coalesce("ContractedCost", "BilledCost"))',
        "effective_cost_e10": 'e10(coalesce("EffectiveCost", "BilledCost"))',
        "resource_id": '"ResourceId"',
        "resource_name": '"ResourceName"',
        "region": '"RegionId"',
        "tags": 'tags_of_json("Tags")',
        "description": '"ChargeDescription"',
        "service_category": '"ServiceCategory"',
        "charge_frequency": "CASE WHEN lower(\"ChargeFrequency\") = 'usage-based' THEN 'Usage-Based' "
        'ELSE "ChargeFrequency" END',
        "pricing_category": '"PricingCategory"',
        "invoice_id": '"InvoiceId"',
        "commitment_id": '"CommitmentDiscountId"',
        "commitment_category": '"CommitmentDiscountCategory"',
        "commitment_status": '"CommitmentDiscountStatus"',
    },
    kept=(
        "ProviderName",
        "PublisherName",
        "InvoiceIssuerName",
        "BillingAccountName",
        "SubAccountName",
        "ServiceSubcategory",
        "ResourceType",
        "RegionName",
        "AvailabilityZone",
        "ConsumedUnit",
        "CommitmentDiscountType",
    ),
)
