"""Permission codes: what a member allows its main account, by the relation between them.

Owns the seven codes, their texts, which of them need another one, and which of them bar the member itself. Does not own
the relation (`relation`) nor who is allowed what (`decision`). Rules: PERM-1 (`docs/rules/permission.md`); source:
enterprise-finance.md B1.3, B1.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class RelationPermission(Enum):
    """What a relation under 财务管理 permits the main account, or forbids the member (PERM-1)."""

    SYNCHRONIZE_FINANCE_IDENTITY = (
        "the member uses credit that the main account shares with it",
        "允许同步信控身份：子账号使用主账号共享的信控额度",
    )
    SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET = (
        "the contract discounts of the main account count for the member too",
        "允许同步优惠：主账号的合同折扣对子账号同样有效",
    )
    FORBID_WITHDRAW_CASH = ("the member may not withdraw its cash", "禁止提现：子账号不能提现")
    FORBID_MANAGE_INVOICE = ("the member may not handle its own invoices", "禁止管理发票：子账号不能管理自己的发票")
    CHECK_FINANCE_INFO = (
        "the main account may see the member's funds, balances and statement",
        "允许查看财务信息：主账号可查看子账号的资金、余额和收支明细",
    )
    MANAGE_TARGET_INVOICE = (
        "the main account may handle the member's invoices",
        "允许管理发票：主账号可管理子账号的发票",
    )
    CHECK_TARGET_CONSUMPTION = (
        "the main account may see the member's bills and costs",
        "允许查看消费：主账号可查看子账号的账单和费用",
    )

    def text(self, language: str = "en") -> str:
        """Say what the code means in `en` or `zh`."""
        return self.value[language == "zh"]


_NEEDS = {
    RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY: frozenset({RelationPermission.CHECK_FINANCE_INFO}),
    RelationPermission.MANAGE_TARGET_INVOICE: frozenset({RelationPermission.CHECK_TARGET_CONSUMPTION}),
}
"""Who shares credit must see what becomes of it; who handles invoices must see the bills (as peers ask, B1.6)."""


def needs(code: RelationPermission) -> frozenset[RelationPermission]:
    """Return the codes without which this one cannot be given (PERM-1)."""
    return _NEEDS.get(code, frozenset())


def lacking(codes: Iterable[RelationPermission]) -> tuple[tuple[RelationPermission, RelationPermission], ...]:
    """Return (code, the code that it needs and that is not there) of a set, in the order of the enum (PERM-1)."""
    given = frozenset(codes)
    return tuple(
        (code, needed)
        for code in RelationPermission
        for needed in RelationPermission
        if code in given and needed in needs(code) and needed not in given
    )


def parsed(names: Iterable[str]) -> tuple[frozenset[RelationPermission], tuple[str, ...]]:
    """Return the codes that these names mean, and the names that mean none, in the order given."""
    given = tuple(names)
    known = RelationPermission.__members__
    return frozenset(known[name] for name in given if name in known), tuple(n for n in given if n not in known)
