"""Texts of refusals about stop and resume, alerts and deliveries. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

BAD_SPAN = (
    "--{name}: {value!r} is no span of time. Write a number and m, h or d, such as 90m, 12h or 3d.",
    "--{name}：{value!r} 不是有效的时长。请写数字加 m（分）、h（时）或 d（天），例如 90m、12h、3d。",
)
BAD_TURN = (
    "{turn} is no turn: give a number from {first} (stopped first) to {last} (stopped last).",
    "{turn} 不是有效的停机次序：请给出 {first}（最先停）至 {last}（最后停）之间的数字。",
)
NOT_IN_STOP_ORDER = (
    (
        "{payer} does not pay for {accounts}, so its order stops nothing of them. An order names {payer} itself and "
        "its members: {members}."
    ),
    "{payer} 不为 {accounts} 付款，其停机次序对它们无效。可列出 {payer} 本身及其子账号：{members}。",
)
ORDER_OF_THE_PAYER = (
    "{payer} pays for {account}, so its order counts: `partita control order {payer} FILE`.",
    "{account} 由 {payer} 付款，以 {payer} 的停机次序为准：`partita control order {payer} FILE`。",
)
BAD_STOP_ORDER = (
    "{path}, row {row}: {detail} Nothing was changed.",
    "{path} 第 {row} 行：{detail} 未作任何更改。",
)
PAID_AHEAD_DIFFERS = (
    "{product} of {account} is recorded as paid ahead from {start} until {end}. Give another start or resource.",
    "{account} 的 {product} 自 {start} 起已记录为预付至 {end}。请使用其他开始时间或资源。",
)
PAID_AHEAD_EMPTY = (
    "What is paid ahead ends after it starts: {start}, {end}.",
    "预付的结束时间须晚于开始时间：{start}，{end}。",
)
ALERT_OF_THE_PAYER = (
    "{payer} pays for {account}, so its quota decides: set the alert {kind} for {payer}.",
    "{account} 由 {payer} 代付，以 {payer} 的额度为准：请为 {payer} 设置“{kind}”。",
)
ALERT_PRODUCTS_MOST = (
    "High spending is watched for at most {most} products of an account: switch one off first.",
    "每个账号最多为 {most} 个产品设置高额消费预警：请先关闭一个。",
)
BAD_THRESHOLD = (
    "{value!r} is no threshold for {kind}: {detail}",
    "{value!r} 不是“{kind}”的有效阈值：{detail}",
)
BAD_NOTICE_ADDRESS = (
    "{address!r} is no address for {channel}: {detail}",
    "{address!r} 不是 {channel} 的有效地址：{detail}",
)
NO_SUCH_ADDRESS = (
    "Notices of {account} do not go to {address} by {channel}. `partita alert list {account}` shows where they go.",
    "{account} 的通知没有通过 {channel} 发往 {address}。`partita alert list {account}` 显示通知去向。",
)
NO_MEMBERS = (
    "{account} has no members. `partita relation list` shows the relations.",
    "{account} 没有子账号。`partita relation list` 显示关联关系。",
)
