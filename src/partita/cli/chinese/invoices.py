"""The Chinese pages of `partita invoice …`."""

from __future__ import annotations

_INVOICE = "发票编号（inv_…）或发票号码。"
_KEY = "申请的编号：同一编号重复执行不会重复申请。"

INVOICES: dict[str, tuple[str, dict[str, str]]] = {
    "invoice candidates": (
        "查看账号的可开票金额及其算式：实付 − 冲抵 − 已开票；以及欠票。",
        {"account": "账号。", "member": "同时查看这些子账号的消费。", "group": "同时查看所有已授权子账号的消费。"},
    ),
    "invoice apply": (
        (
            "为账号的消费申请开票，例如 invoice apply acme --kind special --month 2026-10。\n\n"
            "不加 --only、--month 或 --amount 时，所有可开票金额都申请开票。每个抬头、开票方、币种、税收分类各开一张。"
            "财务托管的子账号的消费也开到该账号的抬头。"
        ),
        {
            "account": "账号。",
            "what": "开哪些消费。",
            "how": "如何开票。",
            "how.kind": "general 为普通发票，special 为专用发票；专用发票要求抬头资料完整。",
            "what.only": "只开这些账单、订单、包年包月、储值卡或候选项（按编号）。",
            "what.month": "只开这些账期，例如 2026-10。",
            "what.amount": "按金额开票，从最早的消费开始。",
            "what.member": "同时为这些子账号的消费开票，各自使用自己的抬头。",
            "how.consolidated": "合并开票：全部使用该账号的抬头。",
            "how.remark": "发票备注。",
            "key": _KEY,
        },
    ),
    "invoice reissue": (
        "发票作废或红冲后，为其中仍然有效的消费按当前抬头重新申请开票（退票重开）。",
        {"invoice": _INVOICE, "kind": "换一种发票类型。", "remark": "换一段备注。", "key": _KEY},
    ),
    "invoice offset": (
        "以尚未开票的消费冲抵欠票，例如之后的一张账单；其可开票金额不得小于欠票。",
        {
            "account": "账号。",
            "owed": "欠票的账单、订单、包年包月或候选项，见 invoice candidates。",
            "against": "用来冲抵的、尚未开票的消费。",
            "key": "冲抵的编号：同一编号重复执行不会重复冲抵。",
        },
    ),
    "invoice list": (
        "查看账号的发票，以及开到其他抬头但包含其消费的发票，最新的在前。",
        {"account": "账号。", "state": "只看该状态：applied、issued、void、returning 或 red。"},
    ),
    "invoice show": ("查看发票的内容与全部经过。", {"invoice": _INVOICE}),
    "invoice pdf": (
        "写出发票的版式文件：PDF/A-3b，内含 EN 16931 数据。不指定文件时以发票号码命名。",
        {"invoice": _INVOICE, "file": "写到哪里。", "language": "页面语言：zh 或 en。"},
    ),
    "invoice pdfs": (
        "写出账号全部已开具发票（含红字发票）的版式文件，以发票号码命名。",
        {
            "account": "账号。",
            "folder": "写入的文件夹，不存在时新建；同名文件将重新写入。",
            "month": "只写该月开具的，例如 2026-10。",
            "language": "页面语言：zh 或 en。",
        },
    ),
    "invoice void": ("作废尚未提交税务平台的发票；其中的消费可重新开票。", {"invoice": _INVOICE, "reason": "原因。"}),
    "invoice return": (
        (
            "申请退票，例如 invoice return inv_0123 --reason 抬头有误。\n\n"
            "运营方随后开立红字发票（invoice red），红字发票开具后可用 invoice reissue 重新申请。"
        ),
        {
            "invoice": _INVOICE,
            "reason": "原因。",
            "certified": "购买方已抵扣税额：须提供 --form。",
            "form": "红字信息表编号，16 位数字。",
        },
    ),
    "invoice red": (
        "为退票中的发票开立红字发票，或按所给原因直接红冲；由 invoice issue 提交税务平台。",
        {"invoice": _INVOICE, "reason": "原因；不在退票中的发票必须填写。"},
    ),
    "invoice issue": (
        "把等待中的发票与红字发票提交税务平台，并登记号码或驳回原因。可每隔几分钟执行一次。",
        {},
    ),
    "invoice issuer": (
        "设置开票方：名称与税号（统一社会信用代码），对今后的发票生效。",
        {
            "name": "名称。",
            "tax_number": "税号。",
            "seller": "云市场的卖家；不填则为运营方自己。",
            "details": "其他资料。",
            "details.address": "地址。",
            "details.phone": "电话。",
            "details.bank": "开户行。",
            "details.bank_account": "银行账号。",
            "details.english_name": "英文版面上的名称。",
            "details.drawer": "开票人。",
        },
    ),
}
