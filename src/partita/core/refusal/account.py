"""Texts of refusals about accounts, entities, users and rights. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NOT_PERMITTED = (
    "Not permitted: {who} may not {action} of or for {account}. Tried, in this order:\n{tried}\n{remedy}",
    "没有权限：{who} 不能对 {account} 执行“{action}”。依次尝试：\n{tried}\n{remedy}",
)
