"""Resource control: the cloud that stops, resumes and releases; a real one behind an address, and a simulated one.

Owns how commands are carried out. A command names product, account and step; a cloud carries out only a later step than
it has seen, so commands that come twice, late or in the wrong order leave it where the last one put it. Does not own
what is commanded (`core.service_control`). Rules: STOP-10 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from partita.core.outbox import Message, Sent
from partita.gateways.standard_webhooks import Post, post


class Trouble(Enum):
    """What may go wrong between the books and a cloud."""

    NONE = "it is carried out and answered"
    ERROR = "it is refused for the moment"
    LOST = "it does not arrive, and nothing is answered"
    UNHEARD = "it is carried out, but the answer does not arrive"
    TWICE = "it arrives twice"
    LATE = "it is answered and carried out only after the next command"


@dataclass(frozen=True, slots=True)
class Service:
    """How a product of an account, or a resource of it, stands in the cloud: the last step that was carried out."""

    step: int
    order: str
    spared: tuple[str, ...] = ()


@dataclass
class SimulatedCloud:
    """A cloud in memory, or in a file so that it outlives a process; what goes wrong comes from `troubles`, in order.

    When the troubles are used up everything goes well.
    """

    troubles: Iterable[Trouble] = ()
    file: Path | None = None
    services: dict[str, Service] = field(default_factory=dict)
    received: int = 0
    _ahead: Iterator[Trouble] = field(init=False)
    _late: list[Mapping[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ahead = iter(self.troubles)
        if self.file is not None and self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self.services = {
                name: Service(one["step"], one["order"], tuple(one["spared"])) for name, one in kept.items()
            }

    def send(self, message: Message) -> Sent:
        """Take a command."""
        self.received += 1
        waiting, self._late = self._late, []
        trouble = next(self._ahead, Trouble.NONE)
        answer = self._meet(trouble, message.payload)
        for payload in waiting:
            self._carry_out(payload)
        self._keep()
        return answer

    def settle(self) -> None:
        """Let what is under way arrive."""
        waiting, self._late = self._late, []
        for payload in waiting:
            self._carry_out(payload)
        self._keep()

    def _meet(self, trouble: Trouble, payload: Mapping[str, object]) -> Sent:
        match trouble:
            case Trouble.ERROR:
                return Sent(done=False, detail="the cloud refuses for the moment")
            case Trouble.LOST:
                return Sent(done=False, detail="no answer in time")
            case Trouble.UNHEARD:
                self._carry_out(payload)
                return Sent(done=False, detail="no answer in time")
            case Trouble.LATE:
                self._late.append(payload)
                return Sent(done=True, detail="accepted")
            case Trouble.TWICE:
                self._carry_out(payload)
                self._carry_out(payload)
            case Trouble.NONE:
                self._carry_out(payload)
        return Sent(done=True, detail="carried out")

    def _carry_out(self, payload: Mapping[str, object]) -> None:
        """Carry a command out, unless a later step has been carried out already."""
        names = (payload["account"], payload["product"], payload.get("resource"))
        name, step = "/".join(str(one) for one in names if one), payload["step"]
        assert isinstance(step, int), "a command carries the number of its step"
        known = self.services.get(name)
        if known is None or step > known.step:
            spared = payload.get("spared") or ()
            assert isinstance(spared, list | tuple), "what is spared is a list"
            self.services[name] = Service(step, str(payload["order"]), tuple(map(str, spared)))

    def _keep(self) -> None:
        if self.file is None:
            return
        kept = {
            name: {"step": one.step, "order": one.order, "spared": list(one.spared)}
            for name, one in sorted(self.services.items())
        }
        making = self.file.with_suffix(".making")
        making.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
        making.replace(self.file)


@dataclass(frozen=True, slots=True)
class SignedCloud:
    """A cloud behind an address that takes commands as Standard Webhooks; it must carry out only later steps."""

    address: str
    secret: bytes
    clock: Callable[[], datetime]

    def send(self, message: Message) -> Sent:
        """Post a command; done when it is answered with 2xx."""
        content = {"type": f"resource.{message.payload['order']}", "data": dict(message.payload)}
        return post(self.secret, Post(self.address, f"{message.topic}:{message.key}", content, self.clock()))
