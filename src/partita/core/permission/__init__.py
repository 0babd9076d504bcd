"""Permissions: who may do what to which account, and why not.

`codes` has what a relation may permit, `action` what people may do and in which roles, `decision` who is allowed.
Rules: PERM-1 … PERM-6 (`docs/rules/permission.md`).
"""

from __future__ import annotations

from partita.core.permission.action import Action, Over, Role
from partita.core.permission.codes import RelationPermission, lacking, needs, parsed
from partita.core.permission.decision import (
    OPERATOR,
    Actor,
    Door,
    Evidence,
    Grant,
    Granted,
    Link,
    Place,
    Policy,
    Target,
    decide,
)

__all__ = [
    "OPERATOR",
    "Action",
    "Actor",
    "Door",
    "Evidence",
    "Grant",
    "Granted",
    "Link",
    "Over",
    "Place",
    "Policy",
    "RelationPermission",
    "Role",
    "Target",
    "decide",
    "lacking",
    "needs",
    "parsed",
]
