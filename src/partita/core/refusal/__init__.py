"""Refusals: every expected "no" is a value with a name and a message in two languages.

Owns `Reason`, `Refused` and the list of all reasons; the texts stand in one module for each area. A refusal is
returned, never raised, from core and use cases; a broken assumption is an assertion. A new reason is a text in the
module of its area and a line here. Rules: REFUSE-1 (`docs/rules/refusal.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from partita.core.money import Money
from partita.core.period import clock
from partita.core.refusal import (
    account,
    control,
    credit,
    database,
    export,
    funds,
    intake,
    ledger,
    months,
    relation,
    setup,
    voucher,
)


class Reason(Enum):
    """Why something was not done. The value is the message (English, 中文) with places for the details."""

    # intake: files and rows that come in
    FILE_NOT_FOUND = intake.FILE_NOT_FOUND
    FILE_EMPTY = intake.FILE_EMPTY
    FILE_WITHOUT_ROWS = intake.FILE_WITHOUT_ROWS
    REPLACES_TOO_MUCH = intake.REPLACES_TOO_MUCH
    FILE_UNREADABLE = intake.FILE_UNREADABLE
    WRONG_HEADER = intake.WRONG_HEADER
    WRONG_ENCODING = intake.WRONG_ENCODING
    WRONG_ENCODING_OF_TWO = intake.WRONG_ENCODING_OF_TWO
    NOT_A_REGULAR_FILE = intake.NOT_A_REGULAR_FILE
    COLUMN_TWICE = intake.COLUMN_TWICE
    REPLACED_BEFORE = intake.REPLACED_BEFORE
    UNKNOWN_CURRENCY = intake.UNKNOWN_CURRENCY
    TRUNCATED_FILE = intake.TRUNCATED_FILE
    BAD_VALUE = intake.BAD_VALUE
    CURRENCY_DIFFERS = intake.CURRENCY_DIFFERS
    UNKNOWN_FORMAT = intake.UNKNOWN_FORMAT
    REJECTS_NOT_WRITABLE = intake.REJECTS_NOT_WRITABLE

    # setup: the organisation and the catalogue as a folder sets them up
    UNKNOWN_ACCOUNT = setup.UNKNOWN_ACCOUNT
    UNKNOWN_PRODUCT = setup.UNKNOWN_PRODUCT
    UNKNOWN_SKU = setup.UNKNOWN_SKU
    UNKNOWN_DIMENSION = setup.UNKNOWN_DIMENSION
    NOT_A_SETUP_FOLDER = setup.NOT_A_SETUP_FOLDER
    SETUP_AT_FAULT = setup.SETUP_AT_FAULT
    NO_PRICE_IN_FORCE = setup.NO_PRICE_IN_FORCE
    AMOUNT_TOO_LARGE = setup.AMOUNT_TOO_LARGE
    PRICE_IN_CLOSED_MONTH = setup.PRICE_IN_CLOSED_MONTH

    # months: rating and closing months
    MONTH_NOT_OVER = months.MONTH_NOT_OVER
    MONTH_CLOSED = months.MONTH_CLOSED
    MONTH_PASSED_OVER = months.MONTH_PASSED_OVER
    EARLIER_MONTH_OPEN = months.EARLIER_MONTH_OPEN
    NOTHING_TO_CLOSE = months.NOTHING_TO_CLOSE
    CLOSE_RUNNING = months.CLOSE_RUNNING
    NO_BILL = months.NO_BILL

    # export: files that go out
    NO_CHARGES = export.NO_CHARGES
    UNKNOWN_FILE_KIND = export.UNKNOWN_FILE_KIND
    CANNOT_WRITE = export.CANNOT_WRITE
    EXPORT_DIFFERS = export.EXPORT_DIFFERS
    UNKNOWN_CRITERION = export.UNKNOWN_CRITERION

    # ledger: money, entries and the proof of the ledger
    IDEMPOTENCY_KEY_REUSED = ledger.IDEMPOTENCY_KEY_REUSED
    AMOUNT_NOT_POSITIVE = ledger.AMOUNT_NOT_POSITIVE
    BAD_AMOUNT = ledger.BAD_AMOUNT
    ENTRY_NOT_BALANCED = ledger.ENTRY_NOT_BALANCED
    UNKNOWN_ENTRY = ledger.UNKNOWN_ENTRY
    ALREADY_REVERSED = ledger.ALREADY_REVERSED
    REVERSAL_NOT_REVERSED = ledger.REVERSAL_NOT_REVERSED
    ENTRY_OF_A_BILL = ledger.ENTRY_OF_A_BILL
    CURRENCY_NOT_USED = ledger.CURRENCY_NOT_USED
    BAD_TIME = ledger.BAD_TIME
    BAD_TEXT = ledger.BAD_TEXT
    CHAIN_GAP = ledger.CHAIN_GAP
    CHAIN_LINK_WRONG = ledger.CHAIN_LINK_WRONG
    CHAIN_CONTENT_CHANGED = ledger.CHAIN_CONTENT_CHANGED
    CHAIN_HEAD_WRONG = ledger.CHAIN_HEAD_WRONG
    POSTING_WITHOUT_ENTRY = ledger.POSTING_WITHOUT_ENTRY

    # account: accounts, legal entities, users, roles and permissions
    NOT_PERMITTED = account.NOT_PERMITTED
    ACCOUNT_CLOSED = account.ACCOUNT_CLOSED
    ACCOUNT_FROZEN = account.ACCOUNT_FROZEN
    FROZEN_BY_OPERATOR = account.FROZEN_BY_OPERATOR
    POLICY_LOCKS_OUT = account.POLICY_LOCKS_OUT
    TIER_LACKS = account.TIER_LACKS
    ACCOUNT_EXISTS = account.ACCOUNT_EXISTS
    BAD_NAME = account.BAD_NAME
    UNKNOWN_ENTERPRISE = account.UNKNOWN_ENTERPRISE
    UNKNOWN_UNIT = account.UNKNOWN_UNIT
    UNKNOWN_ZONE = account.UNKNOWN_ZONE
    WRONG_ENTITY_KIND = account.WRONG_ENTITY_KIND
    BAD_REGISTER_NUMBER = account.BAD_REGISTER_NUMBER
    ENTITY_NAME_DIFFERS = account.ENTITY_NAME_DIFFERS
    VERIFIED_WHILE_RELATED = account.VERIFIED_WHILE_RELATED
    NOT_VERIFIED = account.NOT_VERIFIED
    INVOICE_PROFILE_INCOMPLETE = account.INVOICE_PROFILE_INCOMPLETE
    ACCOUNT_HAS_RELATION = account.ACCOUNT_HAS_RELATION
    ACCOUNT_PAYS_FOR_OTHERS = account.ACCOUNT_PAYS_FOR_OTHERS
    ACCOUNT_IS_PAID_FOR = account.ACCOUNT_IS_PAID_FOR
    ACCOUNT_HAS_USAGE = account.ACCOUNT_HAS_USAGE
    ACCOUNT_HAS_DEBT = account.ACCOUNT_HAS_DEBT
    ACCOUNT_HAS_FUNDS = account.ACCOUNT_HAS_FUNDS
    UNKNOWN_USER = account.UNKNOWN_USER
    UNKNOWN_ACTION = account.UNKNOWN_ACTION
    USER_EXISTS = account.USER_EXISTS
    UNKNOWN_GRANT = account.UNKNOWN_GRANT
    ENDS_BEFORE_START = account.ENDS_BEFORE_START
    REVOKED_IN_THE_PAST = account.REVOKED_IN_THE_PAST
    UNIT_EXISTS = account.UNIT_EXISTS
    UNIT_UNDER_LOWER_KIND = account.UNIT_UNDER_LOWER_KIND
    MOVED_BEFORE_OPENING = account.MOVED_BEFORE_OPENING
    MOVED_IN_CLOSED_MONTH = account.MOVED_IN_CLOSED_MONTH
    MOVED_OTHERWISE = account.MOVED_OTHERWISE

    # relation: relations between a main account and its members
    RELATED_TO_ITSELF = relation.RELATED_TO_ITSELF
    RELATED_ACROSS_ENTERPRISES = relation.RELATED_ACROSS_ENTERPRISES
    MAIN_IS_MEMBER = relation.MAIN_IS_MEMBER
    MEMBER_HAS_MEMBERS = relation.MEMBER_HAS_MEMBERS
    INVITED_ALREADY = relation.INVITED_ALREADY
    RELATED_ALREADY = relation.RELATED_ALREADY
    PERMISSION_NEEDS_ANOTHER = relation.PERMISSION_NEEDS_ANOTHER
    PERMISSIONS_IN_TRUSTEESHIP = relation.PERMISSIONS_IN_TRUSTEESHIP
    PERMISSION_NEEDS_SAME_ENTITY = relation.PERMISSION_NEEDS_SAME_ENTITY
    UNKNOWN_PERMISSION = relation.UNKNOWN_PERMISSION
    TRUST_NEEDS_ENTERPRISE = relation.TRUST_NEEDS_ENTERPRISE
    TRUST_NEEDS_VERIFICATION = relation.TRUST_NEEDS_VERIFICATION
    TRUST_NEEDS_SAME_ENTITY = relation.TRUST_NEEDS_SAME_ENTITY
    TRUST_NEEDS_INVOICE_TITLE = relation.TRUST_NEEDS_INVOICE_TITLE
    TRUST_NEEDS_SAME_TITLE = relation.TRUST_NEEDS_SAME_TITLE
    TRUST_NEEDS_CREDIT = relation.TRUST_NEEDS_CREDIT
    MEMBER_OWES = relation.MEMBER_OWES
    MEMBER_HAS_ORDER = relation.MEMBER_HAS_ORDER
    MEMBER_HAS_USAGE_AHEAD = relation.MEMBER_HAS_USAGE_AHEAD
    PAYER_STATED_AHEAD = relation.PAYER_STATED_AHEAD
    NO_INVITATION = relation.NO_INVITATION
    INVITATION_EXPIRED = relation.INVITATION_EXPIRED
    NOT_WHAT_WAS_OFFERED = relation.NOT_WHAT_WAS_OFFERED
    NOT_RELATED = relation.NOT_RELATED
    IN_TRUSTEESHIP = relation.IN_TRUSTEESHIP
    NOT_IN_TRUSTEESHIP = relation.NOT_IN_TRUSTEESHIP
    FUNDS_NOT_RECLAIMED = relation.FUNDS_NOT_RECLAIMED
    CREDIT_NOT_RECLAIMED = relation.CREDIT_NOT_RECLAIMED
    BATCH_AT_FAULT = relation.BATCH_AT_FAULT

    # funds: funds, payments, transfers and holds
    SOURCE_OVERDUE = funds.SOURCE_OVERDUE
    EXCEEDS_TRANSFERABLE = funds.EXCEEDS_TRANSFERABLE
    EXCEEDS_RECLAIMABLE = funds.EXCEEDS_RECLAIMABLE
    EXCEEDS_WITHDRAWABLE = funds.EXCEEDS_WITHDRAWABLE
    EXCEEDS_FREE_CASH = funds.EXCEEDS_FREE_CASH
    WITHDRAWAL_FORBIDDEN = funds.WITHDRAWAL_FORBIDDEN
    TRANSFER_TO_ITSELF = funds.TRANSFER_TO_ITSELF
    TRANSFER_NOT_RELATED = funds.TRANSFER_NOT_RELATED
    TRANSFER_IN_TRUSTEESHIP = funds.TRANSFER_IN_TRUSTEESHIP
    SHARING_NOT_VERIFIED = funds.SHARING_NOT_VERIFIED
    SHARING_ENTITY_DIFFERS = funds.SHARING_ENTITY_DIFFERS
    UNKNOWN_FREEZE = funds.UNKNOWN_FREEZE
    EXCEEDS_FROZEN = funds.EXCEEDS_FROZEN
    ACCEPTANCE_MATURED = funds.ACCEPTANCE_MATURED
    ACCEPTANCE_NOT_DUE = funds.ACCEPTANCE_NOT_DUE
    ACCEPTANCE_KNOWN = funds.ACCEPTANCE_KNOWN
    NOTICE_ENDED = funds.NOTICE_ENDED
    ACCEPTANCE_ENDED = funds.ACCEPTANCE_ENDED
    UNKNOWN_ACCEPTANCE = funds.UNKNOWN_ACCEPTANCE
    EXCEEDS_ACCEPTANCE_LEFT = funds.EXCEEDS_ACCEPTANCE_LEFT
    UNKNOWN_CARD = funds.UNKNOWN_CARD
    CARD_PRICE_ABOVE_FACE = funds.CARD_PRICE_ABOVE_FACE
    REFUND_MONTH_AHEAD = funds.REFUND_MONTH_AHEAD
    PRODUCT_NOT_BILLED = funds.PRODUCT_NOT_BILLED
    EXCEEDS_REFUNDABLE = funds.EXCEEDS_REFUNDABLE
    BAD_DAYS = funds.BAD_DAYS
    UNKNOWN_PAYMENT = funds.UNKNOWN_PAYMENT
    NOTICE_TOO_LONG = funds.NOTICE_TOO_LONG
    UNKNOWN_NOTICE = funds.UNKNOWN_NOTICE
    NOTICE_NOT_WAITING = funds.NOTICE_NOT_WAITING
    GATEWAY_NOT_SET_UP = funds.GATEWAY_NOT_SET_UP
    ENTRY_NOT_BY_HAND = funds.ENTRY_NOT_BY_HAND

    # credit: credit limits and terms
    NO_CREDIT_LINE = credit.NO_CREDIT_LINE
    NEVER_HAD_CREDIT = credit.NEVER_HAD_CREDIT
    EXIST_APPROVING_PROCESS = credit.EXIST_APPROVING_PROCESS
    CREDIT_NOT_SHARED = credit.CREDIT_NOT_SHARED
    CREDIT_NOT_RELATED = credit.CREDIT_NOT_RELATED
    CREDIT_IN_TRUSTEESHIP = credit.CREDIT_IN_TRUSTEESHIP
    LIMIT_BELOW_ZERO = credit.LIMIT_BELOW_ZERO
    EXCEEDS_UNALLOCATED = credit.EXCEEDS_UNALLOCATED
    TOTAL_BELOW_ALLOCATED = credit.TOTAL_BELOW_ALLOCATED
    LIMIT_IN_USE = credit.LIMIT_IN_USE
    UNKNOWN_CREDIT_CHANGE = credit.UNKNOWN_CREDIT_CHANGE
    CREDIT_CHANGE_ENDED = credit.CREDIT_CHANGE_ENDED
    CONTRACT_KNOWN = credit.CONTRACT_KNOWN
    BAD_TERM = credit.BAD_TERM
    EXCEEDS_CREDIT_REFUND = credit.EXCEEDS_CREDIT_REFUND
    EXCEEDS_BOUGHT_ON_CREDIT = credit.EXCEEDS_BOUGHT_ON_CREDIT

    # voucher: vouchers, coupons, stored value and discounts
    BAD_TEMPLATE = voucher.BAD_TEMPLATE
    TEMPLATE_DIFFERS = voucher.TEMPLATE_DIFFERS
    UNKNOWN_TEMPLATE = voucher.UNKNOWN_TEMPLATE
    WRONG_INSTRUMENT = voucher.WRONG_INSTRUMENT
    TEMPLATE_OVER = voucher.TEMPLATE_OVER
    TEMPLATE_CURRENCY = voucher.TEMPLATE_CURRENCY
    VOUCHER_AMOUNT_FIXED = voucher.VOUCHER_AMOUNT_FIXED
    UNKNOWN_VOUCHER = voucher.UNKNOWN_VOUCHER
    VOUCHER_EXPIRED = voucher.VOUCHER_EXPIRED
    VOUCHER_NOT_PARTED = voucher.VOUCHER_NOT_PARTED
    VOUCHER_NOT_HELD = voucher.VOUCHER_NOT_HELD
    EXCEEDS_VOUCHER = voucher.EXCEEDS_VOUCHER
    EXCEEDS_POOL = voucher.EXCEEDS_POOL
    VOUCHER_OF_ANOTHER = voucher.VOUCHER_OF_ANOTHER
    SHARED_WITH_ITSELF = voucher.SHARED_WITH_ITSELF
    NO_MEMBER_TO_SHARE_WITH = voucher.NO_MEMBER_TO_SHARE_WITH
    MEMBER_IN_TRUSTEESHIP = voucher.MEMBER_IN_TRUSTEESHIP
    BAD_PRIORITY = voucher.BAD_PRIORITY
    UNKNOWN_BILL = voucher.UNKNOWN_BILL
    NO_BILL_LINE = voucher.NO_BILL_LINE
    COUPON_NOT_FOR_BILLS = voucher.COUPON_NOT_FOR_BILLS
    NO_ORDER_LINES = voucher.NO_ORDER_LINES

    # control: stop and resume, alerts and deliveries
    BAD_SPAN = control.BAD_SPAN
    BAD_TURN = control.BAD_TURN
    NOT_IN_STOP_ORDER = control.NOT_IN_STOP_ORDER
    ORDER_OF_THE_PAYER = control.ORDER_OF_THE_PAYER
    BAD_STOP_ORDER = control.BAD_STOP_ORDER
    PAID_AHEAD_DIFFERS = control.PAID_AHEAD_DIFFERS
    PAID_AHEAD_EMPTY = control.PAID_AHEAD_EMPTY
    ALERT_OF_THE_PAYER = control.ALERT_OF_THE_PAYER
    ALERT_PRODUCTS_MOST = control.ALERT_PRODUCTS_MOST
    BAD_THRESHOLD = control.BAD_THRESHOLD
    BAD_NOTICE_ADDRESS = control.BAD_NOTICE_ADDRESS
    NO_SUCH_ADDRESS = control.NO_SUCH_ADDRESS
    NO_MEMBERS = control.NO_MEMBERS

    # database: the database itself
    PROGRAM_NOT_FOUND = database.PROGRAM_NOT_FOUND
    DATABASE_IN_USE = database.DATABASE_IN_USE
    DATABASE_NOT_OURS = database.DATABASE_NOT_OURS


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected "no": the reason and the details that its message names."""

    reason: Reason
    detail: dict[str, object] = field(default_factory=dict)

    def message(self, language: str = "en") -> str:
        """Return the message in `en` or `zh`."""
        text = self.reason.value[language == "zh"]
        return text.format(**said(self.details(language))).strip()

    def details(self, language: str = "en") -> dict[str, object]:
        """Return the details in `en` or `zh`: a pair of texts is (English, 中文)."""
        return {
            name: value[language == "zh"] if isinstance(value, tuple) else value for name, value in self.detail.items()
        }


def said(detail: Mapping[str, object]) -> dict[str, object]:
    """Return details as a message says them: an instant as a clock shows it (PERIOD-4), money grouped (MONEY-6)."""
    return {name: _word(one) for name, one in detail.items()}


def _word(value: object) -> object:
    if isinstance(value, Money):
        return value.grouped
    return clock(value) if isinstance(value, datetime) else value


def refused(reason: Reason, **detail: object) -> Refused:
    """Build a refusal: `refused(Reason.NO_BILL, payer="acme", month="2026-10")`."""
    return Refused(reason, detail)
