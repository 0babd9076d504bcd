"""Tenants: a transaction that sees and writes only what belongs to the enterprises of whoever asks.

Owns how a transaction becomes a tenant's. What belongs to whom, and the ticket that nobody can forge, are the policies
of PostgreSQL (`migrations/0007_tenants.sql`). Rules: TENANT-1, TENANT-2 (`docs/rules/tenant.md`).
"""

from __future__ import annotations

from datetime import datetime

from partita.store.db import Transaction

# A role that is not in force gives no rows: what is asked in its name is refused as if nothing were there.
_ENTER = """
    with reached as (
        select enterprise_id from books_user where user_id = %(user)s
        union
        select g.enterprise_id from role_grant g left join role_revocation r using (grant_id)
        where g.user_id = %(user)s and g.effective_from <= %(at)s
          and (g.effective_until is null or g.effective_until > %(at)s)
          and (r.effective_from is null or r.effective_from > %(at)s)
        union
        select enterprise_id from account where %(user)s::text is null and account_id = %(account)s)
    select set_config('partita.tenant',
                      tenant_ticket(coalesce(array_agg(enterprise_id order by enterprise_id), '{}')), true),
           set_config('role', 'partita_tenant', true)
    from reached
"""


def enter(tx: Transaction, *, user_id: str | None, account_id: str | None, at: datetime) -> None:
    """Let the rest of the transaction see and write only rows of the enterprises that an actor reaches (TENANT-1).

    A user reaches the enterprise that looks after them and those in which they have a role in force; an account that
    acts for itself reaches its own. Somebody unknown reaches none. It ends with the transaction.
    """
    tx.execute(_ENTER, {"user": user_id, "account": account_id, "at": at})
