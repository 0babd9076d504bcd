"""Finance modes: what 财务管理 and 财务托管 mean for money, rights and control, as one table.

Owns `MATRIX`: for each topic and mode, whose matter it is, what opens it to the other side, and the sentence that says
so. Decisions about a relation ask it, what a change brings is told from it, and the page of the guide is printed from
it. Does not own the permission codes (`permission`) nor the states of a relation (`relation`).
Rules: REL-2, REL-3 (`docs/rules/relation.md`); source: enterprise-finance.md B1.2, B8, B9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from partita.core.org import FinanceMode
from partita.core.permission import RelationPermission as Code

INDEPENDENT, TRUSTEESHIP = FinanceMode.INDEPENDENT, FinanceMode.TRUSTEESHIP

MODE_NAMES: dict[FinanceMode, tuple[str, str]] = {
    INDEPENDENT: ("financial management", "财务管理"),
    TRUSTEESHIP: ("financial trusteeship", "财务托管"),
}


class Topic(Enum):
    """What the two modes differ in (REL-2), in the order in which they are told: English, 中文."""

    VERIFICATION = ("real-name verification", "实名认证")
    CONFIRMATION = ("confirmation", "关联确认")
    PAYMENT = ("who pays for new usage", "新用量由谁付款")
    FUNDS = ("funds", "资金")
    WITHDRAWAL = ("withdrawal", "提现")
    CREDIT = ("credit", "信控")
    DISCOUNTS = ("contract discounts", "合同折扣")
    VOUCHERS = ("vouchers and cards", "代金券与储值卡")
    PACKAGES = ("packages and savings plans", "资源包与节省计划")
    ORDERS = ("orders", "订单")
    RESOURCES = ("resources", "资源")
    BILLS = ("bills", "账单")
    FINANCES = ("balances and statement", "余额与收支明细")
    INVOICES = ("invoices", "发票")
    CONTROL = ("stop and resume", "停复机")
    BUDGETS = ("budgets", "预算")
    ALERTS = ("alerts", "预警")
    ANALYSIS = ("cost analysis", "成本分析")

    def text(self, language: str = "en") -> str:
        """Name the topic in `en` or `zh`."""
        return self.value[language == "zh"]


class Holder(Enum):
    """Whose matter something is."""

    MEMBER = ("member", "子账号")
    MANAGEMENT = ("main account", "主账号")

    def text(self, language: str = "en") -> str:
        """Name the holder in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class Right:
    """How one topic stands in one mode.

    `opened_by`: with this code the other side may see, share or handle it too. `barred_by`: with this code the holder
    may not handle it itself. `same_entity`: only within one verified legal entity. `main_acts`: the main account has a
    part in it without any code.
    """

    holder: Holder
    en: str
    zh: str
    opened_by: Code | None = None
    barred_by: Code | None = None
    same_entity: bool = False
    main_acts: bool = False

    def text(self, language: str = "en") -> str:
        """Say how it stands, in `en` or `zh`."""
        return self.zh if language == "zh" else self.en


def _of_member(en: str, zh: str, opened_by: Code | None = None, barred_by: Code | None = None) -> Right:
    return Right(Holder.MEMBER, en, zh, opened_by, barred_by)


def _shared(en: str, zh: str, opened_by: Code | None = None) -> Right:
    return Right(Holder.MEMBER, en, zh, opened_by, same_entity=True)


def _helped(en: str, zh: str, *, same_entity: bool = False) -> Right:
    return Right(Holder.MEMBER, en, zh, same_entity=same_entity, main_acts=True)


def _of_main(en: str, zh: str, *, same_entity: bool = False) -> Right:
    return Right(Holder.MANAGEMENT, en, zh, same_entity=same_entity)


MATRIX: dict[Topic, dict[FinanceMode, Right]] = {
    Topic.VERIFICATION: {
        INDEPENDENT: _of_member(
            "any; the same entity only for sharing credit and discounts and for transfers",
            "不要求一致；仅共享信控、共享优惠与资金划拨要求同一实名主体",
        ),
        TRUSTEESHIP: _of_main(
            "both accounts are enterprises of the same entity", "双方须为同一实名主体的企业账号", same_entity=True
        ),
    },
    Topic.CONFIRMATION: {
        INDEPENDENT: _of_member(
            "none within one entity, if whoever invites may answer for the member too; otherwise the member confirms "
            "exactly the permissions offered",
            "同一实名主体且邀请人同时有权代子账号答复时，无需确认；否则子账号须以完全一致的权限确认",
        ),
        TRUSTEESHIP: _of_main(
            "none, if whoever invites may answer for the member too; otherwise the member confirms",
            "邀请人同时有权代子账号答复时，无需确认；否则须由子账号确认",
        ),
    },
    Topic.PAYMENT: {
        INDEPENDENT: _of_member("the member pays", "由子账号付款"),
        TRUSTEESHIP: _of_main(
            "the main account pays, from the next billing cycle of each product; for a member created so from its "
            "opening",
            "由主账号付款，自各产品的下一计费周期起生效；以托管方式新建的子账号自开户起生效",
        ),
    },
    Topic.FUNDS: {
        INDEPENDENT: _helped(
            "its own; the main account may transfer funds to it and reclaim what is left",
            "各自独立；主账号可划拨资金，并可回收剩余部分",
            same_entity=True,
        ),
        TRUSTEESHIP: _of_main(
            "the main account's; the member's old balance stays with it and pays its earlier bills only",
            "使用主账号资金；子账号原有余额仍归子账号，仅用于支付其此前的账单",
        ),
    },
    Topic.WITHDRAWAL: {
        INDEPENDENT: _of_member(
            "the member withdraws its cash", "子账号可提现自己的现金", barred_by=Code.FORBID_WITHDRAW_CASH
        ),
        TRUSTEESHIP: _of_member("the member withdraws what is left of its own cash", "子账号可提现自己剩余的现金"),
    },
    Topic.CREDIT: {
        INDEPENDENT: _shared(
            "its own, or the main account's: the main account sets the limit of each member",
            "各自独立，或共享主账号信控：由主账号为每个子账号设定额度",
            Code.SYNCHRONIZE_FINANCE_IDENTITY,
        ),
        TRUSTEESHIP: _of_main("the main account's", "使用主账号信控"),
    },
    Topic.DISCOUNTS: {
        INDEPENDENT: _shared(
            "its own, or the main account's too", "各自独立，或同时享受主账号的合同折扣",
            Code.SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET,
        ),
        TRUSTEESHIP: _of_main("the main account's, by default", "默认享受主账号的合同折扣"),
    },
    Topic.VOUCHERS: {
        INDEPENDENT: _helped(
            "its own; the main account may share vouchers with it", "使用自己的；主账号可向其共享代金券"
        ),
        TRUSTEESHIP: _of_main("the main account's pay the member's usage", "以主账号的代金券与储值卡支付子账号的用量"),
    },
    Topic.PACKAGES: {
        INDEPENDENT: _of_member("its own", "仅使用自己的"),
        TRUSTEESHIP: _of_main("those of the main account that can be shared", "共享主账号可共享的部分"),
    },
    Topic.ORDERS: {
        INDEPENDENT: _of_member("the member orders and pays", "由子账号下单并付款"),
        TRUSTEESHIP: _of_main(
            "the member orders; order and bill belong to the main account, which pays",
            "由子账号下单；订单与账单归主账号，由主账号付款",
        ),
    },
    Topic.RESOURCES: {
        INDEPENDENT: _of_member("the member's, with their refund value", "归子账号，保有退订价值"),
        TRUSTEESHIP: _of_main(
            "the main account's; what returns at release has no refund value",
            "归主账号；解除托管后退回的资源没有退订价值",
        ),
    },
    Topic.BILLS: {
        INDEPENDENT: _of_member(
            "its own; the main account may see them", "各自独立；主账号可查看", opened_by=Code.CHECK_TARGET_CONSUMPTION
        ),
        TRUSTEESHIP: _of_main(
            "recorded under the main account, by member; the member sees its own usage and what it cost",
            "记在主账号名下并注明子账号；子账号可查看自己的用量与费用",
        ),
    },
    Topic.FINANCES: {
        INDEPENDENT: _of_member(
            "its own; the main account may see them", "各自独立；主账号可查看", opened_by=Code.CHECK_FINANCE_INFO
        ),
        TRUSTEESHIP: _of_main("the main account sees all", "主账号可查看全部"),
    },
    Topic.INVOICES: {
        INDEPENDENT: _of_member(
            "its own; the main account may handle them, and the member may be barred",
            "各自开具；主账号可代为管理，也可禁止子账号自行管理",
            Code.MANAGE_TARGET_INVOICE,
            Code.FORBID_MANAGE_INVOICE,
        ),
        TRUSTEESHIP: _of_main("always to the main account", "一律开给主账号"),
    },
    Topic.CONTROL: {
        INDEPENDENT: _of_member(
            "each account alone: one that is overdue stops no other", "各账号独立：一个账号欠费不影响其他账号"
        ),
        TRUSTEESHIP: _of_main(
            "the main account's available quota decides for all its members, in the order of stopping that the group "
            "sets; a spending cap stops one member alone",
            "由主账号的可用额度决定全部托管子账号的停复机，可设停机次序；消费上限只停达到上限的子账号",
        ),
    },
    Topic.BUDGETS: {
        INDEPENDENT: _of_member("each account its own", "各账号独立设置"),
        TRUSTEESHIP: _of_main("the main account's, down to each member", "在主账号设置，可下钻到各子账号"),
    },
    Topic.ALERTS: {
        INDEPENDENT: _of_member("each account its own", "各账号独立接收"),
        TRUSTEESHIP: _of_main(
            "low quota is told to the main account, high spending to it and the member",
            "可用额度预警发给主账号，高额消费预警同时发给子账号",
        ),
    },
    Topic.ANALYSIS: {
        INDEPENDENT: _of_member(
            "each account alone; the main account may see all together",
            "各账号独立；主账号可合并查看",
            opened_by=Code.CHECK_TARGET_CONSUMPTION,
        ),
        TRUSTEESHIP: _of_main(
            "at the main account, by member; the member reads the cost that it caused",
            "在主账号查看，可按子账号拆分；子账号可查看自己产生的费用",
        ),
    },
}  # fmt: skip
"""Topic by mode (REL-2): the capability matrix of B1.2."""


def right(topic: Topic, mode: FinanceMode) -> Right:
    """Return how a topic stands in a mode."""
    return MATRIX[topic][mode]


def needs_same_entity(mode: FinanceMode) -> frozenset[Code]:
    """Return the codes that a relation of this mode can only have within one verified entity (REL-3)."""
    rights = (rights[mode] for rights in MATRIX.values())
    return frozenset(one.opened_by for one in rights if one.same_entity and one.opened_by is not None)


def shares(topic: Topic, mode: FinanceMode, permissions: frozenset[Code], *, same_entity: bool) -> bool:
    """Say whether the main account's credit, discounts … count for the member, or its matters are open to the main one.

    In trusteeship they are the main account's; otherwise the code that opens them must be there, and, where the matrix
    says so, the verified entity must be the same (REL-2, REL-3).
    """
    one = right(topic, mode)
    if one.same_entity and not same_entity:
        return False
    return one.holder is Holder.MANAGEMENT or (one.opened_by is not None and one.opened_by in permissions)


def may_move_funds(mode: FinanceMode, *, same_entity: bool) -> bool:
    """Say whether a main account may transfer funds to a member: within one entity, and not in trusteeship (REL-3)."""
    one = right(Topic.FUNDS, mode)
    return one.holder is Holder.MEMBER and (same_entity or not one.same_entity)


def differences(before: FinanceMode, after: FinanceMode) -> Iterator[tuple[Topic, Right, Right]]:
    """Yield each topic that stands otherwise after a change of the mode, with both rights, in the order of `Topic`."""
    for topic, rights in MATRIX.items():
        if rights[before] != rights[after]:
            yield topic, rights[before], rights[after]
