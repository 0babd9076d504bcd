"""Settings that name accounts: those of another enterprise are none, and look like accounts that do not exist."""

from __future__ import annotations

import pytest

from partita.core.refusal import Reason, Refused
from partita.core.scope import Scope
from partita.core.stop_order import StopOrder, Turn
from partita.core.template import Instrument, Kind, Template, Terms
from partita.usecases import service_control, template
from partita.usecases.work import Books
from payers import open_accounts


@pytest.fixture
def two(books: Books) -> Books:
    open_accounts(books, "acme", "shop", currency="CNY")
    open_accounts(books, "rival", currency="USD")
    return books


def _order(books: Books, member: str) -> object:
    with books.work() as work:
        return service_control.set_order(work, "acme", StopOrder((Turn(member, "", 1),)))


def _template(books: Books, account: str) -> object:
    terms = Terms(Scope(accounts=frozenset({account})))
    one = Template("t", "group-cny", Instrument.VOUCHER, Kind.CASH, "T", "CNY", 100, terms, days=5)
    with books.work() as work:
        return template.define_template(work, one)


def test_an_order_of_stopping_names_accounts_of_its_enterprise(two: Books) -> None:
    rival, missing = _order(two, "rival"), _order(two, "missing")
    assert isinstance(rival, Refused)
    assert isinstance(missing, Refused)
    assert rival.reason is missing.reason is Reason.UNKNOWN_ACCOUNT
    assert rival.message().replace("rival", "missing") == missing.message()
    own = _order(two, "shop")
    assert isinstance(own, Refused)
    assert own.reason is Reason.NOT_IN_STOP_ORDER, "it is known, and no member"
    assert not isinstance(_order(two, "acme"), Refused)


def test_a_template_names_accounts_of_its_enterprise(two: Books) -> None:
    rival, missing = _template(two, "rival"), _template(two, "missing")
    assert isinstance(rival, Refused)
    assert isinstance(missing, Refused)
    assert rival.reason is missing.reason is Reason.BAD_TEMPLATE
    assert rival.message().replace("rival", "missing") == missing.message()
    assert not isinstance(_template(two, "shop"), Refused)
