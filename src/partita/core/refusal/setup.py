"""Texts of refusals about organisation and catalogue. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

UNKNOWN_ACCOUNT = (
    "Unknown account {account}. `partita account list` lists the accounts that you may see.",
    "未知账号 {account}。`partita account list` 列出您可以查看的账号。",
)
UNKNOWN_PRODUCT = (
    "Unknown product {product}. `partita setup show` lists the products.",
    "未知产品 {product}。`partita setup show` 列出所有产品。",
)
UNKNOWN_SKU = (
    "Unknown SKU {sku}. `partita catalog show` lists what is sold.",
    "未知计费项 {sku}。`partita catalog show` 列出在售的计费项。",
)
UNKNOWN_DIMENSION = ("Unknown dimension {dimension!r}. Known: {known}.", "未知维度 {dimension!r}。可用：{known}。")
NOT_A_SETUP_FOLDER = (
    "{path} holds no setup files. Known files: {known}.",
    "{path} 中没有设置文件。可用文件：{known}。",
)
SETUP_AT_FAULT = (
    "Faults in {path}: {count}; nothing was applied.\n{problems}",
    "{path} 中有 {count} 处错误；未应用任何内容。\n{problems_zh}",
)
NO_PRICE_IN_FORCE = (
    (
        "No price is in force for SKU {sku} in {currency} on {on} ({records} records). Add a price version that "
        "starts earlier, then run the command again."
    ),
    "计费项 {sku}（{currency}）在 {on} 没有生效的价格（{records} 条用量）。请补充更早生效的价格版本后重试。",
)
AMOUNT_TOO_LARGE = (
    (
        "Record {record} of account {account}: {quantity} of SKU {sku} costs more than 922,337,203.68 {currency}, "
        "the most that one line can hold. Correct the price with a version that starts before the record."
    ),
    (
        "账号 {account} 的用量 {record}：{quantity} 的 {sku} 超过单行上限 922,337,203.68 {currency}。"
        "请补充在该用量之前生效的价格版本加以更正。"
    ),
)
PRICE_IN_CLOSED_MONTH = (
    "{path}: a change effective {on} would change the closed month {month}. Let it start later.",
    "{path}：生效时间 {on} 会改变已关账的账期 {month}。请使用更晚的生效时间。",
)
