"""Documents of a catalogue as columns of text: a CSV file, or a YAML list of the same rows.

Owns how a file becomes columns with the row that each value stands in. Values are text as they stand, blanks around
them cut: nothing guesses a type, so `1.10` stays `1.10`. In YAML a value may be a list (`[a, b]` is `a, b`) or a
mapping (`attributes: {vcpu: 2}` is the column `attributes.vcpu`). Does not own what columns mean. Rules: CATALOG-7.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from partita.core.fault import Fault, Origin, Problem
from partita.formats.setup.rows import header_problem

ATTRIBUTE = "attributes."
"""What the name of a column of attributes begins with."""
SUFFIXES = (".csv", ".yaml", ".yml")
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of document: those it must have, those it may, and whether it may have attributes."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    attributes: bool = False


@dataclass(slots=True)
class Document:
    """The rows of a file: the row of each as an editor counts, and every known column as text; '' where it is absent.

    `attributes`: the columns of attributes by their names, without what they begin with.
    """

    file: str
    rows: list[int] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)


def read_document(path: Path, layout: Layout, problems: list[Problem]) -> Document | None:
    """Read a file as columns; what is wrong with the file itself is noted, and no document is returned."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem(Fault.NOT_READABLE, Origin(path.name, 0), "", {"detail": error.strerror or str(error)}))
        return None
    except UnicodeDecodeError as error:
        problems.append(Problem(Fault.NOT_UTF8, Origin(path.name, raw.count(b"\n", 0, error.start) + 1)))
        return None
    if path.suffix == ".csv":
        return _read_csv(path.name, text, layout, problems)
    return _read_yaml(path.name, text, layout, problems)


def _read_csv(file: str, text: str, layout: Layout, problems: list[Problem]) -> Document | None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = [one.strip() for one in next(reader, [])]
        if (wrong := _header_problem(file, header, layout)) is not None:
            problems.append(wrong)
            return None
        line = reader.line_num + 1
        rows: list[int] = []
        values: list[tuple[str, ...]] = []
        for row in reader:
            if len(row) == len(header):
                rows.append(line)
                values.append(tuple(row))  # a tuple of texts is nothing that the collector has to look at again
            elif any(one.strip() for one in row):
                detail = {"found": len(row), "expected": len(header)}
                problems.append(Problem(Fault.WRONG_WIDTH, Origin(file, line), "", detail))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(Fault.BROKEN_ROW, Origin(file, line), "", {"detail": str(error)}))
        return None
    columns = zip(*values, strict=True) if values else ([] for _ in header)
    return _document(file, rows, {name: list(map(str.strip, one)) for name, one in zip(header, columns, strict=True)},
                     layout)  # fmt: skip


def _document(file: str, rows: list[int], columns: dict[str, list[str]], layout: Layout) -> Document:
    """Return the document of columns as they were found; rows that say nothing are left out."""
    full = [any(values) for values in zip(*columns.values(), strict=True)]
    if not all(full):
        rows = [row for row, kept in zip(rows, full, strict=True) if kept]
        columns = {
            name: [value for value, kept in zip(values, full, strict=True) if kept] for name, values in columns.items()
        }
    known = (*layout.needed, *layout.optional)
    return Document(
        file,
        rows,
        {name: columns.get(name) or [""] * len(rows) for name in known},
        {name.removeprefix(ATTRIBUTE): columns[name] for name in sorted(columns) if name.startswith(ATTRIBUTE)},
    )


def _header_problem(file: str, header: list[str], layout: Layout) -> Problem | None:
    attributes = tuple(
        dict.fromkeys(name for name in header if layout.attributes and len(name) > len(ATTRIBUTE)
                      and name.startswith(ATTRIBUTE))
    )  # fmt: skip
    return header_problem(file, header, layout.needed, (*layout.optional, *attributes))


def _read_yaml(file: str, text: str, layout: Layout, problems: list[Problem]) -> Document | None:
    try:
        top = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        problems.append(Problem(Fault.NO_YAML, Origin(file, mark.line + 1 if mark else 0), "", {"detail": said}))
        return None
    if not isinstance(top, yaml.SequenceNode):
        row = top.start_mark.line + 1 if top is not None else 0
        problems.append(Problem(Fault.NO_YAML_LIST, Origin(file, row)))
        return None
    rows: list[int] = []
    found: list[dict[str, str]] = []
    before = len(problems)
    for node in top.value:
        origin = Origin(file, node.start_mark.line + 1)
        one = _mapping(node, origin, layout, problems)
        rows.append(origin.row)
        found.append(one)
    if len(problems) > before:
        return None
    names = list(dict.fromkeys(name for one in found for name in one))
    return _document(file, rows, {name: [one.get(name, "") for one in found] for name in names}, layout)


def _mapping(node: yaml.Node, origin: Origin, layout: Layout, problems: list[Problem]) -> dict[str, str]:
    """Return the columns of one row of YAML; what does not fit is noted."""
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(Fault.NO_YAML_ROW, origin))
        return {}
    found: dict[str, str] = {}
    names: list[str] = []
    for name, value in _values(node):
        names.append(name)
        if value is None:
            problems.append(Problem(Fault.NO_YAML_VALUE, origin, name))
        else:
            found[name] = value
    wrong = _header_problem(origin.file, names, layout)
    if wrong is not None:
        problems.append(Problem(wrong.fault, origin, "", wrong.detail))
    return found


def _values(node: yaml.MappingNode) -> Iterator[tuple[str, str | None]]:
    """Yield (column, text) of a row; None where a value is neither a text nor a list or mapping of texts."""
    for key, value in node.value:
        name = str(key.value)
        if isinstance(value, yaml.ScalarNode):
            yield name, value.value.strip()
        elif isinstance(value, yaml.SequenceNode):
            yield name, _listed(value.value)
        elif isinstance(value, yaml.MappingNode) and f"{name}." == ATTRIBUTE:
            for inner, text in value.value:
                yield f"{ATTRIBUTE}{inner.value}", text.value.strip() if isinstance(text, yaml.ScalarNode) else None
        else:
            yield name, None


def _listed(nodes: Sequence[yaml.Node]) -> str | None:
    if not all(isinstance(one, yaml.ScalarNode) for one in nodes):
        return None
    return ", ".join(one.value.strip() for one in nodes)
