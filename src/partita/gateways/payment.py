"""Payment gateways: one that knows a shared secret, and a simulated one that makes every trouble a real one makes.

Owns how a gateway is spoken to. Does not own what a notice is worth (`core.payment`). Rules: PAYMENT-2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from partita.core.money import Money, format_scaled, minor_digits
from partita.core.payment import Notice, is_genuine, sign, write_notice

Delivery = tuple[bytes, str]
"""A notice as it arrives: body and signature."""


@dataclass(frozen=True, slots=True)
class SignedGateway:
    """A gateway whose notices are signed with a secret that both sides know (HMAC-SHA256 over the body)."""

    secret: bytes
    address: str = ""

    def open(self, payment_id: str, amount: Money) -> str:
        """Return where the customer pays."""
        return f"{self.address}?payment={payment_id}&amount={str(amount).replace(' ', '&currency=')}"

    def genuine(self, body: bytes, signature: str) -> bool:
        """Say whether a notice is from this gateway."""
        return is_genuine(self.secret, body, signature)


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the simulated gateway does wrong: how often of a hundred, for each payment."""

    repeats: int = 60
    fails_first: int = 30
    lies: int = 50
    loses: int = 0


@dataclass
class SimulatedGateway:
    """A gateway in memory: it collects every payment that was opened and then sends notices, all by `seed`.

    It repeats notices, word by word and anew, delays and reorders them, sends failures before the success, and lies:
    about amount, currency, payment, transaction and time, with wrong signatures and with bodies changed after signing.
    What it tells happened in the hour before `until`.
    """

    secret: bytes
    seed: int
    until: datetime
    troubles: Troubles = field(default_factory=Troubles)
    opened: dict[str, Money] = field(default_factory=dict)

    def open(self, payment_id: str, amount: Money) -> str:
        """Take a payment on; the customer pays it at once. The same payment again changes nothing."""
        self.opened.setdefault(payment_id, amount)
        return f"simulated:{payment_id}"

    def genuine(self, body: bytes, signature: str) -> bool:
        """Say whether a notice is from this gateway."""
        return is_genuine(self.secret, body, signature)

    def deliveries(self) -> list[Delivery]:
        """Return everything that the gateway sends about all payments, in the order of arrival; the same each time."""
        chance = Random(self.seed)  # noqa: S311 - a simulation is to be repeated, not to be secret
        sent = [one for payment in sorted(self.opened) for one in self._about(payment, chance)]
        chance.shuffle(sent)  # delays, and with them the wrong order
        return sent

    def _about(self, payment_id: str, chance: Random) -> Iterator[Delivery]:
        amount = self.opened[payment_id]
        occurred_at = self.until - timedelta(minutes=chance.randrange(60))
        true = Notice(
            payment_id, f"tx-{payment_id}", _text(amount), amount.currency, succeeded=True, occurred_at=occurred_at
        )
        if self._happens(self.troubles.fails_first, chance):
            earlier = occurred_at - timedelta(minutes=5)
            yield self._signed(
                replace(true, succeeded=False, transaction_id=f"tx0-{payment_id}", occurred_at=earlier), chance
            )
        if self._happens(self.troubles.lies, chance):
            yield chance.choice(self._lies(true, amount, chance))
        if self._happens(self.troubles.loses, chance):
            return
        delivery = self._signed(true, chance)
        yield delivery
        while self._happens(self.troubles.repeats, chance):
            yield delivery if chance.randrange(2) else self._signed(true, chance)

    def _lies(self, true: Notice, amount: Money, chance: Random) -> list[Delivery]:
        other = "USD" if true.currency != "USD" else "CNY"
        body, signature = self._signed(true, chance)
        return [
            self._signed(replace(true, amount=_text(amount + Money(100, amount.currency))), chance),
            self._signed(replace(true, currency=other), chance),
            self._signed(replace(true, payment_id=f"{true.payment_id}-no"), chance),
            self._signed(replace(true, transaction_id=f"tx2-{true.payment_id}"), chance),
            self._signed(replace(true, occurred_at=self.until + timedelta(days=1)), chance),
            (body, sign(b"another secret", body)),
            (body.replace(b'"amount":"', b'"amount":"9'), signature),
            (body[: len(body) // 2], sign(self.secret, body[: len(body) // 2])),
        ]

    def _signed(self, notice: Notice, chance: Random) -> Delivery:
        body = write_notice(notice, nonce=f"{chance.getrandbits(64):016x}")
        return body, sign(self.secret, body)

    def _happens(self, of_a_hundred: int, chance: Random) -> bool:
        return chance.randrange(100) < of_a_hundred


def _text(amount: Money) -> str:
    digits = minor_digits(amount.currency)
    return format_scaled(amount.minor, digits, places=digits)
