"""Run the clock: look at all payers, at what ends soon or is nearly used up, for time passes even where nothing moves.

Rules: STOP-4, STOP-7, STOP-9 (`docs/rules/service_control.md`), ALERT-5 (`docs/rules/alert.md`), PKG-6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from partita.core.refusal import Refused
from partita.core.service_control import Change
from partita.store import alert as alert_store
from partita.store import service_control as control_store
from partita.usecases.alert import tell_endings, tell_low_packages
from partita.usecases.permission import authorise_books
from partita.usecases.service_control.look import look
from partita.usecases.work import Books

PAYERS_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Ran:
    """What a round through all payers came to: the changes of service, how many endings and low packages were told."""

    payers: int
    changes: tuple[Change, ...]
    endings: int
    low_packages: int
    dry_run: bool


def run(
    books: Books, *, dry_run: bool = False, progress: Callable[[int, int, str], object] | None = None
) -> Ran | Refused:
    """Look at all payers: graces end, retentions end, months begin, vouchers expire.

    Each transaction takes some hundred payers, so it may be cut short and run again at any time. Refused: NOT_PERMITTED
    (to all but the operator).
    """
    with books.work() as work:
        if isinstance(no := authorise_books(work), Refused):
            return no
        if not dry_run:
            control_store.follow_payers(work.tx, work.now)
        payers = sorted({*control_store.payers(work.tx), *(one.account_id for one in alert_store.settings(work.tx))})
    changes: list[Change] = []
    for first in range(0, len(payers), PAYERS_AT_A_TIME):
        some = payers[first : first + PAYERS_AT_A_TIME]
        with books.work() as work, work.tx.transaction(force_rollback=dry_run):
            changes += look(work, some)
        if progress:
            progress(first + len(some), len(payers), "")
    with books.work() as work, work.tx.transaction(force_rollback=dry_run):
        endings, low_packages = tell_endings(work), tell_low_packages(work)
    return Ran(len(payers), tuple(changes), endings, low_packages, dry_run)
