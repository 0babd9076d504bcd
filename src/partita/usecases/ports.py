"""Ports: what use cases ask of the outside world. The gateways answer; a test may tell them to fail."""

from __future__ import annotations

from typing import Protocol

from partita.core.money import Money


class PaymentGateway(Protocol):
    """Collects money from a customer, and sends signed notices about it, at least once and in any order."""

    def open(self, payment_id: str, amount: Money) -> str:
        """Take a payment on, once for each id, and return where the customer pays."""

    def genuine(self, body: bytes, signature: str) -> bool:
        """Say whether a notice is from this gateway and is as it was sent."""
