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
    "import": ("Usage and provider bills in.", "导入用量与厂商账单。"),
    "bill": ("Bills.", "账单。"),
    "account": ("Accounts.", "账号。"),
    "org": ("The organisation tree.", "组织树。"),
    "user": ("Users and their roles.", "用户与角色。"),
    "permission": ("Who may do what.", "权限。"),
    "funds": ("Funds.", "资金。"),
    "ledger": ("The ledger.", "总账。"),
    "report": ("Reports.", "报表。"),
    "export": ("Files out.", "导出。"),
    "focus": ("The open bill format.", "FOCUS 开放账单规范。"),
    "db": ("The embedded database.", "内置数据库。"),
}

COMMANDS = (
    ("demo", "partita.cli.demo:demo", "A group's months on fresh books, end to end.", "演示：一个集团的几个月。"),
    ("setup apply", "partita.cli.setup:apply", "Take in organisation and catalogue from a folder.", "导入组织与价目。"),
    ("setup show", "partita.cli.setup:show", "Show what is set up.", "查看组织与价目。"),
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
    ("import usage", "partita.cli.usage:import_usage", "Take in usage records.", "导入用量。"),
    ("import bill", "partita.cli.provider_bill:import_bill", "Take in a provider's bill.", "导入厂商账单。"),
    ("rate", "partita.cli.rating:rate", "Running figures of an open month.", "批价：未关账账期的实时费用。"),
    ("close", "partita.cli.bill:close", "Close a month: rate, bill, post, settle.", "出账。"),
    ("bill show", "partita.cli.bill:show", "Show a payer's bill of a month.", "查看账单。"),
    ("bill list", "partita.cli.bill:list_bills", "List bills.", "账单列表。"),
    ("funds top-up", "partita.cli.funds:top_up", "Record money received.", "充值。"),
    ("ledger statement", "partita.cli.ledger:statement", "Every posting of an account, with balances.", "明细账。"),
    ("ledger balances", "partita.cli.ledger:balances", "Balances of a payer or of all.", "余额。"),
    ("ledger reverse", "partita.cli.ledger:reverse", "Reverse an entry by its mirror.", "冲销分录。"),
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
        "without them the operator of the books asks, who may do everything."
    ),
    (
        "多账号企业的云财务账簿。\n\n"
        "任何命令均可加 --as 用户（以有角色的用户身份）、--in-name-of 账号（以账号的名义）；"
        "不加时为账簿的运营方，可执行任何操作。"
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

    sys.argv[1:] = _passed_through(_who_asks(sys.argv[1:]))
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


def _passed_through(words: list[str]) -> list[str]:
    """Let everything after the program of `db run` reach that program, also what looks like an option of ours."""
    passes = tuple(words[: len(_RUN)]) == _RUN and len(words) > len(_RUN) and not words[len(_RUN)].startswith("-")
    return [*_RUN, "--", *words[len(_RUN) :]] if passes else words


if __name__ == "__main__":
    main()
