"""What must hold of books whatever was done: they hold what the model says, as stored and as derived from entries.

`compare` is asked after every command that was done: one statement. `compare_all` is asked at the end of an example:
figures and quotas, lines of credit, relations and who pays.
"""

from __future__ import annotations

from collections import Counter

import psycopg

from laws.books_model import Model
from laws.books_world import TENANTS, tenant_of
from partita.core.funds import available
from partita.core.posting_rules import is_kept
from partita.store import clearing as clearing_store
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.usecases.verify import verify
from partita.usecases.work import Books

_HELD = """
    select 'stored', payer_id, ledger_account, currency, -amount_minor::numeric from balance where amount_minor <> 0
    union all
    select 'derived', payer_id, ledger_account, currency, -sum(amount_minor) from posting
    group by 2, 3, 4 having sum(amount_minor) <> 0
    union all
    select 'held', payer_id, month::text, currency, amount_e10 from hold where amount_e10 <> 0
    union all
    select 'frozen', payer_id, freeze_id, currency, amount_minor - coalesce(
        (select sum(r.amount_minor) from fund_release r where r.freeze_id = f.freeze_id), 0) from fund_freeze f
"""
OUTSIDE = {"bank", "notes_receivable", "promotion", "revenue", "lapsed"}
OWED = {"receivable"}
CLEARING = {"transfer_clearing", "voucher_clearing"}
Held = dict[tuple[str, str], int]


def compare(owner: psycopg.Connection, model: Model) -> None:
    """Hold the books against the model: derived = stored = expected, holds accounted for, bounds, money conserved."""
    found: dict[str, Held] = {"stored": {}, "derived": {}, "held": {}, "frozen": {}}
    for kind, payer, name, currency, amount in owner.execute(_HELD, prepare=True):
        assert currency == tenant_of(payer).currency, f"{payer} has {currency}"
        found[kind][payer, name] = int(amount)
    expected = {place: minor for place, minor in model.books.items() if minor}
    kept = {place: minor for place, minor in found["derived"].items() if is_kept(place[1])}
    _same("balances as stored and as derived", found["stored"], kept)
    own = {place: minor for place, minor in found["derived"].items() if place[1].partition("/")[0] not in OUTSIDE}
    _same("balances", own, expected)
    _same("holds", found["held"], {(payer, str(month)): held for (payer, month), held in model.held.items() if held})
    _same("freezes", found["frozen"], {(payer, name): left for name, (payer, left) in model.freezes.items()})
    _bounds(found["derived"], model)
    _conserved(found["derived"], model)


def compare_all(books: Books, model: Model) -> None:
    """Hold figures, quotas, credit, relations and payers against the model, and prove the books with `verify`."""
    with books.work() as work:
        figures = funds_store.figures(work.tx, model.accounts, work.now)
        lines = credit_store.every_line(work.tx, work.now)
        states = relation_store.states(work.tx, work.now, model.accounts)
        payers = org_store.relations_of(work.tx)
        bills = clearing_store.unpaid(work.tx, model.accounts)
    for name, one in figures.items():
        model.now = work.now
        assert available(one).result == model.available(name), f"available quota of {name}"
        assert one.usage_this_month == model.usage_held(name).get(model.month_of(name, work.now), 0), name
        assert one.credit_limit == model.limit(name), f"limit of {name}"
    for line in lines:
        ours = model.lines[line.management_id]
        assert (line.total, line.contract_id, line.pending) == (ours.total, ours.contract, ours.pending)
        given = {name: limit for name, limit in line.allocated.items() if limit}
        assert given == {name: limit for name, limit in ours.allocated.items() if limit}
    live = {(one.management_id, one.member_id, one.mode.value) for one in states if one.is_active}
    active = [(name, tie) for name, tie in model.ties.items() if tie.state == "ACTIVE"]
    ours = {(tie.main, name, tie.mode) for name, tie in active}
    assert live == ours, f"relations: the books have {live - ours} more, the model {ours - live}"
    assert len(live) == sum(one.is_active for one in states), "a relation stands twice"
    codes = {one.member_id: {code.name for code in one.permissions} for one in states if one.is_active}
    assert codes == {name: set(tie.codes) for name, tie in active}, "permissions"
    stated = sorted((one.account_id, one.payer_id) for one in payers.values())
    assert stated == sorted((name, payer) for name, of in model.payers.items() for _, payer in of), "payers"
    unpaid = {(payer, one.month.number): one.amount for (payer, _), of in bills.items() for one in of}
    assert unpaid == {place: minor for place, minor in model.unpaid.items() if minor}, "what bills leave unpaid"
    broken = [str(one) for one in verify(books) if not one.holds]
    assert not broken, broken


def _same(what: str, found: Held, expected: Held) -> None:
    if found != expected:
        places = sorted(place for place in found.keys() | expected.keys() if found.get(place) != expected.get(place))
        told = [f"{place}: the books have {found.get(place, 0)}, expected {expected.get(place, 0)}" for place in places]
        raise AssertionError(f"{what} differ:\n  " + "\n  ".join(told))


def _bounds(derived: Held, model: Model) -> None:
    for (payer, name), minor in derived.items():
        root = name.partition("/")[0]
        if root not in OUTSIDE | OWED | CLEARING:
            assert minor >= 0, f"{name} of {payer} is overdrawn by {-minor}"
    for name in model.accounts:
        assert derived.get((name, "cash"), 0) >= model.frozen(name), f"of {name} more is frozen than there is"
    for main, line in model.lines.items():
        assert 0 <= sum(line.allocated.values()) <= line.total, f"the line of {main} is allocated beyond its total"


def _conserved(derived: Held, model: Model) -> None:
    """What came from outside = what lies in the books + what went out + what was charged, less what is still owed."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for (payer, name), minor in derived.items():
        root = name.partition("/")[0]
        (outside if root in OUTSIDE else inside)[tenant_of(payer).currency] += minor
    for currency in (tenant.currency for tenant in TENANTS):
        expected = model.came_in[currency] - model.went_out[currency] - model.charged[currency]
        assert inside[currency] == expected, f"{currency}: {inside[currency]} in the books, {expected} expected"
        assert inside[currency] + outside[currency] == 0, f"{currency}: debits and credits differ"
