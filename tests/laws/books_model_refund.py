"""What ought to bound refunds in the model: who was billed how much, what paid it, and what came back in which way."""

from __future__ import annotations

from collections import Counter
from typing import Any


class Purchases:
    """What accounts bought, by payer, and by payer and month; amounts in minor units."""

    def __init__(self) -> None:
        self.billed: Counter[str] = Counter()
        self.by_gifts: Counter[str] = Counter()
        self.on_credit: Counter[str] = Counter()
        self.by_money: Counter[tuple[str, int]] = Counter()
        self.returned: Counter[tuple[str, int]] = Counter()
        self.returned_as_credit: Counter[str] = Counter()

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

    def most(self, payer: str, month: int) -> int:
        """Return the most that may be refunded of a month."""
        return max(0, min(self.by_money[payer, month] - self.returned[payer, month], self._in_all(payer)))

    def refundable(self) -> list[tuple[str, int]]:
        """Return the payers and months of which something may be refunded."""
        return [place for place in self.by_money if self.most(*place) > 0]

    def most_as_credit(self, payer: str) -> int:
        """Return the most that may be refunded as credit."""
        return max(0, min(self.on_credit[payer] - self.returned_as_credit[payer], self._in_all(payer)))

    def refused(self, name: str, args: dict[str, Any], reason: str) -> None:
        """Hold the refusal of a refund against what might have been refunded."""
        if reason == "EXCEEDS_BOUGHT_ON_CREDIT":
            assert name == "refund_credit"
            assert args["minor"] > self.most_as_credit(args["account"]), "so much was bought on credit"
        if reason == "EXCEEDS_REFUNDABLE":
            assert name == "refund"
            assert args["minor"] > self.most(args["account"], int(args["month"].replace("-", ""))), "so much was paid"

    def refund(self, payer: str, month: int, minor: int) -> None:
        """Count a refund of a month, which may not exceed what was paid."""
        assert minor <= self.most(payer, month), f"{payer} is refunded {minor} of {month}, more than it paid"
        self.returned[payer, month] += minor

    def refund_credit(self, payer: str, minor: int) -> None:
        """Count a credit refund, which may not exceed what was bought on credit."""
        assert minor <= self.most_as_credit(payer), f"{payer} is refunded {minor}, more than it bought on credit"
        self.returned_as_credit[payer] += minor

    def _in_all(self, payer: str) -> int:
        returned = self.returned_as_credit[payer] + sum(
            minor for (name, _), minor in self.returned.items() if name == payer
        )
        return self.billed[payer] - self.by_gifts[payer] - returned
