"""Every use case that people may ask for has a command; every command that writes can be tried, and all speak JSON."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

from partita.cli import __main__ as line
from shape.sources import ROOT, hold

NOUNS = (
    "account", "alert", "analysis", "approval", "batch", "bill", "bill_line", "close", "coupon", "credit", "focus",
    "funds", "ledger", "org", "outbox", "order", "payment", "permission", "provider_bill", "rating", "registration",
    "relation", "service_control", "setup", "subscription", "template", "usage", "user", "voucher",
)  # fmt: skip
NO_COMMAND_NEEDED = {
    "funds.transfer_all": "what `batch transfer` does",
    "permission.authorise": "asked by every use case before it answers",
    "permission.permitted": "asked by use cases about one account of several",
    "permission.at_rest": "asked by use cases about the member that they change",
    "permission.authorise_in": "asked by use cases about a place in the tree",
    "permission.authorise_books": "asked by use cases about the books as a whole",
    "permission.decided": "what `permission explain` shows",
    "permission.sight": "whom a list may show",
    "permission.refused_by_tier": "asked by `authorise`",
    "rating.unrateable": "asked before usage is priced",
    "rating.too_large": "asked when usage is priced",
    "relation.against_invitation": "what a row of `batch link` says beside its faults",
}
"""What a use case asks of another one; people meet it as the answer of a command."""
READS = frozenset(
    "catalog validate; catalog diff; catalog try; catalog show; catalog prices; quote; clearing show; dunning show; "
    "reconcile sources; reconcile statements; reconcile transfers; reconcile differences; reconcile days; "
    "invoice candidates; invoice list; invoice show; invoice pdf; invoice pdfs; "
    "setup show; account tiers; account show; account list; org tree; user list; permission list; permission explain; "
    "relation list; relation show; relation modes; bill show; bill list; bill explain; "
    "bill month; bill details; bill flow; bill items; bill amortised; bill proforma; bill adjustments; "
    "custom-bill list; funds show; payment list; "
    "payment mismatches; credit show; voucher templates; voucher list; coupon templates; coupon list; coupon quote; "
    "order list; order show; package list; plan list; deduct log; deduct utilisation; deduct coverage; "
    "subscription list; subscription show; approval show-policy; approval list; "
    "ledger statement; ledger balances; control show; control history; control policies; alert list; outbox show; "
    "report cost; verify; focus check; db status; db run".split("; ")
)
"""Commands that change no books, so that there is nothing to try."""
SPEAKS_FOR_ANOTHER = frozenset({"db run"})
"""Hands all its words to another program."""


def use_cases() -> Iterator[str]:
    """Name each public function of the nouns that may be refused: `funds.top_up`."""
    for noun in NOUNS:
        module = import_module(f"partita.usecases.{noun}")
        names = getattr(module, "__all__", None) or vars(module)
        for name in names:
            found = getattr(module, name)
            ours = inspect.isfunction(found) and f"{found.__module__}.".startswith(f"{module.__name__}.")
            if ours and not name.startswith("_") and "Refused" in str(inspect.signature(found).return_annotation):
                yield f"{noun}.{name}"


def asked_for() -> set[str]:
    """Name each function of a use case that the modules of commands call, by any name that they give it."""
    found = set()
    for path in sorted((ROOT / "src" / "partita" / "cli").rglob("*.py")):
        if "demo" not in path.parts:
            found |= _called(path)
    return found


def _called(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules: dict[str, str] = {}
    found = set()
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        outer, _, inner = (node.module or "").partition("partita.usecases")
        if outer or not (node.module or "").startswith("partita.usecases"):
            continue
        noun = inner.strip(".").partition(".")[0]
        found |= {f"{noun}.{alias.name}" for alias in node.names}
        modules |= {} if noun else {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add(f"{modules[node.value.id]}.{node.attr}")
    return found


def test_every_use_case_has_a_command() -> None:
    lacking = sorted(set(use_cases()) - asked_for() - set(NO_COMMAND_NEEDED))
    hold(lacking, "add a command to COMMANDS of cli/__main__.py, or the reason why none is needed to this test.")


def test_there_are_use_cases_to_reach() -> None:
    known = set(use_cases())
    assert len(known) > 90
    assert {
        "funds.transfer",
        "relation.go_back",
        "credit.allocate",
        "voucher.share",
        "service_control.set_cap",
    } <= known
    hold(sorted(set(NO_COMMAND_NEEDED) - known), "take out of the list what is there no more.")


@pytest.mark.parametrize(("command", "target"), [(one, where) for one, where, *_ in line.COMMANDS])
def test_a_command_that_writes_can_be_tried_and_every_one_speaks_json(command: str, target: str) -> None:
    names = _options(target)
    assert names & {"as_json", "json"} or command in SPEAKS_FOR_ANOTHER, f"partita {command} takes no --json"
    assert "dry_run" in names or command in READS, (
        f"partita {command}: a command that writes takes --dry-run; one that only reads stands in READS"
    )


def _options(target: str) -> set[str]:
    """Name the parameters of a command, those that belong together one by one."""
    function = line.function_of(target)
    module = inspect.getmodule(function)
    known = get_type_hints(function, vars(module) | {"Iterator": Iterator})
    found = set(inspect.signature(function).parameters)
    for kind in known.values():
        if is_dataclass(kind):
            found |= {one.name for one in fields(kind)}
    return found
