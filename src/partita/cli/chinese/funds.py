"""The Chinese pages of the commands for funds, payments and credit. Owns words only."""

from __future__ import annotations

_KEY = "幂等键；不给时，同一天相同的内容只记录一次。"
_ORDER = "业务单号：相同的键不会重复执行。"
_DECISION = "业务单号：相同的键无论其间发生什么都不会重复执行。"
_LINE = "主账号。"

FUNDS: dict[str, tuple[str, dict[str, str]]] = {
    "funds show": (
        "查看账号的资金：各账本余额，以及可用、可划拨、可提现、可回收的额度。",
        {
            "account": "账号。",
            "explain": "打印每个额度的公式及其中的数字。",
            "members": "改为在一张表中列出该账号及其子账号。",
        },
    ),
    "funds top-up": (
        (
            "充值：把收到的款项记入账号的现金，例如 funds top-up acme 1000.00 --reference 转账4711。\n\n"
            "每个幂等键只记录一次。不给 --key 时，同一天相同的账号、金额和参考视为同一笔充值，因此命令重复发送无妨；"
            "若为另一笔同额付款，请给出不同的 --reference（如银行流水号）或 --key。"
        ),
        {
            "account": "充值的账号。",
            "amount": "金额，例如 1000.00。",
            "currency": "币种；默认为账号的结算币种，给出时会核对。",
            "reference": "参考，例如银行流水号。",
            "key": "幂等键。",
        },
    ),
    "funds withdraw": (
        (
            "提现：把账号的现金付给客户，例如 funds withdraw acme 1000.00。\n\n"
            "只有账单、用量和冻结都不需要的自有现金可以提现，funds show 账号 --explain 给出公式。"
        ),
        {"account": "账号。", "amount": "金额。", "reference": "参考，例如银行流水号。", "key": _KEY},
    ),
    "funds transfer": (
        (
            "资金划拨：把划出方的现金划给接收方，例如 funds transfer acme acme-shop 500.00。\n\n"
            "双方须为有财务关联的主账号与子账号，且实名认证为同一主体。划入的资金只能消费，只有划出方可以回收。"
        ),
        {"giver": "划出方账号。", "receiver": "接收方账号。", "amount": "金额。", "key": _KEY},
    ),
    "funds reclaim": (
        (
            "资金回收：划出方取回已划拨的资金，例如 funds reclaim acme acme-shop 200.00。\n\n"
            "只能回收尚未消费的部分，且不能使接收方欠费。"
        ),
        {"giver": "当初的划出方账号。", "receiver": "接收方账号。", "amount": "金额。", "key": _KEY},
    ),
    "funds freeze": (
        "冻结资金：被冻结的现金留在原处，不能支付、划拨或提现，直到解冻。",
        {"account": "账号。", "amount": "金额。", "reason": "原因。", "key": _KEY},
    ),
    "funds release": (
        "解冻资金：解冻全部余额或其中一部分。funds show 账号 列出冻结的金额。",
        {"freeze": "冻结记录编号（frz_…）。", "amount": "金额；默认全部余额。", "reason": "原因。", "key": _KEY},
    ),
    "funds refund": (
        "退款到退款账本：用于支付该账期及以后的账单，不能提现。",
        {
            "account": "账号。",
            "amount": "金额。",
            "product": "退款的产品。",
            "month": "退款所属账期，例如 2026-10。",
            "key": _ORDER,
        },
    ),
    "funds accept": (
        (
            "收取承兑票据：其金额自此可用于支付。\n\n"
            "到期日由银行付款（funds collect）；到期前可向银行贴现（funds discount）。同一票据号只收取一次。"
        ),
        {
            "account": "账号。",
            "document": "票据号。",
            "amount": "票面金额。",
            "matures_on": "到期日，例如 2027-03-31。",
            "drawer": "承兑银行。",
        },
    ),
    "funds collect": (
        "票据兑付：银行已付款，票据账本的余额转为账号的现金。",
        {"account": "账号。", "document": "票据号。"},
    ),
    "funds discount": (
        "票据贴现：到期前卖给银行，票据账本的余额扣除利息后转为现金。",
        {"account": "账号。", "document": "票据号。", "fee": "银行收取的贴现利息，由账号承担。"},
    ),
    "funds dishonour": (
        "票据拒付：银行不予付款，已使用的部分重新计为账号的欠款。",
        {"account": "账号。", "document": "票据号。"},
    ),
    "funds buy-card": (
        "购买储值卡：用可动用现金支付，激活后才能用于支付账单。",
        {
            "account": "账号。",
            "amount": "面值。",
            "key": _ORDER,
            "price": "售价低于面值时的售价；只有运营方可以赠送。",
            "valid_days": "激活后的有效天数；默认长期有效。",
        },
    ),
    "funds activate-card": (
        "激活储值卡：自此可用于支付账单，并开始计算有效期。",
        {"account": "账号。", "card": "储值卡编号（card_…）。"},
    ),
    "funds expire-cards": (
        "将已过期储值卡的余额转出：卡已到期且其最后一个账期已出账。建议每天运行；重复运行不会重复入账。",
        {},
    ),
    "payment start": (
        "发起在线支付并给出支付地址；收到网关通知（payment notice）后入账。",
        {"account": "账号。", "amount": "金额。", "key": _ORDER},
    ),
    "payment notice": (
        (
            "接收支付网关的通知：文件内容为收到的原文。\n\n"
            "无论网关重复多少次，一笔支付只入账一次。不符的通知留待人工处理（payment mismatches），绝不入账，"
            "此时退出码为 3。"
        ),
        {"file": "保存通知原文的文件。", "signature": "网关随通知发送的签名。"},
    ),
    "payment list": ("支付单列表，从旧到新。", {"account": "账号。"}),
    "payment mismatches": ("列出不符而等待人工处理的通知，从旧到新。", {}),
    "payment end-mismatch": (
        "说明如何处理了一条不符的通知；本身不会入账。确已到账的款项请用 funds top-up 记录，参考填写网关流水号。",
        {"notice": "通知编号（ntc_…）。", "note": "处理说明。"},
    ),
    "credit show": (
        "查看账号的信控：总额、子账号额度、变更记录、未付账单，以及共享自哪个主账号、上限与目前可用金额。",
        {"account": "账号。"},
    ),
    "credit request": (
        (
            "申请信控总额，例如 credit request acme 50000.00。\n\n"
            "调高须审批，调低立即生效；确认合同后才生效。同一天连续重复发送视为同一申请。"
        ),
        {"account": _LINE, "limit": "总额。", "key": _DECISION, "reason": "理由。"},
    ),
    "credit approve": ("审批通过待审批的变更，自此生效。", {"change": "变更编号（crc_…）。", "reason": "说明。"}),
    "credit reject": ("驳回待审批的变更，额度不变。", {"change": "变更编号（crc_…）。", "reason": "说明。"}),
    "credit confirm": (
        "确认信控合同：自此主账号及其子账号的额度生效。",
        {"account": _LINE, "contract": "合同编号。"},
    ),
    "credit allocate": (
        (
            "分配信控额度，例如 credit allocate acme acme-shop 8000.00。\n\n"
            "调高不超过未分配额度；调低须保持可用额度大于零。关联须共享信控（SYNCHRONIZE_FINANCE_IDENTITY）。"
            "同一天连续重复发送视为同一决定。"
        ),
        {"account": _LINE, "member": "子账号。", "limit": "额度。", "key": _DECISION},
    ),
    "credit set-term": (
        "设置信控账期：结算周期结束后若干天内付款，例如 credit set-term acme --days 30。",
        {"account": _LINE, "days": "周期结束后的天数。", "cycle": "结算周期的月数：1、2、3、6 或 12。"},
    ),
    "credit refund": (
        "信控退款：用信控购买的内容退款，可用额度增加，现金不变。",
        {"account": "账号。", "amount": "金额。", "product": "退款的产品。", "key": _KEY},
    ),
    "credit apply-refund": (
        "信控退款抵扣未结清账单，可用额度不变。",
        {"account": "账号。", "amount": "金额。", "key": _KEY},
    ),
}
