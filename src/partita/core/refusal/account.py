"""Texts of refusals about accounts, entities, users and rights. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOT_PERMITTED = (
    "Not permitted: {who} may not {action} ({account}). Tried, in this order:\n{tried}\n{remedy}",
    "没有权限：{who} 不能执行“{action}”（{account}）。依次尝试：\n{tried}\n{remedy}",
)
ACCOUNT_CLOSED = (
    "The account {account} is closed: nothing about it changes any more.",
    "账号 {account} 已注销：不能再作任何更改。",
)
ACCOUNT_FROZEN = (
    "The account {account} is frozen. An administrator can unfreeze it: `partita account unfreeze {account}`.",
    "账号 {account} 已冻结。管理员可以解冻：`partita account unfreeze {account}`。",
)
FROZEN_BY_OPERATOR = (
    "The account {account} was frozen by the operator of the books ({note}), who alone opens it again.",
    "账号 {account} 由账簿的运营方冻结（{note}），只能由运营方解冻。",
)
POLICY_LOCKS_OUT = (
    "The policy in {path} lets no role do {action}: nobody could ever change it again. Give it to one role.",
    "{path} 中的策略没有任何角色可以执行 {action}：此后将无人能够更改策略。请至少授予一个角色。",
)
TIER_LACKS = (
    "The account {account} is a {tier} customer, a tier without this: {capability}. The first with it: {least}.",
    "账号 {account} 为{tier}，不具备能力：{capability}。最低需要：{least}。",
)
ACCOUNT_EXISTS = (
    "There is an account {account} already, with another {differs}. Choose another id.",
    "账号 {account} 已存在，但{differs}不同。请选择其他编号。",
)
BAD_NAME = (
    "{value!r} is no id: write 1 to 128 letters, digits and . _ : / @ -, a letter or digit first.",
    "{value!r} 不是有效编号：请用 1 至 128 个字母、数字及 . _ : / @ -，以字母或数字开头。",
)
UNKNOWN_ENTERPRISE = (
    "Unknown enterprise {enterprise}. `partita org tree` shows the enterprises.",
    "未知企业 {enterprise}。`partita org tree` 显示各企业。",
)
UNKNOWN_UNIT = (
    "The enterprise {enterprise} has no unit {unit}. `partita org tree` shows the units.",
    "企业 {enterprise} 没有组织单元 {unit}。`partita org tree` 显示组织树。",
)
UNKNOWN_ZONE = (
    "{zone!r} is no time zone: write a name such as Asia/Shanghai.",
    "{zone!r} 不是有效时区：请写 Asia/Shanghai 这样的名称。",
)
WRONG_ENTITY_KIND = (
    "An account of kind {account_kind} cannot be verified as {entity_kind}, only as: {known}.",
    "类型为 {account_kind} 的账号不能认证为 {entity_kind}，只能为：{known}。",
)
BAD_REGISTER_NUMBER = (
    "{number!r} is no {kind}: {detail} Check it against the certificate.",
    "{number!r} 不是有效的{kind}：{detail} 请与证照核对。",
)
ENTITY_NAME_DIFFERS = (
    "The number {number} is known under the name {known!r}, not {name!r}. Write the name as it is registered.",
    "证件号 {number} 登记的名称为 {known!r}，而不是 {name!r}。请填写登记的名称。",
)
VERIFIED_WHILE_RELATED = (
    "The account {account} is related to {others} and stays verified as it is; release the relation first.",
    "账号 {account} 与 {others} 存在关联，不能更改实名认证；请先解除关联。",
)
NOT_VERIFIED = (
    "The account {account} is not verified: `partita account verify {account}`.",
    "账号 {account} 尚未实名认证：`partita account verify {account}`。",
)
INVOICE_PROFILE_INCOMPLETE = (
    "An enterprise's invoice title needs a tax number: give --tax-number.",
    "企业发票抬头需要税号：请给出 --tax-number。",
)
ACCOUNT_HAS_RELATION = (
    "The account {account} is related to {others}: release that first with `partita relation release`.",
    "账号 {account} 与 {others} 存在关联：请先用 `partita relation release` 解除。",
)
ACCOUNT_PAYS_FOR_OTHERS = (
    "The account {account} pays for {others}: let them be paid for otherwise first.",
    "账号 {account} 为 {others} 付款：请先更换它们的付款方。",
)
ACCOUNT_IS_PAID_FOR = (
    "The account {account} is paid for by {payer}: end that first.",
    "账号 {account} 由 {payer} 代付：请先结束代付。",
)
ACCOUNT_HAS_USAGE = (
    "The account {account} has usage that no bill holds yet, of {months}: close it after those months are closed.",
    "账号 {account} 在 {months} 有尚未出账的用量：请在这些账期关账后再注销。",
)
ACCOUNT_HAS_DEBT = (
    "The account {account} owes {amount}: pay in or top up first; money that comes in pays it at once.",
    "账号 {account} 欠款 {amount}：请先付款或充值，资金到账即清偿欠款。",
)
ACCOUNT_HAS_FUNDS = (
    "The account {account} holds {amount} ({book}): withdraw, give back or use it first.",
    "账号 {account} 尚有 {amount}（{book}）：请先提现、退回或用完。",
)
UNKNOWN_USER = (
    "Unknown user {user}. `partita user list` lists the users.",
    "未知用户 {user}。`partita user list` 列出所有用户。",
)
UNKNOWN_ACTION = (
    "Unknown action {action!r}. Known: {known}.",
    "未知操作 {action!r}。可用：{known}。",
)
USER_EXISTS = (
    "There is a user {user} already, with another name or enterprise. Choose another id.",
    "用户 {user} 已存在，但姓名或企业不同。请选择其他编号。",
)
UNKNOWN_GRANT = (
    "There is no grant {grant}. `partita user list` shows the grants and their ids.",
    "没有授权 {grant}。`partita user list` 显示所有授权及其编号。",
)
ENDS_BEFORE_START = (
    "It would end on {end}, before it starts on {start}.",
    "结束时间 {end} 早于生效时间 {start}。",
)
REVOKED_IN_THE_PAST = (
    "A role is taken back now or later, not from {on} on: what was done with it stays done.",
    "角色只能从现在或将来撤销，不能从 {on} 起撤销：已执行的操作保持有效。",
)
UNIT_EXISTS = (
    "There is a unit {unit} already ({name}), of another kind, name or place. Choose another id.",
    "组织单元 {unit} 已存在（{name}），但类型、名称或上级不同。请选择其他编号。",
)
UNIT_UNDER_LOWER_KIND = (
    "A {kind} cannot stand under {parent}, which is a {parent_kind}.",
    "{kind} 不能设在 {parent}（{parent_kind}）之下。",
)
MOVED_BEFORE_OPENING = (
    "The account {account} is not open yet on {on}: it cannot move before it stands somewhere.",
    "账号 {account} 在 {on} 尚未开通，无法在此之前移动。",
)
MOVED_IN_CLOSED_MONTH = (
    (
        "A move of {account} on {on} would change what the closed month {month} reported. Let it start later; "
        "`partita report cost --tree now` shows past months by the tree as it is now."
    ),
    (
        "账号 {account} 在 {on} 移动会改变已关账账期 {month} 的报表。请使用更晚的生效时间；"
        "`partita report cost --tree now` 可按现在的组织树查看过去的账期。"
    ),
)
MOVED_OTHERWISE = (
    "The account {account} moves to {unit} at that very instant ({on}). Choose another instant.",
    "账号 {account} 在同一时刻（{on}）已移至 {unit}。请选择其他时刻。",
)
