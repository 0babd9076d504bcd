"""The rule model: the official JSON of rules, read into values and put into the order in which they are judged.

Owns the shape of the JSON and the plan (every rule that the dataset's own rule reaches). Does not own what a check
means (`checks`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATASET = "CostAndUsage"
Requirement = Mapping[str, Any]
"""One check as the model states it: `{"CheckFunction": "CheckValue", "ColumnName": "BilledCost", "Value": 0}`."""


class ModelUnreadable(Exception):  # noqa: N818 - it names what is wrong, as refusals do
    """The file is no rule model; the message says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `keyword` is MUST, SHOULD, MAY …; `criteria` are what a provider must support for it to apply."""

    rule_id: str
    function: str
    keyword: str
    text: str
    dynamic: bool
    criteria: tuple[str, ...]
    requirement: Requirement
    condition: Requirement
    dependencies: tuple[str, ...]
    reference: str

    @property
    def children(self) -> tuple[str, ...]:
        """The rules that a composite rule is made of; empty for a rule that looks at rows itself."""
        items = self.requirement.get("Items", ())
        if self.function != "Composite" or any("ModelRuleId" not in item for item in items):
            return ()
        return tuple(item["ModelRuleId"] for item in items)

    @property
    def optional(self) -> bool:
        """Say whether the rule only allows something."""
        return self.keyword in {"MAY", "OPTIONAL"}


@dataclass(frozen=True, slots=True)
class RuleModel:
    """The rules of one version of FOCUS; `plan` holds those of the dataset, each after all that it rests on."""

    model_version: str
    criteria: tuple[str, ...]
    plan: tuple[Rule, ...]


def read_model(path: Path) -> RuleModel:
    """Read the official rule model (`model-1.2.0.1.json`); raises ModelUnreadable with the reason."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rules = {name: _rule(name, value) for name, value in document["ModelRules"].items()}
        roots = document["ModelDatasets"][DATASET]["ModelRules"]
        return RuleModel(
            model_version=document["Details"]["ModelVersion"],
            criteria=tuple(sorted(document["ApplicabilityCriteria"])),
            plan=tuple(_in_order(rules, roots)),
        )
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelUnreadable(f"{error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelUnreadable(f"it has no {error}, so it is no model of FOCUS rules.") from error


def read_currencies(path: Path) -> frozenset[str]:
    """Read ISO 4217 codes from a CSV: the first column that holds three capital letters in every row."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            _, *rows = [row for row in csv.reader(handle) if row]
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise ModelUnreadable(f"{error}.") from error
    for column in zip(*rows, strict=False):
        if all(len(code) == 3 and code.isalpha() and code.isupper() for code in column):  # noqa: PLR2004 - ISO 4217
            return frozenset(column)
    raise ModelUnreadable("no column holds three-letter currency codes.")


def _rule(rule_id: str, value: Mapping[str, Any]) -> Rule:
    criteria = value["ValidationCriteria"]
    return Rule(
        rule_id=rule_id,
        function=value["Function"],
        keyword=criteria["Keyword"],
        text=criteria["MustSatisfy"],
        dynamic=value["Type"] != "Static",
        criteria=tuple(value["ApplicabilityCriteria"]),
        requirement=criteria["Requirement"],
        condition=criteria["Condition"],
        dependencies=tuple(criteria["Dependencies"]),
        reference=value["Reference"],
    )


def _in_order(rules: Mapping[str, Rule], roots: Sequence[str]) -> Iterator[Rule]:
    """Yield each rule that the roots reach, after everything it rests on; a circle is cut where it closes."""
    seen: set[str] = set()
    stack = [(name, False) for name in reversed(roots)]
    while stack:
        name, ready = stack.pop()
        if ready:
            yield rules[name]
        elif name not in seen and name in rules:
            seen.add(name)
            stack.append((name, True))
            rests_on = (*rules[name].dependencies, *rules[name].children)
            stack.extend((other, False) for other in reversed(rests_on))
