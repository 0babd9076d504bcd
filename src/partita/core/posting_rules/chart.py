"""The chart (会计科目): the book accounts of each payer, and every movement between two of them, on one page.

Owns `CHART` and `MOVEMENTS`. Does not own what an event says beside its amounts (`closing`, `cash`, `transfers`,
`refunds`, `documents`, `vouchers`, `orders`). A fund with many sources has one ledger account for each:
`transfer_book/<giver>`. An amount below zero is the same movement with sides swapped. Rules: POST-1 … POST-17
(`docs/rules/posting_rules.md`); source: enterprise-finance.md B2, B3, B7.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.funds import Fund, source_account
from partita.core.ledger import REVERSED, Posting, Side
from partita.core.money import Money

BANK = "bank"
CASH = source_account(Fund.CASH, Fund.CASH.value)
RECEIVABLE = "receivable"
REVENUE = "revenue"
TRANSFER_CLEARING = "transfer_clearing"
NOTES_RECEIVABLE = "notes_receivable"
STORED_VALUE_INACTIVE = "stored_value_inactive"
PROMOTION = "promotion"
LAPSED = "lapsed"
CREDIT_REFUND = "credit_refund"
OVERDUE_INTEREST = "overdue_interest"
VOUCHER_POOL = "voucher_pool"
VOUCHER_CLEARING = "voucher_clearing"


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """A book account (科目) of each payer: the side it normally stands on, and whether its balance is kept.

    Balances are kept only where a limit is checked; the others are summed when asked for, so they have no hot row.
    A name such as `revenue` stands for `revenue/<product>` too.
    """

    name: str
    english: str
    chinese: str
    normal: Side
    kept: bool

    def text(self, language: str = "en") -> str:
        """Name it in `en` or `zh`."""
        return self.chinese if language == "zh" else self.english


CHART = (
    LedgerAccount(BANK, "bank", "银行存款", Side.DEBIT, kept=False),
    LedgerAccount(NOTES_RECEIVABLE, "notes receivable", "应收票据", Side.DEBIT, kept=False),
    LedgerAccount(RECEIVABLE, "receivable", "应收账款", Side.DEBIT, kept=True),
    LedgerAccount(TRANSFER_CLEARING, "transfer clearing", "划拨清算", Side.DEBIT, kept=True),
    LedgerAccount(CASH, "cash", "客户现金余额", Side.CREDIT, kept=True),
    LedgerAccount(VOUCHER_CLEARING, "voucher clearing", "代金券共享清算", Side.DEBIT, kept=False),
    LedgerAccount(VOUCHER_POOL, "voucher pool", "代金券额度池", Side.CREDIT, kept=True),
    LedgerAccount(Fund.VOUCHER.value, "voucher", "代金券", Side.CREDIT, kept=True),
    LedgerAccount(Fund.TRANSFER_BOOK.value, "transfer book", "划拨账本", Side.CREDIT, kept=True),
    LedgerAccount(Fund.REFUND.value, "refund book", "退款账本", Side.CREDIT, kept=True),
    LedgerAccount(Fund.ACCEPTANCE.value, "acceptance book", "票据账本", Side.CREDIT, kept=True),
    LedgerAccount(STORED_VALUE_INACTIVE, "stored-value card, not active", "储值卡（未激活）", Side.CREDIT, kept=False),
    LedgerAccount(Fund.STORED_VALUE.value, "stored-value card", "储值卡", Side.CREDIT, kept=True),
    LedgerAccount(CREDIT_REFUND, "credit refund", "信控退款", Side.CREDIT, kept=True),
    LedgerAccount(REVENUE, "revenue", "营业收入", Side.CREDIT, kept=False),
    LedgerAccount(PROMOTION, "promotion", "营销费用", Side.DEBIT, kept=False),
    LedgerAccount(LAPSED, "lapsed cards", "储值卡过期收入", Side.CREDIT, kept=False),
    LedgerAccount(OVERDUE_INTEREST, "overdue interest", "逾期利息收入", Side.CREDIT, kept=False),
)
"""The chart of accounts. What we owe the customer (cash and the other funds) is a liability: the credit side.

`transfer_clearing/<other account>` is where the two halves of a transfer meet: over both payers it sums to zero.
`voucher_clearing/<other account>` is the same for vouchers that are shared and taken back."""

KEPT = frozenset(account.name for account in CHART if account.kept)


@dataclass(frozen=True, slots=True)
class Movement:
    """What one kind of event moves: debit one account, credit another; the braces are filled from the event."""

    kind: str
    english: str
    chinese: str
    debit: str
    credit: str


_CLEARING = TRANSFER_CLEARING + "/{other}"
_BOOK = Fund.TRANSFER_BOOK.value + "/{other}"
_NOTE = NOTES_RECEIVABLE + "/{document}"
_ACCEPTANCE = Fund.ACCEPTANCE.value + "/{document}"
_INACTIVE = STORED_VALUE_INACTIVE + "/{card}"
_CARD = Fund.STORED_VALUE.value + "/{card}"
_SALES = REVENUE + "/{product}"
_VOUCHER = Fund.VOUCHER.value + "/{voucher}"
_SHARED = VOUCHER_CLEARING + "/{other}"

TOPPED_UP = Movement("topped_up", "Top up", "充值", debit=BANK, credit=CASH)
WITHDRAWN = Movement("withdrawn", "Withdrawal", "提现", debit=CASH, credit=BANK)
BILLED = Movement("billed", "Bill", "出账", debit=RECEIVABLE, credit=_SALES)
SETTLED = Movement("settled", "Settlement", "扣款", debit="{fund}", credit=RECEIVABLE)
CLEARED = Movement("cleared", "Clearing", "销账", debit="{fund}", credit=RECEIVABLE)
DEBT_CLEARED = Movement("debt_cleared", "Debt cleared", "清偿欠款", debit="{fund}", credit=RECEIVABLE)
ORDER_CLEARED = Movement("order_cleared", "Order cleared", "订单销账", debit="{fund}", credit=RECEIVABLE)
INTEREST_CHARGED = Movement(
    "interest_charged", "Overdue interest", "逾期利息", debit=RECEIVABLE, credit=OVERDUE_INTEREST
)
TRANSFERRED_OUT = Movement("transferred_out", "Transfer out", "划拨转出", debit=CASH, credit=_CLEARING)
TRANSFERRED_IN = Movement("transferred_in", "Transfer in", "划拨转入", debit=_CLEARING, credit=_BOOK)
RECLAIMED_OUT = Movement("reclaimed_out", "Reclaimed by the giver", "被回收", debit=_BOOK, credit=_CLEARING)
RECLAIMED_IN = Movement("reclaimed_in", "Reclaim", "回收", debit=_CLEARING, credit=CASH)
REFUNDED = Movement("refunded", "Refund", "退款", debit=_SALES, credit=Fund.REFUND.value + "/{month}")
CREDIT_REFUNDED = Movement("credit_refunded", "Credit refund", "信控退款", debit=_SALES, credit=CREDIT_REFUND)
CREDIT_REFUND_APPLIED = Movement(
    "credit_refund_applied", "Credit refund applied", "信控退款抵扣", debit=CREDIT_REFUND, credit=RECEIVABLE
)
ACCEPTED = Movement("accepted", "Acceptance bill taken in", "收票", debit=_NOTE, credit=_ACCEPTANCE)
COLLECTED = Movement("acceptance_collected", "Acceptance bill collected", "票据兑付", debit=BANK, credit=_NOTE)
DISCOUNTED = Movement("acceptance_discounted", "Acceptance bill discounted", "票据贴现", debit=BANK, credit=_NOTE)
DISCOUNT_FEE = Movement("discount_fee", "Interest of the bank", "贴现利息", debit=_ACCEPTANCE, credit=_NOTE)
ACCEPTANCE_TO_CASH = Movement(
    "acceptance_to_cash", "Remainder to cash", "票据余额转现金", debit=_ACCEPTANCE, credit=CASH
)
DISHONOURED = Movement(
    "acceptance_dishonoured", "Acceptance bill dishonoured", "票据拒付", debit=_ACCEPTANCE, credit=_NOTE
)
DISHONOURED_SPENT = Movement(
    "acceptance_owed", "Spent part owed again", "拒付已用部分转应收", debit=RECEIVABLE, credit=_NOTE
)
CASH_OWED = Movement("cash_owed", "Spent part owed again", "冲销已用部分转应收", debit=RECEIVABLE, credit=CASH)
CARD_BOUGHT = Movement("card_bought", "Stored-value card bought", "购买储值卡", debit=CASH, credit=_INACTIVE)
CARD_GIFT = Movement("card_gift", "Gift on a card", "储值卡赠送", debit=PROMOTION, credit=_INACTIVE)
CARD_ACTIVATED = Movement("card_activated", "Stored-value card activated", "激活储值卡", debit=_INACTIVE, credit=_CARD)
CARD_LAPSED = Movement("card_lapsed", "Stored-value card lapsed", "储值卡过期", debit=_CARD, credit=LAPSED)
POOL_GRANTED = Movement(
    "pool_granted", "Voucher pool granted", "授予代金券额度池", debit=PROMOTION, credit=VOUCHER_POOL
)
VOUCHER_ISSUED = Movement("voucher_issued", "Voucher issued", "发放代金券", debit=PROMOTION, credit=_VOUCHER)
VOUCHER_MADE = Movement("voucher_made", "Voucher from the pool", "额度池制券", debit=VOUCHER_POOL, credit=_VOUCHER)
VOUCHER_SHARED = Movement("voucher_shared", "Voucher shared", "共享代金券", debit=_VOUCHER, credit=_SHARED)
VOUCHER_RECEIVED = Movement("voucher_received", "Voucher received", "获得共享代金券", debit=_SHARED, credit=_VOUCHER)
VOUCHER_GIVEN_BACK = Movement(
    "voucher_given_back", "Voucher given back", "代金券被收回", debit=_VOUCHER, credit=_SHARED
)
VOUCHER_TAKEN_BACK = Movement("voucher_taken_back", "Voucher taken back", "收回代金券", debit=_SHARED, credit=_VOUCHER)
VOUCHER_LAPSED = Movement("voucher_lapsed", "Voucher lapsed", "代金券失效", debit=_VOUCHER, credit=PROMOTION)
VOUCHER_TO_POOL = Movement(
    "voucher_to_pool", "Voucher back to the pool", "代金券退回额度池", debit=_VOUCHER, credit=VOUCHER_POOL
)
ORDER_PAID = Movement("order_paid", "Order paid", "支付订单", debit="{fund}", credit=_SALES)
ORDER_ON_CREDIT = Movement("order_on_credit", "Order on credit", "信控支付订单", debit=RECEIVABLE, credit=_SALES)
ORDER_REFUNDED = Movement("order_refunded", "Order refunded", "订单退款", debit=_SALES, credit="{fund}")

MOVEMENTS = (
    TOPPED_UP, WITHDRAWN, BILLED, SETTLED, CLEARED, DEBT_CLEARED, ORDER_CLEARED, INTEREST_CHARGED,
    TRANSFERRED_OUT, TRANSFERRED_IN, RECLAIMED_OUT, RECLAIMED_IN,
    REFUNDED, CREDIT_REFUNDED, CREDIT_REFUND_APPLIED,
    ACCEPTED, COLLECTED, DISCOUNTED, DISCOUNT_FEE, ACCEPTANCE_TO_CASH, DISHONOURED, DISHONOURED_SPENT, CASH_OWED,
    CARD_BOUGHT, CARD_GIFT, CARD_ACTIVATED, CARD_LAPSED,
    POOL_GRANTED, VOUCHER_ISSUED, VOUCHER_MADE, VOUCHER_SHARED, VOUCHER_RECEIVED, VOUCHER_GIVEN_BACK,
    VOUCHER_TAKEN_BACK, VOUCHER_LAPSED, VOUCHER_TO_POOL,
    ORDER_PAID, ORDER_ON_CREDIT, ORDER_REFUNDED,
)  # fmt: skip
"""Every movement. An entry may hold several; its kind is that of the first. Only `reversed` (冲销) is none of them:
`ledger.reverse` makes it of the entry's own accounts, sides swapped."""

KIND_NAMES = {one.kind: (one.english, one.chinese) for one in MOVEMENTS} | {REVERSED: ("Reversal", "冲销")}
KINDS_OF_A_CLOSE = frozenset({BILLED.kind, SETTLED.kind})
"""What a month close posts: the next bill corrects it, a hand does not."""
KINDS_BOUNCED = frozenset({DISHONOURED.kind, CASH_OWED.kind})
"""Where what was paid turned out not to be: it is owed again, on no bill (CLEAR-4)."""
KINDS_BY_HAND = frozenset({TOPPED_UP.kind, WITHDRAWN.kind})
"""What a hand may reverse, because it is one entry that no other fact hangs on: a payment that bounced."""


def pair(movement: Movement, amount: Money, **names: str) -> tuple[Posting, Posting]:
    """Return the two postings of a movement; `amount` is not zero, and below zero the sides are swapped (POST-4)."""
    debit, credit = movement.debit.format(**names), movement.credit.format(**names)
    return Posting(debit, amount.currency, amount.minor), Posting(credit, amount.currency, -amount.minor)


def ledger_account(name: str) -> LedgerAccount | None:
    """Return the row of the chart that a ledger account such as `revenue/compute` belongs to, if there is one."""
    root = name.partition("/")[0]
    return next((account for account in CHART if account.name == root), None)


def is_kept(name: str) -> bool:
    """Say whether the balance of a ledger account is kept, because a limit is checked on it (LEDGER-2)."""
    return name in KEPT or name.partition("/")[0] in KEPT


def normal_side(name: str) -> Side:
    """Return the side a ledger account normally stands on; every fund but those of the chart is owed: credit."""
    account = ledger_account(name)
    return account.normal if account else Side.CREDIT
