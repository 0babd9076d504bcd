"""Texts of refusals about invoices. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOT_A_CANDIDATE = (
    "{name} is nothing that could be invoiced: `partita invoice candidates` lists bills, subscriptions and cards.",
    "{name} 不是可开票的消费：`partita invoice candidates` 列出账单、包年包月与储值卡。",
)
NOTHING_TO_INVOICE = (
    (
        "Nothing is left to invoice of that: only what cash and its like paid is invoiced, less refunds, offsets and "
        "earlier invoices. `partita invoice candidates` shows the formula."
    ),
    (
        "没有可开票金额：仅现金类资金支付的消费可开票，并扣除退款、冲抵与已开票金额。"
        "`partita invoice candidates` 列出算式。"
    ),
)
EXCEEDS_INVOICEABLE = (
    "{amount} is more than may be invoiced: {left}. Ask for less, or choose more consumption.",
    "{amount} 超过可开票金额 {left}：请减少金额，或选择更多消费。",
)
INVOICE_TITLE_MISSING = (
    "{account} has no invoice title. Set one: `partita account invoice-title {account}`.",
    "{account} 尚无发票抬头。请先设置：`partita account invoice-title {account}`。",
)
SPECIAL_NEEDS_ENTERPRISE = (
    (
        "A special VAT invoice goes to an enterprise with a tax number in China only, which {account} is not: ask for "
        "a general one (`--kind general`)."
    ),
    "增值税专用发票只能开给持有中国税号的企业，{account} 不符合：请申请普通发票（`--kind general`）。",
)
SPECIAL_TITLE_INCOMPLETE = (
    (
        "A special VAT invoice needs more of the title of {account}: {lacking}. "
        "Complete it: `partita account invoice-title {account}`."
    ),
    "开具增值税专用发票，{account} 的抬头还缺：{lacking}。请补充：`partita account invoice-title {account}`。",
)
BAD_BANK_ACCOUNT = (
    "The bank account {number} of the title of {account} is none: write 6 to 40 digits, in groups or not.",
    "{account} 抬头中的银行账号 {number} 有误：应为 6 至 40 位数字，可分组书写。",
)
SPECIAL_NOT_FOR_CARDS = (
    "The sale of a stored-value card is invoiced without tax, on a general invoice only: ask with `--kind general`.",
    "储值卡的销售不征税，只能开具普通发票：请使用 `--kind general`。",
)
NO_ISSUER = (
    "Nobody is set up who issues the invoices of {seller}: `partita invoice issuer`.",
    "尚未设置 {seller} 的开票方：`partita invoice issuer`。",
)
BAD_ISSUER = (
    "{number} is no tax number (unified social credit code): the tax bureau takes invoices of known sellers only.",
    "{number} 不是税号（统一社会信用代码）：税务平台只受理已知销售方的发票。",
)
INVOICE_BY_MAIN = (
    "{account} is in trusteeship of {management}, which handles its invoices, old ones too: ask {management}.",
    "{account} 由 {management} 财务托管，其发票（含此前的）均由 {management} 办理。",
)
MEMBER_INVOICES_ITSELF = (
    (
        "{management} cannot invoice the consumption of {member} to its own title: {member} must permit "
        "MANAGE_TARGET_INVOICE first (`partita relation permit`)."
    ),
    (
        "{management} 不能将 {member} 的消费合并开票："
        "须先由 {member} 授予 MANAGE_TARGET_INVOICE（`partita relation permit`）。"
    ),
)
NOT_A_MEMBER = (
    "{member} is no member of {management}: invoices are consolidated within a relation only.",
    "{member} 不是 {management} 的子账号：只能在财务关联内合并开票。",
)
INVOICE_ENTITY_DIFFERS = (
    "{management} and {member} are not one verified legal entity, so their consumption cannot go to one title.",
    "{management} 与 {member} 不是同一实名认证主体，不能合并到同一抬头开票。",
)
UNKNOWN_INVOICE = (
    "There is no invoice {invoice}. `partita invoice list ACCOUNT` names those that there are.",
    "没有发票 {invoice}。`partita invoice list 账号` 列出已有的发票。",
)
INVOICE_NOT_SO = (
    "The invoice {invoice} is {state}; for this it must be {needed}.",
    "发票 {invoice} 当前为{state}；此操作要求{needed}。",
)
INVOICE_AT_BUREAU = (
    (
        "The invoice {invoice} is at the tax bureau, which may issue it at any moment: it cannot be voided any more. "
        "Wait for its answer; once issued, return it (`partita invoice return`)."
    ),
    "发票 {invoice} 已提交税务平台，随时可能开具，不能再作废。请等待结果；开具后可退票（`partita invoice return`）。",
)
RED_LETTER_STAYS = (
    "{invoice} is a red letter: it stands as it is. What it took back can be invoiced again: `partita invoice apply`.",
    "{invoice} 是红字发票，不能再退票。被红冲的消费可重新开票：`partita invoice apply`。",
)
CERTIFIED_NOT_SPECIAL = (
    (
        "{invoice} is a general invoice: only the tax of a special one is deducted. Return it without --certified and "
        "--form."
    ),
    "{invoice} 为普通发票：只有专用发票的税额可以抵扣。退票时请不要填写 --certified 与 --form。",
)
RED_FORM_MISSING = (
    (
        "The buyer has deducted the tax of {invoice} already: the tax bureau takes it back only with the number of the "
        "buyer's red-letter form (`--form`)."
    ),
    "{invoice} 的税额已由购买方抵扣：红冲须提供红字信息表编号（`--form`）。",
)
BAD_RED_FORM = (
    "{form} is no number of a red-letter form: it has 16 digits.",
    "{form} 不是红字信息表编号：应为 16 位数字。",
)
NOTHING_OWED = (
    "{candidate} owes no invoice: nothing is to be set off.",
    "{candidate} 没有欠票，无需冲抵。",
)
OFFSET_DIFFERS = (
    (
        "{candidate} cannot be set off against {other}: both must be of one payer, seller, currency, tax item and "
        "rate, and not the same."
    ),
    "{candidate} 不能与 {other} 冲抵：须为同一付款方、开票方、币种、税收分类与税率，且不是同一笔消费。",
)
OFFSET_TOO_SMALL = (
    (
        "Of {other} {left} may be invoiced, less than the {owed} that is owed. Choose a larger one, or return the "
        "invoice and have it reissued (`partita invoice return`)."
    ),
    "{other} 的可开票金额 {left} 小于欠票 {owed}：请选择更大的消费，或退票重开（`partita invoice return`）。",
)
INVOICES_OWED = (
    (
        "{amount} cannot be withdrawn from {account}: it owes invoices of {owed}, for consumption that was refunded "
        "after it was invoiced.\n{formula}\nReturn and reissue them (`partita invoice return`), or set them off "
        "(`partita invoice offset`); `partita invoice candidates {account}` shows what is owed."
    ),
    (
        "{account} 不能提现 {amount}：欠票 {owed}（开票后又发生退款）。\n{formula}\n"
        "请退票重开（`partita invoice return`）或冲抵（`partita invoice offset`）；"
        "`partita invoice candidates {account}` 列出欠票。"
    ),
)
NOT_YET_ISSUED = (
    "The invoice {invoice} has no number yet: its document is there once the tax bureau has issued it.",
    "发票 {invoice} 尚无号码：税务平台开具后才有版式文件。",
)
NO_ROOM_IN_INVOICE = (
    "An invoice holds at most {most} lines: choose less, or invoice month by month (`--month`).",
    "一张发票最多 {most} 行：请减少选择，或按月开票（`--month`）。",
)
