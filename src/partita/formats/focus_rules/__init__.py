"""Checks a file against the official, machine-readable rules of FOCUS (账单规范校验).

Owns how the rule model is read (`model`), how a rule becomes SQL (`checks`), how a file becomes rows (`rows`), and how
results go up from rule to rule (`verdicts`). Does not own the rules: the model is data that the user brings. Rules:
FOCUS-7 … FOCUS-10 (`docs/rules/focus.md`); source: focus-and-bills.md 3.1.
"""

from __future__ import annotations

from partita.formats.focus_rules.checks import Reading
from partita.formats.focus_rules.known_defects import KNOWN_DEFECTS, STRICT_DEFECTS, Defect
from partita.formats.focus_rules.model import ModelUnreadable, RuleModel, read_currencies, read_model
from partita.formats.focus_rules.rows import RowsUnreadable
from partita.formats.focus_rules.verdicts import Result, RuleReport, Status, check_file

__all__ = [
    "KNOWN_DEFECTS", "STRICT_DEFECTS", "Defect", "ModelUnreadable", "Reading", "Result", "RowsUnreadable",
    "RuleModel", "RuleReport", "Status", "check_file", "read_currencies", "read_model",
]  # fmt: skip
