"""Bank transfers (银行转账): money that came to our bank account, and whose it is.

Owns the reference that an account puts on its transfers, what speaks for an account, and when that is certain. Does not
own the statement on which the transfer stands (`reconciliation`) nor the top-up (`funds`). What is not certain waits
for a person. Rules: BANK-1 … BANK-3 (`docs/rules/bank_transfer.md`); source: enterprise-finance.md B7 (S18: transfers
to the dedicated account pay the oldest bills first).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from partita.core.money import Money

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY = 10
_REFERENCE = re.compile(r"(?=(RF\d{2}[0-9A-Z]{10}))", re.ASCII)
_WORD = re.compile(r"[a-z0-9][a-z0-9_.:/@-]*[a-z0-9]|[a-z0-9]", re.ASCII)
CERTAIN = 90
LEAD = 50
SHOWN = 5
Key = TypeVar("Key", str, int)


class Sign(Enum):
    """What speaks for an account, and how much (BANK-2): weight, English, 中文."""

    REFERENCE = (100, "its reference stands in the text", "附言含其专属参考号")
    NAMED = (60, "its name stands in the text", "附言含其账号名")
    SENDER = (50, "this sender paid for it before", "该付款账户此前为其付款")
    NAME = (40, "the sender has its verified or invoice name", "付款户名与其实名或发票抬头一致")
    OWED = (30, "the amount is all that it owes", "金额等于其全部欠款")
    BILL = (25, "the amount is an unpaid bill of it", "金额等于其一张未结清账单")

    @property
    def weight(self) -> int:
        """How much it counts."""
        return self.value[0]

    @property
    def word(self) -> str:
        """The name as tables and programs write it: `reference`."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return str(self.value[2 if language == "zh" else 1])


class Doubt(Enum):
    """Why a transfer waits for a person (BANK-3): English, 中文."""

    NOBODY = ("nothing speaks for an account", "没有任何线索指向账号")
    WEAK = ("what speaks for the account is not enough", "线索不足")
    SEVERAL = ("it may be for several accounts", "可能属于多个账号")
    CLOSED = ("the account is closed", "账号已注销")
    ENTERED = ("a top-up of this amount was entered by hand about this day", "前后三日内已有同额的手工充值")

    @property
    def word(self) -> str:
        """The name as tables and programs write it: `weak`."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came in, as the bank's statement has it: who sent it from where, and what was written on it.

    `reference`: what stands in the statement's own column for that, which some banks fill with the payer's.
    """

    line_id: str
    amount: Money
    sender: str = ""
    sender_account: str = ""
    text: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """An account that may be meant: its names, and what it owes in minor units, in all and by unpaid bill."""

    account_id: str
    currency: str
    names: frozenset[str] = frozenset()
    owed: int = 0
    bills: frozenset[int] = frozenset()
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be meant, with what speaks for it."""

    account_id: str
    signs: tuple[Sign, ...]

    @property
    def score(self) -> int:
        """How much speaks for it."""
        return sum(sign.weight for sign in self.signs)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whose a transfer is (BANK-3): an account, or why it waits, with the candidates, the likeliest first."""

    account_id: str | None
    doubt: Doubt | None
    candidates: tuple[Candidate, ...]

    @property
    def score(self) -> int:
        """How much speaks for the likeliest."""
        return self.candidates[0].score if self.candidates else 0


@dataclass(frozen=True, slots=True)
class Known:
    """The accounts that may be meant, found by what a transfer says; `senders`: for whom a bank account paid before."""

    payees: Mapping[str, Payee]
    senders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_reference: Mapping[str, str] = field(default_factory=dict)
    by_word: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_name: Mapping[str, frozenset[str]] = field(default_factory=dict)
    by_amount: Mapping[int, frozenset[str]] = field(default_factory=dict)


def known(payees: Iterable[Payee], senders: Mapping[str, frozenset[str]]) -> Known:
    """Return the accounts of one currency in the order in which a transfer asks for them."""
    of = {one.account_id: one for one in payees}
    named = ((plain_name(name), one.account_id) for one in of.values() for name in one.names)
    asked = ((amount, one.account_id) for one in of.values() for amount in {one.owed, *one.bills} if amount > 0)
    return Known(
        payees=of,
        senders=senders,
        by_reference={reference_of(name): name for name in of},
        by_word=_grouped((name.lower(), name) for name in of),
        by_name=_grouped((name, account) for name, account in named if name),
        by_amount=_grouped(asked),
    )


def reference_of(account_id: str) -> str:
    """Return the reference that an account puts on its transfers (BANK-1): a creditor reference of ISO 11649.

    Two check digits tell a mistyped one from another account's.
    """
    number = int.from_bytes(hashlib.sha256(account_id.encode()).digest()[:8])
    body = ""
    for _ in range(_BODY):
        number, digit = divmod(number, len(_DIGITS))
        body = _DIGITS[digit] + body
    return f"RF{98 - _remainder(f'{body}RF00'):02d}{body}"


def is_reference(text: str) -> bool:
    """Say whether a text is a reference whose check digits fit (BANK-1)."""
    return len(text) == _BODY + 4 and _REFERENCE.match(text) is not None and _remainder(text[4:] + text[:4]) == 1


def plain_name(name: str) -> str:
    """Return a name without what writers differ in: width, case, spaces, punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LN")


def judge(transfer: Transfer, among: Known, *, is_entered: bool = False) -> Judgement:
    """Say whose a transfer is (BANK-2, BANK-3).

    It is certain when at least `CERTAIN` speaks for an account that is open, and `LEAD` less for every other one.
    `is_entered`: somebody may have topped it up by hand already, so nothing is certain.
    """
    signs = _signs(transfer, among)
    found = [Candidate(account, tuple(sorted(of, key=lambda one: -one.weight))) for account, of in signs.items()]
    found.sort(key=lambda one: (-one.score, one.account_id))
    candidates = tuple(found[:SHOWN])
    doubt = _doubt(candidates, among, is_entered=is_entered)
    return Judgement(None if doubt else candidates[0].account_id, doubt, candidates)


def _doubt(candidates: tuple[Candidate, ...], among: Known, *, is_entered: bool) -> Doubt | None:
    if is_entered:
        return Doubt.ENTERED  # whoever takes it for somebody's must know first that the money may be there already
    if not candidates:
        return Doubt.NOBODY
    first = candidates[0]
    if first.score < CERTAIN:
        return Doubt.WEAK
    if len(candidates) > 1 and first.score - candidates[1].score < LEAD:
        return Doubt.SEVERAL
    if not among.payees[first.account_id].is_open:
        return Doubt.CLOSED
    return None


def _signs(transfer: Transfer, among: Known) -> dict[str, set[Sign]]:
    found: dict[str, set[Sign]] = {}
    for account, sign in _spoken_for(transfer, among):
        if account in among.payees:
            found.setdefault(account, set()).add(sign)
    return found


def _spoken_for(transfer: Transfer, among: Known) -> Iterator[tuple[str, Sign]]:
    written = ("".join(text.upper().split()) for text in (transfer.reference, transfer.text))
    for reference in (one for text in written for one in _REFERENCE.findall(text)):
        if is_reference(reference) and reference in among.by_reference:
            yield among.by_reference[reference], Sign.REFERENCE
    for word in _WORD.findall(transfer.text.lower()):
        for account in among.by_word.get(word, ()):
            yield account, Sign.NAMED
    for account in among.senders.get(transfer.sender_account, ()) if transfer.sender_account else ():
        yield account, Sign.SENDER
    for account in among.by_name.get(plain_name(transfer.sender), ()):
        yield account, Sign.NAME
    for account in among.by_amount.get(transfer.amount.minor, ()):
        whole = among.payees[account].owed == transfer.amount.minor
        yield account, Sign.OWED if whole else Sign.BILL


def _remainder(text: str) -> int:
    return int("".join(str(_DIGITS.index(sign)) for sign in text)) % 97


def _grouped(pairs: Iterable[tuple[Key, str]]) -> dict[Key, frozenset[str]]:
    found: dict[Key, set[str]] = {}
    for key, account in pairs:
        found.setdefault(key, set()).add(account)
    return {key: frozenset(accounts) for key, accounts in found.items()}
