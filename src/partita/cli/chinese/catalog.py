"""The Chinese pages of the commands for the catalogue and quotes. Owns words only."""

from __future__ import annotations

_FOLDER = "价目文件夹。"
_LIMIT = "显示的行数；0 表示全部。"

CATALOG: dict[str, tuple[str, dict[str, str]]] = {
    "catalog validate": (
        (
            "检查文件夹中的价目是否自洽、是否与账簿一致；不作任何更改。\n\n"
            "文件为 products、skus、prices、subscription_prices、promotions（.csv 或 .yaml），可只有其中一部分。"
            "每处错误均指明文件、行与列。"
        ),
        {"folder": _FOLDER},
    ),
    "catalog diff": (
        "列出文件夹中的价目会改变什么：每个新价格及其之前生效的价格。",
        {"folder": _FOLDER, "limit": _LIMIT},
    ),
    "catalog try": (
        (
            "试算文件夹中的新价格在某账期会使谁多付或少付多少，精确到最后一位小数；不作任何更改。\n\n"
            "以原价格和新价格分别为该账期的全部用量计价，新价格视为整月生效。"
        ),
        {
            "folder": _FOLDER,
            "what": "试算什么。",
            "what.month": "账期，例如 2026-10；默认上月。",
            "what.at": "试算在该日或该时刻生效的价格；默认为最后一个新价格生效之时。",
            "what.by": "分组：payer（付款方）、account（账号）、product（产品）、sku，可用逗号分隔多个。",
            "what.limit": _LIMIT,
        },
    ),
    "catalog apply": (
        "把文件夹中的价目记入账簿：要么全部，要么全不。相同的文件夹再次执行不作更改。\n\n何人、何时、因何变更均留存于账簿。",
        {"folder": _FOLDER, "reason": "原因，留存于历史。"},
    ),
    "catalog show": (
        "查看价目；或查看一个 SKU 过去、现在与将来的全部价格，以及由谁记录。",
        {"sku": "SKU；默认显示全部产品、活动与最近的变更。"},
    ),
    "catalog prices": (
        "列出现在或其他时刻生效的价格：catalog prices --product compute --region cn-east。",
        {
            "which": "哪些价格。",
            "which.product": "产品。",
            "which.sku": "SKU。",
            "which.region": "地域。",
            "which.currency": "币种。",
            "which.way": "计费方式：usage（用量）、month（包月）或 year（包年）。",
            "which.on": "某日或某时刻；默认现在。",
            "which.limit": _LIMIT,
        },
    ),
    "catalog import": (
        (
            "把公开的价目表写成价目文件夹：catalog import pricing.json prices --currency USD --from 2026-01-01。\n\n"
            "文件为 apache-libcloud 价目文件的 JSON 形式。不会写入账簿：请先查看文件夹，再执行 catalog apply。"
            "价格逐字读取；超过十位小数的会略去并计数。"
        ),
        {
            "file": "价目表文件。",
            "folder": "要写入的新文件夹。",
            "listed": "价目表本身未说明的内容。",
            "listed.currency": "价目表的币种。",
            "listed.start": "价格自何日或何时刻起生效。",
            "listed.without_free": "略去价格为零的规格。",
        },
    ),
    "quote": (
        (
            "询价：账号现在下单的费用，以及由哪些资金支付：quote acme vm.large*2=1y disk=3m。\n\n"
            "逐项列明活动、折扣、优惠券与代金券，未使用的说明原因。只是询价，不使用也不保存。"
            "加 --usage 时各行为按量付费的用量：quote acme --usage traffic=500。"
        ),
        {
            "account": "账号。",
            "lines": "订单行：SKU*数量=时长（m 为月，y 为年），数量可省略；加 --usage 时为 SKU=用量。",
            "usage": "按量付费询价。",
            "wishes": "如何购买。",
            "wishes.on": "订单类型：purchase（新购）、renew（续费）或 upgrade（升配）。",
            "wishes.refundable": "不使用购买后不可退款的活动。",
            "wishes.no_coupon": "不使用优惠券。",
        },
    ),
}
