"""What a stateful run came to: steps, how often each command was done and refused, and the seeds, for everybody to see.

Each test writes its tally into a folder that all workers of a run share; the last one judges the run as a whole. The
summary of the run prints what the tests recorded (`conftest.pytest_terminal_summary`).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FIXED_SEEDS = (1, 2, 3, 4, 5)
LEAST_STEPS = 10_000
PROPERTY, SEED = "books-stateful", "books-stateful-seed"


@dataclass
class Tally:
    """What one seed came to."""

    seed: int
    steps: int = 0
    examples: int = 0
    repeats: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(vars(self))


def fresh_seed() -> int:
    """Return the seed of this run: `PARTITA_SEED`, or that of the day."""
    given = os.environ.get("PARTITA_SEED")
    return int(given) if given else int(f"{datetime.now(UTC):%Y%m%d}")


def gather(folder: Path, tally: Tally) -> list[Tally]:
    """Add a tally to those of the other workers; return all that there are so far."""
    with (folder / "books-tallies.jsonl").open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.write(tally.as_text() + "\n")
        handle.flush()
        handle.seek(0)
        return [of_text(line) for line in handle]


def of_text(text: str) -> Tally:
    """Read a tally that `as_text` wrote."""
    said = json.loads(text)
    counters = {name: Counter(said.pop(name)) for name in ("done", "refused", "reasons")}
    return Tally(**said, **counters)


def judge(tallies: Iterable[Tally], commands: Iterable[str]) -> None:
    """Hold a whole run against its aim: enough steps, and each command was both done and refused."""
    every = list(tallies)
    steps = sum(one.steps for one in every)
    assert steps >= LEAST_STEPS, f"only {steps} steps"
    done, refused = _total(every, "done"), _total(every, "refused")
    never = [f"{name} was never done" for name in commands if not done[name]]
    never += [f"{name} was never refused" for name in commands if not refused[name]]
    assert not never, "; ".join(never)


def summary(tallies: Iterable[Tally]) -> Iterator[str]:
    """Yield the lines that say what a run came to."""
    every = sorted(tallies, key=lambda one: one.seed)
    done, refused, reasons = (_total(every, name) for name in ("done", "refused", "reasons"))
    yield (
        f"{sum(one.steps for one in every):,} steps in {sum(one.examples for one in every)} examples; seeds "
        f"{', '.join(str(one.seed) for one in every)}; {done.total():,} commands done, {refused.total():,} refused for "
        f"{len(reasons)} reasons, {sum(one.repeats for one in every):,} repeated"
    )
    names = sorted(done.keys() | refused.keys())
    for first in range(0, len(names), 4):
        yield "  " + ", ".join(f"{name} {done[name]}/{refused[name]}" for name in names[first : first + 4])


def _total(every: Iterable[Tally], name: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in every:
        total.update(getattr(one, name))
    return total
