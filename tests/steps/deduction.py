"""Plays the cases of the chain of deduction: prices, usage, packages and plans (`steps.commitments`).

Verbs of `when`:

    deduct          what each commitment took of each record
    rate            what is left, priced
    unused DATE     what nobody used of the windows that are over by then
"""

from __future__ import annotations

from case_file import Case
from steps.commitments import Chain, lost, took


def run(case: Case) -> list[str]:
    chain = Chain()
    chain.play(case.given)
    lines: list[str] = []
    for verb, *words in case.when:
        match verb:
            case "deduct":
                lines += [took(one) for one in chain.deducted()]
            case "rate":
                lines += chain.rated()
            case "unused":
                lines += [lost(one) for one in chain.unused_until(*words)]
    return lines
