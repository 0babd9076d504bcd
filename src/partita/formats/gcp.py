"""Google Cloud billing export from BigQuery, flattened: 29 columns.

Owns the mapping. `cost` is before credits; each entry of `credits` becomes a row of its own with category Credit, never
clipped at zero, so net = cost + credits stays exact. Usage discounts among them also lower the contracted cost;
promotions do not. The billing month is the invoice month (Pacific time); times are UTC.
Source: focus-and-bills.md 7.3, 7.6. Rules: IMPORT-1 … IMPORT-6, IMPORT-8.
"""

from __future__ import annotations

from partita.formats.bill_format import BillFormat, Column, Kind, lookup

DISCOUNT_CREDITS = (
    "COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "SUSTAINED_USAGE_DISCOUNT", "DISCOUNT",
    "SUBSCRIPTION_BENEFIT", "FEE_UTILIZATION_OFFSET", "RESELLER_MARGIN",
)  # fmt: skip
"""Credit types that are discounts on usage, so they belong in the contracted cost; the others (PROMOTION …) do not."""

_SERVICES = {
    "Compute Engine": "Compute", "Kubernetes Engine": "Compute", "Google Kubernetes Engine": "Compute",
    "Cloud Run": "Compute", "Cloud Functions": "Compute", "Cloud Run Functions": "Compute", "App Engine": "Compute",
    "Cloud Storage": "Storage", "Cloud Filestore": "Storage", "Cloud SQL": "Databases", "Cloud Spanner": "Databases",
    "Cloud Bigtable": "Databases", "Cloud Firestore": "Databases", "Cloud Memorystore for Redis": "Databases",
    "BigQuery": "Analytics", "Cloud Dataflow": "Analytics", "Cloud Dataproc": "Analytics",
    "Cloud Pub/Sub": "Integration", "Networking": "Networking", "Cloud DNS": "Networking",
    "Cloud Logging": "Management and Governance", "Cloud Monitoring": "Management and Governance",
    "Vertex AI": "AI and Machine Learning", "Secret Manager": "Security",
    "Cloud Key Management Service (KMS)": "Security", "Cloud Build": "Developer Tools",
}  # fmt: skip

GCP = BillFormat(
    name="gcp",
    title=("Google Cloud billing export", "Google Cloud 结算数据导出"),
    columns=(
        Column("cost", Kind.AMOUNT, required=True),
        Column("billing_account_id", required=True),
        Column("currency", Kind.CURRENCY, required=True),
        Column("invoice.month", Kind.MONTH, spellings=("invoice.month", "invoice_month"), required=True),
        Column("usage_start_time", Kind.TIME, required=True),
        Column("usage_end_time", Kind.TIME),
        Column("credits", Kind.CREDITS),
        Column("cost_at_list", Kind.AMOUNT),
        *(Column(name, Kind.QUANTITY) for name in ("usage.amount_in_pricing_units", "usage.amount")),
        *(
            Column(name, spellings=(name, name.replace(".", "_")))
            for name in (
                "service.id",
                "service.description",
                "sku.id",
                "sku.description",
                "project.id",
                "project.name",
                "project.ancestry_numbers",
                "location.location",
                "location.country",
                "location.region",
                "location.zone",
                "usage.pricing_unit",
                "usage.unit",
                "resource.name",
                "resource.global_name",
            )
        ),
        *(Column(name) for name in ("labels", "cost_type", "currency_conversion_rate", "transaction_type")),
    ),
    cost='"cost"',
    currency="currency",
    payer='"billing_account_id"',
    payer_column="billing_account_id",
    month='month_of_digits("invoice.month")',
    month_column="invoice.month",
    instant="CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP)",
    credits="credits",
    macros={
        "service_category(x)": lookup(_SERVICES, "Other"),
        # amounts are read as text: a JSON reader would take them through a float
        "credit_entries(x)": r"regexp_extract_all(x, '\{[^{}]*\}')",
        "credit_text(entry, key)": r"""coalesce(
            nullif(regexp_extract(entry, '"' || key || '"\s*:\s*"([^"]*)"', 1), ''),
            nullif(regexp_extract(entry, '''' || key || '''\s*:\s*''([^'']*)''', 1), ''))""",
        "credit_amount(entry)": """plain_decimal(
            regexp_extract(entry, '[''"]amount[''"]\\s*:\\s*[''"]?([-+0-9.eE]+)', 1))""",
        "are_credits(x)": r"""CASE WHEN replace(x, ' ', '') = '[]' THEN true
            ELSE len(credit_entries(x)) > 0
                AND len(credit_entries(x)) = len(regexp_extract_all(x, '[''"]amount[''"]\s*:'))
                AND len(list_filter(credit_entries(x), lambda one: NOT is_amount(credit_amount(one)))) = 0 END""",
        "is_discount_credit(entry)": f"one_of(credit_text(entry, 'type'), {', '.join(map(repr, DISCOUNT_CREDITS))})",
    },
    tags_of="labels",
    mapping={
        "category": """CASE WHEN "cost_type" = 'tax' THEN 'Tax'
            WHEN one_of("cost_type", 'adjustment', 'rounding_error') THEN 'Adjustment' ELSE 'Usage' END""",
        "account_id": 'coalesce("project.id", "billing_account_id")',
        "product_id": '"service.description"',
        "sku_id": '"sku.id"',
        "charge_start": 'instant("usage_start_time")',
        "charge_end": 'instant("usage_end_time")',
        "quantity_e6": 'e6(coalesce("usage.amount_in_pricing_units", "usage.amount"))',
        "quantity_text": 'coalesce("usage.amount_in_pricing_units", "usage.amount")',
        "unit": 'CASE WHEN "usage.amount_in_pricing_units" IS NULL THEN "usage.unit" ELSE "usage.pricing_unit" END',
        "list_cost_e10": 'e10(coalesce("cost_at_list", "cost"))',
        "contracted_cost_e10": 'e10("cost")',
        "effective_cost_e10": 'e10("cost")',
        "resource_id": '"resource.global_name"',
        "resource_name": '"resource.name"',
        "region": 'coalesce("location.region", "location.location")',
        "tags": 'tags_of_list("labels")',
        "description": '"sku.description"',
        "service_category": 'service_category("service.description")',
        "charge_frequency": "CASE WHEN \"cost_type\" = 'regular' THEN 'Usage-Based' ELSE 'One-Time' END",
    },
    kept=(
        "cost_type",
        "service.id",
        "project.name",
        "project.ancestry_numbers",
        "location.location",
        "location.country",
        "location.zone",
        "currency_conversion_rate",
        "transaction_type",
    ),
)
