"""The Chinese pages of the commands for vouchers and coupons. Owns words only."""

from __future__ import annotations

_ENTERPRISE = "企业；只有一个企业时可省略。"
_KEYS = (
    "expiry（先到期者先用）、dedicated（专用先于通用）、balance（余额大者先用）、issue（先发放者先用）；重要者在前。"
)
_MOVE_KEY = "幂等键；不给时，同一天相同的金额只执行一次。"


def _terms(what: str, occasions: str, stacks: str) -> dict[str, str]:
    return {
        "name": "模板名称。",
        "kind": "cash（现金券）、threshold（满减券）或 percentage（折扣券）。",
        "amount": "金额；折扣券为上限。",
        "terms": "条款。",
        "terms.minimum": "适用范围内的最低消费。",
        "terms.percent": f"折扣券{what}的百分比，例如 30。",
        "terms.only": "仅限这些产品。",
        "terms.excluding": "不含这些产品。",
        "terms.accounts": "仅限这些账号。",
        "terms.tags": "须带有的标签，例如 team=web。",
        "terms.on": occasions,
        "terms.stacks": f"是否可与其他券叠加；默认{stacks}。",
        "terms.start": "有效期首日或起始时刻；默认自发放起。",
        "terms.until": "有效期末日（含当日）或截止时刻。",
        "terms.days": "有效天数，与 --until 二者择一。",
        "terms.title": "显示名称。",
        "terms.enterprise": _ENTERPRISE,
    }


VOUCHERS: dict[str, tuple[str, dict[str, str]]] = {
    "voucher template": (
        (
            "定义代金券模板：voucher template spring cash 100.00 --only compute --until 2026-12-31。\n\n"
            "cash 现金券用完为止；threshold 满减券满足 --minimum 后一次抵扣其金额；"
            "percentage 折扣券一次抵扣应付的 --percent，金额为上限。模板一经定义不可更改。多个名称以逗号分隔。"
        ),
        _terms("抵扣", "用途：pay-as-you-go（月账单）、purchase、renew、resize；默认全部。", "可以"),
    ),
    "voucher templates": ("列出代金券模板。", {"enterprise": _ENTERPRISE}),
    "voucher priority": (
        "设置代金券的使用次序：voucher priority expiry dedicated。自设置时起生效。",
        {"keys": _KEYS, "enterprise": _ENTERPRISE},
    ),
    "voucher issue": (
        (
            "按模板向账号发放代金券：voucher issue spring acme，或 voucher issue spring acme 50.00。\n\n"
            "只有现金券模板可指定金额。每个幂等键只发放一次；不给 --key 时，同一天相同的内容只发放一次。"
        ),
        {
            "template": "模板。",
            "account": "账号。",
            "amount": "金额；默认按模板。",
            "from_pool": "由该账号的额度池制券，而不是新发放。",
            "key": "幂等键。",
        },
    ),
    "voucher grant-pool": (
        (
            "授予主账号代金券额度池：voucher grant-pool acme 10000.00。\n\n"
            "每个幂等键只执行一次；不给 --key 时，同一天相同的金额和参考只执行一次。"
        ),
        {"account": "主账号。", "amount": "金额。", "reference": "参考，例如合同号。", "key": "幂等键。"},
    ),
    "voucher share": (
        (
            "把代金券（vch_…）的一部分或全部余额共享给子账号：voucher share vch_… shop 40.00。\n\n"
            "适用于财务管理的子账号；财务托管时主账号的代金券无需共享即可抵扣其费用。"
        ),
        {"voucher": "代金券编号。", "member": "子账号。", "amount": "金额；默认全部余额。", "key": _MOVE_KEY},
    ),
    "voucher take-back": (
        "从子账号收回代金券的一部分或全部余额，关联解除后也可收回。",
        {"voucher": "代金券编号。", "member": "子账号。", "amount": "金额；默认全部余额。", "key": _MOVE_KEY},
    ),
    "voucher expire": (
        (
            "把失效的代金券余额入账：已到期且最后账期已出账的，以及只能用一次且已使用的。\n\n"
            "建议每天运行，可随时重复运行。已到期的代金券会等到最后账期出账后再失效。"
        ),
        {},
    ),
    "voucher list": ("按使用次序列出账号的代金券，以及额度池余额。", {"account": "账号。"}),
    "coupon template": (
        (
            "定义优惠券模板：coupon template new10 percentage 500.00 --percent 10 --on purchase --days 30。\n\n"
            "cash 减免其金额；threshold 满足 --minimum 后减免其金额；percentage 减免 --percent，金额为上限。"
            "一张优惠券只减免一个订单。模板一经定义不可更改。多个名称以逗号分隔。"
        ),
        _terms("减免", "订单类型：purchase、renew、resize；默认全部。", "不可以"),
    ),
    "coupon templates": ("列出优惠券模板。", {"enterprise": _ENTERPRISE}),
    "coupon priority": (
        "设置优惠券的使用次序：coupon priority balance expiry。自设置时起生效。",
        {"keys": _KEYS, "enterprise": _ENTERPRISE},
    ),
    "coupon issue": (
        "按模板向账号发放优惠券：coupon issue new10 acme。",
        {"template": "模板。", "account": "账号。", "key": "幂等键；不给时，同一模板每天向同一账号只发放一次。"},
    ),
    "coupon list": ("按使用次序列出账号的优惠券。", {"account": "账号。"}),
    "coupon quote": (
        (
            "试算账号的订单使用优惠券后的金额：coupon quote acme compute=1200.00 storage=300.00。\n\n"
            "只是试算，不使用优惠券，也不保存。"
        ),
        {
            "account": "账号。",
            "lines": "订单行：产品=金额；带标签的写成 产品=金额:键=值。",
            "on": "订单类型：purchase、renew 或 resize。",
        },
    ),
}
