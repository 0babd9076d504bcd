"""Texts of refusals about vouchers, coupons, stored value and discounts. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

BAD_TEMPLATE = ("The template makes no sense: {detail}", "券模板无效：{detail}")
TEMPLATE_DIFFERS = (
    "There is a template {template} with other terms. Terms never change: give the new one another name.",
    "已有条款不同的券模板 {template}。条款不可更改：请为新模板另取名称。",
)
UNKNOWN_TEMPLATE = (
    "There is no template {template} in {enterprise}. `partita voucher templates` lists them.",
    "企业 {enterprise} 没有券模板 {template}。`partita voucher templates` 列出所有模板。",
)
WRONG_INSTRUMENT = ("The template {template} makes a {instrument}.", "券模板 {template} 用于{instrument}。")
TEMPLATE_OVER = (
    "The validity of the template {template} has ended: make a new template.",
    "券模板 {template} 的有效期已结束：请新建模板。",
)
TEMPLATE_CURRENCY = (
    "The template {template} is in {currency}, but {account} is billed in {known}: it could never be used there.",
    "券模板 {template} 的币种为 {currency}，而账号 {account} 以 {known} 结算：无法使用。",
)
VOUCHER_AMOUNT_FIXED = (
    "The template {template} fixes the amount: leave it out. Only a cash template takes another amount.",
    "券模板 {template} 的金额固定：请不要指定金额。只有现金券模板可指定其他金额。",
)
UNKNOWN_VOUCHER = (
    "There is no voucher {voucher}. `partita voucher list ACCOUNT` shows those of an account.",
    "没有代金券 {voucher}。`partita voucher list 账号` 列出账号的代金券。",
)
VOUCHER_EXPIRED = (
    "The voucher {voucher} ended at {ended}: it is not shared any more.",
    "代金券 {voucher} 已于 {ended} 到期，不能再共享。",
)
VOUCHER_NOT_PARTED = (
    "The voucher {voucher} is good for one use: it is shared and taken back whole. Leave the amount out.",
    "代金券 {voucher} 只能使用一次：只能整张共享或收回，请不要指定金额。",
)
VOUCHER_NOT_HELD = (
    "{account} has nothing of the voucher {voucher} to move. `partita voucher list ACCOUNT` shows what is held.",
    "{account} 没有可转移的代金券 {voucher} 余额。`partita voucher list 账号` 列出账号的代金券。",
)
EXCEEDS_VOUCHER = (
    "{account} holds {left} of the voucher {voucher}, not {amount}. Ask for {left} or less.",
    "账号 {account} 持有的代金券 {voucher} 余额为 {left}，不足 {amount}。请不超过 {left}。",
)
EXCEEDS_POOL = (
    "The pool of {account} holds {left}, not {amount}. The operator grants more: `partita voucher grant-pool`.",
    "{account} 的代金券额度池余额为 {left}，不足 {amount}。可由运营方增加额度：`partita voucher grant-pool`。",
)
VOUCHER_OF_ANOTHER = (
    "The voucher {voucher} was issued to {owner}: only {owner} shares it and takes it back.",
    "代金券 {voucher} 发放给了 {owner}：只有 {owner} 可以共享和收回。",
)
SHARED_WITH_ITSELF = (
    "{account} holds the voucher already: name a member to share it with.",
    "{account} 已持有该代金券：请指定要共享的子账号。",
)
NO_MEMBER_TO_SHARE_WITH = (
    "{member} is no member of {management} now. Link them first: `partita relation invite {management} {member}`.",
    "{member} 目前不是 {management} 的子账号。请先关联：`partita relation invite {management} {member}`。",
)
MEMBER_IN_TRUSTEESHIP = (
    "{management} pays for {member} (trusteeship): its vouchers pay the lines of {member} without sharing.",
    "{member} 由 {management} 财务托管：主账号的代金券无需共享即可抵扣其费用。",
)
BAD_PRIORITY = (
    "{given} is no order of priority: name {known}, each at most once, the most important first.",
    "{given} 不是有效的使用次序：请从 {known} 中选择，每项最多一次，重要者在前。",
)
UNKNOWN_BILL = (
    "There is no bill {bill}. `partita bill list --json` has the ids of all bills.",
    "没有账单 {bill}。`partita bill list --json` 给出所有账单的编号。",
)
NO_BILL_LINE = (
    "The bill {bill} has no line {line}: it has lines 1 to {lines}. `partita bill show {payer} {month} --lines`.",
    "账单 {bill} 没有第 {line} 行：共有 {lines} 行。`partita bill show {payer} {month} --lines`。",
)
COUPON_NOT_FOR_BILLS = (
    "A coupon lowers an order, never a bill: quote a purchase, a renewal or a resize (--on).",
    "优惠券用于订单减免，不用于账单：请试算新购、续费或变更规格的订单（--on）。",
)
NO_ORDER_LINES = (
    "There is nothing to lower: give at least one line like compute=120.00.",
    "没有可减免的内容：请至少给出一行，例如 compute=120.00。",
)
