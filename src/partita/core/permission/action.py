"""Actions and roles: what people may do in the books, and the parts that they play.

Owns the list of actions, each with its words and with what a main account needs to do it to a member, and the roles.
Does not own which role may do what: that is data (`Policy`, read by `formats.permission`). What a relation must permit
stands here and not in the policy, for no enterprise may give itself rights over accounts of another.
Rules: PERM-2, PERM-3 (`docs/rules/permission.md`); source: enterprise-finance.md B1.2, B1.3, B14.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from partita.core.permission.codes import RelationPermission as Code


class Over(Enum):
    """What a main account needs to do something to a member, where no permission code decides it."""

    NEVER = "never"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Act:
    """What an action is: its words; what a main account needs to do it to a member; the code that bars the member.

    `reads`: it changes nothing, so it goes on while an account is frozen or closed. `while_frozen`: it is one of the few
    changes that go on while an account is frozen.
    """

    en: str
    zh: str
    over: Over | Code = Over.NEVER
    barred_by: Code | None = None
    reads: bool = False
    while_frozen: bool = False


class Action(Enum):
    """Everything that a person may ask for, as far as somebody may not (PERM-2)."""

    # reading
    VIEW_BILLS = Act("see bills, costs and exports", "查看账单、费用与导出", Code.CHECK_TARGET_CONSUMPTION, reads=True)
    VIEW_FINANCES = Act(
        "see funds, balances and statement", "查看资金、余额与明细", Code.CHECK_FINANCE_INFO, reads=True
    )
    VIEW_ACCOUNT = Act("see an account and its place", "查看账号及其归属", Over.RELATED, reads=True)
    VIEW_PERMISSIONS = Act("see users, roles and the policy", "查看用户、角色与权限策略", reads=True)

    # accounts
    REGISTER_ACCOUNT = Act("register an account", "注册账号")
    VERIFY_ENTITY = Act("verify an account as a legal entity", "实名认证")
    FREEZE_ACCOUNT = Act("freeze and unfreeze an account", "冻结与解冻账号", while_frozen=True)
    CLOSE_ACCOUNT = Act("close an account", "注销账号", while_frozen=True)
    SET_TIER = Act("set the tier of a customer", "设置客户等级")
    SET_INVOICE_PROFILE = Act(
        "set the invoice title", "设置发票抬头", Code.MANAGE_TARGET_INVOICE, Code.FORBID_MANAGE_INVOICE
    )

    # organisation and people
    CHANGE_ORGANISATION = Act("change the tree and move accounts", "调整组织与账号归属")
    MANAGE_USERS = Act("add users, grant and revoke roles", "管理用户与角色")
    CHANGE_POLICY = Act("replace the permission policy", "更换权限策略")
    RUN_BOOKS = Act("run the books: set up, take in, close, reverse, verify", "运行账簿：设置、导入、出账、冲销、核对")

    # relations

    # funds
    TOP_UP = Act("record money received", "充值", while_frozen=True)

    # credit

    # vouchers and discounts

    # stop and resume, alerts

    @property
    def word(self) -> str:
        """The name as people and policy files write it: `view-bills`."""
        return self.name.lower().replace("_", "-")

    def text(self, language: str = "en") -> str:
        """Say what it is in `en` or `zh`."""
        return self.value.zh if language == "zh" else self.value.en


class Role(Enum):
    """The parts that people play (PERM-3)."""

    ADMINISTRATOR = ("administrator", "管理员")
    FINANCE = ("finance", "财务")
    PROCUREMENT = ("procurement", "采购")
    BUSINESS_OWNER = ("business owner", "业务负责人")
    LEGAL = ("legal", "法务")
    AUDITOR = ("auditor", "审计")
    DEVELOPER = ("developer", "开发者")

    @property
    def word(self) -> str:
        """The name as people and policy files write it: `business-owner`."""
        return self.name.lower().replace("_", "-")

    @property
    def reads_only(self) -> bool:
        """No policy can let an auditor change anything."""
        return self is Role.AUDITOR

    @property
    def api_only(self) -> bool:
        """A developer's role counts only at the door for programs."""
        return self is Role.DEVELOPER

    def text(self, language: str = "en") -> str:
        """Name the role in `en` or `zh`."""
        return self.value[language == "zh"]
