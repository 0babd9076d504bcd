"""The command line: which commands there are. Each command lives in the file of its noun."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from cyclopts import App, Parameter

from partita import __version__
from partita.cli.manual import Pages, in_language

_GROUPS = {
    "setup": ("Organisation and catalogue.", "组织与价目。"),
    "catalog": ("The catalogue.", "价目。"),
    "import": ("Usage and provider bills in.", "导入用量与厂商账单。"),
    "bill": ("Bills.", "账单。"),
    "custom-bill": ("Bills as you want them.", "自定义账单。"),
    "account": ("Accounts.", "账号。"),
    "org": ("The organisation tree.", "组织树。"),
    "user": ("Users and their roles.", "用户与角色。"),
    "permission": ("Who may do what.", "权限。"),
    "relation": ("Main accounts and their members.", "主账号与子账号的关联。"),
    "batch": ("One command for many accounts.", "批量操作。"),
    "funds": ("Funds.", "资金。"),
    "payment": ("Payments online.", "在线支付。"),
    "credit": ("Credit.", "信控。"),
    "clearing": ("Clearing.", "销账。"),
    "dunning": ("Dunning.", "催收。"),
    "reconcile": ("Reconciliation.", "对账。"),
    "voucher": ("Vouchers.", "代金券。"),
    "coupon": ("Coupons.", "优惠券。"),
    "order": ("Orders.", "订单。"),
    "package": ("Resource packages.", "资源包。"),
    "plan": ("Savings plans.", "节省计划。"),
    "deduct": ("What packages and plans cover.", "抵扣。"),
    "subscription": ("What is paid ahead.", "包年包月。"),
    "approval": ("Who must agree to orders.", "订单审批。"),
    "invoice": ("Invoices.", "发票。"),
    "ledger": ("The ledger.", "总账。"),
    "control": ("Stop and resume.", "停复机。"),
    "alert": ("Alerts and where they go.", "预警与通知。"),
    "outbox": ("What goes out to the cloud and to people.", "发往云与通知渠道的消息。"),
    "report": ("Reports.", "报表。"),
    "export": ("Files out.", "导出。"),
    "focus": ("The open bill format.", "FOCUS 开放账单规范。"),
    "db": ("The embedded database.", "内置数据库。"),
}

COMMANDS = (
    ("demo", "partita.cli.demo:demo", "A group's months on fresh books, end to end.", "演示：一个集团的几个月。"),
    ("setup apply", "partita.cli.setup:apply", "Take in organisation and catalogue from a folder.", "导入组织与价目。"),
    ("setup show", "partita.cli.setup:show", "Show what is set up.", "查看组织与价目。"),
    ("catalog validate", "partita.cli.catalog.commands:validate", "Check a catalogue.", "检查价目。"),
    ("catalog diff", "partita.cli.catalog.commands:diff", "What a catalogue would change.", "比较价目。"),
    ("catalog try", "partita.cli.catalog.commands:try_prices", "What new prices would have cost.", "试算新价格。"),
    ("catalog apply", "partita.cli.catalog.commands:apply", "Take a catalogue in.", "应用价目。"),
    ("catalog show", "partita.cli.catalog.commands:show", "Show the catalogue or a SKU.", "查看价目。"),
    ("catalog prices", "partita.cli.catalog.commands:prices", "Prices in force.", "生效的价格。"),
    ("catalog import", "partita.cli.catalog.commands:import_prices", "A price list as a catalogue.", "导入价目表。"),
    ("quote", "partita.cli.quote:quote", "What an order would cost, and who would pay.", "询价与抵扣方案。"),
    ("account register", "partita.cli.account:register", "Register an account.", "注册账号。"),
    ("account verify", "partita.cli.account:verify", "Verify an account as a legal entity.", "实名认证。"),
    ("account invoice-title", "partita.cli.account:invoice_title", "Set the invoice title.", "设置发票抬头。"),
    ("account freeze", "partita.cli.account:freeze", "Freeze an account.", "冻结账号。"),
    ("account unfreeze", "partita.cli.account:unfreeze", "Open a frozen account again.", "解冻账号。"),
    ("account close", "partita.cli.account:close", "Close an account for ever.", "注销账号。"),
    ("account set-tier", "partita.cli.account:set_tier", "Set the tier of a customer.", "设置客户等级。"),
    ("account tiers", "partita.cli.account:tiers", "What a customer of each tier can do.", "各客户等级的能力。"),
    ("account show", "partita.cli.account:show", "Show an account.", "查看账号。"),
    ("account list", "partita.cli.account:list_accounts", "List accounts.", "账号列表。"),
    ("org tree", "partita.cli.org:tree", "Show the organisation, now or then.", "查看组织树。"),
    ("org add-unit", "partita.cli.org:add_unit", "Add a unit to the tree.", "新增组织单元。"),
    ("org move", "partita.cli.org:move", "Move an account in the tree.", "移动账号。"),
    ("user add", "partita.cli.user:add", "Add a user.", "添加用户。"),
    ("user grant", "partita.cli.user:grant", "Give a user a role.", "授予角色。"),
    ("user revoke", "partita.cli.user:revoke", "Take a role back.", "撤销角色。"),
    ("user list", "partita.cli.user:list_users", "List users and their roles.", "用户列表。"),
    ("permission list", "partita.cli.permission:list_permissions", "Which role may do what.", "各角色的权限。"),
    ("permission explain", "partita.cli.permission:explain", "Why somebody may do something, or not.", "说明权限。"),
    ("permission replace", "partita.cli.permission:replace", "Replace the policy of an enterprise.", "更换权限策略。"),
    ("relation invite", "partita.cli.relation:invite", "Invite an account as a member.", "邀请账号。"),
    ("relation create", "partita.cli.relation:create", "Create a member account.", "创建子账号。"),
    ("relation confirm", "partita.cli.relation:confirm", "Confirm an invitation.", "确认邀请。"),
    ("relation decline", "partita.cli.relation:decline", "Decline an invitation.", "拒绝邀请。"),
    ("relation permit", "partita.cli.relation:permit", "Change what a relation permits.", "变更授权。"),
    ("relation upgrade", "partita.cli.relation:upgrade", "From management to trusteeship.", "升级为财务托管。"),
    ("relation release", "partita.cli.relation:release", "End a relation.", "解除关联。"),
    ("relation go-back", "partita.cli.relation:go_back", "From trusteeship back to management.", "改回财务管理。"),
    ("relation expire", "partita.cli.relation:expire", "Take back invitations.", "收回邀请。"),
    ("relation list", "partita.cli.relation:list_relations", "List relations.", "关联列表。"),
    ("relation show", "partita.cli.relation:show", "Show an account's relations, step by step.", "查看关联。"),
    ("relation modes", "partita.cli.relation:modes", "What the two modes mean.", "两种模式的差异。"),
    ("batch link", "partita.cli.batch:link", "Invite many accounts from a file.", "批量关联。"),
    ("batch permit", "partita.cli.batch:permit", "Set permissions from a file.", "批量授权。"),
    ("batch transfer", "partita.cli.batch:transfer", "Transfer funds from a file.", "批量划拨。"),
    ("batch limit", "partita.cli.batch:limit", "Set credit limits from a file.", "批量设定额度。"),
    ("import usage", "partita.cli.usage:import_usage", "Take in usage records.", "导入用量。"),
    ("import bill", "partita.cli.provider_bill:import_bill", "Take in a provider's bill.", "导入厂商账单。"),
    ("rate", "partita.cli.rating:rate", "Running figures of an open month.", "批价：未关账账期的实时费用。"),
    ("close", "partita.cli.bill:close", "Close a month: rate, bill, post, settle.", "出账。"),
    ("bill show", "partita.cli.bill:show", "Show a payer's bill of a month.", "查看账单。"),
    ("bill list", "partita.cli.bill:list_bills", "List bills.", "账单列表。"),
    ("bill month", "partita.cli.bill_view:month", "The month bill, its state and who paid.", "月账单。"),
    ("bill details", "partita.cli.bill_view:details", "By owner, product and kind.", "账单明细。"),
    ("bill flow", "partita.cli.bill_view:flow", "Bills, orders and adjustments as they came.", "账单流水。"),
    ("bill items", "partita.cli.bill_view:items", "By resource and billing item.", "明细账单。"),
    ("bill amortised", "partita.cli.bill_view:amortised", "Over the months that charges are for.", "摊销成本。"),
    ("bill proforma", "partita.cli.bill_view:proforma", "What the bill would be now.", "预估账单。"),
    ("bill export", "partita.cli.bill_view:export", "Write a view to a file.", "导出账单。"),
    ("bill adjust", "partita.cli.adjustment:adjust", "Add to a bill, or take off it.", "调账。"),
    ("bill adjustments", "partita.cli.adjustment:list_adjustments", "List adjustments.", "调账列表。"),
    ("custom-bill add", "partita.cli.custom_bill:add", "Save a custom bill.", "保存自定义账单。"),
    ("custom-bill remove", "partita.cli.custom_bill:remove", "Take a custom bill off.", "删除自定义账单。"),
    ("custom-bill list", "partita.cli.custom_bill:list_custom", "List custom bills.", "自定义账单列表。"),
    ("custom-bill run", "partita.cli.custom_bill:run", "Show a custom bill, or write it.", "查看自定义账单。"),
    ("custom-bill deliver", "partita.cli.custom_bill:deliver", "Deliver what is due.", "交付到期的自定义账单。"),
    ("bill clear", "partita.cli.funds:clear", "Pay unpaid bills from the funds.", "以资金清偿未结清账单。"),
    ("bill explain", "partita.cli.bill_line:explain", "One bill line from usage to money.", "账单明细溯源。"),
    ("funds show", "partita.cli.funds:show", "What an account has and may do with it.", "查看资金与额度。"),
    ("funds top-up", "partita.cli.funds:top_up", "Record money received.", "充值。"),
    ("funds withdraw", "partita.cli.funds:withdraw", "Pay cash out.", "提现。"),
    ("funds transfer", "partita.cli.funds:transfer", "Transfer money to a member.", "资金划拨。"),
    ("funds reclaim", "partita.cli.funds:reclaim", "Take transferred money back.", "资金回收。"),
    ("funds freeze", "partita.cli.funds:freeze", "Put cash aside.", "冻结资金。"),
    ("funds release", "partita.cli.funds:release", "Let frozen cash go.", "解冻资金。"),
    ("funds refund", "partita.cli.funds:refund", "Refund into the refund book.", "退款到退款账本。"),
    ("funds accept", "partita.cli.funds:accept", "Take in an acceptance bill.", "收取承兑票据。"),
    ("funds collect", "partita.cli.funds:collect", "The bank has paid an acceptance bill.", "票据兑付。"),
    ("funds discount", "partita.cli.funds:discount", "Sell an acceptance bill to the bank.", "票据贴现。"),
    ("funds dishonour", "partita.cli.funds:dishonour", "The bank does not pay an acceptance bill.", "票据拒付。"),
    ("funds buy-card", "partita.cli.funds:buy_card", "Buy a stored-value card.", "购买储值卡。"),
    ("funds activate-card", "partita.cli.funds:activate_card", "Activate a stored-value card.", "激活储值卡。"),
    ("funds expire-cards", "partita.cli.funds:expire_cards", "Book what is left on cards.", "处理过期储值卡。"),
    ("payment start", "partita.cli.payment:start", "Start a payment through the gateway.", "发起在线支付。"),
    ("payment notice", "partita.cli.payment:notice", "Take in a notice of the gateway.", "接收支付通知。"),
    ("payment list", "partita.cli.payment:list_payments", "List the payments of an account.", "支付单列表。"),
    ("payment mismatches", "partita.cli.payment:mismatches", "Notices that wait for a person.", "待人工处理的通知。"),
    ("payment end-mismatch", "partita.cli.payment:end_mismatch", "Say what was done about one.", "处理不符的通知。"),
    ("credit show", "partita.cli.credit:show", "Show the credit of a main account.", "查看信控。"),
    ("credit request", "partita.cli.credit:request", "Ask for a total of credit.", "申请信控总额。"),
    ("credit approve", "partita.cli.credit:approve", "Approve a change of credit.", "审批通过。"),
    ("credit reject", "partita.cli.credit:reject", "Reject a change of credit.", "驳回申请。"),
    ("credit confirm", "partita.cli.credit:confirm", "Confirm the credit contract.", "确认信控合同。"),
    ("credit allocate", "partita.cli.credit:allocate", "Allocate credit to a member.", "分配信控额度。"),
    ("credit set-term", "partita.cli.credit:set_term", "Agree when credit is paid.", "设置信控账期。"),
    ("credit refund", "partita.cli.credit:refund", "Refund what credit bought.", "信控退款。"),
    ("credit apply-refund", "partita.cli.credit:apply_refund", "Set a credit refund off.", "信控退款抵扣。"),
    ("clearing show", "partita.cli.clearing:show", "How an account is cleared.", "查看销账情况。"),
    ("clearing switch", "partita.cli.clearing:switch", "Switch automatic clearing.", "自动销账开关。"),
    ("clearing settle", "partita.cli.clearing:settle", "Pay chosen bills.", "自定义销账。"),
    ("clearing resume", "partita.cli.clearing:resume", "Go on with a custom settlement.", "继续自定义销账。"),
    ("clearing end", "partita.cli.clearing:end", "End a custom settlement.", "结束自定义销账。"),
    ("clearing seller", "partita.cli.clearing:seller", "Register the seller of a product.", "登记云市场卖家。"),
    ("dunning policy", "partita.cli.dunning:policy", "Set how accounts are dunned.", "设置催收策略。"),
    ("dunning show", "partita.cli.dunning:show", "How an account is dunned.", "查看催收情况。"),
    ("dunning run", "partita.cli.dunning:run", "Remind, charge, suspend by the clock.", "按时间催收。"),
    ("reconcile source", "partita.cli.reconcile:source", "Register whose statements come.", "登记对账单来源。"),
    ("reconcile sources", "partita.cli.reconcile:sources", "List whose statements come.", "对账单来源列表。"),
    ("reconcile import", "partita.cli.reconcile:take_in", "Take a statement in.", "导入对账单。"),
    ("reconcile statements", "partita.cli.reconcile:statements", "List statements.", "对账单列表。"),
    ("reconcile transfers", "partita.cli.reconcile:transfers", "Transfers that wait.", "待认领的转账。"),
    ("reconcile assign", "partita.cli.reconcile:assign", "Say whose a transfer is.", "认领转账。"),
    ("reconcile dismiss", "partita.cli.reconcile:dismiss", "Say that it is nobody's.", "标记非客户款项。"),
    ("reconcile differences", "partita.cli.reconcile:differences", "Statements against ledger.", "对账差异。"),
    ("reconcile resolve", "partita.cli.reconcile:resolve", "Resolve a difference.", "处理差异。"),
    ("reconcile close", "partita.cli.reconcile:close", "Close a day.", "日关账。"),
    ("reconcile days", "partita.cli.reconcile:days", "List closed days.", "已关账的日期。"),
    ("voucher template", "partita.cli.voucher:template", "Define a template of vouchers.", "定义代金券模板。"),
    ("voucher templates", "partita.cli.voucher:templates", "List templates of vouchers.", "代金券模板列表。"),
    ("voucher priority", "partita.cli.voucher:priority", "Set which voucher goes first.", "设置代金券使用次序。"),
    ("voucher issue", "partita.cli.voucher:issue", "Issue a voucher.", "发放代金券。"),
    ("voucher grant-pool", "partita.cli.voucher:grant_pool", "Grant quota to a pool.", "授予代金券额度池。"),
    ("voucher share", "partita.cli.voucher:share", "Share a voucher with a member.", "向子账号共享代金券。"),
    ("voucher take-back", "partita.cli.voucher:take_back", "Take a shared voucher back.", "收回代金券。"),
    ("voucher expire", "partita.cli.voucher:expire", "Book what has lapsed.", "过期失效。"),
    ("voucher list", "partita.cli.voucher:list_vouchers", "List the vouchers of an account.", "代金券列表。"),
    ("coupon template", "partita.cli.coupon:template", "Define a template of coupons.", "定义优惠券模板。"),
    ("coupon templates", "partita.cli.coupon:templates", "List templates of coupons.", "优惠券模板列表。"),
    ("coupon priority", "partita.cli.coupon:priority", "Set which coupon goes first.", "设置优惠券使用次序。"),
    ("coupon issue", "partita.cli.coupon:issue", "Issue a coupon.", "发放优惠券。"),
    ("coupon list", "partita.cli.coupon:list_coupons", "List the coupons of an account.", "优惠券列表。"),
    ("coupon quote", "partita.cli.coupon:quote", "What an order costs with coupons.", "订单用券试算。"),
    ("order buy", "partita.cli.order:buy", "Order subscriptions.", "新购包年包月。"),
    ("order convert", "partita.cli.order:convert", "From usage to subscription.", "按量付费转包年包月。"),
    ("order renew", "partita.cli.order:renew", "Order a renewal.", "续费。"),
    ("order resize", "partita.cli.order:resize", "Upgrade or downgrade.", "升降配。"),
    ("order unsubscribe", "partita.cli.order:unsubscribe", "Give a subscription up.", "退订。"),
    ("order pay", "partita.cli.order:pay", "Pay an order.", "支付订单。"),
    ("order cancel", "partita.cli.order:cancel", "Cancel an order.", "取消订单。"),
    ("order expire", "partita.cli.order:expire", "Record orders that nobody paid.", "处理逾期未支付订单。"),
    ("order list", "partita.cli.order:list_orders", "List the orders of an account.", "订单列表。"),
    ("order show", "partita.cli.order:show", "Show an order, step by step.", "查看订单。"),
    ("package grant", "partita.cli.commitment.package:grant", "Grant a resource package.", "开通资源包。"),
    ("package renew", "partita.cli.commitment.package:renew", "Renew a package.", "续费资源包。"),
    ("package upgrade", "partita.cli.commitment.package:upgrade", "Add quota to a package.", "资源包升级。"),
    ("package list", "partita.cli.commitment.package:list_packages", "List packages.", "资源包列表。"),
    ("plan buy", "partita.cli.commitment.plan:buy", "Order a savings plan.", "订购节省计划。"),
    ("plan grant", "partita.cli.commitment.plan:grant", "Grant a savings plan.", "开通节省计划。"),
    ("plan list", "partita.cli.commitment.plan:list_plans", "List savings plans.", "节省计划列表。"),
    ("deduct share", "partita.cli.commitment.deduct:share", "Let a package or plan serve members.", "共享抵扣。"),
    ("deduct skip", "partita.cli.commitment.deduct:skip", "Let it pass over usage.", "设置跳过规则。"),
    ("deduct end", "partita.cli.commitment.deduct:end", "End a package or plan.", "终止资源包或节省计划。"),
    ("deduct log", "partita.cli.commitment.deduct:log", "What was taken of which usage.", "抵扣明细。"),
    ("deduct utilisation", "partita.cli.commitment.deduct:utilisation", "How much of it was used.", "使用率。"),
    ("deduct coverage", "partita.cli.commitment.deduct:coverage", "How much usage was covered.", "覆盖率。"),
    ("subscription list", "partita.cli.subscription:list_subscriptions", "List subscriptions.", "包年包月列表。"),
    ("subscription show", "partita.cli.subscription:show", "Show a subscription.", "查看包年包月。"),
    ("subscription auto", "partita.cli.subscription:auto", "Set automatic renewal.", "设置自动续费。"),
    ("subscription expiry-day", "partita.cli.subscription:expiry_day", "Set the unified day.", "设置统一到期日。"),
    ("subscription refund-policy", "partita.cli.subscription:refund_policy", "Set refunds.", "设置退订规则。"),
    ("subscription run", "partita.cli.subscription:run", "Renew, remind, stop by the clock.", "按时间处理到期。"),
    ("approval policy", "partita.cli.approval:policy", "Set who must agree to orders.", "设置审批策略。"),
    ("approval show-policy", "partita.cli.approval:show_policy", "Show the policy.", "查看审批策略。"),
    ("approval list", "partita.cli.approval:list_waiting", "What waits for approval.", "待审批订单。"),
    ("approval approve", "partita.cli.approval:approve", "Approve an order.", "同意订单。"),
    ("approval reject", "partita.cli.approval:reject", "Reject an order.", "驳回订单。"),
    ("approval delegate", "partita.cli.approval:delegate", "Lend one's role.", "委托审批。"),
    ("invoice candidates", "partita.cli.invoice:candidates", "What may be invoiced, and why.", "可开票金额。"),
    ("invoice apply", "partita.cli.invoice:apply", "Apply for invoices.", "申请开票。"),
    ("invoice list", "partita.cli.invoice:list_invoices", "List the invoices of an account.", "发票列表。"),
    ("invoice show", "partita.cli.invoice:show", "Show an invoice, step by step.", "查看发票。"),
    ("invoice pdf", "partita.cli.invoice:pdf", "Write the document of an invoice.", "写出版式文件。"),
    ("invoice pdfs", "partita.cli.invoice:pdfs", "Write all documents of an account.", "批量写出版式文件。"),
    ("invoice void", "partita.cli.invoice:void", "Void an invoice that is not issued.", "作废。"),
    ("invoice return", "partita.cli.invoice:return_", "Give an invoice back.", "申请退票。"),
    ("invoice red", "partita.cli.invoice:red", "Write a red letter.", "开立红字发票。"),
    ("invoice reissue", "partita.cli.invoice:reissue", "Apply anew for a returned one.", "退票重开。"),
    ("invoice offset", "partita.cli.invoice:offset", "Set off what is owed.", "冲抵欠票。"),
    ("invoice issue", "partita.cli.invoice:issue", "Send to the tax bureau.", "提交税务平台并取号。"),
    ("invoice issuer", "partita.cli.invoice:issuer", "Set who issues.", "设置开票方。"),
    ("ledger statement", "partita.cli.ledger:statement", "Every posting of an account, with balances.", "明细账。"),
    ("ledger balances", "partita.cli.ledger:balances", "Balances of a payer or of all.", "余额。"),
    ("ledger reverse", "partita.cli.ledger:reverse", "Reverse an entry by its mirror.", "冲销分录。"),
    ("control show", "partita.cli.service_control_sheet:show", "How the service of an account stands.", "服务状态。"),
    ("control history", "partita.cli.service_control_sheet:history", "What became of service.", "停复机历史。"),
    ("control policies", "partita.cli.service_control:policies", "List policies of stopping.", "停复机策略列表。"),
    ("control policy", "partita.cli.service_control:policy", "Set grace, warning and retention.", "设置停复机策略。"),
    ("control order", "partita.cli.service_control:order", "Set what a group stops first.", "设置停机次序。"),
    ("control cap", "partita.cli.service_control:cap", "Cap what a member spends a month.", "设置子账号消费上限。"),
    ("control paid-ahead", "partita.cli.service_control:paid_ahead", "Record what is paid ahead.", "记录预付。"),
    ("control run", "partita.cli.service_control:run", "Look at all payers by the clock.", "按时间检查所有付款方。"),
    ("alert set", "partita.cli.alert:set_alert", "Set when an account is told.", "设置预警。"),
    ("alert address", "partita.cli.alert:address", "Set where notices go.", "设置通知去向。"),
    ("alert list", "partita.cli.alert:list_alerts", "List alerts and what was told.", "预警列表。"),
    ("outbox deliver", "partita.cli.outbox:deliver", "Carry out what is due.", "发送到期的消息。"),
    ("outbox show", "partita.cli.outbox:show", "Show what is not done.", "未完成的消息。"),
    ("report cost", "partita.cli.analysis:cost", "Cost by any dimensions.", "按任意维度分析费用。"),
    ("verify", "partita.cli.verify:verify", "Recompute the books and print each equation.", "核对：全部重算。"),
    ("export focus", "partita.cli.focus:export_focus", "Export charges as FOCUS 1.2.", "导出为 FOCUS 1.2。"),
    ("focus check", "partita.cli.focus:check", "Check a file against the FOCUS rules.", "用 FOCUS 规则检查文件。"),
    ("db status", "partita.cli.database:status", "Show which database holds the books.", "数据库状态。"),
    ("db stop", "partita.cli.database:stop", "Stop the embedded server.", "停止内置数据库。"),
    ("db run", "partita.cli.database:run", "Run a program such as psql on the database.", "在数据库上运行程序。"),
)
"""Command, function, and what the list of commands says of it.

The functions are imported when they are called, so that every command starts fast."""


_ABOUT = (
    (
        "One set of books for the cloud spending of enterprises with many accounts.\n\n"
        "With any command: --as USER asks as a user with roles, --in-name-of ACCOUNT in the name of an account; "
        "without them the operator of the books asks, who may do everything. --json and --dry-run may stand before the "
        "command too, in any order."
    ),
    (
        "多账号企业的云财务账簿。\n\n"
        "任何命令均可加 --as 用户（以有角色的用户身份）、--in-name-of 账号（以账号的名义）；"
        "不加时为账簿的运营方，可执行任何操作。--json 与 --dry-run 也可写在命令之前，次序不限。"
    ),
)
_RUN = ("db", "run")


def built(asked: Sequence[str] = (), language: str = "en") -> App:
    """Return the command line in `language`. The command that is `asked` for explains itself in full."""
    said = language == "zh"
    app = App(
        name="partita",
        version=__version__,
        help=_ABOUT[said],
        help_format="plaintext",
        help_formatter=Pages(language),
        default_parameter=Parameter(negative=()),
        suppress_keyboard_interrupt=False,
    )
    groups = {name: App(name=name, help=texts[said]) for name, texts in _GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for command, target, *texts in COMMANDS:
        words = command.split()
        place = groups[words[0]] if len(words) > 1 else app
        if list(asked[: len(words)]) == words:
            place.command(in_language(command, function_of(target), language), name=words[-1])
        else:
            place.command(target, name=words[-1], help=texts[said])
    return app


def function_of(target: str) -> Callable[..., Any]:
    """Import the function of a command."""
    module, _, name = target.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def main() -> None:
    """Run the command line; every expected trouble ends with a message and a documented exit code."""
    from partita.cli.trouble import guarded  # noqa: PLC0415 - keeps the module of commands importable alone

    sys.argv[1:] = _passed_through(_in_order(_who_asks(sys.argv[1:])))
    sys.exit(guarded(lambda language: built(sys.argv[1:], language)))


_WHO = {"--as": "PARTITA_USER", "--in-name-of": "PARTITA_ACCOUNT"}


def _who_asks(words: list[str]) -> list[str]:
    """Take out who asks (`--as USER`, `--in-name-of ACCOUNT`) and put it where settings are read.

    Both may stand before or within any command; what follows `db run` belongs to its program.
    """
    left: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name not in _WHO or tuple(left[: len(_RUN)]) == _RUN:
            left.append(word)
        else:
            os.environ[_WHO[name]] = value if equals else next(rest, "")
    return left


_OF_EVERY_COMMAND = frozenset({"--json", "--dry-run"})


def _in_order(words: list[str]) -> list[str]:
    """Put `--json` and `--dry-run` that stand before the command behind its name, where the command reads them."""
    count = next((at for at, word in enumerate(words) if word not in _OF_EVERY_COMMAND), len(words))
    ahead, rest = words[:count], words[count:]
    known = {tuple(command.split()) for command, *_ in COMMANDS}
    name = next((size for size in (2, 1) if tuple(rest[:size]) in known), len(rest))
    return [*rest[:name], *ahead, *rest[name:]] if rest else words


def _passed_through(words: list[str]) -> list[str]:
    """Let everything after the program of `db run` reach that program, also what looks like an option of ours."""
    passes = tuple(words[: len(_RUN)]) == _RUN and len(words) > len(_RUN) and not words[len(_RUN)].startswith("-")
    return [*_RUN, "--", *words[len(_RUN) :]] if passes else words


if __name__ == "__main__":
    main()
