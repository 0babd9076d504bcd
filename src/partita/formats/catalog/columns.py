"""Columns of text → columns of exact values: each distinct text is read once, however many rows repeat it.

Owns the reading of a column and the faults of its values. What a single value means is what setup documents mean by it
(`formats.setup.rows`). Rules: CATALOG-7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from partita.core.fault import Fault, Origin, Problem
from partita.formats.catalog.documents import Document

FAULTS_MAX = 1_000
"""Of one column no more faults are noted: a column that is wrong throughout is one mistake."""

Parse = Callable[[str], object]


@dataclass(slots=True)
class Columns:
    """The columns of a document, read one after the other; what is wrong is noted in `problems`."""

    document: Document
    problems: list[Problem]
    read: dict[str, pa.Array] = field(default_factory=dict)

    def take(
        self, column: str, kind: pa.DataType, parse: Parse, fault: Fault, *, otherwise: str = "", **detail: object
    ) -> None:
        """Read a column; where `parse` raises ValueError note `fault`. An empty text counts as `otherwise`."""
        texts = self.document.columns[column]
        if otherwise:
            texts = [text or otherwise for text in texts]
        self.read[column] = self._parsed((column, texts), kind, parse, fault, detail)

    def _parsed(
        self, named: tuple[str, list[str]], kind: pa.DataType, parse: Parse, fault: Fault, detail: dict[str, object]
    ) -> pa.Array:
        column, texts = named
        encoded = pa.array(texts, pa.string()).dictionary_encode()
        values: list[object] = []
        wrong: list[int] = []
        known = encoded.dictionary.to_pylist()
        for place, text in enumerate(known):
            try:
                values.append(parse(text))
            except ValueError:
                values.append(None)
                wrong.append(place)
        if wrong:
            self._note(column, fault, (encoded.indices, wrong, known), detail)
        return pa.array(values, kind).take(encoded.indices)

    def _note(
        self, column: str, fault: Fault, found: tuple[pa.Array, list[int], list[str]], detail: dict[str, object]
    ) -> None:
        indices, wrong, known = found
        at = pc.indices_nonzero(pc.is_in(indices, value_set=pa.array(wrong, indices.type))).to_pylist()
        for place in at[:FAULTS_MAX]:
            origin = Origin(self.document.file, self.document.rows[place])
            told = {"value": known[indices[place].as_py()], **detail}
            self.problems.append(Problem(fault, origin, column, told))

    def table(self, *names: str) -> pa.Table:
        """Return columns as a table, with `file` and `row` beside them."""
        count = len(self.document.rows)
        beside = {
            "file": pa.array([self.document.file] * count, pa.string()),
            "row": pa.array(self.document.rows, pa.int32()),
        }
        return pa.table({name: self.read[name] for name in names} | beside)
