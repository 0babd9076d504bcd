"""Set up: take the organisation and the catalogue from a folder of documents into the books, wholly or not at all.

Load → decide → save in one transaction. Does not decide what may be added (`core.setup`) nor read documents
(`formats.setup`). Rules: SETUP-1 … SETUP-5 (`docs/rules/setup.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from partita.core.fault import Fault, Problem
from partita.core.refusal import Reason, Refused, refused
from partita.core.setup import Settled, Setup, decide
from partita.formats.setup import FILES, read_setup
from partita.store import catalog as catalog_store
from partita.store import catalog_change as change_store
from partita.store import org as org_store
from partita.store import placement as placement_store
from partita.store import relation as relation_store
from partita.store import usage as usage_store
from partita.store.db import Transaction
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work

PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SetupApplied:
    """What a folder added (or, with `dry_run`, would add), and how many facts of it stood in the books already."""

    added: Setup
    unchanged: dict[str, int]
    files: tuple[str, ...]
    ignored: tuple[str, ...]
    dry_run: bool


def apply_setup(work: Work, folder: Path, *, dry_run: bool = False) -> SetupApplied | Refused:
    """Add the facts of a folder to the books; the same folder again changes nothing (SETUP-1, SETUP-2).

    Only the operator may. Refused with every fault named by file, row and column (at most the first twenty are written
    out).
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    if not folder.is_dir():
        if folder.exists():
            return refused(Reason.NOT_A_SETUP_FOLDER, path=folder, known=", ".join(FILES))
        return refused(Reason.FILE_NOT_FOUND, path=folder)
    # A close freezes its month under the same lock: a price is either seen by all of it, or refused (SETUP-3).
    usage_store.lock_intake(work.tx)
    placement_store.lock_tree(work.tx)
    books = setup_in_books(work.tx)
    reading = read_setup(folder, books, org_store.catalogue_zone(work.tx))
    if not reading.files:
        return refused(Reason.NOT_A_SETUP_FOLDER, path=folder, known=", ".join(FILES))

    decision = reading.problems or decide(reading.stated, books, _settled(work.tx))
    if isinstance(decision, list):
        return _refusal(folder, decision)

    if not dry_run:
        _save(work, decision, folder.resolve().name)
    stated, added = reading.stated.setup.counts(), decision.counts()
    unchanged = {kind: count - added[kind] for kind, count in stated.items()}
    return SetupApplied(decision, unchanged, tuple(reading.files), tuple(reading.ignored), dry_run)


def show_setup(work: Work) -> Setup | Refused:
    """Return what is set up; others than the operator ask for `usecases.org.tree`. Refused: NOT_PERMITTED."""
    allowed = authorise_books(work)
    return allowed if isinstance(allowed, Refused) else setup_in_books(work.tx)


def setup_in_books(tx: Transaction) -> Setup:
    """Return the whole organisation and catalogue that stand in the books."""
    return Setup(
        enterprises=org_store.enterprises_of(tx),
        units=org_store.units_of(tx),
        accounts=org_store.accounts_of(tx),
        placements=org_store.placements_of(tx),
        relations=org_store.relations_of(tx),
        products=catalog_store.products_of(tx),
        skus=catalog_store.skus_of(tx),
        prices=catalog_store.prices_of(tx),
        discounts=catalog_store.discounts_of(tx),
    )


def _settled(tx: Transaction) -> Settled:
    return Settled(org_store.closed_months(tx), usage_store.reach_of(tx), relation_store.related(tx))


def _save(work: Work, added: Setup, source: str) -> None:
    if not any(added.counts().values()):
        return
    tx, recorded_at = work.tx, work.now
    org_store.found(tx, recorded_at=recorded_at)
    org_store.add_enterprises(tx, added.enterprises.values(), recorded_at=recorded_at)
    org_store.add_units(tx, added.units.values(), recorded_at=recorded_at)
    org_store.add_accounts(tx, added.accounts.values(), recorded_at=recorded_at)
    org_store.add_placements(tx, added.placements.values(), recorded_at=recorded_at)
    org_store.add_relations(tx, added.relations.values(), recorded_at=recorded_at)
    catalogue = {"product": len(added.products), "sku": len(added.skus), "price": len(added.prices)}
    if any(catalogue.values()):
        counted = {kind: count for kind, count in catalogue.items() if count}
        recorded_at = change_store.record_change(
            tx, source=source, reason="", added=counted, recorded_by=work.actor.signature, now=work.now
        ).recorded_at
    catalog_store.add_products(tx, added.products.values(), recorded_at=recorded_at)
    catalog_store.add_skus(tx, added.skus.values(), recorded_at=recorded_at)
    catalog_store.add_prices(tx, added.prices.values(), recorded_at=recorded_at)
    catalog_store.add_discounts(tx, added.discounts.values(), recorded_at=work.now)


def _refusal(folder: Path, problems: Sequence[Problem]) -> Refused:
    if all(problem.fault is Fault.CLOSED_MONTH for problem in problems):
        first = problems[0]
        others = f" (+{len(problems) - 1})" if len(problems) > 1 else ""
        place = f"{first.origin.file} row {first.origin.row}{others}"
        return refused(Reason.PRICE_IN_CLOSED_MONTH, path=place, **first.detail)
    shown = problems[:PROBLEMS_SHOWN]
    more = len(problems) - len(shown)
    english = [problem.message("en") for problem in shown] + ([f"… and {more} more"] if more else [])
    chinese = [problem.message("zh") for problem in shown] + ([f"……另有 {more} 处"] if more else [])
    return refused(
        Reason.SETUP_AT_FAULT,
        path=folder,
        count=len(problems),
        problems="\n".join(f"  {line}" for line in english),
        problems_zh="\n".join(f"  {line}" for line in chinese),
    )
