"""What ought to bound refunds in the model: who was billed how much, what paid it, and what came back in which way."""

from __future__ import annotations

from collections import Counter
from typing import Any

from laws.books_world import MARKET, PRODUCTS


class Purchases:
    """What accounts bought, by payer, and by payer and month; amounts in minor units."""

    def __init__(self) -> None:
        self.billed: Counter[str] = Counter()
        self.by_gifts: Counter[str] = Counter()
        self.on_credit: Counter[str] = Counter()
        self.by_money: Counter[tuple[str, int]] = Counter()
        self.returned: Counter[tuple[str, int]] = Counter()
        self.asked: Counter[tuple[str, int, str]] = Counter()
        self.of_product: Counter[tuple[str, int, str]] = Counter()
        self.of_product_as_credit: Counter[tuple[str, str]] = Counter()
        self.turned: Counter[tuple[str, int]] = Counter()
        self.to_market: Counter[tuple[str, int]] = Counter()
        self.returned_as_credit: Counter[str] = Counter()

    def made(self, payer: str, month: int, products: dict[str, int]) -> None:
        """Count what a bill asks for each product."""
        for product, asked in products.items():
            self.asked[payer, month, product] = asked

    def closed(self, payer: str, payable: int, unpaid: int) -> None:
        """Count a bill, and what its close left unpaid of it."""
        self.billed[payer] += payable
        self.on_credit[payer] += max(0, unpaid)

    def paid(self, payer: str, month: int, book: str, minor: int) -> None:
        """Count what a book paid of the bill of a month, in its close or later."""
        if book.partition("/")[0] in ("voucher", "stored_value"):
            self.by_gifts[payer] += minor
        else:
            self.by_money[payer, month] += minor
            own = self._own_due(payer, month)
            before = self.turned[payer, month]
            self.to_market[payer, month] += max(0, before + minor - own) - max(0, before - own)
        self.turned[payer, month] += minor

    def set_off(self, payer: str, month: int, minor: int) -> None:
        """Count what a credit paid of the bill of a month: it pays the lines that come next, and is no money."""
        self.turned[payer, month] += minor

    def _own_due(self, payer: str, month: int) -> int:
        """Return what the lines of own products ask: they stand first, and credits of either side lower the other."""
        own, market = (
            sum(minor for (name, of, product), minor in self.asked.items()
                if (name, of) == (payer, month) and (product in MARKET) is is_market)
            for is_market in (False, True)
        )  # fmt: skip
        return max(0, own + min(0, market))

    def most(self, payer: str, month: int, product: str | None = None) -> int:
        """Return the most that may be refunded of a month, and of a product."""
        if product is None:
            return max((self.most(payer, month, one) for one in PRODUCTS), default=0)
        there = {of for name, in_month, of in self.asked if (name, in_month) == (payer, month)}
        paid, back = self.by_money[payer, month], self.returned[payer, month]
        if len(there) > 1:
            to_market = self.to_market[payer, month]
            paid = to_market if product in MARKET else paid - to_market
            back = self.of_product[payer, month, product]
        of_product = self.asked[payer, month, product] - self.of_product[payer, month, product]
        return max(0, min(paid - back, of_product, self._in_all(payer)))

    def refundable(self) -> list[tuple[str, int]]:
        """Return the payers and months of which something may be refunded."""
        return [place for place in self.by_money if self.most(*place) > 0]

    def most_as_credit(self, payer: str, product: str | None = None) -> int:
        """Return the most that may be refunded as credit, of a product."""
        if product is None:
            return max((self.most_as_credit(payer, one) for one in PRODUCTS), default=0)
        asked = sum(minor for (name, _, of), minor in self.asked.items() if (name, of) == (payer, product))
        back = self.of_product_as_credit[payer, product]
        back += sum(minor for (name, _, of), minor in self.of_product.items() if (name, of) == (payer, product))
        on_credit = self.on_credit[payer] - self.returned_as_credit[payer]
        return max(0, min(on_credit, asked - back, self._in_all(payer)))

    def refused(self, name: str, args: dict[str, Any], reason: str) -> None:
        """Hold the refusal of a refund against what might have been refunded."""
        if reason == "EXCEEDS_BOUGHT_ON_CREDIT":
            assert name == "refund_credit"
            assert args["minor"] > self.most_as_credit(args["account"], args["product"]), "so much was bought on credit"
        if reason == "EXCEEDS_REFUNDABLE":
            assert name == "refund"
            month = int(args["month"].replace("-", ""))
            assert args["minor"] > self.most(args["account"], month, args["product"]), "so much was paid"

    def refund(self, payer: str, month: int, product: str, minor: int) -> None:
        """Count a refund of a month, which may not exceed what was paid."""
        assert minor <= self.most(payer, month, product), f"{payer} is refunded {minor} of {month}, more than it paid"
        self.returned[payer, month] += minor
        self.of_product[payer, month, product] += minor

    def refund_credit(self, payer: str, product: str, minor: int) -> None:
        """Count a credit refund, which may not exceed what was bought on credit."""
        assert minor <= self.most_as_credit(payer, product), f"{payer}: {minor} is more than it bought on credit"
        self.of_product_as_credit[payer, product] += minor
        self.returned_as_credit[payer] += minor

    def _in_all(self, payer: str) -> int:
        returned = self.returned_as_credit[payer] + sum(
            minor for (name, _), minor in self.returned.items() if name == payer
        )
        return self.billed[payer] - self.by_gifts[payer] - returned
