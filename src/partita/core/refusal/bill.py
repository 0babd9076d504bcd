"""Texts of refusals about views of bills, adjustments and custom bills. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOTHING_CHARGED = (
    "Nothing is charged to {payer} in {month} so far. `partita bill list --payer {payer}` shows its bills.",
    "{payer} 在账期 {month} 尚无费用。`partita bill list --payer {payer}` 列出其账单。",
)
ADJUSTMENT_ZERO = (
    "An adjustment of nothing changes no bill: name an amount, below zero to take something off.",
    "调账金额不能为零：请填写金额，减免填写负数。",
)
ADJUSTMENT_TOO_EARLY = (
    "{account} was not open in {month}: adjust {first} or a later month.",
    "{account} 在 {month} 尚未开户：请对 {first} 或之后的账期调账。",
)
ADJUSTMENT_FUTURE = (
    "The month {month} has not begun for {account}: adjust {now} or an earlier month.",
    "{account} 的账期 {month} 尚未开始：请对 {now} 或更早的账期调账。",
)
BAD_COLUMN = (
    "A bill has no {what} {name!r}. Known: {known}.",
    "账单没有{what} {name!r}。可用：{known}。",
)
BAD_CUSTOM_BILL = ("The custom bill cannot be kept: {detail}", "无法保存自定义账单：{detail}")
UNKNOWN_CUSTOM_BILL = (
    "{account} has no custom bill {name!r}. `partita custom-bill list {account}` lists those there are.",
    "{account} 没有自定义账单 {name!r}。`partita custom-bill list {account}` 列出已有的自定义账单。",
)
BILL_FILE_DIFFERS = (
    (
        "The file does not hold the bill's total in {currency}: bill {bill}, file {file}. Nothing was written. "
        "Run the command again; if it stays so, `partita verify` names what changed."
    ),
    (
        "文件合计与账单不符（{currency}）：账单 {bill}，文件 {file}。未写入任何文件。"
        "请重试；若仍如此，请运行 `partita verify` 查找被改动的内容。"
    ),
)
