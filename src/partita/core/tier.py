"""Tiers of customers: what a customer of a tier can do with the product, as one table.

Owns `Tier`, `Capability` and `CAPABILITIES`. A tier is never asked for by name in other code: whoever needs to know
asks for a capability. Does not own which person may do what (`permission`). Rules: ACCOUNT-6, ACCOUNT-7
(`docs/rules/account.md`).
"""

from __future__ import annotations

from enum import Enum


class Tier(Enum):
    """The kinds of customers, from the least to the most."""

    BASIC = ("basic", "基础客户")
    ADVANCED = ("advanced", "进阶客户")
    SELF_SERVICE = ("self-service", "自助客户")

    @property
    def word(self) -> str:
        """The name as people and the books write it."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Name the tier in `en` or `zh`."""
        return self.value[language == "zh"]


class Capability(Enum):
    """Something that a customer can do with the product (ACCOUNT-6)."""

    # register, top up, consume, query bills, invoice
    HOLD_FUNDS = ("top up, withdraw and pay", "充值、提现与付款")
    SEE_BILLS = ("query bills, statement and costs", "查询账单、明细与费用")
    INVOICE = ("set the invoice title and get invoices", "设置发票抬头与开票")
    # the four stages: plan, execute, watch, improve, for many accounts
    ORGANISE = ("keep an organisation tree with users and roles", "组织、用户与角色")
    RELATE_ACCOUNTS = ("link member accounts and share with them", "关联子账号并共享")
    MOVE_FUNDS = ("transfer funds to members and reclaim them", "向子账号划拨与回收资金")
    USE_CREDIT = ("buy on credit and allocate it", "使用与分配信控额度")
    RUN_CONTROL = ("set alerts, stop order and spending caps", "设置预警、停机次序与消费上限")
    # custom bills, own analysis, programs
    EXPORT_DATA = ("export charges in open formats", "以开放格式导出费用数据")
    ANALYSE_FREELY = ("cut costs by any dimension", "按任意维度自助分析")
    USE_API = ("let programs act", "使用 API")

    @property
    def word(self) -> str:
        """The name as people write it: `see-bills`."""
        return self.name.lower().replace("_", "-")

    def text(self, language: str = "en") -> str:
        """Say what it is in `en` or `zh`."""
        return self.value[language == "zh"]


_BASIC = frozenset({Capability.HOLD_FUNDS, Capability.SEE_BILLS, Capability.INVOICE})
_SELF = frozenset({Capability.EXPORT_DATA, Capability.ANALYSE_FREELY, Capability.USE_API})

CAPABILITIES = {
    Tier.BASIC: _BASIC,
    Tier.ADVANCED: frozenset(Capability) - _SELF,
    Tier.SELF_SERVICE: frozenset(Capability),
}
"""Which tier can do what (ACCOUNT-6): each has all that the one before it has."""

UNTIERED = Tier.SELF_SERVICE
"""The tier of an account for which none was set: books without tiers keep nothing from anybody (ACCOUNT-7)."""


def can(tier: Tier, capability: Capability) -> bool:
    """Say whether a customer of this tier can do this."""
    return capability in CAPABILITIES[tier]


def least(capability: Capability) -> Tier:
    """Return the first tier that has a capability; the last one has them all."""
    return next(tier for tier in Tier if can(tier, capability))
