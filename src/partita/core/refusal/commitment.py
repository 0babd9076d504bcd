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
