"""What a provider's bill format is: columns, mapping and checks, as data.

Owns `BillFormat`, the columns a format reads, how a header is recognised, and the mapping from source columns to
`tables.IMPORTED` as SQL expressions over the source columns. Does not own how a file is read (`bill_source`) nor the
arithmetic (`decimals`). Each format is one file beside this one. Rules: IMPORT-3 … IMPORT-6
(`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from partita.columnar.tables import IMPORTED
from partita.formats.quoting import literal


class Kind(Enum):
    """What a source column holds, and so how it is checked."""

    TEXT = "text"
    AMOUNT = "amount"  # money: must be a decimal that fits a line
    QUANTITY = "quantity"  # a decimal of any size
    TIME = "time"  # read by the format's `instant`
    MONTH = "month"  # digits such as 202610
    CREDITS = "credits"  # a list of credits, each with an amount
    CURRENCY = "currency"  # a code of ISO 4217
    ID = "id"  # an identity that may be a long number, which a spreadsheet spoils


@dataclass(frozen=True, slots=True)
class Column:
    """A source column: the name used in the mapping, and its spellings in headers, the preferred one first."""

    name: str
    kind: Kind = Kind.TEXT
    spellings: tuple[str, ...] = ()
    required: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """All names under which a header may hold this column."""
        return self.spellings or (self.name,)


@dataclass(frozen=True, slots=True)
class BillFormat:
    """One bill format of the world. Expressions are SQL over the columns' names and the macros of `decimals`."""

    name: str
    title: tuple[str, str]
    """In English and in Chinese."""
    columns: tuple[Column, ...]
    mapping: Mapping[str, str]
    """IMPORTED column → expression; what is not named is NULL, but for what every import sets (`ALWAYS`)."""
    cost: str
    """The text of an amount; its exact sum over the rows is the file total."""
    payer: str
    month: str
    """The billing month as `YYYYMM`."""
    month_column: str
    payer_column: str
    instant: str
    """How a time is read, as SQL over `x`: a UTC timestamp, NULL when it is none."""
    time_says: tuple[str, str] = (
        "such as 2026-10-01 or 2026-10-01T00:00:00Z",
        "例如 2026-10-01 或 2026-10-01T00:00:00Z",
    )
    """Examples of times that `instant` reads (English, 中文)."""
    currency: str | None = None
    """The currency column; None when the format has none."""
    default_currency: str | None = None
    kept: tuple[str, ...] = ()
    """Columns kept in `provider_columns` as they are."""
    tag_prefixes: tuple[str, ...] = ()
    """Headers with these prefixes are tags; they become one JSON object."""
    macros: Mapping[str, str] = field(default_factory=dict)
    null_texts: tuple[str, ...] = ("", "NULL")
    encodings: tuple[str, ...] = ("utf-8",)
    identity: str | None = None
    """What should hold in each row; rows that break it are counted and told, not refused."""
    identity_says: tuple[str, str] = ("", "")
    tags_of: str | None = None
    """The one column that the mapping of `tags` reads: it is costly, so it runs once for each different value."""
    credits: str | None = None
    """The column that holds a list of credits, each of which becomes a row of its own."""

    def __post_init__(self) -> None:
        assert set(self.mapping) <= set(IMPORTED) - ALWAYS, "a mapping fills columns of imported charges"
        names = {column.name for column in self.columns}
        assert {self.month_column, self.payer_column, *self.kept} <= names, "the columns named are read"


ALWAYS = frozenset(
    {"origin", "line_kind", "payer_id", "usage_month", "currency", "row_number", "provider_columns", "billed_cost_e10"}
)
"""Columns that every import sets in the same way."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a header holds the columns of a format: column name → position, and the tags by key."""

    positions: Mapping[str, int]
    tags: Mapping[str, int]
    header: Sequence[str]

    def header_of(self, column: str) -> str:
        """Return the name that the file itself gives a column."""
        return self.header[self.positions[column]] if column in self.positions else column


def lay_out(bill_format: BillFormat, header: Sequence[str]) -> Layout:
    """Find the columns of a format in a header, whatever the letters' case and the order; the first of twins counts."""
    where: dict[str, int] = {}
    for position, name in enumerate(header):
        where.setdefault(name.strip().lower(), position)
    found = {
        column.name: where[spelling.lower()]
        for column in bill_format.columns
        for spelling in reversed(column.headers)
        if spelling.lower() in where
    }
    return Layout(found, _tags(bill_format, header), tuple(header))


def missing(bill_format: BillFormat, layout: Layout) -> list[str]:
    """Return the required columns that a header lacks, as the format spells them."""
    return [c.headers[0] for c in bill_format.columns if c.required and c.name not in layout.positions]


def doubled(bill_format: BillFormat, layout: Layout) -> tuple[str, int] | None:
    """Return the first amount or required column that a header has more than once, and how often: which one counts?"""
    names = [name.strip().lower() for name in layout.header]
    for column in bill_format.columns:
        name = layout.header_of(column.name)
        times = names.count(name.strip().lower())
        if times > 1 and (column.required or column.kind is Kind.AMOUNT):
            return name, times
    return None


def lookup(values: Mapping[str, str], otherwise: str) -> str:
    """Write a table of values as an SQL expression over `x`."""
    cases = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in values.items())
    return f"CASE x {cases} ELSE {literal(otherwise)} END"


def mapping_table(bill_format: BillFormat) -> str:
    """Write the mapping of a format as a table for the guide, so that the guide cannot say anything else."""
    rows = {"billed_cost_e10": f"e10({bill_format.cost})", "payer_id": bill_format.payer}
    rows |= {"billing month": bill_format.month} | dict(bill_format.mapping)
    lines = ["| partita | from |", "| --- | --- |"]
    lines += [f"| {target} | `{' '.join(sql.split()).replace('|', chr(92) + '|')}` |" for target, sql in rows.items()]
    spelled = [(c.name, c.spellings) for c in bill_format.columns if c.spellings]
    lines += [f"| *{name}* is | {' else '.join(f'`{one}`' for one in spellings)} |" for name, spellings in spelled]
    required = [f"`{c.headers[0]}`" for c in bill_format.columns if c.required]
    lines += [f"| *required* | {', '.join(required)} |"]
    lines += [f"| *kept as they are* | {', '.join(f'`{name}`' for name in bill_format.kept) or '(none)'} |"]
    return "\n".join(lines)


def _tags(bill_format: BillFormat, header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        prefix = next((p for p in bill_format.tag_prefixes if name.startswith(p)), None)
        if prefix is not None:
            found.setdefault(name[len(prefix) :], position)
    return dict(sorted(found.items()))
