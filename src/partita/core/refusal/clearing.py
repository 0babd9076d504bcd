"""Texts of refusals about clearing, bank transfers, reconciliation and dunning. Rules: REFUSE-1."""

from __future__ import annotations

CLEARING_ALWAYS_ON = (
    "Automatic clearing of {account} is always on: only a customer with credit may switch it off.",
    "{account} 的自动销账始终开启：只有信控客户可以关闭。",
)
CUSTOM_SETTLEMENT_RUNNING = (
    (
        "A custom settlement of {account} is running ({settlement}): pay it or end it first "
        "(`partita clearing resume`, `partita clearing end`)."
    ),
    (
        "{account} 有进行中的自定义销账（{settlement}）：请先完成或结束（`partita clearing resume`、"
        "`partita clearing end`）。"
    ),
)
CLEARING_IS_AUTOMATIC = (
    (
        "Automatic clearing of {account} is {switch}, so its bills are paid by themselves. A customer with credit "
        "switches it off first: `partita clearing switch {account} off`."
    ),
    "{account} 的自动销账{switch}，账单会自动清偿。信控客户可先关闭：`partita clearing switch {account} off`。",
)
NO_BILL_CHOSEN = (
    "Choose at least one unpaid bill. `partita clearing show ACCOUNT` lists them.",
    "请至少选择一张未结清账单。`partita clearing show 账号` 列出未结清账单。",
)
BILL_NOT_UNPAID = (
    (
        "The bill {bill} cannot be chosen: it is paid, belongs to another payer, or was chosen before. "
        "`partita clearing show ACCOUNT` lists the unpaid bills."
    ),
    "不能选择账单 {bill}：已结清、属于其他付款方或重复选择。`partita clearing show 账号` 列出未结清账单。",
)
EXCEEDS_UNPAID = (
    "{amount} is more than is unpaid of the bill {bill}: {left}.",
    "{amount} 超过账单 {bill} 的未结清金额 {left}。",
)
FUND_NOT_FOR_CLEARING = (
    "The fund {fund} pays only in the close of its month. Choose among: {known}.",
    "资金 {fund} 只在其账期出账时支付。可选：{known}。",
)
BAD_FUND = (
    "There is no fund {fund!r}. Choose among: {known}; or one source of it, such as transfer_book/acme.",
    "没有资金 {fund!r}。可选：{known}；也可指定其中一项，例如 transfer_book/acme。",
)
UNKNOWN_CUSTOM_SETTLEMENT = (
    "There is no custom settlement {settlement}. `partita clearing show ACCOUNT` lists them.",
    "没有自定义销账 {settlement}。`partita clearing show 账号` 列出所有自定义销账。",
)
CUSTOM_SETTLEMENT_ENDED = (
    "The custom settlement {settlement} is {state} already: start another one.",
    "自定义销账 {settlement} 已{state}：请另行发起。",
)
SELLER_KNOWN = (
    "The product {product} is sold by {seller} already, and its bills say so: a product keeps its seller.",
    "产品 {product} 的卖家已登记为 {seller}，且已体现在账单中：产品的卖家不可更改。",
)
