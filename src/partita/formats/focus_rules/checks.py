"""Checks as SQL: what each check function of the rule model means for one row.

Owns the meaning of check functions and conditions: `violation` is true for a row that breaks the rule, `holds` for a
row that the condition is about. Does not own which rules run and what follows from their results (`verdicts`).

The official validator reads some rules less strictly than they are written; `Reading` says which reading is wanted.
Rules: FOCUS-8, FOCUS-9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from partita.formats.focus_rules.model import Requirement
from partita.formats.quoting import literal

DATE_TYPES = ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMP WITH TIME ZONE", "DATE")
NUMBER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
NUMERAL = r"[+-]?([0-9]*\.)?[0-9]+([eE][+-]?[0-9]+)?"
INSTANT = "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z"

_SIZES = "(K|M|G|T|P|E)?(i)?b|(K|M|G|T|P|E)?(i)?B"
_COUNTED = "[A-Za-z][A-Za-z0-9]*( +[A-Za-z][A-Za-z0-9]*)*"
_MANY = "(Year|Month|Day|Hour|Minute|Second)s"
_ONE = "(Year|Month|Day|Hour|Minute|Second)"
UNIT = "|".join((
    f"([0-9]+ )?({_SIZES}|{_COUNTED})",  # GB, Hours, API Requests, 1000 Requests
    f"({_SIZES}|{_COUNTED})-{_MANY}",  # GB-Hours
    f"({_SIZES}|{_COUNTED})/{_ONE}",  # GB/Hour
    f"({_SIZES}|{_COUNTED})/[0-9]+ {_MANY}",  # Requests/3 Months
))  # fmt: skip
"""The unit format of FOCUS: a size, a time or a counted thing; with time, per time, or with a whole number before."""

# The tolerance of the official validator, which multiplies in binary floating point.
_TOLERANCE = "CAST('0.000000001' AS DECIMAL(9,9))"
_SCALES = ((17, 12), (12, 9))


class ColumnMissing(Exception):  # noqa: N818 - it names what is wrong, as refusals do
    """The file lacks a column that a check looks at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How rules are read.

    `strict` reads them to the letter: every row must satisfy one branch of an OR, "is not X" is true where the value is
    null, malformed conditions mean what they say, JSON must be a flat object. Without it they are read as the official
    validator 2.2.1 reads them. `ascii_only` adds its one reading that contradicts the specification (StringHandling
    demands Unicode in its original form): text beyond ASCII is an error.
    """

    strict: bool = False
    ascii_only: bool = False


@dataclass(frozen=True, slots=True)
class Checker:
    """Turns checks into SQL over a file whose columns have these `types`; `currencies` empty = any three capitals."""

    types: Mapping[str, str]
    reading: Reading
    currencies: frozenset[str] = field(default_factory=frozenset)

    def violation(self, check: Requirement) -> str | None:
        """Return SQL that is true for a row breaking the check; None where no such check is known.

        Raises ColumnMissing when the file lacks a column of it.
        """
        function = check.get("CheckFunction")
        if function in {"AND", "OR"}:
            parts = [self.violation(item) for item in check["Items"]]
            return _joined([part for part in parts if part], "OR" if function == "AND" else "AND")
        build = _VIOLATIONS.get(str(function))
        return None if build is None else build(self, check)

    def holds(self, condition: Requirement) -> str | None:
        """Return SQL that is true for a row that the condition is about; None where there is no condition."""
        if self.reading.strict:
            condition = _mended(condition)
        match condition.get("CheckFunction"):
            case "AND" | "OR" as joint:
                parts = [self.holds(item) for item in condition["Items"]]
                return _joined([part for part in parts if part], joint)
            case "CheckValue" if "ColumnName" in condition:
                return self._equal(condition["ColumnName"], condition["Value"])
            case "CheckNotValue" if "ColumnName" in condition:
                return self._unequal(condition["ColumnName"], condition["Value"])
            case "CheckSameValue" | "CheckNotSameValue" as function:
                sign = "=" if function == "CheckSameValue" else "<>"
                return f"{self.column(condition['ColumnAName'])} {sign} {self.column(condition['ColumnBName'])}"
            case _:
                return None

    def column(self, name: str) -> str:
        """Return the quoted column; raises ColumnMissing."""
        if name not in self.types:
            raise ColumnMissing(name)
        return f'"{name}"'

    def kind(self, name: str) -> str:
        """Return the type of a column without its width: `DECIMAL`."""
        self.column(name)
        return self.types[name].partition("(")[0]

    def number(self, name: str) -> str:
        """Return the column as a number; text that is none becomes null."""
        column = self.column(name)
        return f"try_cast({column} AS DECIMAL(38,15))" if self.kind(name) == "VARCHAR" else column

    def text(self, name: str) -> str:
        """Return the column as text."""
        column = self.column(name)
        return column if self.kind(name) == "VARCHAR" else f"CAST({column} AS VARCHAR)"

    def compared(self, name: str, value: object) -> tuple[str, str]:
        """Return the column and the literal as two SQL values that can be compared."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(name), str(value)
        return self.text(name), literal(str(value))

    def _equal(self, name: str, value: object) -> str:
        if value is None:
            return f"{self.column(name)} IS NULL"
        left, right = self.compared(name, value)
        return f"{left} = {right}"

    def _unequal(self, name: str, value: object) -> str:
        if value is None:
            return f"{self.column(name)} IS NOT NULL"
        left, right = self.compared(name, value)
        return f"{left} IS DISTINCT FROM {right}" if self.reading.strict else f"{left} <> {right}"


def distinct_violation(check: Requirement, checker: Checker, condition: str | None) -> tuple[str, str]:
    """Return two queries for CheckDistinctCount: how many groups break it, and one such group as an example."""
    group, counted = checker.column(check["ColumnAName"]), checker.column(check["ColumnBName"])
    where = f"WHERE {condition}" if condition else ""
    groups = (
        f"SELECT {group}, count(DISTINCT {counted}) AS found, min({counted}) AS one, max({counted}) AS other "
        f"FROM focus {where} GROUP BY {group} HAVING found <> {int(check['ExpectedCount'])}"
    )
    return f"SELECT count(*) FROM ({groups})", f"{groups} ORDER BY {group} LIMIT 1"


def columns_of(check: Requirement) -> list[str]:
    """Return the columns that a check or condition looks at, each once, in order."""
    names = [str(value) for key, value in check.items() if key.endswith("ColumnName") or key.startswith("Column")]
    for item in check.get("Items", ()):
        names.extend(columns_of(item))
    return list(dict.fromkeys(names))


def _type_string(checker: Checker, check: Requirement) -> str:
    name = check["ColumnName"]
    return (
        "false" if checker.kind(name) in {"VARCHAR", "JSON", "UUID", "ENUM"} else f"{checker.column(name)} IS NOT NULL"
    )


def _type_decimal(checker: Checker, check: Requirement) -> str:
    # Text that reads as a number passes, as in the official validator: a CSV has no types of its own.
    name = check["ColumnName"]
    if checker.kind(name) in NUMBER_TYPES:
        return "false"
    return f"NOT regexp_full_match(trim({checker.text(name)}), '{NUMERAL}')"


def _type_date_time(checker: Checker, check: Requirement) -> str:
    name = check["ColumnName"]
    return "false" if checker.kind(name) in DATE_TYPES else f"NOT regexp_full_match({checker.text(name)}, '{INSTANT}')"


def _format_date_time(checker: Checker, check: Requirement) -> str:
    name = check["ColumnName"]
    if checker.kind(name) in DATE_TYPES:
        return "false"
    ending = "" if checker.reading.strict else "?"
    text = checker.text(name)
    readable = f"regexp_full_match({text}, '{INSTANT}{ending}') AND try_cast({text} AS TIMESTAMP) IS NOT NULL"
    return f"{text} IS NOT NULL AND NOT ({readable})"


def _format_numeric(checker: Checker, check: Requirement) -> str:
    name = check["ColumnName"]
    if checker.kind(name) in NUMBER_TYPES:
        return f"NOT isfinite({checker.column(name)})" if checker.kind(name) in {"FLOAT", "DOUBLE"} else "false"
    return f"NOT regexp_full_match(trim({checker.text(name)}), '{NUMERAL}')"


def _format_string(checker: Checker, check: Requirement) -> str:
    text = checker.text(check["ColumnName"])
    if checker.reading.ascii_only:
        return f"strlen({text}) <> length({text})"
    broken = f"contains({text}, chr(65533))"  # the sign that stands where a decoder met bytes that are no text
    return f"({broken} OR trim({text}) = '')" if checker.reading.strict else broken


def _format_key_value(checker: Checker, check: Requirement) -> str:
    text = checker.text(check["ColumnName"])
    if not checker.reading.strict:
        return f"NOT json_valid({text})"
    nested = f"list_has_any(json_type({text}, '$.*'), ['OBJECT', 'ARRAY'])"
    return f"CASE WHEN NOT json_valid({text}) THEN true ELSE json_type({text}) <> 'OBJECT' OR {nested} END"


def _format_currency(checker: Checker, check: Requirement) -> str:
    return f"NOT regexp_full_match(trim({checker.text(check['ColumnName'])}), '[A-Z]{{3}}')"


def _national_currency(checker: Checker, check: Requirement) -> str:
    if not checker.currencies:
        return _format_currency(checker, check)
    codes = ", ".join(literal(code) for code in sorted(checker.currencies))
    return f"trim({checker.text(check['ColumnName'])}) NOT IN ({codes})"


def _format_unit(checker: Checker, check: Requirement) -> str:
    return f"NOT regexp_full_match({checker.text(check['ColumnName'])}, '{UNIT}')"


def _check_value(checker: Checker, check: Requirement) -> str:
    name, value = check["ColumnName"], check["Value"]
    if value is None:
        return f"{checker.column(name)} IS NOT NULL"
    left, right = checker.compared(name, value)
    return f"{left} <> {right}"


def _check_not_value(checker: Checker, check: Requirement) -> str:
    name, value = check["ColumnName"], check["Value"]
    if value is None:
        return f"{checker.column(name)} IS NULL"
    left, right = checker.compared(name, value)
    return f"{left} = {right}"


def _same(checker: Checker, check: Requirement) -> str:
    return f"{checker.column(check['ColumnAName'])} <> {checker.column(check['ColumnBName'])}"


def _not_same(checker: Checker, check: Requirement) -> str:
    return f"{checker.column(check['ColumnAName'])} = {checker.column(check['ColumnBName'])}"


def _at_least(checker: Checker, check: Requirement) -> str:
    left, right = checker.compared(check["ColumnName"], check["Value"])
    return f"{left} < {right}"


def _product(checker: Checker, check: Requirement) -> str:
    price, quantity, result = (checker.column(check[key]) for key in ("ColumnAName", "ColumnBName", "ResultColumnName"))
    # As exact as 38 digits allow: the small products that need many decimals, then the large ones that need few.
    products = (
        f"try(try_cast({price} AS DECIMAL(38,{of_price})) * try_cast({quantity} AS DECIMAL(38,{of_quantity})))"
        for of_price, of_quantity in _SCALES
    )
    cost = f"try_cast({result} AS DECIMAL(38,10))"
    return f"abs(coalesce({', '.join(products)}) - {cost}) > {_TOLERANCE} * greatest(abs({cost}), 1)"


def _decimal_value(checker: Checker, check: Requirement) -> str | None:
    # The official validator has no such check yet; the strict reading does not leave it out.
    return _format_numeric(checker, check) if checker.reading.strict else None


_VIOLATIONS: Mapping[str, Callable[[Checker, Requirement], str | None]] = {
    "TypeString": _type_string,
    "TypeDecimal": _type_decimal,
    "TypeDateTime": _type_date_time,
    "FormatDateTime": _format_date_time,
    "FormatNumeric": _format_numeric,
    "FormatString": _format_string,
    "FormatKeyValue": _format_key_value,
    "FormatCurrency": _format_currency,
    "FormatUnit": _format_unit,
    "CheckNationalCurrency": _national_currency,
    "CheckValue": _check_value,
    "CheckNotValue": _check_not_value,
    "CheckSameValue": _same,
    "CheckNotSameValue": _not_same,
    "CheckGreaterOrEqualThanValue": _at_least,
    "CheckDecimalValue": _decimal_value,
    "ColumnByColumnEqualsColumnValue": _product,
}
"""The check functions that look at one row; ColumnPresent and CheckDistinctCount look at the file (`verdicts`)."""


def _mended(condition: Requirement) -> Requirement:
    """Return a condition that the model states in a form of its own, in the form of all others."""
    for joint in ("AND", "OR"):
        if joint in condition and "CheckFunction" not in condition:
            items = condition[joint]
            return {"CheckFunction": joint, "Items": items if isinstance(items, list) else [items]}
    if "CheckCondition" in condition:
        return {"ColumnName": condition["CheckCondition"], **condition}
    return condition


def _joined(parts: list[str], joint: str) -> str | None:
    return "(" + f" {joint} ".join(f"({part})" for part in parts) + ")" if parts else None
