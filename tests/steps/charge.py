"""Plays the cases of charges: `rate MONTH` as well; `charges MONTH` and `files MONTH` show what counts."""

from __future__ import annotations

from case_file import Case
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import charge as charge_store
from partita.usecases.rating import rate_month
from partita.usecases.work import Books
from steps.world import World

_CHARGES = """
    select record_id, class, line_kind, usage_month, list_cost_e10, contracted_cost_e10, billed_cost_e10,
           effective_cost_e10
    from read_parquet(?) where line_kind <> 'round_down' order by record_id, usage_month, class
"""


class Charges(World):
    def rate(self, month: str) -> None:
        answer = rate_month(self.books, Month.parse(month))
        assert not isinstance(answer, Refused), answer.message()

    def files(self, month: str) -> None:
        with self.books.work() as work:
            files = charge_store.counting(work.tx, Month.parse(month).number)
        records = sum(one.records for one in files)
        self.said.append(f"files {month} {'+'.join(sorted({one.stage for one in files}))} {records}")

    def charges(self, month: str) -> None:
        with self.books.work() as work:
            files = charge_store.counting(work.tx, Month.parse(month).number)
        engine = self.books.engine()
        try:
            paths = [str(self.books.room.path(one.path)) for one in files]
            rows = engine.execute(_CHARGES, [paths]).fetchall()
        finally:
            engine.close()
        for record, kind, line, usage_month, *costs in rows:
            shown = " ".join(format_scaled(cost, AMOUNT_SCALE, places=2) for cost in costs)
            self.said.append(f"charge {record} {kind or line} {Month.from_number(usage_month)} {shown}")


def run(case: Case, books: Books) -> list[str]:
    world = Charges(books)
    world.play([*case.given, *case.when])
    return world.said
