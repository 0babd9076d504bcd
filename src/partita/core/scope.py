"""Scope (适用范围): which charges and orders a voucher may pay, or a coupon lower.

Owns the product list (all, white or black), the accounts, occasions and tags, and whether a scope is a narrow one. Does
not own what the voucher is worth (`template`) nor who pays first (`settlement`). Rules: VOUCHER-2
(`docs/rules/voucher.md`); source: enterprise-finance.md B3 (scope, coupon deduct tags).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Tag = tuple[str, str]
"""A tag as (key, value)."""


class Listing(Enum):
    """What the list of products means: it is not there, only these, or all but these."""

    ALL = "all"
    WHITE = "white"
    BLACK = "black"


class Occasion(Enum):
    """What money is spent on: the month's bill of pay-as-you-go, or a kind of order."""

    PAY_AS_YOU_GO = "pay-as-you-go"
    PURCHASE = "purchase"
    RENEW = "renew"
    RESIZE = "resize"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is to be paid or lowered: whose, which product, on what occasion, with which tags."""

    account_id: str
    product_id: str
    occasion: Occasion
    tags: frozenset[Tag] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template is good for. Empty accounts and occasions mean all; every tag given must be there (VOUCHER-2)."""

    listing: Listing = Listing.ALL
    products: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    occasions: frozenset[Occasion] = frozenset()
    tags: frozenset[Tag] = frozenset()

    def __post_init__(self) -> None:
        assert bool(self.products) == (self.listing is not Listing.ALL), "a list of products says what it means"

    @property
    def is_narrow(self) -> bool:
        """Say whether it depends on the line what may be paid: not everything of an account's bill is in it."""
        return self.listing is not Listing.ALL or bool(self.accounts) or bool(self.tags)

    @property
    def is_dedicated(self) -> bool:
        """Say whether it names what it is for (专用); a black list only takes a few things out (通用)."""
        return self.listing is Listing.WHITE or bool(self.accounts) or bool(self.tags)

    def covers(self, item: Item) -> bool:
        """Say whether an item is in the scope: product, account, occasion and tags all fit (VOUCHER-2)."""
        listed = item.product_id in self.products
        return (
            (self.listing is Listing.ALL or listed == (self.listing is Listing.WHITE))
            and (not self.accounts or item.account_id in self.accounts)
            and self.serves(item.occasion)
            and self.tags <= item.tags
        )

    def serves(self, occasion: Occasion) -> bool:
        """Say whether it is good for an occasion at all."""
        return not self.occasions or occasion in self.occasions
