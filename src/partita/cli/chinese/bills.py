"""The Chinese pages of `partita bill …`: views, adjustments, custom bills."""

from __future__ import annotations

_PAYER = "付款方；all 表示可查看的全部付款方。"
_MONTH = "账期，例如 2026-10。"
_BY = "改为按 instance（实例）、product（产品）、account（账号）、org（组织）或 payer（付款方）汇总。"
_LIMIT = "显示多少行；0 为全部。JSON 总是全部。"
_VIEW = {"payer": _PAYER, "month": _MONTH, "by": _BY, "limit": _LIMIT}
_LANGUAGE = "列名的语言；默认与命令行相同。"

BILLS: dict[str, tuple[str, dict[str, str]]] = {
    "bill month": (
        "查看付款方（或全部）的月账单：状态、金额的构成、由什么支付。",
        {"payer": _PAYER, "month": _MONTH},
    ),
    "bill details": ("账单明细：按归属账号、产品与消费类型列出月账单。", _VIEW),
    "bill flow": ("账单流水：按发生顺序列出账期内的每张账单、每个订单与每笔调账。", _VIEW),
    "bill items": ("明细账单：按资源与计费项列出。", _VIEW),
    "bill amortised": ("摊销成本：把每笔费用摊到所属的各个账期。", _VIEW | {"by": f"{_BY}并保留摊销账期。"}),
    "bill proforma": (
        (
            "查看付款方当前（或其他未关账账期）的预估账单，不保存任何内容。\n\n"
            "与关账的算法相同：批价、更正迟到用量、计入调账与订单、合计抹零。"
        ),
        {"payer": _PAYER, "month": "未关账的账期；默认当前账期。"},
    ),
    "bill export": (
        "把账单视图写入文件，并证明文件与账单金额一致。",
        {
            "payer": _PAYER,
            "month": _MONTH,
            "to": "文件，以 .csv、.xlsx 或 .parquet 结尾；写完后替换同名文件。",
            "what": "导出什么。",
            "what.view": "五个视图之一，或 focus：以开放格式 FOCUS 导出计费行（.csv 或 .parquet）。",
            "what.by": _BY,
            "what.language": _LANGUAGE,
        },
    ),
    "bill adjust": (
        (
            "在账号的账单上为产品增加或减免金额：bill adjust acme compute -- -12.50 …。\n\n"
            "计入所属的未关账账期，已关账的计入下一张账单：已关账的账单从不更改。"
        ),
        {
            "account": "账号。",
            "product": "产品。",
            "amount": "正数为补收；负数（写在 -- 之后）为减免。",
            "key": "调账的编号：同一编号重复执行不会重复调账。",
            "about": "调账内容。",
            "about.reason": "原因，会显示在账单上。",
            "about.month": "所属账期，例如 2026-10；默认当前账期。",
            "about.sku": "计费项。",
            "about.instance": "资源。",
        },
    ),
    "bill adjustments": ("调账列表。", {"payer": "只列该付款方。", "month": "只列该账期账单上的调账。"}),
    "custom-bill add": (
        (
            "保存账号的自定义账单，或更改同名的自定义账单。\n\n"
            "例如：custom-bill add acme by-product --columns account product currency payable --only kind=usage "
            "--schedule closed --file xlsx。"
        ),
        {
            "account": "账号。",
            "name": "名称。",
            "what": "包含什么。",
            "how": "如何交付。",
            "what.columns": "依次列出各列，例如 account product sku instance currency list discount payable quantity。",
            "what.only": "只含这些值的费用：account=acme、kind=usage、kind=correction；同一列任一值即可。",
            "what.group": "每行代表什么；默认为各列中的维度。",
            "how.schedule": "daily、weekly 交付当月预估，monthly 交付上一账期，closed 在关账后交付。",
            "how.file": "csv、xlsx 或 parquet。",
            "how.language": _LANGUAGE,
        },
    ),
    "custom-bill remove": ("删除自定义账单；已交付的文件保留。", {"account": "账号。", "name": "名称。"}),
    "custom-bill list": ("查看账号的自定义账单及最近的交付。", {"account": "账号。"}),
    "custom-bill run": (
        "查看自定义账单在某账期的内容，或写入文件。",
        {
            "account": "账号。",
            "name": "名称。",
            "month": _MONTH,
            "to": "写入的文件，以 .csv、.xlsx 或 .parquet 结尾。",
            "limit": "显示多少行；0 为全部。",
        },
    ),
    "custom-bill deliver": (
        (
            "交付到期的自定义账单：各写一个文件，并通过账号的渠道通知。\n\n"
            "请定时执行，例如每小时；通知由 partita outbox deliver 发出。"
        ),
        {},
    ),
}
