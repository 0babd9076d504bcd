"""Plays the cases of the organisation: documents as in `steps.setup`, then questions about an account at an instant."""

from __future__ import annotations

from datetime import datetime

from case_file import Case
from partita.core.org import path_of, payer_of, placement_at
from partita.core.period import Cycle
from steps.setup import Documents


class _Organisation(Documents):
    def payer(self, account: str, *words: str) -> None:
        """`payer ACCOUNT on INSTANT [for CYCLE]`: who pays for usage of products of that cycle (default: each hour)."""
        at, cycle = words[1], Cycle(words[3]) if len(words) > 2 else Cycle.HOUR
        relations = [one for key, one in self.books.relations.items() if key[0] == account]
        payer = payer_of(relations, datetime.fromisoformat(at), cycle=cycle, zone="Asia/Shanghai")
        modes = {one.payer_id: one.mode.value for one in relations}
        self.said.append(f"payer {payer or 'nobody'} {modes.get(payer or '', '')}".strip())

    def path(self, account: str, _on: str, at: str) -> None:
        placements = [one for key, one in self.books.placements.items() if key[0] == account]
        placement = placement_at(placements, datetime.fromisoformat(at))
        assert placement is not None
        units = path_of(self.books.units, placement.enterprise_id, placement.org_unit_id)
        self.said.append(f"path {' / '.join(unit.name for unit in units)}")


def run(case: Case) -> list[str]:
    return _Organisation().played(case)
