"""The Chinese pages of the commands for orders, approval and subscriptions. Owns words only."""

from __future__ import annotations

_KEY = "幂等令牌：相同令牌不会重复下单。"
_COUPON = {
    "coupon": "优惠券。",
    "coupon.coupon": "使用的优惠券；默认选用最优惠的一张。",
    "coupon.no_coupon": "不使用优惠券。",
}
_LINES = "订单行：SKU*数量=时长#资源；数量与资源可省略。"
_REASON = "理由，留存于历史。"

ORDERS: dict[str, tuple[str, dict[str, str]]] = {
    "order buy": (
        (
            "为账号新购包年包月与资源包：order buy acme vm.large*2=1y pack=3m --key req-1。\n\n"
            "每行为 SKU、数量、购买的月数（m）或年数（y）及资源。订单为未支付，以 order pay 支付。"
            "运营方可指定每期价格：vm.large=1y@900.00。"
        ),
        {
            "account": "账号。",
            "lines": _LINES,
            "key": _KEY,
            "start": "资源包的生效日期或时刻，最晚六个月后；默认支付后生效。",
            **_COUPON,
        },
    ),
    "order convert": (
        (
            "把按量付费的资源转为包年包月：order convert acme vm.large=1y#i-1 --key req-2。\n\n"
            "支付后该 SKU 的用量不再计费。反向转换为 order unsubscribe --to-usage。"
        ),
        {"account": "账号。", "lines": _LINES, "key": _KEY, **_COUPON},
    ),
    "order renew": (
        (
            "续费同一账号的包年包月实例：order renew sub_1 sub_2 --terms 1y --key req-3。\n\n"
            "设有统一到期日（subscription expiry-day）时，续至该日，零头天数按秒计价。"
        ),
        {"subscriptions": "包年包月实例 sub_…。", "terms": "月数（m）或年数（y）。", "key": _KEY, **_COUPON},
    ),
    "order resize": (
        (
            "升降配：order resize sub_1 --sku vm.xlarge --quantity 1 --key req-4。\n\n"
            "升配产生待支付订单；降配立即退回剩余时长的差额。"
        ),
        {
            "subscription": "包年包月实例。",
            "to": "新配置。",
            "to.sku": "SKU；默认不变。",
            "to.quantity": "数量；默认（0）不变。",
            "to.terms": "运营方指定的价格，例如 1y@900.00；默认按价目。",
            "key": _KEY,
            **_COUPON,
        },
    ),
    "order unsubscribe": (
        (
            "退订：剩余金额原路退回。可先以 --dry-run 试算。\n\n"
            "优惠券与代金券不退；新购五天内每年一次可全额退订。资源包退回未使用部分。"
        ),
        {
            "subscription": "包年包月实例或资源包（pkg_…）。",
            "key": _KEY,
            "renewals_only": "只退尚未生效的续费。",
            "to_usage": "资源继续使用，改为按量付费。",
        },
    ),
    "order pay": (
        "以付款账号的资金支付订单：代金券、储值卡、各账本、现金，不足部分使用信控。",
        {"order": "订单。", "online": "不足部分通过支付网关收取，到账后自动支付订单。"},
    ),
    "order cancel": ("取消未支付的订单。", {"order": "订单。", "reason": _REASON}),
    "order expire": ("记录逾期未支付的订单；供定时任务使用，再次运行不会有变化。", {}),
    "order list": ("列出账号的订单及其付款的订单，最新在前。", {"account": "账号。"}),
    "order show": ("查看订单：订单行、审批、状态变化与支付明细。", {"order": "订单。"}),
    "subscription list": (
        "列出账号的包年包月实例及其付款的实例，先到期者在前。",
        {"account": "账号。", "every": "包括已结束的实例。"},
    ),
    "subscription show": (
        "查看包年包月实例：状态、历次变更、按月摊销与续费尝试。",
        {"subscription": "包年包月实例。"},
    ),
    "subscription auto": (
        (
            "设置自动续费：subscription auto sub_1 --terms 1y；以 --off 关闭。\n\n"
            "到期前九天起每天 08:00 后尝试，直至释放。"
        ),
        {
            "subscription": "包年包月实例。",
            "terms": "每次续费的月数（m）或年数（y）；默认 1m。",
            "off": "手动续费，到期前提醒。",
            "not_renewed": "到期不续费，只提醒一次。",
        },
    ),
    "subscription expiry-day": (
        "设置账号续费的统一到期日：subscription expiry-day acme 15。",
        {"account": "账号。", "day": "1 至 31；当月没有该日时为月末。", "take_back": "取消统一到期日。"},
    ),
    "subscription refund-policy": (
        "设置产品的退订规则：subscription refund-policy compute --ladder 3=0.95,12=0.85。",
        {
            "product": "产品。",
            "no_five_day": "不适用五天无理由全额退订。",
            "ladder": "已使用时长满若干月时的计价折扣；默认按订单折扣。",
        },
    ),
    "subscription run": ("执行到期事项：自动续费、提醒、宽限后停机、保留期满后释放；供定时任务使用。", {}),
    "approval policy": (
        (
            "设置企业的订单审批策略，对此后的订单生效；角色按所写次序审批。\n\n"
            "approval policy above-limit:10000.00=procurement,finance new-contract=legal "
            "product:gpu+hpc=finance over-budget:50000.00=finance --enterprise acme-group："
            "超过限额、首次购买的产品、指定产品、超出账号当月预算。金额以企业币种计。"
        ),
        {"rules": "规则：原因:内容=角色,角色。", "enterprise": "企业。", "take_back": "不再需要审批。"},
    ),
    "approval show-policy": ("查看企业的订单审批策略。", {"enterprise": "企业。"}),
    "approval list": ("列出账号及其付款的订单中待审批者。", {"account": "账号。"}),
    "approval approve": ("以轮到的角色同意订单。", {"order": "订单。", "reason": _REASON}),
    "approval reject": ("以轮到的角色驳回订单，订单随即取消。", {"order": "订单。", "reason": _REASON}),
    "approval delegate": (
        (
            "将自己的角色委托给另一用户，自现在起至某日或某时刻；截止为现在即撤回。须加 --as。\n\n"
            "approval delegate finance wang --enterprise acme-group --until 2026-12-31 --as li"
        ),
        {
            "role": "角色。",
            "to": "受托用户。",
            "enterprise": "具有该角色的企业。",
            "until": "末日（含当日）或截止时刻。",
            "reason": _REASON,
        },
    ),
}
