"""A custom bill of a part shows its own columns and the total of that part; an open month says what is not settled."""

from __future__ import annotations

from command_line import CommandLine


def test_a_part_has_the_total_of_its_rows(line: CommandLine) -> None:
    line.at("2026-10-01 00:00")
    line.set_up(["acme"], {"vm": ("compute", "10.00"), "db": ("storage", "5.00")})
    line.said("funds", "top-up", "acme", "1000.00")
    line.use("acme vm 6 2026-10-05 10:00", "acme db 8 2026-10-06 10:00")
    line.at("2026-10-20 12:00")
    line.said("rate", "2026-10")
    line.said("bill", "adjust", "acme", "compute", "7.00", "--reason", "late fee", "--key", "a-1")
    [month] = line.said("bill", "month", "acme", "2026-10")["bills"]
    assert (month["payable"], month["unsettled"], month["outstanding"]) == ("107", "107.00", "0.00")

    columns = ("--columns", "product", "currency", "payable", "charges")
    line.said("custom-bill", "add", "acme", "明细", *columns, "--only", "product=compute")
    found = line.said("custom-bill", "run", "acme", "明细", "2026-10")
    assert found["payable"] == {"CNY": "67"}
    assert [list(row) for row in found["rows"]] == [["product", "currency", "payable", "charges"]] * len(found["rows"])
    shown = line.shown("custom-bill", "run", "acme", "明细", "2026-10")
    assert "payable 67" in shown
    assert "charges" in shown
    assert "list" not in shown

    line.at("2026-11-01 12:00")
    line.said("close", "2026-10")
    [month] = line.said("bill", "month", "acme", "2026-10")["bills"]
    assert (month["payable"], month["unsettled"], month["outstanding"]) == ("107", "0.00", "0.00")
    line.proves()
