"""Invoices: what stands on them, in words too, and what may become of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from partita.core.account import AccountKind, InvoiceProfile
from partita.core.invoice import (
    CLOUD_SERVICE,
    Candidate,
    CandidateKind,
    Invoice,
    InvoiceCommand,
    InvoiceKind,
    InvoiceMode,
    InvoiceState,
    Issuer,
    Portion,
    amount_in_chinese,
    amount_in_english,
    made,
    may_become,
    mirrored,
    title_at_fault,
)
from partita.core.money import Money
from partita.core.refusal import Reason, Refused

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (0, "零圆整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹圆零伍分"),
        (123456, "壹仟贰佰叁拾肆圆伍角陆分"),
        (100000, "壹仟圆整"),
        (1000100, "壹万零壹圆整"),
        (10100000000, "壹亿零壹佰万圆整"),
        (1000000000000000, "壹拾万亿圆整"),
        (-7, "（负数）柒分"),
    ],
)
def test_chinese_words(minor: int, words: str) -> None:
    assert amount_in_chinese(Money(minor, "CNY")) == words


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(123456, "CNY"), "one thousand two hundred thirty-four and 56/100 CNY"),
        (Money(0, "EUR"), "zero and 00/100 EUR"),
        (Money(1000019, "JPY"), "one million nineteen JPY"),
        (Money(-101, "USD"), "minus one and 01/100 USD"),
    ],
)
def test_english_words(money: Money, words: str) -> None:
    assert amount_in_english(money) == words


def invoice() -> Invoice:
    one = Candidate("acme", CandidateKind.BILL, "bill_1", "", "CNY", NOW, 10_600, month=202610)
    two = Candidate("acme", CandidateKind.SUBSCRIPTION, "sub_1", "", "CNY", NOW, 33)
    title, issuer = InvoiceProfile("Acme", "91110000600037341L"), Issuer("", "Cloud", "91110000600037341L")
    empty = Invoice(
        "inv_1", "acme", InvoiceKind.SPECIAL, InvoiceMode.INDEPENDENT, "CNY", CLOUD_SERVICE, title, issuer, ()
    )
    return made([Portion(one, 10_600), Portion(two, 33)], empty)


def test_a_red_letter_mirrors_every_line() -> None:
    blue = invoice()
    letter = mirrored(blue)
    assert (blue.gross, blue.tax, blue.net) == (10_633, 602, 10_031)
    assert (letter.gross, letter.tax, letter.net) == (-10_633, -602, -10_031)
    assert letter.red_of == blue.invoice_id
    assert mirrored(blue).invoice_id == letter.invoice_id != mirrored(blue, attempt=2).invoice_id


def test_every_command_has_its_state() -> None:
    for command in InvoiceCommand:
        allowed = {
            state for state in InvoiceState
            if command is not InvoiceCommand.APPLY and may_become("inv_1", state, command, sent=False) is None
        }  # fmt: skip
        assert len(allowed) == (command is not InvoiceCommand.APPLY)
    sent = may_become("inv_1", InvoiceState.APPLIED, InvoiceCommand.VOID, sent=True)
    assert isinstance(sent, Refused)
    assert sent.reason is Reason.INVOICE_AT_BUREAU


WHOLE = InvoiceProfile("Acme", "91110000600037341L", "Street 1", "010-1", "Bank", "1234 5678")


@pytest.mark.parametrize(
    ("profile", "kind", "owner", "taxable", "reason"),
    [
        (None, InvoiceKind.GENERAL, AccountKind.ENTERPRISE, False, Reason.INVOICE_TITLE_MISSING),
        (InvoiceProfile("Li"), InvoiceKind.GENERAL, AccountKind.INDIVIDUAL, False, None),
        (InvoiceProfile("Li"), InvoiceKind.SPECIAL, AccountKind.INDIVIDUAL, False, Reason.SPECIAL_NEEDS_ENTERPRISE),
        (InvoiceProfile("X", "SG-1"), InvoiceKind.SPECIAL, AccountKind.ENTERPRISE, False,
         Reason.SPECIAL_NEEDS_ENTERPRISE),
        (InvoiceProfile("Acme", WHOLE.tax_number), InvoiceKind.SPECIAL, AccountKind.ENTERPRISE, True,
         Reason.SPECIAL_TITLE_INCOMPLETE),
        (InvoiceProfile("Acme", bank_account="IBAN"), InvoiceKind.GENERAL, AccountKind.ENTERPRISE, True,
         Reason.BAD_BANK_ACCOUNT),
        (WHOLE, InvoiceKind.SPECIAL, AccountKind.ENTERPRISE, True, None),
    ],
)  # fmt: skip
def test_titles(
    profile: InvoiceProfile | None,
    kind: InvoiceKind,
    owner: AccountKind,
    taxable: bool,  # noqa: FBT001 - a row of the table
    reason: Reason | None,
) -> None:  # fmt: skip
    no = title_at_fault("acme", profile, kind, owner, taxable=taxable)
    assert (no and no.reason) is reason
