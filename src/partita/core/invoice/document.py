"""Invoices as documents: what stands on one, its states, and the red letter that takes it back.

Owns `Invoice`, its kinds, modes, states and commands, and which command is possible in which state. What stands on an
invoice is fixed when it is applied for: title, issuer, lines and tax never change afterwards. Does not own numbers:
the tax authority gives them (`bureau`). Rules: INVOICE-6, INVOICE-8; source: enterprise-finance.md B12.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from partita.core.account import InvoiceProfile
from partita.core.ids import derived_id
from partita.core.invoice.candidate import CandidateKind, Portion, candidate_id
from partita.core.invoice.tax import TaxItem, taxed
from partita.core.refusal import Reason, Refused, refused

_RED_FORM = re.compile(r"\d{16}\Z", re.ASCII)


class InvoiceKind(Enum):
    """Which VAT invoice it is; the value is its name (English, 中文)."""

    GENERAL = ("general VAT invoice", "增值税普通发票")
    SPECIAL = ("special VAT invoice", "增值税专用发票")

    @property
    def word(self) -> str:
        """The name as tables and commands write it."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class InvoiceMode(Enum):
    """Whose title several accounts are invoiced to: each its own, or all the main account's (English, 中文)."""

    INDEPENDENT = ("independent", "独立开票")
    CONSOLIDATED = ("consolidated", "合并开票")

    @property
    def word(self) -> str:
        """The name as tables and commands write it."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class InvoiceState(Enum):
    """Where an invoice stands (INVOICE-8); void and red are final."""

    APPLIED = ("being issued", "开票中")
    ISSUED = ("issued", "已开票")
    VOID = ("void", "已作废")
    RETURNING = ("being returned", "退票中")
    RED = ("reversed by red letter", "已红冲")

    @property
    def word(self) -> str:
        """The name as tables and commands write it."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


class InvoiceCommand(Enum):
    """What was done to an invoice; the value is the state that it leads to."""

    APPLY = InvoiceState.APPLIED, "applied for", "申请"
    SUBMIT = InvoiceState.APPLIED, "sent to the tax bureau", "提交税务平台"
    ISSUE = InvoiceState.ISSUED, "issued", "开具"
    REJECT = InvoiceState.VOID, "rejected by the tax bureau", "税务平台驳回"
    VOID = InvoiceState.VOID, "voided", "作废"
    RETURN = InvoiceState.RETURNING, "returned", "申请退票"
    KEEP = InvoiceState.ISSUED, "kept: its red letter was not issued", "红冲未成，维持已开票"
    REVERSE = InvoiceState.RED, "reversed by red letter", "红冲"

    @property
    def word(self) -> str:
        """The name as tables write it."""
        return self.name.lower()

    @property
    def state(self) -> InvoiceState:
        """The state that it leads to."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[2] if language == "zh" else self.value[1]


_FROM = {
    InvoiceCommand.SUBMIT: InvoiceState.APPLIED,
    InvoiceCommand.ISSUE: InvoiceState.APPLIED,
    InvoiceCommand.REJECT: InvoiceState.APPLIED,
    InvoiceCommand.VOID: InvoiceState.APPLIED,
    InvoiceCommand.RETURN: InvoiceState.ISSUED,
    InvoiceCommand.KEEP: InvoiceState.RETURNING,
    InvoiceCommand.REVERSE: InvoiceState.RETURNING,
}
"""In which state a command is possible (INVOICE-8)."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who sells and issues: the operator of the books (`seller` ''), or a seller of the marketplace."""

    seller: str
    name: str
    tax_number: str
    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""
    english_name: str = ""
    drawer: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """How much of a candidate an invoice says, with its tax; minor units, below zero on a red letter."""

    line: int
    payer_id: str
    kind: CandidateKind
    reference: str
    month: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """The amount without tax."""
        return self.gross - self.tax


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice (蓝票), or the red letter (红字发票) that takes one back: then `red_of` names it, amounts below zero.

    `account_id`: whose title it carries. `replaces`: the returned invoice that it was reissued for. `red_form`: the
    number of the form by which the buyer of a special invoice lets it be taken back.
    """

    invoice_id: str
    account_id: str
    kind: InvoiceKind
    mode: InvoiceMode
    currency: str
    tax_item: TaxItem
    title: InvoiceProfile
    issuer: Issuer
    lines: tuple[InvoiceLine, ...]
    remark: str = ""
    red_of: str | None = None
    replaces: str | None = None
    red_form: str = ""

    @property
    def gross(self) -> int:
        """What it says in all, in minor units."""
        return sum(line.gross for line in self.lines)

    @property
    def tax(self) -> int:
        """The tax in it."""
        return sum(line.tax for line in self.lines)

    @property
    def net(self) -> int:
        """The amount without tax."""
        return self.gross - self.tax

    def candidate_of(self, line: InvoiceLine) -> str:
        """Return the id of the candidate that a line says something of."""
        return candidate_id(line.payer_id, line.kind, line.reference, self.issuer.seller, self.currency)

    @property
    def is_red(self) -> bool:
        """Whether it is a red letter."""
        return self.red_of is not None


def invoice_id(account_id: str, idempotency_key: str, *facts: object) -> str:
    """Return the id of an invoice: of one application, one for each title, seller, currency and tax item."""
    return derived_id("inv", account_id, idempotency_key, *facts)


def made(portions: Sequence[Portion], invoice: Invoice) -> Invoice:
    """Return an invoice with these portions as its lines, each with its tax (INVOICE-4)."""
    amounts = taxed([one.amount for one in portions], invoice.tax_item.rate_e4)
    lines = tuple(
        InvoiceLine(
            number, one.candidate.payer_id, one.candidate.kind, one.candidate.reference, one.candidate.month,
            amount.gross, amount.tax,
        )
        for number, (one, amount) in enumerate(zip(portions, amounts, strict=True), 1)
    )  # fmt: skip
    return replace(invoice, lines=lines)


def mirrored(invoice: Invoice, *, attempt: int = 1, red_form: str = "", remark: str = "") -> Invoice:
    """Return the red letter of an invoice (INVOICE-8): every line with its sign turned, the same title and issuer.

    `attempt`: which red letter of it this is; there is another one only where the bureau rejected the last.
    """
    assert not invoice.is_red, "a red letter has no red letter"
    lines = tuple(replace(line, gross=-line.gross, tax=-line.tax) for line in invoice.lines)
    number = derived_id("inv", "red", invoice.invoice_id, attempt)
    return replace(
        invoice, invoice_id=number, lines=lines, red_of=invoice.invoice_id, red_form=red_form, remark=remark,
        replaces=None,
    )  # fmt: skip


def may_become(invoice_id_: str, state: InvoiceState, command: InvoiceCommand, *, sent: bool) -> Refused | None:
    """Refuse a command that is not possible in a state (INVOICE-8): INVOICE_NOT_SO; INVOICE_AT_BUREAU.

    `sent`: whether it is at the tax bureau, which may issue it at any moment, so that nobody can void it any more.
    """
    needed = _FROM[command]
    if state is not needed:
        now = (state.text(), state.text("zh"))
        ask = (needed.text(), needed.text("zh"))
        return refused(Reason.INVOICE_NOT_SO, invoice=invoice_id_, state=now, needed=ask)
    if command is InvoiceCommand.VOID and sent:
        return refused(Reason.INVOICE_AT_BUREAU, invoice=invoice_id_)
    return None


def red_form_at_fault(invoice: Invoice, *, certified: bool, red_form: str) -> Refused | None:
    """Refuse to take back a special invoice without the form it needs, a general one with it (INVOICE-8).

    `certified`: the buyer has deducted its tax already; only the form (红字信息表, 16 digits) says that it
    gives it back. Refused: CERTIFIED_NOT_SPECIAL, BAD_RED_FORM, RED_FORM_MISSING.
    """
    if (certified or red_form) and invoice.kind is not InvoiceKind.SPECIAL:
        return refused(Reason.CERTIFIED_NOT_SPECIAL, invoice=invoice.invoice_id)
    if red_form and _RED_FORM.match(red_form) is None:
        return refused(Reason.BAD_RED_FORM, form=red_form)
    if certified and not red_form:
        return refused(Reason.RED_FORM_MISSING, invoice=invoice.invoice_id)
    return None
