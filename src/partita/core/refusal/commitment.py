"""Texts of refusals about resource packages and savings plans. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

UNKNOWN_PACKAGE = (
    "There is no resource package {package}. `partita package list ACCOUNT` shows those of an account.",
    "没有资源包 {package}。`partita package list 账号` 列出账号的资源包。",
)
UNKNOWN_COMMITMENT = (
    (
        "There is no package or plan {name}. `partita package list ACCOUNT` and `partita plan list ACCOUNT` show those "
        "of an account."
    ),
    "没有资源包或节省计划 {name}。`partita package list 账号` 与 `partita plan list 账号` 列出账号名下的。",
)
COMMITMENT_START = (
    "It cannot start on {start}: from now ({now}) to {latest} is possible. Give another start, or none for now.",
    "不能在 {start} 生效：只能在现在（{now}）至 {latest} 之间生效。请更改生效时间，或不填以立即生效。",
)
BUY_A_PLAN = (
    "The SKU {sku} is a savings plan. Buy it by what it promises an hour: `partita plan buy ACCOUNT {sku} COMMITMENT`.",
    "SKU {sku} 是节省计划。请按每小时承诺金额购买：`partita plan buy 账号 {sku} 承诺金额`。",
)
STARTS_WHEN_PAID = (
    "The SKU {sku} is no resource package: it starts when it is paid. Order it without a start.",
    "SKU {sku} 不是资源包，支付后立即生效。请不要指定生效时间。",
)
NOT_OFFERED = (
    (
        "The catalogue does not offer the SKU {sku} as a package or plan, so there is no price to order by. "
        "`partita catalog show {sku}` shows what it is; the operator may grant it at a price of its own."
    ),
    (
        "产品目录未将 SKU {sku} 作为资源包或节省计划出售，无法按目录价订购。`partita catalog show {sku}` 查看其内容；"
        "运营方可按议定价格开通。"
    ),
)
PLAN_NOT_REFUNDABLE = (
    "The savings plan {plan} is a promise until {ended}: it is neither given back nor shortened by whoever has it.",
    "节省计划 {plan} 的承诺持续至 {ended}，不能退订，也不能由使用者缩短。",
)
PACKAGE_WITHOUT_VALUE = (
    (
        "Nothing that {payer} paid for {package} is left to give back: it was given, paid by another, or is used up. "
        "`partita deduct end {package}` ends it."
    ),
    (
        "{payer} 为 {package} 支付的款项已无可退部分：该资源包为赠送、由他人付款或已用尽。"
        "`partita deduct end {package}` 可终止该资源包。"
    ),
)
BAD_TERMS = (
    "{value} is not possible: {allowed}. Correct it and try again.",
    "{value} 不可用：{allowed}。请更正后重试。",
)
PACKAGE_NOT_RUNNING = (
    "The package {package} does not run now, so it cannot be upgraded. Renew it, or buy another.",
    "资源包 {package} 当前未生效，不能升级。请续费，或另购一个。",
)
COMMITMENT_FUNDS_SHORT = (
    "{payer} has {available} to spend, but {needed} is to be paid. Top up {short}, then try again.",
    "{payer} 可用资金为 {available}，应付 {needed}。请充值 {short} 后重试。",
)
SHARED_WITH_OTHER_PAYER = (
    (
        "{payer} pays for {account}, not {owner_payer}, who pays for {owner}: a package or plan serves accounts "
        "of one payer. Put {account} under financial trusteeship first."
    ),
    (
        "{account} 由 {payer} 付款，而 {owner} 由 {owner_payer} 付款：资源包与节省计划只能在同一付款方的账号间共享。"
        "请先将 {account} 纳入财务托管。"
    ),
)
COMMITMENT_OTHER_ZONE = (
    "{account} has other days or another currency than {owner}, so they cannot share a package or plan.",
    "{account} 与 {owner} 的时区或币种不同，不能共享资源包或节省计划。",
)
COMMITMENT_OVER = (
    "{source} ended on {ended}: nothing of it can be changed any more. Grant another.",
    "{source} 已于 {ended} 结束，不能再变更。请另行发放。",
)
NO_DEDUCTIONS = (
    "The month {month} has no charges yet, so nothing was deducted. Run `partita rate {month}` first.",
    "账期 {month} 尚无计费行，没有抵扣记录。请先运行 `partita rate {month}`。",
)
