"""Proofs of reconciliation: transfers were topped up once, statements have their lines, closed days are as they were.

Rules: BANK-3 (`docs/rules/bank_transfer.md`), RECON-2, RECON-5 (`docs/rules/reconciliation.md`).
"""

from __future__ import annotations

from partita.store import bank_transfer as transfer_store
from partita.store import reconciliation as store
from partita.usecases.verify.equation import Equation, Finding, counted, money_text, reading, shortened
from partita.usecases.work import Books


def transfers_entered(books: Books) -> list[Equation]:
    """Prove that every transfer that was given to an account is topped up there, with its amount, and no other."""
    with reading(books) as tx:
        rows = transfer_store.ended_sums(tx)
    equations = []
    for currency in sorted({one[1] for one in rows}):
        of = [one for one in rows if one[1] == currency]
        findings = [
            Finding(f"transfer {line}: it and its entry differ", f"转账 {line}：与分录不符")
            for line, _, given, entered in of
            if given != entered
        ]
        equations.append(
            Equation(
                f"bank-transfers {currency}",
                f"transfers given to accounts = their top-ups ({currency})",
                f"已认领的转账 = 其充值分录（{currency}）",
                money_text(sum(one[2] for one in of), currency),
                money_text(sum(one[3] for one in of), currency),
                shortened(findings),
            )
        )
    return equations


def statements_whole(books: Books) -> list[Equation]:
    """Prove that every statement has the lines that it added."""
    with reading(books) as tx:
        added, there, short = store.line_counts(tx)
    if not added and not there:
        return []
    findings = [
        Finding(f"statement {name} of {source}: lines are missing", f"{source} 的对账单 {name}：缺少明细")
        for source, name in short
    ]
    return [
        counted("statements", "lines of statements = lines kept", "对账单明细 = 保存的明细", (added, there), findings)
    ]


def days_as_closed(books: Books) -> list[Equation]:
    """Prove that every closed day has the lines and the postings that it had when it was closed."""
    with reading(books) as tx:
        days = [(source, row) for source in store.sources(tx) for row in store.closed_days(tx, source.source_id)]
        sums = {source.source_id: store.day_sums(tx, source) for source, _ in days}
    changed = [
        (source, row)
        for source, row in days
        if sums[source.source_id].get(row.day, (0, 0, 0, 0))
        != (row.lines, row.lines_minor, row.postings, row.postings_minor)
    ]
    if not days:
        return []
    findings = [
        Finding(
            f"{row.day} of {source.source_id}: is not as it was when it was closed",
            f"{source.source_id} 的 {row.day}：与关账时不符",
        )
        for source, row in changed
    ]
    return [
        counted(
            "closed-days",
            "days closed = days as they were closed",
            "已关账的日 = 与关账时一致的日",
            (len(days), len(days) - len(changed)),
            findings,
        )
    ]
