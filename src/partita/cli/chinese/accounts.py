"""The Chinese pages of the commands for accounts, organisation, users and permissions. Owns words only."""

from __future__ import annotations

_DAYS = "可写日期（2026-10-31，自当日零时起）或带时区的时刻"

ACCOUNTS: dict[str, tuple[str, dict[str, str]]] = {
    "account register": (
        (
            '注册账号，例如 account register acme-shop "Acme 商城" --enterprise acme --unit retail。\n\n'
            "不给 --enterprise 时为账号新建一个企业。新账号自行付款；重复执行同一命令不会有任何变化。"
        ),
        {
            "account": "账号编号。",
            "name": "账号名称。",
            "kind": "账号类型：企业或个人。",
            "place": "归属。",
            "place.enterprise": "账号永久所属的企业。",
            "place.unit": "账号所在的组织单元。",
            "place.zone": "新建企业的时区。",
            "place.currency": "新建企业的币种。",
            "effective_from": f"开通时间，{_DAYS}；默认为现在。此前的用量不予导入。",
        },
    ),
    "account verify": (
        (
            "实名认证：将账号认证为证照上的主体（证件号与名称）。\n\n"
            "企业使用统一社会信用代码，个人使用居民身份证号，均检查校验码。共享信控、划拨资金、共享优惠要求同一实名主体。"
        ),
        {
            "account": "账号。",
            "number": "证件号。",
            "name": "证照上的名称。",
            "register": "登记机关类型：organisation（境内企业）、person（个人）、foreign（境外）。",
            "country": "境外登记机关所在国家代码，例如 SG。",
        },
    ),
    "account freeze": (
        "冻结账号：其人员不能再作任何更改；产品继续运行并计费。",
        {"account": "账号。", "reason": "原因，随账号保存。"},
    ),
    "account unfreeze": ("解冻账号。", {"account": "账号。", "reason": "原因，随账号保存。"}),
    "account close": (
        "注销账号，不可恢复。须无关联、无未出账用量、无欠款、无余额。",
        {"account": "账号。", "reason": "原因，随账号保存。"},
    ),
    "account invoice-title": (
        "设置账号的发票抬头；未给出时，抬头与税号取自实名主体。",
        {
            "account": "账号。",
            "invoice": "发票信息。",
            "invoice.title": "发票上的名称。",
            "invoice.tax_number": "企业税号，即统一社会信用代码。",
            "invoice.address": "注册地址。",
            "invoice.phone": "电话。",
            "invoice.bank": "开户银行。",
            "invoice.bank_account": "银行账号。",
        },
    ),
    "account set-tier": (
        "设置客户等级；account tiers 显示各等级的能力。",
        {"account": "账号。", "tier": "客户等级。", "effective_from": f"生效时间，{_DAYS}；默认为现在。"},
    ),
    "account tiers": ("查看各客户等级具备的能力。", {}),
    "account show": (
        "查看账号：类型、状态、实名主体、发票抬头、客户等级，以及注销前须处理的事项。",
        {"account": "账号。"},
    ),
    "account list": ("列出您有权查看的账号。", {}),
    "org tree": (
        "查看现在或某一时刻的组织树：组织单元及其账号。",
        {"at": f"时间，{_DAYS}；默认为现在。", "accounts": "同时显示每个账号，而不仅是数量。"},
    ),
    "org add-unit": (
        "在企业中新增组织单元，例如 org add-unit acme online 线上销售 --kind team --under sales。",
        {
            "enterprise": "企业。",
            "unit": "组织单元编号。",
            "name": "名称。",
            "kind": "类型；不能设在更低类型的单元之下。",
            "under": "上级单元；默认直属企业。",
        },
    ),
    "org move": (
        "将账号移到企业的另一个组织单元。此前的费用仍归原处；report cost --tree now 可按现在的组织树查看。",
        {
            "account": "账号。",
            "unit": "组织单元。",
            "effective_from": f"生效时间，{_DAYS}；默认为现在，不能在已关账的账期内。",
        },
    ),
    "user add": (
        "添加用户，例如 user add li 李娜 --enterprise acme。没有角色的用户不能执行任何操作。",
        {"user": "用户编号。", "name": "姓名。", "enterprise": "由哪个企业的管理员管理该用户。"},
    ),
    "user grant": (
        "授予用户在企业或其部分组织中的角色；permission list 显示各角色的权限。",
        {
            "user": "用户。",
            "role": "角色。",
            "enterprise": "角色所在的企业。",
            "unit": "仅限该组织单元及其下级的账号；默认整个企业。",
            "span": "有效期。",
            "span.effective_from": f"生效时间，{_DAYS}；默认为现在。",
            "span.effective_until": "最后一天，或截止的时刻；默认无截止。",
        },
    ),
    "user revoke": (
        "按授权编号（grant_…，见 user list）撤销角色。已执行的操作保持有效。",
        {"grant": "授权编号。", "effective_from": f"撤销时间，{_DAYS}；默认为现在。"},
    ),
    "user list": ("列出您有权查看的用户及其角色，包括已结束的。", {"user": "只列该用户。"}),
    "permission list": (
        "查看企业中各角色可执行的操作（默认为随程序提供的策略），以及关联授权码。",
        {"enterprise": "企业。", "csv": "以 permission replace 可读取的文件格式输出策略。"},
    ),
    "permission explain": (
        "说明用户能否对账号执行某操作（例如 view-bills），并逐一列出尝试过的途径和原因。",
        {"user": "用户。", "action": "操作。", "account": "账号。", "acting_for": "用户以哪个主账号的名义操作。"},
    ),
    "permission replace": (
        (
            "以文件中的策略（permission list --csv）替换企业的权限策略，自现在起生效。\n\n"
            "没有对应行或没有 yes 的操作，任何人都不能执行；审计角色始终只读。"
        ),
        {"enterprise": "企业。", "file": "策略文件。"},
    ),
}
