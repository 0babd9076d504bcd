#!/usr/bin/env python3
"""The commands of the project, with or without `make`: `python3 scripts/make.py demo` is `make demo`.

Owns what each command runs. Does not own the environment (`environment`) nor the glossary search (`find`). The one-line
descriptions stand in the Makefile, behind `##`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Callable, Sequence

import environment
import find

ROOT = environment.ROOT
IN_PARALLEL = ("-n", "2")
_TARGET = re.compile(r"^([a-z-]+):.*?## (.*)$")


def main(words: Sequence[str]) -> int:
    """Run the command named first with the rest as its arguments; return the exit code."""
    name, arguments = (words[0], list(words[1:])) if words else ("help", [])
    target = TARGETS.get(name)
    if target is None:
        environment.speak(f"There is no command {name!r}. These there are:\n", f"没有命令 {name!r}。可用命令：\n")
        show_help([])
        return 2
    try:
        return target(arguments)
    except KeyboardInterrupt:
        return 130


def show_help(_arguments: Sequence[str]) -> int:
    """List the commands as the Makefile describes them."""
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        match = _TARGET.match(line)
        if match:
            print(f"  make {match[1]:<15} {match[2]}")
    print("\n  Without make: python3 scripts/make.py COMMAND")
    return 0


def setup(_arguments: Sequence[str]) -> int:
    """Make the environment and say where the program is."""
    environment.ensure()
    print(f"{environment.PARTITA} --help")
    return 0


def demo(arguments: Sequence[str]) -> int:
    """Run a group's months from usage to proof."""
    environment.ensure()
    return _run([environment.PARTITA, "demo", *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run all tests."""
    return _pytest([*IN_PARALLEL, *arguments])


def check(arguments: Sequence[str]) -> int:
    """Check format, lint and types, then run all tests, those of the shape among them."""
    return _all([*_still(), ("tests", lambda: test(arguments))])


def lint(_arguments: Sequence[str]) -> int:
    """Check format, lint and types, without running anything."""
    return _all(_still())


Step = tuple[str, Callable[[], int]]


def _still() -> list[Step]:
    python = environment.ensure()
    return [
        ("format", lambda: _run([python, "-m", "ruff", "format", "--check", "."])),
        ("lint", lambda: _run([python, "-m", "ruff", "check", "."])),
        ("types", lambda: _run([python, "-m", "mypy"])),
    ]


def _all(steps: Sequence[Step]) -> int:
    """Run every step, so that one run tells all there is to mend."""
    failed = []
    for name, step in steps:
        print(f"\n== {name}", flush=True)
        if step() != 0:
            failed.append(name)
    print(f"\n{'failed in ' + ', '.join(failed) if failed else 'all is well'}", flush=True)
    return 1 if failed else 0


def laws(arguments: Sequence[str]) -> int:
    """Run the properties that hold for all input."""
    return _pytest([*IN_PARALLEL, "tests/laws", *arguments])


def cases(arguments: Sequence[str]) -> int:
    """Play the scenarios that finance staff can read."""
    return _pytest(["tests/test_cases.py", *arguments])


def bench(arguments: Sequence[str]) -> int:
    """Measure, print and write docs/bench.md."""
    return _run([environment.ensure(), ROOT / "tests" / "bench" / "run.py", *arguments])


def mutate(arguments: Sequence[str]) -> int:
    """Change the money code one thing at a time, run the tests beside it, write the scores into docs/bench.md."""
    python = environment.ensure()
    nice = ["nice", "-n", "19"] if shutil.which("nice") else []
    return _run([*nice, python, ROOT / "tests" / "bench" / "mutation.py", *arguments])


def serve(_arguments: Sequence[str]) -> int:
    """Say honestly that there is nothing to serve yet."""
    environment.speak(
        "There is nothing to serve yet: the HTTP face comes with the API (docs/adr/0008-api-versions.md).\n"
        "Until then every command of .venv/bin/partita answers a program with --json; begin with: make demo",
        "目前还没有可启动的服务：HTTP 接口将随 API 一起提供（docs/adr/0008-api-versions.md）。\n"
        "在此之前，.venv/bin/partita 的每个命令都支持 --json 供程序调用；请先运行：make demo",
    )
    return 1


def update_golden(arguments: Sequence[str]) -> int:
    """Write what happens now into the golden files; read the difference before you commit it."""
    code = _pytest(["tests/test_cases.py", "tests/cli", "tests/formats", *arguments], {"UPDATE_GOLDEN": "1"})
    _run(["git", "-C", ROOT, "status", "--short", "tests"])
    return code


def lock(arguments: Sequence[str]) -> int:
    """Write requirements.lock anew from pyproject.toml: hashed pins for every platform, without registry addresses."""
    python = environment.ensure()
    command = [
        python,
        "-m",
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--extra",
        "dev",
        "--generate-hashes",
        "--universal",
    ]
    options = ["--no-emit-index-url", "--python-version", "3.11", "--custom-compile-command", "make lock"]
    return _run([*command, *options, "--quiet", "--output-file", "requirements.lock", *arguments])


def clean(_arguments: Sequence[str]) -> int:
    """Remove the environment and the caches; the books are in the user's data directory and stay."""
    caches = [ROOT / name for name in (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".coverage")]
    compiled = [path for part in ("src", "tests", "scripts") for path in (ROOT / part).rglob("__pycache__")]
    for path in (environment.VENV, *caches, *compiled):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return 0


def _pytest(arguments: Sequence[str], variables: dict[str, str] | None = None) -> int:
    return _run([environment.ensure(), "-m", "pytest", *arguments], variables)


def _run(command: Sequence[object], variables: dict[str, str] | None = None) -> int:
    environ = {**os.environ, **(variables or {})}
    return subprocess.run(list(map(str, command)), check=False, cwd=ROOT, env=environ).returncode


TARGETS: dict[str, Callable[[Sequence[str]], int]] = {
    "help": show_help,
    "setup": setup,
    "demo": demo,
    "test": test,
    "check": check,
    "lint": lint,
    "laws": laws,
    "cases": cases,
    "bench": bench,
    "mutate": mutate,
    "serve": serve,
    "find": find.main,
    "update-golden": update_golden,
    "lock": lock,
    "clean": clean,
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
