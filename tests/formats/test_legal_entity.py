"""Numbers of registers: right ones are taken in plain form, wrong ones are told why."""

from __future__ import annotations

import pytest

from partita.core.account import EntityKind, LegalEntity
from partita.core.refusal import Reason, Refused
from partita.formats.legal_entity import is_tax_number, read_entity

CODE, PERSON = "91110000600037341L", "360426199101010071"
ORGANISATION, RESIDENT, FOREIGN = EntityKind.ORGANISATION, EntityKind.PERSON, EntityKind.FOREIGN


@pytest.mark.parametrize(("kind", "number", "country", "plain"), [
    (ORGANISATION, CODE, "CN", CODE),
    (ORGANISATION, " 9111 0000-600037341l ", "CN", CODE),
    (RESIDENT, PERSON, "CN", PERSON),
    (FOREIGN, "201912345k", "SG", "201912345K"),
    (FOREIGN, "HRB 12345", "DE", "HRB 12345"),
])  # fmt: skip
def test_a_number_is_taken_in_plain_form(kind: EntityKind, number: str, country: str, plain: str) -> None:
    found = read_entity(kind, number, " Acme ", country)
    assert found == LegalEntity(kind, country, plain, "Acme")


@pytest.mark.parametrize(("kind", "number", "country", "why"), [
    (ORGANISATION, "91110000600037342L", "CN", "check digit"),
    (ORGANISATION, "91110000600037341", "CN", "18 characters"),
    (ORGANISATION, "9111000060003734OL", "CN", "do not occur"),
    (RESIDENT, "360426199101010072", "CN", "check digit"),
    (RESIDENT, "360426199102300073", "CN", ""),
    (RESIDENT, "", "CN", "18 characters"),
    (FOREIGN, "12", "SG", "3 to 40"),
    (FOREIGN, "201912345K", "CN", "other than CN"),
    (FOREIGN, "201912345K", "Singapore", "country"),
])  # fmt: skip
def test_a_wrong_number_is_told_why(kind: EntityKind, number: str, country: str, why: str) -> None:
    no = read_entity(kind, number, "Acme", country)
    assert isinstance(no, Refused)
    assert no.reason is Reason.BAD_REGISTER_NUMBER
    assert why in no.message()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201])
def test_a_name_is_one_line(name: str) -> None:
    no = read_entity(ORGANISATION, CODE, name)
    assert isinstance(no, Refused)
    assert no.reason is Reason.BAD_TEXT


def test_the_same_number_is_the_same_entity() -> None:
    one, same = (LegalEntity(ORGANISATION, "CN", CODE, name) for name in ("Acme", "Acme Ltd"))
    assert one.entity_id == same.entity_id
    assert one.entity_id != LegalEntity(FOREIGN, "SG", CODE, "Acme").entity_id


def test_of_a_person_only_the_ends_are_shown() -> None:
    assert LegalEntity(RESIDENT, "CN", PERSON, "Wang Wei").shown_number == "3604**********0071"
    assert LegalEntity(ORGANISATION, "CN", CODE, "Acme").shown_number == CODE


def test_the_tax_number_of_an_organisation_is_its_code() -> None:
    assert is_tax_number(CODE)
    assert not is_tax_number("12345")
