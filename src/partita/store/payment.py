"""Payments in PostgreSQL: what was started, every notice that arrived, and what a person did about those that wait.

Owns the SQL of `payment`, `payment_notice`, `payment_step` and `payment_notice_end`. Decides nothing.
Rules: PAYMENT-1, PAYMENT-4, PAYMENT-5 (`docs/rules/payment.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from partita.core.money import Money
from partita.core.payment import Notice, Payment, PaymentState, Verdict
from partita.store.db import Transaction
from partita.store.funds import By

_PAYMENTS = """
    select p.payer_id, p.payment_id, p.amount_minor, p.currency, coalesce(s.state, 'open'), n.transaction_id,
           s.occurred_at
    from payment p
    left join lateral (select state, notice_id, occurred_at from payment_step s where s.payer_id = p.payer_id
                       and s.payment_id = p.payment_id order by step desc limit 1) s on true
    left join payment_notice n on n.notice_id = s.notice_id
"""
_NOTICES = """
    select n.notice_id, n.payer_id, n.payment_id, n.transaction_id, n.verdict, n.body, n.signature, n.recorded_at,
           e.note as end_note
    from payment_notice n left join payment_notice_end e using (notice_id)
"""
_PAIRED = """
    paid as (select payer_id, payment_id, currency, amount_minor as paid
             from payment_step join payment using (payer_id, payment_id) where state = 'paid'),
    entered as (select payer_id, substr(idempotency_key, 9) as payment_id, currency, sum(amount_minor) as entered
                from entry join posting using (payer_id, sequence)
                where starts_with(idempotency_key, 'paid_in:') and ledger_account = 'bank' group by 1, 2, 3),
    paired as (select * from paid full join entered using (payer_id, payment_id, currency))
"""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as it arrived, what it was worth, and what a person said of it (`end_note`), if anything.

    `payment_id` and `transaction_id` are what it claims; '' where it cannot be read. `payer_id`: of its payment.
    """

    notice_id: str
    payer_id: str | None
    payment_id: str
    transaction_id: str
    verdict: str
    body: bytes
    signature: str
    recorded_at: datetime
    end_note: str | None = None

    @property
    def worth(self) -> Verdict:
        """The verdict as the core names it."""
        return Verdict[self.verdict.upper()]


def payment(tx: Transaction, payment_id: str) -> Payment | None:
    """Return a payment by its id."""
    row = tx.execute(f"{_PAYMENTS} where p.payment_id = %s", (payment_id,)).fetchone()
    return None if row is None else _payment(row)


def payment_by_key(tx: Transaction, payer_id: str, key: str) -> Payment | None:
    """Return the payment that a key of an account stands for."""
    row = tx.execute(f"{_PAYMENTS} where p.payer_id = %s and p.idempotency_key = %s", (payer_id, key)).fetchone()
    return None if row is None else _payment(row)


def payments(tx: Transaction, payer_id: str) -> list[Payment]:
    """Return the payments of an account, oldest first."""
    rows = tx.execute(f"{_PAYMENTS} where p.payer_id = %s order by p.recorded_at, p.payment_id", (payer_id,))
    return [_payment(row) for row in rows]


def add_payment(tx: Transaction, one: Payment, *, key: str, by: By) -> None:
    """Record a payment that was started."""
    tx.execute(
        "insert into payment (payer_id, payment_id, currency, amount_minor, idempotency_key, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (one.payer_id, one.payment_id, one.amount.currency, one.amount.minor, key, by.name, by.at),
    )


def paid_another(tx: Transaction, transaction_id: str, payment_id: str) -> bool:
    """Say whether a transaction of the gateway has paid another payment; nobody else can credit it until the end."""
    tx.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"payment transaction {transaction_id}",))
    row = tx.execute(
        "select from payment_notice n join payment_step s using (payer_id, payment_id, notice_id) "
        "where n.transaction_id = %s and s.state = 'paid' and n.payment_id <> %s limit 1",
        (transaction_id, payment_id),
    ).fetchone()
    return row is not None


def add_notice(tx: Transaction, one: NoticeRow) -> bool:
    """Keep a notice as it arrived; say whether it is new."""
    made = tx.execute(
        "insert into payment_notice (notice_id, payer_id, payment_id, transaction_id, verdict, body, signature, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (notice_id) do nothing",
        (
            one.notice_id, one.payer_id, one.payment_id, one.transaction_id, one.verdict, one.body, one.signature,
            one.recorded_at,
        ),
    )  # fmt: skip
    return made.rowcount == 1


def reach(tx: Transaction, one: Payment, state: PaymentState, notice: tuple[str, Notice], at: datetime) -> None:
    """Let a payment reach a state by a notice (its id and what it says). The caller holds the lock of the account."""
    name, said = notice
    tx.execute(
        "insert into payment_step (payer_id, payment_id, step, state, notice_id, occurred_at, recorded_at) "
        "select %(payer)s, %(payment)s, coalesce(max(step), 0) + 1, %(state)s, %(notice)s, %(occurred)s, %(at)s "
        "from payment_step where payer_id = %(payer)s and payment_id = %(payment)s",
        {
            "payer": one.payer_id, "payment": one.payment_id, "state": state.word, "notice": name,
            "occurred": said.occurred_at, "at": at,
        },
    )  # fmt: skip


def notice(tx: Transaction, notice_id: str) -> NoticeRow | None:
    """Return a notice by its id."""
    with tx.cursor(row_factory=class_row(NoticeRow)) as cursor:
        return cursor.execute(f"{_NOTICES} where n.notice_id = %s", (notice_id,)).fetchone()


def waiting(tx: Transaction) -> list[NoticeRow]:
    """Return the notices that wait for a person, oldest first."""
    names = [verdict.name.lower() for verdict in Verdict if verdict.waits]
    with tx.cursor(row_factory=class_row(NoticeRow)) as cursor:
        return cursor.execute(
            f"{_NOTICES} where n.verdict = any(%s) and e.notice_id is null order by n.recorded_at, n.notice_id",
            (names,),
        ).fetchall()


def end_notice(tx: Transaction, notice_id: str, note: str, by: By) -> None:
    """Record what a person did about a notice."""
    tx.execute(
        "insert into payment_notice_end (notice_id, note, recorded_by, recorded_at) values (%s, %s, %s, %s)",
        (notice_id, note, by.name, by.at),
    )


def paid_sums(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return (currency, what the paid payments add up to, what their entries add up to), in minor units."""
    rows = tx.execute(
        f"""
        with {_PAIRED}
        select currency, coalesce(sum(paid), 0)::text, coalesce(sum(entered), 0)::text from paired group by 1 order by 1
        """
    )
    return [(currency, int(paid), int(entered)) for currency, paid, entered in rows]


def unpaired(tx: Transaction) -> list[tuple[str, str]]:
    """Return (account, payment) of payments and entries that do not fit: alone, or of another amount."""
    rows = tx.execute(
        f"with {_PAIRED} select payer_id, payment_id from paired where paid is distinct from entered order by 1, 2"
    )
    return [(payer, name) for payer, name in rows]


def transactions(tx: Transaction) -> tuple[int, list[tuple[str, int]]]:
    """Return how many payments are paid, and (transaction, its payments) of transactions that paid several."""
    rows = tx.execute(
        """
        select n.transaction_id, count(*) from payment_step s join payment_notice n using (notice_id)
        where s.state = 'paid' group by 1 order by 1
        """
    ).fetchall()
    return sum(times for _, times in rows), [(name, times) for name, times in rows if times > 1]


def _payment(row: tuple[Any, ...]) -> Payment:
    payer, name, amount, currency, state, transaction, occurred = row
    return Payment(payer, name, Money(amount, currency), PaymentState[state.upper()], transaction, occurred)
