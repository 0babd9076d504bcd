"""The simulated tax bureau: idempotent by id, looks at what it gets, keeps what it issued in a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from partita.core.account import InvoiceProfile
from partita.core.invoice import (
    CLOUD_SERVICE,
    BureauRequest,
    Candidate,
    CandidateKind,
    Invoice,
    InvoiceKind,
    InvoiceMode,
    Issuer,
    Portion,
    Verdict,
    made,
    mirrored,
)
from partita.gateways.tax_invoice import BureauTrouble, NumberRange, SimulatedBureau, rehearsed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER = "91110000600037341L"


def invoice(name: str = "inv_1", amount: int = 10_600) -> Invoice:
    candidate = Candidate("acme", CandidateKind.BILL, "bill_1", "", "CNY", NOW, amount)
    title, issuer = InvoiceProfile("Acme", NUMBER), Issuer("", "Cloud", NUMBER)
    empty = Invoice(name, "acme", InvoiceKind.SPECIAL, InvoiceMode.INDEPENDENT, "CNY", CLOUD_SERVICE, title, issuer, ())
    return made([Portion(candidate, amount)], empty)


def bureau(*troubles: BureauTrouble, file: Path | None = None, **options: object) -> SimulatedBureau:
    return SimulatedBureau(lambda: NOW, troubles, file=file, **options)  # type: ignore[arg-type]


def test_an_invoice_that_is_sent_twice_is_issued_once() -> None:
    one = bureau()
    first, again = one.issue(BureauRequest(invoice())), one.issue(BureauRequest(invoice()))
    assert first == again
    assert (first.number, len(first.number), first.issued_at) == ("26112000000000000001", 20, NOW)
    assert one.issue(BureauRequest(invoice("inv_2"))).number == "26112000000000000002"


def test_another_invoice_under_a_known_id_is_rejected() -> None:
    one = bureau()
    one.issue(BureauRequest(invoice()))
    assert one.issue(BureauRequest(invoice(amount=1))).verdict is Verdict.REJECTED


def test_what_it_issued_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "home" / "bureau.json"
    first = bureau(BureauTrouble.UNHEARD, file=file).issue(BureauRequest(invoice()))
    assert first.verdict is Verdict.WAITING
    assert bureau(file=file).issue(BureauRequest(invoice())).number == "26112000000000000001"


def test_numbers_run_out() -> None:
    one = bureau(ranges={NUMBER: NumberRange(7, 7)})
    assert one.issue(BureauRequest(invoice())).number == "26112000000000000007"
    assert one.issue(BureauRequest(invoice("inv_2"))).verdict is Verdict.REJECTED


@pytest.mark.parametrize(
    "wrong",
    [
        replace(invoice(), issuer=Issuer("", "Cloud", "1")),
        replace(invoice(), title=InvoiceProfile("Acme", "1")),
        replace(invoice(), lines=(replace(invoice().lines[0], tax=599),)),
    ],
)
def test_it_looks_at_what_it_gets(wrong: Invoice) -> None:
    assert bureau().issue(BureauRequest(wrong)).verdict is Verdict.REJECTED


def test_a_red_letter_mirrors_an_invoice_that_stands_and_does_so_once() -> None:
    one, blue = bureau(), invoice()
    assert one.issue(BureauRequest(mirrored(blue), "nothing")).verdict is Verdict.REJECTED
    number = one.issue(BureauRequest(blue)).number
    short = replace(mirrored(invoice(amount=5)), invoice_id="inv_short")
    assert one.issue(BureauRequest(short, number)).verdict is Verdict.REJECTED
    assert one.issue(BureauRequest(mirrored(blue, attempt=2), number)).verdict is Verdict.ISSUED
    assert one.issue(BureauRequest(mirrored(blue, attempt=3), number)).verdict is Verdict.REJECTED


@pytest.mark.parametrize("trouble", [BureauTrouble.LATE, BureauTrouble.LOST, BureauTrouble.UNHEARD])
def test_every_trouble_but_a_rejection_passes(trouble: BureauTrouble) -> None:
    one = bureau(trouble)
    assert one.issue(BureauRequest(invoice())).verdict is Verdict.WAITING
    assert one.issue(BureauRequest(invoice())).verdict is Verdict.ISSUED


def test_a_spot_check_rejects_for_good() -> None:
    one = bureau(BureauTrouble.SPOT_CHECK)
    for _ in range(2):
        assert one.issue(BureauRequest(invoice())).verdict is Verdict.REJECTED


def test_what_it_is_to_do_is_read_word_by_word() -> None:
    assert rehearsed("late, spot-check delay=2,numbers=9") == ((BureauTrouble.LATE, BureauTrouble.SPOT_CHECK), 2, 9)
    assert rehearsed("") == ((), 0, None)
    for wrong in ("later", "delay", "delay=x", "late=2", "numbers=-1"):
        with pytest.raises(ValueError, match=f"^{wrong}$"):
            rehearsed(f"late {wrong}")


def test_a_damaged_record_is_told_by_its_name(tmp_path: Path) -> None:
    for text in ("{broken", "[]", '{"looked": {"x": 1}, "asked": {}, "used": {}}'):
        (tmp_path / "bureau.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"bureau\.json is damaged"):
            SimulatedBureau(lambda: datetime.now(UTC), file=tmp_path / "bureau.json")
