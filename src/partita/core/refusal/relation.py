"""Texts of refusals about relations of accounts. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

# the pair
RELATED_TO_ITSELF = (
    "{account} cannot be related to itself: name a main account and a member.",
    "账号 {account} 不能与自身关联：请分别指定主账号与子账号。",
)
RELATED_ACROSS_ENTERPRISES = (
    "{main} and {member} belong to different enterprises: only accounts of one enterprise can be related.",
    "{main} 与 {member} 属于不同企业：只有同一企业的账号才能关联。",
)
MAIN_IS_MEMBER = (
    (
        "{account} is {is_it} {main}: relations are one level deep. Invite from {main}, or let {account} {way}: "
        "`partita relation {command}`."
    ),
    (
        "{account} 是 {main} {is_it}：关联只有一级。请由 {main} 邀请，或先由 {account} {way}："
        "`partita relation {command}`。"
    ),
)
MEMBER_HAS_MEMBERS = (
    ("{account} has members of its own, or has invited some ({members}): relations are one level deep. First {way}."),
    "{account} 自己有子账号或已发出邀请（{members}）：关联只有一级。请先{way}。",
)
INVITED_ALREADY = (
    (
        "{account} has an invitation of {main} that nobody has answered. Let it decline (`partita relation decline "
        "{account}`), or wait until it expires."
    ),
    "{account} 有来自 {main} 的待处理邀请。请先拒绝（`partita relation decline {account}`），或等待其过期。",
)
RELATED_ALREADY = (
    (
        "{account} is a member of {main} already; an account is in one relation at a time. {way}: `partita "
        "relation {command}`."
    ),
    "{account} 已是 {main} 的子账号；一个账号同时只能有一个关联。{way}：`partita relation {command}`。",
)

# what is offered
PERMISSION_NEEDS_ANOTHER = (
    "{code} needs {needed} too: add it, or leave {code} out.",
    "{code} 依赖 {needed}：请同时授予，或去掉 {code}。",
)
PERMISSIONS_IN_TRUSTEESHIP = (
    "In trusteeship there is nothing to permit: leave {codes} out, or relate as management.",
    "财务托管无需授权：请去掉 {codes}，或改为财务管理。",
)
PERMISSION_NEEDS_SAME_ENTITY = (
    (
        "{codes}: only within one verified legal entity, and {main} and {member} are not ({entities}). Leave them "
        "out, or verify both accounts as the same entity."
    ),
    "{codes} 仅限同一实名主体，而 {main} 与 {member} 不是（{entities}）。请去掉这些权限，或将两个账号认证为同一主体。",
)
UNKNOWN_PERMISSION = (
    "Unknown permission {names}. Known: {known}.",
    "未知权限 {names}。可用：{known}。",
)

# trusteeship
TRUST_NEEDS_ENTERPRISE = (
    "{account} is an individual's account: trusteeship is for enterprise accounts. Relate as management instead.",
    "{account} 是个人账号：财务托管仅限企业账号。请改为财务管理。",
)
TRUST_NEEDS_VERIFICATION = (
    "{account} is not real-name verified: `partita account verify {account}`, then try again.",
    "{account} 未完成实名认证：请先 `partita account verify {account}`，再重试。",
)
TRUST_NEEDS_SAME_ENTITY = (
    (
        "{main} and {member} are verified as different entities ({entities}): trusteeship needs the same one. Relate "
        "as management, or verify the member as the main account's entity."
    ),
    "{main} 与 {member} 的实名主体不同（{entities}）：财务托管要求一致。请改为财务管理，或将子账号认证为主账号的主体。",
)
TRUST_NEEDS_INVOICE_TITLE = (
    "{account} has no invoice title: set one, then try again.",
    "{account} 未设置发票抬头：请先设置，再重试。",
)
TRUST_NEEDS_SAME_TITLE = (
    "The invoice titles differ: {main} and {member}. Set the same one for both.",
    "发票抬头不一致：{main} 与 {member}。请设为一致。",
)
TRUST_NEEDS_CREDIT = (
    (
        "The credit of {account} does not count yet: a main account in trusteeship needs credit that counts. {way}, "
        "then try again."
    ),
    "{account} 的信控尚未生效：托管主账号须有生效的信控。{way}，再重试。",
)
MEMBER_OWES = (
    (
        "{account} owes {owed} and has an available quota of {available}: pay or top up first, so that it owes "
        "nothing and the quota is not below zero."
    ),
    "{account} 欠款 {owed}，可用额度 {available}：请先付清或充值，使其无欠款且可用额度不为负。",
)
MEMBER_HAS_ORDER = (
    "{account} has an {what}: {order}. Pay, finish or cancel it first.",
    "{account} 有{what}：{order}。请先支付、完成或取消。",
)
MEMBER_HAS_USAGE_AHEAD = (
    (
        "Usage of {account} that starts at {last} is stored already, with its payer; the other payer would begin at "
        "{starts}. Run the command again after {last}."
    ),
    "{account} 已存有始于 {last} 的用量及其付款方，而新的付款方将自 {starts} 起生效。请在 {last} 之后重试。",
)
PAYER_STATED_AHEAD = (
    "The setup files state that {payer} pays for {account} from {on}: run the command again after that.",
    "设置文件规定自 {on} 起由 {payer} 为 {account} 付款：请在此之后重试。",
)

# answering
NO_INVITATION = (
    "{account} has no open invitation: `partita relation show {account}` shows where it stands.",
    "{account} 没有待处理的邀请：`partita relation show {account}` 查看现状。",
)
INVITATION_EXPIRED = (
    "The invitation of {account} by {main} expired on {on}: let {main} invite again.",
    "{main} 对 {account} 的邀请已于 {on} 过期：请由 {main} 重新邀请。",
)
NOT_WHAT_WAS_OFFERED = (
    "Confirm exactly what was offered: {offered}. Missing: {missing}; not offered: {extra}.",
    "须以完全一致的权限确认：{offered}。缺少：{missing}；未提供：{extra}。",
)

# changing and leaving
NOT_RELATED = (
    "{account} is a member of nobody: `partita relation list` lists the relations.",
    "{account} 不是任何账号的子账号：`partita relation list` 列出关联。",
)
IN_TRUSTEESHIP = (
    (
        "{account} is in the trusteeship of {main}: there is nothing to permit or upgrade. Back to management: "
        "`partita relation go-back {account} --dry-run` shows what that brings."
    ),
    (
        "{account} 由 {main} 财务托管：没有可授权或升级的内容。如需改回财务管理：`partita relation go-back {account} "
        "--dry-run` 可预览影响。"
    ),
)
NOT_IN_TRUSTEESHIP = (
    "{account} is under the management of {main} already: there is nothing to go back from.",
    "{account} 与 {main} 已是财务管理关系，无需改回。",
)
FUNDS_NOT_RECLAIMED = (
    "{amount} that {main} transferred to {member} is not spent: reclaim it first.",
    "{main} 划拨给 {member} 的 {amount} 尚未用完：请先回收。",
)
CREDIT_NOT_RECLAIMED = (
    "{main} gives {member} a credit limit of {amount}: set it to 0 first.",
    "{main} 为 {member} 设定了 {amount} 的信控额度：请先调为 0。",
)

# batches
BATCH_AT_FAULT = (
    "Faults in {path}: {count}; nothing was done.\n{problems}",
    "{path} 中有 {count} 处错误；未执行任何操作。\n{problems_zh}",
)
