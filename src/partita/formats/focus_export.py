"""Our charges as a FOCUS 1.2 dataset (费用明细导出): the 57 columns as data, one SQL expression each.

Owns the mapping from charges (`tables.IMPORTED`, of which `tables.CHARGE` is a part) to FOCUS, in layers: facts looked
up (`FACTS`), quantities (`PRICED`) and unit prices (`PRICES`), and the columns themselves (`COLUMNS`). Does not own
which charges are exported (`usecases.focus`) nor units (`focus_units`). Nothing is rounded but an average unit price,
which is cut at seventeen decimals. Rules: FOCUS-1 … FOCUS-6 (`docs/rules/focus.md`); source: focus-and-bills.md 2.2,
2.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from partita.columnar.tables import IMPORTED, typed_columns
from partita.core.period import DEFAULT_ZONE
from partita.formats.focus_orders import COMMITTED
from partita.formats.quoting import literal

COST_SCALE, PRICE_SCALE, QUANTITY_SCALE = 10, 17, 12
"""Decimals of costs, unit prices and quantities in the export."""

PROVIDERS = {
    "aws-cur": "AWS", "azure-ea": "Microsoft", "gcp": "Google Cloud", "oci": "Oracle", "alibaba": "Alibaba Cloud",
}  # fmt: skip
"""Who bills in the bill formats that do not say it."""

PROVIDER_ZONES = {"alibaba": "Asia/Shanghai", "gcp": "America/Los_Angeles"}
"""The zone of a provider's billing month; UTC where none is named (focus-and-bills.md 7.3, 7.5)."""

CATEGORIES = (
    "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
    "Multicloud", "Identity", "Integration", "Internet of Things", "Management and Governance", "Media", "Migration",
    "Mobile", "Networking", "Security", "Storage", "Web", "Other",
)  # fmt: skip
"""The service categories of FOCUS."""

LOOKUPS: dict[str, dict[str, str]] = {
    "account_names": {"account_id": "VARCHAR", "account_name": "VARCHAR"},
    "account_zones": {"account_id": "VARCHAR", "zone": "VARCHAR"},
    "price_details": {"price_id": "VARCHAR", "details": "VARCHAR"},
    "bill_ids": {"payer_id": "VARCHAR", "month": "INTEGER", "currency": "VARCHAR", "bill_id": "VARCHAR"},
    "focus_units": {"unit": "VARCHAR", "focus_unit": "VARCHAR"},
}
"""Tables that the caller puts beside `charges`, one row per key, next to `products`, `sku_names` and `months`."""

_PRICED = "category IN ('Usage', 'Purchase') AND class IS NULL"
_STATED_QUANTITY = f"try_cast(c.quantity_text AS DECIMAL(38,{QUANTITY_SCALE}))"
_OF_E6 = 10 ** (QUANTITY_SCALE - 6)
_ONE = 10**QUANTITY_SCALE
_SERVICE_NAME = (
    "coalesce(product.name, c.product_id, CASE WHEN c.line_kind IN ('round_down', 'import_remainder') "
    "THEN 'Billing' WHEN c.category = 'Tax' THEN 'Tax' ELSE 'Other charges' END)"
)


def _kept(column: str) -> str:
    return f"c.provider_columns ->> '{column}'"


def _among(value: str, allowed: Sequence[str], otherwise: str) -> str:
    names = ", ".join(f"'{name}'" for name in allowed)
    return f"CASE WHEN {value} IN ({names}) THEN {value} ELSE {otherwise} END"


_PROVIDER_OF_ORIGIN = " ".join(f"WHEN '{origin}' THEN '{name}'" for origin, name in PROVIDERS.items())
_ZONE_OF_ORIGIN = " ".join(f"WHEN '{origin}' THEN '{zone}'" for origin, zone in PROVIDER_ZONES.items())

FACTS: dict[str, str] = {
    "own": "c.origin = 'own'",
    "provider": f"CASE WHEN c.origin = 'own' THEN getvariable('issuer') ELSE coalesce({_kept('ProviderName')}, "
    f"CASE c.origin {_PROVIDER_OF_ORIGIN} ELSE c.origin END) END",
    "stated_issuer": _kept("InvoiceIssuerName"),
    "publisher": _kept("PublisherName"),
    "payer_name": f"coalesce(payer.account_name, {_kept('BillingAccountName')}, c.payer_id)",
    "account_name": f"coalesce(account.account_name, {_kept('SubAccountName')}, c.account_id)",
    "period_start": "months.from_at",
    "period_end": "months.to_at",
    "service_name": _SERVICE_NAME,
    "sku_name": "sku.name",
    "details": "price.details",
    "bill_id": "bill.bill_id",
    "stated_unit": "coalesce(units.focus_unit, c.unit)",
    "stated_e12": f"CASE WHEN c.quantity_text IS NULL OR {_STATED_QUANTITY} IS NULL "
    f"THEN c.quantity_e6::HUGEINT * {_OF_E6} "
    f"ELSE replace(cast({_STATED_QUANTITY} AS VARCHAR), '.', '')::HUGEINT END",
    "resource_type": _kept("ResourceType"),
    "region_name": _kept("RegionName"),
    "availability_zone": _kept("AvailabilityZone"),
    "commitment_type": _kept("CommitmentDiscountType"),
}
"""Layer 1: what is known about a charge `c` from the books beside it."""

PRICED: dict[str, str] = {
    "subject_to_price": _PRICED,
    # A charge without a quantity, or with a fixed amount whatever the quantity, is priced once per record.
    "per_record": f"{_PRICED} AND (stated_e12 IS NULL OR "
    "(stated_e12 = 0 AND (list_cost_e10 <> 0 OR contracted_cost_e10 <> 0)))",
    # FOCUS knows no negative price: where a charge lowers the bill its priced quantity is negative.
    "lowers": "subject_to_price AND (list_cost_e10 < 0 OR (list_cost_e10 = 0 AND contracted_cost_e10 < 0))",
    "priced_e12": f"CASE WHEN category = 'Tax' THEN NULL WHEN per_record THEN CASE WHEN lowers THEN -{_ONE} "
    f"ELSE {_ONE} END WHEN lowers AND stated_e12 > 0 THEN -stated_e12 ELSE stated_e12 END",
    "priced_unit": "CASE WHEN priced_e12 IS NULL THEN NULL WHEN per_record THEN 'Record' "
    "ELSE coalesce(stated_unit, 'Units') END",
    "consumed_e12": "CASE WHEN category <> 'Usage' OR commitment_status = 'Unused' THEN NULL "
    f"ELSE coalesce(stated_e12, {_ONE}) END",
    "consumed_unit": "CASE WHEN consumed_e12 IS NULL THEN NULL WHEN stated_e12 IS NULL THEN 'Record' "
    "ELSE coalesce(stated_unit, 'Units') END",
    "sold_sku": "CASE WHEN category = 'Tax' THEN NULL WHEN subject_to_price "
    "THEN coalesce(sku_id, price_id, product_id, service_name) ELSE sku_id END",
}
"""Layer 2: the quantity as FOCUS prices it, and what is sold. Later lines use earlier ones."""


def _unit_price(cost: str, stated: str) -> str:
    """Return the unit price at seventeen decimals: the stated one where it gives the cost, else the exact average.

    A record that crosses tiers, or whose discounted price has more than ten decimals, has no stated price that gives
    its cost (FOCUS-3). Corrections are differences of costs: they keep a stated price but get no average.
    """
    average = f"({cost}::HUGEINT * {10 ** (QUANTITY_SCALE + PRICE_SCALE - COST_SCALE)} // priced_e12)"
    given = f"({stated}::HUGEINT * {10 ** (PRICE_SCALE - 10)})"
    slack = f"({10 ** (QUANTITY_SCALE + PRICE_SCALE - COST_SCALE)} // abs(priced_e12) + 1)"
    exact = f"CASE WHEN {stated} IS NOT NULL AND abs({average} - {given}) <= {slack} THEN {given} ELSE {average} END"
    return (
        f"CASE WHEN category NOT IN ('Usage', 'Purchase') OR priced_e12 IS NULL THEN NULL "
        f"WHEN class IS NOT NULL THEN {given} "
        f"WHEN priced_e12 = 0 THEN coalesce({given}, 0) ELSE {exact} END"
    )


def _price(name: str) -> str:
    """FOCUS knows no negative unit price; a cost of the other sign than the quantity has none."""
    return f"CASE WHEN {name} >= 0 THEN {_decimal(name, PRICE_SCALE)} END"


def _decimal(value: str, scale: int) -> str:
    """Turn an integer at `scale` into a DECIMAL(38, scale), exactly: it overflows rather than rounds."""
    one = f"CAST('{'0.' + '0' * (scale - 1)}1' AS DECIMAL({scale},{scale}))"
    return f"CAST({value} AS DECIMAL(38,0)) * {one}"


def _cost(name: str) -> str:
    return f"CAST({name} AS DECIMAL(28,0)) * CAST('0.0000000001' AS DECIMAL(10,10))"


PRICES: dict[str, str] = {
    "list_price_e17": _unit_price("list_cost_e10", "list_unit_price_e10"),
    "contracted_price_e17": _unit_price("contracted_cost_e10", "contracted_unit_price_e10"),
}
"""Layer 3: the unit prices."""

_LIST_PRICE, _CONTRACTED_PRICE = _price("list_price_e17"), _price("contracted_price_e17")
_COMMITTED = f"commitment_id IS NOT NULL AND {_PRICED}"

COLUMNS: dict[str, str] = {
    "AvailabilityZone": "availability_zone",
    "BilledCost": _cost("billed_cost_e10"),
    "BillingAccountId": "payer_id",
    "BillingAccountName": "payer_name",
    "BillingAccountType": "'Payer'",
    "BillingCurrency": "currency",
    "BillingPeriodEnd": "period_end",
    "BillingPeriodStart": "period_start",
    "CapacityReservationId": "NULL::VARCHAR",
    "CapacityReservationStatus": "NULL::VARCHAR",
    "ChargeCategory": "category",
    "ChargeClass": "class",
    "ChargeDescription": """coalesce(description, CASE line_kind
        WHEN 'round_down' THEN 'Round-down of the month total to the smallest coin'
        WHEN 'import_remainder' THEN 'Remainder of the imported bill beyond ten decimals'
        WHEN 'adjustment' THEN 'Adjustment: ' || coalesce(sku_name, sku_id, service_name)
        WHEN 'correction' THEN 'Correction: ' || coalesce(sku_name, sku_id, service_name)
        ELSE coalesce(sku_name, sku_id, service_name) END)""",
    "ChargeFrequency": "CASE WHEN category = 'Usage' THEN coalesce("
    + _among("charge_frequency", ("One-Time", "Recurring", "Usage-Based"), "NULL")
    + ", 'Usage-Based') ELSE coalesce("
    + _among("charge_frequency", ("One-Time", "Recurring"), "NULL")
    + ", 'One-Time') END",
    "ChargePeriodEnd": "coalesce(charge_end, period_end)",
    "ChargePeriodStart": "coalesce(charge_start, period_start)",
    "CommitmentDiscountCategory": "CASE WHEN commitment_id IS NOT NULL THEN coalesce(commitment_category, 'Usage') END",
    "CommitmentDiscountId": "commitment_id",
    "CommitmentDiscountName": "NULL::VARCHAR",
    "CommitmentDiscountQuantity": f"CASE WHEN {_COMMITTED} THEN {_decimal('priced_e12', QUANTITY_SCALE)} END",
    "CommitmentDiscountStatus": "CASE WHEN commitment_id IS NOT NULL AND category = 'Usage' "
    "THEN coalesce(commitment_status, 'Used') END",
    "CommitmentDiscountType": "CASE WHEN commitment_id IS NOT NULL THEN coalesce(commitment_type, "
    "CASE commitment_category WHEN 'Spend' THEN 'Savings Plan' ELSE 'Reservation' END) END",
    "CommitmentDiscountUnit": f"CASE WHEN {_COMMITTED} THEN priced_unit END",
    "ConsumedQuantity": _decimal("consumed_e12", QUANTITY_SCALE),
    "ConsumedUnit": "consumed_unit",
    "ContractedCost": _cost("contracted_cost_e10"),
    "ContractedUnitPrice": _CONTRACTED_PRICE,
    "EffectiveCost": _cost("effective_cost_e10"),
    "InvoiceId": "coalesce(CASE WHEN own THEN bill_id ELSE invoice_id END, "
    "'provisional-' || origin || '-' || billing_month)",
    "InvoiceIssuerName": "CASE WHEN own OR billed_cost_e10 <> 0 THEN provider "
    "ELSE coalesce(stated_issuer, provider) END",
    "ListCost": _cost("list_cost_e10"),
    "ListUnitPrice": _LIST_PRICE,
    "PricingCategory": "CASE WHEN category = 'Tax' THEN NULL WHEN category IN ('Usage', 'Purchase') THEN "
    "CASE WHEN pricing_category IS NULL THEN CASE WHEN commitment_id IS NOT NULL AND category = 'Usage' "
    "THEN 'Committed' ELSE 'Standard' END "
    "WHEN pricing_category IN ('Standard', 'Dynamic', 'Committed', 'Other') THEN pricing_category "
    "WHEN pricing_category = 'On-Demand' THEN 'Standard' ELSE 'Other' END END",
    "PricingCurrency": "currency",
    "PricingCurrencyContractedUnitPrice": _CONTRACTED_PRICE,
    "PricingCurrencyEffectiveCost": _cost("effective_cost_e10"),
    "PricingCurrencyListUnitPrice": _LIST_PRICE,
    "PricingQuantity": _decimal("priced_e12", QUANTITY_SCALE),
    "PricingUnit": "priced_unit",
    "ProviderName": "provider",
    "PublisherName": "coalesce(publisher, provider)",
    "RegionId": "region",
    "RegionName": "CASE WHEN region IS NOT NULL THEN coalesce(region_name, region) END",
    "ResourceId": "resource_id",
    "ResourceName": "CASE WHEN resource_id IS NOT NULL THEN resource_name END",
    "ResourceType": "CASE WHEN resource_id IS NOT NULL THEN coalesce(resource_type, service_name) END",
    "ServiceCategory": "focus_category",
    "ServiceName": "service_name",
    "ServiceSubcategory": "focus_subcategory",
    "SkuId": "sold_sku",
    "SkuMeter": "CASE WHEN sold_sku IS NOT NULL THEN coalesce(sku_name, sold_sku) END",
    "SkuPriceDetails": "CASE WHEN sold_sku IS NOT NULL AND price_id IS NOT NULL THEN details END",
    "SkuPriceId": "CASE WHEN sold_sku IS NULL THEN NULL WHEN subject_to_price THEN coalesce(price_id, sold_sku) "
    "ELSE price_id END",
    "SubAccountId": "account_id",
    "SubAccountName": "account_name",
    "SubAccountType": "CASE WHEN account_id IS NOT NULL THEN 'Account' END",
    "Tags": "tags",
}
"""The 57 columns of FOCUS 1.2, in alphabetical order: column → SQL over the layers."""

_INSTANTS = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
_DECIMALS = tuple(name for name in COLUMNS if name.endswith(("Cost", "Quantity", "UnitPrice")))

_JOINS = f"""
    FROM charges c
    LEFT JOIN account_names payer ON payer.account_id = c.payer_id
    LEFT JOIN account_names account ON account.account_id = c.account_id
    LEFT JOIN account_zones zoned ON zoned.account_id = c.payer_id AND c.origin = 'own'
    LEFT JOIN products product ON product.product_id = c.product_id AND c.origin = 'own'
    LEFT JOIN sku_names sku ON sku.sku_id = c.sku_id AND c.origin = 'own'
    LEFT JOIN price_details price ON price.price_id = c.price_id
    LEFT JOIN bill_ids bill ON bill.payer_id = c.payer_id AND bill.month = c.billing_month
        AND bill.currency = c.currency AND c.origin = 'own'
    LEFT JOIN focus_units units ON units.unit = c.unit
    LEFT JOIN months ON months.month = c.billing_month AND months.zone = CASE WHEN c.origin = 'own'
        THEN coalesce(zoned.zone, '{DEFAULT_ZONE}')
        ELSE CASE c.origin {_ZONE_OF_ORIGIN} ELSE 'UTC' END END"""

SERVICES = f"""
    CREATE OR REPLACE TEMP TABLE services AS
    SELECT service_name, focus_category, CASE WHEN categories = 1 AND subcategories = 1 AND stated IS NOT NULL
        THEN stated ELSE 'Other (' || focus_category || ')' END AS focus_subcategory
    FROM (
        SELECT service_name, count(DISTINCT category) AS categories,
            coalesce(min(category) FILTER (WHERE category <> 'Other'), 'Other') AS focus_category,
            count(DISTINCT coalesce(subcategory, '')) AS subcategories, min(subcategory) AS stated
        FROM (
            SELECT DISTINCT {_SERVICE_NAME} AS service_name, {_kept("ServiceSubcategory")} AS subcategory,
                {_among("coalesce(product.service_category, c.service_category)", CATEGORIES, "'Other'")} AS category
            FROM charges c LEFT JOIN products product ON product.product_id = c.product_id AND c.origin = 'own'
        ) GROUP BY service_name
    )"""
"""Each service with its one category and subcategory: FOCUS wants one of each for a service name (FOCUS-5)."""


def charges_sql(
    files: Mapping[int, Sequence[str]], *, seen: bool = False, beside: Sequence[str] = (), payer: str | None = None
) -> str:
    """Return the view `charges`: all columns of tables.IMPORTED and `billing_month`, over files by billing month.

    `beside`: SELECTs of rows that stand in no file. With `seen` only those whose account or payer is in the table
    `seen` (account_id VARCHAR); with `payer` only what this one pays.
    """
    parts = ["SELECT *, NULL::INTEGER AS billing_month FROM no_charges"]
    for month, paths in sorted(files.items()):
        names = ", ".join(literal(path) for path in paths)
        parts.append(f"SELECT *, {month} AS billing_month FROM read_parquet([{names}], union_by_name = true)")
    shape = f"CREATE OR REPLACE TEMP TABLE no_charges ({typed_columns(IMPORTED)})"
    whole = " UNION ALL BY NAME ".join((*parts, *beside))
    told = ", ".join(f"{sql} AS {name}" for name, sql in COMMITTED.items())
    where = ""
    if payer:
        where = f" WHERE payer_id = {literal(payer)}"
    elif seen:
        where = " WHERE account_id IN (SELECT account_id FROM seen) OR payer_id IN (SELECT account_id FROM seen)"
    return f"{shape}; CREATE OR REPLACE TEMP VIEW charges AS SELECT * REPLACE ({told}) FROM ({whole}){where}"


def export_sql() -> str:
    """Return the SELECT of the 57 columns with proper types over `charges`, the lookups and `services`.

    The session variable `issuer` names who issues our bills. Costs are DECIMAL(38,10), unit prices DECIMAL(38,17),
    quantities DECIMAL(38,12), times TIMESTAMP WITH TIME ZONE (the session's zone must be UTC), all else VARCHAR.
    """
    facts = ", ".join(f"{sql} AS {name}" for name, sql in FACTS.items())
    given = ", ".join(f'c."{name}"' for name in IMPORTED)
    priced = ", ".join(f"{sql} AS {name}" for name, sql in PRICED.items())
    prices = ", ".join(f"{sql} AS {name}" for name, sql in PRICES.items())
    columns = ", ".join(f'{_typed(name, sql)} AS "{name}"' for name, sql in COLUMNS.items())
    return (
        f"SELECT {columns} FROM (SELECT *, {prices} FROM (SELECT *, {priced} FROM "
        f"(SELECT {given}, c.billing_month, {facts} {_JOINS}))) LEFT JOIN services USING (service_name)"
    )


def _typed(name: str, sql: str) -> str:
    return f"CAST({sql} AS TIMESTAMPTZ)" if name in _INSTANTS else sql


def text_sql(typed: str) -> str:
    """Turn the typed SELECT into one of texts for CSV: UTC times with `Z`, plain decimals without exponent."""
    columns = ", ".join(f'{_text(name)} AS "{name}"' for name in COLUMNS)
    return f"SELECT {columns} FROM ({typed})"


def _text(name: str) -> str:
    if name in _INSTANTS:
        return f"strftime(CAST(\"{name}\" AS TIMESTAMP), '%Y-%m-%dT%H:%M:%SZ')"
    if name in _DECIMALS:
        # One zero stays after the point, so that a reader that guesses types sees a decimal in every row.
        short = f"rtrim(CAST(\"{name}\" AS VARCHAR), '0')"
        return f"CASE WHEN ends_with({short}, '.') THEN {short} || '0' ELSE {short} END"
    return f'"{name}"'
