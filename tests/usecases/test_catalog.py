"""Catalogues as folders on real books: a public price list of 100,000 prices, YAML, permission, and what is kept."""

from __future__ import annotations

import csv
import importlib.util
import time
from dataclasses import replace
from pathlib import Path

import pytest

from partita.core.permission import Actor
from partita.core.refusal import Reason, Refused
from partita.store import catalog as catalog_store
from partita.usecases import catalog
from partita.usecases.catalog.show import Sought
from partita.usecases.catalog.trial import Trial
from partita.usecases.verify.rows import untouched
from partita.usecases.work import Books
from payers import open_accounts


def public_list() -> Path:
    """The pricing file of apache-libcloud, which only this test needs."""
    found = importlib.util.find_spec("libcloud")
    if found is None or found.origin is None:
        pytest.skip("apache-libcloud is not installed: its price list is not tried (pip install apache-libcloud)")
    return Path(found.origin).parent / "data" / "pricing.json"


def documents(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        file = name.replace("_yaml", ".yaml") if name.endswith("_yaml") else f"{name}.csv"
        (folder / file).write_text(text, encoding="utf-8")
    return folder


SMALL = {
    "products_yaml": "- {product_id: compute, name: 云服务器, service_category: Compute}\n",
    "skus_yaml": """
- sku_id: vm.s
  product_id: compute
  name: Small
  unit: Hour
  region: cn-east
  attributes:
    vcpu: 2
    memory: 4 GB
""",
    "prices": "sku_id,currency,effective_from,price\nvm.s,CNY,2026-01-01,0.30\n",
    "subscription_prices": "sku_id,currency,term,effective_from,price\nvm.s,CNY,month,2026-01-01,120\n",
    "promotions_yaml": """
- promotion_id: annual
  name: Annual
  effective_from: 2026-01-01
  factor: 0.85
  products: [compute]
  orders: [purchase, renew]
  months: 12
  refundable: no
""",
}


@pytest.mark.slow
def test_a_public_price_list_is_taken_in_within_seconds(books: Books, tmp_path: Path) -> None:
    open_accounts(books, "acme", currency="USD")
    folder = tmp_path / "list"
    imported = catalog.import_price_list(public_list(), folder, currency="USD", effective_from="2026-01-01")
    assert not isinstance(imported, Refused)
    count = len(imported.found.prices)
    assert count > 100_000
    assert all("decimals" in why[0] for _, _, why in imported.found.left_out)

    begun = time.monotonic()
    applied = catalog.apply(books, folder, reason="a public list")
    taken = time.monotonic() - begun
    assert not isinstance(applied, Refused)
    assert applied.new["price"] == applied.new["sku"] == count
    assert taken < 120, "seconds, on any machine"

    again = catalog.apply(books, folder)
    assert not isinstance(again, Refused)
    assert again.change is None

    dearer = tmp_path / "dearer"
    dearer.mkdir()
    with (folder / "prices.csv").open(encoding="utf-8") as read, (dearer / "prices.csv").open("w") as written:
        rows = list(csv.reader(read))
        csv.writer(written).writerows([rows[0], *([one[0], one[1], "2027-01-01", f"1{one[3]}"] for one in rows[1:])])
    compared = catalog.compare(books, dearer, limit=5)
    assert not isinstance(compared, Refused)
    assert compared.prices == count
    assert len(compared.changes) == 5
    with books.work() as work:
        listed = catalog.show_prices(work, Sought(region="us-east-1", product_id="ec2_linux"))
        assert not isinstance(listed, Refused)
        assert listed.count > 300


def test_a_folder_in_yaml_says_the_same(books: Books, tmp_path: Path) -> None:
    open_accounts(books, "acme")
    applied = catalog.apply(books, documents(tmp_path / "list", **SMALL))
    assert not isinstance(applied, Refused), applied.message()
    with books.work() as work:
        shown = catalog.show_sku(work, "vm.s")
        assert not isinstance(shown, Refused)
        assert shown.detail is not None
        assert shown.detail.region == "cn-east"
        assert shown.detail.attributes == (("memory", "4 GB"), ("vcpu", "2"))
        assert [one.price_e10 for one in shown.subscriptions] == [120 * 10**10]
        whole = catalog.show_catalogue(work)
        assert [one.promotion_id for one in whole.promotions] == ["annual"]
        assert not whole.promotions[0].refundable
        assert whole.stock[0].regions == 1
        # the same price has the same id, whichever way it came in
        prices = list(catalog_store.prices_of(work.tx).values())
    assert prices == list(shown.prices)
    assert all(not one.findings for one in untouched(books))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- product_id: [a, {b: c}]\n  name: A\n  service_category: Web\n", "neither a text"),
        ("product_id: a\n", "is no list"),
        ("- just a text\n", "no row"),
        ("- product_id: a\n name: [\n", "is no YAML"),
        ("- {product_id: a, name: A}\n", "lacks the column service_category"),
        ("- {product_id: a, name: A, service_category: Web, price: 1}\n", "unknown column"),
        ("- {product_id: a, product_id: b, name: A, service_category: Web}\n", "twice"),
        ("", "is no list"),
    ],
)
def test_yaml_at_fault_is_named(books: Books, tmp_path: Path, text: str, said: str) -> None:
    answer = catalog.validate(books, documents(tmp_path / "list", products_yaml=text))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.SETUP_AT_FAULT
    assert said in answer.message()
    assert "products.yaml" in answer.message()


def test_one_document_stands_in_one_file(books: Books, tmp_path: Path) -> None:
    folder = documents(tmp_path / "list", products_yaml=SMALL["products_yaml"], products="product_id\n", other="x\n")
    answer = catalog.validate(books, folder)
    assert isinstance(answer, Refused)
    assert "keep one of the two" in answer.message()


def test_what_is_no_catalogue_is_refused(books: Books, tmp_path: Path) -> None:
    empty = catalog.validate(books, tmp_path)
    assert isinstance(empty, Refused)
    assert empty.reason is Reason.NOT_A_CATALOGUE
    missing = catalog.apply(books, tmp_path / "none")
    assert isinstance(missing, Refused)
    assert missing.reason is Reason.FILE_NOT_FOUND
    long = catalog.apply(books, documents(tmp_path / "list", **SMALL), reason="x" * 201)
    assert isinstance(long, Refused)
    assert long.reason is Reason.BAD_TEXT


def test_only_the_operator_changes_the_catalogue(books: Books, tmp_path: Path) -> None:
    folder = documents(tmp_path / "list", **SMALL)
    someone = replace(books, actor=Actor("li"))
    for answer in (
        catalog.validate(someone, folder),
        catalog.compare(someone, folder),
        catalog.apply(someone, folder),
        catalog.try_prices(someone, folder, Trial()),
    ):
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.NOT_PERMITTED


def test_a_price_list_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    for text in ("[", "[]", '{"compute": 1}', '{"compute": {"a": 1}}'):
        file.write_text(text)
        answer = catalog.import_price_list(file, tmp_path / "out", currency="USD", effective_from="2026-01-01")
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.NO_PRICE_LIST
    file.write_text('{"compute": {"a": {"b": 0, "c": 1}}}')
    for wrong, reason in (
        ({"currency": "GOLD"}, Reason.UNKNOWN_CURRENCY_CODE),
        ({"effective_from": "soon"}, Reason.BAD_TIME),
    ):
        asked = {"currency": "USD", "effective_from": "2026-01-01"} | wrong
        answer = catalog.import_price_list(file, tmp_path / "out", **asked)  # type: ignore[arg-type]
        assert isinstance(answer, Refused)
        assert answer.reason is reason
    tried = catalog.import_price_list(
        file, tmp_path / "out", currency="USD", effective_from="2026-01-01", without_free=True, dry_run=True
    )
    assert not isinstance(tried, Refused)
    assert [one[0] for one in tried.found.prices] == ["a/c"]
    assert not (tmp_path / "out").exists()
    full = catalog.import_price_list(file, tmp_path, currency="USD", effective_from="2026-01-01")
    assert isinstance(full, Refused)
    assert full.reason is Reason.FOLDER_NOT_EMPTY
