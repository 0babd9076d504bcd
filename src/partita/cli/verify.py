"""`partita verify`: the books prove themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from partita.cli import screen
from partita.core.money import grouped

if TYPE_CHECKING:
    from partita.usecases.verify import Equation, Finding


def verify(*, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Recompute the books from raw usage and files, and print each equation with both sides.

    Leaves with 0 when all hold, with 4 when one does not; what was changed or damaged is named.
    A month that is being closed is told, and is no fault.
    """
    from partita.usecases.permission import operator_only  # noqa: PLC0415 - a command starts fast
    from partita.usecases.verify import verify as prove  # noqa: PLC0415

    with screen.opened() as books, screen.progress("Verifying", "核对") as progress:
        if no := operator_only(books):
            screen.refuse(no, as_json=as_json)
        equations = prove(books, progress=progress)
    holds = all(one.holds for one in equations)
    screen.answer(
        equations_plain(equations), as_json=as_json, render=lambda console: equation_table(console, equations)
    )
    if not holds:
        raise SystemExit(screen.EXIT_DIFFERENCE)


def equations_plain(equations: Sequence[Equation]) -> dict[str, object]:
    """Return the equations for JSON, and whether all hold."""
    return {
        "holds": all(one.holds for one in equations),
        "equations": [
            {
                "name": one.name,
                "equation": screen.say(one.english, one.chinese),
                "left": one.left,
                "right": one.right,
                "holds": one.holds,
                "findings": [_told(finding) for finding in one.findings],
                "notes": [_told(note) for note in one.notes],
            }
            for one in equations
        ],
    }


def equation_table(console: Console, equations: Sequence[Equation]) -> None:
    """Print the equations: a mark, the sentence, both sides; then what is worth knowing, and every finding by name."""
    left, right = screen.say("left", "左边"), screen.say("right", "右边")
    grid = screen.table("", screen.say("equation", "等式"), left, "=", right, right=(left, right))
    for one in equations:
        mark = Text("✓", style="green") if one.holds else Text("✗", style="bold red")
        same = Text("=") if one.left == one.right else Text("≠", style="bold red")
        grid.add_row(mark, screen.say(one.english, one.chinese), _grouped(one.left), same, _grouped(one.right))
    console.print(grid)
    for one in equations:
        for note in one.notes:
            console.print(Text.assemble(("·", "bold yellow"), f" {_told(note)}"))
    for one in equations:
        for finding in one.findings:
            console.print(Text.assemble(("✗", "bold red"), f" {_told(finding)}"))
    broken = sum(not one.holds for one in equations)
    if broken:
        text = screen.say(f"{broken} of {len(equations)} equations do not hold.", f"{broken} 个等式不成立。")
        console.print(text, style="bold red")
    else:
        text = screen.say(f"All {len(equations)} equations hold.", f"全部 {len(equations)} 个等式成立。")
        console.print(text, style="bold green")


def _told(finding: Finding) -> str:
    return screen.say(finding.english, finding.chinese)


def _grouped(side: str) -> str:
    number, space, unit = side.partition(" ")
    try:
        return f"{grouped(number)}{space}{unit}"
    except ValueError:
        return side
