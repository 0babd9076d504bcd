"""AWS legacy Cost and Usage Report: 94 to 195 columns named `group/Name`.

Owns the mapping. The cost of a row is its net unblended cost, or its unblended cost where it states no net one; the
file total adds up the same. Amortised costs are the net ones likewise. Covered usage keeps the cost that the report
states: the negation rows take it back, so the file's total stays the file's total. A credit is a Credit, a refund a
correction; priced quantity is what was used, not reserved units. Source: focus-and-bills.md 7.1, 7.6.
Rules: IMPORT-1 … IMPORT-6.
"""

from __future__ import annotations

from partita.formats.bill_format import BillFormat, Column, Kind, lookup

_UNBLENDED = '"lineItem/UnblendedCost"'
_COST = f'coalesce("lineItem/NetUnblendedCost", {_UNBLENDED})'
_TYPE = '"lineItem/LineItemType"'
_SAVINGS_PLAN = '"savingsPlan/SavingsPlanARN"'
_RESERVATION = '"reservation/ReservationARN"'
_DISCOUNTS = "'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'Discount'"
# What of a plan's commitment was not used, at its net price where the report states one.
_PLAN_COMMITTED = 'e10("savingsPlan/TotalCommitmentToDate")'
_PLAN_UNUSED = f'(coalesce({_PLAN_COMMITTED}, 0) - coalesce(e10("savingsPlan/UsedCommitment"), 0))'


def _commitment(net: str) -> str:
    """Return SQL for the plan's fee of the period, upfront and recurring together."""
    parts = (f"savingsPlan/{net}{kind}CommitmentForBillingPeriod" for kind in ("AmortizedUpfront", "Recurring"))
    return " + ".join(f'coalesce(e10("{name}"), 0)' for name in parts)


def _net(group: str, name: str) -> str:
    """Return SQL for an amortised cost: the net one where the row states it."""
    return f'coalesce(e10("{group}/Net{name}"), e10("{group}/{name}"))'


_SERVICES = {
    "AmazonEC2": "Compute", "AWSLambda": "Compute", "AmazonECS": "Compute", "AmazonEKS": "Compute",
    "AmazonLightsail": "Compute", "AmazonECR": "Compute", "ComputeSavingsPlans": "Compute",
    "AmazonS3": "Storage", "AmazonGlacier": "Storage", "AmazonEFS": "Storage", "AmazonFSx": "Storage",
    "AWSBackup": "Storage", "AWSStorageGateway": "Storage",
    "AmazonRDS": "Databases", "AmazonDynamoDB": "Databases", "AmazonElastiCache": "Databases",
    "AmazonDocDB": "Databases", "AmazonNeptune": "Databases", "AmazonRedshift": "Analytics",
    "AmazonAthena": "Analytics", "AWSGlue": "Analytics", "AmazonKinesis": "Analytics", "ElasticMapReduce": "Analytics",
    "AmazonVPC": "Networking", "AWSDataTransfer": "Networking", "AmazonCloudFront": "Networking",
    "AmazonRoute53": "Networking", "AWSELB": "Networking", "AmazonApiGateway": "Networking",
    "AWSQueueService": "Integration", "AmazonSNS": "Integration", "AmazonStates": "Integration",
    "AWSEvents": "Integration", "AmazonMQ": "Integration",
    "AmazonCloudWatch": "Management and Governance", "AWSCloudTrail": "Management and Governance",
    "AWSConfig": "Management and Governance", "AWSSystemsManager": "Management and Governance",
    "AWSSecretsManager": "Security", "awskms": "Security", "AmazonGuardDuty": "Security", "awswaf": "Security",
    "AmazonCognito": "Identity", "AmazonSageMaker": "AI and Machine Learning",
    "AmazonBedrock": "AI and Machine Learning", "CodeBuild": "Developer Tools", "AWSCodePipeline": "Developer Tools",
}  # fmt: skip

AWS_CUR = BillFormat(
    name="aws-cur",
    title=("AWS Cost and Usage Report (legacy)", "AWS 成本和使用情况报告（旧版）"),
    columns=(
        Column("bill/PayerAccountId", Kind.ID, required=True),
        Column("bill/BillingPeriodStartDate", Kind.TIME, required=True),
        Column("lineItem/UsageAccountId", Kind.ID, required=True),
        Column("lineItem/LineItemType", required=True),
        Column("lineItem/UsageStartDate", Kind.TIME, required=True),
        Column("lineItem/UsageEndDate", Kind.TIME),
        Column("lineItem/CurrencyCode", Kind.CURRENCY, required=True),
        Column("lineItem/UnblendedCost", Kind.AMOUNT, required=True),
        Column("lineItem/NetUnblendedCost", Kind.AMOUNT),
        *(
            Column(name, Kind.AMOUNT)
            for name in (
                "pricing/publicOnDemandCost",
                "reservation/EffectiveCost",
                "reservation/NetEffectiveCost",
                "savingsPlan/SavingsPlanEffectiveCost",
                "savingsPlan/NetSavingsPlanEffectiveCost",
                "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod",
                "reservation/NetUnusedAmortizedUpfrontFeeForBillingPeriod",
                "reservation/UnusedRecurringFee",
                "reservation/NetUnusedRecurringFee",
                "savingsPlan/TotalCommitmentToDate",
                "savingsPlan/UsedCommitment",
                "savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod",
                "savingsPlan/NetAmortizedUpfrontCommitmentForBillingPeriod",
                "savingsPlan/RecurringCommitmentForBillingPeriod",
                "savingsPlan/NetRecurringCommitmentForBillingPeriod",
            )
        ),
        *(
            Column(name, Kind.QUANTITY)
            for name in ("lineItem/UsageAmount", "pricing/publicOnDemandRate", "lineItem/UnblendedRate")
        ),
        *(
            Column(name)
            for name in (
                "identity/LineItemId",
                "lineItem/ProductCode",
                "lineItem/UsageType",
                "lineItem/Operation",
                "lineItem/ResourceId",
                "lineItem/LineItemDescription",
                "lineItem/TaxType",
                "bill/InvoiceId",
                "product/sku",
                "product/region",
                "pricing/RateCode",
                "pricing/unit",
                "pricing/term",
                "savingsPlan/SavingsPlanARN",
                "reservation/ReservationARN",
                "product/ProductName",
                "bill/BillingEntity",
                "bill/InvoicingEntity",
                "lineItem/AvailabilityZone",
                "lineItem/LegalEntity",
            )
        ),
    ),
    cost=_COST,
    currency="lineItem/CurrencyCode",
    payer='"bill/PayerAccountId"',
    payer_column="bill/PayerAccountId",
    month='month_of(instant("bill/BillingPeriodStartDate"))',
    month_column="bill/BillingPeriodStartDate",
    instant="CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP)",
    null_texts=("", "NULL", "None"),
    tag_prefixes=("resourceTags/user:", "resourceTags/"),
    macros={
        "service_category(x)": lookup(_SERVICES, "Other"),
        # a report without net costs has a net fee of zero: then the stated one counts
        "plan_unused(unused, fee, net)": """CASE WHEN fee > 0 AND net > 0
            THEN CAST(CAST(unused AS HUGEINT) * net // fee AS BIGINT) ELSE unused END""",
    },
    mapping={
        "category": f"""CASE
            WHEN {_TYPE} = 'Tax' THEN 'Tax'
            WHEN {_TYPE} = 'Credit' THEN 'Credit'
            WHEN {_TYPE} = 'Refund' THEN 'Adjustment'
            WHEN one_of({_TYPE}, 'Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee') THEN 'Purchase'
            ELSE 'Usage' END""",
        "class": f"CASE WHEN {_TYPE} = 'Refund' THEN 'Correction' END",
        "record_id": '"identity/LineItemId"',
        "account_id": '"lineItem/UsageAccountId"',
        "product_id": '"lineItem/ProductCode"',
        "sku_id": 'coalesce("product/sku", "lineItem/UsageType")',
        "price_id": '"pricing/RateCode"',
        "charge_start": 'instant("lineItem/UsageStartDate")',
        "charge_end": 'instant("lineItem/UsageEndDate")',
        "quantity_e6": 'e6("lineItem/UsageAmount")',
        "quantity_text": '"lineItem/UsageAmount"',
        "unit": '"pricing/unit"',
        "list_unit_price_e10": 'price_e10("pricing/publicOnDemandRate")',
        "contracted_unit_price_e10": 'price_e10("lineItem/UnblendedRate")',
        "list_cost_e10": f"""CASE WHEN one_of({_TYPE}, 'SavingsPlanNegation', {_DISCOUNTS}) THEN 0
            ELSE e10(coalesce("pricing/publicOnDemandCost", {_UNBLENDED})) END""",
        "contracted_cost_e10": f"CASE WHEN {_TYPE} = 'SavingsPlanNegation' THEN 0 ELSE e10({_UNBLENDED}) END",
        "effective_cost_e10": f"""CASE
            WHEN {_TYPE} = 'SavingsPlanCoveredUsage' THEN {_net("savingsPlan", "SavingsPlanEffectiveCost")}
            WHEN {_TYPE} = 'DiscountedUsage' THEN {_net("reservation", "EffectiveCost")}
            WHEN one_of({_TYPE}, 'SavingsPlanNegation', 'SavingsPlanUpfrontFee') THEN 0
            WHEN {_TYPE} = 'Fee' AND {_RESERVATION} IS NOT NULL THEN 0
            WHEN {_TYPE} = 'RIFee'
            THEN coalesce({_net("reservation", "UnusedAmortizedUpfrontFeeForBillingPeriod")}, 0)
                + coalesce({_net("reservation", "UnusedRecurringFee")}, 0)
            WHEN {_TYPE} = 'SavingsPlanRecurringFee' THEN plan_unused({_PLAN_UNUSED},
                {_commitment("")}, {_commitment("Net")})
            ELSE e10({_COST}) END""",
        "resource_id": '"lineItem/ResourceId"',
        "region": '"product/region"',
        "tags": "tags",
        "description": '"lineItem/LineItemDescription"',
        "service_category": 'service_category("lineItem/ProductCode")',
        "charge_frequency": f"""CASE
            WHEN one_of({_TYPE}, 'RIFee', 'SavingsPlanRecurringFee') THEN 'Recurring'
            WHEN one_of({_TYPE}, 'Fee', 'SavingsPlanUpfrontFee', 'Tax', 'Credit', 'Refund') THEN 'One-Time'
            ELSE 'Usage-Based' END""",
        "pricing_category": f"""CASE
            WHEN one_of({_TYPE}, 'SavingsPlanCoveredUsage', 'DiscountedUsage', 'SavingsPlanNegation') THEN 'Committed'
            WHEN "pricing/term" = 'Spot' THEN 'Dynamic'
            WHEN {_TYPE} = 'Usage' THEN 'Standard' END""",
        "invoice_id": '"bill/InvoiceId"',
        "commitment_id": f"coalesce({_SAVINGS_PLAN}, {_RESERVATION})",
        "commitment_category": f"""CASE WHEN {_SAVINGS_PLAN} IS NOT NULL THEN 'Spend'
            WHEN {_RESERVATION} IS NOT NULL THEN 'Usage' END""",
        "commitment_status": f"""CASE WHEN one_of({_TYPE}, 'SavingsPlanCoveredUsage', 'DiscountedUsage')
            THEN 'Used' END""",
    },
    kept=(
        "lineItem/LineItemType",
        "lineItem/UsageType",
        "lineItem/Operation",
        "lineItem/TaxType",
        "product/ProductName",
        "bill/BillingEntity",
        "bill/InvoicingEntity",
        "lineItem/AvailabilityZone",
        "lineItem/LegalEntity",
    ),
)
