"""Mutation testing of the money code: `make mutate`, or `make mutate ARGS="money settlement"` for some of it.

`mutmut` changes one thing of a module at a time; a change that no test notices is a survivor. Only fast pure tests run,
those beside the module: a folder outside the project gets the source and the tests, without the fixtures that open a
database. The scores go to docs/bench.md; survivors are printed with their differences. Constants of modules, decorated
functions and properties are not changed: mutmut cannot.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import run

ROOT = run.ROOT
KEY = "mutation"
AIM = 85
"""Percent of the changes that the tests have to notice."""
CASES = "tests/test_cases.py"
MODULES = {
    "money": ("tests/core/test_money.py", "tests/laws/test_money.py", CASES),
    "settlement": ("tests/core/test_settlement.py", "tests/laws/test_settlement.py", CASES),
    "clearing": ("tests/core/test_clearing.py", "tests/laws/test_clearing.py"),
    "unsubscribe": ("tests/core/test_unsubscribe.py", "tests/laws/test_time_travel.py"),
    "order": ("tests/core/test_order.py",),
    "subscription": ("tests/core/test_subscription.py", "tests/laws/test_time_travel_terms.py"),
    "savings_plan": ("tests/core/test_savings_plan.py", "tests/core/test_commitment_golden.py", CASES),
    "deduction": ("tests/core/test_deduction.py", "tests/core/test_commitment_golden.py", CASES),
    "pricing": ("tests/core/test_pricing.py", "tests/laws/test_pricing.py", CASES),
    "funds": ("tests/core/test_funds.py", "tests/core/test_funds_limits.py", "tests/laws/test_funds.py"),
    "invoice": ("tests/core/test_invoice.py", "tests/core/test_invoice_choice.py", "tests/laws/test_invoice.py"),
}
"""A module (or a package) of `core` and the tests beside it."""
HEAD = """\
## Mutation of the money code

`mutmut` changes one thing at a time in the functions of `core`; a change is noticed when a fast pure test fails or does
not come to its end. Survivors are mostly changes that make no difference, such as `<` for `<=` where both give the
same, and words of asserts. Constants, properties and decorated functions are not changed. Aim: 85 %.

| module | changes | noticed | survived | no test | score | seconds |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""
SETTINGS = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = {only}
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = "-q --import-mode=importlib"
markers = ["shared: needs ../shared", "slow: slow"]
"""
CONFTEST = '''\
"""Pure tests only: the same examples each time, no search for smaller ones, no case that asks for books."""

import importlib
import inspect

import case_file
from hypothesis import HealthCheck, Phase, settings

quick = {"max_examples": 60, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("mutation", derandomize=True, phases=(Phase.explicit, Phase.generate), **quick)
settings.load_profile("mutation")
PURE = {}


def is_pure(path):
    noun = path.parent.name
    if noun not in PURE:
        steps = importlib.import_module(f"steps.{noun}")
        PURE[noun] = list(inspect.signature(steps.run).parameters) == ["case"]
    return PURE[noun]


every = case_file.every()
case_file.every = lambda: [path for path in every if path.parent.name in NOUNS and is_pure(path)]
'''


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the changes of a module; `noticed` counts those of which a test did not come to its end."""

    module: str
    changes: int
    noticed: int
    survived: int
    no_test: int
    seconds: int

    @property
    def percent(self) -> str:
        """The part that was noticed, in percent with one decimal, cut."""
        tenths = 1000 * self.noticed // self.changes
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def row(self) -> str:
        """The row of the table."""
        cells = (self.changes, self.noticed, self.survived, self.no_test, f"{self.percent} %", self.seconds)
        return f"| core/{self.module} | {' | '.join(map(str, cells))} |"


def main() -> int:
    """Mutate what was asked for; return 1 when a score is below the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(MODULES)}; all when none is named")
    parser.add_argument("--only", default="", help="only functions whose name holds this; the score is not kept")
    options = parser.parse_args()
    asked = options.modules or list(MODULES)
    unknown = [name for name in asked if name not in MODULES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MODULES)}")
    scores = []
    for name in asked:
        with tempfile.TemporaryDirectory(prefix=f"mutate-{name}-") as folder:
            scores.append(mutate(name, Path(folder), options.only))
        if not options.only:
            keep(scores[-1])
    sys.stdout.write(HEAD + "\n".join(score.row for score in scores) + "\n")
    return 1 if any(100 * score.noticed < AIM * score.changes for score in scores) else 0


def mutate(name: str, folder: Path, only: str = "") -> Score:
    """Mutate one module in a folder of its own and print what survived."""
    started = time.monotonic()
    lay_out(name, folder)
    wanted = [f"*{only}*"] if only else []
    command = [sys.executable, "-m", "mutmut"]
    done = subprocess.run([*command, "run", "--max-children", "1", *wanted], check=False, cwd=folder)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"mutmut ended with {done.returncode}")
    found = exit_codes(folder)
    if only:
        found = {mutant: code for mutant, code in found.items() if only in mutant}
    for mutant in (mutant for mutant, code in found.items() if code in {0, NO_TEST}):
        sys.stdout.write(f"\n{mutant}{'' if found[mutant] == 0 else ' (no test)'}\n")
        shown = subprocess.run([*command, "show", mutant], check=False, cwd=folder, capture_output=True, text=True)
        sys.stdout.writelines(f"{line}\n" for line in shown.stdout.splitlines() if line[:1] in "+-@")
    survived, no_test = (sum(code == what for code in found.values()) for what in (0, NO_TEST))
    noticed = len(found) - survived - no_test
    return Score(name, len(found), noticed, survived, no_test, round(time.monotonic() - started))


NO_TEST = 33
"""The code that mutmut keeps for a change that no test reaches."""


def exit_codes(folder: Path) -> dict[str, int]:
    """Return by change the code with which its tests ended."""
    found: dict[str, int] = {}
    for path in sorted((folder / "mutants").rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        found |= {mutant: code for mutant, code in codes.items() if code is not None}
    return found


def lay_out(name: str, folder: Path) -> None:
    """Put the source, the tests and the settings of a run into a folder."""
    skip = shutil.ignore_patterns("__pycache__", "conftest.py")
    shutil.copytree(ROOT / "src" / "partita", folder / "src" / "partita", ignore=skip)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=skip)
    package = (ROOT / "src" / "partita" / "core" / name).is_dir()
    only = [f"src/partita/core/{name}/*" if package else f"src/partita/core/{name}.py"]
    settings = SETTINGS.format(only=json.dumps(only), tests=json.dumps(MODULES[name]))
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    nouns = sorted({name, "rating"})
    conftest = f"{CONFTEST}NOUNS = {nouns!r}\n"
    (folder / "tests" / "conftest.py").write_text(conftest, encoding="utf-8")


def keep(score: Score) -> None:
    """Put the newest score of a module into docs/bench.md, those of the others stay."""
    sections = json.loads(run.KEPT.read_text(encoding="utf-8"))
    rows = {match[1]: match[0] for match in re.finditer(r"^\| core/(\S+) .*\|$", sections.get(KEY, ""), re.MULTILINE)}
    rows[score.module] = score.row
    table = "\n".join(rows[name] for name in MODULES if name in rows)
    made_with = f"- Python {platform.python_version()}, mutmut {run.version('mutmut')}, one process; `make mutate`"
    run.keep(KEY, f"{HEAD}{table}\n\n{made_with}\n")


if __name__ == "__main__":
    raise SystemExit(main())
