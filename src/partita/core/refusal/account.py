"""Texts of refusals about accounts, entities, users and rights. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOT_PERMITTED = (
    "Not permitted: {who} may not {action} of or for {account}. Tried, in this order:\n{tried}\n{remedy}",
    "没有权限：{who} 不能对 {account} 执行“{action}”。依次尝试：\n{tried}\n{remedy}",
)
ACCOUNT_CLOSED = (
    "The account {account} is closed: nothing about it changes any more.",
    "账号 {account} 已注销：不能再作任何更改。",
)
ACCOUNT_FROZEN = (
    "The account {account} is frozen. An administrator can unfreeze it: `partita account unfreeze {account}`.",
    "账号 {account} 已冻结。管理员可以解冻：`partita account unfreeze {account}`。",
)
POLICY_LOCKS_OUT = (
    "The policy in {path} lets no role do {action}: nobody could ever change it again. Give it to one role.",
    "{path} 中的策略没有任何角色可以执行 {action}：此后将无人能够更改策略。请至少授予一个角色。",
)
