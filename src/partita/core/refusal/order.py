"""Texts of refusals about orders, approval, subscriptions and refunds. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

UNKNOWN_ORDER = (
    "There is no order {order}. `partita order list ACCOUNT` shows those of an account.",
    "没有订单 {order}。`partita order list 账号` 列出账号的订单。",
)
ORDER_NOT_UNPAID = (
    "The order {order} is {state}: only an unpaid order is paid or cancelled. `partita order show {order}`.",
    "订单 {order} {state}：只有未支付的订单可以支付或取消。`partita order show {order}`。",
)
ORDER_PAYER_CHANGED = (
    "{payer} pays for {account} now, no longer {before}: cancel the order {order} and place it anew.",
    "{account} 现由 {payer} 付款，不再是 {before}：请取消订单 {order} 后重新下单。",
)
ORDER_AWAITS_APPROVAL = (
    "The order {order} waits for the approval of the role {role}. `partita approval list` shows what waits.",
    "订单 {order} 待{role}审批。`partita approval list` 列出待审批的订单。",
)
ORDER_FUNDS_SHORT = (
    (
        "{payer} cannot pay the order {order}: vouchers and cards pay {vouchers}; of the other {needed} it may use: "
        "{formula}. Top up {short} and pay again, or pay online: `partita order pay {order} --online`."
    ),
    (
        "{payer} 无法支付订单 {order}：代金券与储值卡支付 {vouchers}；其余需 {needed}，而 {formula}。"
        "请充值 {short} 后重新支付，或在线支付：`partita order pay {order} --online`。"
    ),
)
RENEWAL_FUNDS_SHORT = (
    (
        "{payer} cannot pay the renewal of {subscription}: vouchers and cards pay {vouchers}; of the other {needed} it "
        "may use: {formula}. Top up {short}; it is tried again tomorrow, or renew it yourself: "
        "`partita order renew {subscription}`."
    ),
    (
        "{payer} 无法支付 {subscription} 的续费：代金券与储值卡支付 {vouchers}；其余需 {needed}，而 {formula}。"
        "请充值 {short}；系统将于次日重试，也可自行续费：`partita order renew {subscription}`。"
    ),
)
ORDER_WITHOUT_LINES = (
    "An order has 1 to {most} lines. Give at least one line.",
    "订单须有 1 至 {most} 行。请至少给出一行。",
)
BAD_QUANTITY = ("{name} is {allowed}, not {value}.", "{name} 须为 {allowed}，而不是 {value}。")
NO_SUBSCRIPTION_PRICE = (
    "The SKU {sku} is not sold by the {term} in {currency}. `partita catalog show {sku}` shows how it is sold.",
    "SKU {sku} 没有按{term}计价的 {currency} 包年包月价格。`partita catalog show {sku}` 查看其价格。",
)
UNKNOWN_COUPON = (
    "{account} has no coupon {coupon}. `partita coupon list {account}` shows those that it has.",
    "{account} 没有优惠券 {coupon}。`partita coupon list {account}` 列出其优惠券。",
)
COUPON_TAKES_NOTHING = (
    "The coupon {coupon} takes nothing off this order: {why}. Leave it out, or use another.",
    "优惠券 {coupon} 对该订单无减免：{why}。请不使用，或换一张。",
)
UNKNOWN_SUBSCRIPTION = (
    "There is no subscription {subscription}. `partita subscription list ACCOUNT` shows those of an account.",
    "没有包年包月实例 {subscription}。`partita subscription list 账号` 列出账号的实例。",
)
SUBSCRIPTION_OVER = (
    "The subscription {subscription} is {state}: it cannot be renewed or changed. Buy a new one: `partita order buy`.",
    "包年包月实例 {subscription} {state}，不能再续费或变更。请新购：`partita order buy`。",
)
SUBSCRIPTION_ENDED = (
    "The subscription {subscription} ended on {ended}. Renew it first: `partita order renew {subscription}`.",
    "包年包月实例 {subscription} 已于 {ended} 到期。请先续费：`partita order renew {subscription}`。",
)
SUBSCRIPTION_EXISTS = (
    "{account} has the resource {resource} of {product} as a subscription already: {subscription}.",
    "{account} 的 {product} 资源 {resource} 已是包年包月：{subscription}。",
)
RESOURCE_TWICE = (
    "The resource {resource} of {product} is named twice in this order. Name each resource once.",
    "该订单两次指定了 {product} 的资源 {resource}。每个资源只能指定一次。",
)
RESOURCE_HAS_ORDER = (
    (
        "The resource {resource} of {product} is in the order {order} already, which is not paid yet. Pay it "
        "(`partita order pay {order}`) or cancel it (`partita order cancel {order}`) first."
    ),
    (
        "{product} 的资源 {resource} 已在未支付的订单 {order} 中。请先支付（`partita order pay {order}`）"
        "或取消（`partita order cancel {order}`）。"
    ),
)
RESOURCE_MISSING = (
    "Say which resource is to be converted: {sku}=TERMS#RESOURCE.",
    "请指定要转换的资源：{sku}=周期#资源。",
)
RESOURCE_NOT_METERED = (
    (
        "{account} has no usage of the SKU {sku} by the resource {resource}, neither this month nor last; of that "
        "resource there is usage of: {others}. Name a resource that is paid by usage, or buy a new one: "
        "`partita order buy`."
    ),
    (
        "{account} 的资源 {resource} 在本月与上月均没有 SKU {sku} 的用量；该资源有用量的 SKU：{others}。"
        "请指定按量付费的资源，或新购：`partita order buy`。"
    ),
)
SUBSCRIPTION_HAS_ORDER = (
    "The order {order} on {subscription} is not paid yet. Pay or cancel it first.",
    "包年包月实例 {subscription} 有未支付的订单 {order}。请先支付或取消。",
)
SUBSCRIPTION_WITHOUT_VALUE = (
    (
        "{before} paid for {subscription}, not {payer}: after a trusteeship it runs until its end without any value "
        "to give back or to change (REL-7). Renew it, and what you pay counts again, from when it starts."
    ),
    (
        "{subscription} 由 {before} 付款，而非 {payer}：解除托管后可用至到期，但无财务价值，不能退款或变更。"
        "续费后所付部分自其开始之日起重新计值。"
    ),
)
NOT_REFUNDABLE = (
    (
        "{subscription} was bought with a promotion that is not refunded (order {order}). A renewal that has not "
        "started and was paid without one comes back alone: `--renewals-only`."
    ),
    (
        "{subscription} 使用了不可退的促销活动（订单 {order}），不能退订。"
        "未开始且未使用此类促销的续费可单独退订：`--renewals-only`。"
    ),
)
RESIZE_TO_THE_SAME = (
    "{subscription} is {quantity} of {sku} already: name another SKU or quantity.",
    "{subscription} 已为 {quantity} 个 {sku}：请指定其他 SKU 或数量。",
)
RESIZE_OTHER_PRODUCT = (
    "{sku} is of {product}: a resize stays within {own}. Buy it anew: `partita order buy`.",
    "{sku} 属于 {product}：升降配须在 {own} 内进行。请新购：`partita order buy`。",
)
NOTHING_TO_REFUND = (
    "No renewal of {subscription} is still to start: there is none to take back.",
    "{subscription} 没有尚未生效的续费，无可退部分。",
)
BAD_REFUND_POLICY = (
    "A ladder has months that rise, up to ten years, and factors above 0 up to 1 that do not rise: {given}.",
    "阶梯的月数须递增且不超过十年，折扣须大于 0、不大于 1 且不递增：{given}。",
)
BAD_EXPIRY_DAY = ("A unified expiry day is 1 to 31, not {day}.", "统一到期日须为 1 至 31，而不是 {day}。")
NO_APPROVAL_OPEN = (
    "The order {order} waits for nobody's approval. `partita order show {order}` tells its history.",
    "订单 {order} 没有待处理的审批。`partita order show {order}` 查看其历史。",
)
APPROVAL_NOT_YOURS = (
    "The order {order} waits for the role {role}, which {who} neither has over the account nor was lent.",
    "订单 {order} 待{role}审批，{who} 在该账号上没有此角色，也未获委托。",
)
OWN_ORDER = (
    "{who} placed the order {order} and cannot approve it. Ask somebody else who has the role.",
    "订单 {order} 由 {who} 提交，不能自行审批。请由其他具有该角色的人员审批。",
)
APPROVED_ALREADY = (
    "{who} has decided on the order {order} before: another person decides for the next role.",
    "{who} 已审批过订单 {order}：后续角色须由他人审批。",
)
REASON_MISSING = ("Say why: --reason.", "请说明理由：--reason。")
BAD_APPROVAL_POLICY = ("The approval policy makes no sense: {detail}", "审批策略无效：{detail}")
NOT_YOUR_ROLE = (
    "{user} does not hold the role {role}: only a role that one has is lent.",
    "{user} 不具有{role}角色：只能委托自己具有的角色。",
)
ADMINISTRATORS_APPROVE_NOTHING = (
    "{user} is an administrator: who says who may do what does not approve. Lend the role to somebody else.",
    "{user} 是管理员：管理权限的人不参与审批。请委托给其他人。",
)
DELEGATED_TO_ITSELF = ("Name another user to lend the role to.", "请指定其他用户作为受托人。")
