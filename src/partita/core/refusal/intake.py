"""Texts of refusals about files and rows that come in. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

FILE_NOT_FOUND = ("There is no file {path}.", "没有这个文件：{path}。")
FILE_EMPTY = ("The file is empty: {path}.", "文件为空：{path}。")
FILE_WITHOUT_ROWS = (
    "The file has a header but no rows: {path}. Nothing was taken in.",
    "文件只有表头、没有数据行：{path}。未导入任何内容。",
)
REPLACES_TOO_MUCH = (
    (
        "The earlier import {import_id} also holds {others}, which this file does not: replacing it would lose "
        "them. Import the whole bill. Nothing was taken in."
    ),
    "先前的导入 {import_id} 还包含本文件没有的 {others}，替换会丢失这些内容。请导入完整账单。未导入任何内容。",
)
FILE_UNREADABLE = (
    "The file cannot be read as {format}: {detail} Nothing was taken in.",
    "无法按 {format} 读取文件：{detail} 未导入任何内容。",
)
WRONG_HEADER = (
    "The header does not fit the format {format}: missing {missing}. Nothing was taken in. {hint}",
    "表头与格式 {format} 不符，缺少列：{missing}。未导入任何内容。{hint}",
)
WRONG_ENCODING = (
    "The file is not UTF-8 text (row {row}): save it as UTF-8 and import it again. Nothing was taken in.",
    "文件不是 UTF-8 编码（第 {row} 行）：请另存为 UTF-8 后重新导入。未导入任何内容。",
)
WRONG_ENCODING_OF_TWO = (
    (
        "The file is neither UTF-8 nor GB18030 text (row {row}): save it as UTF-8 and import it again. "
        "Nothing was taken in."
    ),
    "文件既不是 UTF-8 也不是 GB18030 编码（第 {row} 行）：请另存为 UTF-8 后重新导入。未导入任何内容。",
)
NOT_A_REGULAR_FILE = (
    "{path} is no regular file but a folder, a pipe or a device: save the content to a file and name that file.",
    "{path} 不是普通文件，而是文件夹、管道或设备：请先将内容保存为文件，再指定该文件。",
)
COLUMN_TWICE = (
    "The header has the column {column} {times} times: keep the one that counts. Nothing was taken in.",
    "表头中列 {column} 出现了 {times} 次：请只保留有效的一列。未导入任何内容。",
)
REPLACED_BEFORE = (
    (
        "This very file was imported as {import_id}, and {replaced_by} stands in its place. If this file is right "
        "after all, save it anew with an empty line at its end, so that it is told apart, and import that with "
        "--replace. Nothing was changed."
    ),
    (
        "该文件此前已导入为 {import_id}，并已被 {replaced_by} 替换。若应以本文件为准，请在文件末尾加一个空行后另存"
        "（以便区分），再加 --replace 导入。未作任何更改。"
    ),
)
UNKNOWN_CURRENCY = (
    "{currency!r} is no currency: give an ISO 4217 code in capital letters, such as CNY.",
    "{currency!r} 不是有效币种：请使用大写的 ISO 4217 代码，例如 CNY。",
)
TRUNCATED_FILE = (
    "The file breaks off or has a damaged row (row {row}): {detail} Nothing was taken in.",
    "文件不完整或有损坏的行（第 {row} 行）：{detail} 未导入任何内容。",
)
BAD_VALUE = (
    "Row {row}, column {column}: {value!r} is not valid: {detail} Nothing was taken in.",
    "第 {row} 行，列 {column}：值 {value!r} 无效：{detail} 未导入任何内容。",
)
CURRENCY_DIFFERS = (
    (
        "Row {row}, column {column}: currency {value!r} differs from {expected!r}. One import holds one currency; "
        "split the file. Nothing was taken in."
    ),
    (
        "第 {row} 行，列 {column}：币种 {value!r} 与 {expected!r} 不同。一次导入只能有一种币种，"
        "请拆分文件。未导入任何内容。"
    ),
)
UNKNOWN_FORMAT = (
    "Unknown format {format!r}. Known: {known}.",
    "未知格式 {format!r}。可用格式：{known}。",
)
REJECTS_NOT_WRITABLE = (
    ("The rejected rows cannot be written to {path}: {detail} Give another path with --rejects. Nothing was taken in."),
    "无法将被拒绝的行写入 {path}：{detail} 请用 --rejects 指定其他路径。未导入任何内容。",
)
