"""Accounts: their kind and state, the legal entity behind them, and what stands against closing one.

Owns `AccountKind`, `AccountState`, `LegalEntity`, `InvoiceProfile`, what may be verified as what, and the order of what
stands against closing. Does not own where an account stands (`org`), what a tier can do (`tier`), nor how numbers of
registers are checked (`formats.legal_entity`). Rules: ACCOUNT-1 … ACCOUNT-5 (`docs/rules/account.md`); source:
enterprise-finance.md B1.1, B1.4, B1.6, B14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.refusal import Reason, Refused, refused

TEXT_MAX = 200
_SHOWN = 4


class AccountKind(Enum):
    """Whose account it is: of one person, or of an enterprise."""

    INDIVIDUAL = "individual"
    ENTERPRISE = "enterprise"


class AccountState(Enum):
    """Open; frozen (its people change nothing, its products run on); closed for ever (ACCOUNT-4)."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


class EntityKind(Enum):
    """Which register knows a legal entity (ACCOUNT-2)."""

    ORGANISATION = "organisation"  # 统一社会信用代码, the unified social credit code
    PERSON = "person"  # 居民身份证, the resident id
    FOREIGN = "foreign"  # a register outside China


FITTING = {
    AccountKind.INDIVIDUAL: frozenset({EntityKind.PERSON}),
    AccountKind.ENTERPRISE: frozenset({EntityKind.ORGANISATION, EntityKind.FOREIGN}),
}
"""As what an account of each kind can be verified (ACCOUNT-2)."""


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """Who stands behind an account (实名认证主体): a register (ISO country), its number in full, its name."""

    kind: EntityKind
    country: str
    number: str
    name: str

    @property
    def entity_id(self) -> str:
        """The id that the number always has: the same entity behind two accounts is the same id."""
        return derived_id("lent", self.country, self.kind.value, self.number)

    @property
    def shown_number(self) -> str:
        """The number as it is shown: of a person's only the ends."""
        if self.kind is not EntityKind.PERSON:
            return self.number
        return f"{self.number[:_SHOWN]}{'*' * (len(self.number) - 2 * _SHOWN)}{self.number[-_SHOWN:]}"


@dataclass(frozen=True, slots=True)
class InvoiceProfile:
    """The title and the details that an invoice of an account carries (发票抬头); empty = not stated (ACCOUNT-3)."""

    title: str
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True)
class Ties:
    """What still ties an account when it is to be closed (ACCOUNT-5); money in minor units, as (what, currency, minor).

    `relations`: the accounts that it is related to; `pays_for` and `paid_by`: the accounts whose payer it is and that
    pay for it, now or later; `debts`: what it owes; `funds`: what its books hold; `unbilled`: months with usage that no
    bill has.
    """

    relations: tuple[str, ...] = ()
    pays_for: tuple[str, ...] = ()
    paid_by: tuple[str, ...] = ()
    debts: tuple[tuple[str, str, int], ...] = ()
    funds: tuple[tuple[str, str, int], ...] = ()
    unbilled: tuple[str, ...] = ()


def verified_as(kind: AccountKind, entity: LegalEntity) -> Refused | None:
    """Say why an account of this kind cannot be verified as an entity; None = it can. Refused: WRONG_ENTITY_KIND."""
    if entity.kind in FITTING[kind]:
        return None
    known = ", ".join(sorted(one.value for one in FITTING[kind]))
    return refused(Reason.WRONG_ENTITY_KIND, account_kind=kind.value, entity_kind=entity.kind.value, known=known)


def completed(profile: InvoiceProfile, entity: LegalEntity | None) -> InvoiceProfile:
    """Fill what is not stated from the legal entity: the title is its name, the tax number of an organisation its code.

    ACCOUNT-3.
    """
    if entity is None:
        return profile
    number = entity.number if entity.kind is not EntityKind.PERSON else ""
    return replace(profile, title=profile.title or entity.name, tax_number=profile.tax_number or number)


def next_state(account_id: str, state: AccountState, wanted: AccountState) -> AccountState | Refused | None:
    """Return the state to write down; None when it is reached already (ACCOUNT-4). Refused: ACCOUNT_CLOSED."""
    if state is wanted:
        return None
    if state is AccountState.CLOSED:
        return refused(Reason.ACCOUNT_CLOSED, account=account_id)
    return wanted


def against_closing(account_id: str, ties: Ties) -> Refused | None:
    """Return what stands against closing an account, the first of (ACCOUNT-5); None = nothing does.

    In this order: ACCOUNT_HAS_RELATION, ACCOUNT_PAYS_FOR_OTHERS, ACCOUNT_IS_PAID_FOR, ACCOUNT_HAS_USAGE,
    ACCOUNT_HAS_DEBT, ACCOUNT_HAS_FUNDS. Relations first: what comes back at a release may bring funds or debts.
    """
    others = (
        (Reason.ACCOUNT_HAS_RELATION, "others", ties.relations),
        (Reason.ACCOUNT_PAYS_FOR_OTHERS, "others", ties.pays_for),
        (Reason.ACCOUNT_IS_PAID_FOR, "payer", ties.paid_by),
        (Reason.ACCOUNT_HAS_USAGE, "months", ties.unbilled),
    )
    for reason, name, names in others:
        if names:
            return refused(reason, **{"account": account_id, name: ", ".join(names)})
    for reason, amounts in ((Reason.ACCOUNT_HAS_DEBT, ties.debts), (Reason.ACCOUNT_HAS_FUNDS, ties.funds)):
        for book, currency, minor in amounts:
            return refused(reason, account=account_id, book=book, amount=Money(minor, currency))
    return None
