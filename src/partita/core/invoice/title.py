"""Titles (发票抬头): who may be named on which kind of invoice.

Does not own the profile (`account.InvoiceProfile`) nor the check digits of a tax number (`formats.legal_entity`).
Rules: INVOICE-7; source: enterprise-finance.md B12.
"""

from __future__ import annotations

import re

from partita.core.account import AccountKind, InvoiceProfile
from partita.core.invoice.document import InvoiceKind
from partita.core.refusal import Reason, Refused, refused

BANK_ACCOUNT = re.compile(r"[0-9][0-9 -]{4,38}[0-9]\Z", re.ASCII)
"""The number of a bank account: digits, in groups or not. Banks check it by no common digit."""
_NEEDED = (
    ("tax_number", "tax number", "税号"),
    ("address", "address", "地址"),
    ("phone", "phone", "电话"),
    ("bank", "bank", "开户行"),
    ("bank_account", "bank account", "银行账号"),
)


def title_at_fault(
    account_id: str, profile: InvoiceProfile | None, kind: InvoiceKind, owner: AccountKind, *, taxable: bool
) -> Refused | None:
    """Refuse a title (INVOICE-7), in this order; `taxable`: whether its tax number is one of an enterprise in China.

    INVOICE_TITLE_MISSING; BAD_BANK_ACCOUNT; SPECIAL_NEEDS_ENTERPRISE (a person, or no tax number in China);
    SPECIAL_TITLE_INCOMPLETE (a special invoice needs tax number, address, phone, bank and account).
    """
    if profile is None or not profile.title:
        return refused(Reason.INVOICE_TITLE_MISSING, account=account_id)
    if profile.bank_account and BANK_ACCOUNT.match(profile.bank_account) is None:
        return refused(Reason.BAD_BANK_ACCOUNT, account=account_id, number=profile.bank_account)
    if kind is InvoiceKind.GENERAL:
        return None
    if owner is AccountKind.INDIVIDUAL or (profile.tax_number and not taxable):
        return refused(Reason.SPECIAL_NEEDS_ENTERPRISE, account=account_id)
    lacking = [names for name, *names in _NEEDED if not getattr(profile, name)]
    if lacking:
        what = (", ".join(en for en, _ in lacking), "、".join(zh for _, zh in lacking))
        return refused(Reason.SPECIAL_TITLE_INCOMPLETE, account=account_id, lacking=what)
    return None
