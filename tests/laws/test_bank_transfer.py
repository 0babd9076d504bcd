"""The laws of bank transfers: a slip in a reference is seen, and what is certain is alone and strong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from partita.core.bank_transfer import CERTAIN, LEAD, Payee, Transfer, is_reference, judge, known, reference_of
from partita.core.money import Money

names = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@given(names, st.integers(4, 13), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_seen(name: str, place: int, sign: str) -> None:
    reference = reference_of(name)
    assert is_reference(reference)
    changed = reference[:place] + sign + reference[place + 1 :]
    assert is_reference(changed) == (changed == reference)


@given(names, st.integers(4, 12))
def test_two_signs_that_change_places_are_seen(name: str, place: int) -> None:
    reference = reference_of(name)
    changed = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
    # the digits of ISO 11649 read B as 11, M as 22 and X as 33: 1B and B1 are the same number, and no account's is told
    assert is_reference(changed) == (_digits(changed) == _digits(reference))


def _digits(reference: str) -> str:
    return "".join(str(int(sign, 36)) for sign in reference)


@st.composite
def payees(draw: st.DrawFn) -> list[Payee]:
    return [
        Payee(name, "CNY", draw(st.sets(st.sampled_from(["Acme", "Shop"]), max_size=2).map(frozenset)),
              draw(st.sampled_from([0, 10, 20])), draw(st.sets(st.sampled_from([10, 20])).map(frozenset)),
              draw(st.booleans()))
        for name in draw(st.sets(st.sampled_from(["acme", "shop", "gone"]), min_size=1))
    ]  # fmt: skip


@given(
    payees(), st.sampled_from(["", "acme", "shop 7", "acme shop"]), st.sampled_from(["", "Acme", "SHOP"]), st.booleans()
)
def test_what_is_certain_is_strong_alone_and_open(accounts: list[Payee], text: str, sender: str, ref: bool) -> None:  # noqa: FBT001
    among = known(accounts, {"6222": frozenset({"shop"})})
    said = f"{text} {reference_of('acme')}" if ref else text
    answer = judge(Transfer("line", Money(10, "CNY"), sender, "6222", said), among)
    scores = [one.score for one in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    if answer.account_id is not None:
        assert among.payees[answer.account_id].is_open
        assert scores[0] >= CERTAIN
        assert all(scores[0] - other >= LEAD for other in scores[1:])
    else:
        assert answer.doubt is not None
