"""Whoever names accounts of another enterprise, in any command, gets the answer of one who names nothing (TENANT-4)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import psycopg
import pytest

from partita.cli import __main__ as line
from partita.cli import screen
from store.tenant_rows import PRODUCT, inserts

# @ is an enterprise that is not the user's: once one that there is, once one that there is not
COMMANDS = """
quote @-acct1 s=1m
quote @-acct1 --usage s=1
account register new Name --enterprise @ --unit @-unit1
account verify @-acct1 91110000600037341L Acme
account invoice-title @-acct1
account freeze @-acct1
account unfreeze @-acct1
account close @-acct1
account set-tier @-acct1 basic
account show @-acct1
org add-unit @ labs Labs
org move @-acct1 blue-unit1
org move blue-acct1 @-unit1
user add new New --enterprise @
user grant @-user1 finance --enterprise blue
user grant blue-user1 finance --enterprise @
user revoke @-grant1
user list @-user1
permission list @
permission explain @-user1 view-bills @-acct1
permission explain @-user1 view-bills blue-acct1
permission replace @ policy.csv
relation invite blue-acct1 @-acct1
relation invite @-acct1 blue-acct1
relation create @-acct1 new New
relation confirm @-shop1
relation decline @-shop1
relation permit @-shop1
relation upgrade @-shop1
relation release @-shop1
relation go-back @-shop1
relation expire @-shop1
relation list @-acct1
relation show @-acct1
batch link link.csv
batch permit permit.csv
batch transfer transfer.csv
batch limit limit.csv
bill show @-acct1 2026-01
bill list --payer @-acct1
bill month @-acct1 2026-01
bill details @-acct1 2026-01
bill flow @-acct1 2026-01
bill items @-acct1 2026-01 --by account
bill amortised @-acct1 2026-01
bill proforma @-acct1
bill export @-acct1 2026-01 --to bill.csv
bill export @-acct1 2026-01 --view focus --to focus.csv
bill adjust @-acct1 @-product1 5.00 --reason x --key k
bill adjustments --payer @-acct1
custom-bill add @-acct1 mine --columns account
custom-bill remove @-acct1 mine
custom-bill list @-acct1
custom-bill run @-acct1 mine 2026-01
bill clear @-acct1
clearing show @-acct1
clearing switch @-acct1 off
clearing settle @-acct1 @-bill1 --key k
clearing settle blue-acct1 @-bill1 --key k
clearing resume @-stl1
clearing end @-stl1
dunning show @-acct1
dunning policy @-acct1
reconcile assign 1 @-acct1
bill explain @-bill1 1
funds show @-acct1
funds top-up @-acct1 1.00
funds withdraw @-acct1 1.00
funds transfer blue-acct1 @-acct1 1.00
funds transfer @-acct1 blue-acct1 1.00
funds reclaim blue-acct1 @-acct1 1.00
funds reclaim @-acct1 blue-acct1 1.00
funds freeze @-acct1 1.00
funds release @-frz1
funds refund @-acct1 1.00 --product p --month 2026-01 --key k
funds accept @-acct1 @-doc1 1.00 2027-01-01 --drawer x
funds collect @-acct1 @-doc1
funds discount blue-acct1 @-doc1
funds dishonour blue-acct1 @-doc1
funds buy-card @-acct1 1.00 --key k
funds activate-card @-acct1 @-card1
funds activate-card blue-acct1 @-card1
payment start @-acct1 1.00 --key k
payment list @-acct1
payment end-mismatch @-ntc1 note
credit show @-acct1
credit request @-acct1 1.00 --key k
credit approve @-crc1
credit reject @-crc1
credit confirm @-acct1 c
credit allocate @-acct1 @-shop1 1.00 --key k
credit allocate blue-acct1 @-shop1 1.00 --key k
credit set-term @-acct1 --days 1
credit refund @-acct1 1.00 --product p --key k
credit apply-refund @-acct1 1.00 --key k
voucher template t cash 1.00 --enterprise @ --days 3
voucher templates --enterprise @
voucher priority least-amount --enterprise @
voucher issue blue-tpl1 @-acct1
voucher issue @-tpl1 blue-acct1
voucher grant-pool @-acct1 1.00
voucher share @-vch1 blue-acct1
voucher share blue-vch1 @-acct1
voucher take-back @-vch1 blue-acct1
voucher list @-acct1
coupon templates --enterprise @
coupon issue @-tpl1 blue-acct1
coupon list @-acct1
coupon quote @-acct1 p=1.00
order buy @-acct1 s=1m --key k
order convert @-acct1 s=1m --key k
order renew @-sub1 --key k
order resize @-sub1 --sku s --key k
order unsubscribe @-sub1 --key k
order pay @-ord1
order cancel @-ord1
order list @-acct1
order show @-ord1
package grant @-acct1 s 1 s --key k
package renew @-pkg1 --key k
package upgrade @-pkg1 1 --key k
package list @-acct1
plan grant @-acct1 s 1 s~1 --key k
plan buy @-acct1 s 1 --key k
plan list @-acct1
deduct share @-pkg1 blue-acct1
deduct share blue-pkg1 @-acct1
deduct skip @-plan1 --sku s
deduct skip blue-plan1 --account @-acct1
deduct end @-plan1 --reason r
deduct log 2026-10 --account @-acct1
deduct utilisation --account @-acct1
deduct coverage --account @-acct1
subscription list @-acct1
subscription show @-sub1
subscription auto @-sub1
subscription expiry-day @-acct1 15
approval policy new-contract=finance --enterprise @
approval show-policy @
approval list @-acct1
approval approve @-ord1 --reason r
approval reject @-ord1 --reason r
approval delegate finance @-user1 --enterprise blue --until 2027-01-01
invoice candidates @-acct1
invoice apply @-acct1
invoice list @-acct1
invoice show @-inv1
invoice pdf @-inv1 out.pdf
invoice pdfs ~ out
invoice void @-inv1
invoice return @-inv1 --reason r
invoice red @-inv1
invoice reissue @-inv1
invoice offset @-acct1 --owed @-bill1 --against @-bill2
ledger statement @-acct1
ledger balances @-acct1
ledger reverse @-entry1
control show @-acct1
control history @-acct1
control policy @-acct1 --take-back
control order @-acct1 --take-back
control cap @-acct1 1.00
control paid-ahead @-acct1 p --from 2026-01-01 --until 2026-02-01
alert set @-acct1 low-quota 1.00
alert address @-acct1 mail a@acme.example
alert list @-acct1
report cost --where account=@-acct1
"""
FILES = {
    "policy.csv": "action,administrator\nview-bills,yes\n",
    "link.csv": "main,member,mode,permissions\nblue-acct1,@-acct1,management,\n",
    "permit.csv": "member,permissions\n@-shop1,\n",
    "transfer.csv": "main,member,amount\nblue-acct1,@-acct1,1.00\n",
    "limit.csv": "main,member,limit\nblue-acct1,@-shop1,1.00\n",
}
NAME_NOBODY = frozenset(
    "demo; setup apply; setup show; account tiers; account list; org tree; relation modes; import usage; import bill; "
    "rate; close; custom-bill deliver; funds expire-cards; payment notice; payment mismatches; voucher expire; coupon "
    "template; coupon priority; invoice issue; invoice issuer; order expire; subscription refund-policy; subscription "
    "run; control policies; control run; outbox deliver; outbox show; verify; export focus; focus check; db status; "
    "db stop; db run; catalog validate; catalog diff; catalog try; catalog apply; catalog show; catalog prices; "
    "catalog import; clearing seller; dunning run; reconcile source; reconcile sources; reconcile import; "
    "reconcile statements; reconcile transfers; reconcile dismiss; reconcile differences; reconcile "
    "resolve; reconcile close; reconcile days".split("; ")
)
"""Commands of the operator, of one's own accounts, or of no account at all."""


@pytest.fixture
def _two(owner_url: str) -> None:
    """A row of red and of blue in every table; blue's user has every role there that writes."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(PRODUCT)
        for enterprise in ("red", "blue"):
            for _, statement in inserts(enterprise, 1):
                owner.execute(statement.encode())
        for role in ("ADMINISTRATOR", "PROCUREMENT", "BUSINESS_OWNER"):
            owner.execute(
                "insert into role_grant values (%s, 'blue-user1', %s, 'blue', null, '2020-01-01', null, 'x', now())",
                (f"blue-{role}", role),
            )


def test_every_command_that_names_somebody_is_here() -> None:
    named = {command for command, *_ in line.COMMANDS if any(_is(command, one) for one in _lines("red"))}
    assert named | NAME_NOBODY == {command for command, *_ in line.COMMANDS}
    assert not named & NAME_NOBODY


def _lines(stranger: str) -> list[str]:
    return [one.replace("@", stranger) for one in COMMANDS.strip().splitlines()]


def _is(command: str, words: str) -> bool:
    return words.split()[: len(command.split())] == command.split()


@pytest.mark.slow
@pytest.mark.usefixtures("_two")
def test_the_answer_does_not_tell_whether_there_is_such_an_account(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (environment | {"PARTITA_USER": "blue-user1", "PARTITA_PAYMENT_SECRET": "s" * 32}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    wrong = []
    for command in COMMANDS.strip().splitlines():
        answers = []
        for stranger in ("red", "not"):
            for name, text in FILES.items():
                (tmp_path / name).write_text(text.replace("@", stranger))
            words = [
                word if "@acme" in word else word.replace("@", stranger).replace("~", "@") for word in command.split()
            ]
            code, text = _said(words, monkeypatch, capsys)
            answers.append((code, re.sub(r"\bred\b", "not", text)))
        there, missing = answers
        if there != missing:
            wrong.append(f"{command}\n  there:   {there}\n  missing: {missing}")
        elif there[0] != screen.EXIT_REFUSED:
            wrong.append(f"{command}\n  no refusal: {there}")
    assert not wrong, "\n".join(wrong)


def _said(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Run a command in this process, and return its exit code and all that it said."""
    monkeypatch.setattr(sys, "argv", ["partita", *words])
    screen.settings.cache_clear()
    with pytest.raises(SystemExit) as left:
        line.main()
    screen.settings.cache_clear()
    said = capsys.readouterr()
    return left.value.code, said.out + said.err
