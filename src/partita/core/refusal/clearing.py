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
BAD_DUNNING_POLICY = (
    (
        "This is no dunning policy: up to {most} reminders in rising order within {days} days of the due day, "
        "interest of 0 to 0.01 a day, a cap of 0 to 1, days of zero or more."
    ),
    (
        "催收策略无效：提醒日最多 {most} 个、由小到大且距到期日不超过 {days} 天，日利率 0 至 0.01，上限比例 0 至 1，"
        "天数不小于零。"
    ),
)
DAY_NOT_OVER = (
    "{day} is not over in the calendar of {source}: close it afterwards.",
    "按 {source} 的日历，{day} 尚未结束：请在其后关账。",
)
DAY_NOT_COVERED = (
    "No statement of {source} covers {day}: import it first (`partita reconcile import`).",
    "{source} 没有覆盖 {day} 的对账单：请先导入（`partita reconcile import`）。",
)
DIFFERENCES_OPEN = (
    "{source} has differences on {day} that nobody resolved: {count}. `partita reconcile differences {source}`.",
    "{source} 在 {day} 仍有未处理的差异：{count} 项。`partita reconcile differences {source}`。",
)
TRANSFERS_OPEN = (
    "{source} has transfers of {day} that wait for a person: {count}. `partita reconcile transfers {source}`.",
    "{source} 在 {day} 仍有待人工认领的转账：{count} 笔。`partita reconcile transfers {source}`。",
)
DAY_CLOSED = (
    "{day} of {source} is closed: nothing of that day changes any more.",
    "{source} 的 {day} 已关账：该日不再更改。",
)
UNKNOWN_SOURCE = (
    "There is no source of statements {source}. `partita reconcile sources` lists them.",
    "没有对账单来源 {source}。`partita reconcile sources` 列出所有来源。",
)
SOURCE_TAKEN = (
    "Statements of this kind and currency come from {source} already: one {kind} for each currency is compared.",
    "该类型和币种的对账单已由 {source} 提供：每个币种只核对一个{kind}。",
)
UNKNOWN_SOURCE_KIND = (
    "{kind!r} is no kind of source. Known: {known}.",
    "{kind!r} 不是有效的来源类型。可用：{known}。",
)
STATEMENT_OF_ANOTHER = (
    "The statement is in {currency}, but {source} is in {expected}. Nothing was taken in.",
    "对账单币种为 {currency}，而 {source} 为 {expected}。未导入任何内容。",
)
STATEMENT_DOES_NOT_ADD_UP = (
    (
        "The statement does not add up: opening {opening} and lines {lines} do not give closing {closing}. Fetch it "
        "again. Nothing was taken in."
    ),
    "对账单不平：期初 {opening} 加明细 {lines} 不等于期末 {closing}。请重新获取。未导入任何内容。",
)
STATEMENT_AHEAD = (
    (
        "The statement tells of {day}, and today is {today}: what is yet to come is on no statement. Nothing was taken "
        "in. Look at the file's days, or at --last."
    ),
    "对账单包含 {day}，而今天是 {today}：尚未发生的交易不会出现在对账单中。未导入任何内容。请核对文件日期或 --last。",
)
LINE_OUTSIDE_DAYS = (
    (
        "The statement is to cover {first} to {last}, but a line is of {day}. Nothing was taken in. Give --first and "
        "--last as the file has them, or leave them out."
    ),
    "指定的对账期间为 {first} 至 {last}，但有明细属于 {day}。未导入任何内容。请按文件给出 --first 与 --last，或不填。",
)
UNKNOWN_STATEMENT_LINE = (
    "There is no line {line} of a statement. `partita reconcile transfers` and `reconcile differences` list them.",
    "没有对账单明细 {line}。`partita reconcile transfers` 与 `reconcile differences` 列出明细。",
)
TRANSFER_DECIDED = (
    "The transfer {line} was decided before: {decision}.",
    "转账 {line} 此前已处理：{decision}。",
)
NOT_A_TRANSFER = (
    "The line {line} is no money that came to the bank and waits for an account: {why}.",
    "明细 {line} 不是待认领的银行来款：{why}。",
)
UNKNOWN_DIFFERENCE = (
    "There is no difference {difference}. `partita reconcile differences SOURCE` lists them.",
    "没有差异 {difference}。`partita reconcile differences 来源` 列出差异。",
)
DIFFERENCE_NOT_REVERSIBLE = (
    "The difference {difference} has no entry of ours that could be reversed.",
    "差异 {difference} 没有可冲销的分录。",
)
