"""Accounts: their kind and state, the legal entity behind them, and what a customer of a tier can do.

Owns `AccountKind`, `AccountState`, `LegalEntity`, `InvoiceProfile`, `Tier` and `Capability`, what may be verified as
what, and what stands against freezing and closing. Does not own where an account stands (`org`) nor numbers of
registers (`formats.legal_entity` checks them). Rules: ACCOUNT-1 … ACCOUNT-6 (`docs/rules/account.md`); source:
enterprise-finance.md B1.1, B1.4, B1.6, B14.
"""

from __future__ import annotations

from enum import Enum


class AccountKind(Enum):
    """Whose account it is: of one person, or of an enterprise."""

    INDIVIDUAL = "individual"
    ENTERPRISE = "enterprise"


class AccountState(Enum):
    """Open; frozen (its people change nothing, its products run on); closed for ever."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"
