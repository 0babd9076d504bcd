"""Last chapter of the demo: the books prove themselves, and every bill for `--json`."""

from __future__ import annotations

from typing import Any

from partita.cli import screen
from partita.cli.bill import bill_plain
from partita.cli.demo.stage import Stage
from partita.cli.verify import equation_table, equations_plain


def prove(stage: Stage) -> dict[str, Any]:
    """Recompute everything; return the bills and the equations."""
    from partita.usecases.bill import list_bills  # noqa: PLC0415 - a command starts fast
    from partita.usecases.verify import verify  # noqa: PLC0415

    with stage.chapter("The books prove themselves", "账簿自证"):
        with screen.progress("Verifying", "核对") as progress:
            equations = verify(stage.books, progress=progress)
        equation_table(stage.console, equations)
    bills = [bill_plain(one) for one in stage.do(list_bills)]
    return {"bills": bills} | equations_plain(equations)
