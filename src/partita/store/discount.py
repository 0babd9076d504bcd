"""Shared discounts in PostgreSQL: since when and until when a main account's discounts count for a member.

Owns no table: it reads the steps of relations. Discounts themselves are in `store.catalog`. Rules: DISCOUNT-5.
"""

from __future__ import annotations

from partita.core.discount import DiscountShare
from partita.core.permission import RelationPermission
from partita.store.db import Transaction

# A member that goes over to 财务托管 keeps what was shared with it until the main account pays for each product.
_SHARES = """
    with step as (
        select r.management_id, r.member_id, s.state = 'active' as active, s.command, s.effective_at,
               %(code)s = any(s.permissions) as permitted,
               lag(%(code)s = any(s.permissions)) over of_relation as permitted_before,
               lead(s.effective_at) over of_relation as ends
        from relation r join relation_step s using (relation_id)
        window of_relation as (partition by relation_id order by s.effective_at, s.step)
    )
    select management_id, member_id, effective_at, ends from step
    where active and (permitted or (command = 'upgrade' and permitted_before))
      and (ends is null or ends > effective_at)
    order by member_id, effective_at
"""


def shares(tx: Transaction) -> list[DiscountShare]:
    """Return every span in which a main account shares its discounts with a member, by member and time."""
    code = RelationPermission.SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET.name
    return [DiscountShare(*row) for row in tx.execute(_SHARES, {"code": code})]
