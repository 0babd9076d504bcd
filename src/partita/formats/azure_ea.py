"""Azure cost details of an Enterprise Agreement (55 columns) and of a Microsoft Customer Agreement (68 and more).

Owns the mapping. `Date` is the day of the charge, in UTC; the charge period is that day, not the billing period. The
cost is the cost in billing currency of the actual file; the amortised file is another bill of the same charges and must
not be imported beside it. It gives itself away: usage that a commitment covers costs something, or a row says what of a
commitment was unused; such rows are counted and told. The list cost is the pay-as-you-go cost, or retail price ×
quantity in priced units: `10K` or `100 Hours` in UnitOfMeasure says how many units one price buys.
Source: focus-and-bills.md 7.2, 7.6.
Rules: IMPORT-1 … IMPORT-6, IMPORT-10.
"""

from __future__ import annotations

from partita.formats.bill_format import BillFormat, Column, Kind, lookup

_FAMILIES = {
    "Compute": "Compute", "Containers": "Compute", "Storage": "Storage", "Networking": "Networking",
    "Databases": "Databases", "Analytics": "Analytics", "AI + Machine Learning": "AI and Machine Learning",
    "Identity": "Identity", "Integration": "Integration", "Internet of Things": "Internet of Things",
    "Management and Governance": "Management and Governance", "Azure Arc": "Multicloud", "Media": "Media",
    "Migration": "Migration", "Mobile": "Mobile", "Security": "Security", "Web": "Web",
    "Developer Tools": "Developer Tools", "Dynamics": "Business Applications",
    "Power Platform": "Business Applications", "Office 365": "Business Applications",
}  # fmt: skip
_TEXTS = (
    "InvoiceSectionName", "AccountName", "SubscriptionName", "ResourceLocation", "MeterCategory",
    "MeterSubCategory", "MeterId", "MeterName", "UnitOfMeasure", "CostCenter", "ConsumedService", "ResourceId", "Tags",
    "ResourceName", "ReservationId", "ProductOrderId", "Term", "PublisherType", "PublisherName", "ChargeType",
    "Frequency", "PricingModel", "AvailabilityZone", "BillingAccountName", "BillingProfileId", "BillingProfileName",
    "PartNumber", "ServiceFamily", "benefitId", "invoiceId", "previousInvoiceId",
)  # fmt: skip
_BENEFIT = 'coalesce("benefitId", "ReservationId")'

AZURE_EA = BillFormat(
    name="azure-ea",
    title=("Azure cost details (EA and MCA)", "Azure 成本明细（EA 与 MCA）"),
    columns=(
        Column("Cost", Kind.AMOUNT, spellings=("CostInBillingCurrency", "Cost"), required=True),
        Column("BillingCurrency", Kind.CURRENCY, spellings=("BillingCurrencyCode", "BillingCurrency"), required=True),
        Column("BillingAccountId", Kind.ID, required=True),
        Column("BillingPeriodStartDate", Kind.TIME, required=True),
        Column("SubscriptionId", spellings=("SubscriptionId", "SubscriptionGuid"), required=True),
        Column("Date", Kind.TIME, required=True),
        Column("ProductName", spellings=("ProductName", "Product")),
        Column("ResourceGroup", spellings=("ResourceGroup", "ResourceGroupName")),
        Column("paygCostInBillingCurrency", Kind.AMOUNT),
        *(Column(name, Kind.QUANTITY) for name in ("Quantity", "EffectivePrice", "UnitPrice", "PayGPrice")),
        *(Column(name) for name in _TEXTS),
    ),
    cost='"Cost"',
    currency="BillingCurrency",
    payer='"BillingAccountId"',
    payer_column="BillingAccountId",
    month='month_of(instant("BillingPeriodStartDate"))',
    month_column="BillingPeriodStartDate",
    time_says=(
        "such as 2026-10-01, 10/1/2026 or 2026-10-01T00:00:00Z",
        "例如 2026-10-01、10/1/2026 或 2026-10-01T00:00:00Z",
    ),
    instant="coalesce(TRY_STRPTIME(x, ['%m/%d/%Y', '%Y-%m-%d']), CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP))",
    macros={
        "service_category(x)": lookup(_FAMILIES, "Other"),
        # 10K → 10000, 100 Hours → 100, 1 GB/Month → 1
        "units_per_price(x)": """CASE WHEN regexp_matches(x, '^[1-9]\\d{0,8}')
            THEN CAST(regexp_extract(x, '^\\d+') AS HUGEINT)
                * CASE regexp_extract(x, '^\\d+([KM])\\b', 1) WHEN 'K' THEN 1000 WHEN 'M' THEN 1000000 ELSE 1 END
            ELSE 1 END""",
        "tags_of_pairs(x)": "tags_of_json(CASE WHEN starts_with(ltrim(x), '{') THEN x ELSE '{' || x || '}' END)",
    },
    tags_of="Tags",
    mapping={
        "category": """CASE
            WHEN "ChargeType" = 'Purchase' THEN 'Purchase'
            WHEN "ChargeType" = 'Tax' THEN 'Tax'
            WHEN one_of("ChargeType", 'Refund', 'RoundingAdjustment') THEN 'Adjustment'
            ELSE 'Usage' END""",
        "class": "CASE WHEN \"ChargeType\" = 'Refund' THEN 'Correction' END",
        "account_id": '"SubscriptionId"',
        "product_id": '"MeterCategory"',
        "sku_id": '"MeterId"',
        "price_id": '"PartNumber"',
        "charge_start": 'instant("Date")',
        "charge_end": 'instant("Date") + INTERVAL 1 DAY',
        "quantity_e6": 'e6("Quantity")',
        "quantity_text": '"Quantity"',
        "unit": '"UnitOfMeasure"',
        "list_unit_price_e10": 'coalesce(nullif(price_e10("PayGPrice"), 0), price_e10("UnitPrice"))',
        "contracted_unit_price_e10": 'price_e10("EffectivePrice")',
        "list_cost_e10": """coalesce(
            e10("paygCostInBillingCurrency"),
            nullif(times_e10("Quantity", "PayGPrice", units_per_price("UnitOfMeasure")), 0),
            e10("Cost"))""",
        "contracted_cost_e10": 'e10("Cost")',
        "effective_cost_e10": """CASE
            WHEN "ChargeType" = 'Purchase' AND one_of("PricingModel", 'Reservation', 'SavingsPlan') THEN 0
            ELSE e10("Cost") END""",
        "resource_id": '"ResourceId"',
        "resource_name": '"ResourceName"',
        "region": '"ResourceLocation"',
        "tags": 'tags_of_pairs("Tags")',
        "description": '"ProductName"',
        "service_category": 'service_category("ServiceFamily")',
        "charge_frequency": """CASE "Frequency" WHEN 'UsageBased' THEN 'Usage-Based' WHEN 'OneTime' THEN 'One-Time'
            ELSE "Frequency" END""",
        "pricing_category": """CASE "PricingModel" WHEN 'OnDemand' THEN 'Standard' WHEN 'Spot' THEN 'Dynamic'
            WHEN 'Reservation' THEN 'Committed' WHEN 'SavingsPlan' THEN 'Committed' END""",
        "invoice_id": '"invoiceId"',
        "commitment_id": _BENEFIT,
        "commitment_category": f"""CASE
            WHEN contains(lower({_BENEFIT}), '/microsoft.billingbenefits/') THEN 'Spend'
            WHEN {_BENEFIT} IS NOT NULL THEN 'Usage' END""",
        "commitment_status": f"""CASE WHEN one_of("ChargeType", 'UnusedReservation', 'UnusedSavingsPlan') THEN 'Unused'
            WHEN {_BENEFIT} IS NOT NULL AND "ChargeType" = 'Usage' THEN 'Used' END""",
    },
    kept=(
        "ChargeType",
        "InvoiceSectionName",
        "AccountName",
        "SubscriptionName",
        "ResourceGroup",
        "MeterSubCategory",
        "MeterName",
        "CostCenter",
        "ConsumedService",
        "PublisherType",
        "PublisherName",
        "AvailabilityZone",
        "BillingAccountName",
        "BillingProfileId",
        "BillingProfileName",
        "Term",
        "ProductOrderId",
        "previousInvoiceId",
    ),
    # a cost is nothing when it has no digit but zero
    identity="""CASE WHEN one_of("ChargeType", 'UnusedReservation', 'UnusedSavingsPlan') THEN false
        WHEN "ChargeType" = 'Usage' AND one_of("PricingModel", 'Reservation', 'SavingsPlan')
        THEN NOT coalesce(regexp_matches("Cost", '[1-9]'), false) ELSE true END""",
    identity_says=(
        (
            "in the actual file, usage covered by a commitment costs nothing and no row is of unused commitments. This "
            "looks like the amortised file, whose costs are spread and not what is billed: import the actual file, and "
            "never both"
        ),
        (
            "实际成本文件中，由承诺折扣抵扣的用量费用为零，也没有未使用承诺的行。本文件疑似摊销成本文件，其费用经过分摊、"
            "并非实际账单：请导入实际成本文件，切勿两者都导入"
        ),
    ),
)
