"""How a command that writes works: without saving, and what it says of what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen


@Parameter(name="*")
@dataclass(frozen=True)
class Ways:
    """How the command works: without saving, and what it prints."""

    dry_run: bool = False
    as_json: Annotated[bool, Parameter(name="--json")] = False


AS_IS = Ways()


def tell(
    plain: Mapping[str, object],
    ways: Ways,
    *,
    done: tuple[str, str],
    would: tuple[str, str],
    more: Callable[[Console], None] | None = None,
) -> None:
    """Say in a line what was done, or would be, then `more`; `plain` tells by `repeated` that it was done before."""

    def render(console: Console) -> None:
        console.print(screen.say(*(would if ways.dry_run else done)), markup=False)
        if plain.get("repeated"):
            console.print(screen.say("That stood there before; nothing changed.", "此前已如此，未作任何更改。"))
        if more:
            more(console)

    screen.answer(plain, as_json=ways.as_json, render=render)
