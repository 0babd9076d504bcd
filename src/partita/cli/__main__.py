"""The command line: which commands there are. Each command lives in the file of its noun."""

from __future__ import annotations

import sys

from cyclopts import App

from partita import __version__

app = App(
    name="partita",
    version=__version__,
    help="One set of books for the cloud spending of enterprises with many accounts. 多账号企业云财务。",
    help_format="plaintext",
)

_GROUPS = {
    "setup": "Organisation and catalogue. 组织与价目。",
    "import": "Usage and provider bills in. 导入用量与厂商账单。",
    "bill": "Bills. 账单。",
    "funds": "Funds. 资金。",
    "ledger": "The ledger. 总账。",
    "report": "Reports. 报表。",
    "export": "Files out. 导出。",
    "focus": "The open bill format. FOCUS 开放账单规范。",
    "db": "The embedded database. 内置数据库。",
}

_COMMANDS = (
    ("demo", "partita.cli.demo:demo"),
    ("setup apply", "partita.cli.setup:apply"),
    ("setup show", "partita.cli.setup:show"),
    ("import usage", "partita.cli.usage:import_usage"),
    ("import bill", "partita.cli.provider_bill:import_bill"),
    ("rate", "partita.cli.rating:rate"),
    ("close", "partita.cli.bill:close"),
    ("bill show", "partita.cli.bill:show"),
    ("bill list", "partita.cli.bill:list_bills"),
    ("funds top-up", "partita.cli.funds:top_up"),
    ("ledger statement", "partita.cli.ledger:statement"),
    ("ledger balances", "partita.cli.ledger:balances"),
    ("ledger reverse", "partita.cli.ledger:reverse"),
    ("report cost", "partita.cli.analysis:cost"),
    ("verify", "partita.cli.verify:verify"),
    ("export focus", "partita.cli.focus:export_focus"),
    ("focus check", "partita.cli.focus:check"),
    ("db status", "partita.cli.database:status"),
    ("db stop", "partita.cli.database:stop"),
    ("db run", "partita.cli.database:run"),
)
"""Command → function. The functions are imported when they are called, so that every command starts fast."""


def _register() -> None:
    groups = {name: App(name=name, help=text) for name, text in _GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for words, target in _COMMANDS:
        *group_name, name = words.split()
        (groups[group_name[0]] if group_name else app).command(target, name=name)


_register()


def main() -> None:
    """Run the command line; every expected trouble ends with a message and a documented exit code."""
    from partita.cli.trouble import guarded  # noqa: PLC0415 - keeps the module of commands importable alone

    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
