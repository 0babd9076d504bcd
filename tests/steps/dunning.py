"""Plays the cases of dunning on the pure core.

Given `policy [reminders=-3,0,7] [rate=0.0005] [free=3] [cap=0.2] [stop=30] [since=DAY]`, `bill AMOUNT due DAY`,
`paid DAY AMOUNT`. When `check`, `remind DAY`, `accrue DAY`, `suspend DAY`: each in turn, with what was
told and counted before.
"""

from __future__ import annotations

from datetime import date

from case_file import Case
from partita.core.dunning import Accrued, Debt, History, Policy, accrue, may_set, reminder, suspends
from partita.core.money import Money, format_scaled, parse_scaled

E20 = 20


def run(case: Case) -> list[str]:
    history: list[tuple[date, Policy]] = [(date.min, Policy())]
    debt = Debt("bill-1", "CNY", 0, date(2026, 1, 1))
    paid: list[tuple[date, int]] = []
    for verb, *words in case.given:
        match verb:
            case "policy":
                option = dict(word.split("=", 1) for word in words)
                since = option.get("since")
                history.append((date.fromisoformat(since) if since else date.min, _policy(option)))
            case "bill":
                debt = Debt("bill-1", "CNY", Money.parse(words[0], "CNY").minor, date.fromisoformat(words[2]))
            case "paid":
                paid.append((date.fromisoformat(words[0]), Money.parse(words[1], "CNY").minor))
    debt = Debt(debt.bill_id, debt.currency, debt.payable, debt.due_on, tuple(paid))
    return _played(case, history, debt)


def _played(case: Case, history: History, debt: Debt) -> list[str]:
    policy = history[-1][1]
    said: list[str] = []
    told: set[int] = set()
    counted = Accrued()
    for verb, *words in case.when:
        today = date.fromisoformat(words[0]) if words else debt.due_on
        match verb:
            case "check":
                no = may_set(policy)
                said.append(f"refused {no.reason.name}" if no else "a policy")
            case "remind":
                mark = reminder(policy, debt, today, told)
                told |= set() if mark is None else {mark}
                said.append(f"{today} {'nothing' if mark is None else mark}")
            case "accrue":
                after = accrue(history, debt, counted, today)
                exact, charged = after.exact_e20, after.minor - counted.minor
                said.append(f"{today} exact {format_scaled(exact, E20, places=2)} charged {Money(charged, 'CNY')}")
                counted = after
            case "suspend":
                said.append(f"{today} {'suspended' if suspends(policy, [debt], today) else 'counts'}")
    return said


def _policy(option: dict[str, str]) -> Policy:
    given = Policy()
    marks = tuple(map(int, option["reminders"].split(","))) if "reminders" in option else given.reminders
    cap = parse_scaled(option["cap"], 10) if "cap" in option else None
    stop = int(option["stop"]) if "stop" in option else None
    return Policy(marks, parse_scaled(option.get("rate", "0"), 10), int(option.get("free", "0")), cap, stop)
