"""Alibaba Cloud bill exported to OSS: 41 columns with a Chinese header.

Owns the mapping. 应付金额 is the cost. Cash, vouchers (代金券), prepaid cards (储值卡) and what is outstanding
(欠费) say how it was paid: they are kept beside the charge and never counted as cost, but payable = cash + voucher
+ card + outstanding is checked in each row. 账期 is a month of UTC+8, times without
a zone are UTC+8. The file states no currency:
CNY, unless the caller says otherwise. GB18030, as spreadsheets in China write it, is read as well as UTF-8.
Source: focus-and-bills.md 7.5, enterprise-finance.md B6. Rules: IMPORT-1 … IMPORT-6, IMPORT-9.
"""

from __future__ import annotations

from partita.formats.bill_format import BillFormat, Column, Kind, lookup

_SERVICES = {
    "ecs": "Compute", "eci": "Compute", "cs": "Compute", "ack": "Compute", "fc": "Compute", "oss": "Storage",
    "nas": "Storage", "disk": "Storage", "yundisk": "Storage", "rds": "Databases", "polardb": "Databases",
    "kvstore": "Databases", "redis": "Databases", "dds": "Databases", "ots": "Databases", "ads": "Analytics",
    "odps": "Analytics", "maxcompute": "Analytics", "slb": "Networking", "eip": "Networking", "cdn": "Networking",
    "vpc": "Networking", "cbwp": "Networking", "nat": "Networking", "dns": "Networking", "ons": "Integration",
    "mns": "Integration", "sls": "Management and Governance", "cms": "Management and Governance", "kms": "Security",
    "waf": "Security", "sas": "Security", "learn": "AI and Machine Learning", "pai": "AI and Machine Learning",
}  # fmt: skip
_PAYMENTS = ("现金支付", "代金券抵扣", "储值卡支付金额", "欠费金额")
_TEXTS = (
    "财务单元", "账号", "产品Code", "产品", "产品明细Code", "产品明细", "消费类型", "服务时长",
    "订单号/账单号", "账单类型", "计费方式", "实例ID", "实例昵称", "资源组", "实例标签", "实例规格", "地域", "可用区",
    "计费项", "单价单位", "用量单位", "资源包抵扣",
)  # fmt: skip

_UTC8 = "INTERVAL 8 HOUR"
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d",
)  # fmt: skip
_WITH_ZONE = r".*:\d\d(\.\d+)? ?(Z|z|[-+]\d\d(:?\d\d)?)"

ALIBABA = BillFormat(
    name="alibaba",
    title=("Alibaba Cloud bill (OSS export)", "阿里云账单（OSS 导出）"),
    columns=(
        Column("应付金额", Kind.AMOUNT, required=True),
        Column("账号ID", Kind.ID, required=True),
        Column("账期", Kind.MONTH, required=True),
        Column("原价", Kind.AMOUNT),
        Column("优惠金额", Kind.AMOUNT),
        Column("优惠券抵扣", Kind.AMOUNT),
        *(Column(name, Kind.AMOUNT) for name in _PAYMENTS),
        *(Column(name, Kind.TIME) for name in ("消费时间", "账单开始时间", "账单结束时间")),
        *(Column(name, Kind.QUANTITY) for name in ("用量", "单价")),
        Column("Owner账号", Kind.ID),
        *(Column(name, required=name in {"产品Code", "账单类型"}) for name in _TEXTS),
    ),
    cost='"应付金额"',
    default_currency="CNY",
    payer='id_text("账号ID")',
    payer_column="账号ID",
    month='month_of_digits("账期")',
    month_column="账期",
    instant=f"""coalesce(TRY_STRPTIME(x, [{", ".join(repr(form) for form in _FORMS)}]) - {_UTC8},
        CASE WHEN regexp_full_match(x, '{_WITH_ZONE}') THEN CAST(TRY_CAST(x AS TIMESTAMPTZ) AS TIMESTAMP) END)""",
    time_says=(
        "such as 2026-10-01, 2026-10-01 08:00:00, 2026/10/1 8:00, 20261001, or with a zone 2026-10-01T00:00:00Z",
        "例如 2026-10-01、2026-10-01 08:00:00、2026/10/1 8:00、20261001，或带时区的 2026-10-01T00:00:00Z",
    ),
    encodings=("utf-8", "gb18030"),
    macros={
        "service_category(x)": lookup(_SERVICES, "Other"),
        # spreadsheets guard long ids with a tab or an apostrophe
        "id_text(x)": "trim(x, chr(9) || ' ''')",
        "tags_of_words(x)": """tags_of_entries(list_transform(
            regexp_extract_all(x, 'key:[^;]*? value:[^;]*'),
            lambda pair: {'key': trim(regexp_extract(pair, '^key:(.*?) value:', 1)),
                          'value': trim(regexp_extract(pair, '^key:.*? value:(.*)$', 1))}))""",
    },
    tags_of="实例标签",
    mapping={
        "category": """CASE
            WHEN contains("账单类型", '调账') OR "账单类型" = 'Adjustment' THEN 'Adjustment'
            WHEN contains("账单类型", '退款') OR "账单类型" = 'Refund' THEN 'Adjustment'
            WHEN contains("账单类型", '订单') OR "账单类型" = 'SubscriptionOrder'
                OR one_of("消费类型", '预付费', '包年包月')
            THEN 'Purchase' ELSE 'Usage' END""",
        "class": """CASE WHEN contains("账单类型", '退款') OR "账单类型" = 'Refund' THEN 'Correction' END""",
        "account_id": 'id_text(coalesce("Owner账号", "账号ID"))',
        "product_id": '"产品Code"',
        "sku_id": """concat_ws('/', "产品明细Code", "计费项")""",
        "charge_start": 'coalesce(instant("账单开始时间"), instant("消费时间"), month_start("账期") - INTERVAL 8 HOUR)',
        "charge_end": 'instant("账单结束时间")',
        "quantity_e6": 'e6("用量")',
        "quantity_text": '"用量"',
        "unit": '"用量单位"',
        "list_unit_price_e10": 'price_e10("单价")',
        "list_cost_e10": 'e10(coalesce("原价", "应付金额"))',
        "contracted_cost_e10": 'e10(coalesce("原价", "应付金额")) - coalesce(e10("优惠金额"), 0)',
        "effective_cost_e10": 'e10("应付金额")',
        "resource_id": '"实例ID"',
        "resource_name": '"实例昵称"',
        "region": '"地域"',
        "tags": 'tags_of_words("实例标签")',
        "description": '"产品明细"',
        "service_category": 'service_category("产品Code")',
        "charge_frequency": """CASE WHEN one_of("消费类型", '预付费', '包年包月') THEN 'One-Time'
            ELSE 'Usage-Based' END""",
        "pricing_category": "'Standard'",
        "invoice_id": '"订单号/账单号"',
    },
    kept=(
        "账期",
        "财务单元",
        "账号",
        "产品",
        "消费类型",
        "账单类型",
        "计费方式",
        "服务时长",
        "资源组",
        "实例规格",
        "可用区",
        "单价单位",
        "资源包抵扣",
        "优惠金额",
        "优惠券抵扣",
        *_PAYMENTS,
    ),
    identity='e10("应付金额") = ' + " + ".join(f'coalesce(e10("{name}"), 0)' for name in _PAYMENTS),
    identity_says=(
        "payable = cash + voucher + card + outstanding",
        "应付金额 = 现金支付 + 代金券抵扣 + 储值卡支付金额 + 欠费金额",
    ),
)
