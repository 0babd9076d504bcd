"""Texts of refusals about rating and closing months. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

MONTH_NOT_OVER = (
    "The month {month} is not over yet. `partita rate {month}` shows its running figures.",
    "账期 {month} 尚未结束。`partita rate {month}` 显示其实时费用。",
)
MONTH_CLOSED = (
    (
        "The month {month} is closed: `partita bill list --month {month}` shows its bills; the next close charges "
        "late usage, as corrections."
    ),
    "账期 {month} 已关账：`partita bill list --month {month}` 显示其账单；迟到用量在下一次关账时以更正行计费。",
)
MONTH_PASSED_OVER = (
    "The month {month} lies before {last}, which is closed: the next close charges its usage, as corrections.",
    "账期 {month} 早于已关账的 {last}：其用量将在下一次关账时以更正行计费。",
)
EARLIER_MONTH_OPEN = (
    "Close {earlier} first: months close in order.",
    "请先关账 {earlier}：账期须按顺序关账。",
)
NOTHING_TO_CLOSE = ("There is no usage to close in {month}.", "账期 {month} 没有可关账的用量。")
CLOSE_RUNNING = (
    "Another process is closing {month} right now: wait for it, then run the command again.",
    "另一个进程正在为账期 {month} 关账：请等待其结束后重试。",
)
NO_BILL = (
    "No bill of {payer} for {month}. `partita bill list --payer {payer}` shows the bills there are.",
    "没有 {payer} 在账期 {month} 的账单。`partita bill list --payer {payer}` 列出已有的账单。",
)
