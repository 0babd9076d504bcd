"""Texts of refusals about money, entries and the proof of the ledger. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

IDEMPOTENCY_KEY_REUSED = (
    "The idempotency key {key} was used before with a different content.",
    "幂等键 {key} 已被用于不同的内容。",
)
AMOUNT_NOT_POSITIVE = ("The amount must be more than zero: {amount}.", "金额必须大于零：{amount}。")
BAD_AMOUNT = ("{amount!r} is no amount of {currency}: {detail}", "{amount!r} 不是有效的 {currency} 金额：{detail}")
ENTRY_NOT_BALANCED = (
    "The entry does not sum to zero in {currency}: {difference}.",
    "分录在 {currency} 上不平：差额 {difference}。",
)
UNKNOWN_ENTRY = (
    "No journal entry {entry}. `partita ledger statement ACCOUNT --json` has the ids of all entries.",
    "没有分录 {entry}。`partita ledger statement 账号 --json` 给出所有分录的编号。",
)
ALREADY_REVERSED = ("The entry {entry} is reversed already.", "分录 {entry} 已被冲销。")
REVERSAL_NOT_REVERSED = (
    "The entry {entry} is itself the reversal of {original}. Post the original business again instead.",
    "分录 {entry} 本身是对 {original} 的冲销，不能再冲销。请重新记录原业务。",
)
ENTRY_OF_A_BILL = (
    "The entry {entry} belongs to {reference}: what a close posted is corrected by the next bill, not by hand.",
    "分录 {entry} 属于 {reference}：出账产生的分录由下一期账单更正，不能手工冲销。",
)
CURRENCY_NOT_USED = (
    "The account is billed in {known}, not in {currency!r}: other money could never be spent.",
    "该账号以 {known} 结算，而不是 {currency!r}：其他币种的资金无法使用。",
)
BAD_TIME = (
    (
        "--{name}: {value!r} is no time. Write a day like 2026-10-31, or an instant with its zone like "
        "2026-10-31T12:00+08:00."
    ),
    "--{name}：{value!r} 不是有效时间。请写日期（如 2026-10-31）或带时区的时刻（如 2026-10-31T12:00+08:00）。",
)
BAD_TEXT = (
    "The {name} must be one line of 1 to {limit} characters, without control characters.",
    "{name} 须为一行文字，1 至 {limit} 个字符，且不含控制字符。",
)
CHAIN_GAP = ("The entry {sequence} of {payer} is missing.", "付款方 {payer} 缺少第 {sequence} 笔分录。")
CHAIN_LINK_WRONG = (
    "The entry {sequence} of {payer} does not follow the entry before it.",
    "付款方 {payer} 的第 {sequence} 笔分录与前一笔不相连。",
)
CHAIN_CONTENT_CHANGED = (
    "The entry {sequence} of {payer} was changed: its content does not give its hash.",
    "付款方 {payer} 的第 {sequence} 笔分录被改动：内容与哈希不符。",
)
CHAIN_HEAD_WRONG = (
    "The chain of {payer} does not end where its head says (entry {sequence}).",
    "付款方 {payer} 的链末与链头记录不符（第 {sequence} 笔）。",
)
POSTING_WITHOUT_ENTRY = (
    "A posting of {payer} belongs to an entry {sequence} that does not exist.",
    "付款方 {payer} 有记账行属于不存在的第 {sequence} 笔分录。",
)
