"""What is said when the command line cannot be read, in both languages.

Owns the Chinese words; the English ones are those of cyclopts, where they are clear.
"""

from __future__ import annotations

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)


def told(wrong: CycloptsError, language: str) -> str:
    """Return what is wrong with the command line, and where the help is."""
    command = " ".join(["partita", *(wrong.command_chain or ())])
    if language == "zh":
        return f"{_chinese(wrong)}用法见 {command} --help。"
    if isinstance(wrong, UnusedCliTokensError):
        text = f"Too many arguments: {' '.join(wrong.unused_tokens or ())}."
    elif isinstance(wrong, MissingArgumentError):
        text = f"{_name(wrong)} is missing."
    else:
        text = str(wrong)
    return f"{text} See {command} --help."


def _chinese(wrong: CycloptsError) -> str:
    match wrong:
        case UnusedCliTokensError():
            text = f"多余的参数：{' '.join(wrong.unused_tokens or ())}。"
        case MissingArgumentError():
            text = f"缺少 {_name(wrong)}。"
        case UnknownOptionError():
            text = f"未知选项：{wrong.token.keyword or wrong.token.value}。"
        case UnknownCommandError():
            text = f"未知命令：{' '.join((wrong.unused_tokens or ())[:1])}。"
        case CoercionError():
            choices = wrong.argument.get_choices() if wrong.argument else None
            known = f"可用：{'、'.join(choices)}。" if choices else ""
            text = f"{_name(wrong)} 的值 {(wrong.token.value if wrong.token else '')!r} 无效。{known}"
        case RepeatArgumentError():
            text = f"{wrong.token.keyword or _name(wrong)} 只能给出一次。"
        case _:
            text = f"命令有误：{wrong} "
    return text


def _name(wrong: CycloptsError) -> str:
    """Return a parameter as it is written on the command line: `FILE`, `--format`."""
    argument = wrong.argument
    if argument is None:
        return ""
    keyword_only = argument.field_info.kind is argument.field_info.KEYWORD_ONLY
    return argument.name if keyword_only else argument.name.removeprefix("--").upper()
