"""Verdicts: what each rule says about a file, and how results go up from rule to rule.

Owns the order: one pass over the rows for all rules that look at rows, then what follows for rules that rest on others.
A composite rule fails when a rule below it fails; what does not apply is skipped together with all that rests on it.
Rules: FOCUS-7 … FOCUS-10; source: focus-and-bills.md 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import duckdb

from partita.formats.focus_rules.checks import Checker, ColumnMissing, Reading, columns_of, distinct_violation
from partita.formats.focus_rules.known_defects import Defect, known_defect
from partita.formats.focus_rules.model import DATASET, Rule, RuleModel
from partita.formats.focus_rules.rows import ROW_NUMBER, Rows, opened_rows

_CHECKS_PER_PASS = 128


class Status(Enum):
    """What a rule says about a file."""

    PASSED = "pass"
    FAILED = "fail"
    SKIPPED = "skip"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one rule.

    `because` says why a rule was skipped or failed; `violations` counts rows (groups for a rule about distinct values,
    0 for a composite rule); `example` is one violating row: its number and the columns looked at. `known` is the reason
    why the rule fails on correct data, where it is known to.
    """

    rule_id: str
    text: str
    keyword: str
    status: Status
    because: str = ""
    violations: int = 0
    example: Mapping[str, str | None] | None = None
    known: Defect | None = None


@dataclass(frozen=True, slots=True)
class RuleReport:
    """All results, in the model's order of judging."""

    path: Path
    model_version: str
    rows: int
    results: tuple[Result, ...]

    def count(self, status: Status) -> int:
        """Return how many rules have this status."""
        return sum(one.status is status for one in self.results)

    @property
    def failing(self) -> tuple[Result, ...]:
        """The failing rules, by id."""
        return tuple(sorted((one for one in self.results if one.status is Status.FAILED), key=lambda one: one.rule_id))

    @property
    def unexplained(self) -> tuple[Result, ...]:
        """The failing rules that are not known to fail on correct data: what is wrong with the file."""
        return tuple(one for one in self.failing if one.known is None)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rows say about one rule before anything is passed on; None = the rule does not look at rows."""

    violations: int = 0
    failed: bool = False
    because: str = ""
    example: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class _Leaf:
    rule: Rule
    predicate: str


def check_file(
    path: Path,
    model: RuleModel,
    *,
    criteria: Iterable[str],
    currencies: frozenset[str] = frozenset(),
    reading: Reading | None = None,
    memory: str = "2GB",
) -> RuleReport:
    """Judge a Parquet or CSV file by every rule of the model; `criteria` are what the provider supports.

    Raises RowsUnreadable when the file cannot be read. Nothing is written.
    """
    wanted, reading = frozenset(criteria), reading or Reading()
    with opened_rows(path, memory=memory) as rows:
        checker = Checker(rows.types, reading, currencies)
        found = _look_at_rows(rows, checker, model.plan)
    skipped = _skipped(model.plan, wanted, found)
    results: dict[str, Result] = {}
    for rule in model.plan:
        results[rule.rule_id] = _judge(rule, found, skipped, results, strict=reading.strict)
    return RuleReport(path, model.model_version, rows.count, tuple(results.values()))


def _look_at_rows(rows: Rows, checker: Checker, plan: Sequence[Rule]) -> dict[str, _Found]:
    """Judge every rule that looks at the file itself; a rule that is not in the answer has no check."""
    conditions = _conditions(plan)
    found: dict[str, _Found] = {}
    leaves: list[_Leaf] = []
    for rule in plan:
        if rule.dynamic or rule.optional or rule.children:
            continue
        try:
            leaf = _first_look(rule, rows, checker, conditions[rule.rule_id])
        except ColumnMissing as missing:
            failed = checker.reading.strict or rule.requirement["CheckFunction"] != "OR"
            leaf = _Found(violations=1, failed=failed, because=f"the column {missing} is missing")
        if isinstance(leaf, _Leaf):
            leaves.append(leaf)
        elif leaf is not None:
            found[rule.rule_id] = leaf
    for start in range(0, len(leaves), _CHECKS_PER_PASS):
        found |= _count_violations(rows, checker, leaves[start : start + _CHECKS_PER_PASS])
    return found


def _conditions(plan: Sequence[Rule]) -> dict[str, list[Mapping[str, object]]]:
    """Return the conditions of each rule: its own, and those of the composite rules that are made of it."""
    conditions: dict[str, list[Mapping[str, object]]] = {
        rule.rule_id: [rule.condition] if rule.condition else [] for rule in plan
    }
    for rule in plan:
        if rule.condition:
            for child in rule.children:
                conditions[child].append(rule.condition)
    return conditions


def _first_look(
    rule: Rule, rows: Rows, checker: Checker, conditions: Sequence[Mapping[str, object]]
) -> _Leaf | _Found | None:
    function = rule.requirement.get("CheckFunction")
    if function == "ColumnPresent":
        name = rule.requirement["ColumnName"]
        absent = name not in checker.types
        return _Found(int(absent), absent, f"the column {name} is missing" if absent else "")
    held = [condition for condition in map(checker.holds, conditions) if condition]
    condition = " AND ".join(f"({one})" for one in held) or None
    if function == "CheckDistinctCount":
        return _distinct(rule, rows.engine, *distinct_violation(rule.requirement, checker, condition))
    predicate = checker.violation(rule.requirement)
    if predicate is None:
        return None
    return _Leaf(rule, f"({predicate}) AND {condition}" if condition else predicate)


def _distinct(rule: Rule, engine: duckdb.DuckDBPyConnection, counting: str, showing: str) -> _Found:
    counted = engine.execute(counting).fetchone()
    assert counted is not None, "count(*) gives one row"
    if not counted[0]:
        return _Found()
    group = engine.execute(showing).fetchone()
    assert group is not None, "a group that was counted can be shown"
    name, other = rule.requirement["ColumnAName"], rule.requirement["ColumnBName"]
    value, number, *values = group
    example = {name: _shown(value), other: " … ".join(dict.fromkeys(str(_shown(one)) for one in values))}
    return _Found(int(counted[0]), failed=True, because=f"{number} values of {other}", example=example)


def _count_violations(rows: Rows, checker: Checker, leaves: Sequence[_Leaf]) -> dict[str, _Found]:
    """Count the violating rows of many rules in one pass."""
    counts = ", ".join(f"count(*) FILTER (WHERE {leaf.predicate})" for leaf in leaves)
    counted = rows.engine.execute(f"SELECT {counts} FROM focus").fetchone()
    assert counted is not None, "count(*) gives one row"
    found = {}
    for leaf, violations in zip(leaves, counted, strict=True):
        # The official validator is content when any row satisfies any branch of an OR; the strict reading asks it of
        # each row (FOCUS-9).
        lenient = leaf.rule.requirement["CheckFunction"] == "OR" and not checker.reading.strict
        failed = violations == rows.count if lenient and rows.count else violations > 0
        found[leaf.rule.rule_id] = _Found(
            int(violations), failed, "", _example(rows, checker, leaf) if failed else None
        )
    return found


def _example(rows: Rows, checker: Checker, leaf: _Leaf) -> Mapping[str, str | None]:
    """Return the first violating row: its number and what the rule looks at."""
    looked_at = [*columns_of(leaf.rule.requirement), *columns_of(leaf.rule.condition)]
    names = [name for name in dict.fromkeys(looked_at) if name in checker.types]
    columns = ", ".join(f'"{name}"' for name in (ROW_NUMBER, *names))
    row = rows.engine.execute(
        f'SELECT {columns} FROM focus WHERE {leaf.predicate} ORDER BY "{ROW_NUMBER}" LIMIT 1'
    ).fetchone()
    assert row is not None, "a row that was counted can be shown"
    return dict(zip(("row", *names), map(_shown, row), strict=True))


def _skipped(plan: Sequence[Rule], criteria: frozenset[str], found: Mapping[str, _Found]) -> dict[str, str]:
    """Return why rules are skipped, as far as that follows without looking at results (FOCUS-10)."""
    outside = _outside(plan, criteria)
    skipped: dict[str, str] = {}
    for rule in plan:
        if rule.dynamic:
            skipped[rule.rule_id] = "no check of a file alone can decide it"
        elif rule.optional:
            skipped[rule.rule_id] = "it only allows something"
        elif rule.rule_id in outside:
            skipped[rule.rule_id] = "it is for providers that support more"
        elif not rule.children and rule.rule_id not in found:
            skipped[rule.rule_id] = "the model gives it no check"
        elif not rule.children and any(other in skipped for other in rule.dependencies):
            skipped[rule.rule_id] = "a rule that it rests on is skipped"
    return skipped


def _outside(plan: Sequence[Rule], criteria: frozenset[str]) -> frozenset[str]:
    """Return the rules that do not apply to a provider that supports only `criteria`.

    These are the rules that ask for something else, all that rests on them, and all rules of a column that need not be
    there.
    """
    outside: set[str] = set()
    columns: set[str] = set()
    for rule in plan:
        applies = not rule.criteria or any(one in criteria for one in rule.criteria)
        if not applies and rule.function == "Presence" and rule.reference != DATASET:
            columns.add(rule.reference)
        if not applies or any(other in outside for other in (*rule.dependencies, *rule.children)):
            outside.add(rule.rule_id)
    return frozenset(outside | {rule.rule_id for rule in plan if rule.rule_id.partition("-")[0] in columns})


def _judge(
    rule: Rule, found: Mapping[str, _Found], skipped: Mapping[str, str], results: Mapping[str, Result], *, strict: bool
) -> Result:
    if rule.rule_id in skipped:
        return Result(rule.rule_id, rule.text, rule.keyword, Status.SKIPPED, skipped[rule.rule_id])
    known = known_defect(rule.rule_id, strict=strict)
    if rule.children:
        return _judge_composite(rule, results, known)
    seen = found[rule.rule_id]
    if not seen.failed:
        return Result(rule.rule_id, rule.text, rule.keyword, Status.PASSED, violations=0)
    because = seen.because or f"{seen.violations} rows"
    return Result(rule.rule_id, rule.text, rule.keyword, Status.FAILED, because, seen.violations, seen.example, known)


def _judge_composite(rule: Rule, results: Mapping[str, Result], known: Defect | None) -> Result:
    below = [results[child] for child in rule.children if results[child].status is not Status.SKIPPED]
    if not below:
        return Result(rule.rule_id, rule.text, rule.keyword, Status.SKIPPED, "all rules below it are skipped")
    failing = [one for one in below if one.status is Status.FAILED]
    alternatives = rule.requirement["CheckFunction"] == "OR"
    if not failing or (alternatives and len(failing) < len(below)):
        return Result(rule.rule_id, rule.text, rule.keyword, Status.PASSED)
    # A composite rule is excused only when everything that makes it fail is.
    excused = known if all(one.known for one in failing) else None
    because = ", ".join(one.rule_id for one in failing)
    return Result(rule.rule_id, rule.text, rule.keyword, Status.FAILED, because, known=excused)


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
