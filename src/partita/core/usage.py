"""Usage records (话单): the columns of a usage file, and why a row is not taken in.

Owns the names of the input columns and the reasons of rejection with their texts. Does not own how files are read
(`formats.usage`) or checked in bulk (`columnar.usage`). Rules: USAGE-1 … USAGE-9 (`docs/rules/usage.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

COLUMNS: dict[str, tuple[str, ...]] = {
    "record_id": ("record_id",),
    "account_id": ("account_id", "account"),
    "sku_id": ("sku_id", "sku"),
    "quantity": ("quantity",),
    "start": ("start", "usage_start"),
    "end": ("end", "usage_end"),
    "resource": ("resource", "resource_id"),
    "region": ("region",),
    "tags": ("tags",),
}
"""Column of a usage file → the names it may have in a header."""

REQUIRED = ("record_id", "account_id", "sku_id", "quantity", "start")
REJECT_COLUMNS = (
    "reject_row",
    "reject_column",
    "reject_value",
    "reject_reason",
    "reject_text",
    "reject_text_zh",
)
"""What a rejects file says before the original columns; an import of a corrected rejects file passes over them."""


class RejectReason(Enum):
    """Why one row of a usage file is not taken in: code, English, 中文. Checked in this order (USAGE-6)."""

    DAMAGED_ROW = (
        "damaged_row",
        "The row is damaged: wrong number of fields, or quotes or JSON that do not close.",
        "该行已损坏：字段数不对，或引号、JSON 未正确闭合。",
    )
    MISSING_VALUE = ("missing_value", "A required value is missing.", "缺少必填值。")
    BAD_ID = (
        "bad_id",
        "Not a valid id: a record id has 1 to 128 visible ASCII characters, a resource or region at most 256.",
        "标识无效：话单号为 1 至 128 个可见 ASCII 字符，不含空格；资源与地域最多 256 个字符。",
    )
    UNKNOWN_ACCOUNT = (
        "unknown_account",
        "No such account: set it up (partita setup apply), then import again.",
        "没有此账号：请先用 partita setup apply 建立，再次导入。",
    )
    UNKNOWN_SKU = (
        "unknown_sku",
        "No such SKU: set it up (partita setup apply), then import again.",
        "没有此计费项：请先用 partita setup apply 建立，再次导入。",
    )
    BAD_NUMBER = ("bad_number", "Not a decimal number such as 12.5.", "不是十进制数，正确示例：12.5。")
    TOO_MANY_DECIMALS = ("too_many_decimals", "More than six decimals.", "小数超过六位。")
    NEGATIVE_QUANTITY = (
        "negative_quantity",
        "A quantity is not negative: correct usage with an adjustment instead.",
        "用量不能为负：请用调账更正用量。",
    )
    QUANTITY_OUT_OF_RANGE = ("quantity_out_of_range", "More than 9223372036854.775807.", "大于 9223372036854.775807。")
    BAD_TIME = (
        "bad_time",
        "Not a time such as 2026-10-01T08:00:00+08:00 or 2026-10-01T00:00:00Z.",
        "时间格式无效，正确示例：2026-10-01T08:00:00+08:00 或 2026-10-01T00:00:00Z。",
    )
    TIME_OUT_OF_RANGE = ("time_out_of_range", "Not within the years 2000 to 2099.", "不在 2000 至 2099 年之间。")
    END_BEFORE_START = ("end_before_start", "The end is before the start.", "结束时间早于开始时间。")
    ACCOUNT_NOT_OPEN = (
        "account_not_open",
        "The account was not open at that time: nobody paid for it yet.",
        "该账号当时尚未开通：没有付款方。",
    )
    BAD_TAGS = (
        "bad_tags",
        'Not tags such as {"env":"prod"} or env=prod;team=ml, or a key stands twice.',
        '标签无效，正确示例：{"env":"prod"} 或 env=prod;team=ml；同一键不能重复。',
    )
    CONFLICTING_RECORD = (
        "conflicting_record",
        "A record with this id and other content was taken in before, or stands in this file; that one stays.",
        "已有相同话单号但内容不同的记录（已导入或在本文件中）；保留该记录。",
    )

    @property
    def code(self) -> str:
        """The code that stands in the rejects file."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Return the explanation in `en` or `zh`."""
        return str(self.value[2 if language == "zh" else 1])


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was not taken in: where it stands in the file (as an editor counts), what is wrong, and why."""

    row: int
    column: str
    value: str
    reason: RejectReason


def reason_of(code: str) -> RejectReason:
    """Return the reason with this code."""
    return _BY_CODE[code]


_BY_CODE = {reason.code: reason for reason in RejectReason}
