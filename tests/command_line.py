"""The command line on a test's own books, in this process: what `partita …` does, without a start for every command.

`at` sets the clock that the commands read; `said` returns the JSON that a command prints, `refused` the name of what it
refuses, `shown` what people see. Settings come from the environment, as they do for users.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from partita.cli import __main__ as line
from partita.cli import screen
from partita.cli.trouble import guarded
from partita.core.period import Month

SECRET = "the secret of the gateway"  # noqa: S105 - of the test
OFFSET = "+08:00"


def ran(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command as a process with this environment would, in this one: a start costs more than most commands."""
    out, err = io.StringIO(), io.StringIO()
    kept, named = dict(os.environ), sys.argv
    _be_in(environment)
    try:
        given = line._passed_through(line._in_order(line._who_asks(list(words))))  # noqa: SLF001 - as `main` does
        sys.argv = ["partita", *given]
        with redirect_stdout(out), redirect_stderr(err):
            code = guarded(lambda language: partial(line.built(given, language), given))
    finally:
        sys.argv = named
        _be_in(kept)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def _be_in(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    screen.settings.cache_clear()


class CommandLine:
    """Runs commands; `folder` takes the files that they read."""

    def __init__(self, environment: dict[str, str], patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.patch = patch
        self.folder = folder
        self.files = 0
        for name, text in environment.items():
            if name.startswith("PARTITA_") or name == "DATABASE_URL":
                patch.setenv(name, text)
        patch.setenv("PARTITA_PAYMENT_SECRET", SECRET)

    def at(self, moment: str) -> None:
        """Set the clock to a moment in China, such as `2026-09-01 12:00`."""
        self.patch.setenv("PARTITA_NOW", f"{moment.replace(' ', 'T')}{OFFSET}")

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command; return its exit code, and what it printed and complained."""
        done = ran(words, dict(os.environ))
        return done.returncode, done.stdout, done.stderr

    def said(self, *words: str) -> Any:
        """Return what a command says that succeeds."""
        code, out, err = self.run(*words, "--json")
        assert code == 0, f"{' '.join(words)}: {out}{err}"
        return json.loads(out)

    def told(self, *words: str, code: int) -> Any:
        """Return what a command says that leaves with this code."""
        left, out, err = self.run(*words, "--json")
        assert left == code, f"{' '.join(words)}: {left} {out}{err}"
        return json.loads(out)

    def refused(self, *words: str) -> str:
        """Return the name of what a command refuses."""
        return str(self.told(*words, code=screen.EXIT_REFUSED)["refused"])

    def shown(self, *words: str, language: str = "en") -> str:
        """Return the page that a command prints for people."""
        self.patch.setenv("PARTITA_LANG", language)
        code, out, err = self.run(*words)
        self.patch.setenv("PARTITA_LANG", "en")
        assert code == 0, f"{' '.join(words)}: {out}{err}"
        return out

    def file(self, name: str, *rows: str) -> str:
        """Write a file of lines, each time another; return where it is."""
        self.files += 1
        path = self.folder / f"{self.files:03d}-{name}"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return str(path)

    def set_up(self, accounts: Sequence[str], prices: dict[str, tuple[str, str]], *, cycles: str = "hour") -> None:
        """Set up the enterprise `group` with accounts that pay for themselves, and SKUs as {sku: (product, price)}."""
        folder = self.folder / "setup"
        folder.mkdir()
        products = sorted({product for product, _ in prices.values()})
        texts = {
            "enterprises.csv": ["enterprise_id,name,zone,currency", "group,Group,Asia/Shanghai,CNY"],
            "units.csv": ["enterprise_id,org_unit_id,parent_id,kind,name", "group,east,,company,East"],
            "accounts.csv": [
                "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from",
                *(f"{name},group,{name.title()},east,,2026-01-01" for name in accounts),
            ],
            "products.csv": [
                "product_id,name,service_category,cycle",
                *(f"{product},{product.title()},Compute,{cycles}" for product in products),
            ],
            "skus.csv": ["sku_id,product_id,name,unit", *(f"{sku},{p},{sku},Hour" for sku, (p, _) in prices.items())],
            "prices.csv": [
                "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
                *(f"{sku},CNY,2026-01-01,unit,,,{price}," for sku, (_, price) in prices.items()),
            ],
        }
        for name, rows in texts.items():
            (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
        self.said("setup", "apply", str(folder))

    def verify_entity(self, *accounts: str, number: str = "91110000600037341L", name: str = "Acme Ltd") -> None:
        """Verify accounts as one organisation, and give them its invoice title."""
        for account in accounts:
            self.said("account", "verify", account, number, name)
            self.said("account", "invoice-title", account)

    def use(self, *rows: str) -> None:
        """Take in usage: `account sku quantity moment`, the moment in China."""
        records = []
        for number, row in enumerate(rows):
            account, sku, quantity, moment = row.split(maxsplit=3)
            start = f"{moment.replace(' ', 'T')}:00{OFFSET}"
            records.append(f"u{self.files}-{number},{account},{sku},{quantity},{start}")
        self.said("import", "usage", self.file("usage.csv", "record_id,account_id,sku,quantity,start", *records))

    def states(self, account: str) -> dict[str, str]:
        """Return how the products stand for which an account pays or that it uses."""
        shown = self.said("control", "show", account)["products"]
        return {f"{one['account_id']}/{one['product_id']}": one["state"] for one in shown}

    def history(self, account: str) -> list[tuple[str, str]]:
        """Return what became of an account's service: state and cause, step by step."""
        return [(one["state"], one["cause"]) for one in self.said("control", "history", account)["steps"]]

    def available(self, account: str) -> str:
        """Return the available quota of an account."""
        return str(self.said("control", "show", account)["available"])

    def bill(self, payer: str, month: str) -> Any:
        """Return the one bill of a payer for a month."""
        [bill] = self.said("bill", "show", payer, str(Month.parse(month)))["bills"]
        return bill

    def proves(self) -> None:
        """See that every equation of the books holds."""
        equations = self.said("verify")["equations"]
        assert [one["name"] for one in equations if not one["holds"]] == []
