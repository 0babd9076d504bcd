"""The data of an invoice as EN 16931 has it, in UN/CEFACT Cross Industry Invoice syntax (profile EN 16931 of Factur-X).

A red letter is a credit note (381): its amounts are more than zero, and it names the invoice that it takes back. What
is invoiced was paid before, so nothing is due. Rules: INVOICE-11.
"""

from __future__ import annotations

from decimal import Decimal

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.tradelines import LineItem

from partita.core.invoice import InvoiceLine
from partita.core.money import minor_digits
from partita.formats.invoice.texts import Printed

GUIDELINE = "urn:cen.eu:en16931:2017"
HOME = "CN"
_INVOICE, _CREDIT_NOTE = "380", "381"
_STANDARD, _EXEMPT = "S", "E"
_ONE = (Decimal(1), "C62")
_SCHEME = "VA"


def write_xml(printed: Printed) -> bytes:
    """Return the data of an invoice, well-formed and valid for the profile; the same each time."""
    invoice = printed.invoice
    document = Document()
    document.context.guideline_parameter.id = GUIDELINE
    document.header.id = printed.number
    document.header.type_code = _CREDIT_NOTE if invoice.is_red else _INVOICE
    document.header.issue_date_time = printed.issued_on
    for text in printed.notes():
        note = IncludedNote()
        note.content = text
        document.header.notes.add(note)
    _party(document.trade.agreement.seller, invoice.issuer.name, invoice.issuer.tax_number, HOME)
    document.trade.agreement.seller.address.line_one = invoice.issuer.address
    country = printed.buyer_country
    _party(document.trade.agreement.buyer, invoice.title.title, invoice.title.tax_number, country)
    document.trade.agreement.buyer.address.line_one = invoice.title.address
    for line in invoice.lines:
        document.trade.items.add(_line(printed, line))
    document.trade.delivery.event.occurrence = printed.issued_on
    _sums(document, printed)
    return bytes(document.serialize(schema=None))


def _party(party: TradeParty, name: str, tax_number: str, country: str) -> None:
    party.name = name
    if tax_number:
        party.legal_organization.id = ("", tax_number)
    if tax_number and country == HOME:
        party.tax_registrations.add(TaxRegistration(id=(_SCHEME, f"{country}{tax_number}")))
    party.address.country_id = country


def _line(printed: Printed, line: InvoiceLine) -> LineItem:
    item, net = LineItem(), _amount(printed, line.net)
    item.document.line_id = str(line.line)
    item.product.name = printed.invoice.tax_item.text(printed.language)
    item.product.description = printed.line_text(line)
    item.agreement.net.amount = net
    item.delivery.billed_quantity = _ONE
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(printed)
    item.settlement.trade_tax.rate_applicable_percent = _percent(printed)
    item.settlement.monetary_summation.total_amount = net
    return item


def _sums(document: Document, printed: Printed) -> None:
    invoice, settlement = printed.invoice, document.trade.settlement
    net, tax, gross = (_amount(printed, minor) for minor in (invoice.net, invoice.tax, invoice.gross))
    settlement.currency_code = invoice.currency
    if printed.red_number:
        settlement.invoice_referenced_document.issuer_assigned_id = printed.red_number
    vat = ApplicableTradeTax()
    vat.calculated_amount = tax
    vat.basis_amount = net
    vat.type_code = "VAT"
    vat.category_code = _category(printed)
    vat.rate_applicable_percent = _percent(printed)
    if not invoice.tax_item.rate_e4:
        vat.exemption_reason = printed.words("exempt")
    settlement.trade_tax.add(vat)
    sums = settlement.monetary_summation
    sums.line_total = net
    sums.tax_basis_total = (net, None)
    sums.tax_total = (tax, invoice.currency)
    sums.grand_total = (gross, None)
    sums.prepaid_total = gross
    sums.due_amount = Decimal(0)


def _amount(printed: Printed, minor: int) -> Decimal:
    """Return an amount of the document; of a credit note with its sign turned."""
    invoice = printed.invoice
    signed = -minor if invoice.is_red else minor
    return Decimal(signed).scaleb(-minor_digits(invoice.currency))


def _percent(printed: Printed) -> Decimal:
    return Decimal(printed.invoice.tax_item.rate_e4).scaleb(-2)


def _category(printed: Printed) -> str:
    return _STANDARD if printed.invoice.tax_item.rate_e4 else _EXEMPT
