"""Templates of vouchers and coupons in PostgreSQL, and the order in which an enterprise uses them.

Owns the SQL of `template` and `priority_policy`. Rows are only ever added. Rules: VOUCHER-1, VOUCHER-4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from partita.core.scope import Listing, Occasion, Scope
from partita.core.template import Instrument, Kind, Template, Terms
from partita.core.voucher import DEFAULT_POLICY, Policy, Priority
from partita.store.db import Transaction

_COLUMNS = (
    "enterprise_id", "template_id", "instrument", "kind", "name", "currency", "amount_minor", "percent_e6",
    "minimum_minor", "stacks", "listing", "products", "accounts", "occasions", "tags", "starts", "ends", "days",
)  # fmt: skip
COLUMNS = ", ".join(f"t.{column}" for column in _COLUMNS)
"""The columns of a template, in the order that `template_of` reads them; its table is called `t`."""
_WIDTH = len(_COLUMNS)
_LOCK = 0x7061_7205


def template_of(row: tuple[Any, ...]) -> Template:
    """Build a template from a row of `COLUMNS`."""
    enterprise, name, instrument, kind, title, currency, amount, percent, minimum, stacks, *scope = row[:_WIDTH]
    listing, products, accounts, occasions, tags, starts, ends, days = scope
    return Template(
        template_id=name,
        enterprise_id=enterprise,
        instrument=Instrument(instrument),
        kind=Kind(kind),
        name=title,
        currency=currency,
        amount_minor=amount,
        terms=Terms(
            scope=Scope(
                listing=Listing(listing),
                products=frozenset(products),
                accounts=frozenset(accounts),
                occasions=frozenset(map(Occasion, occasions)),
                tags=frozenset(tags.items()),
            ),
            minimum_minor=minimum,
            percent_e6=percent,
            stacks=stacks,
        ),
        starts=starts,
        ends=ends,
        days=days,
    )


def rest_of(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what stands behind the columns of a template in a row."""
    return row[_WIDTH:]


def template(tx: Transaction, enterprise_id: str, template_id: str) -> Template | None:
    """Return a template of an enterprise."""
    row = tx.execute(
        f"select {COLUMNS} from template t where t.enterprise_id = %s and t.template_id = %s",
        (enterprise_id, template_id),
    ).fetchone()
    return None if row is None else template_of(row)


def templates(tx: Transaction, enterprise_id: str, instrument: Instrument | None = None) -> list[Template]:
    """Return the templates of an enterprise, by name."""
    rows = tx.execute(
        f"select {COLUMNS} from template t where t.enterprise_id = %s "
        "and (%s::text is null or t.instrument = %s) order by t.template_id",
        (enterprise_id, *(2 * [instrument.value if instrument else None])),
    )
    return [template_of(row) for row in rows]


def add(tx: Transaction, one: Template, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append a template. Two that come at once: the second fails on the key, and is asked again."""
    scope = one.terms.scope
    names = ", ".join((*_COLUMNS, "recorded_by", "recorded_at"))
    places = ", ".join(["%s"] * (_WIDTH + 2))
    tx.execute(
        f"insert into template ({names}) values ({places})",
        (
            one.enterprise_id, one.template_id, one.instrument.value, one.kind.value, one.name, one.currency,
            one.amount_minor, one.terms.percent_e6, one.terms.minimum_minor, one.terms.stacks, scope.listing.value,
            sorted(scope.products), sorted(scope.accounts), sorted(occasion.value for occasion in scope.occasions),
            json.dumps(dict(sorted(scope.tags))), one.starts, one.ends, one.days, recorded_by, recorded_at,
        ),
    )  # fmt: skip


def enterprise_of(tx: Transaction, account_id: str) -> str:
    """Return the enterprise whose templates an account's vouchers are made by."""
    row = tx.execute("select enterprise_id from account where account_id = %s", (account_id,)).fetchone()
    assert row is not None, "the account is there"
    return str(row[0])


def lock(tx: Transaction, enterprise_id: str) -> None:
    """Let nobody else change the templates and the policy of an enterprise until the end of the transaction."""
    tx.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, enterprise_id))


def policy(tx: Transaction, enterprise_id: str, instrument: Instrument, at: datetime | None = None) -> Policy:
    """Return the order of priority of an enterprise: the last one recorded (not after `at`), or the default."""
    return policies(tx, [enterprise_id], instrument, at).get(enterprise_id, DEFAULT_POLICY)


def policies(
    tx: Transaction, enterprise_ids: Iterable[str], instrument: Instrument, at: datetime | None = None
) -> dict[str, Policy]:
    """Return the orders of priority that were set in these enterprises; the others use the default."""
    rows = tx.execute(
        "select distinct on (enterprise_id) enterprise_id, keys from priority_policy "
        "where enterprise_id = any(%s) and instrument = %s and (%s::timestamptz is null or recorded_at <= %s) "
        "order by enterprise_id, sequence desc",
        (sorted(set(enterprise_ids)), instrument.value, at, at),
    )
    return {enterprise: tuple(map(Priority, keys)) for enterprise, keys in rows}


def set_policy(
    tx: Transaction, of: tuple[str, Instrument], keys: Policy, *, recorded_by: str, recorded_at: datetime
) -> None:
    """Append the order of priority of (enterprise, instrument); it counts from now on."""
    enterprise_id, instrument = of
    tx.execute(
        "insert into priority_policy (enterprise_id, instrument, sequence, keys, recorded_by, recorded_at) "
        "select %s, %s, coalesce(max(sequence), 0) + 1, %s, %s, %s from priority_policy "
        "where enterprise_id = %s and instrument = %s",
        (
            enterprise_id, instrument.value, [key.value for key in keys], recorded_by, recorded_at, enterprise_id,
            instrument.value,
        ),
    )  # fmt: skip
