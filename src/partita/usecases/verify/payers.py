"""Proof of who pays: every stored record has the payer that relations and cycles give it (VERIFY-6).

Its two equations also prove the running figure that keeps it so: how far the usage of each account reaches (USAGE-10).
"""

from __future__ import annotations

from datetime import UTC

import duckdb

from partita.store import catalog as catalog_store
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.usecases.rating import show_usage
from partita.usecases.verify.equation import Equation, Finding, counted, reading, reraise_shortage, trouble
from partita.usecases.work import Books

_PAID = """
    from usage u left join cycles c on c.sku_id = u.sku_id
    left join payers p on p.account_id = u.account_id and p.cycle = c.cycle
        and u.usage_start >= p.from_at and u.usage_start < p.to_at
"""
_OFF = f"select u.account_id, u.record_id, u.payer_id, p.payer_id {_PAID} where p.payer_id is distinct from u.payer_id"
_SHOWN = 100


def stored_payers(books: Books) -> list[Equation]:
    """Prove that who was stored as the payer of a record is who pays, and that no usage lies beyond what is known."""
    with reading(books) as tx:
        files, reach = usage_store.files(tx), usage_store.reach_of(tx)
        tables = {"payers": org_store.payers_table(tx), "cycles": catalog_store.cycles_table(tx)}
    with books.engine() as engine:
        show_usage(engine, books.room, files)
        for name, table in tables.items():
            engine.register(name, table)
        try:
            counts = engine.execute(f"select count(*), count(*) filter (p.payer_id = u.payer_id) {_PAID}").fetchone()
            off = engine.execute(f"{_OFF} order by 1, 2 limit {_SHOWN}").fetchall()
            last = engine.execute("select account_id, max(usage_start) from usage group by 1 order by 1").fetchall()
        except duckdb.Error as error:
            reraise_shortage(error)
            unread = trouble(error, Finding("a file", "某个文件"))
            return [counted("payers", *_TITLE, (0, 0), [unread])]
    assert counts is not None, "an aggregate without groups gives one row"
    beyond = [account for account, start in last if account not in reach or reach[account] < start.replace(tzinfo=UTC)]
    return [
        counted("payers", *_TITLE, (int(counts[0]), int(counts[1])), [_other(*row) for row in off]),
        counted(
            "usage-reach",
            "accounts with usage = accounts whose usage ends where the books say",
            "有用量的账号 = 用量截止与账簿一致的账号",
            (len(last), len(last) - len(beyond)),
            [
                Finding(
                    f"account {account}: its usage goes beyond what is known", f"账号 {account}：用量超出登记的截止时间"
                )
                for account in beyond
            ],
        ),
    ]


_TITLE = (
    "usage records = records paid by who pays by relation and cycle",
    "用量条数 = 付款方与关联及计费周期一致的条数",
)


def _other(account: str, record: str, stored: str, pays: str | None) -> Finding:
    return Finding(
        f"record {record} of {account}: stored with payer {stored}, but {pays or 'nobody'} pays",
        f"账号 {account} 的用量 {record}：登记的付款方为 {stored}，实际应为 {pays or '无'}",
    )
