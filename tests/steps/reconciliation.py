"""Plays the cases of reconciliation on the pure core.

Given `line NAME DAY AMOUNT [REFERENCE]`, `posting NAME DAY AMOUNT [REFERENCE]`; when `compare`. Or `day [over]
[covered] [closed] [differences=N] [transfers=N]`; when `close`.
"""

from __future__ import annotations

from datetime import date

from case_file import Case
from partita.core.money import Money, format_scaled
from partita.core.reconciliation import DayStanding, Side, compare, may_close


def run(case: Case) -> list[str]:
    if case.given[0][0] == "day":
        return [_closed(words[1:]) for words in case.given]
    sides = {kind: [_side(*words) for verb, *words in case.given if verb == kind] for kind in ("line", "posting")}
    done = compare(sides["line"], sides["posting"])
    pairs = [f"pair {line.name} {posting.name}" for line, posting in done.pairs]
    return sorted(pairs) + [
        " ".join(
            [
                str(one.day),
                one.kind.word,
                one.line.name if one.line else "-",
                one.posting.name if one.posting else "-",
                format_scaled(one.delta, 2, places=2),
            ]
        )
        for one in done.differences
    ]


def _side(name: str, day: str, amount: str, reference: str = "") -> Side:
    return Side(name, date.fromisoformat(day), Money.parse(amount, "CNY").minor, reference)


def _closed(words: list[str]) -> str:
    option = dict(word.split("=", 1) for word in words if "=" in word)
    standing = DayStanding(
        "icbc",
        date(2026, 10, 5),
        "over" in words,
        "covered" in words,
        "closed" in words,
        int(option.get("differences", "0")),
        int(option.get("transfers", "0")),
    )
    no = may_close(standing)
    return f"refused {no.reason.name}" if no else "may be closed"
