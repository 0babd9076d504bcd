"""Texts of refusals about credit limits and terms. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NO_CREDIT_LINE = (
    "{management} has no credit line. Ask for one: `partita credit request {management} AMOUNT`.",
    "{management} 没有信控额度。请先申请：`partita credit request {management} 金额`。",
)
NEVER_HAD_CREDIT = (
    "{account} never had credit, so nothing was bought on it. Refund into its refund book: `partita funds refund`.",
    "{account} 从未有过信控额度，不存在以信控购买的内容。请退款到其退款账本：`partita funds refund`。",
)
EXIST_APPROVING_PROCESS = (
    "A change of the credit of {management} waits for approval ({change}): approve or reject it first.",
    "{management} 的信控有待审批的变更（{change}）：请先审批通过或驳回。",
)
CREDIT_NOT_SHARED = (
    (
        "The relation of {management} and {member} does not share credit (SYNCHRONIZE_FINANCE_IDENTITY). {management} "
        "sets that, if both are one verified legal entity: `partita relation permit {member} {codes}`."
    ),
    (
        "{management} 与 {member} 的关联未共享信控（SYNCHRONIZE_FINANCE_IDENTITY）。同一实名主体的，可由 {management} "
        "设置：`partita relation permit {member} {codes}`。"
    ),
)
CREDIT_NOT_RELATED = (
    "{member} is no member of {management}: credit is allocated within a relation only.",
    "{member} 不是 {management} 的子账号：信控只能分配给有财务关联的子账号。",
)
CREDIT_IN_TRUSTEESHIP = (
    "{member} is in trusteeship of {management}: it uses the credit of {management}, and gets no limit of its own.",
    "{member} 由 {management} 财务托管：直接使用 {management} 的信控，不单独分配额度。",
)
LIMIT_BELOW_ZERO = (
    "A credit limit is zero or more: {limit}.",
    "信控额度须大于或等于零：{limit}。",
)
EXCEEDS_UNALLOCATED = (
    "{limit} for {member} is more than can be allocated: total {total} - allocated to others {others} = {most}.",
    "分配给 {member} 的 {limit} 超过可分配额度：总额 {total} − 已分配给其他账号 {others} = {most}。",
)
TOTAL_BELOW_ALLOCATED = (
    "{limit} is less than what {management} has allocated to its members: {allocated}. Lower their limits first.",
    "{limit} 低于 {management} 已分配给子账号的 {allocated}。请先调低子账号的额度。",
)
LIMIT_IN_USE = (
    (
        "{account} needs its credit: with a limit of {limit} its available quota would be {available}, and while "
        "anything is used or owed it has to stay above zero. {way}; or top up {account} first."
    ),
    (
        "{account} 正在使用信控：额度为 {limit} 时可用额度将为 {available}，而有用量或欠款时须大于零。"
        "{way}；或请先为 {account} 充值。"
    ),
)
UNKNOWN_CREDIT_CHANGE = (
    "There is no change {change} of any credit. `partita credit show ACCOUNT` lists the changes.",
    "没有信控变更 {change}。`partita credit show 账号` 列出所有变更。",
)
CREDIT_CHANGE_ENDED = (
    "The change {change} is {state} already.",
    "变更 {change} 已处理（{state}）。",
)
CONTRACT_KNOWN = (
    "The credit of {management} is active by the contract {contract} already.",
    "{management} 的信控已凭合同 {contract} 激活。",
)
BAD_TERM = (
    "A credit term is a billing cycle of {cycles} months and 0 to {most} days after it, not {cycle} and {days}.",
    "信控账期为 {cycles} 个月的结算周期及之后 0 至 {most} 天，而不是 {cycle} 与 {days}。",
)
EXCEEDS_CREDIT_REFUND = (
    "{amount} is more than can be applied: the lesser of credit refunds {refunds} and outstanding {outstanding}.",
    "{amount} 超过可抵扣金额：信控退款 {refunds} 与未结清 {outstanding} 中较小者。",
)
EXCEEDS_BOUGHT_ON_CREDIT = (
    (
        "{amount} is more than can be refunded to {account} as credit: {formula}. Refund less; what money paid in the "
        "close is refunded by `partita funds refund`."
    ),
    (
        "{amount} 超过 {account} 的可信控退款金额：{formula}。请减少金额；关账时已以资金支付的，"
        "请用 `partita funds refund`。"
    ),
)
