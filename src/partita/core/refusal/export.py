"""Texts of refusals about files that go out. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

NO_CHARGES = (
    "There are no charges in {months} to export. Rate or close a month, or import a bill of it, then export again.",
    "账期 {months} 没有可导出的费用。请先批价、出账或导入该账期的账单，再导出。",
)
UNKNOWN_FILE_KIND = (
    "The name {path} does not say what to write: let it end in {known}.",
    "文件名 {path} 未指明格式：请以 {known} 结尾。",
)
CANNOT_WRITE = ("The file {path} cannot be written: {detail}", "无法写入文件 {path}：{detail}")
EXPORT_DIFFERS = (
    (
        "The export does not add up in {currency}: charges {charges}, manifest {manifest}, file {exported}. "
        "Nothing was written. Run `partita verify`: it names the file that changed."
    ),
    (
        "导出金额不平（{currency}）：费用 {charges}，清单 {manifest}，文件 {exported}。未写入任何文件。"
        "请运行 `partita verify`，它会指出被改动的文件。"
    ),
)
UNKNOWN_CRITERION = (
    "Unknown criterion {criterion!r}. Known: ALL, none, {known}.",
    "未知适用条件 {criterion!r}。可用：ALL、none、{known}。",
)
