"""The Chinese pages of the commands for relations and batches. Owns words only."""

from __future__ import annotations

_KEY = "幂等键：同一键的命令只执行一次。"
_CODES = "权限代码，可多个。"
_MEMBER = "子账号。"
_FILE = "CSV 或 Excel 文件（.xlsx、.ods 的第一个工作表）。"
_TRIED = "先逐行检查全部内容；只要有一处错误，就指出行与列，不执行任何操作。同一天内容相同的文件视为同一批次。"

RELATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "relation invite": (
        (
            "邀请账号 MEMBER 成为 MAIN 的子账号，例如 relation invite main shop --permit CHECK_FINANCE_INFO。\n\n"
            "同一实名主体且您同时有权代子账号答复时立即生效；否则子账号须在七天内以完全一致的权限确认。"
            "relation modes 说明两种模式。"
            "回答中列出该关联带来的影响及日期。"
        ),
        {
            "main": "主账号。",
            "member": _MEMBER,
            "offer": "关联条件。",
            "offer.mode": "management（财务管理）或 trusteeship（财务托管）。",
            "offer.permit": _CODES,
            "key": _KEY,
        },
    ),
    "relation create": (
        "新建名为 NAME 的账号 MEMBER 并与 MAIN 关联；它继承实名认证与发票抬头，无需确认。",
        {
            "main": "主账号。",
            "member": "新账号的编号。",
            "name": "新账号的名称。",
            "unit": "所在组织单元；默认与主账号相同。",
            "offer": "关联条件。",
            "offer.mode": "management（财务管理）或 trusteeship（财务托管）。",
            "offer.permit": _CODES,
        },
    ),
    "relation confirm": (
        "确认邀请：须与邀请中的权限完全一致（relation show 可查看）。",
        {"member": _MEMBER, "permit": _CODES, "key": _KEY},
    ),
    "relation decline": ("拒绝邀请。", {"member": _MEMBER, "key": _KEY}),
    "relation permit": (
        "将关联的权限设为恰好这些代码；不给任何代码即全部收回。",
        {"member": _MEMBER, "codes": _CODES, "key": _KEY},
    ),
    "relation upgrade": (
        "将财务管理升级为财务托管；--dry-run 显示影响及日期。",
        {"member": _MEMBER, "key": _KEY},
    ),
    "relation release": ("解除关联；--dry-run 显示影响及日期。", {"member": _MEMBER, "key": _KEY}),
    "relation go-back": (
        (
            "由财务托管改回财务管理：先解除、再重新关联，一条命令完成。\n\n"
            "加 --dry-run 显示完整计划：资金、信控、订单、资源、账单与预警将如何变化及日期，以及全部障碍。"
        ),
        {"member": _MEMBER, "permit": _CODES, "key": _KEY},
    ),
    "relation expire": (
        "收回对 MEMBER 的邀请；不给出时，登记所有已过期的邀请。",
        {"member": "被邀请的账号；默认全部已过期的邀请。"},
    ),
    "relation list": (
        "列出账号两侧的关联，或您可查看的全部关联；加 --ended 也列出已结束的。",
        {"account": "只看该账号；默认全部。", "ended": "也列出已结束的关联。"},
    ),
    "relation show": ("查看账号的关联及其每一步。", {"account": "账号。"}),
    "relation modes": ("逐项说明财务管理与财务托管的差异。", {}),
    "batch link": (
        f"按文件邀请多个账号；列为 main、member、mode、permissions（后两列可省略）。\n\n{_TRIED}",
        {"file": _FILE, "key": _KEY},
    ),
    "batch permit": (
        f"按文件设置多个关联的权限；列为 member、permissions。\n\n{_TRIED}",
        {"file": _FILE, "key": _KEY},
    ),
    "batch transfer": (
        f"按文件向多个子账号划拨资金；列为 main、member、amount。\n\n{_TRIED}如需再次划拨，请给出 --key。",
        {"file": _FILE, "key": _KEY},
    ),
    "batch limit": (
        f"按文件为多个子账号设定信控额度；列为 main、member、limit。\n\n{_TRIED}",
        {"file": _FILE, "key": _KEY},
    ),
}
