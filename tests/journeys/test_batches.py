"""Hundreds of accounts from files: linked, permitted, transferred to, limited; with one fault nothing is done."""

from __future__ import annotations

from command_line import CommandLine
from partita.usecases.work import Books
from payers import verify
from sheets import write_sheet

COUNT = 250
NAMES = [f"shop-{number:03d}" for number in range(COUNT)]
CODES = "CHECK_FINANCE_INFO SYNCHRONIZE_FINANCE_IDENTITY"


def test_from_csv_and_excel(line: CommandLine, books: Books) -> None:
    line.at("2026-10-01 10:00")
    line.set_up(["main", *NAMES], {"vm": ("compute", "1.00")})
    verify(books, "main", *NAMES)
    line.said("funds", "top-up", "main", "1000.00")
    change = line.said("credit", "request", "main", "600.00", "--key", "first")["change_id"]
    line.said("credit", "approve", change)
    line.said("credit", "confirm", "main", "contract-1")

    # linked from CSV: tried first, then done, then known
    links = line.file("links.csv", "main,member", *(f"main,{name}" for name in NAMES))
    tried = line.said("batch", "link", links, "--dry-run")
    assert (len(tried["rows"]), line.said("relation", "list")["relations"]) == (COUNT, [])
    done = line.said("batch", "link", links)
    assert [one["account_id"] for one in done["rows"]] == NAMES
    assert [one["row"] for one in done["rows"]] == list(range(2, COUNT + 2))
    assert len(line.said("relation", "list")["relations"]) == COUNT
    assert line.said("batch", "link", links)["repeated"]

    # permitted from a sheet of Excel
    sheet = line.folder / "permissions.xlsx"
    write_sheet(sheet, [["member", "permissions"], *([name, CODES] for name in NAMES)])
    assert len(line.said("batch", "permit", str(sheet))["rows"]) == COUNT

    # one wrong row of two hundred and fifty, named by row and column: nothing is done
    rows = [f"main,{name},{2 if number < COUNT - 1 else 'two'}" for number, name in enumerate(NAMES)]
    wrong = line.told("batch", "transfer", line.file("transfers.csv", "main,member,amount", *rows), code=3)
    assert wrong["refused"] == "BATCH_AT_FAULT"
    assert str(COUNT + 1) in wrong["message"]
    # and so when the last one finds no money: 250 × 4.01 = 1,002.50
    short = [f"main,{name},4.01" for name in NAMES]
    poor = line.told("batch", "transfer", line.file("transfers.csv", "main,member,amount", *short), code=3)
    assert "TRANSFER" in poor["message"] or "quota" in poor["message"]
    assert line.available("main") == "1600.00"
    assert line.said("funds", "show", NAMES[0])["transfer_book"] == "0.00"

    # 250 × 2.00 = 500.00 of 1,000.00; limits 250 × 2.40 = 600.00, all of the total
    line.said("batch", "transfer", line.file("t.csv", "main,member,amount", *(f"main,{name},2" for name in NAMES)))
    line.said("batch", "limit", line.file("l.csv", "main,member,limit", *(f"main,{name},2.40" for name in NAMES)))
    assert line.said("funds", "show", "main")["cash"] == "500.00"
    last = line.said("funds", "show", NAMES[-1])
    assert (last["transfer_book"], last["credit_limit"], last["available"]) == ("2.00", "2.40", "4.40")
    over = line.told("batch", "limit", line.file("l.csv", "main,member,limit", f"main,{NAMES[0]},2.41"), code=3)
    assert over["refused"] == "BATCH_AT_FAULT"
    line.proves()
