"""Refusals: every expected "no" is a value with a name and a message in two languages.

Owns `Reason`, `Refused` and the messages. A refusal is returned, never raised, from core and use cases; a broken
assumption is an assertion. Rules: REFUSE-1 (`docs/rules/refusal.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Reason(Enum):
    """Why something was not done. The value is the message (English, 中文) with places for the details."""

    # input files
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
        "{path} is no regular file but a pipe or a device: save its content to a file and import that file.",
        "{path} 不是普通文件，而是管道或设备：请先将内容保存为文件，再导入该文件。",
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
        (
            "The rejected rows cannot be written to {path}: {detail} Give another path with --rejects. "
            "Nothing was taken in."
        ),
        "无法将被拒绝的行写入 {path}：{detail} 请用 --rejects 指定其他路径。未导入任何内容。",
    )

    # settings and catalogue
    UNKNOWN_ACCOUNT = (
        "Unknown account {account}. `partita setup show` lists the accounts.",
        "未知账号 {account}。`partita setup show` 列出所有账号。",
    )
    UNKNOWN_SKU = ("Unknown SKU {sku}.", "未知计费项 {sku}。")
    UNKNOWN_DIMENSION = ("Unknown dimension {dimension!r}. Known: {known}.", "未知维度 {dimension!r}。可用：{known}。")
    NOT_A_SETUP_FOLDER = (
        "{path} holds no setup files. Known files: {known}.",
        "{path} 中没有设置文件。可用文件：{known}。",
    )
    SETUP_AT_FAULT = (
        "Faults in {path}: {count}; nothing was applied.\n{problems}",
        "{path} 中有 {count} 处错误；未应用任何内容。\n{problems_zh}",
    )
    NO_PRICE_IN_FORCE = (
        (
            "No price is in force for SKU {sku} in {currency} on {on} ({records} records). Add a price version that "
            "starts earlier, then run the command again."
        ),
        "计费项 {sku}（{currency}）在 {on} 没有生效的价格（{records} 条用量）。请补充更早生效的价格版本后重试。",
    )
    AMOUNT_TOO_LARGE = (
        (
            "Record {record} of account {account}: {quantity} of SKU {sku} costs more than 922,337,203.68 {currency}, "
            "the most that one line can hold. Correct the price with a version that starts before the record."
        ),
        (
            "账号 {account} 的用量 {record}：{quantity} 的 {sku} 超过单行上限 922,337,203.68 {currency}。"
            "请补充在该用量之前生效的价格版本加以更正。"
        ),
    )
    PRICE_IN_CLOSED_MONTH = (
        "{path}: a change effective {on} would change the closed month {month}. Let it start later.",
        "{path}：生效时间 {on} 会改变已关账的账期 {month}。请使用更晚的生效时间。",
    )

    # months
    MONTH_NOT_OVER = (
        "The month {month} is not over yet. `partita rate {month}` shows its running figures.",
        "账期 {month} 尚未结束。`partita rate {month}` 显示其实时费用。",
    )
    MONTH_CLOSED = (
        (
            "The month {month} is closed: `partita bill list --month {month}` shows its bills; the next close charges "
            "late usage, as corrections."
        ),
        "账期 {month} 已关账：`partita bill list --month {month}` 显示其账单；迟到用量在下一次关账时以更正行计费。",
    )
    MONTH_PASSED_OVER = (
        "The month {month} lies before {last}, which is closed: the next close charges its usage, as corrections.",
        "账期 {month} 早于已关账的 {last}：其用量将在下一次关账时以更正行计费。",
    )
    EARLIER_MONTH_OPEN = (
        "Close {earlier} first: months close in order.",
        "请先关账 {earlier}：账期须按顺序关账。",
    )
    NOTHING_TO_CLOSE = ("There is no usage to close in {month}.", "账期 {month} 没有可关账的用量。")
    CLOSE_RUNNING = (
        "Another process is closing {month} right now: wait for it, then run the command again.",
        "另一个进程正在为账期 {month} 关账：请等待其结束后重试。",
    )
    NO_BILL = (
        "No bill of {payer} for {month}. `partita bill list --payer {payer}` shows the bills there are.",
        "没有 {payer} 在账期 {month} 的账单。`partita bill list --payer {payer}` 列出已有的账单。",
    )

    # files out
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

    # money
    IDEMPOTENCY_KEY_REUSED = (
        "The idempotency key {key} was used before with a different content.",
        "幂等键 {key} 已被用于不同的内容。",
    )
    AMOUNT_NOT_POSITIVE = ("The amount must be more than zero: {amount}.", "金额必须大于零：{amount}。")
    BAD_AMOUNT = ("{amount!r} is no amount of {currency}: {detail}", "{amount!r} 不是有效的 {currency} 金额：{detail}")
    ENTRY_NOT_BALANCED = (
        "The entry does not sum to zero in {currency}: {difference}.",
        "分录在 {currency} 上不平：差额 {difference}。",
    )
    UNKNOWN_ENTRY = (
        "No journal entry {entry}. `partita ledger statement ACCOUNT --json` has the ids of all entries.",
        "没有分录 {entry}。`partita ledger statement 账号 --json` 给出所有分录的编号。",
    )
    ALREADY_REVERSED = ("The entry {entry} is reversed already.", "分录 {entry} 已被冲销。")

    REVERSAL_NOT_REVERSED = (
        "The entry {entry} is itself the reversal of {original}. Post the original business again instead.",
        "分录 {entry} 本身是对 {original} 的冲销，不能再冲销。请重新记录原业务。",
    )
    ENTRY_OF_A_BILL = (
        "The entry {entry} belongs to {reference}: what a close posted is corrected by the next bill, not by hand.",
        "分录 {entry} 属于 {reference}：出账产生的分录由下一期账单更正，不能手工冲销。",
    )
    CURRENCY_NOT_USED = (
        "The account is billed in {known}, not in {currency!r}: other money could never be spent.",
        "该账号以 {known} 结算，而不是 {currency!r}：其他币种的资金无法使用。",
    )
    BAD_TIME = (
        (
            "--{name}: {value!r} is no time. Write a day like 2026-10-31, or an instant with its zone like "
            "2026-10-31T12:00+08:00."
        ),
        "--{name}：{value!r} 不是有效时间。请写日期（如 2026-10-31）或带时区的时刻（如 2026-10-31T12:00+08:00）。",
    )
    BAD_TEXT = (
        "The {name} must be one line of 1 to {limit} characters, without control characters.",
        "{name} 须为一行文字，1 至 {limit} 个字符，且不含控制字符。",
    )

    # proof of the ledger
    CHAIN_GAP = ("The entry {sequence} of {payer} is missing.", "付款方 {payer} 缺少第 {sequence} 笔分录。")
    CHAIN_LINK_WRONG = (
        "The entry {sequence} of {payer} does not follow the entry before it.",
        "付款方 {payer} 的第 {sequence} 笔分录与前一笔不相连。",
    )
    CHAIN_CONTENT_CHANGED = (
        "The entry {sequence} of {payer} was changed: its content does not give its hash.",
        "付款方 {payer} 的第 {sequence} 笔分录被改动：内容与哈希不符。",
    )
    CHAIN_HEAD_WRONG = (
        "The chain of {payer} does not end where its head says (entry {sequence}).",
        "付款方 {payer} 的链末与链头记录不符（第 {sequence} 笔）。",
    )
    POSTING_WITHOUT_ENTRY = (
        "A posting of {payer} belongs to an entry {sequence} that does not exist.",
        "付款方 {payer} 有记账行属于不存在的第 {sequence} 笔分录。",
    )

    # database
    PROGRAM_NOT_FOUND = (
        (
            "There is no program {program} here. The embedded server brings pg_dump and pg_restore; psql comes with "
            "the system's PostgreSQL client."
        ),
        "未找到程序 {program}。内嵌数据库自带 pg_dump 与 pg_restore；psql 需安装系统的 PostgreSQL 客户端。",
    )
    DATABASE_IN_USE = (
        "Another command is using the database: wait for it, or use --force. What is committed stays.",
        "另一个命令正在使用数据库：请等待其结束，或使用 --force。已提交的内容会保留。",
    )
    DATABASE_NOT_OURS = (
        "DATABASE_URL names a server that was started elsewhere; stop it there.",
        "DATABASE_URL 指向外部启动的服务器，请在该服务器上停止。",
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected "no": the reason and the details that its message names."""

    reason: Reason
    detail: dict[str, object] = field(default_factory=dict)

    def message(self, language: str = "en") -> str:
        """Return the message in `en` or `zh`."""
        text = self.reason.value[language == "zh"]
        return text.format(**self.details(language)).strip()

    def details(self, language: str = "en") -> dict[str, object]:
        """Return the details in `en` or `zh`: a pair of texts is (English, 中文)."""
        return {
            name: value[language == "zh"] if isinstance(value, tuple) else value for name, value in self.detail.items()
        }


def refused(reason: Reason, **detail: object) -> Refused:
    """Build a refusal: `refused(Reason.NO_BILL, payer="acme", month="2026-10")`."""
    return Refused(reason, detail)
