"""Ports: what use cases ask of the outside world. The gateways answer; a test may tell them to fail."""

from __future__ import annotations

from typing import Protocol

from partita.core.invoice import BureauAnswer, BureauRequest
from partita.core.money import Money


class PaymentGateway(Protocol):
    """Collects money from a customer, and sends signed notices about it, at least once and in any order."""

    def open(self, payment_id: str, amount: Money) -> str:
        """Take a payment on, once for each id, and return where the customer pays."""

    def genuine(self, body: bytes, signature: str) -> bool:
        """Say whether a notice is from this gateway and is as it was sent."""


class TaxBureau(Protocol):
    """Issues invoices and red letters, and gives them their numbers: in its own time, or not at all."""

    notice: tuple[str, str]
    """What documents have to say of who gave the number, in English and in Chinese; empty where nothing has to be."""

    def issue(self, request: BureauRequest) -> BureauAnswer:
        """Take an invoice on, once for each id, and say how it stands; asked again it answers as it stands then.

        A bureau that cannot be reached answers that it is waiting.
        """
