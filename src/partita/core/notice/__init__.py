"""Notices (通知): what people are told about service and money, in both languages, each once.

`message` has the notice, `service_control`, `alert` and `purchase` the texts and the keys by which a notice is told
apart. Does not own when it is told (`service_control`, `alert`) nor how it travels (`outbox`). Rules: OUTBOX-5
(`docs/rules/outbox.md`), ALERT-6 (`docs/rules/alert.md`), SUB-7; source: enterprise-finance.md B8, B9.
"""

from partita.core.notice.alert import (
    High,
    Low,
    Package,
    cap_notice,
    expiry_notice,
    high_notice,
    low_notice,
    package_notice,
)
from partita.core.notice.message import Channel, Notice, Text
from partita.core.notice.purchase import bill_notice, subscription_notice
from partita.core.notice.service_control import SHOWN, service_notices

__all__ = [
    "SHOWN", "Channel", "High", "Low", "Notice", "Package", "Text", "bill_notice", "cap_notice", "expiry_notice",
    "high_notice", "low_notice", "package_notice", "service_notices", "subscription_notice",
]  # fmt: skip
