"""Relations: invite, create, confirm, decline, permit, upgrade, release, go back, expire; list and show.

`change` has the commands on one relation, `create` opens a member account, `go_back` leads from 财务托管 to 财务管理,
`listing` shows, `standing` loads what the checks ask. Each command is load → decide → save, in one transaction.
Rules: REL-1 … REL-9 (`docs/rules/relation.md`).
"""

from partita.usecases.relation.change import (
    Related,
    Terms,
    against_invitation,
    confirm,
    decline,
    invite,
    permit,
    release,
    upgrade,
)
from partita.usecases.relation.create import create_member
from partita.usecases.relation.go_back import GoBackPlan, GoneBack, go_back, plan_go_back
from partita.usecases.relation.listing import Expired, Story, expire, relations, story

__all__ = [
    "Expired", "GoBackPlan", "GoneBack", "Related", "Story", "Terms",
    "against_invitation", "confirm", "create_member", "decline", "expire", "go_back", "invite", "permit",
    "plan_go_back", "relations", "release", "story", "upgrade",
]  # fmt: skip
