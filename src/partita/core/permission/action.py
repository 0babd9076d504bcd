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
from partita.core.tier import Capability


class Over(Enum):
    """What a main account needs to do something to a member, where no permission code decides it."""

    NEVER = "never"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Act:
    """What an action is: its words; what a main account needs to do it to a member; the code that bars the member.

    `capability`: what the customer's tier has to have for it. `reads`: it changes nothing, so it goes on while an
    account is frozen or closed. `while_frozen`: it is one of the few changes that go on while an account is frozen.
    `operator_only`: it makes money or rights out of nothing, so no role, policy or account ever gets it (PERM-4).
    """

    en: str
    zh: str
    over: Over | Code = Over.NEVER
    barred_by: Code | None = None
    capability: Capability | None = None
    reads: bool = False
    while_frozen: bool = False
    operator_only: bool = False


class Action(Enum):
    """Everything that a person may ask for, as far as somebody may not (PERM-2)."""

    # reading
    VIEW_BILLS = Act(
        "see bills", "查看账单", Code.CHECK_TARGET_CONSUMPTION, capability=Capability.SEE_BILLS, reads=True
    )
    ANALYSE_COSTS = Act(
        "analyse costs", "分析费用", Code.CHECK_TARGET_CONSUMPTION, capability=Capability.ANALYSE_FREELY, reads=True
    )
    EXPORT_CHARGES = Act(
        "export charges", "导出费用数据", Code.CHECK_TARGET_CONSUMPTION, capability=Capability.EXPORT_DATA, reads=True
    )
    VIEW_FINANCES = Act(
        "see funds, balances and statement",
        "查看资金、余额与明细",
        Code.CHECK_FINANCE_INFO,
        capability=Capability.SEE_BILLS,
        reads=True,
    )
    VIEW_ACCOUNT = Act("see the account and its place", "查看账号及其归属", Over.RELATED, reads=True)
    VIEW_PERMISSIONS = Act("see users, roles and the policy", "查看用户、角色与权限策略", reads=True)

    # accounts
    REGISTER_ACCOUNT = Act("register an account", "注册账号", capability=Capability.ORGANISE)
    VERIFY_ENTITY = Act("verify the account as a legal entity", "实名认证")
    FREEZE_ACCOUNT = Act("freeze or unfreeze the account", "冻结或解冻账号", while_frozen=True)
    CLOSE_ACCOUNT = Act("close the account", "注销账号", while_frozen=True)
    SET_TIER = Act("set the tier of the customer", "设置客户等级", operator_only=True)
    SET_INVOICE_PROFILE = Act(
        "set the invoice title",
        "设置发票抬头",
        Code.MANAGE_TARGET_INVOICE,
        Code.FORBID_MANAGE_INVOICE,
        Capability.INVOICE,
    )

    # organisation and people
    CHANGE_ORGANISATION = Act("change the tree and move accounts", "调整组织与账号归属", capability=Capability.ORGANISE)
    MANAGE_USERS = Act("add users, grant and revoke roles", "管理用户与角色", capability=Capability.ORGANISE)
    CHANGE_POLICY = Act("replace the permission policy", "更换权限策略", capability=Capability.ORGANISE)
    RUN_BOOKS = Act(
        "run the books: set up, take in, close, reverse, verify",
        "运行账簿：设置、导入、出账、冲销、核对",
        operator_only=True,
    )

    # relations
    VIEW_RELATIONS = Act("see relations and what they permit", "查看关联与授权", Over.RELATED, reads=True)
    INVITE_MEMBER = Act("invite or create member accounts", "邀请或创建子账号", capability=Capability.RELATE_ACCOUNTS)
    ANSWER_INVITATION = Act("confirm or decline an invitation", "确认或拒绝关联邀请")
    CHANGE_RELATION = Act("permit, upgrade and release relations", "变更授权、升级与解除关联")

    # funds
    TOP_UP = Act("record money received", "充值", while_frozen=True, operator_only=True)
    PAY_IN = Act(
        "pay in through a payment gateway", "在线支付充值", capability=Capability.HOLD_FUNDS, while_frozen=True
    )
    DECIDE_PAYMENT = Act("decide about payments that do not fit", "处理不符的支付通知", operator_only=True)
    CLEAR_BILLS = Act("pay unpaid bills from the funds", "以资金清偿未结清账单", capability=Capability.HOLD_FUNDS)
    SET_CLEARING = Act(
        "switch automatic clearing and settle chosen bills",
        "设置自动销账与自定义销账",
        capability=Capability.HOLD_FUNDS,
    )
    RECONCILE = Act("reconcile statements and say whose transfers are", "对账与认领转账", operator_only=True)
    WITHDRAW = Act("withdraw cash", "提现", barred_by=Code.FORBID_WITHDRAW_CASH, capability=Capability.HOLD_FUNDS)
    TRANSFER = Act("transfer and reclaim money", "划拨与回收资金", capability=Capability.MOVE_FUNDS)
    FREEZE_FUNDS = Act("freeze and release money", "冻结与解冻资金", capability=Capability.HOLD_FUNDS)
    LIFT_FREEZE = Act("release what the operator froze", "解冻由运营方冻结的资金", operator_only=True)
    BUY_CARD = Act("buy and activate stored-value cards", "购买与激活储值卡", capability=Capability.HOLD_FUNDS)
    GIVE_MONEY = Act("refund, and give money on cards", "退款与储值卡赠送", operator_only=True)
    TAKE_DOCUMENT = Act(
        "take in acceptance bills and say what became of them", "收取与处理承兑票据", operator_only=True
    )

    # credit
    GRANT_CREDIT = Act("decide on changes of credit and set terms", "审批信控变更与设置账期", operator_only=True)
    SET_DUNNING = Act("set how accounts are dunned", "设置催收策略", operator_only=True)
    CONFIRM_CREDIT = Act("confirm the credit contract", "确认信控合同", capability=Capability.USE_CREDIT)
    ALLOCATE_CREDIT = Act("allocate credit to members", "分配信控额度", capability=Capability.USE_CREDIT)

    # bills
    ADJUST_BILL = Act("adjust bills", "调账", operator_only=True)
    SAVE_CUSTOM_BILL = Act("save custom bills", "保存自定义账单", capability=Capability.EXPORT_DATA)

    # vouchers and discounts
    DEFINE_TEMPLATE = Act("define templates of vouchers and coupons, and their priority", "定义券模板与使用次序")
    ISSUE_VOUCHER = Act("issue vouchers, coupons and pool quota", "发放代金券、优惠券与额度池", operator_only=True)
    USE_POOL = Act("make vouchers from the pool", "由额度池制作代金券", capability=Capability.MOVE_FUNDS)
    SHARE_VOUCHER = Act("share vouchers with members", "向子账号共享代金券", capability=Capability.MOVE_FUNDS)

    # packages and savings plans
    GRANT_COMMITMENT = Act("grant resource packages and savings plans", "发放资源包与节省计划", operator_only=True)
    SHARE_COMMITMENT = Act(
        "share packages and plans, and set what they skip",
        "共享资源包与节省计划、设置不抵扣规则",
        capability=Capability.MOVE_FUNDS,
    )

    # orders and subscriptions
    VIEW_ORDERS = Act(
        "see orders, approvals and subscriptions",
        "查看订单、审批与包年包月",
        Code.CHECK_TARGET_CONSUMPTION,
        capability=Capability.SEE_BILLS,
        reads=True,
    )
    PLACE_ORDER = Act(
        "place and cancel orders, set renewals", "下单、取消订单与设置续费", capability=Capability.HOLD_FUNDS
    )
    PAY_ORDER = Act("pay orders", "支付订单", capability=Capability.HOLD_FUNDS)
    UNSUBSCRIBE = Act("give subscriptions up", "退订", capability=Capability.HOLD_FUNDS)
    APPROVE_ORDER = Act("approve orders, and lend one's role", "审批订单与委托审批", capability=Capability.ORGANISE)
    SET_APPROVAL_POLICY = Act("set who approves orders", "设置订单审批策略", capability=Capability.ORGANISE)
    SET_REFUND_POLICY = Act("set how products are refunded", "设置产品退订规则", operator_only=True)

    # invoices
    VIEW_INVOICES = Act(
        "see invoices and what may be invoiced",
        "查看发票与可开票金额",
        Code.MANAGE_TARGET_INVOICE,
        capability=Capability.INVOICE,
        reads=True,
    )
    MANAGE_INVOICES = Act(
        "apply for, void, return and set off invoices",
        "申请、作废、退票与冲抵发票",
        Code.MANAGE_TARGET_INVOICE,
        Code.FORBID_MANAGE_INVOICE,
        Capability.INVOICE,
    )
    ISSUE_INVOICES = Act(
        "send invoices to the tax bureau, write red letters, set issuers",
        "向税务平台提交发票、开具红字发票、设置开票方",
        operator_only=True,
    )

    # stop and resume, alerts
    VIEW_CONTROL = Act(
        "see stop and resume, alerts and deliveries", "查看停复机、预警与通知", Code.CHECK_FINANCE_INFO, reads=True
    )
    SET_CONTROL_POLICY = Act(
        "set grace, stop and retention of products", "设置延停、停机与保留策略", operator_only=True
    )
    SET_STOP_ORDER = Act("set what is stopped first", "设置停机次序", capability=Capability.RUN_CONTROL)
    SET_SPENDING_CAP = Act("set spending caps of members", "设置子账号消费上限", capability=Capability.RUN_CONTROL)
    SET_ALERT = Act(
        "set alerts and where they go",
        "设置预警与通知渠道",
        Code.CHECK_FINANCE_INFO,
        capability=Capability.RUN_CONTROL,
        while_frozen=True,
    )

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
