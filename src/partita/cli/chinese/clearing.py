"""The Chinese pages of the commands for clearing, dunning and reconciliation. Owns words only."""

from __future__ import annotations

_SOURCE = "对账单来源。"
_LINE = "对账单明细编号（sln_…）。"
_SETTLEMENT = "自定义销账编号（stl_…）。"

CLEARING: dict[str, tuple[str, dict[str, str]]] = {
    "clearing show": (
        "查看账号的销账情况：自动销账开关、未结清账单、未用贷项、自定义销账与转账参考号。",
        {"account": "账号。"},
    ),
    "clearing switch": (
        (
            "开启或关闭账号的自动销账，例如 clearing switch acme off。\n\n"
            "只有信控客户可以关闭；关闭后资金不会自动清偿账单。开启时立即清偿；有进行中的自定义销账时不能开启。"
        ),
        {"account": "账号。", "state": "on 开启，off 关闭。"},
    ),
    "clearing settle": (
        (
            "自定义销账：清偿所选账单，例如 clearing settle acme bill_1 bill_2=50.00 --fund cash --key 2026-11。\n\n"
            "按给出的次序清偿，可全部或以 =金额 部分清偿；不给 --fund 时按资金次序使用全部资金。"
            "资金不足时销账保持进行中，之后用 clearing resume 继续或 clearing end 结束。"
        ),
        {
            "account": "账号。",
            "bills": "账单，写作 账单 或 账单=金额。",
            "fund": "资金（cash、transfer_book、refund、acceptance）或其中一项，例如 transfer_book/main；可多次给出。",
            "key": "业务单号：相同的键不会重复执行。",
        },
    ),
    "clearing resume": ("继续自定义销账：以现有资金清偿其余部分。", {"settlement": _SETTLEMENT}),
    "clearing end": ("结束自定义销账；未清偿的部分仍未结清。", {"settlement": _SETTLEMENT}),
    "clearing seller": (
        "登记产品的卖家，使其自此成为云市场产品，其账单在自营产品之后清偿；尚无账单与订单时可更正名称。",
        {"product": "产品。", "seller": "卖家名称。"},
    ),
    "dunning policy": (
        (
            "设置账号的催收策略，all 表示所有账号：dunning policy all --rate 0.0005 --cap 0.2 --stop-days 30。\n\n"
            "天数自账单按信控账期的到期日起算，之前为负。"
        ),
        {
            "account": "账号，或 all。",
            "terms": "策略。",
            "terms.reminders": "提醒日，由小到大。",
            "terms.rate": "日利率，按未结清金额计算，例如 0.0005。",
            "terms.free_days": "逾期后的免息天数。",
            "terms.cap": "每张账单利息的上限，占账单应付的比例，例如 0.2；默认不设上限。",
            "terms.stop_days": "逾期超过该天数后暂停信控；默认从不。",
            "take_back": "取消为该账号设置的策略。",
        },
    ),
    "dunning show": ("查看账号的催收情况：策略、未结清账单及到期日、已发提醒与利息。", {"account": "账号。"}),
    "dunning run": ("处理当日催收：提醒、计息、暂停或恢复信控；每天一次即可，同一天重复运行不会重复处理。", {}),
    "reconcile source": (
        "登记对账单来源：reconcile source icbc bank CNY。每个币种各有一个银行和一个支付渠道。",
        {
            "name": "来源名称。",
            "kind": "bank（银行）或 channel（支付渠道，即经支付网关的款项）。",
            "currency": "币种。",
            "zone": "其日历所在时区。",
        },
    ),
    "reconcile sources": ("列出对账单来源。", {}),
    "reconcile import": (
        (
            "导入对账单（CSV 或 CAMT.053）：reconcile import icbc october.csv。\n\n"
            "同一文件重复导入不会重复处理。银行来款能确定归属的自动充值，其余待人工认领：reconcile transfers。"
        ),
        {
            "source": _SOURCE,
            "file": "CSV 须有日期、金额（或收入、支出）、流水号、对方户名、对方账号、摘要等列，中英文均可。",
            "first": "文件覆盖的首日；默认按文件所述或首条明细。",
            "last": "文件覆盖的末日。",
        },
    ),
    "reconcile statements": ("列出来源已导入的对账单。", {"source": _SOURCE}),
    "reconcile transfers": (
        "列出待人工认领的转账，以及可能的账号与不能确定的原因。",
        {"source": "对账单来源；默认全部。", "every": "同时列出已处理的转账。"},
    ),
    "reconcile assign": (
        "将明细的款项充值到账号，仅一次。",
        {"line": _LINE, "account": "账号。", "note": "说明。"},
    ),
    "reconcile dismiss": (
        "说明该笔来款不属于任何客户的原因，例如支付渠道的结算款。",
        {"line": _LINE, "note": "说明。"},
    ),
    "reconcile differences": (
        "列出来源的对账单与账簿之间未处理的差异。",
        {"source": _SOURCE, "day": "仅该日。", "every": "同时列出已处理的差异。"},
    ),
    "reconcile resolve": (
        "以说明处理差异：reconcile resolve icbc dif_0123 手续费。属于账号的来款请用 reconcile assign。",
        {
            "source": _SOURCE,
            "difference": "差异编号（dif_…）。",
            "note": "说明。",
            "reverse": "同时冲销我方分录：我方已记账而对账单没有。",
        },
    ),
    "reconcile close": (
        "关账：该日不再更改，verify 会重新核对。该日须已结束、有对账单覆盖、无未处理差异、无待认领转账。",
        {"source": _SOURCE, "day": "日期，例如 2026-10-05。"},
    ),
    "reconcile days": ("列出来源已关账的日期。", {"source": _SOURCE}),
}
