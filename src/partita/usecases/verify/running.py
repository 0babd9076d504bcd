"""Proofs of the running state: holds are unsettled spend, counters are usage, service and outbox follow their facts.

What is kept for speed is held against what it follows from. That running spend is what usage costs is what `rate` sees
to; between two of its runs usage that came out of order may differ from it (SPEND-5). Rules: VERIFY-2.
"""

from __future__ import annotations

from partita.core.period import Month
from partita.store import running
from partita.store import usage as usage_store
from partita.store.running import HeldAndSpent
from partita.usecases.verify.equation import Equation, Finding, counted, exact_text, reading, shortened
from partita.usecases.work import Books


def holds(books: Books) -> list[Equation]:
    """Prove for each currency that what is held for usage is the running spend that no bill has settled."""
    with reading(books) as tx:
        rows = running.held_and_spent(tx)
    return [_holds(currency, [one for one in rows if one.currency == currency]) for currency in _currencies(rows)]


def _currencies(rows: list[HeldAndSpent]) -> list[str]:
    return sorted({one.currency for one in rows})


def _holds(currency: str, rows: list[HeldAndSpent]) -> Equation:
    findings = [_differs(one) for one in rows if one.held_e10 != one.spent_e10]
    return Equation(
        f"holds {currency}",
        f"held for usage = spend that no bill has settled ({currency})",
        f"用量冻结 = 未结算的实时消费（{currency}）",
        exact_text(sum(one.held_e10 for one in rows), currency),
        exact_text(sum(one.spent_e10 for one in rows), currency),
        shortened(findings),
    )


def _differs(one: HeldAndSpent) -> Finding:
    month = Month.from_number(one.month)
    held, spent = exact_text(one.held_e10, one.currency), exact_text(one.spent_e10, one.currency)
    return Finding(
        f"hold of {one.payer_id} for {month}: held {held}, spent {spent}",
        f"{one.payer_id} 在 {month} 的冻结：冻结 {held}，消费 {spent}",
    )


def counters(books: Books) -> list[Equation]:
    """Prove that the counters of each month whose figures are complete show what its usage files hold.

    Of an open month whose figures are not complete it is noted that `rate` says them; a closed one needs none.
    """
    with reading(books) as tx:
        rows = running.counted(tx)
        frozen = usage_store.frozen_through(tx)
    complete = [one for one in rows if one.complete]
    findings = [
        Finding(
            f"counters of {Month.from_number(one.month)} differ from usage",
            f"{Month.from_number(one.month)} 的累计用量与用量文件不符",
        )
        for one in complete
        if one.counters_e6 != one.files_e6
    ]
    notes = [
        Finding(
            f"{Month.from_number(one.month)}: running figures wait for `partita rate`",
            f"{Month.from_number(one.month)}：实时数字待 `partita rate` 更新",
        )
        for one in rows
        if not one.complete and one.month > frozen
    ]
    right = len(complete) - len(findings)
    return [
        counted(
            "counters",
            "months with complete counters = months whose counters are their usage",
            "累计用量完整的账期 = 累计与用量一致的账期",
            (len(complete), right),
            findings,
            *notes,
        )
    ]


def services(books: Books) -> list[Equation]:
    """Prove that every product stands as its last step says, and every message as its last try says."""
    with reading(books) as tx:
        products, astray = running.services(tx)
        messages, lost = running.messages(tx)
    return [
        counted(
            "services",
            "products decided about = products that stand as their last step says",
            "有停复机记录的产品 = 状态与最后一步一致的产品",
            (products, products - len(astray)),
            [
                Finding(f"{name} does not stand as its last step says", f"{name} 的状态与最后一步不符")
                for name in astray
            ],
        ),
        counted(
            "outbox",
            "messages = messages known to be as their last try says",
            "消息 = 状态与最后一次尝试一致的消息",
            (messages, messages - len(lost)),
            [
                Finding(f"message {name} is not as its last try says", f"消息 {name} 的状态与最后一次尝试不符")
                for name in lost
            ],
        ),
    ]
