"""The Chinese pages of the commands for resource packages and savings plans. Owns words only."""

from __future__ import annotations

_KEY = "订单幂等令牌：相同令牌不会重复开通。"
_COMMITMENT = "资源包（pkg_…）或节省计划（plan_…）。"
_PRICE = "价格；默认为赠送。"
_STATED = "运营方议定的价格，立即支付；0 为赠送。默认按目录价下单。"

COMMITMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "package grant": (
        (
            "为账号开通资源包：package grant acme pack 1000 vm.small,vm.large*4 --for 3 --key p-1。\n\n"
            "由运营方按议定价格开通，价款按瀑布次序立即支付，需审批时在审批后支付；无价格则为赠送。"
            "客户按目录订购资源包：order buy。抵扣列出的 SKU，可注明每单位抵扣多少额度（默认 1）。"
        ),
        {
            "account": "账号。",
            "sku": "资源包自身的 SKU。",
            "quota": "总量：周期恒定为每周期总量。",
            "covers": "可抵扣的 SKU，以逗号分隔。",
            "terms": "令牌、期限、价格与生效时间。",
            "terms.key": _KEY,
            "terms.months": "月数。",
            "terms.price": _PRICE,
            "terms.each": "按小时、天或月重置；默认为总量递减。",
            "terms.start": "生效日期或时刻，最晚六个月后；默认立即生效。",
            "terms.regions": "仅抵扣这些区域，以逗号分隔；默认全部。",
        },
    ),
    "package renew": (
        "自到期起以相同总量续费资源包：package renew pkg_01 --for 3 --key p-2。\n\n按目录价下单，以 order pay 支付。",
        {"package": "资源包；其升级一并续费。", "key": _KEY, "months": "月数。", "price": _STATED},
    ),
    "package upgrade": (
        "自现在起至到期增加资源包总量：package upgrade pkg_01 500 --key p-3。\n\n按目录价下单，以 order pay 支付。",
        {"package": "资源包。", "more": "增加的总量。", "key": _KEY, "price": _STATED},
    ),
    "package list": ("列出账号的资源包：剩余、到期与共享。", {"account": "账号。"}),
    "plan buy": (
        (
            "为账号按目录订购节省计划，每小时承诺消费：plan buy acme plan-vm 95 --for 1 --pay half --key s-1。\n\n"
            "与其他订单一样审批与支付；审批的是全部承诺金额。支付后的下一整点生效。"
        ),
        {
            "account": "账号。",
            "sku": "节省计划的 SKU；计划价见 catalog show。",
            "commitment": "每小时承诺消费，以账号币种计。",
            "terms": "令牌、期限、预付比例与生效时间。",
            "terms.key": "幂等令牌：相同令牌不会重复下单。",
            "terms.years": "1 年或 3 年。",
            "terms.pay": "预付比例：all 全预付、half 半预付、none 零预付。",
            "terms.start": "生效日期或时刻，最晚六个月后；默认支付后生效。",
        },
    ),
    "plan grant": (
        (
            "为账号开通每小时承诺消费的节省计划：plan grant acme plan-1y 9.5 vm@4.75 --key s-1。\n\n"
            "承诺以内的用量按计划价计费；未用的承诺照常收取，超出部分按原价。预付部分按瀑布次序立即支付。"
        ),
        {
            "account": "账号。",
            "sku": "节省计划自身的 SKU。",
            "commitment": "每小时承诺消费，以账号币种计。",
            "rates": "各 SKU 的单位计划价，以逗号分隔。",
            "terms": "令牌、期限、价格与生效时间。",
            "terms.key": _KEY,
            "terms.years": "1 年或 3 年。",
            "terms.pay": "预付比例：all 全预付、half 半预付、none 零预付。",
            "terms.start": "生效日期或时刻；默认下一整点。",
            "terms.regions": "仅抵扣这些区域，以逗号分隔；默认全部。",
            "terms.gift": "预付部分为赠送。",
        },
    ),
    "plan list": ("列出账号的节省计划：每小时承诺、到期与共享。", {"account": "账号。"}),
    "deduct share": (
        "自现在起把资源包或节省计划共享给同一付款方的账号：deduct share pkg_01 acme-web，或 all 表示全部。",
        {"commitment": _COMMITMENT, "member": "账号，或 all。", "stop": "不再共享。"},
    ),
    "deduct skip": (
        "设置跳过规则：不抵扣某 SKU、某账号或两者同时的用量：deduct skip plan_01 --sku vm.gpu。",
        {
            "commitment": _COMMITMENT,
            "sku": "跳过的 SKU；默认任意。",
            "account": "跳过的账号；默认任意。",
            "stop": "不再跳过。",
        },
    ),
    "deduct end": (
        "立即终止资源包或节省计划：不再抵扣，也不再收费。不退款；退订资源包请用 order unsubscribe。",
        {"commitment": _COMMITMENT, "reason": "原因，留存于历史。"},
    ),
    "deduct log": (
        "按计费时间列出账期内的抵扣明细：deduct log 2026-10 --account acme。",
        {
            "month": "账期，已批价或已关账。",
            "account": "仅此账号的用量。",
            "commitment": "仅此资源包或节省计划。",
            "limit": "显示条数；总数另行说明。",
        },
    ),
    "deduct utilisation": (
        "查看资源包与节省计划在已结束周期中的使用率，以及本周期已用：deduct utilisation 2026-10。",
        {"months": "账期；默认全部。", "account": "仅此账号的。"},
    ),
    "deduct coverage": (
        "查看用量被抵扣的比例，按用量与目录价：deduct coverage 2026-10。",
        {"months": "账期；默认全部。", "account": "仅此账号付款的用量。"},
    ),
}
