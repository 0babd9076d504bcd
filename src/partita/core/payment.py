"""Payments (支付) through a gateway: their states, the notices that a gateway sends, and what a notice is worth.

Owns the signature check, the form of a notice, and the verdict on it. Does not own the entry of the money
(`posting_rules`) nor the gateway itself (`gateways.payment`). A payment is credited once; a notice that does not fit is
named, kept for a person and never credited. Rules: PAYMENT-1 … PAYMENT-5 (`docs/rules/payment.md`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from partita.core.ids import derived_id, is_name
from partita.core.money import Money, is_currency

NOTICE_BYTES_MAX = 4096
"""A longer notice is refused unread: no gateway needs more."""

CLOCKS_APART = timedelta(minutes=5)
"""A gateway's clock may be ahead of ours by so much; what it dates later has not happened (PAYMENT-4)."""


class PaymentState(Enum):
    """Where a payment stands (PAYMENT-1); the value is its name (English, 中文). Money that comes late still counts."""

    OPEN = ("open", "待支付")
    FAILED = ("failed", "支付失败")
    PAID = ("paid", "已支付")

    @property
    def word(self) -> str:
        """The name as tables and commands write it: `paid`."""
        return self.name.lower()


class Verdict(Enum):
    """What a notice is worth (PAYMENT-3, PAYMENT-4), in the order of the checks; the value says it (English, 中文)."""

    SIGNATURE_WRONG = ("its signature is wrong", "签名错误")
    MALFORMED = ("it cannot be read", "无法解析")
    UNKNOWN_PAYMENT = ("there is no such payment", "没有对应的支付单")
    CURRENCY_DIFFERS = ("its currency is another one", "币种不符")
    AMOUNT_DIFFERS = ("its amount is another one", "金额不符")
    NOT_YET = ("it tells what is to happen later than now", "通知所述时间晚于当前时间")
    PAID_TWICE = ("the payment was paid by another transaction before", "支付单已由另一笔交易支付")
    TRANSACTION_KNOWN = ("its transaction paid another payment before", "该交易已用于支付另一支付单")
    CONTRADICTS = ("it says that a paid payment failed later", "称已支付的支付单其后失败")
    STALE = ("a failure from before the payment was paid", "支付成功之前的失败通知")
    REPEATED = ("this is known already", "已处理过")
    FAILED = ("the payment failed", "支付失败")
    CREDITED = ("credited", "已入账")

    @property
    def waits(self) -> bool:
        """Whether it does not fit and waits for a person."""
        return self in _MISMATCHES

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


_MISMATCHES = frozenset(
    {
        Verdict.SIGNATURE_WRONG,
        Verdict.MALFORMED,
        Verdict.UNKNOWN_PAYMENT,
        Verdict.CURRENCY_DIFFERS,
        Verdict.AMOUNT_DIFFERS,
        Verdict.NOT_YET,
        Verdict.PAID_TWICE,
        Verdict.TRANSACTION_KNOWN,
        Verdict.CONTRADICTS,
    }
)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that an account has started (PAYMENT-1).

    `transaction_id` and `occurred_at`: of the notice that brought it to its state; None while it is open.
    """

    payer_id: str
    payment_id: str
    amount: Money
    state: PaymentState = PaymentState.OPEN
    transaction_id: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a gateway says about a payment: the amount as text, as it came."""

    payment_id: str
    transaction_id: str
    amount: str
    currency: str
    succeeded: bool
    occurred_at: datetime


def judge(
    notice: Notice | None, payment: Payment | None, *, genuine: bool, now: datetime, known_elsewhere: bool = False
) -> Verdict:
    """Return what a notice is worth: the first that is true in the order of `Verdict` (PAYMENT-3, PAYMENT-4).

    `now`: when it is taken in. `known_elsewhere`: its transaction has paid another payment: money that came once is
    credited once.
    """
    if not genuine:
        return Verdict.SIGNATURE_WRONG
    if notice is None:
        return Verdict.MALFORMED
    if payment is None:
        return Verdict.UNKNOWN_PAYMENT
    if no := _unfit(notice, payment, now):
        return no
    return _success(notice, payment, known_elsewhere) if notice.succeeded else _failure(notice, payment)


def read_notice(body: bytes) -> Notice | None:
    """Read the body of a notice (PAYMENT-2): a JSON object of texts; None when it is anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or set(said) != _FIELDS or not all(isinstance(one, str) for one in said.values()):
        return None
    if not is_name(said["payment_id"]) or not is_name(said["transaction_id"]) or not is_currency(said["currency"]):
        return None
    try:
        occurred_at = datetime.fromisoformat(said["occurred_at"])
    except ValueError:
        return None
    if occurred_at.tzinfo is None or said["status"] not in _STATUS:
        return None
    succeeded = _STATUS[said["status"]]
    return Notice(said["payment_id"], said["transaction_id"], said["amount"], said["currency"], succeeded, occurred_at)


def write_notice(notice: Notice, *, nonce: str) -> bytes:
    """Write the body of a notice (PAYMENT-2); `nonce` makes the same notice, sent anew, another body."""
    status = next(word for word, succeeded in _STATUS.items() if succeeded is notice.succeeded)
    said = {
        "payment_id": notice.payment_id,
        "transaction_id": notice.transaction_id,
        "amount": notice.amount,
        "currency": notice.currency,
        "status": status,
        "occurred_at": notice.occurred_at.isoformat(),
        "nonce": nonce,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def sign(secret: bytes, body: bytes) -> str:
    """Return the signature of a body: HMAC-SHA256 over its bytes, in hex (PAYMENT-2)."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def is_genuine(secret: bytes, body: bytes, signature: str) -> bool:
    """Say whether a body carries the signature that the secret gives it, in a time that tells nothing (PAYMENT-2)."""
    return hmac.compare_digest(sign(secret, body).encode(), signature.encode())


def notice_id(body: bytes, signature: str) -> str:
    """Return the id of a notice: the same body with the same signature is the same notice (PAYMENT-5)."""
    return derived_id("ntc", hashlib.sha256(body).hexdigest(), signature)


_FIELDS = frozenset({"payment_id", "transaction_id", "amount", "currency", "status", "occurred_at", "nonce"})
_STATUS = {"succeeded": True, "failed": False}


def _unfit(notice: Notice, payment: Payment, now: datetime) -> Verdict | None:
    if notice.currency != payment.amount.currency:
        return Verdict.CURRENCY_DIFFERS
    if _minor(notice) != payment.amount.minor:
        return Verdict.AMOUNT_DIFFERS
    return Verdict.NOT_YET if notice.occurred_at > now + CLOCKS_APART else None


def _success(notice: Notice, payment: Payment, known_elsewhere: bool) -> Verdict:  # noqa: FBT001 - as `judge` was told
    if payment.state is not PaymentState.PAID:
        return Verdict.TRANSACTION_KNOWN if known_elsewhere else Verdict.CREDITED
    return Verdict.REPEATED if notice.transaction_id == payment.transaction_id else Verdict.PAID_TWICE


def _failure(notice: Notice, payment: Payment) -> Verdict:
    match payment.state:
        case PaymentState.OPEN:
            return Verdict.FAILED
        case PaymentState.FAILED:
            return Verdict.REPEATED
        case _:
            assert payment.occurred_at is not None, "what is paid was paid at an instant"
            return Verdict.STALE if notice.occurred_at < payment.occurred_at else Verdict.CONTRADICTS


def _minor(notice: Notice) -> int | None:
    try:
        return Money.parse(notice.amount, notice.currency).minor
    except ValueError:
        return None
