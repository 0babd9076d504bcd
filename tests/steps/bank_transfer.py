"""Plays the cases of bank transfers on the pure core.

Given `account NAME [name="Acme Ltd"] [owes=10.00] [bill=5.00] [closed]`, `sender ACCOUNT_NUMBER of NAME`.
When `transfer AMOUNT [from="Name"] [account=NUMBER] [text="…"] [reference=NAME] [entered]`,
where `{ref:NAME}` in a text is the reference of an account; `reference NAME`, `is TEXT`.
"""

from __future__ import annotations

import re

from case_file import Case
from partita.core.bank_transfer import Known, Payee, Transfer, is_reference, judge, known, reference_of
from partita.core.money import Money


def run(case: Case) -> list[str]:
    payees, senders = [], dict[str, set[str]]()
    for verb, *words in case.given:
        if verb == "sender":
            senders.setdefault(words[0], set()).add(words[2])
        else:
            payees.append(_payee(*words))
    among = known(payees, {number: frozenset(names) for number, names in senders.items()})
    return [line for verb, *words in case.when for line in _said(verb, words, among)]


def _payee(name: str, *words: str) -> Payee:
    option = dict(word.split("=", 1) for word in words if "=" in word)
    names = frozenset({option["name"]} if "name" in option else ())
    bills = frozenset({cny(option["bill"])} if "bill" in option else ())
    return Payee(name, "CNY", names, cny(option.get("owes", "0")), bills, "closed" not in words)


def _said(verb: str, words: list[str], among: Known) -> list[str]:
    match verb:
        case "reference":
            return [f"{words[0]} {reference_of(words[0])}"]
        case "is":
            return ["a reference" if is_reference(words[0]) else "no reference"]
    option = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    text = re.sub(r"\{ref:(\w+)\}", lambda one: reference_of(one[1]), option.get("text", ""))
    text = re.sub(r"\{spaced:(\w+)\}", lambda one: " ".join(re.findall("..?.?.?", reference_of(one[1]).lower())), text)
    money = Money(cny(words[0]), "CNY")
    own = reference_of(option["reference"]) if "reference" in option else ""
    transfer = Transfer("line", money, option.get("from", ""), option.get("account", ""), text, own)
    answer = judge(transfer, among, is_entered="entered" in words)
    head = f"certain {answer.account_id}" if answer.doubt is None else f"waits {answer.doubt.word}"
    for_each = (
        f"{one.account_id} {one.score} ({', '.join(sign.word for sign in one.signs)})" for one in answer.candidates
    )
    return [" ".join([head, "|", "; ".join(for_each)])]


def cny(text: str) -> int:
    return Money.parse(text, "CNY").minor
