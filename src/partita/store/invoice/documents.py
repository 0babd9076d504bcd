"""Invoices, red letters, their lines and steps, and who issues them.

Owns the SQL of `invoice`, `invoice_line`, `invoice_step` and `invoice_issuer`. Rules: INVOICE-6, INVOICE-8, INVOICE-12.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from partita.core.account import InvoiceProfile
from partita.core.invoice import (
    CandidateKind,
    Invoice,
    InvoiceCommand,
    InvoiceKind,
    InvoiceLine,
    InvoiceMode,
    InvoiceState,
    Issuer,
)
from partita.core.invoice.tax import TAX_ITEMS
from partita.store import rows as rows_store
from partita.store.db import Transaction, named

_KINDS = {kind.word: kind for kind in InvoiceKind}
_MODES = {mode.word: mode for mode in InvoiceMode}
_STATES = {state.word: state for state in InvoiceState}
_COMMANDS = {command.word: command for command in InvoiceCommand}
_CONSUMED = {kind.word: kind for kind in CandidateKind}
_INVOICE = """
    select i.account_id, i.invoice_id, i.kind, i.mode, i.seller, i.currency, i.tax_code, i.title, i.issuer,
           i.buyer_country, i.remark, i.red_of, i.replaces, i.red_form, i.idempotency_key, i.body_hash, i.recorded_by,
           i.recorded_at, n.state, n.sent, n.number, n.issued_at
    from invoice i join invoice_now n on n.account_id = i.account_id and n.invoice_id = i.invoice_id
"""
_ISSUER = "seller, name, tax_number, address, phone, bank, bank_account, english_name, drawer"


@dataclass(frozen=True, slots=True)
class Asked:
    """How an invoice was asked for: key and body, by whom and when."""

    idempotency_key: str
    body_hash: bytes
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """An invoice with where it stands: its state, whether the tax bureau has it, its number and when it got it."""

    invoice: Invoice
    buyer_country: str
    asked: Asked
    state: InvoiceState
    sent: bool
    number: str
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """What was done to an invoice, by whom and when; `number` and `issued_at` where it was issued."""

    command: InvoiceCommand
    reason: str
    recorded_by: str
    recorded_at: datetime
    number: str = ""
    issued_at: datetime | None = None
    red_form: str = ""


def add(tx: Transaction, invoice: Invoice, asked: Asked, *, buyer_country: str) -> None:
    """Append an invoice or a red letter with its lines and its first step; the caller holds the locks."""
    tx.execute(
        "insert into invoice (account_id, invoice_id, kind, mode, seller, currency, tax_code, rate_e4, gross_minor, "
        "tax_minor, title, issuer, buyer_country, remark, red_of, replaces, red_form, idempotency_key, body_hash, "
        "recorded_by, recorded_at) values "
        "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            invoice.account_id, invoice.invoice_id, invoice.kind.word, invoice.mode.word, invoice.issuer.seller,
            invoice.currency, invoice.tax_item.code, invoice.tax_item.rate_e4, invoice.gross, invoice.tax,
            _json(invoice.title), _json(invoice.issuer), buyer_country, invoice.remark, invoice.red_of,
            invoice.replaces, invoice.red_form, asked.idempotency_key, asked.body_hash, asked.by, asked.at,
        ),
    )  # fmt: skip
    rows_store.add(
        tx,
        "invoice_line (account_id, invoice_id, line, payer_id, kind, reference, month, gross_minor, tax_minor, "
        "recorded_at)",
        (
            (
                invoice.account_id, invoice.invoice_id, one.line, one.payer_id, one.kind.word, one.reference, one.month,
                one.gross, one.tax, asked.at,
            )
            for one in invoice.lines
        ),
    )  # fmt: skip
    add_step(tx, invoice, StepRow(InvoiceCommand.APPLY, "", asked.by, asked.at))


def _json(value: InvoiceProfile | Issuer) -> str:
    return json.dumps(asdict(value), ensure_ascii=False)


def add_step(tx: Transaction, invoice: Invoice, row: StepRow) -> None:
    """Append a step of an invoice; its state is the one that the command leads to."""
    tx.execute(
        "insert into invoice_step (account_id, invoice_id, step, command, state, number, issued_at, reason, red_form, "
        "recorded_by, recorded_at) select %(account)s, %(invoice)s, coalesce(max(step), 0) + 1, %(command)s, "
        "%(state)s, %(number)s, %(issued)s::timestamptz, %(reason)s, %(form)s, %(by)s, %(at)s from invoice_step "
        "where account_id = %(account)s and invoice_id = %(invoice)s",
        {
            "account": invoice.account_id, "invoice": invoice.invoice_id, "command": row.command.word,
            "state": row.command.state.word, "number": row.number, "issued": row.issued_at, "reason": row.reason,
            "form": row.red_form, "by": row.recorded_by, "at": row.recorded_at,
        },
    )  # fmt: skip


def invoice_of(tx: Transaction, invoice_id: str) -> Kept | None:
    """Return an invoice as it stands, by its id or by the number that the tax bureau gave it."""
    named = "(select s.invoice_id from invoice_step s where s.number = %(id)s and s.number <> '')"
    found = _kept(tx, f"where i.invoice_id = coalesce({named}, %(id)s)", {"id": invoice_id})
    return found[0] if found else None


def invoices(tx: Transaction, invoice_ids: Collection[str]) -> list[Kept]:
    """Return invoices as they stand, by their ids."""
    return _kept(tx, "where i.invoice_id = any(%(ids)s)", {"ids": sorted(invoice_ids)})


def by_key(tx: Transaction, account_ids: Collection[str], idempotency_key: str) -> list[Kept]:
    """Return the invoices to the titles of accounts that were applied for with a key, red letters left out."""
    which, values = named(account_ids)
    where = f"where i.account_id {which} and i.idempotency_key = %(key)s and i.red_of is null"
    return _kept(tx, where, values | {"key": idempotency_key})


def invoices_of(tx: Transaction, account_ids: Collection[str], *, state: InvoiceState | None = None) -> list[Kept]:
    """Return the invoices to the titles of accounts, and those that say what these accounts consumed; newest first."""
    return _kept(
        tx,
        "where (i.account_id = any(%(accounts)s) or exists (select from invoice_line l where l.account_id = "
        "i.account_id and l.invoice_id = i.invoice_id and l.payer_id = any(%(accounts)s))) "
        "and (%(state)s::text is null or n.state = %(state)s)",
        {"accounts": sorted(account_ids), "state": None if state is None else state.word},
    )


def has_other(tx: Transaction, invoice_id: str, number: str) -> bool:
    """Say whether a number of the tax bureau is known as that of another invoice."""
    row = tx.execute(
        "select from invoice_step where number = %s and number <> '' and invoice_id <> %s limit 1", (number, invoice_id)
    ).fetchone()
    return row is not None


def waiting(tx: Transaction) -> list[str]:
    """Return the ids of the invoices and red letters that the tax bureau has to issue, the oldest first."""
    rows = tx.execute(
        "select i.invoice_id from invoice i join invoice_now n on n.account_id = i.account_id "
        "and n.invoice_id = i.invoice_id where n.state = 'applied' order by i.recorded_at, i.invoice_id"
    )
    return [name for (name,) in rows]


def red_letters(tx: Transaction, invoice_id: str) -> list[Kept]:
    """Return the red letters of an invoice, the newest first; all but the last were rejected."""
    return _kept(tx, "where i.red_of = %(id)s", {"id": invoice_id})


def steps_of(tx: Transaction, invoice_id: str) -> list[StepRow]:
    """Return the steps of an invoice, the first first."""
    rows = tx.execute(
        "select command, reason, recorded_by, recorded_at, number, issued_at, red_form from invoice_step "
        "where (account_id, invoice_id) = (select account_id, invoice_id from invoice where invoice_id = %s) "
        "order by step",
        (invoice_id,),
    )
    return [StepRow(_COMMANDS[row[0]], *row[1:]) for row in rows]


def issuer_of(tx: Transaction, seller: str) -> Issuer | None:
    """Return who issues the invoices of a seller now; '' = the operator of the books."""
    return issuers(tx).get(seller)


def issuers(tx: Transaction) -> dict[str, Issuer]:
    """Return who issues, by seller."""
    rows = tx.execute(f"select distinct on (seller) {_ISSUER} from invoice_issuer order by seller, sequence desc")
    return {row[0]: Issuer(*row) for row in rows}


def add_issuer(tx: Transaction, issuer: Issuer, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append who issues the invoices of a seller from now on."""
    tx.execute(
        f"insert into invoice_issuer ({_ISSUER}, sequence, recorded_by, recorded_at) "
        "select %(seller)s, %(name)s, %(tax_number)s, %(address)s, %(phone)s, %(bank)s, %(bank_account)s, "
        "%(english_name)s, %(drawer)s, coalesce(max(sequence), 0) + 1, %(by)s, %(at)s from invoice_issuer "
        "where seller = %(seller)s",
        asdict(issuer) | {"by": recorded_by, "at": recorded_at},
    )


def _kept(tx: Transaction, where: str, values: dict[str, object]) -> list[Kept]:
    rows = tx.execute(f"{_INVOICE} {where} order by i.recorded_at desc, i.invoice_id", values).fetchall()
    if not rows:
        return []
    lines: dict[str, list[InvoiceLine]] = {}
    found = tx.execute(
        "select invoice_id, line, payer_id, kind, reference, month, gross_minor, tax_minor from invoice_line "
        "where (account_id, invoice_id) in (select * from unnest(%s::text[], %s::text[])) order by invoice_id, line",
        ([row[0] for row in rows], [row[1] for row in rows]),
    )
    for name, line, payer, kind, *rest in found:
        lines.setdefault(name, []).append(InvoiceLine(line, payer, _CONSUMED[kind], *rest))
    return [_of(row, tuple(lines.get(row[1], ()))) for row in rows]


def _of(row: tuple[Any, ...], lines: tuple[InvoiceLine, ...]) -> Kept:
    account, name, kind, mode, _, currency, tax_code, title, issuer, country, *rest = row
    remark, red_of, replaces, red_form, key, body_hash, by, at, state, sent, number, issued_at = rest
    invoice = Invoice(
        name, account, _KINDS[kind], _MODES[mode], currency, TAX_ITEMS[tax_code], InvoiceProfile(**title),
        Issuer(**issuer), lines, remark, red_of, replaces, red_form,
    )  # fmt: skip
    asked = Asked(key, bytes(body_hash), by, at)
    return Kept(invoice, country, asked, _STATES[state], sent, number, issued_at)
