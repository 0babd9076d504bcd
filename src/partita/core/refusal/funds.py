"""Texts of refusals about funds, payments, transfers and holds. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

SOURCE_OVERDUE = (
    "The account {account} is overdue, so nothing leaves it: {formula}. Top it up first.",
    "账号 {account} 已欠费，资金不能转出：{formula}。请先充值。",
)
EXCEEDS_TRANSFERABLE = (
    "{amount} is more than {account} can transfer: {formula}. Transfer less, or top it up first.",
    "{amount} 超过 {account} 的可划拨金额：{formula}。请减少金额或先充值。",
)
EXCEEDS_RECLAIMABLE = (
    "{amount} is more than {giver} can reclaim from {account}: {formula}. What was spent is not reclaimed.",
    "{amount} 超过 {giver} 可从 {account} 回收的金额：{formula}。已消费的部分不能回收。",
)
EXCEEDS_WITHDRAWABLE = (
    "{amount} is more than {account} can withdraw: {formula}. `partita funds show {account} --explain` shows why.",
    "{amount} 超过 {account} 的可提现金额：{formula}。`partita funds show {account} --explain` 说明原因。",
)
EXCEEDS_FREE_CASH = (
    "{amount} is more than the free cash of {account}: {formula}. Top it up first, or take less.",
    "{amount} 超过 {account} 的可动用现金：{formula}。请先充值或减少金额。",
)
WITHDRAWAL_FORBIDDEN = (
    (
        "{account} may not withdraw cash: its relation with {management} forbids it (FORBID_WITHDRAW_CASH). "
        "{management} can lift that: `partita relation permit {account} CODES` with the codes that are to stay, which "
        "`partita relation show {account}` names."
    ),
    (
        "{account} 不能提现：与 {management} 的关联禁止提现（FORBID_WITHDRAW_CASH）。可由 {management} 解除："
        "`partita relation permit {account} 权限代码`，只列出要保留的权限（见 `partita relation show {account}`）。"
    ),
)
TRANSFER_TO_ITSELF = (
    "{account} cannot transfer to itself: name another account.",
    "{account} 不能向自己划拨：请指定其他账号。",
)
TRANSFER_NOT_RELATED = (
    (
        "{giver} and {receiver} are not related: money is transferred between a main account and its member only. "
        "Relate them first: `partita relation invite`."
    ),
    "{giver} 与 {receiver} 没有财务关联：资金只能在主账号与其子账号之间划拨。请先建立关联：`partita relation invite`。",
)
TRANSFER_IN_TRUSTEESHIP = (
    (
        "{member} is in trusteeship of {management}, which pays for it: it has no use for money of its own, so there "
        "is nothing to transfer. Top up {management} instead."
    ),
    "{member} 由 {management} 财务托管代付，自身没有用款需要，无需划拨。请为 {management} 充值。",
)
SHARING_NOT_VERIFIED = (
    (
        "{account} is not verified: money and credit are shared only within one verified legal entity. Verify it "
        "first: `partita account verify {account}`."
    ),
    "{account} 未实名认证：资金与信控只能在同一实名认证主体内共享。请先认证：`partita account verify {account}`。",
)
SHARING_ENTITY_DIFFERS = (
    (
        "{giver} and {receiver} are verified as different legal entities: money and credit are shared only within one. "
        "Let {receiver} pay in by itself: `partita payment start {receiver} AMOUNT`. If the two are one entity, end "
        "the relation, verify anew (`partita account verify`) and relate again."
    ),
    (
        "{giver} 与 {receiver} 的实名认证主体不同：资金与信控只能在同一主体内共享。可由 {receiver} 自行充值："
        "`partita payment start {receiver} 金额`。如确为同一主体，请先解除关联，"
        "重新认证（`partita account verify`）后再关联。"
    ),
)
UNKNOWN_FREEZE = (
    "There is no freeze {freeze}. `partita funds show ACCOUNT` lists what is frozen.",
    "没有冻结记录 {freeze}。`partita funds show 账号` 列出冻结的金额。",
)
EXCEEDS_FROZEN = (
    "Only {left} of the freeze {freeze} is still frozen; {amount} is more.",
    "冻结记录 {freeze} 仅余 {left}，{amount} 超出。",
)
ACCEPTANCE_MATURED = (
    "The acceptance bill {document} matures on {matures_on}, which is not after today: collect it as cash instead.",
    "票据 {document} 的到期日 {matures_on} 不晚于今天：请直接按到期收款充值。",
)
ACCEPTANCE_NOT_DUE = (
    (
        "The acceptance bill {document} matures on {matures_on}: only then the bank pays it, or does not. For cash "
        "now discount it: `partita funds discount {account} {document}`."
    ),
    (
        "票据 {document} 于 {matures_on} 到期，届时银行才付款或拒付。如需提前使用现金，请办理贴现："
        "`partita funds discount {account} {document}`。"
    ),
)
ACCEPTANCE_KNOWN = (
    (
        "An acceptance bill {document} was taken in before with another account, amount, day or drawer: a number is "
        "one bill. Check the number; `partita funds show {account}` lists the bills of {account}."
    ),
    (
        "票据 {document} 此前已入账，但账号、金额、到期日或承兑行不同：一个号码对应一张票据。"
        "请核对号码；`partita funds show {account}` 列出 {account} 的票据。"
    ),
)
NOTICE_ENDED = (
    "The notice {notice} was ended before with the note {note!r}; that stays.",
    "通知 {notice} 此前已处理，备注为 {note!r}，不再更改。",
)
ACCEPTANCE_ENDED = (
    "The acceptance bill {document} is {state} already: nothing more happens to it.",
    "票据 {document} 已处理（{state}），不再有后续业务。",
)
UNKNOWN_ACCEPTANCE = (
    "{account} has no acceptance bill {document}. `partita funds show {account}` lists them.",
    "{account} 没有票据 {document}。`partita funds show {account}` 列出所有票据。",
)
EXCEEDS_ACCEPTANCE_LEFT = (
    "The fee {amount} is more than what is left of the acceptance bill {document}: {left}.",
    "贴现利息 {amount} 超过票据 {document} 的余额：{left}。",
)
UNKNOWN_CARD = (
    "{account} has no stored-value card {card}. `partita funds show {account}` lists its cards.",
    "{account} 没有储值卡 {card}。`partita funds show {account}` 列出其储值卡。",
)
CARD_PRICE_ABOVE_FACE = (
    "A card costs at most what is on it: price {price}, face {face}.",
    "储值卡售价不能高于面值：售价 {price}，面值 {face}。",
)
REFUND_MONTH_AHEAD = (
    "{month} has not begun: what is refunded was billed or used, so its month is {this_month} or an earlier one.",
    "{month} 尚未开始：退款对应已出账或已使用的费用，月份须为 {this_month} 或更早。",
)
PRODUCT_NOT_BILLED = (
    "{account} was billed no {product}{when}, so nothing of it can be refunded. {remedy}",
    "{account}{when}没有 {product} 的账单，无可退款。{remedy}",
)
EXCEEDS_REFUNDABLE = (
    (
        "{amount} is more than can be refunded to {account} for {month}: {formula}. Refund less. Usage on no bill yet "
        "is corrected by a usage record; what no money has paid is refunded by `partita credit refund`, if it was "
        "bought on credit; a gift is a voucher."
    ),
    (
        "{amount} 超过 {account} 在 {month} 的可退款金额：{formula}。请减少金额。尚未出账的用量请以用量更正记录冲减；"
        "以信控购买而未以资金支付的，请用 `partita credit refund`；赠送请发放代金券。"
    ),
)
BAD_DAYS = (
    "A number of days is 1 to {most}, not {days}.",
    "天数须为 1 至 {most}，而不是 {days}。",
)
UNKNOWN_PAYMENT = (
    "There is no payment {payment}. `partita payment list` shows the payments.",
    "没有支付单 {payment}。`partita payment list` 列出所有支付单。",
)
NOTICE_TOO_LONG = (
    "A payment notice has at most {limit} bytes; this one has {length}. It was not kept.",
    "支付通知最多 {limit} 字节，收到 {length} 字节。未保存。",
)
UNKNOWN_NOTICE = (
    "There is no payment notice {notice}. `partita payment mismatches` shows those that wait for a person.",
    "没有支付通知 {notice}。`partita payment mismatches` 列出等待人工处理的通知。",
)
NOTICE_NOT_WAITING = (
    "The payment notice {notice} does not wait for a person: {verdict}.",
    "支付通知 {notice} 无需人工处理：{verdict}。",
)
GATEWAY_NOT_SET_UP = (
    "No payment gateway is set up: put its secret into PARTITA_PAYMENT_SECRET.",
    "未配置支付网关：请将其密钥写入 PARTITA_PAYMENT_SECRET。",
)
ENTRY_NOT_BY_HAND = (
    (
        "The entry {entry} ({kind}) is part of a business with other facts, so a hand does not reverse it: undo it by "
        "the command of that business, such as `partita funds reclaim`."
    ),
    "分录 {entry}（{kind}）属于还有其他记录的业务，不能手工冲销：请用该业务的命令撤销，例如 `partita funds reclaim`。",
)
