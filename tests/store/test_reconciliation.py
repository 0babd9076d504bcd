"""The comparison in SQL says what the core says, on random lines and postings."""

from __future__ import annotations

import random
from datetime import date

import psycopg

from partita.core.reconciliation import Side, compare
from partita.store.reconciliation.compare import COMPARED

_SIDES = """
    line_side as (
        select * from unnest(%(line_name)s::text[], %(line_day)s::date[], %(line_amount)s::bigint[],
                             %(line_reference)s::text[], %(line_undoes)s::text[])
            as t (name, day, amount, reference, undoes)),
    posting_side as (
        select * from unnest(%(posting_name)s::text[], %(posting_day)s::date[], %(posting_amount)s::bigint[],
                             %(posting_reference)s::text[], %(posting_undoes)s::text[])
            as t (name, day, amount, reference, undoes))
"""
_PAIRS = "select line, posting from fit union all select line, posting from fit_loose"


def sides(draw: random.Random, prefix: str) -> list[Side]:
    return [
        Side(
            f"{prefix}{number}", date(2026, 10, draw.randint(1, 3)), draw.choice([-5, 5, 10]),
            draw.choice(["", "T1", "T2", "T3"] if prefix == "p" else ["T1", "T2", "T3", "T4"]),
        )
        for number in range(draw.randint(0, 8))
    ]  # fmt: skip


def columns(kind: str, of: list[Side]) -> dict[str, object]:
    return {
        f"{kind}_{name}": [getattr(one, name) for one in of]
        for name in ("name", "day", "amount", "reference", "undoes")
    }


def test_sql_compares_as_the_core_does(owner_url: str) -> None:
    draw = random.Random(20_261_005)  # noqa: S311 - figures, no secrets
    with psycopg.connect(owner_url) as connection:
        for _ in range(150):
            lines, postings = sides(draw, "l"), sides(draw, "p")
            undone = draw.sample(postings, min(len(postings), draw.randint(0, 2)))
            postings += [
                Side(f"m{one.name}", date(2026, 10, 3), -one.amount, one.reference, one.name) for one in undone
            ]
            expected = compare(lines, postings)
            values = columns("line", lines) | columns("posting", postings)
            found = connection.execute(
                f"with {_SIDES}, {COMPARED} select day, kind, line, posting, delta from difference", values
            ).fetchall()
            wanted = [
                (one.day, one.kind.word, one.line and one.line.name, one.posting and one.posting.name, one.delta)
                for one in expected.differences
            ]
            assert sorted(map(str, found)) == sorted(map(str, wanted)), (lines, postings)
            pairs = connection.execute(f"with {_SIDES}, {COMPARED} {_PAIRS}", values).fetchall()
            assert sorted(pairs) == sorted((line.name, posting.name) for line, posting in expected.pairs)
