"""Texts of refusals about catalogues and price lists. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOT_A_CATALOGUE = (
    "{path} holds no documents of a catalogue. Known names, each as .csv or .yaml: {known}.",
    "{path} 中没有价目文件。可用名称（.csv 或 .yaml）：{known}。",
)
NO_PRICE_LIST = (
    "{path} is no price list in the form of apache-libcloud (`compute`: sheet, then size, then price): {detail}.",
    "{path} 不是 apache-libcloud 形式的价目表（`compute`：价目 → 规格 → 价格）：{detail}。",
)
FOLDER_NOT_EMPTY = (
    "{path} is there already and not an empty folder: name a new one.",
    "{path} 已存在且不是空文件夹：请指定新的文件夹。",
)
UNKNOWN_CURRENCY_CODE = (
    "{currency!r} is no currency: write an ISO 4217 code such as USD.",
    "{currency!r} 不是有效的币种：请写 USD 之类的 ISO 4217 代码。",
)
NO_USAGE_TO_TRY = (
    "There is no usage of {month} to try the prices on. Name another month: --month 2026-10.",
    "账期 {month} 没有可供试算的用量。请指定其他账期：--month 2026-10。",
)
NOTHING_TO_TRY = (
    "{path} has no new price of usage that counts on {at}: there is nothing to try. `partita catalog diff {path}`.",
    "{path} 中没有在 {at} 生效的新的用量价格，无可试算。请执行 `partita catalog diff {path}`。",
)
