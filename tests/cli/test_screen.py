"""What stands on the screen: names as they are, figures whole, rows that add up."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from partita.cli import screen
from partita.cli.analysis import cost_table
from partita.usecases.analysis import CostReport, CostRow

ODD = ("[/b] account", "[x] product", ":smile: file")


def row(name: str | None, cost_e10: int) -> CostRow:
    keys = () if name is None else (name,)
    return CostRow(keys, "CNY", 1, cost_e10, cost_e10, cost_e10, cost_e10)


def printed(width: int) -> str:
    costs = (12_345_678_901_234_567, 1_0000000001, -5_000_000)
    rows = [row(name, cost) for name, cost in zip(ODD, costs, strict=True)]
    report = CostReport(("product",), (), rows, {"CNY": row(None, sum(costs))}, provisional=False)
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    cost_table(console, report)
    file: Any = console.file
    text: str = file.getvalue()
    return text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_names_and_figures_are_whole(width: int) -> None:
    text = printed(width)
    assert all(name in text for name in ODD)
    assert "1,234,567.8901234567" in text
    assert "1.0000000001" in text
    assert "-0.0005" in text
    assert all(len(line) <= width for line in text.splitlines())


def test_the_consoles_of_results_and_messages_take_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    grid = screen.table("name", title="[/t]")
    for name in ODD:
        grid.add_row(name)
    screen.out().print(grid)
    screen.out().print(*ODD)
    screen.complain("NO", "[/b] :smile:", as_json=False)
    said = capsys.readouterr()
    assert all(said.out.count(name) == 2 for name in ODD)
    assert said.out.startswith("[/t]")
    assert "NO [/b] :smile:" in said.err


def test_the_rest_of_many_months_is_summed_too() -> None:
    rows = [row(month, cost) for month, cost in (("2026-08", 10), ("2026-09", 30), ("2026-10", 20))]
    report = CostReport(("month",), (), rows, {"CNY": row(None, 60)}, provisional=False)
    console = Console(file=io.StringIO(), width=80)
    cost_table(console, report, top=2)
    file: Any = console.file
    shown = [line.split()[0] for line in file.getvalue().splitlines() if line.strip()]
    assert [word for word in shown if word.startswith("2026") or word == "1"] == ["2026-09", "2026-10", "1"]


def test_amounts_of_a_column_share_their_decimals() -> None:
    assert screen.amounts([10_000_000_000, 5_000_000], "CNY") == ["1.0000", "0.0005"]
    assert screen.amounts([10_000_000_000], "CNY") == ["1.00"]


def test_a_bar_never_says_more_than_its_share() -> None:
    console: Any = SimpleNamespace(width=60)
    assert screen.bar_width(console) == 0
    assert screen.bar(5, 10, 12).plain == "█" * 6
    assert not screen.bar(-5, 10, 12).plain


def test_decimals_stand_point_under_point() -> None:
    assert screen.pointed(["1.25", "-3", "0.5"]) == ["1.25", "-3   ", "0.5 "]
    assert screen.amounts_of([(12_500_000_000, "CNY"), (30_000_000_000, "JPY")]) == ["1.25", "3.00"]


def test_one_is_not_many() -> None:
    assert [screen.many(count, "bill") for count in (0, 1, 2000)] == ["0 bills", "1 bill", "2,000 bills"]


HEADS = {"name": "name", "extra": "a wide extra column", "value": "value"}
ROWS = [{"name": "somebody with a name", "extra": "x" * 40, "value": "1,234.50"}]


@pytest.mark.parametrize(("width", "shown"), [(120, ["name", "extra", "value"]), (60, ["name", "value"])])
def test_a_narrow_screen_shows_fewer_columns_and_says_so(width: int, shown: list[str]) -> None:
    console = Console(file=io.StringIO(), width=width)
    names = screen.print_fitted(console, HEADS, ROWS, [list(HEADS), ["name", "value"]], right=("value",))
    screen.print_left_out(console, [HEADS[name] for name in HEADS if name not in names])
    file: Any = console.file
    text: str = file.getvalue()
    assert list(names) == shown
    assert "somebody with a name" in text
    assert "1,234.50" in text
    assert ("also shows: a wide" in text) == (width == 60)
