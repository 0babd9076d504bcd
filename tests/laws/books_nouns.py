"""Nouns of the model of the books: a line of credit, a voucher, how an account stands to a main account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

E10_OF_TENTH = 10**9
E10_OF_MINOR = 10**8
NUMBER_OF_PERCENT = 10**6


@dataclass
class Line:
    """The credit of a main account."""

    total: int = 0
    allocated: dict[str, int] = field(default_factory=dict)
    contract: str | None = None
    pending: str | None = None

    def limit_of(self, main: str, account: str) -> int:
        """Return the limit of an account in this line, whether it counts or not."""
        return self.total - sum(self.allocated.values()) if account == main else self.allocated.get(account, 0)


@dataclass
class Held:
    """A voucher: what each account has left of it."""

    owner: str
    template: str
    starts: datetime
    ends: datetime
    from_pool: bool
    left: dict[str, int]
    drawn: bool = False

    @property
    def once(self) -> bool:
        """Whether it is good for one use."""
        return self.template in {"from", "share"}


@dataclass
class Tied:
    """How an account stands to a main account."""

    main: str
    mode: str
    state: str
    codes: frozenset[str] = frozenset()
    until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Return whether it is an invitation that can still be answered."""
        return self.state == "INVITED" and self.until is not None and now < self.until
