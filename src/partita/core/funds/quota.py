"""Quotas (额度): what an account may still use, transfer, give back or take out, each with the formula that says why.

Owns `Figures` (what the books know of an account) and the four quotas. Does not own the commands that they limit
(`decision`). All amounts are minor units of one currency. Rules: FUNDS-4 … FUNDS-8 (`docs/rules/funds.md`); source:
enterprise-finance.md B2, and the last line of A6 for what may be withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from partita.core.money import format_scaled, minor_digits


class Quota(Enum):
    """What is asked for; the value is its name (English, 中文)."""

    AVAILABLE = ("available quota", "可用额度")
    TRANSFERABLE = ("transferable", "可划拨金额")
    RECLAIMABLE = ("reclaimable", "可回收金额")
    WITHDRAWABLE = ("withdrawable", "可提现金额")
    FREE_CASH = ("free cash", "可动用现金")
    REFUNDABLE = ("refundable", "可退款金额")
    CREDIT_REFUNDABLE = ("refundable as credit", "可信控退款金额")

    def text(self, language: str = "en") -> str:
        """Name the quota in `en` or `zh`."""
        return self.value[language == "zh"]


class Part(Enum):
    """What a formula adds up or takes off; the value is its name (English, 中文)."""

    CASH = ("cash", "现金")
    TRANSFER_BOOK = ("transfer book", "划拨账本")
    REFUND_BOOK = ("refund book", "退款账本")
    ACCEPTANCE_BOOK = ("acceptance book", "票据账本")
    CREDIT_LIMIT = ("credit limit", "信控额度")
    CREDIT_REFUNDS = ("credit refunds", "信控退款")
    USAGE_THIS_MONTH = ("unsettled usage of this month", "本月未结算用量")
    USAGE_EARLIER = ("unsettled usage of earlier months", "往月未结算用量")
    FROZEN = ("frozen", "冻结")
    OUTSTANDING = ("outstanding bills", "未结清账单")
    CASH_LEDGER = ("cash with what was transferred in", "现金（含划拨转入）")
    TRANSFERRED_IN = ("transferred in", "划拨转入")
    OWED_INVOICES = ("owed invoices", "欠票")
    UNSETTLED_BEYOND = ("unsettled beyond the transfer book", "划拨账本不足以支付的未结清")
    BOOK_OF_GIVER = ("left in the receiver's book", "接收方账本余额")
    LEFT_OF_PAIR = ("transferred and not reclaimed", "已划拨未回收")
    AVAILABLE = ("available quota", "可用额度")
    PAID_BY_MONEY = ("paid by money for that month", "该账期以资金支付")
    REFUNDED_OF_MONTH = ("refunded of that month", "该账期已退款")
    PAID_TO_SELLER = ("paid by money for its seller's products of that month", "该账期以资金支付给其卖家")
    REFUNDED_OF_SELLER = ("refunded of them", "其中已退款")
    PRODUCT_BILLED = ("billed for the product", "该产品出账")
    PRODUCT_REFUNDED = ("refunded of it", "该产品已退款")
    LEFT_UNPAID = ("left unpaid by closes", "关账时未支付")
    REFUNDED_AS_CREDIT = ("refunded as credit", "已信控退款")
    BILLED = ("billed in all", "累计出账")
    PAID_BY_GIFTS = ("paid by vouchers and cards", "代金券与储值卡支付")
    REFUNDED = ("refunded in all", "累计已退款")
    IN_TRUSTEESHIP = ("in trusteeship nothing is transferred", "财务托管期间不能划拨")

    def text(self, language: str = "en") -> str:
        """Name the part in `en` or `zh`."""
        return self.value[language == "zh"]


_NOT_SHOWN = (" (not shown)", "（不予显示）")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the books know of an account's money at one instant, in minor units of its currency (FUNDS-4).

    `transfer_books`: what is left of each giver's money. `usage_…`: held for rated usage that no bill has settled, cut
    to minor units as its bill will be. `outstanding`: what bills leave unpaid; below zero the payer is owed something.
    """

    account_id: str
    currency: str
    cash: int = 0
    transfer_books: tuple[tuple[str, int], ...] = ()
    refund_book: int = 0
    acceptance_book: int = 0
    credit_limit: int = 0
    credit_refunds: int = 0
    usage_this_month: int = 0
    usage_earlier: int = 0
    frozen: int = 0
    outstanding: int = 0
    owed_invoices: int = 0

    @property
    def transfer_book(self) -> int:
        """What is left of all money that was transferred in."""
        return sum(left for _, left in self.transfer_books)

    @property
    def unsettled(self) -> int:
        """What usage and bills still ask for: of this month, of earlier months, and outstanding."""
        return self.usage_this_month + self.usage_earlier + self.outstanding

    @property
    def overdue(self) -> bool:
        """Whether the account is overdue (欠费): its available quota is below zero (enterprise-finance.md B8)."""
        return available(self).result < 0

    def book_of(self, giver_id: str) -> int:
        """Return what is left of one giver's money."""
        return dict(self.transfer_books).get(giver_id, 0)

    def after_giving(self, minor: int) -> Figures:
        """Return the figures once so much cash was transferred away."""
        return replace(self, cash=self.cash - minor)

    def after_receiving(self, giver_id: str, minor: int) -> Figures:
        """Return the figures once so much of a giver's money came in."""
        books = dict(self.transfer_books) | {giver_id: self.book_of(giver_id) + minor}
        return replace(self, transfer_books=tuple(sorted(books.items())))


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a formula: added (`sign` 1) or taken off (−1). `of`: it is the sum of these, at least zero."""

    part: Part
    amount: int
    sign: int = 1
    of: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """A quota with the formula that gives it (FUNDS-8): the smallest of `legs`, each a sum of terms.

    The available quota may be below zero; the others are at least zero. `withheld`: further legs of which the asker may
    not see the numbers; the quota is then at most the result.
    """

    quota: Quota
    currency: str
    legs: tuple[tuple[Term, ...], ...]
    withheld: tuple[Part, ...] = ()

    @property
    def result(self) -> int:
        """The quota in minor units; where something is withheld, what it is at most."""
        least = min(sum(term.sign * term.amount for term in leg) for leg in self.legs)
        return least if self.quota is Quota.AVAILABLE else max(0, least)

    def formula(self, language: str = "en") -> str:
        """Write the formula with its numbers, such as `transferable = min(cash 5.00 − frozen 1.00, …) = 4.00 CNY`."""
        sums = [_sum(leg, self.currency, language) for leg in self.legs]
        sums += [f"{part.text(language)}{_NOT_SHOWN[language == 'zh']}" for part in self.withheld]
        whole = sums[0] if len(sums) == 1 else f"min({'; '.join(sums)})"
        if self.quota is not Quota.AVAILABLE:
            whole = f"max(0; {whole})"
        equals = "≤" if self.withheld else "="
        return f"{self.quota.text(language)} = {whole} {equals} {_figure(self.result, self.currency)} {self.currency}"


def available(figures: Figures) -> Explained:
    """Return the available quota (可用额度): funds + credit − what is held − what is outstanding (FUNDS-4).

    Vouchers and stored value are not in it.
    """
    terms = (
        Term(Part.CASH, figures.cash),
        Term(Part.TRANSFER_BOOK, figures.transfer_book),
        Term(Part.REFUND_BOOK, figures.refund_book),
        Term(Part.ACCEPTANCE_BOOK, figures.acceptance_book),
        Term(Part.CREDIT_LIMIT, figures.credit_limit),
        Term(Part.CREDIT_REFUNDS, figures.credit_refunds),
        Term(Part.USAGE_THIS_MONTH, figures.usage_this_month, -1),
        Term(Part.USAGE_EARLIER, figures.usage_earlier, -1),
        Term(Part.FROZEN, figures.frozen, -1),
        Term(Part.OUTSTANDING, figures.outstanding, -1),
    )
    return Explained(Quota.AVAILABLE, figures.currency, (terms,))


def transferable(figures: Figures, *, in_trusteeship: bool = False) -> Explained:
    """Return what an account may transfer (可划拨): its own cash that is not frozen, within the quota (FUNDS-5).

    `in_trusteeship`: it is a member for which another pays, and transfers nothing (FUNDS-10).
    """
    barred = ((Term(Part.IN_TRUSTEESHIP, 0),),) if in_trusteeship else ()
    return Explained(Quota.TRANSFERABLE, figures.currency, (_own_cash(figures), _available(figures), *barred))


def free_cash(figures: Figures) -> Explained:
    """Return the cash that may be put aside or buy a card (可动用现金): what could be transferred too (FUNDS-9)."""
    return Explained(Quota.FREE_CASH, figures.currency, (_own_cash(figures), _available(figures)))


def reclaimable(receiver: Figures, *, giver_id: str, left_of_pair: int, is_seen: bool = True) -> Explained:
    """Return what a giver may reclaim from a receiver (可回收), at most what leaves it out of debt (FUNDS-6).

    `left_of_pair`: what the giver has transferred to it and not reclaimed. `is_seen`: whether the asker may see the
    receiver's finances; else the quota of the receiver is withheld, and the result is only what it is at most.
    """
    of_pair = ((Term(Part.BOOK_OF_GIVER, receiver.book_of(giver_id)),), (Term(Part.LEFT_OF_PAIR, left_of_pair),))
    if not is_seen:
        return Explained(Quota.RECLAIMABLE, receiver.currency, of_pair, (Part.AVAILABLE,))
    return Explained(Quota.RECLAIMABLE, receiver.currency, (*of_pair, _available(receiver)))


def withdrawable(figures: Figures) -> Explained:
    """Return what may be withdrawn (可提现): own cash that no bill, usage, freeze or owed invoice needs (FUNDS-7).

    Money transferred in pays what is unsettled before own cash does; what it has too much never becomes cash.
    """
    beyond = (
        Term(Part.USAGE_EARLIER, figures.usage_earlier),
        Term(Part.OUTSTANDING, figures.outstanding),
        Term(Part.USAGE_THIS_MONTH, figures.usage_this_month),
        Term(Part.TRANSFERRED_IN, figures.transfer_book, -1),
    )
    terms = (
        Term(Part.CASH_LEDGER, figures.cash + figures.transfer_book),
        Term(Part.TRANSFERRED_IN, figures.transfer_book, -1),
        Term(Part.OWED_INVOICES, figures.owed_invoices, -1),
        Term(Part.UNSETTLED_BEYOND, max(0, figures.unsettled - figures.transfer_book), -1, beyond),
        Term(Part.FROZEN, figures.frozen, -1),
    )
    return Explained(Quota.WITHDRAWABLE, figures.currency, (terms,))


def _own_cash(figures: Figures) -> tuple[Term, ...]:
    return (
        Term(Part.CASH_LEDGER, figures.cash + figures.transfer_book),
        Term(Part.TRANSFERRED_IN, figures.transfer_book, -1),
        Term(Part.FROZEN, figures.frozen, -1),
    )


def _available(figures: Figures) -> tuple[Term, ...]:
    return (Term(Part.AVAILABLE, available(figures).result),)


def _sum(terms: tuple[Term, ...], currency: str, language: str) -> str:
    texts = []
    for place, term in enumerate(terms):
        sign = "− " if term.sign < 0 else "+ " if place else ""
        name = term.part.text(language)
        why = f" (= max(0; {_sum(term.of, currency, language)}))" if term.of else ""
        texts.append(f"{sign}{name} {_figure(term.amount, currency)}{why}")
    return " ".join(texts)


def _figure(minor: int, currency: str) -> str:
    digits = minor_digits(currency)
    units, point, decimals = format_scaled(abs(minor), digits, places=digits).partition(".")
    return f"{'−' if minor < 0 else ''}{int(units):,}{point}{decimals}"
