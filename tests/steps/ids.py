"""Plays the cases of ids: `same FACTS and FACTS`, `id FACTS`, `bucket PAYER of N`."""

from __future__ import annotations

from case_file import Case
from partita.core.ids import bucket_of, derived_id


def run(case: Case) -> list[str]:
    verbs = {"same": _same, "id": _id, "bucket": _bucket}
    return [verbs[verb](words) for verb, *words in case.when]


def _same(words: list[str]) -> str:
    middle = words.index("and")
    return "the same id" if _id(words[:middle]) == _id(words[middle + 1 :]) else "another id"


def _id(words: list[str]) -> str:
    prefix, *facts = words
    return f"id {derived_id(prefix, *facts)}"


def _bucket(words: list[str]) -> str:
    payer, _, count = words
    return f"bucket {bucket_of(payer, int(count))}"
