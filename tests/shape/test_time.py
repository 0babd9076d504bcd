"""Time and chance come in by the door: one clock, in wiring; no instant without a zone; no unseeded chance."""

from __future__ import annotations

import ast

from shape.sources import Source, dotted, hold, package

CLOCKS = ("now", "utcnow", "today", "utcfromtimestamp")
CLOCK_CALLS = frozenset({"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime"})
CHANCE = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid4", "os.urandom", "random.SystemRandom"})
SEEDED = frozenset({"random.Random"})
MAY_NAME_BY_CHANCE = frozenset({"store"})
"""The store draws passwords and the names of files in progress: neither ever enters the books."""
DATETIME_POSITION_OF_ZONE = 8


def test_only_wiring_reads_the_clock() -> None:
    wrong = []
    for source in package():
        if source.layer != "wiring":
            wrong += [f"{source.at(call)}: {dotted(call.func)}()" for call in _calls(source) if _reads_clock(call)]
    hold(wrong, "take the instant as an argument (`work.now`, `books.clock()`); wiring alone knows the clock.")


def test_chance_has_a_seed() -> None:
    wrong = []
    for source in package():
        for call in _calls(source):
            name = dotted(call.func)
            unseeded = name.startswith("random.") and name not in SEEDED
            by_chance = name in CHANCE or name.startswith("secrets.")
            if unseeded or (by_chance and source.layer not in MAY_NAME_BY_CHANCE):
                wrong.append(f"{source.at(call)}: {name}()")
    hold(wrong, "derive ids from facts (`core.ids.derived_id`); draw examples from `random.Random(seed)`.")


def test_no_instant_without_a_zone() -> None:
    wrong = []
    for source in package():
        for call in _calls(source):
            name = dotted(call.func)
            named = {keyword.arg for keyword in call.keywords}
            built = name in ("datetime", "datetime.datetime") and "tzinfo" not in named
            stamped = name.endswith("datetime.fromtimestamp") and "tz" not in named and len(call.args) < 2
            if stamped or (built and len(call.args) < DATETIME_POSITION_OF_ZONE):
                wrong.append(f"{source.at(call)}: {ast.unparse(call)[:60]}")
    hold(wrong, "give the instant its zone: datetime(…, tzinfo=UTC).")


def _calls(source: Source) -> list[ast.Call]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]


def _reads_clock(call: ast.Call) -> bool:
    *left, last = dotted(call.func).split(".")
    return dotted(call.func) in CLOCK_CALLS or (last in CLOCKS and left[-1:] in (["datetime"], ["date"]))
