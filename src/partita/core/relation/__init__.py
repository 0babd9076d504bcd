"""Relations (财务关联): a main account and its members, one level deep, in pairs.

`nouns` has the relation, its states and how an account stands, `checks` the preconditions of each command in their
order, `plan` what a change brings, told before it happens. Does not own what the modes mean (`finance_mode`), the codes
(`permission`) nor who pays from when (`org`). Rules: REL-1 … REL-9 (`docs/rules/relation.md`).
"""

from partita.core.relation.checks import CHECKS, decide, obstacles
from partita.core.relation.nouns import (
    LIVE,
    POLICY,
    STATE_NAMES,
    Command,
    Matter,
    MatterKind,
    Permissions,
    Proposal,
    Relation,
    RelationPolicy,
    Standing,
    State,
    named,
)
from partita.core.relation.plan import Change, Consequence, Turn, consequences, declined, headline

__all__ = [
    "CHECKS",
    "LIVE",
    "POLICY",
    "STATE_NAMES",
    "Change",
    "Command",
    "Consequence",
    "Matter",
    "MatterKind",
    "Permissions",
    "Proposal",
    "Relation",
    "RelationPolicy",
    "Standing",
    "State",
    "Turn",
    "consequences",
    "decide",
    "declined",
    "headline",
    "named",
    "obstacles",
]  # fmt: skip
