"""What `--help` says: the form of its pages, and their words in Chinese.

Owns help and nothing else. The English words of a command are the docstring of its function; `CHINESE` says the same,
with a line for each parameter. What every command has (`--json`, `--dry-run`) is explained here once, and in English
what an option means wherever no docstring says more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from cyclopts.help import DefaultFormatter
from rich.text import Text

from partita.cli.manual_chinese import CHINESE

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_TITLES = {"Commands": "命令", "Parameters": "参数", "Arguments": "参数"}
_EVERYWHERE = {
    "--json": ("print one JSON document.", "以一个 JSON 文档输出。"),
    "--dry-run": ("say what would be done and save nothing.", "只说明将做什么，不保存。"),
    "--help": ("Show this page.", "显示本页。"),
    "--version": ("Show the version.", "显示版本号。"),
}
_OPTIONS = {
    "--key": "what the command stands for: with the same key again nothing more happens.",
    "--mode": "who pays: the member itself (management) or the main account (trusteeship).",
    "--permit": "permission codes, such as CHECK_FINANCE_INFO; several with blanks between them.",
    "--codes": "permission codes, such as CHECK_FINANCE_INFO; several with blanks between them.",
    "--unit": "the unit of the tree at which the account stands.",
    "--ended": "show also what is over.",
    "--reason": "why, for those who read it later.",
    "--reference": "what tells it apart, such as the bank's number.",
    "--enterprise": "the enterprise.",
    "--payer": "only of this payer.",
    "--month": "only of this month, such as 2026-10.",
    "--by": "sum up by account or by product.",
    "--lines": "show every line.",
    "--rejects": "where rows that are not taken in are written; FILE.rejects.csv where nothing is said.",
    "--name": "the name, as people read it.",
    "--ledger-account": "only this ledger account: cash, receivable, bank or revenue.",
    "--effective-from": "what took effect from then on.",
    "--effective-until": "what had taken effect by then.",
    "--recorded-until": "as the books stood then.",
    "--force": "also while other commands use it; what is committed stays.",
}
"""What an option means wherever the docstring of a command does not say it."""


def in_language(command: str, function: Callable[..., Any], language: str) -> Callable[..., Any]:
    """Return the function of a command with the docstring that `--help` shows in `language`."""
    if language != "zh":
        return function

    @wraps(function)
    def spoken(*values: Any, **named: Any) -> Any:  # noqa: ANN401 - it takes what the function takes
        return function(*values, **named)

    text, parameters = CHINESE[command]
    lines = [line for name, said in parameters.items() for line in (name, f"    {said}")]
    spoken.__doc__ = "\n".join([text, "", "Parameters", "----------", *lines]) if lines else text
    return spoken


@dataclass(frozen=True)
class Pages:
    """How a page of help is set: as cyclopts sets it, in the user's language, and with a word for every option."""

    language: str

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one panel."""
        title = str(panel.title)
        entries = [self._entry(entry) for entry in panel.entries]
        spoken = panel.copy(title=self._say(title, _TITLES.get(title, title)), entries=entries)
        DefaultFormatter()(console, options, spoken)

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ANN401
        """Print the line that shows how a command is written."""
        if self.language == "zh" and usage:
            told = str(usage).replace("COMMAND", "命令").replace("[OPTIONS]", "[选项]").replace("[ARGS]", "[参数]")
            console.print(Text(f"用法：{told}", style="bold"))
        else:
            DefaultFormatter().render_usage(console, options, usage)

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:  # noqa: ANN401
        """Print what a command does."""
        DefaultFormatter().render_description(console, options, description)

    def _entry(self, entry: HelpEntry) -> HelpEntry:
        known = next((_EVERYWHERE[name] for name in entry.names if name in _EVERYWHERE), None)
        text = _plain(entry.description)
        if known and (not text or entry.names[0] in {"--help", "--version"}):
            text = self._say(*known)
        if not text and self.language != "zh":
            text = next((_OPTIONS[name] for name in entry.names if name in _OPTIONS), "")
        if entry.default in {"False", '""', "()"}:  # every switch is off, every text is empty until it is given
            entry = entry.copy(default=None)
        if self.language != "zh":
            return entry.copy(description=text)
        notes = [f"[可选：{'、'.join(entry.choices)}]"] if entry.choices else []
        notes += [f"[默认：{entry.default}]"] if entry.default is not None else []
        notes += ["[必填]"] if entry.required else []
        return entry.copy(description=" ".join([text, *notes]).strip(), choices=None, default=None, required=False)

    def _say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en


def _plain(description: Any) -> str:  # noqa: ANN401 - text in one of the forms of cyclopts
    text = getattr(description, "primary_renderable", description)
    return text.plain.strip() if isinstance(text, Text) else str(text or "").strip()
