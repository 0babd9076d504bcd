"""Credit in PostgreSQL: lines, changes and their ends, contracts, terms; the limits that follow from them.

Owns the SQL of `credit_change`, `credit_change_end`, `credit_contract`, `credit_term` and `credit_suspension`. The
limit in force is that of the last applied change. Decides nothing. Rules: CREDIT-1, CREDIT-2,
CREDIT-4, CREDIT-5, CREDIT-7, DUN-4.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from partita.core.credit import Change, ChangeState, Line, Term
from partita.core.money import Money
from partita.store.db import Transaction

# the lines that concern the accounts asked for, each member's last limit in them, and whether the contract is confirmed
_IN_FORCE = """
    select distinct on (c.management_id, c.account_id) c.management_id, c.account_id, c.limit_minor
    from credit_change c join credit_change_end e using (management_id, change_id)
    where e.state = 'applied' and e.recorded_at <= %(at)s and c.management_id = any(%(lines)s)
    order by c.management_id, c.account_id, e.sequence desc
"""
_LINES = """
    select distinct management_id from credit_change
    where management_id = any(%(accounts)s) or account_id = any(%(accounts)s) order by 1
"""
_CHANGES = """
    select c.management_id, c.change_id, c.account_id, c.limit_minor, c.currency, c.asks_approval, c.note,
           c.recorded_by, c.recorded_at, coalesce(e.state, 'pending')
    from credit_change c left join credit_change_end e using (management_id, change_id)
"""
_SUSPENDED = """
    select payer_id, bill_id from (
        select distinct on (payer_id) payer_id, bill_id, suspended from credit_suspension
        where payer_id = any(%s) order by payer_id, step desc) last
    where suspended
"""


def limit_of(tx: Transaction, account_id: str, at: datetime) -> int:
    """Return the credit limit that counts for an account at an instant, in minor units; 0 = none (CREDIT-2)."""
    return limits_of(tx, [account_id], at).get(account_id, 0)


def limits_of(tx: Transaction, account_ids: Collection[str], at: datetime) -> dict[str, int]:
    """Return the limits that count for accounts at an instant, in minor units; accounts without credit are left out."""
    asked = set(account_ids)
    if not asked:
        return {}
    names = [row[0] for row in tx.execute(_LINES, {"accounts": sorted(asked)})]
    limits: dict[str, int] = {}
    for line in lines(tx, names, at) if names else []:
        for account in asked & {line.management_id, *line.allocated}:
            limits[account] = limits.get(account, 0) + line.limit_of(account)
    return limits


def suspended(tx: Transaction, account_ids: Collection[str]) -> dict[str, str]:
    """Return the accounts whose credit is suspended, with the bill that did it (DUN-4): their limit counts nothing."""
    return dict(tx.execute(_SUSPENDED, (sorted(account_ids),)).fetchall())


def suspend(
    tx: Transaction, account_id: str, bill_id: str, *, suspended: bool, recorded_by: str, recorded_at: datetime
) -> None:
    """Suspend the credit of an account because of a bill, or lift that. The caller holds its lock."""
    tx.execute(
        "insert into credit_suspension (payer_id, step, suspended, bill_id, recorded_by, recorded_at) "
        "select %(payer)s, coalesce(max(step), 0) + 1, %(suspended)s, %(bill)s, %(by)s, %(at)s "
        "from credit_suspension where payer_id = %(payer)s",
        {"payer": account_id, "suspended": suspended, "bill": bill_id, "by": recorded_by, "at": recorded_at},
    )


def had_credit(tx: Transaction, account_id: str) -> bool:
    """Return whether an account ever had a limit above zero in a line whose contract is confirmed."""
    row = tx.execute(
        "select from credit_change c join credit_change_end e using (management_id, change_id) "
        "join credit_contract k using (management_id) "
        "where c.account_id = %s and c.limit_minor > 0 and e.state = 'applied' limit 1",
        (account_id,),
    ).fetchone()
    return row is not None


def line_of(tx: Transaction, management_id: str, currency: str, at: datetime) -> Line:
    """Return the line of a main account as it stands at an instant; one that was never granted has a total of zero."""
    return next(iter(lines(tx, [management_id], at)), Line(management_id, currency))


def lines_shared_with(tx: Transaction, account_id: str, at: datetime) -> list[Line]:
    """Return the lines of others in which an account has, or had, a limit, as they stand at an instant."""
    names = [row[0] for row in tx.execute(_LINES, {"accounts": [account_id]})]
    others = [name for name in names if name != account_id]
    return lines(tx, others, at) if others else []


def lines(tx: Transaction, management_ids: Collection[str], at: datetime) -> list[Line]:
    """Return the lines of main accounts as they stand at an instant; those without any change are left out."""
    names = sorted(management_ids)
    contracts = _contracts(tx, names, at)
    pending = _pending(tx, names)
    limits: dict[str, dict[str, int]] = {}
    for management, account, limit in tx.execute(_IN_FORCE, {"lines": names, "at": at}):
        limits.setdefault(management, {})[account] = limit
    currencies = tx.execute(
        "select distinct on (management_id) management_id, currency from credit_change where management_id = any(%s) "
        "order by management_id, recorded_at",
        (names,),
    ).fetchall()
    return [
        Line(
            management_id=management,
            currency=currency,
            total=limits.get(management, {}).get(management, 0),
            allocated={one: limit for one, limit in limits.get(management, {}).items() if one != management},
            contract_id=contracts.get(management),
            pending=pending.get(management),
        )
        for management, currency in currencies
    ]


def changes(tx: Transaction, management_id: str) -> list[Change]:
    """Return all changes of a line, oldest first."""
    rows = tx.execute(f"{_CHANGES} where c.management_id = %s order by c.recorded_at, e.sequence", (management_id,))
    return [_change(row) for row in rows]


def change(tx: Transaction, change_id: str) -> Change | None:
    """Return a change by its id."""
    row = tx.execute(f"{_CHANGES} where c.change_id = %s", (change_id,)).fetchone()
    return None if row is None else _change(row)


def change_by_key(tx: Transaction, management_id: str, key: str) -> Change | None:
    """Return the change that a key of a line stands for."""
    row = tx.execute(
        f"{_CHANGES} where c.management_id = %s and c.idempotency_key = %s", (management_id, key)
    ).fetchone()
    return None if row is None else _change(row)


def add_change(tx: Transaction, one: Change, *, key: str) -> None:
    """Record a change; it waits until it ends."""
    tx.execute(
        "insert into credit_change (management_id, change_id, account_id, currency, limit_minor, asks_approval, note, "
        "idempotency_key, recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.management_id, one.change_id, one.account_id, one.limit.currency, one.limit.minor, one.asks_approval,
            one.note, key, one.recorded_by, one.recorded_at,
        ),
    )  # fmt: skip


def end_change(
    tx: Transaction, one: Change, state: ChangeState, *, note: str, recorded_by: str, recorded_at: datetime
) -> None:
    """Apply or reject a change; what is applied last is in force. The caller holds the lock of the main account."""
    tx.execute(
        "insert into credit_change_end (management_id, change_id, sequence, state, note, recorded_by, recorded_at) "
        "select %(line)s, %(change)s, coalesce(max(sequence), 0) + 1, %(state)s, %(note)s, %(by)s, %(at)s "
        "from credit_change_end where management_id = %(line)s",
        {
            "line": one.management_id, "change": one.change_id, "state": state.word, "note": note, "by": recorded_by,
            "at": recorded_at,
        },
    )  # fmt: skip


def confirm_contract(
    tx: Transaction, management_id: str, contract_id: str, *, recorded_by: str, recorded_at: datetime
) -> None:
    """Record the contract from which on a line counts."""
    tx.execute(
        "insert into credit_contract (management_id, contract_id, recorded_by, recorded_at) values (%s, %s, %s, %s)",
        (management_id, contract_id, recorded_by, recorded_at),
    )


def term_of(tx: Transaction, management_id: str, at: datetime) -> Term | None:
    """Return the credit term of a main account at an instant, if one was agreed."""
    row = tx.execute(
        "select cycle_months, days from credit_term where management_id = %s and recorded_at <= %s "
        "order by sequence desc limit 1",
        (management_id, at),
    ).fetchone()
    return None if row is None else Term(*row)


def add_term(tx: Transaction, management_id: str, term: Term, *, recorded_by: str, recorded_at: datetime) -> None:
    """Agree on a credit term; the last one counts. The caller holds the lock of the main account."""
    tx.execute(
        "insert into credit_term (management_id, sequence, cycle_months, days, recorded_by, recorded_at) "
        "select %(line)s, coalesce(max(sequence), 0) + 1, %(cycle)s, %(days)s, %(by)s, %(at)s "
        "from credit_term where management_id = %(line)s",
        {
            "line": management_id, "cycle": term.cycle_months, "days": term.days, "by": recorded_by, "at": recorded_at,
        },
    )  # fmt: skip


def every_line(tx: Transaction, at: datetime) -> list[Line]:
    """Return all lines as they stand at an instant."""
    names = [row[0] for row in tx.execute("select distinct management_id from credit_change order by 1")]
    return lines(tx, names, at)


def _contracts(tx: Transaction, names: list[str], at: datetime) -> dict[str, str]:
    rows = tx.execute(
        "select management_id, contract_id from credit_contract where management_id = any(%s) and recorded_at <= %s",
        (names, at),
    )
    return dict(rows.fetchall())


def _pending(tx: Transaction, names: list[str]) -> dict[str, str]:
    rows = tx.execute(
        "select c.management_id, c.change_id from credit_change c where c.management_id = any(%s) and not exists "
        "(select from credit_change_end e where e.management_id = c.management_id and e.change_id = c.change_id)",
        (names,),
    )
    return dict(rows.fetchall())


def _change(row: tuple[Any, ...]) -> Change:
    management, name, account, limit, currency, asks, note, by, at, state = row
    return Change(management, name, account, Money(limit, currency), asks, note, by, at, ChangeState[state.upper()])
