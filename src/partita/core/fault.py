"""Faults: what is wrong in a document that somebody wrote, where it stands, and what to do about it, in two languages.

Owns `Fault` (the messages), `Origin` (file and row) and `Problem` (a fault at a place). Does not own the refusal that
carries them (`refusal`) nor what is checked (`setup`, `formats.setup`). Rules: SETUP-1 (`docs/rules/setup.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from partita.core.refusal import said


class Fault(Enum):
    """What is wrong. The value is the message (English, 中文) with places for the details."""

    # the file
    NOT_READABLE = ("cannot be read: {detail}", "无法读取：{detail}")
    NOT_UTF8 = ("is not UTF-8 text: save the file as UTF-8.", "不是 UTF-8 编码：请将文件另存为 UTF-8。")
    OLD_WORKBOOK = (
        "hides where its formulas fail: save the sheet as .xlsx, .ods or CSV.",
        "无法识别其中出错的公式：请将工作表另存为 .xlsx、.ods 或 CSV。",
    )
    NO_HEADER = ("is empty: its first line names the columns {columns}.", "文件为空：第一行应为列名 {columns}。")
    MISSING_COLUMN = (
        "the header lacks the column {name}. The columns are {columns}.",
        "表头缺少列 {name}。应有的列：{columns}。",
    )
    UNKNOWN_COLUMN = (
        "the header has an unknown column {name!r}. The columns are {columns}.",
        "表头有未知列 {name!r}。应有的列：{columns}。",
    )
    COLUMN_TWICE = ("the header names the column {name} twice.", "表头重复列出列 {name}。")
    WRONG_WIDTH = (
        "the row has {found} values, the header has {expected}. Is a comma or a quote missing or too many?",
        "该行有 {found} 个值，表头有 {expected} 列。是否缺少或多出逗号、引号？",
    )
    BROKEN_ROW = ("the row is damaged: {detail}.", "该行已损坏：{detail}。")

    NO_YAML = ("is no YAML: {detail}.", "不是有效的 YAML：{detail}。")
    NO_YAML_LIST = (
        "is no list: each row is one item, beginning with a dash.",
        "不是列表：每行为一项，以短横线开头。",
    )
    NO_YAML_ROW = ("the item is no row of `column: value`.", "该项不是由「列名: 值」组成的一行。")
    NO_YAML_VALUE = (
        "the value is neither a text nor a list of texts (of attributes: `name: text`).",
        "该值既不是文本，也不是文本列表（配置属性为「名称: 文本」）。",
    )
    STATED_TWICE = ("states what {other} states too: keep one of the two files.", "与 {other} 重复：请只保留其一。")

    NO_ROWS = ("has a header but no rows.", "只有表头，没有数据行。")

    # one value
    BAD_ID = (
        "{value!r} is no id: 1 to 128 letters, digits or _ . : / @ -, starting with a letter or digit.",
        "{value!r} 不是有效的标识：1 至 128 个字母、数字或 _ . : / @ -，以字母或数字开头。",
    )
    BAD_NAME = (
        "{value!r} is no name: 1 to 200 characters on one line.",
        "{value!r} 不是有效的名称：1 至 200 个字符，不换行。",
    )
    BAD_ZONE = (
        "{value!r} is no time zone: write one such as Asia/Shanghai.",
        "{value!r} 不是有效的时区：请写 Asia/Shanghai 之类的名称。",
    )
    BAD_CURRENCY = (
        "{value!r} is no currency: write an ISO 4217 code such as CNY.",
        "{value!r} 不是有效的币种：请写 CNY 之类的 ISO 4217 代码。",
    )
    NOT_ONE_OF = ("{value!r} is not known: write one of {known}.", "未知的值 {value!r}：可用值为 {known}。")
    BAD_OFFER = (
        "{value!r} cannot be read as what a package or plan covers: write it like {example}.",
        "{value!r} 无法作为资源包或节省计划的内容读取：请写成 {example} 之类。",
    )
    PACKAGE_AND_PLAN = (
        "a SKU is a resource package (quota, covers) or a savings plan (rates), not both: make two of it.",
        "一个 SKU 要么是资源包（quota、covers），要么是节省计划（rates），不能两者兼是：请分成两个 SKU。",
    )
    HALF_A_PACKAGE = (
        "a resource package has the attributes quota and covers: {missing} is missing.",
        "资源包须同时有 quota 与 covers 属性：缺少 {missing}。",
    )
    COVERS_AN_OFFER = (
        "{value!r} is a package or plan itself: name SKUs that are metered.",
        "{value!r} 本身是资源包或节省计划：请写按量计量的 SKU。",
    )
    BAD_INSTANT = (
        "{value!r} is no date (2026-08-01) and no instant with its offset (2026-08-01T00:00:00+08:00).",
        "{value!r} 不是日期（2026-08-01），也不是带时差的时刻（2026-08-01T00:00:00+08:00）。",
    )
    BAD_AMOUNT = (
        "{value!r} is no amount of {currency}: write a number from 0 on with at most {digits} decimals, such as 100.",
        "{value!r} 不是有效的 {currency} 金额：请写不小于 0、最多 {digits} 位小数的数，如 100。",
    )
    BAD_PRICE = (
        "{value!r} is no price: write a decimal from 0 to 922337203 with at most 10 decimals, such as 0.25.",
        "{value!r} 不是有效的价格：请写 0 至 922337203 之间、最多 10 位小数的数，如 0.25。",
    )
    BAD_QUANTITY = (
        "{value!r} is no quantity: write a decimal above 0, up to 9223372036854, with at most 6 decimals, such as 100.",
        "{value!r} 不是有效的数量：请写大于 0、不超过 9223372036854、最多 6 位小数的数，如 100。",
    )
    BAD_FACTOR = (
        "{value!r} is no factor: write a decimal from 0 to 1 with at most 6 decimals; 0.9 takes ten percent off.",
        "{value!r} 不是有效的折扣系数：请写 0 至 1 之间、最多 6 位小数的数；0.9 表示九折。",
    )

    BAD_MONTHS = (
        "{value!r} is no number of months: write a whole number from 0 to 60.",
        "{value!r} 不是有效的月数：请写 0 至 60 的整数。",
    )
    BAD_PROMOTION = ("{english}", "活动无效：{chinese}")
    PRODUCTS_TWICE = (
        "names products to include and to exclude: give one of the two lists.",
        "同时列出了适用和排除的产品：请只给出其一。",
    )

    # the tiers of one price
    ROWS_DISAGREE = (
        "{value!r} differs from {other!r} in row {row}: the rows of one price say the same.",
        "{value!r} 与第 {row} 行的 {other!r} 不同：同一价格的各行须一致。",
    )
    ONE_PRICE_ONLY = (
        "a {model} price has one row only; use graduated or volume for tiers.",
        "{model} 价格只能有一行；阶梯价请使用 graduated 或 volume。",
    )
    TIER_WITHOUT_END = (
        "only the last tier of a price has no end: say where this one ends.",
        "只有最后一个阶梯可以没有上限：请填写该阶梯的上限。",
    )
    LAST_TIER_ENDS = (
        "the last tier ends at {value}: leave its end empty, so that every quantity has a price.",
        "最后一个阶梯的上限为 {value}：请留空，使任何数量都有价格。",
    )
    TIERS_DO_NOT_RISE = (
        "the tier ends at {value}, the one before at {other}: tiers stand in rising order.",
        "该阶梯的上限为 {value}，前一个为 {other}：阶梯须按上限递增排列。",
    )
    BLOCK_SIZE_MISSING = ("a block price says how large a block is.", "block 价格须填写 block_size。")
    BLOCK_SIZE_NEEDLESS = (
        "a {model} price has no block size: leave it empty.",
        "{model} 价格没有 block_size：请留空。",
    )
    BAD_PRICE_VERSION = ("{detail}", "价格无效：{detail}")
    TARGET_NEEDLESS = ("a discount on all names no target: leave it empty.", "对全部生效的折扣没有对象：请留空。")
    TARGET_MISSING = ("names no {kind}: a discount on one says which.", "未指明 {kind}：请填写折扣的对象。")

    # what the rows say together
    CONTRADICTS_ROW = (
        "{what}: {value}, but row {row} says {other}.",
        "{what}：此处为 {value}，第 {row} 行为 {other}。",
    )
    CONTRADICTS_BOOKS = (
        "{what}: the books say {other}, this row {value}. No record is edited: repeat it as it is, or use another id.",
        "{what}：账簿中为 {other}，此处为 {value}。已记录的内容不会被修改：请按原样填写，或使用其他标识。",
    )
    CONTRADICTS_BOOKS_FROM = (
        "{what}: the books say {other}, this row {value}. No record is edited: add a row with a later effective_from.",
        "{what}：账簿中为 {other}，此处为 {value}。已记录的内容不会被修改：请新增一行，使用更晚的生效时间。",
    )
    UNKNOWN_REFERENCE = (
        "no {kind} {value!r}, neither in {file} nor in the books.",
        "没有 {kind} {value!r}：{file} 和账簿中都不存在。",
    )
    OTHER_ENTERPRISE = (
        "{value!r} belongs to the enterprise {other}, the account to {own}.",
        "{value!r} 属于企业 {other}，而账号属于企业 {own}。",
    )
    KIND_TOO_LOW = (
        "a {kind} cannot stand under the {parent_kind} {value!r}.",
        "{kind} 不能位于 {parent_kind} {value!r} 之下。",
    )
    CIRCLE = ("the unit stands under itself: its parents lead back to it.", "该组织单元的上级形成了环路。")
    CHAIN = (
        "{payer!r} pays for {account!r} but does not pay for itself all that time: no chains of payers.",
        "{payer!r} 为 {account!r} 付款，但在此期间自己并非始终自付：为他人付款的账号不能由他人付款。",
    )
    HAS_USAGE = (
        "{account!r} has usage up to {last}, taken in with its payer: a change from {on} is too late. Start later.",
        "账号 {account!r} 已有截至 {last} 的用量，付款方已随之确定：自 {on} 起的变更过晚。请使用更晚的生效时间。",
    )
    HAS_RELATION = (
        "{account!r} is or was related to {other}: `partita relation` changes who pays, not this file.",
        "账号 {account!r} 与 {other} 已有或曾有关联：付款方请通过 `partita relation` 变更，而不是本文件。",
    )
    ACCOUNT_TWICE = (
        "{value!r} stands in row {row} already: an account stands once in a file.",
        "{value!r} 已出现在第 {row} 行：同一账号在一个文件中只能出现一次。",
    )
    UNKNOWN_ACCOUNT = (
        "no account {value!r}: `partita setup show` lists the accounts.",
        "没有账号 {value!r}：`partita setup show` 列出所有账号。",
    )
    REFUSED = ("{reason}: {english}", "{reason}：{chinese}")
    CLOSED_MONTH = (
        "a change effective {on} would change the closed month {month}: let it start later.",
        "生效时间 {on} 会改变已关账的账期 {month}：请使用更晚的生效时间。",
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was stated: the file, and its row as an editor counts (the header is 1; 0 = the whole file)."""

    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault at a place: file, row, column ('' = the whole row or file)."""

    fault: Fault
    origin: Origin
    column: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: str = "en") -> str:
        """Return where and what, in `en` or `zh`."""
        zh = language == "zh"
        place = self.origin.file
        if self.origin.row:
            place += f" 第 {self.origin.row} 行" if zh else f" row {self.origin.row}"
        if self.column:
            place += f"，列 {self.column}" if zh else f", column {self.column}"
        return place + ("：" if zh else ": ") + self.fault.value[zh].format(**said(self.detail))
