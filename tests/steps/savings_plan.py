"""Plays the cases of savings plans: prices, usage and plans (`steps.commitments`).

Verbs of `when`:

    terms ID                what is paid ahead, for how many hours, and what each hour is charged
    deduct                  what plans cover of each record
    owed from … until …     the fees of hours that are over, and what the usage that is not covered costs
    unused DATE             what nobody used
"""

from __future__ import annotations

from case_file import Case
from partita.core.deduction import left_of, windows_over
from partita.core.money import Money
from partita.core.rating import rate
from steps.commitments import Chain, amount, lost, period, plan_of, took
from steps.pricebook import OCTOBER, Words


def run(case: Case) -> list[str]:
    chain = Chain()
    chain.play(case.given)
    lines: list[str] = []
    for verb, *words in case.when:
        match verb:
            case "terms":
                lines.append(_terms(case, words[0]))
            case "deduct":
                lines += [took(one) for one in chain.deducted()]
            case "owed":
                lines += _owed(chain, words)
            case "unused":
                lines += [lost(one) for one in chain.unused_until(*words)]
    return lines


def _terms(case: Case, name: str) -> str:
    words = next(words for verb, *words in case.given if verb == "plan" and words[0] == name)
    plan = plan_of(Words(words, ("from", "until", "region")))
    ahead = Money(plan.upfront_minor, plan.currency)
    return f"{name} {plan.hours} hours, {ahead} ahead, {amount(plan.fee_e10)} an hour"


def _owed(chain: Chain, words: list[str]) -> list[str]:
    within = period(Words(words))
    fees = sum(one.fee_e10 * len(list(windows_over(one, within))) for one in chain.commitments.values())
    left = [
        one for one in left_of(chain.pricing.records, chain.deducted()) if within.start <= one.usage_start < within.end
    ]
    usage = sum(one.costs.billed_cost_e10 for one in rate(left, chain.pricing.book, OCTOBER))
    return [f"fees {amount(fees)} usage {amount(usage)}"]
